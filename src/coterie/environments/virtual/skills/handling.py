"""Skills of the hands: pick up, put, open, close, use.

Each takes a second. What is needed is checked when it begins and again when it ends, because others act meanwhile.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.skill import FailCode, Result, Skill
from coterie.environments.virtual.space.scene import Relation
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.placing import free_spot, letting_go

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

HANDLING = 10
"""Ticks that the work of hands takes."""
READABLE = 10.0
"""From how far what is written can be read, metres."""
Refusal = tuple[FailCode, str] | None


class Manual(Skill):
    """Work of the hands on one thing or door; words and sights wait until it is done."""

    interruptible = False

    def __init__(self, text: str, name: str) -> None:
        """Keeps what."""
        super().__init__(text)
        self.name = name

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Turns to it and begins, if it can be done."""
        refusal = self.refuse(simulation, agent)
        if refusal is not None:
            return self.fail(*refusal)
        self.ring(simulation, agent, HANDLING)
        if self.name not in simulation.things.hands[agent]:
            simulation.face(agent, self.name)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Does it, if it still can be done."""
        if not flags & motion.RANG:
            return None
        refusal = self.refuse(simulation, agent)
        return self.fail(*refusal) if refusal is not None else self.done(self.finish(simulation, agent))

    @abstractmethod
    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """Why it cannot be done now."""

    @abstractmethod
    def finish(self, simulation: "Simulation", agent: str) -> str:
        """Does it; returns what there is to tell."""


def at_hand(simulation: "Simulation", agent: str, name: str) -> Refusal:
    """Why a body cannot lay hands on something: it is nowhere, hidden, or too far away."""
    if name not in simulation.layout.numbers or (name in simulation.layout.agents and name not in simulation.present):
        return "unknown_target", ""
    if not simulation.sees(agent, name):
        return "not_visible", ""
    return None if simulation.reaches(agent, name) else ("out_of_reach", "")


class PickUp(Manual):
    """Takes a thing into a free hand."""

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """It must be one that can be taken, at hand, and nobody's."""
        things = simulation.things
        if self.name not in things.states or not (things.can(self.name, "pick") or things.can(self.name, "cart")):
            return "unknown_target", ""
        if self.name in things.hands[agent]:
            return "occupied", agent
        if refusal := at_hand(simulation, agent, self.name):
            return refusal
        if (bearer := things.bearer(self.name)) and bearer != agent:
            return "occupied", bearer
        if not things.free_hands(agent):
            return "hands_full", ""
        return None

    def finish(self, simulation: "Simulation", agent: str) -> str:
        """Takes it."""
        used = [f"{self.name} {relation(simulation, self.name)}"]
        simulation.things.hold(self.name, agent)
        simulation.settle(self.name)
        simulation.tell(
            "picked up", agent, name=self.name, used=used, made=[f"{self.name} {relation(simulation, self.name)}"]
        )
        return ""


class Put(Manual):
    """Puts a thing from the hands on or in another, or on the ground before the feet."""

    def __init__(self, text: str, name: str, how: Relation, target: str = "", dropped: bool = False) -> None:
        """Keeps what, how and where, and whether it is let go of at the height of the hands."""
        super().__init__(text, name)
        self.how, self.target, self.dropped = how, target, dropped

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """It must be in the hands, and there must be room at hand."""
        things = simulation.things
        if self.name not in things.hands[agent]:
            return "unknown_target", ""
        if self.dropped:
            return None
        if self.how == "at":
            return None if free_spot(simulation, agent, self.name) is not None else ("occupied", "")
        takes = self.target in things.states and (
            things.can(self.target, "surface")
            if self.how == "on"
            else things.can(self.target, "container") or things.can(self.target, "cart")
        )
        if not takes or things.within(self.target, self.name):
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, self.target):
            return refusal
        if self.how == "in" and things.can(self.target, "open") and not things.states[self.target].open:
            return ("locked" if things.states[self.target].locked else "blocked"), self.target
        return None if things.room_in(self.target) else ("occupied", self.target)

    def finish(self, simulation: "Simulation", agent: str) -> str:
        """Puts it there."""
        used = [f"{self.name} {relation(simulation, self.name)}"]
        if self.dropped:
            simulation.lay(self.name, letting_go(simulation, agent))
        elif self.how == "at":
            spot = free_spot(simulation, agent, self.name)
            assert spot is not None  # refuse() has just found one
            simulation.lay(self.name, spot)
        else:
            simulation.things.put(self.name, self.how, self.target)
        simulation.tell(
            "put", agent, name=self.name, used=used, made=[f"{self.name} {relation(simulation, self.name)}"]
        )
        return ""


class OpenClose(Manual):
    """Opens or closes a door or a container; a key in the hands unlocks what it fits."""

    def __init__(self, text: str, name: str, open: bool) -> None:
        """Keeps what."""
        super().__init__(text, name)
        self.open = open

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """It must be at hand, and not locked for this body."""
        doors, things = simulation.doors, simulation.things
        if self.name not in doors.states and not (self.name in things.states and things.can(self.name, "open")):
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, self.name):
            return refusal
        held = things.hands[agent]
        if self.name in doors.states:
            state, door = doors.states[self.name], simulation.layout.doors[self.name]
            if self.open and not state.open and doors.is_locked_for(self.name, agent):
                simulation.shut_out[agent].add(self.name)
                return "locked", self.name
            if not self.open and state.open:
                if door.lever:
                    return "blocked", door.lever
                if not doors.is_clear(self.name):
                    return "occupied", self.name
            return None
        locked = things.states[self.name].locked and simulation.layout.things[self.name].key not in held
        return ("locked", self.name) if self.open and locked else None

    def finish(self, simulation: "Simulation", agent: str) -> str:
        """Opens or closes it."""
        doors, things = simulation.doors, simulation.things
        if self.name in doors.states and self.open:
            doors.open(self.name, agent, simulation)
            simulation.shut_out[agent].discard(self.name)
            return ""
        used = list[str]()
        if self.name in doors.states:
            was = doors.states[self.name].open
            doors.close(self.name)
        else:
            state, key = things.states[self.name], simulation.layout.things[self.name].key
            was = state.open
            if state.locked and self.open:
                state.locked, used = False, [f"{key} held_by {agent}"]
            things.set_open(self.name, self.open)
        if was != self.open:
            made = [f"{self.name} {'open' if self.open else 'closed'}"]
            simulation.tell("door", agent, name=self.name, open=self.open, used=used, made=made)
        return ""


class Use(Manual):
    """Turns a switch, holds a lever until it does something else, or reads what is written."""

    keeps_lever = True

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """Levers and switches must be at hand; what is written must be seen from near enough to read it."""
        things, name = simulation.things, self.name
        if name not in things.states:
            return "unknown_target", ""
        if things.can(name, "readable") and not (things.can(name, "switch") or things.can(name, "lever")):
            if not simulation.sees(agent, name):
                return "not_visible", ""
            return None if simulation.distance(agent, name) <= READABLE else ("out_of_reach", "")
        if not (things.can(name, "switch") or things.can(name, "lever")):
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, name):
            return refusal
        if things.can(name, "lever"):
            if any(holder != agent and lever == name for holder, lever in simulation.levers.items()):
                return "occupied", next(each for each, lever in simulation.levers.items() if lever == name)
            if not things.free_hands(agent):
                return "hands_full", ""
        return None

    def finish(self, simulation: "Simulation", agent: str) -> str:
        """Uses it; what is written is what there is to tell."""
        things = simulation.things
        if things.can(self.name, "lever"):
            simulation.let_go(agent)
            simulation.tell("used", agent, name=self.name, made=[f"{self.name} held"])
            simulation.hold_lever(agent, self.name)
        elif things.can(self.name, "switch"):
            state = things.states[self.name]
            state.on = not state.on
            turned = f"{self.name} {'on' if state.on else 'off'}"
            simulation.tell("used", agent, name=self.name, made=[turned])
            return turned
        else:
            simulation.tell("read", agent, name=self.name, made=[f"{agent} read {self.name}"])
        return simulation.layout.things[self.name].text


def relation(simulation: "Simulation", name: str) -> str:
    """Where a thing is, in words: `on table`, `held_by ann`, `at kitchen`."""
    state = simulation.things.states[name]
    if state.relation == "at":
        return f"at {simulation.navigator.place_of(simulation.things.position(name)) or 'outside'}"
    return f"{state.relation} {state.target}"
