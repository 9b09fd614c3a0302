"""The shapes of the simulation, and what the inner loops ask of one: is a point in it, how far out, where through.

A solid is an upright prism: a convex outline in plan, counter-clockwise, between two heights. A body is an upright
capsule, in plan a disc. Everything is in metres: x east, y north, z up.
"""

from math import floor, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coterie.environments.virtual.space.compiled import compiled

STEP_HEIGHT = 0.3
"""What is not higher than this above the feet is no obstacle, and floors that differ by less are one."""
NO_FLOOR = -1e30
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Cells(NamedTuple):
    """A grid over the plan that says what is near: item numbers, cell by cell."""

    grid: Floats
    """West and south border, side of a cell, columns, rows [5]."""
    first: Integers
    """Where the items of a cell begin [cells + 1]."""
    items: Integers


class Outlines(NamedTuple):
    """Convex outlines in plan, counter-clockwise, one after another."""

    corners: Floats
    """x, y of every corner of every outline [corner, 2]."""
    first: Integers
    """The first corner of each [outline]."""
    sizes: Integers
    """How many corners each has [outline]."""


class Prisms(NamedTuple):
    """All solids, as the inner loops read them."""

    outlines: Outlines
    low: Floats
    high: Floats
    active: Flags
    """Whether it stops bodies now [solid]; an open door does not."""
    opaque: Flags
    """Whether it stops sight and sound now [solid]."""
    cells: Cells


class Floors(NamedTuple):
    """All floors, as the inner loops read them: height = a + b x + c y inside the outline."""

    planes: Floats
    """a, b, c of each [floor, 3]."""
    outlines: Outlines
    cells: Cells


class Bodies(NamedTuple):
    """All bodies."""

    at: Floats
    """x, y, z of the feet [body, 3]."""
    radius: Floats
    height: Floats


@compiled
def push(x: float, y: float, radius: float, outlines: Outlines, which: int) -> tuple[float, float, float]:
    """How far a disc must move out of an outline: the vector, and how deep it stands in it (at most 0: free)."""
    corners, first, count = outlines.corners, outlines.first[which], outlines.sizes[which]
    deepest, deep_x, deep_y = -1e30, 0.0, 0.0
    nearest, near_x, near_y = 1e30, 0.0, 0.0
    for place in range(count):
        ax, ay = corners[first + place, 0], corners[first + place, 1]
        following = first + (place + 1) % count
        dx, dy = corners[following, 0] - ax, corners[following, 1] - ay
        length = sqrt(dx * dx + dy * dy)
        outward_x, outward_y = dy / length, -dx / length
        outside = (x - ax) * outward_x + (y - ay) * outward_y
        if outside > radius:
            return 0.0, 0.0, radius - outside
        if outside > deepest:
            deepest, deep_x, deep_y = outside, outward_x, outward_y
        along = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / (length * length)))
        off_x, off_y = x - (ax + along * dx), y - (ay + along * dy)
        distance = off_x * off_x + off_y * off_y
        if distance < nearest:
            nearest, near_x, near_y = distance, off_x, off_y
    if deepest <= 0.0:  # the middle stands inside: out by the nearest side
        depth = radius - deepest
        return deep_x * depth, deep_y * depth, depth
    distance = sqrt(nearest)
    depth = radius - distance
    if depth <= 0.0:
        return 0.0, 0.0, depth
    return near_x / distance * depth, near_y / distance * depth, depth


@compiled
def cell_of(x: float, y: float, grid: Floats) -> int:
    """The number of the grid cell a point is in; points outside belong to the cell at the border."""
    column = min(int(grid[3]) - 1, max(0, floor((x - grid[0]) / grid[2])))
    row = min(int(grid[4]) - 1, max(0, floor((y - grid[1]) / grid[2])))
    cell: int = row * int(grid[3]) + column
    return cell


@compiled
def inside(x: float, y: float, outlines: Outlines, which: int) -> bool:
    """Whether a point is in an outline, its border included."""
    corners, first, count = outlines.corners, outlines.first[which], outlines.sizes[which]
    for place in range(count):
        ax, ay = corners[first + place, 0], corners[first + place, 1]
        following = first + (place + 1) % count
        bx, by = corners[following, 0], corners[following, 1]
        if (bx - ax) * (y - ay) - (by - ay) * (x - ax) < -1e-9:
            return False
    return True


@compiled
def floor_under(x: float, y: float, z: float, floors: Floors) -> float:
    """The height of the floor that carries feet at about `z`, or `NO_FLOOR`."""
    best = NO_FLOOR
    cell = cell_of(x, y, floors.cells.grid)
    for item in range(floors.cells.first[cell], floors.cells.first[cell + 1]):
        which = floors.cells.items[item]
        height = floors.planes[which, 0] + floors.planes[which, 1] * x + floors.planes[which, 2] * y
        if abs(height - z) <= STEP_HEIGHT and height > best and inside(x, y, floors.outlines, which):
            best = height
    return best


@compiled
def crossing(
    ax: float, ay: float, az: float, bx: float, by: float, bz: float, prisms: Prisms, which: int
) -> tuple[float, float]:
    """Where a line from a to b enters and leaves a prism, as parts of its length; enter > leave: it does not."""
    corners, first, count = prisms.outlines.corners, prisms.outlines.first[which], prisms.outlines.sizes[which]
    enter, leave = 0.0, 1.0
    for place in range(count):
        cx, cy = corners[first + place, 0], corners[first + place, 1]
        following = first + (place + 1) % count
        outward_x, outward_y = corners[following, 1] - cy, cx - corners[following, 0]
        start = (ax - cx) * outward_x + (ay - cy) * outward_y
        slope = (bx - ax) * outward_x + (by - ay) * outward_y
        if slope == 0.0:
            if start >= 0.0:
                return 1.0, 0.0
        elif slope < 0.0:
            enter = max(enter, -start / slope)
        else:
            leave = min(leave, -start / slope)
        if enter > leave:
            return 1.0, 0.0
    low, high, rise = prisms.low[which], prisms.high[which], bz - az
    if rise == 0.0:
        if low < az < high:
            return enter, leave
        return 1.0, 0.0
    to_low, to_high = (low - az) / rise, (high - az) / rise
    return max(enter, min(to_low, to_high)), min(leave, max(to_low, to_high))
