"""The open ground of a town: yards, the park and the market square, with what stands on them."""

from math import hypot
from random import Random

from coterie.environments.virtual.places.blocks import GREEN, PAVED, ROOFS, one_of
from coterie.environments.virtual.places.building import LAWN, Builder, octagon, roof, strip
from coterie.environments.virtual.places.furnishings import CLAY, OAK, PINE, SLATE, SURFACE
from coterie.environments.virtual.places.streets import Block, at
from coterie.environments.virtual.space.scene import Place, Thing
from coterie.environments.virtual.space.solids import Floor, Point, Solid

WATER, STONE = (140, 172, 186), (186, 182, 172)
STALLS = {"fruit": (176, 92, 84), "bread": (206, 172, 104), "flower": (124, 150, 112), "cloth": (104, 126, 160)}


def yard(builder: Builder, luck: Random, block: Block, name: str, kind: str, middle: tuple[Point, ...]) -> None:
    """What houses stand around: grass, a tree or two, a bench.

    Args:
        builder: gets the parts.
        luck: where trees stand.
        block: whose yard it is.
        name: of the place.
        kind: of the place.
        middle: the outline of its open middle.
    """
    builder.places.append(Place(name, kind, block.lots, PAVED))
    wide, tall = (
        hypot(middle[1][0] - middle[0][0], middle[1][1] - middle[0][1]),
        hypot(middle[3][0] - middle[0][0], middle[3][1] - middle[0][1]),
    )
    if min(wide, tall) < 3.0:
        return
    u, v = 0.8 / wide, 0.8 / tall
    lawn = tuple(at(middle, *corner) for corner in ((u, v), (1 - u, v), (1 - u, 1 - v), (u, 1 - v)))
    builder.floors.append(Floor(lawn, GREEN, kind="grass"))
    count = 2 if wide > 7.0 else 1
    for place in range(count):
        spot = at(lawn, (place + 0.5 + 0.3 * (luck.random() - 0.5)) / count, 0.4 + 0.2 * luck.random())
        builder.tree("tree", spot, GREEN, min(1.1, 0.13 * min(wide, tall)) * (0.8 + 0.3 * luck.random()))
    if wide > 7.0:
        _bench(builder, f"the {name} bench", at(lawn, 0.5, 0.12))


def park(builder: Builder, luck: Random, block: Block) -> list[Point]:
    """A lawn behind hedges with trees, benches and a fountain; returns its four gates."""
    builder.places.append(Place("park", "park", block.lots, GREEN))
    builder.floors.append(Floor(block.lots, GREEN, kind="grass"))
    gates = []
    for side in range(4):
        start, end = block.lots[side], block.lots[(side + 1) % 4]
        length = hypot(end[0] - start[0], end[1] - start[1])
        gate = length / 2
        gates.append(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        for begin, stop in ((0.0, gate - 1.5), (gate + 1.5, length)):
            outline = tuple(
                (x - 0.25 * (end[1] - start[1]) / length, y + 0.25 * (end[0] - start[0]) / length)
                for x, y in strip(start, end, begin, stop, 0.5)
            )
            builder.solids.append(Solid("hedge", outline, 0.0, 1.0, "tree", LAWN))
    paths = (
        ((0.445, 0.0), (0.555, 0.0), (0.555, 1.0), (0.445, 1.0)),
        ((0.0, 0.445), (1.0, 0.445), (1.0, 0.555), (0.0, 0.555)),
    )
    for number, path in enumerate(paths):
        outline = tuple(at(block.lots, u, v) for u, v in path)
        builder.floors.append(Floor(outline, GREEN + 0.02 + 0.01 * number, kind="pavement"))
    _fountain(builder, "the park fountain", at(block.lots, 0.5, 0.5), GREEN)
    for row in range(4):
        for column in range(4):
            if luck.random() < 0.85:
                spot = [(0.11 + 0.26 * step + 0.06 * (luck.random() - 0.5)) for step in (column, row)]
                builder.tree("tree", at(block.lots, *spot), GREEN, 0.9 + 0.5 * luck.random())
    for number, (u, v) in enumerate(((0.4, 0.24), (0.6, 0.76))):
        _bench(builder, ("the park bench", "the old bench")[number], at(block.lots, u, v))
    return gates


def square(builder: Builder, luck: Random, block: Block) -> list[Point]:
    """A paved square with market stalls, a fountain and a church; returns its corners towards the streets."""
    builder.places.append(Place("market square", "square", block.lots, PAVED))
    _fountain(builder, "the market fountain", at(block.lots, 0.55, 0.45), PAVED)
    stone, tiles = (208, 200, 186), one_of(luck, ROOFS)
    nave = tuple(at(block.lots, *corner) for corner in ((0.3, 0.68), (0.95, 0.68), (0.95, 0.97), (0.3, 0.97)))
    tower = octagon(
        at(block.lots, 0.2, 0.825),
        0.145 * hypot(block.lots[1][0] - block.lots[0][0], block.lots[1][1] - block.lots[0][1]),
    )
    builder.solids.append(Solid("church", nave, 0.0, 8.0, "building", stone))
    roof(builder, "church", nave, 8.0, tiles)
    builder.solids.append(Solid("church", tower, 0.0, 16.0, "building", stone))
    roof(builder, "church", tower, 16.0, tiles)
    spots = luck.sample(((0.2, 0.2), (0.2, 0.5), (0.85, 0.2), (0.85, 0.5)), 4)
    for (sells, colour), (u, v) in zip(STALLS.items(), spots, strict=True):
        x, y = at(block.lots, u, v)
        builder.things.append(
            Thing(
                f"the {sells} stall",
                "stall",
                (x, y, PAVED),
                (2.2, 1.0, 0.9),
                SURFACE,
                capacity=6,
                solid=True,
                colour=PINE,
            )
        )
        roof_outline = ((x - 1.4, y - 0.9), (x + 1.4, y - 0.9), (x + 1.4, y + 0.9), (x - 1.4, y + 0.9))
        builder.slab(f"{sells} stall", roof_outline, PAVED + 2.3, PAVED + 2.42, colour)
        for a, b in ((-1.05, -0.45), (1.05, -0.45), (1.05, 0.45), (-1.05, 0.45)):
            post = (
                (x + a - 0.04, y + b - 0.04),
                (x + a + 0.04, y + b - 0.04),
                (x + a + 0.04, y + b + 0.04),
                (x + a - 0.04, y + b + 0.04),
            )
            builder.solids.append(Solid(f"{sells} stall", post, PAVED + 0.9, PAVED + 2.3, "furniture", OAK))
    return [at(block.lots, u, v) for u, v in ((0.5, 0.0), (1.0, 0.35), (0.6, 1.0), (0.0, 0.35))]


def _fountain(builder: Builder, name: str, middle: Point, ground: float) -> None:
    label = name.removeprefix("the ")
    for radius, high, colour in ((1.2, 0.5, STONE), (1.02, 0.54, WATER), (0.35, 1.3, STONE)):
        builder.solids.append(Solid(label, octagon(middle, radius), ground, ground + high, "furniture", colour))
    builder.things.append(Thing(name, "fountain", (*middle, ground + 1.3), (0.3, 0.3, 0.3), colour=SLATE))


def _bench(builder: Builder, name: str, middle: Point) -> None:
    builder.things.append(
        Thing(name, "bench", (*middle, GREEN), (1.6, 0.5, 0.45), SURFACE, capacity=3, solid=True, colour=CLAY)
    )
