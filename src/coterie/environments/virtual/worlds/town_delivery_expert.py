"""The reference of `town_delivery`: shares the parcels out as everybody would who knows what all are told."""

from math import inf

from coterie.core import Action, Observation, Script
from coterie.environments.virtual.state.moment import TICK, WALK
from coterie.environments.virtual.tasks.errands import Errand, share_out

DEPOT = "the depot"
MARGIN = 1.4
"""Ways turn out longer than planned by so much at most: who goes home early takes no more on than it can finish."""


def script(agent: str) -> Script:
    """A player for a seat: plans when it is first shown anything, then fetches and leaves in the order of the plan."""
    left: list[tuple[str, str]] | None = None
    goals: dict[str, str] = {}

    def play(seen: Observation) -> Action:
        nonlocal left
        options, holds = seen.spec.move.options, seen.data["holds"]  # type: ignore[union-attr]  # commands are listed
        if left is None:
            goals.update(seen.data["parcels"])
            left = orders(agent, seen)
        while left and ((left[0][0] == "fetch") == (left[0][1] in holds) or left[0][1] not in seen.data["deliver"]):
            left.pop(0)
        if not left:
            return Action("wait")
        what, name = left[0]
        if what == "fetch":
            wanted = [f"pick up {name}", f"go to {name}", "look"]
        else:
            wanted = [f"put down {name}"] if seen.data["place"] == goals[name] else [f"go to {goals[name]}"]
        return Action(next((each for each in wanted if each in options), "wait"))

    return play


def orders(agent: str, seen: Observation) -> list[tuple[str, str]]:
    """What a courier fetches and leaves in the best plan, if ways go along streets, east or west, north or south."""
    spots: dict[str, list[float]] = {DEPOT: seen.data["depot"], **seen.data["doors"]}

    def seconds(one: list[float], other: list[float]) -> float:
        return (abs(one[0] - other[0]) + abs(one[1] - other[1])) / WALK * TICK

    ways = {(one, other): seconds(spots[one], spots[other]) for one in spots for other in spots}
    team = seen.data["couriers"]
    starts = [{DEPOT: each["comes"] + seconds(each["at"], spots[DEPOT])} for each in team.values()]
    until = [inf if each["goes"] is None else each["goes"] / MARGIN for each in team.values()]
    names, homes = list(seen.data["parcels"]), seen.data["parcels"].values()
    plan = share_out(starts, ways, [Errand(DEPOT, home) for home in homes], until=until)
    return [(what, names[number]) for what, number in plan.orders[list(team).index(agent)]]
