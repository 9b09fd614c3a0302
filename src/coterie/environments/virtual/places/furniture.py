"""How furniture is set out, and things put on it, so that everybody gets everywhere.

Pieces stand against a wall or free; between two pieces, and between a free piece and a wall, there is either no gap or
one that a body gets through.
"""

from collections.abc import Mapping, Sequence
from random import Random

from coterie.environments.virtual.places.building import Builder, Colour
from coterie.environments.virtual.places.furnishings import COLOURS, OBJECTS, Piece, Size
from coterie.environments.virtual.space.scene import Thing

PASSAGE = 0.75
"""Width that is kept free to walk through, in metres."""
TRIES = 120
"""After so many spots in a row that will not do, there is no room for more."""
ARM = 0.4
"""How far from the middle of a body to what stands about there must be, metres."""
Rectangle = tuple[float, float, float, float]
"""West, south, east, north."""


def furnish(
    builder: Builder, luck: Random, pieces: Sequence[Piece], room: Rectangle, level: float, keep: Sequence[Rectangle],
    names: Sequence[str], density: float = 1.0,
) -> list[Rectangle]:  # fmt: skip
    """Sets pieces out in a room; what does not fit is left out. Returns where they stand.

    Args:
        builder: gets the things.
        luck: where they stand.
        pieces: what to set out, the most important first.
        room: the rectangle between its walls.
        level: height of its floor.
        keep: what must stay free, in front of doors and stairs.
        names: of the pieces.
        density: share of the floor that may be covered, as a part of the usual third.
    """
    west, south, east, north = room
    left = (east - west) * (north - south) * 0.34 * density
    taken: list[Rectangle] = []
    for piece, name in zip(pieces, names, strict=True):
        if piece.width * piece.depth > left:
            continue
        for _ in range(24):
            spot = _spot(luck, piece, room)
            if spot is None or not _fits(spot, room, taken, keep):
                continue
            taken.append(spot)
            left -= piece.width * piece.depth
            size = (spot[2] - spot[0], spot[3] - spot[1], piece.height)
            at = ((spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2, level)
            builder.things.append(
                Thing(
                    name, piece.kind, at, size, piece.affordances, capacity=piece.capacity, solid=True,
                    colour=piece.colour,
                )
            )  # fmt: skip
            break
    return taken


def scatter(
    builder: Builder, luck: Random, count: int, holders: Sequence[Thing], kinds: Mapping[str, Size] = OBJECTS
) -> None:
    """Puts differently named objects on and in things; fewer if they do not all fit."""
    named = [(colour, kind) for kind in kinds for colour in COLOURS]
    room = {holder.name: holder.capacity for holder in holders}
    for colour, kind in luck.sample(named, min(count, len(named))):
        able = [holder for holder in holders if room[holder.name] > 0]
        if not able:
            return
        holder = able[int(luck.random() * len(able))]
        room[holder.name] -= 1
        builder.things.append(
            object_on(holder, f"the {colour} {kind}", kind, kinds[kind], COLOURS[colour], room[holder.name])
        )


def object_on(holder: Thing, name: str, kind: str, size: Size, colour: Colour, slot: int) -> Thing:
    """An object to pick up, in a thing that holds or on its top: the places on it are numbered from 0.

    >>> table = Thing("the table", "table", (1.0, 1.0, 0.0), (1.2, 0.6, 0.7), ("surface",), capacity=3)
    >>> object_on(table, "the red cup", "cup", (0.1, 0.1, 0.1), (200, 0, 0), 1).at
    (1.0, 1.0, 0.7)
    """
    (x, y, z), (width, depth, height) = holder.at, holder.size
    inside = "container" in holder.affordances
    if not inside:
        part = (slot + 0.5) / holder.capacity - 0.5
        x, y, z = (x + part * width, y, z + height) if width >= depth else (x, y + part * depth, z + height)
    return Thing(
        name, kind, (x, y, z), size, ("pick",), "in" if inside else "on", holder.name,
        colour=colour,
    )  # fmt: skip


def standing_room(
    luck: Random, areas: Sequence[tuple[Rectangle, float, Sequence[Rectangle]]], count: int
) -> list[tuple[float, float, float]]:
    """Spots where bodies can stand, spread over areas, at least a metre apart; fewer if they do not fit.

    Args:
        luck: where they are.
        areas: rectangles between walls, the height of their floor, and what is taken in them.
        count: how many.
    """
    found: list[tuple[float, float, float]] = []
    order: list[int] = []
    attempt = failed = 0
    while len(found) < count and failed < TRIES:
        if attempt % len(areas) == 0:  # all areas in turn, in an order drawn anew
            order = list(range(len(areas)))
            luck.shuffle(order)
        (west, south, east, north), level, taken = areas[order[attempt % len(areas)]]
        x = round(west + 0.5 + (east - west - 1.0) * luck.random(), 2)
        y = round(south + 0.5 + (north - south - 1.0) * luck.random(), 2)
        if _is_clear(x, y, taken) and not any(
            -1.0 < x - a < 1.0 and -1.0 < y - b < 1.0 and -1.0 < level - c < 1.0 for a, b, c in found
        ):
            found.append((x, y, level))
            failed = 0
        attempt, failed = attempt + 1, failed + 1
    return found


def _is_clear(x: float, y: float, taken: Sequence[Rectangle]) -> bool:
    """Whether there is more than arm's room between a spot and everything that is taken."""
    for west, south, east, north in taken:
        if west - ARM <= x <= east + ARM and south - ARM <= y <= north + ARM:
            return False
    return True


def inset(rectangle: Rectangle, by: float) -> Rectangle:
    """A rectangle with its sides moved inwards, outwards where negative."""
    west, south, east, north = rectangle
    return west + by, south + by, east - by, north - by


def _spot(luck: Random, piece: Piece, room: Rectangle) -> Rectangle | None:
    """Somewhere a piece may stand: free, or with its back to one of the walls."""
    west, south, east, north = room
    side = int(luck.random() * 4)
    width, depth = (piece.width, piece.depth) if side % 2 == 0 else (piece.depth, piece.width)
    gap = 0.02
    if piece.free:
        low_x, high_x, low_y, high_y = west + PASSAGE, east - PASSAGE, south + PASSAGE, north - PASSAGE
    else:
        low_x, high_x, low_y, high_y = west + gap, east - gap, south + gap, north - gap
    if high_x - low_x < width or high_y - low_y < depth:
        return None
    x = low_x + (high_x - low_x - width) * luck.random()
    y = low_y + (high_y - low_y - depth) * luck.random()
    if piece.free:  # towards the middle
        x, y = (x + (low_x + high_x - width) / 2) / 2, (y + (low_y + high_y - depth) / 2) / 2
    elif side == 0:
        y = low_y
    elif side == 1:
        x = high_x - width
    elif side == 2:
        y = high_y - depth
    else:
        x = low_x
    if not piece.free:  # into the corner rather than nearly
        x = low_x if x - low_x < PASSAGE else high_x - width if high_x - width - x < PASSAGE else x
        y = low_y if y - low_y < PASSAGE else high_y - depth if high_y - depth - y < PASSAGE else y
    return x, y, x + width, y + depth


def _fits(spot: Rectangle, room: Rectangle, taken: Sequence[Rectangle], keep: Sequence[Rectangle]) -> bool:
    west, south, east, north = spot
    for gap in (west - room[0], south - room[1], room[2] - east, room[3] - north):
        if 0.05 < gap < PASSAGE:
            return False
    if any(apart(spot, other) < PASSAGE for other in taken):
        return False
    return all(apart(spot, other) > 0.0 for other in keep)


def apart(one: Rectangle, other: Rectangle) -> float:
    """The larger of the gaps between two rectangles east-west and north-south, negative where they overlap.

    >>> apart((0, 0, 1, 1), (3, 0, 4, 1)), apart((0, 0, 2, 2), (1, 1, 3, 3))
    (2, -1)
    """
    return max(other[0] - one[2], one[0] - other[2], other[1] - one[3], one[1] - other[3])
