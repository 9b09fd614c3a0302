"""What the worlds in houses share: who is in them, the plan of the rooms, and how an expert searches room by room."""

from collections.abc import Sequence
from math import hypot, inf

from coterie.core import Json, Observation
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space import line_of_sight
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.moment import REACH
from coterie.environments.virtual.state.sight import EYES
from coterie.environments.virtual.state.things import Spot
from coterie.environments.virtual.tasks.errands import walk_s
from coterie.environments.virtual.world import VirtualWorld

SEATS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal")
EMPTY = "is empty"
"""What searchers say of a room that they are through with, after its name."""
RING = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1))
"""Sides from which hands may reach for something."""
SLACK = 0.8
"""Metres by which the nearest spot to reach from may be nearer than the nearest of those tried."""
FAILED = ("out_of_reach", "not_visible", "blocked", "hands_full", "locked", "occupied", "unknown_target")


def plan_of(scene: Scene) -> dict[str, Json]:
    """The rooms of a house: their names to west, south, east, north and height of the floor, in metres."""
    plan: dict[str, Json] = {}
    for place in scene.places:
        if place.kind in ("room", "hall"):
            xs, ys = zip(*place.outline, strict=True)
            plan[place.name] = [round(each, 2) for each in (min(xs), min(ys), max(xs), max(ys), place.level)]
    return plan


def together(scene: Scene, navigator: Navigator) -> tuple[float, float, float]:
    """The spot of a scene's starts where several bodies best come in together: the one nearest to all the others."""
    ways = [(sum(navigator.length(start, other) for other in scene.starts), start) for start in scene.starts]
    return min(ways)[1]


def said_list(names: Sequence[str]) -> str:
    """Names as one says them.

    >>> said_list(("ann",)), said_list(("ann", "bob", "cid"))
    ('ann', 'ann , bob and cid')
    """
    return " and ".join([" , ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def reached_from(simulation: Simulation, name: str) -> list[Spot]:
    """Spots round a thing, at arm's length and nearer, from which hands reach it: also over the table it lies on.

    To be asked before anybody is in the world: bodies would be in the way.
    """
    at = simulation.things.position(name)
    place, beside = simulation.navigator.place_of(at), simulation.navigator.standing(at)
    if beside is None:
        return []
    skip, found = int(simulation.targets.skip[simulation.layout.numbers[name]]), [beside]
    for east, north in RING:
        for away in (REACH, 1.0, 0.5):
            scale = away / hypot(east, north)
            spot = (at[0] + east * scale, at[1] + north * scale, beside[2])
            if simulation.is_free(spot, simulation.layout.agents[0]) and (
                simulation.navigator.place_of(spot) == place
                or line_of_sight.clear(*spot[:2], spot[2] + EYES, *at[:2], at[2] + 0.1, simulation.prisms, skip)
            ):
                found.append(spot)
                break
    return found


def to_reach_s(simulation: Simulation, start: Spot, spots: Sequence[Spot], at: Spot) -> float:
    """Seconds, at the least, to walk from a spot until hands reach a thing.

    Args:
        simulation: the world.
        start: where from.
        spots: what `reached_from` tells of the thing.
        at: where the thing is.
    """
    if hypot(start[0] - at[0], start[1] - at[1]) <= REACH + SLACK:
        return 0.0
    return min((walk_s(simulation, start, spot, SLACK) for spot in spots), default=inf)


class HouseWorld(VirtualWorld):
    """A world in a house whose plan everybody is told once."""

    plan: dict[str, Json]

    def told_once(self, agent: str) -> dict[str, Json]:
        """The plan of the rooms, in an agent's first observation."""
        return {} if agent in self._introduced else {"rooms": self.plan}


class Search:
    """Goes through the rooms of a house, looks round in each and opens what is closed; its own share of rooms first.

    It knows the plan and what its seat has been shown. Rooms that others say are empty it leaves out. When all are
    done it begins again, and looks round from beside furniture, another piece in every round.
    """

    def __init__(self, number: int, count: int, opens: bool = True) -> None:
        """Says which share of the rooms is its own.

        Args:
            number: its place among those who search.
            count: how many search.
            opens: whether it opens what is closed.
        """
        self.number, self.count, self.opens = number, count, opens
        self.plan: dict[str, list[float]] = {}
        self.todo: list[str] = []
        self.own: list[str] = []
        """Its share of the rooms."""
        self.finished = ""
        """The room it has just become through with; empty: none."""
        self._looked: list[str] = []
        self._shut: dict[str, list[float]] = {}
        self._given_up: list[str] = []
        self._rounds = 0
        self._furniture: dict[str, list[float]] = {}
        self._stood_by: list[str] = []

    def note(self, seen: Observation) -> None:
        """Takes in what a seat is shown: closed things, rooms, how its last command ended, what others say."""
        data, self.finished = seen.data, ""
        if not self.plan:
            self.plan = data["rooms"]
            self._begin()
        for sight in data["sees"]:
            if sight["kind"] == "door":
                continue
            if not sight["kind"].startswith("person") and not sight.get("relation"):
                self._furniture[sight["name"]] = sight["at"]
            if sight.get("state") == "closed" and sight["name"] not in self._given_up:
                self._shut[sight["name"]] = sight["at"]
            elif sight.get("state") == "open":
                self._shut.pop(sight["name"], None)
        for message in seen.heard:
            room, found, _ = message.text.rpartition(f" {EMPTY}")
            if found and room in self.todo and room != data["place"]:
                self.todo.remove(room)
        result = data.get("result", {})
        command, code = result.get("command", ""), result.get("code", "")
        if command == "look" and code == "done" and data["place"] not in self._looked:
            self._looked.append(data["place"])
        if command.startswith("go to ") and code != "interrupted":
            self._stood_by.append(command.removeprefix("go to "))
        if code in FAILED:
            goal = command.removeprefix("go to ").removeprefix("open ")
            self._given_up.append(goal)
            self._shut.pop(goal, None)
            if goal in self.todo and data["place"] != goal:
                self._done(goal)

    def wanted(self, seen: Observation) -> list[str]:
        """The commands it would give now, the best first; some may not be possible."""
        if not self.todo:
            self._begin()
        room, here, result = self.todo[0], seen.data["place"], seen.data.get("result", {})
        if here != room:
            return [f"go to {room}"]
        if room not in self._looked:
            piece = self._piece_in(room)
            mine = (f"go to {room}", f"go to {piece}", "look")
            if result.get("code") == "interrupted" and result["command"] in mine:
                return ["go on", "look"]
            return [f"go to {piece}", "look"] if piece and piece not in self._stood_by else ["look"]
        if closed := self._closed_in(room, seen.data["at"]):
            return [f"open {closed}", f"go to {closed}", "look"]
        self._done(room)
        return self.wanted(seen) if self.todo else ["wait"]

    def through_with(self, room: str) -> None:
        """Leaves a room out from now on."""
        if room in self.todo:
            self.todo.remove(room)

    def _begin(self) -> None:
        """All rooms from the lowest storey up and from west to east: its own share, then the others' from the end."""
        middles = {name: (area[4], area[0] + area[2], area[1]) for name, area in self.plan.items()}
        rooms = sorted(middles, key=lambda name: middles[name])
        first, last = (len(rooms) * (self.number + more) // self.count for more in (0, 1))
        self.own = rooms[first:last]
        self.todo = self.own + rooms[last:][::-1] + rooms[:first][::-1]
        self._looked, self._given_up, self._stood_by = [], [], []
        self._rounds += 1

    def room_at(self, at: Sequence[float]) -> str:
        """The room that a spot is in; empty: none."""
        for room, (west, south, east, north, level) in self.plan.items():
            if west <= at[0] <= east and south <= at[1] <= north and abs(at[2] - level) < 1.0:
                return room
        return ""

    def _piece_in(self, room: str) -> str:
        """From where it looks round: in the second round from the piece of furniture farthest from the middle."""
        west, south, east, north, _ = self.plan[room]
        pieces = [
            (abs(2 * x - west - east) + abs(2 * y - south - north), name)
            for name, (x, y, z) in self._furniture.items()
            if self.room_at((x, y, z)) == room
        ]
        begins_again = self._rounds > 1 and pieces
        return sorted(pieces, reverse=True)[(self._rounds - 2) % len(pieces)][1] if begins_again else ""

    def _done(self, room: str) -> None:
        self.todo.remove(room)
        self.finished = room

    def _closed_in(self, room: str, at: Sequence[float]) -> str:
        """The nearest thing known to be closed in a room; empty: none."""
        west, south, east, north, level = self.plan[room]
        near = [
            ((x - at[0]) ** 2 + (y - at[1]) ** 2, name)
            for name, (x, y, z) in self._shut.items()
            if west <= x <= east and south <= y <= north and abs(z - level) < 1.5
        ]
        return min(near)[1] if near and self.opens else ""
