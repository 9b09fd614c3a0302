"""Walking after somebody: follow; and who carries something together with whom."""

from math import hypot
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.skill import Result, Skill
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

NEXT_TO = 1.0
"""How near one goes to another body, metres between middles."""
GLANCE, LOST = 5, 30
"""Ticks between two looks at whom one follows, and for which one goes on towards where one saw it last."""
LONGEST_WALK_AFTER = 300
"""Ticks after which following ends by itself."""


class Follow(Skill):
    """Stays a step behind another body until that has stood still for three seconds, is lost, or 30 s are over."""

    def __init__(self, text: str, goal: str) -> None:
        """Keeps whom."""
        super().__init__(text)
        self.goal = goal
        self.route: list[Spot] = []
        self.unseen = self.still = self.passed = 0
        self.last: Spot = (0.0, 0.0, 0.0)

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Looks where the other is."""
        self.route = []
        if self.goal not in simulation.present or not simulation.sees(agent, self.goal):
            return self.fail("not_visible")
        self.last = simulation.at(self.goal)
        self.ring(simulation, agent, 1)
        return None

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Looks again where the other is, and walks there."""
        if flags & motion.ARRIVED and self.route:
            self.route.pop(0)
        if flags & motion.RANG:
            self.passed += GLANCE
            self.ring(simulation, agent, GLANCE)
            if self.goal in simulation.present and simulation.sees(agent, self.goal):
                was, self.last, self.unseen = self.last, simulation.at(self.goal), 0
                self.still = self.still + GLANCE if hypot(was[0] - self.last[0], was[1] - self.last[1]) < 0.05 else 0
            else:
                self.unseen += GLANCE
            if self.unseen > LOST:
                return self.fail("not_visible")
            if self.still >= LOST or self.passed >= LONGEST_WALK_AFTER:
                return self.done()
            x, y, _ = simulation.at(agent)
            near = hypot(x - self.last[0], y - self.last[1]) <= 1.5 * NEXT_TO and not self.unseen
            self.route = [] if near else simulation.way(agent, self.last)[1:]
        if self.route:
            simulation.walk(agent, self.route[0], 0.05)
            if partner := partner_of(simulation, agent):
                simulation.walkers.partner[simulation.number(agent)] = simulation.number(partner)
        else:
            simulation.walkers.mode[simulation.number(agent)] = motion.STANDS
        return None


def partner_of(simulation: "Simulation", agent: str) -> str:
    """Who carries a heavy thing together with a body; empty: nobody."""
    for name in simulation.things.hands[agent]:
        holders = simulation.things.holders(name)
        if len(holders) > 1:
            return holders[1] if holders[0] == agent else holders[0]
    return ""
