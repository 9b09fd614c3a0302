"""Where the sun reaches, baked once for what never moves."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Floats
from coterie.environments.virtual.space.solids import Floor, Point, Solid

SUN = (-0.46, -0.38, 0.80)
"""Towards the sun: an afternoon in the south-west, half way up; a unit vector within rounding."""
SHADOW = (-SUN[0] / SUN[2], -SUN[1] / SUN[2])
"""How far east and north a shadow goes for a metre of height."""
CELLS = 800
"""The most cells of the map of light along one side."""
FINEST = 0.1
DEEP = -5.0
"""Height of the shade where nothing stands in the sun, below every floor."""


class Light(NamedTuple):
    """A map of the shade."""

    grid: Floats
    """West and south border, side of a cell, columns, rows, cells a metre [6]."""
    maps: Floats
    """Of each cell [row, column, 3]: below what height the sun does not reach, up to what height it is under a roof or
    another floor, both in metres, and how closed in the ground is there, 0 to 1."""


def light(solids: Sequence[Solid], floors: Sequence[Floor]) -> Light:
    """Bakes the shade of what never moves: every solid, and floors above others."""
    standing = [solid for solid in solids if solid.opaque]
    outlines = [solid.outline for solid in standing] + [floor.outline for floor in floors]
    tops = [solid.high for solid in standing] + [min(floor.at(*c) for c in floor.outline) for floor in floors]
    lows = [solid.low for solid in standing] + [1e9] * len(floors)
    roofs = [solid.kind == "roof" for solid in standing] + [True] * len(floors)
    corners = np.array([corner for outline in outlines for corner in outline] or [(0.0, 0.0)], float)
    west, south = corners.min(axis=0) - 1.0
    extent = corners.max(axis=0) + 1.0 - (west, south)
    cell = max(FINEST, float(extent.max()) / CELLS)
    columns, rows = (max(2, ceil(each / cell) + 1) for each in extent)
    own, cover = np.full((rows, columns), DEEP), np.full((rows, columns), DEEP)
    stands = np.zeros((rows, columns))
    for outline, top, low, roof in zip(outlines, tops, lows, roofs, strict=True):
        covered = _covered(outline, west, south, cell, rows, columns)
        if covered is None:
            continue
        window, mask = covered
        np.maximum(own[window], top if mask is None else np.where(mask, top, DEEP), out=own[window])
        if roof:
            np.maximum(cover[window], top if mask is None else np.where(mask, top, DEEP), out=cover[window])
        if low < 0.5 and top > 0.3:
            np.maximum(stands[window], 1.0 if mask is None else mask, out=stands[window])
    grid = np.array([west, south, cell, columns, rows, 1.0 / cell], float)
    nooks = _blurred(stands, max(1, round(0.35 / cell)), 2)
    return Light(grid, np.stack([_blurred(_cast(own, cell), 1, 1), cover, nooks], axis=2))


@compiled
def overhead(x: float, y: float, light: Light) -> tuple[float, float]:
    """The heights below which a place gets no sun, and below which it is under a roof."""
    grid, maps = light.grid, light.maps
    across, along = (x - grid[0]) * grid[5], (y - grid[1]) * grid[5]
    if across < 0.0 or along < 0.0 or across >= grid[3] - 1.0 or along >= grid[4] - 1.0:
        return -1e9, -1e9
    column, row = int(across), int(along)
    part_x, part_y = across - column, along - row
    south = maps[row, column, 0] + (maps[row, column + 1, 0] - maps[row, column, 0]) * part_x
    north = maps[row + 1, column, 0] + (maps[row + 1, column + 1, 0] - maps[row + 1, column, 0]) * part_x
    return south + (north - south) * part_y - 0.22, maps[row, column, 1] - 0.1


def _covered(
    outline: Sequence[Point], west: float, south: float, cell: float, rows: int, columns: int
) -> tuple[tuple[slice, slice], np.ndarray | None] | None:
    """The cells whose middle is in an outline: a window of the map, and which cells of it (None: all)."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    left, right = ceil((min(xs) - west) / cell), ceil((max(xs) - west) / cell)
    low, high = ceil((min(ys) - south) / cell), ceil((max(ys) - south) / cell)
    # What is thinner than a cell still shades one.
    right, high = max(right, left + 1), max(high, low + 1)
    left, right, low, high = max(0, left), min(columns, right), max(0, low), min(rows, high)
    if left >= right or low >= high:
        return None
    window = slice(low, high), slice(left, right)
    if len(outline) == 4 and len(set(xs)) == 2 and len(set(ys)) == 2:
        return window, None
    x = west + cell * np.arange(left, right)[None, :]
    y = south + cell * np.arange(low, high)[:, None]
    mask = np.ones((high - low, right - left), bool)
    for (ax, ay), (bx, by) in zip(outline, (*outline[1:], outline[0]), strict=True):
        slack = cell * 0.5 * sqrt((bx - ax) ** 2 + (by - ay) ** 2)
        mask &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -slack
    return window, mask


def _cast(own: Floats, cell: float) -> Floats:
    """Lets every cell throw its shade on the next one away from the sun, row by row from the south."""
    shade = own.copy()
    shift, drop = SHADOW[0] / SHADOW[1], cell / SHADOW[1]
    whole, part = int(shift), shift - int(shift)
    columns = own.shape[1]
    for row in range(1, own.shape[0]):
        before = np.full(columns + whole + 1, DEEP)
        before[whole + 1 :] = shade[row - 1]
        # Between the two cells it comes from, so that edges are soft.
        come = before[1 : columns + 1] * (1.0 - part) + before[:columns] * part - drop
        np.maximum(shade[row], come, out=shade[row])
    return shade


def _blurred(values: Floats, reach: int, times: int) -> Floats:
    """The mean over a square of 2 reach + 1 cells, so many times."""
    for axis in (0, 1) * times:
        wide = np.concatenate([np.repeat(values.take([0], axis), reach + 1, axis), values,
                               np.repeat(values.take([-1], axis), reach, axis)], axis)  # fmt: skip
        total = np.cumsum(wide, axis)
        size = values.shape[axis]
        span = 2 * reach + 1
        values = (total.take(range(span, span + size), axis) - total.take(range(size), axis)) / span
    return values
