"""A policy for MiniWorld's tasks and for the same tasks here: turn to the nearest target, walk, take it, go round.

It knows only numbers, so that a peer's Python can run the very same file; see benchmarks/peers/miniworld_scripted.py.
"""

from math import atan2, degrees, hypot

AT_HAND = 1.0
"""Metres from the edge of a target at which it is taken."""


class Walker:
    """Chooses `left`, `right` (15 degrees), `forward` (0.15 m) or `take` from where it stands and where targets are."""

    def __init__(self):
        """Starts with no plan."""
        self.plan, self.goal, self.last = [], None, None

    def __call__(self, x, y, heading, targets):
        """Returns the next action and the name of its target; targets are name to (x, y, radius)."""
        stopped = self.last is not None and hypot(x - self.last[0], y - self.last[1]) < 0.05
        self.last = None
        if stopped and not self.plan:
            self.plan = ["left"] * 5 + ["forward"] * 6
        if self.goal not in targets:
            self.goal = min(targets, key=lambda name: (hypot(targets[name][0] - x, targets[name][1] - y), name))
        to_x, to_y, radius = targets[self.goal]
        off = (degrees(atan2(to_y - y, to_x - x)) - heading + 180.0) % 360.0 - 180.0
        if self.plan:
            action = self.plan.pop(0)
        elif abs(off) > 7.6:
            action = "left" if off > 0 else "right"
        else:
            action = "take" if hypot(to_x - x, to_y - y) - radius < AT_HAND else "forward"
        if action == "forward":
            self.last = (x, y)
        return action, self.goal
