"""Towns: named streets, blocks of houses around yards, shops one can enter, a park, a market square.

Everything comes from one drawn number; the same number and options always give the same town. Streets run from border
to border and have one name; houses have an address (`mill street 4`), and that is also the name of the spot in front of
their door; shops and public houses are called what they are (`bakery`, `library`).
"""

from math import hypot
from random import Random

from coterie.core.chance import Chance
from coterie.environments.virtual.places import open_ground
from coterie.environments.virtual.places.blocks import PAVED, Lot, cut, house
from coterie.environments.virtual.places.building import LAWN, Builder, octagon
from coterie.environments.virtual.places.interiors import public_house, shop, suits_shop, suits_stairs
from coterie.environments.virtual.places.streets import KERB, LOT, Roads, Street, corner, ground, roads, shifted
from coterie.environments.virtual.places.town_names import HOUSES, SHOPS, YARDS
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Point, Solid, box

SEEDS = range(1_000_000)
SIGN = (74, 104, 134)


def town(
    chance: Chance, width: float = 100.0, depth: float = 100.0, shops: int = 8, houses: int = 2, starts: int = 8
) -> Scene:
    """A town.

    Args:
        chance: gives one number, drawn as `town`.
        width: metres from west to east, 30 (one block) to 200.
        depth: metres from south to north.
        shops: how many shops one can enter, up to 30, as far as they fit.
        houses: how many public houses with two floors one can enter, up to 6, as far as they fit.
        starts: how many spots to begin at, on the streets.

    Raises:
        ValueError: a number is out of its range.
    """
    if not (30 <= width <= 200 and 30 <= depth <= 200 and 0 <= shops <= len(SHOPS) and 0 <= houses <= len(HOUSES)):
        raise ValueError(
            f"town of {width} x {depth} m with {shops} shops and {houses} public houses; expected sides of 30 to "
            f"200 m, 0 to {len(SHOPS)} shops, 0 to {len(HOUSES)} public houses"
        )
    luck = Random(chance.draw("town", SEEDS))
    builder = Builder()
    plan = roads(luck, width, depth)
    _streets(builder, plan, width, depth)
    built = _blocks(builder, luck, plan)
    corners = [point for block in plan.blocks for point in block.lots]
    chosen = _chosen(luck, built, shops, houses)
    for lot, address in _addressed(plan, built):
        if lot not in chosen:
            house(builder, luck, lot, address, corners)
        elif chosen[lot] in SHOPS:
            shop(builder, luck, lot, chosen[lot], SHOPS[chosen[lot]])
        else:
            public_house(builder, luck, lot, chosen[lot], HOUSES[chosen[lot]])
    _beside_streets(builder, luck, plan)
    builder.starts = _starts(luck, plan, starts)
    return builder.scene()


def _streets(builder: Builder, plan: Roads, width: float, depth: float) -> None:
    """Adds the ground, the streets and crossings with their names and signs, and a hedge along the border."""
    builder.floors.append(Floor(box(0.0, 0.0, width, depth), 0.0, kind="street"))
    rim = LOT - KERB
    for strip in (
        box(0.0, 0.0, width, rim), box(0.0, depth - rim, width, depth), box(0.0, rim, rim, depth - rim),
        box(width - rim, rim, width, depth - rim),
    ):  # fmt: skip
        builder.floors.append(Floor(strip, PAVED, kind="pavement"))
    for hedge in (
        box(0.0, 0.0, width, 0.4), box(0.0, depth - 0.4, width, depth), box(0.0, 0.4, 0.4, depth - 0.4),
        box(width - 0.4, 0.4, width, depth - 0.4),
    ):  # fmt: skip
        builder.solids.append(Solid("hedge", hedge, 0.0, 1.3, "tree", LAWN))
    builder.floors.extend(Floor(block.kerb, PAVED, kind="pavement") for block in plan.blocks)
    builder.places.extend(Place(street.name, "street", ground(street)) for street in (*plan.upright, *plan.level))
    for upright in plan.upright:
        for level in plan.level:
            outline = corner(upright, level)
            name = f"{upright.name} and {level.name}"
            builder.places.append(Place(name, "crossing", outline))
            for street, edge in ((upright, 2), (level, 1)):
                (ax, ay), (bx, by) = outline[edge], outline[(edge + 1) % 4]
                last = plan.level[-1] if street is upright else plan.upright[-1]
                if last in (upright, level):
                    (ax, ay), (bx, by) = outline[edge - 2], outline[edge - 1]
                builder.openings.append((street.name, name, ((ax + bx) / 2, (ay + by) / 2)))
    for number, street in enumerate(plan.upright):
        _sign(builder, plan, street, number, number % len(plan.level))
    for number, street in enumerate(plan.level):
        _sign(builder, plan, street, (number + 1) % len(plan.upright), number)


def _sign(builder: Builder, plan: Roads, street: Street, column: int, row: int) -> None:
    """Adds a sign with a street's name on a post at a crossing, at the corner towards the north-east block if any."""
    west, south = column + 1 == len(plan.upright), row + 1 == len(plan.level)
    where = ((2, 1), (3, 0))[west][south]
    at = corner(plan.upright[column], plan.level[row], LOT - 0.5)[where]
    builder.solids.append(Solid("post", octagon(at, 0.05), 0.0, 2.3, "furniture", (92, 98, 104)))
    size = (1.1, 0.06, 0.25) if street in plan.level else (0.06, 1.1, 0.25)
    builder.things.append(
        Thing(f"the {street.name} sign", "sign", (*at, 2.3), size, ("readable",), text=street.name, colour=SIGN)
    )


def _blocks(builder: Builder, luck: Random, plan: Roads) -> list[Lot]:
    """Adds the park, the market square and the yards; returns the lots of all buildings."""
    count, names = len(plan.blocks), luck.sample(YARDS, len(plan.blocks))
    order = luck.sample(range(count), count)
    park, market = (order[0] if count >= 4 else None), (order[1] if count >= 6 else None)
    found: list[Lot] = []
    for number, block in enumerate(plan.blocks):
        name = names[number]
        if number == park:
            gates = open_ground.park(builder, luck, block)
            exits, name = list(zip(gates, block.sides, strict=True)), "park"
        elif number == market:
            gates = open_ground.square(builder, luck, block)
            exits, name = list(zip(gates, block.sides, strict=True)), "market square"
        else:
            parts = cut(luck, block)
            name, kind = ("park", "park") if park is None and number == 0 else (name, "yard")
            open_ground.yard(builder, luck, block, name, kind, parts.middle)
            exits = parts.exits
            found += parts.lots
        builder.openings.extend((street.name, name, point) for point, street in exits)
    return found


def _addressed(plan: Roads, built: list[Lot]) -> list[tuple[Lot, str]]:
    """Every lot with its address: odd numbers on the left of a street, even ones on its right, from its start."""
    found = []
    for street in (*plan.upright, *plan.level):
        x, y = street.start
        for sides, first in (((0, 1), 1), ((2, 3), 2)):
            lots = [lot for lot in built if lot.street is street and lot.side in sides]
            lots.sort(key=lambda lot: hypot(lot.outline[0][0] - x, lot.outline[0][1] - y))
            found += [(lot, f"{street.name} {first + 2 * place}") for place, lot in enumerate(lots)]
    return found


def _chosen(luck: Random, built: list[Lot], shops: int, houses: int) -> dict[Lot, str]:
    """Which lots are public houses and shops, and what they are called."""
    shuffled = luck.sample(built, len(built))
    chosen = dict(zip([lot for lot in shuffled if suits_stairs(lot)], luck.sample(list(HOUSES), houses), strict=False))
    left = [lot for lot in shuffled if lot not in chosen and suits_shop(lot)]
    return chosen | dict(zip(left, luck.sample(list(SHOPS), shops), strict=False))


def _beside_streets(builder: Builder, luck: Random, plan: Roads) -> None:
    """Adds trees and lamps along the kerbs, away from crossings and doors."""
    entrances = [door.at for door in builder.doors]
    entrances += [_middle(place.outline) for place in builder.places if place.kind == "doorstep"]
    for streets, others in ((plan.upright, plan.level), (plan.level, plan.upright)):
        for street in streets:
            green = luck.random() < 0.5
            for side in (-1, 1):
                (ax, ay), (bx, by) = shifted(street, side * (KERB + 0.45))
                length = hypot(bx - ax, by - ay)
                along = 6.0 + 4.0 * luck.random()
                while along < length:
                    x, y = ax + (bx - ax) * along / length, ay + (by - ay) * along / length
                    spacing = 8.0 if green else 15.0
                    along += spacing + 2.0 * luck.random()
                    if any(abs(_beside(other, x, y)) < LOT + 1.0 for other in others):
                        continue
                    if any(hypot(a - x, b - y) < 1.9 for a, b in entrances):
                        continue
                    if green:
                        builder.tree("tree", (x, y), PAVED, 0.6 + 0.15 * luck.random())
                    else:
                        for radius, low, high in ((0.06, 0.0, 3.5), (0.2, 3.5, 3.8)):
                            builder.solids.append(
                                Solid("lamp", octagon((x, y), radius), low, high, "furniture", (84, 88, 92))
                            )


def _middle(outline: tuple[Point, ...]) -> Point:
    return sum(x for x, _ in outline) / len(outline), sum(y for _, y in outline) / len(outline)


def _beside(street: Street, x: float, y: float) -> float:
    """How far a point is to the left of the middle of a street."""
    (ax, ay), (bx, by) = street.start, street.end
    return ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / hypot(bx - ax, by - ay)


def _starts(luck: Random, plan: Roads, count: int) -> list[tuple[float, float, float]]:
    """Spots on the carriageways, at least two metres apart."""
    found: list[tuple[float, float, float]] = []
    everywhere = [*plan.upright, *plan.level]
    for _ in range(50 * count):
        if len(found) == count:
            break
        street = everywhere[int(luck.random() * len(everywhere))]
        (ax, ay), (bx, by) = shifted(street, 2.4 * (luck.random() - 0.5))
        part = 0.06 + 0.88 * luck.random()
        x, y = round(ax + part * (bx - ax), 2), round(ay + part * (by - ay), 2)
        if all(hypot(x - a, y - b) >= 2.0 for a, b, _ in found):
            found.append((x, y, 0.0))
    return found
