"""Shared by worlds on a grid: cells, directions, shortest ways. A cell is (column, row); north is row - 1."""

from collections import deque
from collections.abc import Collection, Mapping

Cell = tuple[int, int]
DIRECTIONS: dict[str, Cell] = {"north": (0, -1), "south": (0, 1), "east": (1, 0), "west": (-1, 0)}


def cells(width: int, height: int) -> list[Cell]:
    """All cells, row by row."""
    return [(column, row) for row in range(height) for column in range(width)]


def beside(cell: Cell, direction: str) -> Cell:
    """The neighbour in a direction, inside the grid or not.

    >>> beside((1, 1), "north")
    (1, 0)
    """
    step = DIRECTIONS[direction]
    return cell[0] + step[0], cell[1] + step[1]


def distances(goal: Cell, free: Collection[Cell]) -> dict[Cell, int]:
    """Steps to `goal` from every free cell that can reach it, by breadth-first search.

    >>> distances((0, 0), cells(2, 2))[1, 1]
    2
    """
    found = {goal: 0}
    border = deque([goal])
    while border:
        here = border.popleft()
        for direction in DIRECTIONS:
            there = beside(here, direction)
            if there in free and there not in found:
                found[there] = found[here] + 1
                border.append(there)
    return found


def drawn(width: int, height: int, marks: Mapping[Cell, str], empty: str = ".") -> str:
    """Draws a grid in letters, with the numbers of columns and rows around it.

    >>> print(drawn(2, 2, {(1, 0): "#"}))
        c0 c1
    r0  .  #
    r1  .  .
    """
    lines = ["    " + " ".join(f"c{column}" for column in range(width))]
    for row in range(height):
        signs = "".join(f" {marks.get((column, row), empty):2s}" for column in range(width))
        lines.append(f"r{row:<2d}{signs}".rstrip())
    return "\n".join(lines)


def named(cell: Cell) -> str:
    """A cell in words; columns run east, rows run south.

    >>> named((2, 0))
    'c2 r0'
    """
    return f"c{cell[0]} r{cell[1]}"
