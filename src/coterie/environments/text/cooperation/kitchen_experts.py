"""The scripted cook: it shares out the work for both as seems best, plans both ways together, and does its own part.

As both see everything and plan alike, two of them never block each other. While the other cook does not do what was
planned for it, its hands do not count: the work is then planned for one.
"""

import random
from collections import deque

from coterie.core import Action, Observation
from coterie.environments.text.cooperation.kitchen_layouts import Layout
from coterie.environments.text.cooperation.kitchen_paths import Pose, first_moves, moved
from coterie.environments.text.cooperation.kitchen_plans import Plan
from coterie.environments.text.cooperation.kitchen_rules import COOKS
from coterie.environments.text.grid import DIRECTIONS

TRUST = 16
"""By how many planned moves the other cook is judged."""
PATIENCE = 3
"""How many steps in a row a cook stands blocked before it tries something else."""


class Cook:
    """The expert of one seat."""

    def __init__(self, layout: Layout, agent: str, seed: int = 0) -> None:
        """Knows the kitchen; the luck is only for getting out of the way of somebody who does not move."""
        self.layout, self.me, self.luck = layout, COOKS.index(agent), random.Random(seed)
        self.kept: deque[bool] = deque(maxlen=TRUST)
        self.before: tuple[Pose, Pose] | None = None
        self.expected: tuple[Pose, Pose] | None = None
        self.blocked = 0

    def __call__(self, seen: Observation) -> Action:
        """Makes one move."""
        one, two = ((tuple(cook["at"]), cook["facing"]) for cook in seen.data["cooks"].values())
        poses = (one, two)
        self._judge(poses)
        plan = Plan(self.layout, seen.data, poses, alone=None if self._trusts() else self.me)
        moves = first_moves(self.layout, plan.zones, poses, plan.goals())
        self.before, self.expected = poses, moved(self.layout, poses, moves)
        if self.blocked >= PATIENCE:
            return Action(self.luck.choice(tuple(DIRECTIONS)))
        return Action(moves[self.me])

    def _judge(self, poses: tuple[Pose, Pose]) -> None:
        """Compares what happened with what was planned."""
        if self.before is None or self.expected is None:
            return
        other, me = 1 - self.me, self.me
        if self.expected[other] != self.before[other]:
            self.kept.append(poses[other] == self.expected[other])
        stuck = self.expected[me] != self.before[me] == poses[me]
        self.blocked = self.blocked + 1 if stuck else 0

    def _trusts(self) -> bool:
        return len(self.kept) < TRUST // 2 or 2 * sum(self.kept) >= len(self.kept)
