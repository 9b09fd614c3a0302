"""Inner loops in plan: whether a point or a straight line is free of prisms, whatever their heights."""

from math import floor

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Prisms, cell_of, crossing, push


@compiled
def blocked(x: float, y: float, room: float, prisms: Prisms) -> bool:
    """Whether a point lies inside a prism, whatever its height, or nearer to one than `room`."""
    cell = cell_of(x, y, prisms.cells.grid)
    for item in range(prisms.cells.first[cell], prisms.cells.first[cell + 1]):
        if push(x, y, room, prisms.outlines, prisms.cells.items[item])[2] > 1e-6:
            return True
    return False


@compiled
def pushed_out(x: float, y: float, room: float, prisms: Prisms) -> tuple[float, float, bool]:
    """A point moved until it is `room` away from every prism, and whether that worked."""
    cell = cell_of(x, y, prisms.cells.grid)
    for _ in range(8):
        deepest, push_x, push_y = 0.0, 0.0, 0.0
        for item in range(prisms.cells.first[cell], prisms.cells.first[cell + 1]):
            to_x, to_y, depth = push(x, y, room, prisms.outlines, prisms.cells.items[item])
            if depth > deepest:
                deepest, push_x, push_y = depth, to_x, to_y
        if deepest <= 1e-9:
            return x, y, True
        x, y = x + push_x * 1.01, y + push_y * 1.01
        cell = cell_of(x, y, prisms.cells.grid)
    return x, y, not blocked(x, y, room, prisms)


@compiled
def obstacle_between(ax: float, ay: float, bx: float, by: float, prisms: Prisms) -> int:
    """The first prism found on the straight line from a to b, whatever its height; -1 if there is none."""
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
            if hits(ax, ay, bx, by, prisms, prisms.cells.items[item]):
                return int(prisms.cells.items[item])
        if next_x < next_y:
            next_x += delta_x
            column += step_x
        else:
            next_y += delta_y
            row += step_y
    return -1


@compiled
def hits(ax: float, ay: float, bx: float, by: float, prisms: Prisms, which: int) -> bool:
    """Whether the straight line from a to b goes through a prism, whatever its height."""
    enter, leave = crossing(ax, ay, 0.0, bx, by, 0.0, prisms, which)
    return leave - enter > 1e-9
