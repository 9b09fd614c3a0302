"""Skills of two together: give, take, lift. Each does its half; nothing happens before both do."""

from abc import abstractmethod
from math import hypot
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.handling import Refusal, at_hand, relation
from coterie.environments.virtual.skills.skill import PATIENCE, Result, Skill
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.moment import REACH
from coterie.environments.virtual.state.placing import LARGEST
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

GLANCE = 2
"""Ticks between two looks whether the other is ready."""
SPARE = 0.1
"""How much nearer than arm's length one stays who makes room, metres."""


class Together(Skill):
    """Work for two: each begins, and when both have, it is done; who is left alone for ten seconds fails."""

    interruptible = False

    def __init__(self, text: str, name: str, other: str = "") -> None:
        """Keeps what, and with whom."""
        super().__init__(text)
        self.name, self.other, self.waited = name, other, 0
        self.ready = False

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Begins to offer, to ask or to lift."""
        refusal = self.refuse(simulation, agent)
        if refusal is not None:
            return self.fail(*refusal)
        self.ready = True
        self.ring(simulation, agent, GLANCE)
        simulation.face(agent, self.other or self.name)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Looks whether the other is ready."""
        if not flags & motion.RANG:
            return None
        refusal = self.refuse(simulation, agent)
        if refusal is not None:
            self.ready = False
            return self.fail(*refusal)
        for other, skill in simulation.skills.items():
            if isinstance(skill, Together) and other != agent and skill.ready and self.fits(agent, other, skill):
                if skill.refuse(simulation, other) is not None:
                    continue
                self.join(simulation, agent, other)
                simulation.finish(other)
                return self.done()
        self.waited += GLANCE
        self.ring(simulation, agent, GLANCE)
        return self.fail("occupied", self.other) if self.waited > PATIENCE else None

    @abstractmethod
    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """Why it cannot be done now."""

    @abstractmethod
    def fits(self, agent: str, other: str, skill: "Together") -> bool:
        """Whether what the other does is the other half."""

    @abstractmethod
    def join(self, simulation: "Simulation", agent: str, other: str) -> None:
        """Does it."""


class Give(Together):
    """Offers a thing in the hands to a body within reach, which must take it."""

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """The thing must be in the hands, the other at hand and with a hand free."""
        if self.name not in simulation.things.hands[agent] or simulation.things.can(self.name, "heavy"):
            return "unknown_target", ""
        if self.other not in simulation.present or self.other == agent:
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, self.other):
            return refusal
        return None if simulation.things.free_hands(self.other) else ("hands_full", self.other)

    def fits(self, agent: str, other: str, skill: Together) -> bool:
        """The other takes this thing from this body."""
        return isinstance(skill, Take) and other == self.other and (skill.name, skill.other) == (self.name, agent)

    def join(self, simulation: "Simulation", agent: str, other: str) -> None:
        """Hands it over."""
        hand_over(simulation, self.name, agent, other)


class Take(Together):
    """Takes a thing that another body offers, or asks for it."""

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """The other must hold it and be at hand."""
        if self.name not in simulation.things.states or self.other not in simulation.present or self.other == agent:
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, self.other):
            return refusal
        if self.name not in simulation.things.hands[self.other] or simulation.things.can(self.name, "heavy"):
            return "unknown_target", ""
        return None if simulation.things.free_hands(agent) else ("hands_full", "")

    def fits(self, agent: str, other: str, skill: Together) -> bool:
        """The other gives this thing to this body."""
        return isinstance(skill, Give) and other == self.other and (skill.name, skill.other) == (self.name, agent)

    def join(self, simulation: "Simulation", agent: str, other: str) -> None:
        """Takes it over."""
        hand_over(simulation, self.name, other, agent)


class Lift(Together):
    """Lifts a heavy thing together with another body; who has come first makes room for the second."""

    gives_way = True

    def can_stand(self, simulation: "Simulation", spot: Spot) -> bool:
        """The thing stays well within reach."""
        return simulation.things.distance(self.name, spot[0], spot[1]) <= REACH - SPARE

    def refuse(self, simulation: "Simulation", agent: str) -> Refusal:
        """It must be heavy, not too large, at hand, nobody's, and both hands free."""
        things = simulation.things
        if self.name not in things.states or not things.can(self.name, "heavy"):
            return "unknown_target", ""
        if hypot(*simulation.layout.things[self.name].size[:2]) > 2 * LARGEST:
            return "unknown_target", ""
        if refusal := at_hand(simulation, agent, self.name):
            return refusal
        if bearer := things.bearer(self.name):
            return "occupied", bearer
        return None if things.free_hands(agent) == 2 else ("hands_full", "")

    def fits(self, agent: str, other: str, skill: Together) -> bool:
        """The other lifts the same."""
        return isinstance(skill, Lift) and skill.name == self.name

    def join(self, simulation: "Simulation", agent: str, other: str) -> None:
        """Lifts it."""
        first, second = sorted((agent, other), key=simulation.number)
        used = [f"{self.name} {relation(simulation, self.name)}"]
        simulation.things.hold(self.name, first, second)
        simulation.settle(self.name)
        simulation.tell(
            "lifted", first, name=self.name, second=second, used=used, made=[f"{self.name} held_by {first}"]
        )


def hand_over(simulation: "Simulation", name: str, giver: str, taker: str) -> None:
    """Gives a thing from hands to hands."""
    simulation.things.hold(name, taker)
    used, made = [f"{name} held_by {giver}"], [f"{name} held_by {taker}"]
    simulation.tell("handed over", giver, name=name, to=taker, used=used, made=made)
