"""What is known to happen at a later tick: who joins, who leaves, which thing will have heard whom."""

from typing import TYPE_CHECKING

import msgspec

from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation


class Coming(msgspec.Struct, frozen=True):
    """An agent who joins."""

    tick: int
    agent: str
    at: Spot
    heading: float
    """Degrees, anticlockwise from east."""


class Going(msgspec.Struct, frozen=True):
    """An agent who leaves, whatever it is doing then."""

    tick: int
    agent: str
    reason: str


class Hearing(msgspec.Struct, frozen=True):
    """A thing that will have heard an agent out."""

    tick: int
    agent: str
    thing: str
    text: str


class Agenda:
    """What is known to happen, each kind in the order in which it was put down.

    >>> agenda = Agenda()
    >>> agenda.goings += [Going(30, "ann", "gone home"), Going(10, "bob", "tired")]
    >>> agenda.next_tick(100), [going.agent for going in agenda.leaving(10)], agenda.next_tick(100)
    (10, ['bob'], 30)
    """

    def __init__(self) -> None:
        """Begins with nothing."""
        self.comings: list[Coming] = []
        self.goings: list[Going] = []
        self.hearings: list[Hearing] = []

    def next_tick(self, otherwise: int) -> int:
        """The first tick at which something is to happen; `otherwise` if nothing is."""
        known: list[Coming | Going | Hearing] = [*self.comings, *self.goings, *self.hearings]
        return min((each.tick for each in known), default=otherwise)

    def admit(self, simulation: "Simulation") -> None:
        """Lets in who is due, and for whom there is room."""
        for each in [each for each in self.comings if each.tick <= simulation.ticks]:
            if simulation.room_for(each.agent, each.at) is not None:
                self.comings.remove(each)
                simulation.join(each.agent, each.at, each.heading)

    def leaving(self, tick: int) -> list[Going]:
        """Takes off the agenda who is to leave by now."""
        due = [each for each in self.goings if each.tick <= tick]
        self.goings = [each for each in self.goings if each.tick > tick]
        return due

    def heard(self, tick: int) -> list[Hearing]:
        """Takes off the agenda what has been heard by now."""
        due = [each for each in self.hearings if each.tick <= tick]
        self.hearings = [each for each in self.hearings if each.tick > tick]
        return due

    def forget(self, agent: str) -> None:
        """Strikes off the comings and goings of an agent whose part is over."""
        self.comings = [each for each in self.comings if each.agent != agent]
        self.goings = [each for each in self.goings if each.agent != agent]
