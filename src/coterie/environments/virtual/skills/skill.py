"""What a skill is: something a body does over time, from a command to a result."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

FailCode = Literal["out_of_reach", "not_visible", "blocked", "hands_full", "locked", "occupied", "unknown_target"]
"""Why something did not work: too far away; never seen, or behind something; something in the way; no free hand, or
two needed; locked, or held shut; full, in use, or nobody came to help; no such thing, or nothing to do that with."""
FAIL_CODES: tuple[FailCode, ...] = (
    "out_of_reach",
    "not_visible",
    "blocked",
    "hands_full",
    "locked",
    "occupied",
    "unknown_target",
)
HESITATION = 5
"""Ticks that a command costs which cannot be begun."""
PATIENCE = 100
"""Ticks that one waits for another to lift, give, take or walk along."""


class Result(msgspec.Struct, frozen=True, gc=False):
    """How something ended: done, interrupted, or a fail code."""

    code: Literal["done", "interrupted"] | FailCode
    command: str
    detail: str = ""
    """What was in the way, what was read, why it was interrupted."""


class Skill(ABC):
    """One command being carried out: a small state machine that is asked when its body needs a thought."""

    interruptible: ClassVar[bool] = True
    """Whether a word heard or a new sight stops it."""
    keeps_lever: ClassVar[bool] = False
    """Whether a body can do it and still hold a lever."""
    gives_way: ClassVar[bool] = False
    """Whether a body that does it steps aside for one that wants by, and goes on with it there."""

    def __init__(self, text: str) -> None:
        """Keeps the command."""
        self.text = text
        self._refusal: Result | None = None

    def begin(self, simulation: "Simulation", agent: str) -> None:
        """Starts it; one that cannot be started costs a moment and fails."""
        self._refusal = self.start(simulation, agent)
        if self._refusal is not None:
            simulation.halt(agent)
            self.ring(simulation, agent, HESITATION)

    def advance(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Goes on after a thought; returns the result when it has ended."""
        return self._refusal or self.proceed(simulation, agent, flags)

    def can_stand(self, simulation: "Simulation", spot: Spot) -> bool:
        """Whether a body that does it could go on from another spot, when it gives way."""
        return True

    def displaced(self, simulation: "Simulation", agent: str) -> None:
        """Takes in that its body has changed places with another; who stands goes on standing."""
        return

    @abstractmethod
    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Begins: sets the body walking, turning or waiting; returns the failure if it cannot."""

    @abstractmethod
    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Goes on: `flags` says why the body needs a thought; returns the result when it has ended."""

    def fail(self, code: FailCode, detail: str = "") -> Result:
        """The result of a failure."""
        return Result(code, self.text, detail)

    def done(self, detail: str = "") -> Result:
        """The result of a success."""
        return Result("done", self.text, detail)

    @staticmethod
    def ring(simulation: "Simulation", agent: str, ticks: int) -> None:
        """Wakes the body in so many ticks."""
        simulation.walkers.timer[simulation.number(agent)] = ticks
