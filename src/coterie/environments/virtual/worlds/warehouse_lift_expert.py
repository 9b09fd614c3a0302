"""The reference of `warehouse_lift`: pairs by seat share the loads out from what all are told, and carry them."""

from coterie.core import Action, Observation, Script
from coterie.environments.virtual.places.warehouse import DOCK
from coterie.environments.virtual.state.moment import HEAVY, TICK, WALK
from coterie.environments.virtual.tasks.errands import Errand, share_out


def orders(agent: str, seen: Observation) -> list[tuple[str, str]]:
    """The loads that a seat carries with its partner, in order, and the place in the dock of each.

    The first two seats are a pair, the next two another, and so on; an odd one is left over. Ways are reckoned east or
    west and north or south, as aisles run.
    """
    spots, starts = seen.data["spots"], seen.data["starts"]
    seats, loads, bays = list(starts), list(spots), ["dock", *seen.data["bays"]]
    pairs = list(zip(seats[::2], seats[1::2], strict=False))
    number = seats.index(agent) // 2
    if number >= len(pairs):
        return []

    def seconds(one: list[float], other: list[float], pace: float = WALK) -> float:
        return (abs(one[0] - other[0]) + abs(one[1] - other[1])) / pace * TICK

    ends = {load: [spots[load][0], DOCK] for load in loads}
    ways = {(load, f"{load} in"): seconds(spots[load], ends[load], HEAVY) for load in loads}
    ways |= {(f"{load} in", other): seconds(ends[load], spots[other]) for load in loads for other in loads}
    begin = [{load: max(seconds(starts[each], spots[load]) for each in pair) for load in loads} for pair in pairs]
    plan = share_out(begin, ways, [Errand(load, f"{load} in") for load in loads], capacity=1)
    mine = [loads[which] for what, which in plan.orders[number] if what == "fetch"]
    goals = bays if len(loads) > 1 else bays[:1]
    return [(load, goals[loads.index(load) % len(goals)]) for load in mine]


def _others(seats: list[str]) -> list[str]:
    """Everybody's partner, in the order of seats; an odd one is its own."""
    return [seats[number ^ 1] if number ^ 1 < len(seats) else seats[number] for number in range(len(seats))]


def script(agent: str) -> Script:
    """A player for a seat: carries its loads with a partner who does the same; the first of the two puts them down."""
    left: list[tuple[str, str]] | None = None
    partner, puts, tried, places = "", False, 0, list[str]()

    def play(seen: Observation) -> Action:
        nonlocal left, partner, puts, tried
        options, holds = seen.spec.move.options, seen.data["holds"]  # type: ignore[union-attr]  # commands are listed
        if left is None:
            left, seats = orders(agent, seen), list(seen.data["starts"])
            puts, partner = seats.index(agent) % 2 == 0, _others(seats)[seats.index(agent)]
            places.extend(["dock", *seen.data["bays"]])
        while left and left[0][0] not in seen.data["loads"] and left[0][0] not in holds:
            left.pop(0)
            tried = 0
        if not left:  # it leaves the dock to those who still carry
            away = "go to north passage"
            return Action(away if away in options and seen.data["place"] in places else "wait")
        name, goal = left[0]
        goal = places[(places.index(goal) + tried) % len(places)]
        result = seen.data.get("result", {})
        if name not in holds:
            stuck = result.get("command") == f"go to {name}" and result.get("code") == "blocked"
            wanted = [
                f"pick up {name}",
                *(["go to dock", "go to north passage"] if stuck else []),
                f"go to {name}",
                "look",
            ]
        elif not puts:
            # The other says where to: it goes there itself first, then wherever the other finds room.
            wanted = [*([] if tried else [f"go to {goal}"]), f"follow {partner}", "look"]
            tried += result.get("command") == f"go to {goal}" and result.get("code") == "done"
        elif result.get("command") == f"go to {goal}" and result.get("code") == "done":
            wanted = [f"put down {name}"]
        elif result.get("command") == f"put down {name}":
            tried += 1
            goal = places[(places.index(goal) + 1) % len(places)]
            wanted = [f"go to {goal}"]
        else:
            wanted = [f"go to {goal}", f"put down {name}"]
        return Action(next((each for each in wanted if each in options), "wait"))

    return play
