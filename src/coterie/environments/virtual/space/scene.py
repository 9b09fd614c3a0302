"""What a generator hands to the simulation: solids, floors, places, doors and things, as they are at the beginning.

Everything is in metres, x east, y north, z up; angles in degrees counter-clockwise from east. Names are unique within a
scene and are what agents read and say: `the red key`, `Mill Street 4`, `kitchen`.
"""

from typing import Literal

import msgspec

from coterie.environments.virtual.space.solids import Floor, Point, Solid

Affordance = Literal["pick", "open", "container", "surface", "switch", "lever", "readable", "heavy", "cart", "talk"]
"""What can be done with a thing: pick it up, open it, put something in or on it, use it, hold it down, read it, carry
it with a partner, push things about in it, talk to it."""
Relation = Literal["at", "on", "in", "held_by"]


class Place(msgspec.Struct, frozen=True, gc=False):
    """A named piece of ground: a room, a street, a shop, a park. Every floor an agent can stand on belongs to one."""

    name: str
    kind: str
    """room, shop, street, crossing, park, hall, aisle, stairs."""
    outline: tuple[Point, ...]
    """Convex, counter-clockwise."""
    level: float = 0.0
    """Height of its floor; of the lower end, on stairs."""
    rise: float = 0.0
    """How much higher the upper end is, on stairs."""


class Door(msgspec.Struct, frozen=True, gc=False):
    """An opening in a wall that can be closed; a closed door is a solid of the same name."""

    name: str
    at: Point
    """Its middle."""
    along: Point
    """Unit vector along the wall it stands in."""
    between: tuple[str, str]
    """The two places it joins."""
    width: float = 1.0
    level: float = 0.0
    height: float = 2.1
    thickness: float = 0.1
    open: bool = True
    locked: bool = False
    key: str = ""
    """The thing that unlocks it; empty: no key does."""
    lever: str = ""
    """The lever that keeps it open only while it is held; empty: none."""

    def outline(self) -> tuple[Point, ...]:
        """The outline of the closed door.

        >>> Door("door", (5.0, 2.0), (1.0, 0.0), ("hall", "yard"), width=2.0, thickness=0.2).outline()
        ((4.0, 1.9), (6.0, 1.9), (6.0, 2.1), (4.0, 2.1))
        """
        (x, y), (ux, uy), half, thin = self.at, self.along, self.width / 2, self.thickness / 2
        corners = ((-half, -thin), (half, -thin), (half, thin), (-half, thin))
        return tuple((x + a * ux - b * uy, y + a * uy + b * ux) for a, b in corners)


class Thing(msgspec.Struct, frozen=True, gc=False):
    """An object that can be acted on, as it is at the beginning."""

    name: str
    kind: str
    """What it is: key, parcel, lamp, shelf, pallet, sign, cup, victim."""
    at: tuple[float, float, float]
    """The middle of its bottom; for what is on, in or held, where its holder is."""
    size: tuple[float, float, float] = (0.2, 0.2, 0.2)
    """Width east, depth north, height."""
    affordances: tuple[Affordance, ...] = ()
    relation: Relation = "at"
    target: str = ""
    """What it is on or in, or who holds it."""
    open: bool = False
    """Of what can be opened: whether it is."""
    locked: bool = False
    key: str = ""
    on: bool = False
    """Of a switch: whether it is on."""
    text: str = ""
    """What is written on it."""
    capacity: int = 0
    """How many things it holds."""
    solid: bool = False
    """Whether it stops bodies: furniture does, a cup does not."""
    colour: tuple[int, int, int] = (160, 160, 160)


class Scene(msgspec.Struct, frozen=True, gc=False):
    """A whole world at its beginning."""

    solids: tuple[Solid, ...]
    """What never moves; closed doors and solid things come on top."""
    floors: tuple[Floor, ...]
    places: tuple[Place, ...]
    doors: tuple[Door, ...] = ()
    things: tuple[Thing, ...] = ()
    starts: tuple[tuple[float, float, float], ...] = ()
    """Where bodies may stand at the beginning, all free and at least a metre apart."""
    openings: tuple[tuple[str, str, Point], ...] = ()
    """Pairs of places that touch without a door, and a point where one can cross."""
