"""A visitor in a town they do not know, and a guide on the phone who has the map and sees nothing.

The visitor stands on a street and looks for somebody; only the visitor knows for whom. The guide sits elsewhere with a
map of the streets and a list of who lives where. The visitor sees where it is and walks from crossing to crossing, or
to a door of a street it is on; standing at a door is knocking there. The visit has succeeded when the right door is
knocked at; too many wrong doors, or the time, end it. So the visitor must tell whom it looks for and where it is, and
the guide must tell the way. One block is the smallest town: four streets, four or so doors, a few moves.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Unpack

import msgspec

from coterie.core import Action, ActionSpec, Chance, Choice, Event, Json, Observation, Script, Step, Subgoal
from coterie.environments.hybrid import town_guide_experts
from coterie.environments.virtual import perception
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.settings import Settings, ViewSettings
from coterie.environments.virtual.skills.commands import LONGEST_WAIT
from coterie.environments.virtual.skills.walking import WITHIN
from coterie.environments.virtual.space.scene import Place, Scene
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.tasks.errands import walk_s
from coterie.environments.virtual.world import VirtualWorld

VISITOR, GUIDE = "visitor", "guide"
PEOPLE = (
    "mrs bell", "mr fox", "mrs lamb", "mr moss", "mrs reed", "mr cole", "mrs ford", "mr hart", "mrs lane", "mr pike",
    "mrs rowe", "mr snow", "mrs webb", "mr york", "mrs dale", "mr finch",
)  # fmt: skip
OFFICE = (-12.0, 0.0, -8.0, 4.0)
"""Where the guide sits, outside of the town: west, south, east, north, metres."""


class TownGuide(VirtualWorld):
    """Reach the right door in a town, led by somebody who has the map and cannot see."""

    id: ClassVar[str] = "town_guide-v1"
    application: ClassVar[str] = "hybrid"
    purpose: ClassVar[str] = "finding the way by words: one sees the street, the other has the map"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "needed"
    agents: tuple[str, ...] = (VISITOR, GUIDE)

    def __init__(
        self,
        size: float = 30.0,
        people: int = 4,
        knocks: int = 1,
        max_words: int = 12,
        word_price: float = 0.0,
        view_words: int = 40,
        limit_s: float | None = None,
        number: int | None = None,
        **settings: Unpack[ViewSettings],
    ) -> None:
        """Makes the world.

        Args:
            size: side of the town, metres: 30 (one block) to 200.
            people: how many are on the guide's list, as far as there are doors, 2 to 16.
            knocks: how many doors may be knocked at.
            max_words: most words said at once.
            word_price: what a word on the phone costs its speaker.
            view_words: most words of a view.
            limit_s: simulated seconds after which the episode ends; null: enough, 120 in a town of up to 60 m and
                accordingly more in a larger one.
            number: of a town that is the same in every episode, people included, so that it can be known by heart;
                None: another town in every episode.
            settings: `view` and `physics`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (30 <= size <= 200 and 2 <= people <= len(PEOPLE) and knocks >= 1):
            raise ValueError(
                f"size={size}, people={people}, knocks={knocks}; expected 30 to 200 m, 2 to {len(PEOPLE)} people, at "
                "least one knock"
            )
        wires = {"phone": Wire(self.agents, word_price)}
        if limit_s is None:
            limit_s = 120.0 * max(1.0, round(size / 60.0, 1))
        super().__init__(
            Settings(limit_s=limit_s, max_words=max_words, voices=(), wires=wires, view_words=view_words, **settings)
        )
        self.size, self.people, self.knocks, self.number = size, people, knocks, number

    def build(self) -> Scene:
        """Draws the town, who lives where, and whom the visitor looks for."""
        chance = self.chance if self.number is None else Chance(self.number)
        scene = town(chance, self.size, self.size, shops=0, houses=0)
        self.doors = sorted(place.name for place in scene.places if place.kind == "doorstep")
        crossings = [place.name for place in scene.places if place.kind == "crossing"]
        self.crossings = {name: (name.split(" and ")[0], name.split(" and ")[1]) for name in crossings}
        self.streets = list(dict.fromkeys(street for pair in self.crossings.values() for street in pair))
        count = min(self.people, len(self.doors))
        people = chance.sample("people", PEOPLE, count)
        self.homes = dict(zip(people, chance.sample("homes", self.doors, count), strict=True))
        self.sought = self.chance.draw("whom to visit", people)
        self.start = self.chance.draw("start", scene.starts)
        self.knocked: list[str] = []
        west, south, east, north = OFFICE
        walls = tuple(
            Solid("office wall", outline, 0.0, 3.0)
            for outline in (
                box(west, south, east, south + 0.2), box(west, north - 0.2, east, north),
                box(west, south, west + 0.2, north), box(east - 0.2, south, east, north),
            )
        )  # fmt: skip
        office = box(west, south, east, north)
        return msgspec.structs.replace(
            scene,
            solids=(*scene.solids, *walls),
            floors=(*scene.floors, Floor(office, 0.0)),
            places=(*scene.places, Place("office", "room", office)),
        )

    def enter(self) -> None:
        """Puts the visitor on the street and the guide into the office."""
        simulation = self.simulation
        simulation.join(VISITOR, self.start, 90.0)
        simulation.join(GUIDE, ((OFFICE[0] + OFFICE[2]) / 2, (OFFICE[1] + OFFICE[3]) / 2, 0.0), 90.0)
        simulation.maps[VISITOR], simulation.maps[GUIDE] = {*self.doors, *self.crossings}, set()
        self.here = simulation.place_of(VISITOR)
        self.shortest = round(walk_s(simulation, self.start, self._door(), WITHIN), 1)

    def _door(self) -> tuple[float, float, float]:
        """The spot where the visitor should knock."""
        home, layout = self.homes[self.sought], self.simulation.layout
        return *layout.middles[home], layout.places[home].level

    def introduce(self, agent: str) -> str:
        """The visitor is told whom to find, the guide who lives where and which streets meet."""
        if agent == VISITOR:
            return f"you are the visitor , find the door of {self.sought}\nthe guide on the phone has the map"
        homes = [f"{name} {home}" for name, home in sorted(self.homes.items())]
        return "\n".join(["you are the guide , a visitor will phone you", *homes, *self._streets()])

    def _streets(self) -> list[str]:
        """Every street that runs one way, with those it crosses in their order: each crossing is told once."""
        pairs = self.crossings.values()
        return [
            f"{name} crosses " + " , ".join(other for one, other in pairs if one == name)
            for name in dict.fromkeys(one for one, _ in pairs)
        ]

    def private(self, agent: str) -> dict[str, Json]:
        """The visitor's errand; the guide's map."""
        if agent == VISITOR:
            return {"find": self.sought}
        return {"homes": dict(self.homes), "crossings": [list(pair) for pair in self.crossings.values()]}

    def places(self, agent: str) -> tuple[str, ...]:
        """The visitor can walk along the streets it is on: to their crossings and doors."""
        if agent == GUIDE:
            return ()
        streets = self._streets_here()
        crossings = [name for name, pair in self.crossings.items() if set(pair) & set(streets)]
        return (*crossings, *(door for door in self.doors if self._street_of(door) in streets))

    @staticmethod
    def _street_of(place: str) -> str:
        """The street of an address, or the street itself."""
        head, _, last = place.rpartition(" ")
        return head if last.isdigit() else place

    def _streets_here(self) -> tuple[str, ...]:
        """The streets that the visitor is on, or was on before it came to a yard or a park."""
        place = self.simulation.place_of(VISITOR)
        if place in self.crossings or self._street_of(place) in self.streets:
            self.here = place
        return self.crossings.get(self.here) or (self._street_of(self.here),)

    def _spec(self, agent: str, seen: list[perception.Sight]) -> ActionSpec:
        """Few moves: the visitor walks or waits; the guide only speaks, and waits where it is still speaking."""
        spec = super()._spec(agent, seen)
        if agent == GUIDE and spec.speech is not None:
            return ActionSpec(None, spec.speech, Action())
        goals = tuple(f"go to {name}" for name in self.places(agent) if name != self.simulation.place_of(agent))
        return ActionSpec(Choice(("wait", *goals)), spec.speech, Action("wait"))

    def _observe(self, agent: str) -> Observation:
        """The guide sees nothing: its view is what it is told and what it hears."""
        told = "" if agent in self._introduced else self.introduce(agent)
        seen = super()._observe(agent)
        if agent == VISITOR:
            return seen
        quiet = "" if seen.heard else "on the phone"
        return msgspec.structs.replace(seen, text=told or quiet, data=self.private(agent))

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """The guide waits until it hears something, or for a minute."""
        if GUIDE in actions:
            actions = {**actions, GUIDE: msgspec.structs.replace(actions[GUIDE], move=f"wait {LONGEST_WAIT:g}")}
        return super().advance(actions)

    def happened(self, events: Sequence[Event]) -> None:
        """Standing at a door at the end of a walk is knocking."""
        for event in events:
            if event.kind == "did" and event.agent == VISITOR and event.data["result"] == "done":
                command = str(event.data["command"])
                place = self.simulation.place_of(VISITOR)
                if command.startswith("go to ") and place in self.doors:
                    self.knocked.append(place)
                    right = place == self.homes[self.sought]
                    self.simulation.tell("knocked", VISITOR, name=place, right=right)
                    if not right:
                        self.inform(VISITOR, f"{self.sought} does not live here")

    def over(self) -> str | None:
        """Over when the right door was knocked at, or too many wrong ones."""
        if self.homes[self.sought] in self.knocked:
            for agent in self.agents:
                self.pay(agent, "found", 1.0)
            return "found"
        return "too many wrong doors" if len(self.knocked) >= self.knocks else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether the right door was found, and the time of somebody who knows the way."""
        return {"success": reason == "found", "shortest": self.shortest}

    def subgoals(self) -> dict[str, Subgoal]:
        """To be on the right street, and at the right door."""
        home = self.homes[self.sought]
        street = self._street_of(home)
        here = self.simulation.place_of(VISITOR)
        on_street = here == home or street in self._streets_here()
        return {
            "on the street": Subgoal(on_street, 0.5, VISITOR),
            "at the door": Subgoal(home in self.knocked, 0.5, VISITOR),
        }

    def expert(self, agent: str, seed: int = 0) -> Script:
        """The visitor tells whom it looks for and where it is; the guide tells the streets to take."""
        return town_guide_experts.visitor() if agent == VISITOR else town_guide_experts.guide(self.settings.max_words)
