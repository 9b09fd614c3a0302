"""Lookout: one sees the map, one walks; only words can bring them together.

The lookout sees the whole map and cannot move. The courier sees only its own cell, which neighbours are blocked, and
what it hears; it must pick up the parcel and drop it at its destination. Turns alternate: the lookout speaks, the
courier moves. Success is shared; every move of the courier costs a little.
"""

import zlib
from collections.abc import Mapping

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Observation,
    Script,
    Speech,
    Step,
    Subgoal,
    spoken,
)
from coterie.environments.text.cooperation.lookout_experts import Courier, Guide
from coterie.environments.text.grid import DIRECTIONS, beside, cells, distances, drawn, named

MOVES = (*DIRECTIONS, "pick", "drop")
SPLITS = {"all": range(10), "train": range(6), "validation": range(6, 8), "held-out": range(8, 10)}


class Lookout(Environment):
    """A parcel delivery for two; `maps` keeps the layouts of training, validation and held-out play apart."""

    id = "lookout-v1"
    application = "cooperation"
    purpose = "talk that is needed: one sees the map, one walks"
    talk = "needed"
    agents = ("lookout", "courier")

    def __init__(
        self,
        size: int = 3,
        walls: int = 0,
        max_words: int = 6,
        maps: str = "all",
        step_cost: float = 0.02,
        shaping: float = 0.0,
        word_cost: float = 0.0,
    ) -> None:
        """Sets the size of the square map, its number of walls, and what things cost.

        Args:
            size: cells on a side.
            walls: blocked cells; every layout stays solvable.
            max_words: most words in one utterance of the lookout.
            maps: which layouts: `train`, `validation`, `held-out` (disjoint), or `all`.
            step_cost: what every move costs both.
            shaping: paid for every step by which the way to the finish gets shorter (a potential difference).
            word_cost: what a word costs the lookout.
        """
        if maps not in SPLITS:
            raise ValueError(f"maps={maps!r}, expected one of {', '.join(SPLITS)}")
        if size < 2 or walls < 0 or size * size - walls < 4:
            raise ValueError(f"size={size} with walls={walls}: at least 4 free cells are needed")
        self.size, self.count, self.maps = size, walls, maps
        self.step_cost, self.shaping = step_cost, shaping
        speech = Speech(max_words=max_words, cost=word_cost)
        self.guide_spec = ActionSpec(speech=speech, fallback=Action())
        self.courier_spec = ActionSpec(move=Choice((*MOVES, "wait")), fallback=Action("wait"))

    def begin(self) -> Step:
        """Draws layouts until one is solvable and belongs to the wanted split."""
        everywhere = cells(self.size, self.size)
        attempt = 0
        while True:
            drawn = self.chance.sample(f"layout {attempt}", everywhere, 3 + self.count)
            self.courier, self.parcel, self.goal, self.walls = drawn[0], drawn[1], drawn[2], drawn[3:]
            self.free = [cell for cell in everywhere if cell not in self.walls]
            self.to_parcel, self.to_goal = distances(self.parcel, self.free), distances(self.goal, self.free)
            mark = zlib.crc32(repr((self.size, *drawn[:3], *sorted(drawn[3:]))).encode()) % 10
            if self.courier in self.to_parcel and self.parcel in self.to_goal and mark in SPLITS[self.maps]:
                break
            attempt += 1
        self.carrying, self.delivered, self.moves = False, False, 0
        self.shortest = self._left()
        self.limit = 2 * self.shortest + 2
        return self._ask_lookout({}, ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """The lookout's words reach the courier; the courier's move changes the world."""
        if "lookout" in actions:
            heard = tuple(spoken(actions, {"lookout": ("courier",)}, float(self.moves)))
            column, row = self.courier
            blocked = self._blocked()
            seen = Observation(
                self.courier_spec,
                text=f"at c{column} r{row} blocked {blocked or 'nothing'}",
                data={"at": [column, row], "blocked": blocked.split()},
                heard=heard,
            )
            return Step(observations={"courier": seen}, time=float(self.moves))
        before, move = self._left(), str(actions["courier"].move)
        self.moves += 1
        delivered = self.delivered = self._move(move)
        parts = {"delivered": 1.0 if delivered else 0.0, "moves": -self.step_cost}
        if self.shaping:
            parts["progress"] = self.shaping * (before - (0 if delivered else self._left()))
        moved = (Event("moved", "courier", {"move": move, "at": list(self.courier), "carrying": self.carrying}),)
        if not delivered and self.moves < self.limit:
            return self._ask_lookout(parts, moved)
        data: dict[str, Json] = {"success": delivered, "steps": self.moves, "shortest": self.shortest}
        ending = Ending("terminated", "delivered") if delivered else Ending("truncated", "out of moves")
        return Step(
            rewards=dict.fromkeys(self.agents, sum(parts.values())),
            components=dict.fromkeys(self.agents, parts),
            endings=dict.fromkeys(self.agents, ending),
            events=(*moved, Event("outcome", None, data)),
            time=float(self.moves),
        )

    def _move(self, move: str) -> bool:
        """Changes the world by one move and says whether the parcel is delivered."""
        if move in DIRECTIONS and beside(self.courier, move) in self.free:
            self.courier = beside(self.courier, move)
        elif move == "pick" and not self.carrying and self.courier == self.parcel:
            self.carrying = True
        return move == "drop" and self.carrying and self.courier == self.goal

    def _blocked(self) -> str:
        return " ".join(way for way in DIRECTIONS if beside(self.courier, way) not in self.free)

    def _left(self) -> int:
        """The fewest moves to the finish from here."""
        if self.carrying:
            return self.to_goal[self.courier] + 1
        return self.to_parcel[self.courier] + self.to_goal[self.parcel] + 2

    def _ask_lookout(self, parts: dict[str, float], events: tuple[Event, ...]) -> Step:
        target = f"destination {named(self.goal)}" if self.carrying else f"parcel {named(self.parcel)}"
        text = f"{target} courier {named(self.courier)}"
        if self.walls:
            # The walls stand in the first view only; what they mean for the next step is said again.
            text += f" blocked {self._blocked() or 'nothing'}"
        if not self.moves:
            walls = "".join(f" wall {named(cell)}" for cell in self.walls)
            text = f"map destination {named(self.goal)}{walls} {text}"
        seen = Observation(self.guide_spec, text=text, data=self.state(), budget={"moves": self.limit - self.moves})
        return Step(
            observations={"lookout": seen},
            rewards=dict.fromkeys(self.agents, sum(parts.values())) if parts else {},
            components=dict.fromkeys(self.agents, parts) if parts else {},
            events=events,
            time=float(self.moves),
        )

    def subgoals(self) -> dict[str, Subgoal]:
        """Half for the parcel picked up, half for its delivery."""
        return {
            "parcel picked up": Subgoal(self.carrying, 0.5, "courier"),
            "parcel delivered": Subgoal(self.delivered, 0.5, "courier"),
        }

    def sketch(self, seen: Observation) -> str:
        """The map of the lookout: `#` wall, `D` destination, `P` parcel, `C` courier, `&` courier and parcel."""
        if "walls" not in seen.data:
            return ""
        marks = {tuple(cell): "#" for cell in seen.data["walls"]} | {tuple(seen.data["destination"]): "D"}
        parcel, courier = seen.data["parcel"] or seen.data["courier"], tuple(seen.data["courier"])
        marks |= {tuple(parcel): "P"}
        marks |= {courier: "&" if tuple(parcel) == courier else "C"}
        return drawn(self.size, self.size, marks)

    def state(self) -> dict[str, Json]:
        """The whole map."""
        return {
            "size": self.size,
            "walls": [list(cell) for cell in self.walls],
            "courier": list(self.courier),
            "parcel": None if self.carrying else list(self.parcel),
            "destination": list(self.goal),
        }

    def vector(self, agent: str) -> Array:
        """One plane of cells per kind of thing for the lookout; its own cell and blocked sides for the courier."""
        import numpy as np

        if agent == "courier":
            blocked = [float(beside(self.courier, way) not in self.free) for way in DIRECTIONS]
            place = [each / (self.size - 1) for each in self.courier]
            return Array(np.array(place + blocked, np.float32), axes=("feature",))
        planes = np.zeros((4, self.size, self.size), np.float32)
        target = self.goal if self.carrying else self.parcel
        for plane, things in enumerate((self.walls, [self.courier], [target], [self.goal])):
            for column, row in things:
                planes[plane, row, column] = 1.0
        return Array(planes.reshape(-1), axes=("plane x row x column",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A lookout that names the next step of a shortest way; a courier that does what it hears."""
        return Guide(seed) if agent == "lookout" else Courier(seed)
