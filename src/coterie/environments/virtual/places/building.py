"""What buildings are put together from: walls with doors and windows, slabs, stairs, and trees beside them."""

from collections.abc import Sequence
from math import hypot, sqrt
from typing import NamedTuple

from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Point, Solid, box

Colour = tuple[int, int, int]
DOOR_HEIGHT = 2.1
SILL = 0.9
STOREY = 2.9
"""From one floor to the next, in metres."""
SLAB = 0.2
RUN = 4.8
"""Length of a flight of stairs in plan."""
STAIRS_WIDTH = 1.2
GLASS, WOOD, LEAVES, TRUNK, LAWN = (176, 205, 218), (150, 111, 78), (112, 148, 96), (116, 92, 72), (104, 138, 92)


class Opening(NamedTuple):
    """A part of a wall one can walk or look through."""

    at: float
    """Its middle, in metres from where the wall begins."""
    width: float
    window: bool = False


class Builder:
    """Gathers the parts of a scene."""

    def __init__(self) -> None:
        """Starts with nothing."""
        self.solids: list[Solid] = []
        self.floors: list[Floor] = []
        self.places: list[Place] = []
        self.doors: list[Door] = []
        self.things: list[Thing] = []
        self.starts: list[tuple[float, float, float]] = []
        self.openings: list[tuple[str, str, Point]] = []

    def scene(self) -> Scene:
        """The scene of all parts so far."""
        parts = self.solids, self.floors, self.places, self.doors, self.things, self.starts, self.openings
        return Scene(*(tuple(each) for each in parts))  # type: ignore[arg-type]

    def wall(
        self, name: str, start: Point, end: Point, thickness: float, low: float, high: float, colour: Colour,
        openings: Sequence[Opening] = (),
    ) -> None:  # fmt: skip
        """Adds a wall along a line; doorways are 2.1 m high, windows lie between 0.9 m and that height."""
        length = sqrt((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2)
        lintel, sill = low + DOOR_HEIGHT, low + SILL

        def part(begin: float, stop: float, bottom: float, top: float, glass: bool = False) -> None:
            thick = 0.04 if glass else thickness
            kind, shade = ("window", GLASS) if glass else ("wall", colour)
            self.solids.append(
                Solid(name, strip(start, end, begin, stop, thick), bottom, top, kind, shade, opaque=not glass)
            )

        if not openings:
            part(0.0, length, low, high)
            return
        part(0.0, length, lintel, high)
        doors = sorted((each.at - each.width / 2, each.at + each.width / 2) for each in openings if not each.window)
        for begin, stop in _between(0.0, length, doors):
            panes = sorted(
                (each.at - each.width / 2, each.at + each.width / 2)
                for each in openings
                if each.window and begin < each.at < stop
            )
            part(begin, stop, low, sill if panes else lintel)
            for left, right in panes:
                part(left, right, sill, lintel, glass=True)
            if panes:
                for left, right in _between(begin, stop, panes):
                    part(left, right, sill, lintel)

    def slab(self, name: str, outline: Sequence[Point], low: float, high: float, colour: Colour) -> None:
        """Adds a horizontal slab: a ceiling, a roof."""
        self.solids.append(Solid(name, tuple(outline), low, high, "roof", colour))

    def stairs(self, name: str, west: float, south: float, low: float, rise: float, colour: Colour) -> Place:
        """Adds stairs that climb eastwards from a south-west corner; returns their place."""
        outline = box(west, south, west + RUN, south + STAIRS_WIDTH)
        self.floors.append(Floor(outline, low, (rise / RUN, 0.0), "stairs"))
        steps = 16
        for step in range(1, steps):  # each as high as the slope where it begins, so that feet never stand in it
            begin = west + RUN * step / steps
            self.solids.append(
                Solid(
                    name, box(begin, south, begin + RUN / steps, south + STAIRS_WIDTH), low,
                    low + rise * step / steps, "furniture", colour,
                )
            )  # fmt: skip
        place = Place(name, "stairs", outline, low, rise)
        self.places.append(place)
        return place

    def tree(self, name: str, at: Point, ground: float, size: float) -> None:
        """Adds a tree: a trunk, and a crown in three tiers whose lowest leaves are above the heads."""
        self.solids.append(Solid(name, octagon(at, 0.13 + 0.05 * size), ground, ground + 2.3, "tree", TRUNK))
        for low, high, wide, light in ((2.1, 2.9, 1.15, 0), (2.9, 4.1, 1.4, 9), (4.1, 5.0, 0.85, 18)):
            shade = (LEAVES[0] + light, LEAVES[1] + light, LEAVES[2] + light)
            tall = 2.1 + (high - 2.1) * size
            bottom = 2.1 + (low - 2.1) * size
            self.solids.append(Solid(name, octagon(at, wide * size), ground + bottom, ground + tall, "tree", shade))


def roof(builder: Builder, name: str, outline: Sequence[Point], top: float, colour: Colour) -> None:
    """Adds a roof of three tiers that narrow upwards, over eaves."""
    short = min(max(each) - min(each) for each in zip(*outline, strict=True))
    for tier, (inset, high) in enumerate(((-0.2, 0.25), (min(0.7, 0.15 * short), 0.8), (min(1.7, 0.35 * short), 0.8))):
        inner = shrunk(outline, inset)
        low = top + (0.0, 0.25, 1.05)[tier]
        shade = (colour[0] + 6 * tier, colour[1] + 6 * tier, colour[2] + 6 * tier)
        builder.slab(name, inner, low, low + high, shade)


def strip(start: Point, end: Point, begin: float, stop: float, thickness: float) -> tuple[Point, ...]:
    """The outline of a part of a straight wall, from `begin` to `stop` metres along it.

    >>> strip((0.0, 0.0), (9.0, 0.0), 2.0, 4.0, 0.2)
    ((2.0, -0.1), (4.0, -0.1), (4.0, 0.1), (2.0, 0.1))
    """
    length = sqrt((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    half = thickness / 2
    corners = ((begin, -half), (stop, -half), (stop, half), (begin, half))
    return tuple((start[0] + a * ux - b * uy, start[1] + a * uy + b * ux) for a, b in corners)


def shrunk(outline: Sequence[Point], by: float) -> tuple[Point, ...]:
    """A convex outline with its sides moved inwards.

    >>> from coterie.environments.virtual.space.solids import box
    >>> shrunk(box(0.0, 0.0, 4.0, 4.0), 1.0)
    ((1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0))
    """
    made = []
    for place, (x, y) in enumerate(outline):
        normals = []
        for (ax, ay), (bx, by_) in ((outline[place - 1], (x, y)), ((x, y), outline[(place + 1) % len(outline)])):
            length = hypot(bx - ax, by_ - ay)
            normals.append(((by_ - ay) / length, (ax - bx) / length))
        (ax, ay), (bx, by_) = normals
        far = by / (1.0 + ax * bx + ay * by_)
        made.append((x - far * (ax + bx), y - far * (ay + by_)))
    return tuple(made)


def octagon(middle: Point, radius: float) -> tuple[Point, ...]:
    """A regular octagon, from its middle to a corner `radius` metres."""
    x, y = middle
    near = radius * 0.38268343236508984
    far = radius * 0.9238795325112867
    corners = ((far, -near), (far, near), (near, far), (-near, far), (-far, near), (-far, -near), (-near, -far))
    return tuple((x + a, y + b) for a, b in (*corners, (near, -far)))


def around(
    outer: tuple[float, float, float, float], hole: tuple[float, float, float, float]
) -> list[tuple[Point, ...]]:
    """The rectangles that are left of one (west, south, east, north) when another is cut out of it.

    >>> around((0, 0, 4, 4), (1, 0, 3, 2))
    [((0, 0), (1, 0), (1, 4), (0, 4)), ((3, 0), (4, 0), (4, 4), (3, 4)), ((1, 2), (3, 2), (3, 4), (1, 4))]
    """
    (west, south, east, north), (left, low, right, high) = outer, hole
    rectangles = (
        (west, south, left, north),
        (right, south, east, north),
        (left, south, right, low),
        (left, high, right, north),
    )
    return [box(a, b, c, d) for a, b, c, d in rectangles if c - a > 1e-9 and d - b > 1e-9]


def _between(begin: float, stop: float, gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is left of an interval between sorted gaps."""
    edges = [begin, *(edge for gap in gaps for edge in gap), stop]
    return [(left, right) for left, right in zip(edges[::2], edges[1::2], strict=True) if right - left > 1e-6]
