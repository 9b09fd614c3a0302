"""The streets of a town: straight, a little slanted, each from border to border, and the blocks between them.

Where two cross is a crossing. A street has a carriageway and a pavement on both sides; its place ends where the lots of
the blocks begin.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from coterie.environments.virtual.places.town_names import STREETS
from coterie.environments.virtual.space.solids import Point

KERB, LOT = 2.0, 3.6
"""From the middle of a street to its kerbs, and to the lots beside it, in metres."""
BLOCK = 24.0
"""Side of a block's lots by wish."""
SLANT = 2.4


class Street(NamedTuple):
    """A street: its middle line from south to north, or from west to east."""

    name: str
    start: Point
    end: Point


class Block(NamedTuple):
    """The ground between four streets."""

    kerb: tuple[Point, ...]
    """Its outline with the pavement around it: south-west, south-east, north-east, north-west corner."""
    lots: tuple[Point, ...]
    """Without the pavement."""
    sides: tuple[Street, Street, Street, Street]
    """The streets south, east, north and west of it."""


class Roads(NamedTuple):
    """All streets of a town."""

    upright: list[Street]
    """From west to east."""
    level: list[Street]
    """From south to north."""
    blocks: list[Block]
    """Row by row from the south-west."""
    columns: int


def roads(luck: Random, width: float, depth: float) -> Roads:
    """Lays out the streets of a town, with one along each border."""
    columns, rows = (max(1, round((side - 2 * LOT) / (BLOCK + 2 * LOT))) for side in (width, depth))
    names = luck.sample(STREETS, columns + rows + 2)
    upright = [
        Street(name, (south, 0.0), (north, depth))
        for name, south, north in zip(names, *_lines(luck, width, columns), strict=False)
    ]
    level = [
        Street(name, (0.0, west), (width, east))
        for name, west, east in zip(names[columns + 1 :], *_lines(luck, depth, rows), strict=False)
    ]
    blocks = []
    for row in range(rows):
        for column in range(columns):
            west, east, south, north = upright[column], upright[column + 1], level[row], level[row + 1]
            kerb, lots = (
                tuple(
                    crossing(shifted(one, one_by), shifted(other, other_by))
                    for one, one_by, other, other_by in (
                        (west, -off, south, off), (east, off, south, off), (east, off, north, -off),
                        (west, -off, north, -off),
                    )
                )
                for off in (KERB, LOT)
            )  # fmt: skip
            blocks.append(Block(kerb, lots, (south, east, north, west)))
    return Roads(upright, level, blocks, columns)


def shifted(street: Street, by: float) -> tuple[Point, Point]:
    """A line beside the middle of a street, `by` metres to its left as one goes from start to end.

    >>> shifted(Street("mill street", (0.0, 0.0), (9.0, 0.0)), 2.0)
    ((0.0, 2.0), (9.0, 2.0))
    """
    (ax, ay), (bx, by_) = street.start, street.end
    length = ((bx - ax) ** 2 + (by_ - ay) ** 2) ** 0.5
    off_x, off_y = -(by_ - ay) / length * by, (bx - ax) / length * by
    return (ax + off_x, ay + off_y), (bx + off_x, by_ + off_y)


def crossing(one: tuple[Point, Point], other: tuple[Point, Point]) -> Point:
    """Where two lines meet.

    >>> crossing(((0.0, 1.0), (4.0, 1.0)), ((3.0, 0.0), (3.0, 9.0)))
    (3.0, 1.0)
    """
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    part = ((cx - ax) * vy - (cy - ay) * vx) / (ux * vy - uy * vx)
    return ax + part * ux, ay + part * uy


def corner(one: Street, other: Street, off: float = LOT) -> tuple[Point, ...]:
    """The square where an upright street crosses a level one."""
    return tuple(
        crossing(shifted(one, a), shifted(other, b)) for a, b in ((off, -off), (-off, -off), (-off, off), (off, off))
    )


def ground(street: Street) -> tuple[Point, ...]:
    """The outline of a whole street, lots to lots, counter-clockwise."""
    (right_start, right_end), (left_start, left_end) = shifted(street, -LOT), shifted(street, LOT)
    return right_start, right_end, left_end, left_start


def at(lots: Sequence[Point], u: float, v: float) -> Point:
    """A point of a block, from its south-west corner (0, 0) to its north-east one (1, 1)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = lots
    south, north = (ax + u * (bx - ax), ay + u * (by - ay)), (dx + u * (cx - dx), dy + u * (cy - dy))
    return south[0] + v * (north[0] - south[0]), south[1] + v * (north[1] - south[1])


def _lines(luck: Random, side: float, count: int) -> tuple[list[float], list[float]]:
    """Where the middles of count + 1 streets begin and end; those at the borders run along them."""
    gap = (side - 2 * LOT) / count
    begins, ends = [LOT], [LOT]
    for number in range(1, count):
        middle = LOT + number * gap + 0.1 * gap * (luck.random() - 0.5)
        slant = SLANT * (luck.random() - 0.5)
        begins.append(round(middle + slant, 2))
        ends.append(round(middle - slant, 2))
    return [*begins, side - LOT], [*ends, side - LOT]
