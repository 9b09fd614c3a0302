"""Box pushing: the scripted player."""

from coterie.core import Action, Observation
from coterie.environments.text.cooperation.box_pushing_rules import Hall, Pair, Scene, floor, plan
from coterie.environments.text.grid import Cell


class Pusher:
    """Does its half of a shortest joint plan; plans anew when something comes otherwise; waits when nothing helps.

    Two of them need no words: they see the same, and the same search gives both the same plan.
    """

    def __init__(self, number: int) -> None:
        """Takes the half of a seat, 0 or 1."""
        self.number = number
        self.plan: dict[Scene, Pair] = {}

    def __call__(self, seen: Observation) -> Action:
        """Makes one move."""
        hall = Hall(seen.data["size"], _cells(seen.data["walls"]), _cells(seen.data["goals"]))
        first, second = _cells(seen.data["agents"])
        scene = Scene((first, second), _cells(seen.data["light"]), _cells(seen.data["heavy"]))
        if scene not in self.plan:
            self.plan = {}
            here = scene
            for pair in plan(hall, scene) or ():
                self.plan[here] = pair
                here, _ = floor(hall).after(here, pair)
        return Action(self.plan[scene][self.number] if scene in self.plan else "wait")


def _cells(pairs: list[list[int]]) -> tuple[Cell, ...]:
    return tuple((pair[0], pair[1]) for pair in pairs)
