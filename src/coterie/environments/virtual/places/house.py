"""Houses: rooms along a hall or around each other, joined by doors, furnished, with things to find, carry and tidy.

Everything comes from one drawn number; the same number and options always give the same house.
"""

from random import Random

from coterie.core.chance import Chance
from coterie.environments.virtual.places import furniture
from coterie.environments.virtual.places.building import (
    LAWN,
    SLAB,
    STOREY,
    WOOD,
    Builder,
    Colour,
    Opening,
    around,
    roof,
)
from coterie.environments.virtual.places.floor_plan import DOOR, INNER, OUTER, Storey, edges, plan
from coterie.environments.virtual.places.furnishings import PIECES
from coterie.environments.virtual.places.furniture import Rectangle, apart
from coterie.environments.virtual.space.scene import Door, Place, Scene
from coterie.environments.virtual.space.solids import Floor, Solid, box

SEEDS = range(1_000_000)
GARDEN = 5.0
PLASTER: tuple[Colour, ...] = ((233, 226, 213), (224, 226, 219), (232, 220, 206), (222, 224, 220), (234, 228, 212))
ROOFS: tuple[Colour, ...] = ((168, 108, 88), (122, 126, 134), (146, 116, 96))


def house(
    chance: Chance, rooms: int = 7, floors: int = 1, objects: int = 12, starts: int = 8, garden: bool = True
) -> Scene:
    """A furnished house.

    Args:
        chance: gives one number, drawn as `house`.
        rooms: 1 to 8, the hall and the landing included.
        floors: 1 or 2; two need at least 4 rooms.
        objects: how many things to pick up, as far as they fit.
        starts: how many spots to begin at, as far as they fit.
        garden: whether there is one, behind the front door.

    Raises:
        ValueError: a number is out of its range.
    """
    if not 1 <= rooms <= 8 or floors not in (1, 2) or (floors == 2 and rooms < 4) or not 0 <= objects <= 60:
        raise ValueError(
            f"house with {rooms} rooms, {floors} floors, {objects} objects; expected 1 to 8 rooms, 1 floor or 2 (then "
            "at least 4 rooms), 0 to 60 objects"
        )
    luck = Random(chance.draw("house", SEEDS))
    builder = Builder()
    plaster = PLASTER[int(luck.random() * len(PLASTER))]
    tiles = ROOFS[int(luck.random() * len(ROOFS))]
    storeys = plan(luck, rooms, floors)
    kinds = [piece.kind for storey in storeys for room in storey.rooms for piece in PIECES[room.kind]]
    free: list[tuple[Rectangle, float, list[Rectangle]]] = []
    for number, storey in enumerate(storeys):
        level = number * STOREY
        keep = _doors(builder, luck, storey, level, storeys[0].stairs)
        if number == 0 and garden:
            keep.append(_front(builder, luck, storey))
        _walls(builder, storey, level, plaster, last=number + 1 == len(storeys))
        _ground(builder, storeys, number, tiles)
        for room in storey.rooms:
            inner = furniture.inset(room.area, OUTER / 2)
            stairs = [each.stairs for each in storeys[max(0, number - 1) : number + 1] if each.stairs is not None]
            walkway = [furniture.inset(each, -0.9) for each in stairs]
            pieces = PIECES[room.kind]
            names = [
                f"the {piece.kind}" if kinds.count(piece.kind) == 1 else f"the {room.name} {piece.kind}"
                for piece in pieces
            ]
            taken = furniture.furnish(builder, luck, pieces, inner, level, keep + walkway, names)
            free.append((inner, level, taken + stairs))
    holders = [thing for thing in builder.things if thing.capacity > 0]
    furniture.scatter(builder, luck, objects, holders)
    builder.starts = furniture.standing_room(luck, free, starts)
    return builder.scene()


def _doors(builder: Builder, luck: Random, storey: Storey, level: float, stairs: Rectangle | None) -> list[Rectangle]:
    """Adds the doors of a storey; returns what must stay free in front of them."""
    keep = []
    for one, other in storey.doors:
        first, second = storey.rooms[one], storey.rooms[other]
        (x0, y0), (x1, y1) = _shared(first.area, second.area)
        if stairs is not None and y0 == y1 and abs(y0 - stairs[3]) < 0.5:
            x1 = min(x1, stairs[0] - 0.1)  # not behind the stairs, nor where they come up
        part = 0.2 + 0.6 * luck.random()
        room_x, room_y = max(0.0, abs(x1 - x0) - DOOR - 0.6), max(0.0, abs(y1 - y0) - DOOR - 0.6)
        x = round((x0 + x1) / 2 + (part - 0.5) * room_x, 2)
        y = round((y0 + y1) / 2 + (part - 0.5) * room_y, 2)
        along = (1.0, 0.0) if y0 == y1 else (0.0, 1.0)
        inner = first if second.kind in ("hall", "landing", "living room") else second
        taken = {door.name for door in builder.doors}
        wanted = (f"the {inner.name} {sort}door" for sort in ("", "side ", "back ", "far ", "low ", "wide ", "old "))
        name = next(each for each in wanted if each not in taken)
        builder.doors.append(Door(name, (x, y), along, (first.name, second.name), DOOR, level, thickness=0.06))
        keep.append(_zone((x, y), along))
    return keep


def _front(builder: Builder, luck: Random, storey: Storey) -> Rectangle:
    """Adds the front door and the garden west of the house; returns what must stay free behind the door."""
    facing = [room for room in storey.rooms if room.area[0] == 0.0]
    room = min(facing, key=lambda each: (each.kind != "hall", each.kind != "living room", each.name))
    low, high = min(each.area[1] for each in facing), max(each.area[3] for each in facing)
    at = (0.0, round((room.area[1] + room.area[3]) / 2, 2))
    builder.doors.append(Door("the front door", at, (0.0, 1.0), (room.name, "garden"), DOOR, thickness=0.06))
    lawn = box(-GARDEN, low, 0.0, high)
    builder.floors.append(Floor(lawn, 0.0, kind="grass"))
    builder.places.append(Place("garden", "park", lawn))
    for west, south, east, north in (
        (-GARDEN, low, -GARDEN + 0.4, high), (-GARDEN, low, -0.12, low + 0.4), (-GARDEN, high - 0.4, -0.12, high),
    ):  # fmt: skip
        builder.solids.append(Solid("hedge", box(west, south, east, north), 0.0, 1.1, "tree", LAWN))
    for side in (low + 1.6, high - 1.6):
        if abs(side - at[1]) > 1.4:
            builder.tree("tree", (-3.2 + luck.random(), side), 0.0, 0.7 + 0.2 * luck.random())
    return _zone(at, (0.0, 1.0))


def _walls(builder: Builder, storey: Storey, level: float, plaster: Colour, last: bool) -> None:
    top = level + STOREY - (SLAB if last else 0.0)
    for edge in edges(storey):
        (ax, ay), (bx, by) = edge.start, edge.end
        across, thick = (ax == bx), OUTER if edge.outer else INNER
        reach = OUTER / 2 if edge.outer else 0.0
        start, end = ((ax, ay - reach), (bx, by + reach)) if across else ((ax - reach, ay), (bx + reach, by))
        openings = []
        for door in builder.doors:
            x, y = door.at
            on = (x == ax and ay < y < by) if across else (y == ay and ax < x < bx)
            if on and door.level == level:
                openings.append(Opening((y - start[1]) if across else (x - start[0]), door.width))
        for middle, length in edge.windows:
            at = middle - (start[1] if across else start[0])
            width = round(min(1.6, length - 1.2), 2)
            if width >= 0.6 and all(abs(at - each.at) > (width + each.width) / 2 + 0.3 for each in openings):
                openings.append(Opening(at, width, window=True))
        builder.wall("wall", start, end, thick, level, top, plaster, openings)


def _ground(builder: Builder, storeys: list[Storey], number: int, tiles: Colour) -> None:
    """Adds the floors, places and stairs of a storey and what is above it."""
    storey, level = storeys[number], number * STOREY
    below = storeys[number - 1].stairs if number else None
    for room in storey.rooms:
        builder.places.append(Place(room.name, room.kind if room.kind == "hall" else "room", box(*room.area), level))
        hole = below if below is not None and apart(room.area, below) < 0.0 else None
        outlines = [box(*room.area)] if hole is None else around(room.area, hole)
        kind = "tiles" if room.kind in ("kitchen", "bathroom") else "floor"
        builder.floors.extend(Floor(outline, level, kind=kind) for outline in outlines)
        if number + 1 < len(storeys) and any(apart(room.area, each.area) < 0.0 for each in storeys[number + 1].rooms):
            hole = storey.stairs if storey.stairs is not None and apart(room.area, storey.stairs) < 0.0 else None
            for outline in [box(*room.area)] if hole is None else around(room.area, hole):
                builder.slab("ceiling", outline, level + STOREY - SLAB, level + STOREY, (214, 208, 198))
        elif number + 1 < len(storeys):
            outline = box(*furniture.inset(room.area, -0.4))
            builder.slab("roof", outline, level + STOREY - SLAB, level + STOREY, tiles)
    if number + 1 == len(storeys):
        sides = list(zip(*(room.area for room in storey.rooms), strict=True))
        roof(
            builder,
            "roof",
            box(min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])),
            level + STOREY - SLAB,
            tiles,
        )
    if storey.stairs is not None:
        west, south, east, north = storey.stairs
        builder.stairs("stairs", west, south, level, STOREY, WOOD)
        hall, landing = storey.rooms[0].name, storeys[number + 1].rooms[0].name
        builder.openings.append((hall, "stairs", (west, (south + north) / 2)))
        builder.openings.append(("stairs", landing, (east, (south + north) / 2)))
        top = level + STOREY
        for outline in (box(west, south - 0.08, east, south), box(west - 0.08, south - 0.08, west, north)):
            builder.solids.append(Solid("railing", outline, top, top + 1.0, "furniture", WOOD, opaque=False))


def _shared(one: Rectangle, other: Rectangle) -> tuple[tuple[float, float], tuple[float, float]]:
    """The two ends of the wall between two rooms."""
    west, south = max(one[0], other[0]), max(one[1], other[1])
    east, north = min(one[2], other[2]), min(one[3], other[3])
    return (west, south), (east, north)


def _zone(at: tuple[float, float], along: tuple[float, float]) -> Rectangle:
    """What must stay free on both sides of a door."""
    x, y = at
    half_x, half_y = (0.6, 1.0) if along[0] else (1.0, 0.6)
    return x - half_x, y - half_y, x + half_x, y + half_y
