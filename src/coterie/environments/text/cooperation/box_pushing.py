"""Box pushing: Sokoban for two, who move at the same time; some boxes are too heavy for one.

A square hall holds two agents, walls, boxes, and as many goals as boxes. Both agents see everything. In every step each
goes north, south, east or west or waits, and may say something, which the other hears with its next view. An agent that
walks against a light box pushes it one cell, if the cell behind it holds no wall, box or agent. A heavy box moves only
when two agents in line push it: one stands at the box, the other right behind the first, and both go the same way in
the same step. Boxes are never pulled, and nobody pushes two boxes at once.

Both moves count at once, by these rules. A cell that holds an agent at the start of a step is closed to boxes, also
when the agent leaves. An agent may walk into the cell that the other leaves in the same step; when the other stays, it
stays too. Two agents cannot change places. When both, or the boxes they push, would come into the same cell, or both
push the same box different ways, both stay. Whoever stays has lost the step.

The episode ends when every goal holds a box, or, truncated, after `2 x shortest + 4` steps, where `shortest` is the
fewest steps in which two agents can do it. Both are paid for every box that comes onto a goal, the same is taken back
when it is pushed off, and every step costs both a little. An answer that is not accepted is waiting.

Layouts are numbered levels; every level can be solved. Source: H. Imabayashi, Sokoban (1982), here for two agents and
with boxes that need both.
"""

from collections.abc import Mapping, Sequence

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
from coterie.environments.text.cooperation.box_pushing_experts import Pusher
from coterie.environments.text.cooperation.box_pushing_rules import WAYS, Push, floor, level
from coterie.environments.text.grid import Cell, drawn, named

OTHER = {"ann": "bob", "bob": "ann"}
HEARERS = {agent: (other,) for agent, other in OTHER.items()}


class BoxPushing(Environment):
    """Boxes onto goals, together."""

    id = "box_pushing-v1"
    application = "cooperation"
    purpose = "moving at the same time with a common plan: boxes that one can push, and boxes that need two"
    timing = "simultaneous"
    talk = "possible"
    agents = ("ann", "bob")

    def __init__(
        self,
        size: int = 4,
        light: int = 1,
        heavy: int = 1,
        walls: int = 0,
        levels: int = 100,
        max_words: int = 6,
        step_cost: float = 0.02,
    ) -> None:
        """Sets the hall. A level is solved once in a process: in a blink up to size 5 with two boxes, else in seconds.

        Args:
            size: cells on a side, 4 to 8.
            light: boxes that one agent can push, 0 to 3.
            heavy: boxes that need both, 0 to 2; at least one box, and at most 3 in all.
            walls: blocked cells, at most a fifth of all cells.
            levels: how many different levels there are, the first numbers being the same whatever the count.
            max_words: most words in an utterance; 0: nobody speaks.
            step_cost: what every step costs both.
        """
        if not (4 <= size <= 8 and 0 <= light <= 3 and 0 <= heavy <= 2 and 1 <= light + heavy <= 3):
            raise ValueError(f"size={size}, light={light}, heavy={heavy}: expected 4-8, 0-3 and 0-2, 1-3 boxes in all")
        if not 0 <= walls <= size * size // 5 or levels < 1 or max_words < 0:
            raise ValueError(
                f"walls={walls}, levels={levels}, max_words={max_words}: expected 0 to {size * size // 5} walls (a "
                "fifth of the cells), at least 1 level and at least 0 words"
            )
        self.sizes = (size, walls, light, heavy)
        self.levels, self.step_cost = levels, step_cost
        speech = Speech(max_words=max_words) if max_words else None
        self.spec = ActionSpec(move=Choice(WAYS), speech=speech, fallback=Action("wait"))

    def begin(self) -> Step:
        """Opens a level."""
        self.number = self.chance.draw("level", range(self.levels))
        self.hall, self.scene, self.shortest = level(self.number, *self.sizes)
        self.limit = 2 * self.shortest + 4
        self.moves = 0
        self.pushers: dict[Cell, str] = {}
        self.fixed: dict[str, Json] = {
            "size": self.hall.size,
            "walls": [list(cell) for cell in self.hall.walls],
            "goals": [list(cell) for cell in self.hall.goals],
        }
        return Step(observations={agent: self._view(agent, (), ()) for agent in self.agents})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Moves both at once."""
        before = self.scene
        ways = (str(actions["ann"].move), str(actions["bob"].move))
        self.scene, pushes = floor(self.hall).after(before, ways)
        self.moves += 1
        events: list[Event] = []
        for number, agent in enumerate(self.agents):
            here = self.scene.agents[number]
            blocked = ways[number] != "wait" and here == before.agents[number]
            events.append(Event("moved", agent, {"move": ways[number], "at": list(here), "blocked": blocked}))
            if (push := pushes[number]) is not None:
                events.append(self._pushed(agent, push))
        moved = list(dict.fromkeys(push for push in pushes if push is not None))
        gained = self._placed() - sum(goal in before.light + before.heavy for goal in self.hall.goals)
        parts = {"boxes": gained / len(self.hall.goals), "moves": -self.step_cost}
        finished = self._placed() == len(self.hall.goals)
        observations: dict[str, Observation] = {}
        endings: dict[str, Ending] = {}
        if finished or self.moves == self.limit:
            ending = Ending("terminated", "all boxes on goals") if finished else Ending("truncated", "out of steps")
            endings = dict.fromkeys(self.agents, ending)
            data: dict[str, Json] = {"success": finished, "steps": self.moves, "shortest": self.shortest}
            events.append(Event("outcome", None, {**data, "level": self.number}))
        else:
            said = spoken(actions, HEARERS, float(self.moves))
            observations = {agent: self._view(agent, moved, said) for agent in self.agents}
        return Step(
            observations=observations,
            rewards=dict.fromkeys(self.agents, sum(parts.values())),
            components=dict.fromkeys(self.agents, parts),
            endings=endings,
            events=tuple(events),
            time=float(self.moves),
        )

    def _pushed(self, agent: str, push: Push) -> Event:
        """Where a box stands is the work of who brought it there, and what the next push of it builds on."""
        self.pushers[push.end] = agent
        data: dict[str, Json] = {"heavy": push.heavy, "from": list(push.start), "to": list(push.end)}
        kind = "heavy" if push.heavy else "light"
        facts = {"used": [f"{kind} box at {named(push.start)}"], "made": [f"{kind} box at {named(push.end)}"]}
        return Event("pushed", agent, {**data, **facts})

    def _placed(self) -> int:
        """How many goals hold a box."""
        boxes = self.scene.light + self.scene.heavy
        return sum(goal in boxes for goal in self.hall.goals)

    def _view(self, agent: str, moved: Sequence[Push], said: Sequence[Message]) -> Observation:
        scene, other = self.scene, OTHER[agent]
        own, partner = (scene.agents[self.agents.index(each)] for each in (agent, other))
        if self.moves:
            text = f"you {named(own)} {other} {named(partner)}"
            text += "".join(
                f" {'heavy' if push.heavy else 'light'} {named(push.start)} to {named(push.end)}" for push in moved
            )
        else:
            text = f"you {agent} {named(own)} {other} {named(partner)} size {self.hall.size}"
            kinds = (
                ("light", scene.light),
                ("heavy", scene.heavy),
                ("goal", self.hall.goals),
                ("wall", self.hall.walls),
            )
            text += "".join(f" {kind} {named(cell)}" for kind, cells in kinds for cell in cells)
        heard = tuple(message for message in said if agent in message.audience)
        data = {"you": agent, **self._positions()}
        return Observation(self.spec, text, data, heard, budget={"steps": self.limit - self.moves})

    def _positions(self) -> dict[str, Json]:
        return {
            **self.fixed,
            "light": [list(cell) for cell in self.scene.light],
            "heavy": [list(cell) for cell in self.scene.heavy],
            "agents": [list(cell) for cell in self.scene.agents],
        }

    def sketch(self, seen: Observation) -> str:
        """The hall: `#` wall, `o` goal, `l`, `h` a light and a heavy box, large on a goal, `A`, `B` the agents."""
        kinds = {"walls": "#", "goals": "o", "light": "l", "heavy": "h"}
        marks = {tuple(cell): mark for kind, mark in kinds.items() for cell in seen.data[kind]}
        marks |= {tuple(cell): marks[tuple(cell)].upper() for cell in seen.data["goals"] if marks[tuple(cell)] != "o"}
        marks |= {tuple(cell): mark for cell, mark in zip(seen.data["agents"], "AB", strict=True)}
        return drawn(seen.data["size"], seen.data["size"], marks)

    def subgoals(self) -> dict[str, Subgoal]:
        """Every goal that holds a box, credited to the one who pushed it there last."""
        boxes, weight = self.scene.light + self.scene.heavy, 1 / len(self.hall.goals)
        return {
            f"box on {named(goal)}": Subgoal(goal in boxes, weight, self.pushers.get(goal)) for goal in self.hall.goals
        }

    def state(self) -> dict[str, Json]:
        """Everything, which both see too, and the number of the level."""
        return {**self._positions(), "level": self.number, "moves": self.moves}

    def vector(self, agent: str) -> Array:
        """One plane of cells per kind of thing (walls, goals, light, heavy, itself, the other), and steps made."""
        import numpy as np

        own = self.agents.index(agent)
        planes = np.zeros((6, self.hall.size, self.hall.size), np.float32)
        things = (self.hall.walls, self.hall.goals, self.scene.light, self.scene.heavy)
        for plane, places in enumerate((*things, [self.scene.agents[own]], [self.scene.agents[1 - own]])):
            for column, row in places:
                planes[plane, row, column] = 1.0
        return Array(np.append(planes.reshape(-1), np.float32(self.moves / self.limit)), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """One half of a shortest joint plan, which both seats work out alike from what both see."""
        return Pusher(self.agents.index(agent))
