"""Small skills: a step, a turn, a look round, a while of waiting, and a command that means nothing."""

from math import cos, radians, sin
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.following import partner_of
from coterie.environments.virtual.skills.skill import FailCode, Result, Skill
from coterie.environments.virtual.state import motion

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation


class Forward(Skill):
    """Walks straight on for so many metres; fails when something is in the way."""

    def __init__(self, text: str, metres: float) -> None:
        """Keeps how far."""
        super().__init__(text)
        self.metres = metres

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Sets off."""
        if partner_of(simulation, agent):
            return self.fail("occupied", partner_of(simulation, agent))
        (x, y, z), (hx, hy) = simulation.at(agent), simulation.walkers.heading[simulation.number(agent)]
        simulation.walk(agent, (float(x + hx * self.metres), float(y + hy * self.metres), z), 1e-6)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Ends when it is there, or when it cannot get on."""
        if flags & motion.ARRIVED:
            return self.done()
        return self.fail("blocked", simulation.met(agent)) if flags & (motion.STUCK | motion.DOOR) else None


class Turn(Skill):
    """Turns on the spot by so many degrees, left if positive."""

    interruptible = False
    keeps_lever = True

    def __init__(self, text: str, angle: float) -> None:
        """Keeps how far."""
        super().__init__(text)
        self.angle = angle

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Begins to turn."""
        aim = radians(simulation.heading(agent) + self.angle)
        simulation.turn(agent, cos(aim), sin(aim))
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Ends when it looks there."""
        return self.done() if flags & motion.TURNED else None


class Pitch(Skill):
    """Looks higher or lower by so many degrees; it matters to pictures."""

    interruptible = False
    keeps_lever = True

    def __init__(self, text: str, angle: float) -> None:
        """Keeps how far."""
        super().__init__(text)
        self.angle = angle

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Tilts the head."""
        simulation.pitch[agent] = max(-60.0, min(60.0, simulation.pitch[agent] + self.angle))
        self.ring(simulation, agent, 1)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Ends at once."""
        return self.done()


class Look(Skill):
    """Turns once round on the spot; what is seen on the way is told at the end."""

    keeps_lever = True

    def __init__(self, text: str) -> None:
        """Has four quarters before it."""
        super().__init__(text)
        self.quarters = 0

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Looks ahead, then turns."""
        self.quarters = 4
        self._quarter(simulation, agent)
        return None

    def _quarter(self, simulation: "Simulation", agent: str) -> None:
        noticed = simulation.noticed[agent]
        noticed += [name for name in simulation.in_view(agent) if name not in noticed]
        x, y = simulation.walkers.heading[simulation.number(agent)]
        simulation.turn(agent, -float(y), float(x))

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Looks at the next quarter."""
        if flags & motion.TURNED:
            self.quarters -= 1
            if not self.quarters:
                return self.done()
            self._quarter(simulation, agent)
        return None


class Wait(Skill):
    """Stands for a while, or until something happens."""

    keeps_lever = True
    gives_way = True

    def __init__(self, text: str, ticks: int) -> None:
        """Keeps how long."""
        super().__init__(text)
        self.ticks = ticks

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Begins to wait."""
        self.ring(simulation, agent, self.ticks)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Ends when the time is over."""
        return self.done() if flags & motion.RANG else None


class Refused(Skill):
    """A command that nobody could carry out: it costs a moment and fails."""

    interruptible = False
    keeps_lever = True

    def __init__(self, text: str, code: FailCode, detail: str = "") -> None:
        """Keeps why."""
        super().__init__(text)
        self.code, self.detail = code, detail

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Fails."""
        return self.fail(self.code, self.detail)

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Is never begun, and fails whenever it is asked."""
        return self.fail(self.code, self.detail)
