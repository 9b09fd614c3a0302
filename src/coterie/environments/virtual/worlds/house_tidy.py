"""Tidying a house: a list of things, each to be put on or in a piece of furniture that is named.

Everybody knows the list, the plan of the house and where the furniture stands, but not where the things lie: on tables,
beds and shelves, or in cupboards that are closed. A body carries one thing in each hand. Done when everything on the
list is in its place. Tidying together is sooner if the work is shared out, and if one says what another looks for.
"""

from collections.abc import Sequence
from math import ceil, inf
from typing import ClassVar, Unpack

from coterie.core import Event, Json, Script, Subgoal
from coterie.environments.virtual.places.house import house
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.tasks.errands import Errand, share_out, walk_s
from coterie.environments.virtual.tasks.house_rooms import (
    SEATS,
    SLACK,
    HouseWorld,
    plan_of,
    reached_from,
    said_list,
    to_reach_s,
    together,
)
from coterie.environments.virtual.worlds import house_tidy_expert


class HouseTidy(HouseWorld):
    """Put things where they belong, together."""

    id: ClassVar[str] = "house_tidy-v1"
    purpose: ClassVar[str] = "household work shared out: find things, carry them, put them where they belong"

    def __init__(
        self,
        agents: int = 2,
        tasks: int = 2,
        rooms: int = 1,
        floors: int = 1,
        objects: int = 3,
        max_words: int = 8,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many tidy, 1 to 8 (1 to compare with).
            tasks: how many things are to be put in their places, 1 to 6.
            rooms: rooms of the house, 1 to 8, the hall and the landing included.
            floors: storeys, 1 or 2; two need at least 4 rooms.
            objects: how many things lie about, those on the list included; at most 40.
            max_words: most words said at once.
            limit_s: simulated seconds after which the episode ends; null: enough, 60, 20 more for every further room,
                and 30 more for every further thing that falls to each.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        enough = floors == 1 or (floors == 2 and rooms >= 4)
        if not (1 <= agents <= len(SEATS) and 1 <= tasks <= min(6, objects) and 1 <= rooms <= 8 and enough):
            raise ValueError(
                f"agents={agents}, tasks={tasks}, rooms={rooms}, floors={floors}, objects={objects}; expected 1 to 8 "
                "agents, 1 to 6 tasks and as many objects, 1 to 8 rooms, 1 floor or 2 (then at least 4 rooms)"
            )
        if objects > 40:
            raise ValueError(f"objects={objects}, expected at most 40")
        if limit_s is None:
            limit_s = 60.0 + 20.0 * (rooms - 1) + 30.0 * (ceil(tasks / agents) - 1)
        super().__init__(
            Settings(limit_s=limit_s, max_words=max_words, voices=("shout", "talk", "whisper"), **settings)
        )
        self.agents = SEATS[:agents]
        self.tasks, self.rooms, self.floors, self.objects = tasks, rooms, floors, objects

    def build(self) -> Scene:
        """Draws the house, what is on the list, and where it belongs."""
        scene = house(self.chance, self.rooms, self.floors, self.objects, garden=False)
        lying = [thing for thing in scene.things if "pick" in thing.affordances]
        self.holders = {thing.name: thing for thing in scene.things if thing.capacity}
        room = {
            name: holder.capacity - sum(thing.target == name for thing in lying)
            for name, holder in self.holders.items()
        }
        self.goals: dict[str, tuple[str, str]] = {}
        by_name = {thing.name: thing for thing in lying}
        for name in self.chance.sample("thing", list(by_name), min(self.tasks, len(by_name))):
            able = [holder for holder in self.holders if room[holder] > 0 and holder != by_name[name].target]
            if able:
                goal = self.chance.draw(f"place of {name}", able)
                room[goal] -= 1
                self.goals[name] = ("on" if "surface" in self.holders[goal].affordances else "in"), goal
        self.plan, self.by = plan_of(scene), dict[str, str]()
        self.paid: list[str] = []
        return scene

    def enter(self) -> None:
        """Lets everybody in at the same spot; all know where the furniture stands."""
        simulation = self.simulation
        start = together(simulation.layout.scene, simulation.navigator)
        way = simulation.navigator.length
        self.spots = {
            name: [spot for spot in reached_from(simulation, name) if way(start, spot) < inf]
            for name in self._spots_needed()
        }
        # What stands so that nobody gets to it is on nobody's list.
        self.goals = {name: goal for name, goal in self.goals.items() if self.spots[name] and self.spots[goal[1]]}
        for agent in self.agents:
            simulation.join(agent, start, 90.0)
            for name in self.holders:
                simulation.memory[agent][name] = simulation.things.position(name)
        self.shortest, self.alone = (round(self._shortest(agents), 1) for agents in (self.agents, self.agents[:1]))

    def _spots_needed(self) -> list[str]:
        return [*self.goals, *dict.fromkeys(goal for _, goal in self.goals.values())]

    def _shortest(self, agents: Sequence[str]) -> float:
        """Exact sharing out of the errands over ways from reach to reach: a bound from below."""
        simulation, names = self.simulation, self._spots_needed()
        at = {name: simulation.things.position(name) for name in names}
        ways: dict[tuple[str, str], float] = {}
        for one in names:
            for other in names:
                if one == other:
                    ways[one, other] = 0.0
                elif (other, one) in ways:
                    ways[one, other] = ways[other, one]
                else:
                    pairs = [(a, b) for a in self.spots[one][:3] for b in self.spots[other][:3]]
                    ways[one, other] = min(walk_s(simulation, a, b, 2 * self._loose(one, other)) for a, b in pairs)
        starts = [
            {name: to_reach_s(simulation, simulation.at(agent), self.spots[name], at[name]) for name in names}
            for agent in agents
        ]
        return share_out(starts, ways, [Errand(name, goal) for name, (_, goal) in self.goals.items()]).seconds

    def _loose(self, one: str, other: str) -> float:
        """How much nearer, at each end, hands may reach than from the spots that are tried."""
        sides = [max(self.holders[name].size[:2]) / 2 if name in self.holders else 0.0 for name in (one, other)]
        return SLACK + 1.0 + max(sides)

    def introduce(self, agent: str) -> str:
        """The list, the rooms, and who helps."""
        others = [other for other in self.agents if other != agent]
        helps = "tidies" if len(others) == 1 else "tidy"
        who = f"you are {agent} , {said_list(others)} {helps} with you" if others else f"you are {agent} , alone"
        tasks = "\n".join(f"put {name} {how} {goal}" for name, (how, goal) in self.goals.items())
        return f"{who} , two hands each\nto do :\n{tasks}\nrooms : {' , '.join(self.plan)}"

    def private(self, agent: str) -> dict[str, Json]:
        """The list, and the first time the plan of the rooms."""
        return {"goals": {name: list(goal) for name, goal in self.goals.items()}, **self.told_once(agent)}

    def happened(self, events: Sequence[Event]) -> None:
        """Pays everybody for each thing, the first time it comes to its place."""
        for event in events:
            name = event.data.get("name", "")
            if event.kind == "put" and name in self.goals and self._is_done(name):
                self.by[name] = event.agent or ""
                if name not in self.paid:
                    self.paid.append(name)
                    for agent in self.agents:
                        self.pay(agent, "tidied", 1.0 / len(self.goals))

    def _is_done(self, name: str) -> bool:
        state = self.simulation.things.states[name]
        return (state.relation, state.target) == self.goals[name]

    def over(self) -> str | None:
        """Over when everything on the list is in its place."""
        return "everything is in its place" if all(self._is_done(name) for name in self.goals) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether all is done, how much, and the least times of a team and of one alone who know where all lies."""
        done = sum(self._is_done(name) for name in self.goals)
        return {"success": done == len(self.goals), "score": done, "shortest": self.shortest, "alone": self.alone}

    def subgoals(self) -> dict[str, Subgoal]:
        """Every thing in its place."""
        return {
            f"{name} {how} {goal}": Subgoal(self._is_done(name), 1.0, self.by.get(name))
            for name, (how, goal) in self.goals.items()
        }

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Sees to its share of the list, then to the rest."""
        return house_tidy_expert.script(self.agents.index(agent), len(self.agents))
