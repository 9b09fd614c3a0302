"""Buildings with several ways out: one hall, or rooms on both sides of a corridor; behind every exit lies a yard.

Nothing is left to luck. Exits are doors that stand open; each has a yard of its own, so that whoever goes to a yard
goes through that exit. They come first among the doors.
"""

from coterie.environments.virtual.places.building import Builder, Colour, Opening
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Point, Solid, box

SIDES = ("west", "east", "north", "south")
ROOMS = (
    "red room", "blue room", "green room", "yellow room", "white room", "black room", "grey room", "brown room",
    "pink room", "orange room", "violet room", "silver room", "golden room", "copper room", "amber room", "ivory room",
)  # fmt: skip
WIDE, DEEP = 20.0, 14.0
"""Of the one hall, metres."""
SIDE, CORRIDOR, YARD, HIGH = 5.0, 2.6, 3.0, 3.0
"""Of a room, width of the corridor, depth of a yard, height, metres."""
OUTER, INNER, DOOR = 0.24, 0.14, 1.2
PLASTER: Colour = (224, 218, 206)
FRAME: Colour = (98, 146, 92)


def building(rooms: int, exits: int) -> Scene:
    """A building with exits to the west, east, north and south, as many as asked for.

    Args:
        rooms: 1: one hall; else how many rooms lie along the corridor, 2 to 16.
        exits: 2 to 4.
    """
    builder, columns = Builder(), (rooms + 1) // 2
    wide, deep = (WIDE, DEEP) if rooms == 1 else (columns * SIDE, 2 * SIDE + CORRIDOR)
    builder.floors.append(Floor(box(-OUTER, -OUTER, wide + OUTER, deep + OUTER), 0.0, kind="floor"))
    if rooms == 1:
        builder.places.append(Place("hall", "hall", box(0.0, 0.0, wide, deep)))
        inside = dict.fromkeys(SIDES, "hall")
        at = {"west": deep / 2, "east": deep / 2, "north": wide / 2, "south": wide / 2}
    else:
        names = _rooms(builder, rooms, columns, wide)
        north, south = columns // 2, columns - 1 - columns // 2
        south = min(south, rooms - columns - 1)  # with an odd number the last room of the south side is missing
        inside = {"west": "corridor", "east": "corridor", "north": names[north], "south": names[columns + south]}
        middle = SIDE + CORRIDOR / 2
        at = {"west": middle, "east": middle, "north": (north + 0.5) * SIDE, "south": (south + 0.5) * SIDE}
    _shell(builder, wide, deep, at, inside, exits)
    spots = (0.3, 0.7) if rooms > 1 else (0.3, 0.43, 0.57, 0.7)
    for place in builder.places:
        if place.kind in ("room", "hall"):
            (west, low), _, (east, high), _ = place.outline
            builder.starts += [
                (west + u * (east - west), low + v * (high - low), 0.0) for u in spots for v in (0.35, 0.65)
            ]
    return builder.scene()


def _rooms(builder: Builder, rooms: int, columns: int, wide: float) -> list[str]:
    """Adds a corridor and the rooms on its north, then on its south side; returns their names."""
    north = SIDE + CORRIDOR
    builder.places.append(Place("corridor", "corridor", box(0.0, SIDE, wide, north)))
    doors: list[Door] = []
    for number in range(rooms):
        column, up = number % columns, number < columns
        west, low = column * SIDE, north if up else 0.0
        builder.places.append(Place(ROOMS[number], "room", box(west, low, west + SIDE, low + SIDE)))
        spot = (west + 0.5 * SIDE, north if up else SIDE)
        doors.append(
            Door(f"the {ROOMS[number]} door", spot, (1.0, 0.0), (ROOMS[number], "corridor"), 1.0, thickness=0.06)
        )
        if column and (up or number > columns):
            builder.wall("wall", (west, low), (west, low + SIDE), INNER, 0.0, HIGH, PLASTER)
    for line, count in ((north, columns), (SIDE, rooms - columns)):
        gaps = [Opening((each + 0.5) * SIDE, 1.0) for each in range(count)]
        builder.wall("wall", (0.0, line), (wide, line), INNER, 0.0, HIGH, PLASTER, gaps)
    if rooms % 2:  # where a room is missing there is solid ground
        block = box((columns - 1) * SIDE, 0.0, wide, SIDE - INNER / 2)
        builder.solids.append(Solid("store", block, 0.0, HIGH, "building", PLASTER))
    builder.doors += doors
    return list(ROOMS[:rooms])


def _shell(
    builder: Builder, wide: float, deep: float, at: dict[str, float], inside: dict[str, str], exits: int
) -> None:
    """Adds the outer walls with the exits, the yards behind them and a sign over each."""
    off = OUTER / 2
    corners: dict[str, tuple[Point, Point, Point]] = {
        "west": ((-off, -off), (-off, deep + off), (-1.0, 0.0)),
        "east": ((wide + off, -off), (wide + off, deep + off), (1.0, 0.0)),
        "north": ((0.0, deep + off), (wide, deep + off), (0.0, 1.0)),
        "south": ((0.0, -off), (wide, -off), (0.0, -1.0)),
    }
    doors: list[Door] = []
    for number, side in enumerate(SIDES):
        start, end, (out_x, out_y) = corners[side]
        upright = out_y == 0.0
        along = at[side] + (off if upright else 0.0)
        gap = [Opening(along, DOOR)] if number < exits else []
        builder.wall("outer wall", start, end, OUTER, 0.0, HIGH, PLASTER, gap)
        if not gap:
            continue
        spot = (start[0], at[side]) if upright else (at[side], start[1])
        name, yard = f"{side} exit", f"{side} yard"
        direction = (0.0, 1.0) if upright else (1.0, 0.0)
        doors.append(Door(name, spot, direction, (inside[side], yard), DOOR, thickness=0.1))
        (x, y), half = spot, YARD / 2
        near_x, near_y, far_x, far_y = x - off * out_x, y - off * out_y, x + YARD * out_x, y + YARD * out_y
        west, east = sorted((near_x, far_x)) if upright else (x - half, x + half)
        low, high = (y - half, y + half) if upright else sorted((near_y, far_y))
        outline = box(west, low, east, high)
        builder.floors.append(Floor(outline, 0.0, kind="grass"))
        builder.places.append(Place(yard, "yard", outline))
        builder.tree("tree", (far_x + 0.6 * out_x, far_y + 0.6 * out_y), 0.0, 0.8)
        sign = (x - out_x * 0.16, y - out_y * 0.16, 2.25)
        size = (0.05, 0.9, 0.28) if upright else (0.9, 0.05, 0.28)
        builder.things.append(Thing(f"the {name} sign", "sign", sign, size, (), text=name, colour=FRAME))
    builder.doors[:0] = doors
