"""Doors as they are now: open or closed, locked or not; a closed door is a solid."""

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

from coterie.environments.virtual.space import geometry
from coterie.environments.virtual.space.geometry import Bodies, Prisms
from coterie.environments.virtual.state.layout import Layout
from coterie.environments.virtual.state.things import Things

if TYPE_CHECKING:
    from coterie.environments.virtual.state.truth import Truth


@dataclass(slots=True)
class DoorState:
    """What can change about a door."""

    open: bool
    locked: bool


class Doors:
    """All doors of an episode."""

    def __init__(self, layout: Layout, prisms: Prisms, bodies: Bodies, things: Things) -> None:
        """All doors stand as the scene says; one that a lever holds open is closed as long as nobody holds it."""
        self.layout, self.prisms, self.bodies, self.things = layout, prisms, bodies, things
        self.closing: set[str] = set()
        """Doors whose lever was let go while somebody stood in them; they close as soon as they can."""
        self.states: dict[str, DoorState] = {}
        for door in layout.scene.doors:
            self.states[door.name] = DoorState(False, door.locked)
            self._set(door.name, door.open and not door.locked and not door.lever)

    def stand_open(self) -> dict[str, bool]:
        """Every door's name to whether it is open."""
        return {name: state.open for name, state in self.states.items()}

    def distance(self, name: str, x: float, y: float) -> float:
        """How far a point is from the opening of a door in plan."""
        door = self.layout.doors[name]
        off_x, off_y = x - door.at[0], y - door.at[1]
        along = off_x * door.along[0] + off_y * door.along[1]
        along -= max(-door.width / 2, min(door.width / 2, along))
        return hypot(along, off_y * door.along[0] - off_x * door.along[1])

    def open(self, name: str, agent: str, truth: "Truth") -> bool:
        """Lets a body open a door, with its key if it is locked; False: it is locked for this body."""
        state, key = self.states[name], self.layout.doors[name].key
        if state.open:
            return True
        if self.is_locked_for(name, agent):
            return False
        used = [f"{key} held_by {agent}"] if state.locked else []
        state.locked = False
        self._set(name, True)
        truth.tell("door", agent, name=name, open=True, used=used, made=[f"{name} open"])
        return True

    def is_locked_for(self, name: str, agent: str) -> bool:
        """Whether a body could not open a closed door: no key in its hands, or only a lever opens it."""
        door = self.layout.doors[name]
        return bool(door.lever) or (self.states[name].locked and door.key not in self.things.hands[agent])

    def close(self, name: str) -> bool:
        """Closes a door; False: somebody stands in it, or a lever holds it open."""
        if self.states[name].open and (self.layout.doors[name].lever or not self.is_clear(name)):
            return False
        self._set(name, False)
        return True

    def is_clear(self, name: str) -> bool:
        """Whether nobody stands where the closed door would be."""
        number = self.layout.first_door + self._place(name)
        low, high = self.prisms.low[number], self.prisms.high[number]
        for who, (x, y, z) in enumerate(self.bodies.at):
            if z < high and z + self.bodies.height[who] > low:
                _, _, depth = geometry.push(x, y, self.bodies.radius[who], self.prisms.outlines, number)
                if depth > 0.0:
                    return False
        return True

    def obey(self, held: set[str], truth: "Truth") -> None:
        """Opens the doors whose levers are held, and closes the others that have a lever, once nobody stands there."""
        for door in self.layout.scene.doors:
            if not door.lever:
                continue
            state, wanted = self.states[door.name], door.lever in held
            self.closing.discard(door.name)
            if state.open != wanted:
                if wanted or self.is_clear(door.name):
                    self._set(door.name, wanted)
                    used = [f"{door.lever} held"] if wanted else []
                    made = [f"{door.name} {'open' if wanted else 'closed'}"]
                    truth.tell("door", None, name=door.name, open=wanted, used=used, made=made)
                else:
                    self.closing.add(door.name)

    def _place(self, name: str) -> int:
        return self.layout.numbers[name] - self.layout.numbers[self.layout.scene.doors[0].name]

    def _set(self, name: str, open: bool) -> None:
        number = self.layout.first_door + self._place(name)
        self.states[name].open = open
        self.prisms.active[number] = self.prisms.opaque[number] = not open
