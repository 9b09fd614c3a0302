"""Searching a house: one thing, named, is somewhere in it; whoever finds it picks it up.

The searchers come in together and know the plan of the house, but not what stands or lies where. The thing may lie on a
table, a shelf, a bed, or in a closed cupboard. Small things are seen only from near. Done when anybody has it in
a hand. Who splits the rooms, and says which ones are empty, is done sooner: one can shout through the house.
"""

from collections.abc import Sequence
from math import inf
from typing import ClassVar, Unpack

from coterie.core import Action, Event, Json, Observation, Script, Subgoal, Utterance
from coterie.environments.virtual.places.house import house
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.things import Spot
from coterie.environments.virtual.tasks.errands import HANDS_S
from coterie.environments.virtual.tasks.house_rooms import (
    EMPTY,
    SEATS,
    HouseWorld,
    Search,
    plan_of,
    reached_from,
    said_list,
    to_reach_s,
    together,
)


class HouseSearch(HouseWorld):
    """Find a thing in a house, together."""

    id: ClassVar[str] = "house_search-v1"
    purpose: ClassVar[str] = "searching a house for an object: splitting the rooms, telling which are empty"

    def __init__(
        self,
        agents: int = 2,
        rooms: int = 2,
        floors: int = 1,
        objects: int = 4,
        max_words: int = 8,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many search, 1 to 8 (1 to compare with).
            rooms: rooms of the house, 1 to 8, the hall and the landing included.
            floors: storeys, 1 or 2; two need at least 4 rooms.
            objects: how many things lie about, the wanted one included, 1 to 40.
            max_words: most words said at once.
            limit_s: simulated seconds after which the episode ends; null: enough, 60 for up to two rooms, 20 more for
                every further one.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        enough = floors == 1 or (floors == 2 and rooms >= 4)
        if not (1 <= agents <= len(SEATS) and 1 <= rooms <= 8 and enough and 1 <= objects <= 40):
            raise ValueError(
                f"agents={agents}, rooms={rooms}, floors={floors}, objects={objects}; expected 1 to 8 agents, 1 to 8 "
                "rooms, 1 floor or 2 (then at least 4 rooms), 1 to 40 objects"
            )
        if limit_s is None:
            limit_s = 60.0 + 20.0 * max(0, rooms - 2)
        super().__init__(
            Settings(limit_s=limit_s, max_words=max_words, voices=("shout", "talk", "whisper"), **settings)
        )
        self.agents = SEATS[:agents]
        self.rooms, self.floors, self.objects = rooms, floors, objects

    def build(self) -> Scene:
        """Draws the house."""
        scene = house(self.chance, self.rooms, self.floors, self.objects, garden=False)
        self.plan, self.finder = plan_of(scene), ""
        return scene

    def enter(self) -> None:
        """Draws what is wanted, of all that hands can get at, and lets everybody in at the same spot."""
        simulation = self.simulation
        start = together(simulation.layout.scene, simulation.navigator)
        names = [thing.name for thing in simulation.layout.scene.things if "pick" in thing.affordances]
        spots = list[Spot]()
        while not spots:
            self.wanted = self.chance.draw("wanted", names)
            names.remove(self.wanted)
            spots = [s for s in reached_from(simulation, self.wanted) if simulation.navigator.length(start, s) < inf]
        at = simulation.things.position(self.wanted)
        for agent in self.agents:
            simulation.join(agent, start, 90.0)
        state, shut = simulation.things.states[self.wanted], simulation.things.shut_in(self.wanted)
        ways = [to_reach_s(simulation, simulation.at(agent), spots, at) for agent in self.agents]
        self.shortest = round(min(ways) + HANDS_S * (2 if shut else 1), 1)
        self.shut_in, self.lies = shut, f"{state.relation} {state.target}"

    def introduce(self, agent: str) -> str:
        """The task, the rooms, and who helps."""
        others = [other for other in self.agents if other != agent]
        who = f"you are {agent} , {said_list(others)} searches with you" if others else f"you are {agent} , alone"
        return (
            f"{who.replace('searches', 'search') if len(others) > 1 else who}\n"
            f"one of you must find and pick up {self.wanted} , it may be in something closed\n"
            f"rooms : {' , '.join(self.plan)}"
        )

    def private(self, agent: str) -> dict[str, Json]:
        """What is wanted, and the first time the plan of the rooms."""
        return {"wanted": self.wanted, **self.told_once(agent)}

    def happened(self, events: Sequence[Event]) -> None:
        """Pays everybody when the thing is found, more the sooner."""
        for event in events:
            if event.kind == "picked up" and event.data["name"] == self.wanted and not self.finder:
                self.finder = event.agent or ""
                for agent in self.agents:
                    self.pay(agent, "found", 1.0)
                    self.pay(agent, "soon", 0.5 * (1.0 - self.simulation.seconds / self.settings.limit_s))

    def over(self) -> str | None:
        """Over when somebody has it."""
        return f"{self.finder} has {self.wanted}" if self.finder else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether it was found, by whom, where it was, and how soon it could be had if one knew where it is."""
        return {"success": bool(self.finder), "finder": self.finder, "was": self.lies, "shortest": self.shortest}

    def subgoals(self) -> dict[str, Subgoal]:
        """What it is in opened, it seen, it taken."""
        simulation = self.simulation
        saw = next((agent for agent in self.agents if self.wanted in simulation.memory[agent]), None)
        goals = {"in sight": Subgoal(bool(saw or self.finder), 0.5, saw), "in hand": Subgoal(bool(self.finder), 0.5)}
        if self.finder:
            goals["in hand"] = Subgoal(True, 0.5, self.finder)
        if self.shut_in:
            opened = simulation.things.states[self.shut_in].open
            goals = {"uncovered": Subgoal(opened or bool(self.finder), 0.5), **goals}
        return goals

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Searches its share of the rooms, then the others'; tells which rooms are empty."""
        search = Search(self.agents.index(agent), len(self.agents))

        def play(seen: Observation) -> Action:
            search.note(seen)
            options, wanted = seen.spec.move.options, seen.data["wanted"]  # type: ignore[union-attr]  # listed
            likes = [f"pick up {wanted}", f"go to {wanted}"]
            if not any(each in options for each in likes):
                likes = search.wanted(seen)
            say: tuple[Utterance, ...] = ()
            if search.finished and seen.spec.speech is not None and len(search.plan) > 1:
                text = f"{search.finished} {EMPTY}"
                if len(text.split()) <= seen.spec.speech.max_words:
                    say = (Utterance(text),)
            return Action(next((each for each in likes if each in options), "look"), say)

        return play
