"""Find each other in a town of which everybody knows only a part.

Everybody stands somewhere in a town with a map that lacks places; the maps overlap a little. Whoever comes to a place
knows it from then on. A telephone joins all. The meeting has succeeded when nobody has more than a few metres to walk
to anybody else: next to each other with a wall between is not met. Somebody has to name a place that all have on their
maps, or describe the way to one.
"""

from itertools import combinations
from math import hypot
from typing import ClassVar, Literal, Unpack

from coterie.core import Json, Script, Subgoal
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.tasks.errands import walk_s
from coterie.environments.virtual.world import VirtualWorld
from coterie.environments.virtual.worlds import town_meeting_expert

SEATS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal")
KINDS = ("crossing", "park", "square", "yard", "shop")
"""Places that can be on maps: what one can meet at."""


class TownMeeting(VirtualWorld):
    """Agree on a place that all know, and meet there."""

    id: ClassVar[str] = "town_meeting-v1"
    purpose: ClassVar[str] = "finding common ground: partial maps, and a place to meet that all must know"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "possible"

    def __init__(
        self,
        agents: int = 2,
        size: float = 62.0,
        known: float = 0.5,
        common: int = 1,
        near: float = 5.0,
        phone: bool = True,
        max_words: int = 8,
        word_price: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many, 2 to 8.
            size: side of the town, metres: 30 (one block) to 200.
            known: how likely a place is on somebody's map, 0 to 1.
            common: how many places are on everybody's map at least, 1 to 8.
            near: how far anybody may have to walk to anybody else, metres, 2 to 20.
            phone: whether there is a telephone; else voices carry as far as they carry, and the references, who look
                for nobody, meet only if they begin in earshot.
            max_words: most words said at once.
            word_price: what a word on the telephone costs its speaker.
            limit_s: simulated seconds after which the episode ends; null: enough, 180 in a town of up to 62 m and
                accordingly more in a larger one.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (2 <= agents <= len(SEATS) and 30 <= size <= 200 and 0 <= known <= 1 and 1 <= common <= 8):
            raise ValueError(
                f"agents={agents}, size={size}, known={known}, common={common}; expected 2 to 8 agents, 30 to 200 m, "
                "a share from 0 to 1, 1 to 8 places"
            )
        if not 2 <= near <= 20:
            raise ValueError(f"near={near}, expected 2 to 20 m")
        if limit_s is None:
            limit_s = 180.0 * max(1.0, round(size / 62.0, 1))
        self.agents = SEATS[:agents]
        wires = {"phone": Wire(self.agents, word_price)} if phone else {}
        voices = () if phone else ("talk", "whisper", "shout")
        super().__init__(Settings(limit_s=limit_s, max_words=max_words, voices=voices, wires=wires, **settings))
        self.size, self.known, self.common, self.near = size, known, common, near

    def build(self) -> Scene:
        """Draws the town, and which places are on whose map."""
        scene = town(self.chance, self.size, self.size, shops=round(self.size / 20), houses=0, starts=16)
        places = [place.name for place in scene.places if place.kind in KINDS]
        everybodys = self.chance.sample("place all know", places, min(self.common, len(places)))
        self.charts: dict[str, list[str]] = {}
        for agent in self.agents:
            drawn = {
                place: place in everybodys
                or self.chance.draw(f"{agent} knows {place}", (True, False), (self.known, 1 - self.known))
                for place in places
            }
            self.charts[agent] = [place for place in places if drawn[place]]
        starts = list(scene.starts)
        self.spots = [self.chance.draw("start of ann", starts)]
        while len(self.spots) < len(self.agents):
            # Everybody stands as far from the others as can be, so that there is a way to go.
            apart = {spot: min(hypot(spot[0] - x, spot[1] - y) for x, y, _ in self.spots) for spot in starts}
            self.spots.append(max(starts, key=lambda spot: (apart[spot], spot)))
        return scene

    def enter(self) -> None:
        """Puts everybody onto the streets, with their maps."""
        simulation = self.simulation
        for agent, spot in zip(self.agents, self.spots, strict=True):
            simulation.join(agent, spot, 90.0)
            simulation.maps[agent] = {*self.charts[agent], simulation.place_of(agent)}
        pairs = list(combinations(self.spots, 2))
        self.shortest = round(max(walk_s(simulation, one, other, self.near) / 2 for one, other in pairs), 1)

    def introduce(self, agent: str) -> str:
        """Whom to meet, and the places on its map."""
        others = " and ".join(other for other in self.agents if other != agent)
        chart = " , ".join(self.charts[agent])
        return f"you are {agent} , meet {others} : all within {self.near:g} m\nmaps differ , yours shows {chart}"

    def private(self, agent: str) -> dict[str, Json]:
        """The places on its map."""
        return {"map": list(self.charts[agent])}

    def places(self, agent: str) -> tuple[str, ...]:
        """All on its map, and where it has been: the place to meet at may be far away."""
        return tuple(sorted(self.simulation.maps[agent] or ()))

    def met(self) -> bool:
        """Whether nobody has far to walk to anybody else."""
        at = [self.simulation.at(agent) for agent in self.agents]
        pairs = list(combinations(at, 2))
        # Straight first: ways are found for those few that are near enough.
        return all(hypot(one[0] - other[0], one[1] - other[1]) <= self.near for one, other in pairs) and all(
            self.simulation.navigator.length(one, other) <= self.near for one, other in pairs
        )

    def over(self) -> str | None:
        """Over when all are near each other."""
        if not self.met():
            return None
        for agent in self.agents:
            self.pay(agent, "met", 1.0)
        return "met"

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether they met, and how soon they could have if everybody had walked straight towards the others."""
        return {"success": reason == "met", "shortest": self.shortest}

    def subgoals(self) -> dict[str, Subgoal]:
        """Every one near the first."""
        x, y, _ = self.simulation.at(self.agents[0])
        found = {}
        for agent in self.agents[1:]:
            other_x, other_y, _ = self.simulation.at(agent)
            found[f"{self.agents[0]} and {agent} near"] = Subgoal(hypot(x - other_x, y - other_y) <= self.near)
        return found

    def expert(self, agent: str, seed: int = 0) -> Script:
        """The first seat names places it knows until all others say yes; then all go there."""
        return town_meeting_expert.first(self.agents) if agent == self.agents[0] else town_meeting_expert.other()
