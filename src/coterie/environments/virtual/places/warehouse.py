"""Warehouses: aisles between shelves, loads that need two to carry, and a dock with bays they are to be brought to.

Everything comes from one drawn number; the same number and options always give the same warehouse. Aisles are
`aisle a`, `aisle b` from west to east, with shelves `a1`, `a2` on both sides from south to north.
"""

from random import Random

from coterie.core.chance import Chance
from coterie.environments.virtual.places import furniture
from coterie.environments.virtual.places.building import Builder, Colour, Opening
from coterie.environments.virtual.places.furnishings import COLOURS, CONTAINER, OAK, SAGE, STEEL, SURFACE, Piece
from coterie.environments.virtual.places.furniture import Rectangle, apart
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box

SEEDS = range(1_000_000)
AISLE, RACK, BAY = 2.8, 1.0, 2.6
"""Width of an aisle, depth and length of a shelf, in metres."""
DOCK, PASSAGE, HIGH, WALL = 7.0, 2.6, 4.6, 0.24
OFFICE = 4.2
LETTERS = "abcdef"
ORDER = ("first", "second", "third", "fourth")
LOADS = {"crate": (1.0, 1.0, 0.9), "machine": (1.1, 0.9, 1.3), "engine": (1.1, 0.8, 0.9), "safe": (0.8, 0.8, 1.1)}
PARCELS = {"box": (0.4, 0.3, 0.3), "parcel": (0.3, 0.25, 0.15), "toolbox": (0.4, 0.2, 0.22), "can": (0.2, 0.2, 0.3)}
PLASTER: tuple[Colour, ...] = ((214, 216, 214), (222, 214, 202), (206, 212, 218))
RACKS: tuple[Colour, ...] = ((104, 128, 152), (168, 122, 88), (124, 140, 118))
DESK = (
    Piece("desk", 1.4, 0.7, 0.75, OAK, SURFACE, 4),
    Piece("filing cabinet", 0.5, 0.6, 1.3, STEEL, CONTAINER, 4),
    Piece("lamp", 0.35, 0.35, 1.5, SAGE, ("switch",)),
)


def warehouse(
    chance: Chance, aisles: int = 3, bays: int = 4, loads: int = 4, objects: int = 8, starts: int = 8
) -> Scene:
    """A warehouse.

    Args:
        chance: gives one number, drawn as `warehouse`.
        aisles: 1 to 6.
        bays: how many shelves stand along each side of an aisle, 1 to 10.
        loads: how many heavy things stand about, 1 to 16, as far as they fit.
        objects: how many parcels lie on the shelves, 0 to 32.
        starts: how many spots to begin at, as far as they fit.

    Raises:
        ValueError: a number is out of its range.
    """
    if not (1 <= aisles <= 6 and 1 <= bays <= 10 and 1 <= loads <= 16 and 0 <= objects <= 32):
        raise ValueError(
            f"warehouse with {aisles} aisles, {bays} bays, {loads} loads, {objects} objects; expected 1 to 6 aisles, "
            "1 to 10 bays, 1 to 16 loads, 0 to 32 objects"
        )
    luck = Random(chance.draw("warehouse", SEEDS))
    builder = Builder()
    width, depth = aisles * (AISLE + 2 * RACK), DOCK + bays * BAY + PASSAGE
    plaster = PLASTER[int(luck.random() * len(PLASTER))]
    _shell(builder, width, depth, aisles, plaster)
    racks = _racks(builder, luck, aisles, bays)
    office = _office(builder, luck, width, plaster) if width >= OFFICE + 5.0 else None
    keep = [office] if office is not None else []
    free = width - (OFFICE if office is not None else 0.0)
    pallets = _pallets(builder, free)
    spots = _loads(builder, luck, aisles, bays, loads)
    furniture.scatter(builder, luck, objects, racks, PARCELS)
    cart = (free - 1.2, DOCK - 2.6, free - 0.3, DOCK - 2.0)
    builder.things.append(
        Thing(
            "the cart", "cart", ((cart[0] + cart[2]) / 2, (cart[1] + cart[3]) / 2, 0.0), (0.9, 0.6, 0.9),
            ("cart", "container"), capacity=3, solid=True, colour=(146, 150, 156),
        )
    )  # fmt: skip
    areas: list[tuple[Rectangle, float, list[Rectangle]]] = [
        ((0.0, 0.0, free, DOCK), 0.0, [*keep, *pallets, cart]),
        ((0.0, depth - PASSAGE, width, depth), 0.0, spots),
    ]
    for number in range(aisles):
        west = number * (AISLE + 2 * RACK) + RACK
        areas.append(((west, DOCK, west + AISLE, depth - PASSAGE), 0.0, spots))
    builder.starts = furniture.standing_room(luck, areas, starts)
    return builder.scene()


def _shell(builder: Builder, width: float, depth: float, aisles: int, plaster: Colour) -> None:
    """Adds floors, places, the outer walls with the dock's shut gates, and the roof."""
    builder.floors.append(Floor(box(0.0, 0.0, width, depth), 0.0, kind="concrete"))
    north = depth - PASSAGE
    builder.places.append(Place("dock", "hall", box(0.0, 0.0, width, DOCK)))
    builder.places.append(Place("north passage", "hall", box(0.0, north, width, depth)))
    for number in range(aisles):
        west = number * (AISLE + 2 * RACK)
        name = f"aisle {LETTERS[number]}"
        builder.places.append(Place(name, "aisle", box(west, DOCK, west + AISLE + 2 * RACK, north)))
        middle = west + RACK + AISLE / 2
        builder.openings.append((name, "dock", (middle, DOCK)))
        builder.openings.append((name, "north passage", (middle, north)))
    off = WALL / 2
    ends = (-off, -off), (width + off, -off), (width + off, depth + off), (-off, depth + off)
    for side in range(4):
        (ax, ay), (bx, by) = ends[side], ends[(side + 1) % 4]
        if side % 2 == 0:
            reach = off if ax < bx else -off
            ax, bx = ax - reach, bx + reach
        builder.wall("warehouse wall", (ax, ay), (bx, by), WALL, 0.0, HIGH, plaster)
    builder.slab("warehouse roof", box(-0.5, -0.5, width + 0.5, depth + 0.5), HIGH, HIGH + 0.25, (132, 138, 144))


def _racks(builder: Builder, luck: Random, aisles: int, bays: int) -> list[Thing]:
    """Adds the shelves on both sides of every aisle; returns them."""
    colour = RACKS[int(luck.random() * len(RACKS))]
    made = []
    for aisle in range(aisles):
        west = aisle * (AISLE + 2 * RACK)
        for place in range(2 * bays):
            x = west + RACK / 2 + (place % 2) * (AISLE + RACK)
            y = DOCK + (place // 2 + 0.5) * BAY
            name = f"the shelf {LETTERS[aisle]}{place + 1}"
            made.append(
                Thing(name, "shelf", (x, y, 0.0), (RACK, BAY, 1.9), SURFACE, capacity=4, solid=True, colour=colour)
            )
    builder.things += made
    return made


def _office(builder: Builder, luck: Random, width: float, plaster: Colour) -> Rectangle:
    """Adds an office in the south-east corner; returns its rectangle, walls and the space before its door included."""
    west = width - OFFICE
    builder.places.append(Place("office", "room", box(west, 0.0, width, OFFICE)))
    at = round(1.2 + 1.8 * luck.random(), 2)
    builder.doors.append(Door("the office door", (west, at), (0.0, 1.0), ("dock", "office"), 0.95, thickness=0.06))
    thin = 0.14
    builder.wall("office wall", (west, 0.0), (west, OFFICE + thin / 2), thin, 0.0, 2.7, plaster, [Opening(at, 0.95)])
    window = Opening(OFFICE / 2, 1.8, window=True)
    builder.wall("office wall", (west, OFFICE), (width, OFFICE), thin, 0.0, 2.7, plaster, [window])
    builder.slab("office ceiling", box(west - 0.07, 0.0, width, OFFICE + 0.07), 2.7, 2.85, plaster)
    room = (west + thin / 2, 0.0, width, OFFICE - thin / 2)
    keep = (west - 1.1, at - 0.7, west + 1.1, at + 0.7)
    furniture.furnish(builder, luck, DESK, room, 0.0, [keep], [f"the {piece.kind}" for piece in DESK])
    return west - 1.2, 0.0, width, OFFICE + 0.2


def _pallets(builder: Builder, width: float) -> list[Rectangle]:
    """Adds the bays of the dock, each with a shut gate and a flat pallet one can walk over; returns the pallets."""
    count = max(1, min(len(ORDER), int(width / 3.6)))
    taken = []
    for number in range(count):
        x = width * (number + 0.5) / count
        builder.solids.append(
            Solid(f"gate {number + 1}", box(x - 1.3, -0.06, x + 1.3, 0.06), 0.0, 2.8, "door", (122, 138, 150))
        )
        builder.places.append(Place(f"bay {number + 1}", "bay", box(x - 1.5, 0.0, x + 1.5, 2.6)))
        builder.things.append(
            Thing(
                f"the {ORDER[number]} pallet", "pallet", (x, 1.3, 0.0), (1.4, 1.2, 0.14), SURFACE, capacity=2,
                colour=(196, 164, 120),
            )
        )  # fmt: skip
        taken.append((x - 0.7, 0.7, x + 0.7, 1.9))
    return taken


def _loads(builder: Builder, luck: Random, aisles: int, bays: int, count: int) -> list[Rectangle]:
    """Adds heavy things beside shelves and along the north wall; returns where they stand."""
    named = luck.sample([(colour, kind) for kind in LOADS for colour in COLOURS], count)
    taken: list[Rectangle] = []
    for colour, kind in named:
        width, depth, height = LOADS[kind]
        for _ in range(30):
            aisle, side = int(luck.random() * aisles), int(luck.random() * 3)
            west = aisle * (AISLE + 2 * RACK)
            x = west + RACK + 0.04 if side == 0 else west + RACK + AISLE - width - 0.04
            y = DOCK + 0.6 + (bays * BAY - 1.2 - depth) * luck.random()
            if side == 2:
                x = west + 0.3 + (AISLE + 2 * RACK - 0.6 - width) * luck.random()
                y = DOCK + bays * BAY + PASSAGE - depth - 0.04
            spot = (x, y, x + width, y + depth)
            if all(apart(spot, other) >= 0.75 for other in taken):
                taken.append(spot)
                at = (x + width / 2, y + depth / 2, 0.0)
                name = f"the {colour} {kind}"
                size = (width, depth, height)
                builder.things.append(Thing(name, kind, at, size, ("heavy",), solid=True, colour=COLOURS[colour]))
                break
    return taken
