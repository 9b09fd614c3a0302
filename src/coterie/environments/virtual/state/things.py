"""Things as they are now: where each is, what it is on or in, who holds it; nothing vanishes, nothing is in two places.

A thing is `at` a spot on the ground, `on` or `in` another thing, or `held_by` one body (or two, if it is heavy). What
is on, in or held goes where its holder goes.
"""

import copy
from dataclasses import dataclass
from math import hypot
from typing import Any

from coterie.environments.virtual.space.geometry import Bodies
from coterie.environments.virtual.space.scene import Affordance, Relation
from coterie.environments.virtual.state.layout import Layout
from coterie.environments.virtual.state.sight import HANDS, Targets

Spot = tuple[float, float, float]
TWO_HANDS = 2


@dataclass(slots=True)
class ThingState:
    """What can change about a thing."""

    relation: Relation
    target: str
    """What it is on or in; of a held thing, its first holder."""
    second: str = ""
    """Of a heavy thing, its second holder."""
    open: bool = False
    locked: bool = False
    on: bool = False
    slot: int = 0
    """Which of the spots on or in its holder it has."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "ThingState":
        """A copy; all it holds are plain values."""
        return copy.copy(self)


class Things:
    """All things of an episode; changes are told by writing where each can be seen into `targets`."""

    def __init__(self, layout: Layout, targets: Targets, bodies: Bodies) -> None:
        """Puts everything where the scene says; what somebody holds there comes in with its holder.

        Raises:
            ValueError: a thing is on or in what does not exist, or in itself.
        """
        self.layout, self.targets, self.bodies = layout, targets, bodies
        self.states = {
            thing.name: ThingState(thing.relation, thing.target, open=thing.open, locked=thing.locked, on=thing.on)
            for thing in layout.scene.things
        }
        self.hands: dict[str, list[str]] = {agent: [] for agent in layout.agents}
        """What each body holds; one thing in each hand, or one heavy thing in both."""
        self.inside: dict[str, list[str]] = {name: [] for name in self.states}
        """What is on or in each thing, in the order it came."""
        for name, state in self.states.items():
            if state.relation in ("on", "in"):
                if state.target not in self.states or name in self._chain(state.target):
                    raise ValueError(f"{name!r} is {state.relation} {state.target!r}, expected another thing")
                self._add(name)
            elif state.relation == "held_by":
                if state.target not in self.hands or len(self.hands[state.target]) == TWO_HANDS:
                    raise ValueError(f"{name!r} is held by {state.target!r}, expected an agent with a free hand")
                self.hands[state.target].append(name)
        for name, state in self.states.items():
            if state.relation in ("at", "held_by"):
                self._settle(name)

    def can(self, name: str, affordance: Affordance) -> bool:
        """Whether a thing has an affordance."""
        return affordance in self.layout.things[name].affordances

    def position(self, name: str) -> Spot:
        """Where a thing is now: the middle of its bottom."""
        number = self.layout.numbers[name]
        carrier = int(self.targets.carrier[number])
        if carrier < 0:
            x, y, z = self.targets.at[number].tolist()
            return x, y, z
        x, y, z = self.bodies.at[carrier].tolist()
        second = self.states[name].second
        if second:
            other_x, other_y, _ = self.bodies.at[self.layout.numbers[second]]
            x, y = (x + other_x) / 2, (y + other_y) / 2
        return float(x), float(y), z + HANDS

    def distance(self, name: str, x: float, y: float) -> float:
        """How far a point is from a thing in plan; 0 inside."""
        (at_x, at_y, _), (width, depth, _) = self.position(name), self.layout.things[name].size
        return hypot(max(0.0, abs(x - at_x) - width / 2), max(0.0, abs(y - at_y) - depth / 2))

    def holders(self, name: str) -> tuple[str, ...]:
        """Who holds a thing in its hands."""
        state = self.states[name]
        if state.relation != "held_by":
            return ()
        return (state.target, state.second) if state.second else (state.target,)

    def bearer(self, name: str) -> str:
        """Who carries a thing, be it in something else; empty: nobody."""
        root = self._chain(name)[-1]
        return self.states[root].target if self.states[root].relation == "held_by" else ""

    def shut_in(self, name: str) -> str:
        """The closed thing that a thing is in; empty: none."""
        for inner, outer in zip(self._chain(name), self._chain(name)[1:], strict=False):
            if self.states[inner].relation == "in" and self.can(outer, "open") and not self.states[outer].open:
                return outer
        return ""

    def room_in(self, name: str) -> bool:
        """Whether something more can be put on or in a thing."""
        return len(self.inside[name]) < self.layout.things[name].capacity

    def free_hands(self, agent: str) -> int:
        """How many hands are free."""
        held = self.hands[agent]
        return 0 if any(self.can(name, "heavy") for name in held) else TWO_HANDS - len(held)

    def hold(self, name: str, agent: str, second: str = "") -> None:
        """Puts a thing into the hands of one body, or of two."""
        self._release(name)
        state = self.states[name]
        state.relation, state.target, state.second = "held_by", agent, second
        for holder in self.holders(name):
            self.hands[holder].append(name)
        self._settle(name)

    def put(self, name: str, relation: Relation, target: str) -> None:
        """Puts a thing on or in another."""
        self._release(name)
        state = self.states[name]
        state.relation, state.target, state.second = relation, target, ""
        self._add(name)
        self._settle(name)

    def lay(self, name: str, at: Spot) -> None:
        """Puts a thing on the ground."""
        self._release(name)
        state = self.states[name]
        state.relation, state.target, state.second = "at", "", ""
        self.targets.at[self.layout.numbers[name]] = at
        self._settle(name)

    def drift(self, name: str, at: Spot) -> None:
        """Notes where a thing that slides or falls is now; what is in it goes along, what lies on it goes by itself."""
        self.targets.at[self.layout.numbers[name]] = at
        for each in self.inside[name]:
            if self.states[each].relation == "in":
                self._settle(each)

    def rest(self, name: str, on: str) -> None:
        """Notes what a thing that slid or fell has come to lie on; empty: the ground, or what nothing is put on."""
        self._release(name)
        state, number = self.states[name], self.layout.numbers[name]
        state.relation, state.target, state.second = ("on", on, "") if on else ("at", "", "")
        if on:
            self._add(name)
        self.targets.skip[number] = self.targets.skip[self.layout.numbers[on]] if on else self.layout.solid_number(name)

    def set_open(self, name: str, open: bool) -> None:
        """Opens or closes a container."""
        self.states[name].open = open
        self._settle(name)

    def within(self, inner: str, outer: str) -> bool:
        """Whether a thing is another, or on or in it, however deep."""
        return outer in self._chain(inner)

    def _add(self, name: str) -> None:
        """Gives a thing the first free spot on or in its holder."""
        state = self.states[name]
        taken = {self.states[each].slot for each in self.inside[state.target]}
        state.slot = next(slot for slot in range(len(taken) + 1) if slot not in taken)
        self.inside[state.target].append(name)

    def _release(self, name: str) -> None:
        for holder in self.holders(name):
            self.hands[holder].remove(name)
        state = self.states[name]
        if state.relation in ("on", "in"):
            self.inside[state.target].remove(name)

    def _chain(self, name: str) -> list[str]:
        """A thing, what it is on or in, what that is on or in, and so on.

        Raises:
            ValueError: it ends in itself.
        """
        chain = [name]
        while self.states[chain[-1]].relation in ("on", "in"):
            chain.append(self.states[chain[-1]].target)
            if len(chain) > len(self.states):
                raise ValueError(f"{name!r} is in itself: {', '.join(chain[:8])}")
        return chain

    def _settle(self, name: str) -> None:
        """Writes where a thing and everything on or in it can be seen."""
        state, number, targets = self.states[name], self.layout.numbers[name], self.targets
        if state.relation == "held_by":
            targets.carrier[number] = self.layout.numbers[state.target]
            targets.skip[number], targets.hidden[number] = -1, False
        elif state.relation == "at":
            targets.carrier[number] = -1
            targets.skip[number], targets.hidden[number] = self.layout.solid_number(name), False
        else:
            holder = self.layout.numbers[state.target]
            targets.carrier[number] = targets.carrier[holder]
            targets.at[number] = self._spot_on(name)
            targets.skip[number] = targets.skip[holder]
            targets.hidden[number] = targets.hidden[holder] or bool(self.shut_in(name))
        for each in self.inside[name]:
            self._settle(each)

    def _spot_on(self, name: str) -> Spot:
        """Where on or in its holder a thing stands: side by side along the longer side."""
        state = self.states[name]
        holder = self.layout.things[state.target]
        x, y, z = self.targets.at[self.layout.numbers[state.target]]
        width, depth, height = holder.size
        along = (state.slot + 0.5) / max(holder.capacity, state.slot + 1) - 0.5
        x, y = (x + along * width, y) if width >= depth else (x, y + along * depth)
        return float(x), float(y), float(z) + (height if state.relation == "on" else 0.1 * height)
