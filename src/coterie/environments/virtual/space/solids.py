"""What stands in the world, and how it is laid out for the inner loops."""

from collections.abc import Sequence
from math import ceil, floor

import msgspec
import numpy as np

from coterie.environments.virtual.space.geometry import Cells, Floats, Floors, Outlines, Prisms

Point = tuple[float, float]
CELL = 2.0
"""Side of a grid cell in metres."""
NEAR = 1.0
"""Solids are listed in the cells within this distance of them, more than any body's radius plus its step."""


class Solid(msgspec.Struct, frozen=True, gc=False):
    """An upright prism: a convex outline, counter-clockwise, between two heights."""

    name: str
    outline: tuple[Point, ...]
    low: float
    high: float
    kind: str = "wall"
    """What it is made of to the eye: wall, building, roof, door, furniture, tree, shelf, window."""
    colour: tuple[int, int, int] = (200, 200, 200)
    opaque: bool = True
    """Whether it stops sight and sound."""


class Floor(msgspec.Struct, frozen=True, gc=False):
    """A convex piece of ground to stand on; it rises from `height` by `slope` metres a metre east and north."""

    outline: tuple[Point, ...]
    height: float
    slope: Point = (0.0, 0.0)
    """Rise per metre east and per metre north, from the first corner of the outline; stairs are a slope."""
    kind: str = "floor"
    """What it looks like: floor, street, pavement, grass, stairs."""

    def at(self, x: float, y: float) -> float:
        """Its height over a point."""
        return self.height + self.slope[0] * (x - self.outline[0][0]) + self.slope[1] * (y - self.outline[0][1])


def box(west: float, south: float, east: float, north: float) -> tuple[Point, ...]:
    """The outline of a rectangle along the axes.

    >>> box(0, 0, 2, 1)
    ((0, 0), (2, 0), (2, 1), (0, 1))
    """
    return (west, south), (east, south), (east, north), (west, north)


def prisms(solids: Sequence[Solid]) -> Prisms:
    """Lays solids out for the inner loops; everything is active at first.

    Raises:
        ValueError: an outline is not convex and counter-clockwise, or a prism has no height.
    """
    for solid in solids:
        if not _convex(solid.outline) or solid.low >= solid.high:
            raise ValueError(
                f"{solid.name!r}: outline {solid.outline} from {solid.low} to {solid.high}, expected at least three "
                "corners of a convex outline, counter-clockwise, and a low end below the high one"
            )
    outlines = [solid.outline for solid in solids]
    return Prisms(
        _laid_out(outlines),
        np.array([solid.low for solid in solids], float),
        np.array([solid.high for solid in solids], float),
        np.ones(len(solids), bool),
        np.array([solid.opaque for solid in solids], bool),
        _cells(outlines),
    )


def floors(ground: Sequence[Floor]) -> Floors:
    """Lays floors out for the inner loops.

    Raises:
        ValueError: an outline is not convex and counter-clockwise.
    """
    planes: list[tuple[float, float, float]] = []
    for each in ground:
        if not _convex(each.outline):
            raise ValueError(f"floor {each.outline}: expected a convex outline, counter-clockwise")
        planes.append((each.at(0.0, 0.0), *each.slope))
    outlines = [each.outline for each in ground]
    return Floors(np.array(planes, float).reshape(-1, 3), _laid_out(outlines), _cells(outlines))


def _convex(outline: Sequence[Point]) -> bool:
    count = len(outline)
    for place in range(count):
        (ax, ay), (bx, by), (cx, cy) = outline[place], outline[(place + 1) % count], outline[(place + 2) % count]
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) <= 0.0:
            return False
    return count >= 3


def _laid_out(outlines: Sequence[Sequence[Point]]) -> Outlines:
    counts = np.array([len(outline) for outline in outlines], np.int64)
    corners: Floats = np.array([corner for outline in outlines for corner in outline], float).reshape(-1, 2)
    return Outlines(corners, np.cumsum(counts) - counts, counts)


def _cells(outlines: Sequence[Sequence[Point]]) -> Cells:
    """Which outlines are near which cell."""
    corners = np.array([corner for outline in outlines for corner in outline] or [(0.0, 0.0)], float)
    west, south = corners.min(axis=0) - NEAR
    columns, rows = (max(1, ceil(each / CELL)) for each in corners.max(axis=0) + NEAR - (west, south))
    near: list[list[int]] = [[] for _ in range(columns * rows)]
    for number, outline in enumerate(outlines):
        xs, ys = [x for x, _ in outline], [y for _, y in outline]
        from_column, to_column = (
            min(columns - 1, max(0, floor((edge - west) / CELL))) for edge in (min(xs) - NEAR, max(xs) + NEAR)
        )
        from_row, to_row = (
            min(rows - 1, max(0, floor((edge - south) / CELL))) for edge in (min(ys) - NEAR, max(ys) + NEAR)
        )
        for row in range(from_row, to_row + 1):
            for column in range(from_column, to_column + 1):
                near[row * columns + column].append(number)
    first = np.cumsum([0, *map(len, near)]).astype(np.int64)
    items = np.array([number for cell in near for number in cell], np.int64)
    return Cells(np.array([west, south, CELL, columns, rows], float), first, items)
