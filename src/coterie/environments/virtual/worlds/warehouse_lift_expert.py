"""The reference of `warehouse_lift`: pairs by seat share the loads out from what all are told, and carry them."""

from coterie.core import Action, Observation, Script
from coterie.environments.virtual.places.warehouse import AISLE, DOCK, LETTERS, RACK
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
    return Carrier(agent).play


class Carrier:
    """What one of a pair knows and does."""

    def __init__(self, agent: str) -> None:
        """Begins with nothing known."""
        self.agent, self.partner, self.puts = agent, "", False
        self.left: list[tuple[str, str]] | None = None
        self.places: list[str] = []
        self.spots: dict[str, list[float]] = {}
        self.goal = ""
        """Where it brings what it carries; empty: where the plan says."""
        self.full: list[str] = []
        """Where there was no room, or no way to."""
        self.there: dict[str, None] = {}
        """What it has seen standing in the dock."""

    def play(self, seen: Observation) -> Action:
        """Looks, decides."""
        if self.left is None:
            self.left, seats = orders(self.agent, seen), list(seen.data["starts"])
            self.puts, self.partner = seats.index(self.agent) % 2 == 0, _others(seats)[seats.index(self.agent)]
            self.places, self.spots = ["dock", *seen.data["bays"]], seen.data["spots"]
        options, holds = seen.spec.move.options, seen.data["holds"]  # type: ignore[union-attr]  # commands are listed
        standing = [each for each in seen.data["sees"] if each["kind"] != "person" and not each.get("relation")]
        self.there.update(dict.fromkeys(each["name"] for each in standing if each["at"][1] < DOCK))
        while self.left and self.left[0][0] not in seen.data["loads"] and self.left[0][0] not in holds:
            self.left.pop(0)
            self.goal, self.full = "", []
        if not self.left:  # it leaves the dock to those who still carry
            wanted = ["go to north passage"] if seen.data["place"] in self.places else []
        elif self.left[0][0] not in holds:
            wanted = self._to_load(self.left[0][0], seen)
        else:
            wanted = self._bring(*self.left[0], seen) if self.puts else self._come_along(self.left[0][1], seen)
        return Action(next((each for each in wanted if each in options), "wait"))

    def _to_load(self, load: str, seen: Observation) -> list[str]:
        """There, and lift; by another way when somebody stands in that one, or to its aisle if it lost sight of it."""
        result, ends = seen.data.get("result", {}), ["go to dock", "go to north passage"]
        stuck = (result.get("command"), result.get("code")) == (f"go to {load}", "blocked")
        looked = (result.get("command"), result.get("code")) == ("look", "done")
        aisle = f"go to aisle {LETTERS[int(self.spots[load][0] / (AISLE + 2 * RACK))]}"
        lost = [aisle, *ends] if looked else ["look"]
        return [f"pick up {load}", *(ends if stuck else []), f"go to {load}", *lost]

    def _come_along(self, goal: str, seen: Observation) -> list[str]:
        """The other says where to: it goes where the plan says first, then wherever the other finds room."""
        result = seen.data.get("result", {})
        if result.get("command") == f"go to {goal}" and result["code"] != "interrupted":
            self.full.append(goal)
        lost = (result.get("command"), result.get("code")) == ("look", "done")
        wanted = [] if self.full else [f"go to {goal}"]
        return [*wanted, f"follow {self.partner}", *([f"go to {self.partner}"] if lost else []), "look"]

    def _bring(self, load: str, planned: str, seen: Observation) -> list[str]:
        """Where the plan says; without room there elsewhere in the dock, or beside what stands in it."""
        result, goal = seen.data.get("result", {}), self.goal or planned
        command, code = result.get("command"), result.get("code")
        if (command, code) == (f"go to {goal}", "done"):
            return [f"put down {load}"]
        # It is picked up again when it has been put down short of the dock.
        if command in (f"put down {load}", f"pick up {load}" if seen.data["place"] == goal else "") or (
            (command, code) == (f"go to {goal}", "blocked")
        ):
            self.full.append(goal)
            free = [each for each in (*self.places, *self.there) if each not in (*self.full, load)]
            self.full = self.full if free else []
            self.goal = goal = (free or [planned])[0]
        return [f"go to {goal}", f"put down {load}"]
