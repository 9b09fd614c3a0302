"""Shops and public houses of a town: the ground floor, and in public houses one more, can be entered."""

from math import hypot
from random import Random

from coterie.environments.virtual.places import furniture
from coterie.environments.virtual.places.blocks import FACADES, HEIGHT, INSIDE, PAVED, ROOFS, Lot, one_of
from coterie.environments.virtual.places.building import (
    RUN,
    SLAB,
    STAIRS_WIDTH,
    WOOD,
    Builder,
    Colour,
    Opening,
    around,
    roof,
    shrunk,
)
from coterie.environments.virtual.places.furnishings import CONTAINER, OAK, PINE, SAGE, SURFACE, Piece
from coterie.environments.virtual.places.furniture import Rectangle
from coterie.environments.virtual.space.scene import Door, Place, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box

WALL = 0.24
DOOR = 1.0
SIGNS: tuple[Colour, ...] = ((84, 112, 138), (140, 84, 76), (92, 122, 92), (150, 120, 72), (112, 92, 128))
SHOP = (
    Piece("counter", 2.0, 0.6, 0.95, OAK, SURFACE, 5),
    Piece("shelf", 1.6, 0.4, 1.8, PINE, SURFACE, 6),
    Piece("cupboard", 0.9, 0.45, 1.8, OAK, CONTAINER, 5),
    Piece("table", 1.0, 0.7, 0.75, PINE, SURFACE, 4, free=True),
)
UPSTAIRS = (
    Piece("desk", 1.4, 0.7, 0.75, OAK, SURFACE, 5),
    Piece("bookcase", 1.4, 0.4, 1.9, PINE, SURFACE, 6),
    Piece("bench", 1.6, 0.45, 0.45, SAGE, SURFACE, 3),
)


def inner(lot: Lot) -> Rectangle:
    """The largest rectangle between the walls of a building whose sides may slant a little."""
    south_west, south_east, north_east, north_west = shrunk(lot.outline, WALL)
    return (
        max(south_west[0], north_west[0]),
        max(south_west[1], south_east[1]),
        min(south_east[0], north_east[0]),
        min(north_west[1], north_east[1]),
    )


def suits_shop(lot: Lot) -> bool:
    """Whether a lot has room for a shop."""
    west, south, east, north = inner(lot)
    return east - west >= 4.5 and north - south >= 4.5


def suits_stairs(lot: Lot) -> bool:
    """Whether a lot has room for a public house: its stairs climb eastwards along the wall opposite its front."""
    west, south, east, north = inner(lot)
    return lot.side in (0, 2) and east - west >= RUN + 2.8 and north - south >= 5.0


def shop(builder: Builder, luck: Random, lot: Lot, name: str, sells: str) -> Rectangle:
    """A building with a shop on its ground floor; returns the room's rectangle."""
    colour = one_of(luck, FACADES)
    storeys = 2 + int(luck.random() * 2)
    keep = _ground_floor(builder, luck, lot, name, sells, colour)
    top = PAVED + storeys * HEIGHT
    builder.solids.append(Solid(name, lot.outline, PAVED + HEIGHT, top, "building", colour))
    roof(builder, name, lot.outline, top, one_of(luck, ROOFS))
    room = inner(lot)
    names = [f"the {name} {piece.kind}" for piece in SHOP]
    furniture.furnish(builder, luck, SHOP, room, INSIDE, [keep], names)
    return room


def public_house(builder: Builder, luck: Random, lot: Lot, name: str, offers: str) -> Rectangle:
    """A building with stairs to a second floor one can enter; returns its rooms' rectangle."""
    colour = one_of(luck, FACADES)
    keep = _ground_floor(builder, luck, lot, name, offers, colour)
    _, south, east, north = room = inner(lot)
    low = north - STAIRS_WIDTH if lot.side == 0 else south
    hole = (east - 1.3 - RUN, low, east - 1.3, low + STAIRS_WIDTH)
    level, ceiling, above = INSIDE + HEIGHT, PAVED + HEIGHT, f"upper {name}"
    builder.stairs(f"{name} stairs", hole[0], hole[1], INSIDE, HEIGHT, WOOD)
    for outline in around(room, hole):
        builder.floors.append(Floor(outline, level))
        builder.slab(name, outline, level - SLAB, level, (214, 208, 198))
    builder.places.append(Place(above, "room", lot.outline, level))
    middle = low + STAIRS_WIDTH / 2
    builder.openings.append((name, f"{name} stairs", (hole[0], middle)))
    builder.openings.append((f"{name} stairs", above, (hole[2], middle)))
    rail = low - 0.08 if lot.side == 0 else low + STAIRS_WIDTH
    for outline in (box(hole[0], rail, hole[2], rail + 0.08), box(hole[0] - 0.08, low, hole[0], low + STAIRS_WIDTH)):
        builder.solids.append(Solid(name, outline, level, level + 1.0, "furniture", WOOD, opaque=False))
    _walls(builder, lot, name, ceiling, ceiling + HEIGHT, colour, [None, None, None, None], level)
    top = ceiling + HEIGHT
    builder.slab(name, lot.outline, top, top + SLAB, colour)
    roof(builder, name, lot.outline, top + SLAB, one_of(luck, ROOFS))
    walkway = furniture.inset(hole, -0.9)
    for pieces, floor, label in ((SHOP[:2], INSIDE, name), (UPSTAIRS, level, above)):
        names = [f"the {label} {piece.kind}" for piece in pieces]
        furniture.furnish(builder, luck, pieces, room, floor, [keep, walkway], names)
    return room


def _ground_floor(builder: Builder, luck: Random, lot: Lot, name: str, text: str, colour: Colour) -> Rectangle:
    """Adds the walls, the door, the sign and the floor; returns what must stay free behind the door."""
    (ax, ay), (bx, by) = shrunk(lot.outline, WALL / 2)[lot.side], shrunk(lot.outline, WALL / 2)[(lot.side + 1) % 4]
    length = hypot(bx - ax, by - ay)
    along = ((bx - ax) / length, (by - ay) / length)
    outwards = (along[1], -along[0])
    where = length * (0.5 if length < 5.0 else 0.3 if luck.random() < 0.5 else 0.7)
    x, y = ax + where * along[0], ay + where * along[1]
    builder.doors.append(Door(f"the {name} door", (x, y), along, (name, lot.street.name), DOOR, INSIDE, thickness=0.08))
    openings = [Opening(where + WALL / 2, DOOR)]
    for begin, end in ((0.5, where - 0.9), (where + 0.9, length - 0.5)):
        if end - begin >= 0.9:
            openings.append(Opening((begin + end) / 2 + WALL / 2, min(2.4, end - begin), window=True))
    _walls(
        builder,
        lot,
        name,
        PAVED,
        PAVED + HEIGHT,
        colour,
        [openings if side == lot.side else None for side in range(4)],
        INSIDE,
    )
    builder.floors.append(Floor(lot.outline, INSIDE))
    builder.places.append(Place(name, "shop", lot.outline, INSIDE))
    shade = one_of(luck, SIGNS)
    off = WALL / 2 + 0.08
    size = (1.8, 0.08, 0.5) if lot.side in (0, 2) else (0.08, 1.8, 0.5)
    at = (x + off * outwards[0], y + off * outwards[1], PAVED + 2.35)
    builder.things.append(
        Thing(f"the {name} sign", "sign", at, size, ("readable",), text=f"{name}: {text}", colour=shade)
    )
    return x - 1.1, y - 1.1, x + 1.1, y + 1.1


def _walls(
    builder: Builder, lot: Lot, name: str, low: float, high: float, colour: Colour,
    openings: list[list[Opening] | None], level: float,
) -> None:  # fmt: skip
    """Adds the four walls of a storey; the front has what was asked for, or windows."""
    corners = shrunk(lot.outline, WALL / 2)
    for side in range(4):
        (ax, ay), (bx, by) = corners[side], corners[(side + 1) % 4]
        length = hypot(bx - ax, by - ay)
        ux, uy = (bx - ax) / length * WALL / 2, (by - ay) / length * WALL / 2
        found = openings[side] or []
        if not found and side == lot.side:
            found = [Opening(length * part + WALL / 2, 1.2, window=True) for part in (0.2, 0.5, 0.8)]
        builder.wall(name, (ax - ux, ay - uy), (bx + ux, by + uy), WALL, low, high, colour, found)
