"""Planner and executor: one has the map and may speak now and then, one walks and sees what is around it.

A square map holds a start, a goal and walls. With doors it is divided into rooms in a row, each behind a locked door of
a colour of its own; the key to a door lies somewhere before it. The planner sees the map once and for all, but not the
executor. The executor sees which of its four sides are blocked, locked doors beside it and a key where it stands; it
does not know where it is nor where the goal is. It walks north, south, east or west, takes a key where it stands,
finishes where it believes the goal to be, or waits; a door opens when it walks in with the key. A step that is blocked
changes nothing, nor does finishing elsewhere.

The planner speaks before the first move and then after every few moves, so that it must tell plans and not steps. The
executor may say something with every move; the planner hears it when it speaks next. This is how it can learn where the
executor really is. The episode ends when the executor finishes at the goal, or, truncated, after `2 x shortest + 2`
moves, where `shortest` is the fewest moves from the start to the end. Both are paid 1 at the goal, and every move costs
both a little. An answer that is not accepted is silence or waiting.
"""

from collections.abc import Mapping
from typing import Any

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Message,
    Observation,
    Script,
    Speech,
    Step,
    Subgoal,
    spoken,
)
from coterie.environments.text.cooperation.planner_executor_experts import Executor, Planner
from coterie.environments.text.cooperation.planner_executor_rooms import COLOURS, Place, draw_rooms
from coterie.environments.text.cooperation.planner_executor_words import read_all, reported, requested
from coterie.environments.text.grid import DIRECTIONS, drawn, named

MOVES = (*DIRECTIONS, "take", "finish", "wait")


class PlannerExecutor(Environment):
    """A walk for two heads: plans of several steps one way, reports the other way."""

    id = "planner_executor-v1"
    application = "cooperation"
    purpose = "plans of several steps told in few words, and reports that say how they went"
    talk = "needed"
    agents = ("planner", "executor")

    def __init__(
        self,
        size: int = 4,
        walls: int = 2,
        doors: int = 0,
        plan_length: int = 3,
        max_words: int = 6,
        report_words: int = 6,
        step_cost: float = 0.02,
    ) -> None:
        """Sets the map, and how much may be said.

        Args:
            size: cells on a side, at least `2 x doors + 2`.
            walls: blocked cells in the rooms, at most a third of all cells; fewer where more would cut cells off.
            doors: locked doors on the way, 0 to 3.
            plan_length: moves between two utterances of the planner.
            max_words: most words in an utterance of the planner.
            report_words: most words in an utterance of the executor; 0: it cannot speak.
            step_cost: what every move costs both.
        """
        if not 0 <= doors <= len(COLOURS) or size < 2 * doors + 2 or not 0 <= walls <= size * size // 3:
            raise ValueError(
                f"size={size}, walls={walls}, doors={doors}: expected 0 to {len(COLOURS)} doors, a size of at least "
                f"{2 * doors + 2} (2 x doors + 2) and 0 to {size * size // 3} walls (a third of the cells)"
            )
        if plan_length < 1 or max_words < 1 or report_words < 0:
            raise ValueError(
                f"plan_length={plan_length}, max_words={max_words}, report_words={report_words}: expected at least "
                "1, 1 and 0"
            )
        self.size, self.count, self.colours = size, walls, COLOURS[:doors]
        self.plan_length, self.step_cost = plan_length, step_cost
        self.planner_spec = ActionSpec(speech=Speech(max_words=max_words), fallback=Action())
        report = Speech(max_words=report_words) if report_words else None
        self.executor_spec = ActionSpec(move=Choice(MOVES), speech=report, fallback=Action("wait"))

    def begin(self) -> Step:
        """Draws a map; the planner speaks first."""
        self.rooms = draw_rooms(self.chance, self.size, self.count, self.colours)
        self.place = Place(self.rooms.start)
        self.shortest = len(self.rooms.way(self.place))
        self.limit = 2 * self.shortest + 2
        self.opened: tuple[str, ...] = ()
        self.moves = 0
        self.reports: tuple[Message, ...] = ()
        self.since: list[str] = []
        self.map = self.rooms.data() | {"moves": list(MOVES), "plan_length": self.plan_length}
        return self._ask_planner({}, ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """The planner's words reach the executor; the executor's move changes the world, its words wait."""
        if "planner" in actions:
            heard = tuple(spoken(actions, {"planner": ("executor",)}, float(self.moves)))
            return self._ask_executor({}, requested(self.rooms, self.place, self.opened, read_all(heard, MOVES)), heard)
        reports = tuple(spoken(actions, {"executor": ("planner",)}, float(self.moves)))
        self.reports += reports
        self.since.append(str(actions["executor"].move))
        told = (self._move(self.since[-1]), *reported(reports, self.since, MOVES))
        self.moves += 1
        parts = {"goal": float(self.place.finished), "moves": -self.step_cost}
        if self.place.finished or self.moves == self.limit:
            return self._end(parts, told)
        if self.moves % self.plan_length:
            return self._ask_executor(parts, told)
        return self._ask_planner(parts, told)

    def _move(self, move: str) -> Event:
        """Changes the world by one move and tells what it used and made."""
        before = self.place
        self.place = self.rooms.after(before, move)
        made = [f"{colour} key taken" for colour in self.place.held if colour not in before.held]
        used: list[str] = []
        door = self.rooms.doors.get(self.place.cell)
        if door is not None and door not in self.opened:
            self.opened += (door,)
            made, used = [f"{door} door opened"], [f"{door} key taken"]
        data: dict[str, Json] = {"move": move, "at": list(self.place.cell), "used": used, "made": made}
        return Event("moved", "executor", {**data, "blocked": self.place == before and move in DIRECTIONS})

    def _ask_planner(self, parts: dict[str, float], events: tuple[Event, ...]) -> Step:
        number = self.moves // self.plan_length + 1
        text = f"plan {number}"
        if not self.moves:
            text = f"you planner map size {self.size} start {named(self.rooms.start)} goal {named(self.rooms.goal)}"
            text += "".join(f" {colour} key {named(cell)}" for cell, colour in self.rooms.keys.items())
            text += "".join(f" {colour} door {named(cell)}" for cell, colour in self.rooms.doors.items())
            text += "".join(f" wall {named(cell)}" for cell in self.rooms.walls) + " plan 1"
        heard, self.reports = self.reports, ()
        self.since = []
        left = self.limit - self.moves
        budget: dict[str, float] = {"plans": -(-left // self.plan_length), "moves": left}
        seen = Observation(self.planner_spec, text, self.map, heard, budget=budget)
        return self._step({"planner": seen}, parts, events)

    def _ask_executor(
        self, parts: dict[str, float], events: tuple[Event, ...], heard: tuple[Message, ...] = ()
    ) -> Step:
        blocked, locked = self._sides()
        key = self.rooms.key(self.place)
        text = f"blocked {' '.join(blocked) or 'nothing'}"
        text += "".join(f" {colour} door {way}" for way, colour in locked.items()) + (f" {key} key here" if key else "")
        if self.place.held:
            text += f" holding {' '.join(self.place.held)}"
        if not self.moves:
            text = f"you executor {text}"
        data: dict[str, Json] = {
            "blocked": blocked,
            "doors": [[colour, way] for way, colour in locked.items()],
            "key": key,
            "holding": list(self.place.held),
            "move": self.moves % self.plan_length + 1,
            "plan_length": self.plan_length,
        }
        budget: dict[str, float] = {"moves before the next plan": self.plan_length - self.moves % self.plan_length}
        seen = Observation(self.executor_spec, text, data, heard, budget=budget)
        return self._step({"executor": seen}, parts, events)

    def _sides(self) -> tuple[list[str], dict[str, str]]:
        """Which sides of the executor are blocked, and the colours of the locked doors among them."""
        around, doors = self.rooms.around[self.place.cell], self.rooms.doors
        locked = {way: doors[cell] for way, cell in around.items() if doors.get(cell, "") not in ("", *self.place.held)}
        return [way for way in DIRECTIONS if way not in around or way in locked], locked

    def _step(
        self, observations: dict[str, Observation], parts: dict[str, float], events: tuple[Event, ...], **more: Any
    ) -> Step:
        return Step(
            observations=observations,
            rewards=dict.fromkeys(self.agents, sum(parts.values())) if parts else {},
            components=dict.fromkeys(self.agents, parts) if parts else {},
            events=events,
            time=float(self.moves),
            **more,
        )

    def _end(self, parts: dict[str, float], events: tuple[Event, ...]) -> Step:
        data: dict[str, Json] = {"success": self.place.finished, "steps": self.moves, "shortest": self.shortest}
        ending = (
            Ending("terminated", "finished at the goal") if self.place.finished else Ending("truncated", "out of moves")
        )
        endings = dict.fromkeys(self.agents, ending)
        return self._step({}, parts, (*events, Event("outcome", None, data)), endings=endings)

    def subgoals(self) -> dict[str, Subgoal]:
        """Every key taken, every door opened, and the finish, all of equal weight."""
        weight = 1 / (2 * len(self.colours) + 1)
        goals = {f"{each} key taken": Subgoal(each in self.place.held, weight, "executor") for each in self.colours}
        goals |= {f"{each} door opened": Subgoal(each in self.opened, weight, "executor") for each in self.colours}
        return goals | {"finished at the goal": Subgoal(self.place.finished, weight, "executor")}

    def sketch(self, seen: Observation) -> str:
        """The map of the planner: `#` wall, `S` start, `G` goal, a small letter a key, a large one its door."""
        if "walls" not in seen.data:
            return ""
        marks = {tuple(cell): "#" for cell in seen.data["walls"]}
        marks |= {tuple(cell): colour[0].upper() for colour, cell in seen.data["doors"].items()}
        marks |= {tuple(cell): colour[0] for colour, cell in seen.data["keys"].items()}
        marks |= {tuple(seen.data["start"]): "S", tuple(seen.data["goal"]): "G"}
        return drawn(seen.data["size"], seen.data["size"], marks)

    def state(self) -> dict[str, Json]:
        """The map, and where the executor is with what."""
        return {
            **self.rooms.data(),
            "executor": list(self.place.cell),
            "holding": list(self.place.held),
            "opened": list(self.opened),
            "moves": self.moves,
        }

    def vector(self, agent: str) -> Array:
        """For the planner one plane of cells per kind of thing, and how many moves are made; for the executor its view.

        Planes: walls, start, goal, and of every colour the door and the key. The executor: which sides are blocked, on
        which there is a locked door, for every colour whether its key is here and whether it is held, and how far the
        plan is done.
        """
        import numpy as np

        if agent == "executor":
            blocked, locked = self._sides()
            sides = [way in shut for shut in (blocked, locked) for way in DIRECTIONS]
            here = self.rooms.key(self.place)
            keys = [each == here for each in self.colours] + [each in self.place.held for each in self.colours]
            done = self.moves % self.plan_length / self.plan_length
            return Array(np.array([*sides, *keys, done], np.float32), axes=("feature",))
        planes = np.zeros((3 + 2 * len(self.colours), self.size, self.size), np.float32)
        things = [self.rooms.walls, [self.rooms.start], [self.rooms.goal], *([cell] for cell in self.rooms.doors)]
        for plane, places in enumerate([*things, *([cell] for cell in self.rooms.keys)]):
            for column, row in places:
                planes[plane, row, column] = 1.0
        return Array(np.append(planes.reshape(-1), np.float32(self.moves / self.limit)), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A planner that tells the next moves of a shortest way; an executor that does them and reports."""
        return Planner() if agent == "planner" else Executor()
