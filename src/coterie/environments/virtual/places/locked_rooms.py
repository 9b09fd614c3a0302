"""Locked rooms side by side, each with coloured levers and a sign; behind their gates a corridor and a vault."""

from collections.abc import Sequence

from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (186, 84, 74), "blue": (74, 110, 168), "green": (98, 146, 92), "yellow": (216, 180, 84),
    "white": (226, 224, 216), "black": (64, 64, 68),
}  # fmt: skip
ROOMS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
THICK, HIGH, CORRIDOR, VAULT = 0.2, 3.0, 3.0, 3.6
"""Of walls, their height, width of the corridor, side of the vault, metres."""
PLASTER, PAPER, BRASS = (222, 216, 204), (232, 226, 208), (196, 164, 84)


def locked_rooms(
    rooms: Sequence[str], side: float, colours: Sequence[str], signs: Sequence[str], key_room: int
) -> Scene:
    """Rooms from west to east with a start in each, and things in each: `first sign`, `first red lever`.

    Args:
        rooms: their names, some of `ROOMS`.
        side: of a room, metres.
        colours: of the levers in every room, some of `COLOURS`.
        signs: what the sign of every room says.
        key_room: the number of the room where the `brass key` of the vault lies.
    """
    pitch, north = side + THICK, side + THICK + CORRIDOR
    wide = pitch * len(rooms) - THICK
    walls, vault = _shell(wide, north)
    places = [Place("corridor", "hall", box(0.0, side + THICK / 2, wide, north + THICK / 2)), vault]
    doors = [
        Door("vault door", (wide / 2, north + THICK / 2), (1.0, 0.0), ("corridor", "vault"), thickness=THICK,
             open=False, locked=True, key="brass key")
    ]  # fmt: skip
    things: list[Thing] = []
    for number, (room, sign) in enumerate(zip(rooms, signs, strict=True)):
        west = number * pitch
        walls += _with_gap(west, west + side, side, west + side / 2)
        if number:
            walls.append(_wall(west - THICK, 0.0, west, side + THICK))
        places.append(Place(f"{room} room", "room", box(west, 0.0, west + side, side + THICK / 2)))
        gate = Door(f"{room} gate", (west + side / 2, side + THICK / 2), (1.0, 0.0), (f"{room} room", "corridor"),
                    thickness=THICK, open=False, locked=True)  # fmt: skip
        doors.append(gate)
        at = (west + side / 2, 0.05, 1.6)
        things.append(Thing(f"{room} sign", "sign", at, (0.8, 0.05, 0.4), ("readable",), text=sign, colour=PAPER))
        for place, colour in enumerate(colours):
            at = (west + side * (place + 0.5) / len(colours), 0.15, 0.0)
            name, size = f"{room} {colour} lever", (0.2, 0.2, 1.1)
            things.append(Thing(name, "lever", at, size, ("lever",), colour=COLOURS[colour]))
    at = (key_room * pitch + side / 2, side - 0.7, 0.0)
    things.append(Thing("brass key", "key", at, (0.25, 0.1, 0.05), ("pick",), colour=BRASS))
    floor = Floor(box(-THICK, -THICK, wide + THICK, north + THICK + VAULT + THICK), 0.0)
    starts = tuple((number * pitch + side / 2, side * 0.6, 0.0) for number in range(len(rooms)))
    return Scene(tuple(walls), (floor,), tuple(places), tuple(doors), tuple(things), starts)


def _shell(wide: float, north: float) -> tuple[list[Solid], Place]:
    """The walls round rooms, corridor and vault, and the vault."""
    south = north + THICK
    west, top = (wide - VAULT) / 2, south + VAULT
    walls = [
        _wall(-THICK, -THICK, 0.0, south), _wall(wide, -THICK, wide + THICK, south),
        _wall(0.0, -THICK, wide, 0.0), *_with_gap(0.0, wide, north, wide / 2),
        _wall(west - THICK, south, west, top + THICK),
        _wall(west + VAULT, south, west + VAULT + THICK, top + THICK),
        _wall(west, top, west + VAULT, top + THICK),
    ]  # fmt: skip
    return walls, Place("vault", "room", box(west, north + THICK / 2, west + VAULT, top))


def _wall(west: float, south: float, east: float, north: float) -> Solid:
    return Solid("wall", box(west, south, east, north), 0.0, HIGH, colour=PLASTER)


def _with_gap(west: float, east: float, south: float, middle: float) -> list[Solid]:
    """A wall from west to east with a doorway of a metre."""
    return [
        _wall(west, south, middle - 0.5, south + THICK),
        _wall(middle + 0.5, south, east, south + THICK),
        Solid("lintel", box(middle - 0.5, south, middle + 0.5, south + THICK), 2.1, HIGH, colour=PLASTER),
    ]
