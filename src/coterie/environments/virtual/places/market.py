"""Markets: a hall with stalls along two walls, or the shops of a town; behind every counter stands a shopkeeper."""

from collections.abc import Mapping, Sequence
from math import dist, hypot
from typing import NamedTuple

import msgspec

from coterie.core.chance import Chance
from coterie.environments.virtual.places.building import Builder, Colour
from coterie.environments.virtual.places.furnishings import CLAY, CREAM, LINEN, OAK, PINE, SAGE, SLATE, STEEL
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Point, Solid, box

KEEPERS = ("mr fox", "mrs reed", "mr cole", "mrs lamb", "mr pike", "mrs webb", "mr hart", "mrs dale")
SIZE = (0.5, 0.5, 1.75)
"""Of a shopkeeper, metres."""
STALL, DEEP, AISLE, ENTRANCE, HIGH = 3.6, 1.9, 4.6, 3.0, 2.7
"""Width and depth of a stall, of the aisle between the two rows, of the entrance, and height of the hall, metres."""
AWNINGS: tuple[Colour, ...] = (CLAY, SAGE, SLATE, (206, 172, 104), (140, 84, 76), (104, 126, 160), STEEL, LINEN)
COATS: tuple[Colour, ...] = ((104, 112, 98), (150, 104, 88), (92, 104, 126), (146, 122, 84))
PLASTER: Colour = (222, 214, 200)
WALL = 0.2
SHOP_WALL, SPOTS = 0.24, 24
"""Thickness of a shop's walls, metres; into how many parts its sides are cut to find room."""
DOORWAY, BESIDE = 1.8, 0.5
"""How far a shopkeeper stands from a shop's door, and from walls and furniture, metres."""


class Stall(NamedTuple):
    """Where somebody sells."""

    keeper: str
    """The shopkeeper: a thing one can talk to."""
    sign: str
    """The sign that tells what is sold."""
    front: tuple[float, float, float]
    """Where buyers stand."""


def hall(count: int, starts: int) -> tuple[Scene, tuple[Stall, ...]]:
    """One hall with stalls on both sides of an aisle; nothing is left to luck.

    Args:
        count: how many stalls, 1 to 8.
        starts: for how many there is room to begin at the west end.
    """
    builder, columns = Builder(), (count + 1) // 2
    wide, deep = columns * STALL + ENTRANCE + 0.5, 2 * DEEP + AISLE
    builder.floors.append(Floor(box(0.0, 0.0, wide, deep), 0.0, kind="concrete"))
    builder.places.append(Place("entrance", "hall", box(0.0, 0.0, ENTRANCE, deep)))
    builder.places.append(Place("market hall", "hall", box(ENTRANCE, 0.0, wide, deep)))
    builder.openings.append(("entrance", "market hall", (ENTRANCE, deep / 2)))
    ends: tuple[Point, ...] = ((0.0, 0.0), (wide, 0.0), (wide, deep), (0.0, deep))
    for side in range(4):
        builder.wall("hall wall", ends[side], ends[(side + 1) % 4], WALL, 0.0, HIGH, PLASTER)
    stalls = tuple(_stall(builder, number, columns, deep) for number in range(count))
    rows = min(4, starts)
    builder.starts = [
        (0.9 + 1.0 * (number // rows), deep / 2 + 1.0 * (number % rows - (rows - 1) / 2), 0.0)
        for number in range(starts)
    ]
    return builder.scene(), stalls


def _stall(builder: Builder, number: int, columns: int, deep: float) -> Stall:
    """Adds a stall: a counter, the keeper behind it between two shelves, an awning, a sign."""
    keeper, north = KEEPERS[number], number % 2 == 0
    name, middle = keeper.split()[1], ENTRANCE + STALL * (number // 2 + 0.5)
    wall, inwards = (deep - WALL / 2, -1.0) if north else (WALL / 2, 1.0)

    def at(away: float) -> float:
        return wall + inwards * away

    builder.things.append(
        Thing(keeper, "shopkeeper", (middle, at(0.4), 0.0), SIZE, ("talk",), solid=True, colour=COATS[number % 4])
    )
    low, high = sorted((at(0.8), at(1.4)))
    builder.solids.append(
        Solid(f"{name} counter", box(middle - 1.45, low, middle + 1.45, high), 0.0, 0.95, "furniture", OAK)
    )
    for side in (-1.0, 1.0):
        low, high = sorted((at(0.0), at(0.75)))
        west, east = sorted((middle + side * 0.35, middle + side * 1.45))
        builder.solids.append(Solid(f"{name} shelf", box(west, low, east, high), 0.0, 1.5, "shelf", PINE))
    low, high = sorted((at(0.0), at(1.7)))
    awning = box(middle - 1.6, low, middle + 1.6, high)
    builder.slab(f"{name} awning", awning, 2.35, 2.45, AWNINGS[number])
    sign = f"the {name} sign"
    spot = (middle, at(1.72), 2.1)
    builder.things.append(Thing(sign, "sign", spot, (1.2, 0.06, 0.24), ("readable",), colour=CREAM))
    return Stall(keeper, sign, (middle, at(1.95), 0.0))


def streets(chance: Chance, size: float, count: int, starts: int) -> tuple[Scene, tuple[Stall, ...]]:
    """A town whose shops sell, as many as fit, with a shopkeeper in each.

    Args:
        chance: gives the town's number, drawn as `town`.
        size: side of the town, metres.
        count: how many shops, 1 to 8.
        starts: how many spots to begin at, on the streets.
    """
    scene = town(chance, size, size, shops=count, houses=0, starts=starts)
    shops = [place for place in scene.places if place.kind == "shop"]
    people = [
        Thing(keeper, "shopkeeper", _beside_counter(scene, shop), SIZE, ("talk",), solid=True, colour=COATS[number % 4])
        for number, (keeper, shop) in enumerate(zip(KEEPERS, shops, strict=False))
    ]
    stalls = tuple(
        Stall(keeper.name, f"the {shop.name} sign", keeper.at) for keeper, shop in zip(people, shops, strict=False)
    )
    return msgspec.structs.replace(scene, things=(*people, *scene.things)), stalls


def _beside_counter(scene: Scene, shop: Place) -> tuple[float, float, float]:
    """The free spot of a shop that is nearest to its counter; the roomiest one if no spot is free."""
    pieces = [thing for thing in scene.things if thing.solid and thing.name.startswith(f"the {shop.name} ")]
    counter = next((thing.at for thing in pieces if thing.kind == "counter"), (*shop.outline[0], 0.0))
    doors = [door.at for door in scene.doors if shop.name in door.between]
    (west, east), (south, north) = ((min(each), max(each)) for each in zip(*shop.outline, strict=True))
    found: list[tuple[float, float, Point]] = []
    for column in range(1, SPOTS):
        for row in range(1, SPOTS):
            spot = west + (east - west) * column / SPOTS, south + (north - south) * row / SPOTS
            room = [_inside(shop.outline, spot) - SHOP_WALL, *(_apart(thing, spot) for thing in pieces)]
            room += [dist(spot, door) - (DOORWAY - BESIDE) for door in doors]
            found.append((-min(BESIDE, *room), dist(spot, counter[:2]), spot))
    x, y = min(found)[2]
    return round(x, 2), round(y, 2), shop.level


def _inside(outline: Sequence[Point], spot: Point) -> float:
    """How far a point is from the nearest side of a convex outline, metres; negative outside."""
    sides = [*zip(outline, (*outline[1:], outline[0]), strict=True)]
    return min(
        ((b[0] - a[0]) * (spot[1] - a[1]) - (b[1] - a[1]) * (spot[0] - a[0])) / hypot(b[0] - a[0], b[1] - a[1])
        for a, b in sides
    )


def _apart(thing: Thing, spot: Point) -> float:
    """How far a point is from a thing in plan, metres."""
    (x, y, _), (width, depth, _) = thing.at, thing.size
    return hypot(max(0.0, abs(spot[0] - x) - width / 2), max(0.0, abs(spot[1] - y) - depth / 2))


def lettered(scene: Scene, texts: Mapping[str, str]) -> Scene:
    """The same scene with new words on some things; `texts` is name to words."""
    things = tuple(
        msgspec.structs.replace(thing, text=texts[thing.name]) if thing.name in texts else thing
        for thing in scene.things
    )
    return msgspec.structs.replace(scene, things=things)
