"""Lines of sight: whether something opaque lies between two points."""

from math import floor

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Flags, Floats, Integers, Prisms, crossing


@compiled
def clear(ax: float, ay: float, az: float, bx: float, by: float, bz: float, prisms: Prisms, skip: int) -> bool:
    """Whether nothing opaque lies on the line from a to b; the solid `skip` does not count."""
    grid = prisms.cells.grid
    size, columns, rows = grid[2], int(grid[3]), int(grid[4])
    gx, gy = (ax - grid[0]) / size, (ay - grid[1]) / size
    hx, hy = (bx - grid[0]) / size, (by - grid[1]) / size
    column, row = floor(gx), floor(gy)
    step_x, step_y = (1 if hx > gx else -1), (1 if hy > gy else -1)
    delta_x, delta_y, next_x, next_y = 1e30, 1e30, 1e30, 1e30
    if hx != gx:
        delta_x, next_x = abs(1.0 / (hx - gx)), ((column + (step_x > 0)) - gx) / (hx - gx)
    if hy != gy:
        delta_y, next_y = abs(1.0 / (hy - gy)), ((row + (step_y > 0)) - gy) / (hy - gy)
    for _ in range(abs(floor(hx) - column) + abs(floor(hy) - row) + 1):
        cell = min(rows - 1, max(0, row)) * columns + min(columns - 1, max(0, column))
        for item in range(prisms.cells.first[cell], prisms.cells.first[cell + 1]):
            which = prisms.cells.items[item]
            if prisms.opaque[which] and which != skip:
                enter, leave = crossing(ax, ay, az, bx, by, bz, prisms, which)
                if leave - enter > 1e-9:
                    return False
        if next_x < next_y:
            next_x += delta_x
            column += step_x
        else:
            next_y += delta_y
            row += step_y
    return True


@compiled
def clear_lines(eye: Floats, points: Floats, skips: Integers, prisms: Prisms, out: Flags) -> None:
    """For every point [point, 3], whether the eye has a clear line to it, `skips` [point] not counted; writes `out`."""
    for point in range(points.shape[0]):
        out[point] = clear(
            eye[0], eye[1], eye[2], points[point, 0], points[point, 1], points[point, 2], prisms, skips[point]
        )
