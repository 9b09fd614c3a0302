"""How the blocks of a town are cut into lots around a yard, and the houses on them that one cannot enter."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from random import Random
from typing import NamedTuple

from coterie.environments.virtual.places.building import Builder, Colour, roof, strip
from coterie.environments.virtual.places.streets import Block, Street, at
from coterie.environments.virtual.space.scene import Place
from coterie.environments.virtual.space.solids import Point, Solid

PAVED, GREEN, INSIDE = 0.12, 0.14, 0.16
"""Heights of pavements, of yards and parks, and of floors in buildings, in metres."""
HEIGHT = 3.0
"""Of a storey."""
ALLEY = 2.2
FACADES: tuple[Colour, ...] = (
    (226, 208, 182), (214, 190, 168), (205, 208, 200), (221, 214, 200), (198, 180, 164), (212, 200, 176),
    (190, 198, 202), (222, 196, 178), (208, 202, 190), (200, 188, 176),
)  # fmt: skip
ROOFS: tuple[Colour, ...] = ((168, 104, 84), (150, 96, 80), (116, 122, 132), (134, 112, 98), (158, 118, 96))
DOORS: tuple[Colour, ...] = ((96, 74, 60), (72, 96, 112), (96, 112, 88), (128, 72, 64), (70, 72, 80))


class Lot(NamedTuple):
    """A building's ground: its outline and the side of it that faces a street."""

    outline: tuple[Point, ...]
    """South-west, south-east, north-east, north-west corner."""
    side: int
    """0 south, 1 east, 2 north, 3 west."""
    street: Street

    def front(self) -> tuple[Point, Point]:
        """The two ends of its front, as one sees it from inside from left to right reversed: counter-clockwise."""
        return self.outline[self.side], self.outline[(self.side + 1) % 4]

    def width(self) -> float:
        """The length of its front in metres."""
        (ax, ay), (bx, by) = self.front()
        return hypot(bx - ax, by - ay)


class Cut(NamedTuple):
    """A block cut into lots around a yard."""

    lots: list[Lot]
    exits: list[tuple[Point, Street]]
    """Where one comes into the yard from which street."""
    middle: tuple[Point, ...]
    """The outline of the yard without its alleys."""


def cut(luck: Random, block: Block) -> Cut:
    """Cuts a block into lots that face its streets; at least one alley leads to its yard."""
    wide, tall = (
        hypot(b[0] - a[0], b[1] - a[1]) for a, b in ((block.lots[0], block.lots[1]), (block.lots[0], block.lots[3]))
    )
    deep = min(8.0, 0.38 * tall)
    found: list[Lot] = []

    def quarter(left: float, low: float, right: float, high: float) -> tuple[Point, ...]:
        corners = ((left, low), (right, low), (right, high), (left, high))
        return tuple(at(block.lots, x / wide, y / tall) for x, y in corners)

    def lot(left: float, low: float, right: float, high: float, side: int) -> None:
        found.append(Lot(quarter(left, low, right, high), side, block.sides[side]))

    middle = tall - 2 * deep
    flank = 6.5 + luck.random()
    west = middle >= 6.5 and wide >= flank + 6.0 and luck.random() < 0.75
    east = middle >= 6.5 and wide >= flank * (1 + west) + 6.0 and luck.random() < 0.75
    alleys = [luck.random() < 0.5, luck.random() < 0.5]
    if west and east and not any(alleys):
        alleys[int(luck.random() * 2)] = True
    exits: list[tuple[Point, Street]] = []
    for side, low, high, alley in ((0, 0.0, deep, alleys[0]), (2, tall - deep, tall, alleys[1])):
        fronts, gap = _row(luck, wide, alley, flank * west, flank * east)
        for left, right in fronts:
            lot(left, low, right, high, side)
        if gap is not None:
            exits.append((at(block.lots, gap / wide, side / 2), block.sides[side]))
    for side, built, left, right in ((3, west, 0.0, flank), (1, east, wide - flank, wide)):
        if built:
            lot(left, deep, right, tall - deep, side)
        else:
            exits.append((at(block.lots, float(side == 1), 0.5), block.sides[side]))
    return Cut(found, exits, quarter(flank * west, deep, wide - flank * east, tall - deep))


def _row(
    luck: Random, wide: float, alley: bool, west: float, east: float
) -> tuple[list[tuple[float, float]], float | None]:
    """Fronts along a row, and the middle of an alley between two of them that leads into the yard between flanks."""
    gap, spans = None, [(0.0, wide)]
    if alley:
        low, high = max(west, 5.0), wide - max(east, 5.0) - ALLEY
        begin = low + (high - low) * luck.random()
        gap, spans = begin + ALLEY / 2, [(0.0, begin), (begin + ALLEY, wide)]
    fronts: list[tuple[float, float]] = []
    for begin, end in spans:
        count = max(1, round((end - begin) / (7.0 + 3.0 * luck.random())))
        inner = [(place + 0.3 * (luck.random() - 0.5)) / count for place in range(1, count)]
        fronts += pairwise(begin + (end - begin) * part for part in (0.0, *inner, 1.0))
    return fronts, gap


def house(builder: Builder, luck: Random, lot: Lot, name: str, corners: Sequence[Point]) -> None:
    """A house one cannot enter, of two to four storeys; some at a street corner have theirs cut off."""
    storeys = 2 + int(luck.random() * 2.6)
    outline = list(lot.outline)
    for place in range(4)[::-1]:
        if lot.outline[place] in corners and luck.random() < 0.5:
            outline[place : place + 1] = [
                towards(lot.outline[place], lot.outline[other % 4], 1.8) for other in (place - 1, place + 1)
            ]
    top = PAVED + storeys * HEIGHT
    builder.solids.append(Solid(name, tuple(outline), 0.0, top, "building", one_of(luck, FACADES)))
    roof(builder, name, outline, top, one_of(luck, ROOFS))
    doorstep(builder, lot, name)
    start, end = lot.front()
    middle = lot.width() / 2
    # So thin that ways on foot need not go round it.
    panel = strip(start, end, middle - 0.5, middle + 0.5, 0.016)
    builder.solids.append(Solid(name, panel, PAVED, PAVED + 2.15, "door", one_of(luck, DOORS)))
    if luck.random() < 0.5:
        canopy = strip(start, end, middle - 0.8, middle + 0.8, 1.2)
        builder.slab(name, canopy, PAVED + 2.4, PAVED + 2.5, one_of(luck, ROOFS))


def towards(one: Point, other: Point, by: float) -> Point:
    """The point some metres from one towards another.

    >>> towards((0.0, 0.0), (4.0, 0.0), 1.0)
    (1.0, 0.0)
    """
    part = by / hypot(other[0] - one[0], other[1] - one[1])
    return one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])


def doorstep(builder: Builder, lot: Lot, name: str) -> None:
    """The place in front of a house's door: a metre and a half of pavement."""
    (ax, ay), (bx, by) = lot.front()
    length = lot.width()
    ux, uy = (bx - ax) / length, (by - ay) / length
    x, y = (ax + bx) / 2, (ay + by) / 2
    corners = ((-1.0, 0.0), (-1.0, 1.5), (1.0, 1.5), (1.0, 0.0))
    outline = tuple((x + a * ux + b * uy, y + a * uy - b * ux) for a, b in corners)
    builder.places.append(Place(name, "doorstep", outline, PAVED))


def one_of(luck: Random, options: Sequence[Colour]) -> Colour:
    """One of some colours."""
    return options[int(luck.random() * len(options))]
