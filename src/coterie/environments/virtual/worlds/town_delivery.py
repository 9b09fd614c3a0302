"""Parcels lie at a depot in a town; couriers carry them to the right doors.

Everybody is told where the parcels lie, where each must go, and where the others start; the work has to be shared out.
A courier carries one parcel in each hand. A parcel is delivered when it is put down by somebody who stands at its door.
The episode ends when all are delivered. The voice carries as far as it carries, and a radio may join the couriers. One
may come later than the others, and one go home before all is done: then what it carries stays where it stood.
"""

from collections.abc import Sequence
from math import ceil, inf
from typing import ClassVar, Literal, Unpack

import msgspec

from coterie.core import Event, Json, Script, Subgoal
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene, Thing
from coterie.environments.virtual.state.moment import REACH
from coterie.environments.virtual.tasks.errands import Errand, Plan, share_out, walk_s
from coterie.environments.virtual.world import VirtualWorld
from coterie.environments.virtual.worlds import town_delivery_expert

SEATS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal")
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (186, 84, 74), "blue": (74, 110, 168), "green": (98, 146, 92), "yellow": (216, 180, 84),
    "white": (226, 224, 216), "brown": (140, 104, 76),
}  # fmt: skip
DOORSTEP = 1.3
"""From the middle of a doorstep to its farthest corner, metres."""
GAP = 0.5
"""Between parcels at the depot, metres."""
HANDS = 2
"""Parcels that a courier carries at once."""
ENOUGH_S, ENOUGH_SIZE = 180.0, 62.0
"""Seconds that are enough for a round in a town of so many metres, and in smaller ones."""


class TownDelivery(VirtualWorld):
    """Deliver all parcels, as soon as possible."""

    id: ClassVar[str] = "town_delivery-v1"
    purpose: ClassVar[str] = "sharing out work in space: who carries what where, in which order"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "possible"

    def __init__(
        self,
        couriers: int = 2,
        parcels: int = 3,
        size: float = 62.0,
        radio: bool = True,
        max_words: int = 8,
        word_price: float = 0.0,
        late_s: float = 0.0,
        early_s: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            couriers: how many, 1 to 8.
            parcels: how many, 1 to 6, as far as there are doors.
            size: side of the town, metres: 30 (one block) to 200.
            radio: whether a radio joins the couriers.
            max_words: most words said at once.
            word_price: what a word on the radio costs its speaker.
            late_s: simulated seconds after which the last courier comes in; 0: at the beginning.
            early_s: simulated seconds after which the first courier goes home; 0: it stays.
            limit_s: simulated seconds after which the episode ends; null: enough, 180 in a town of up to 62 m and
                accordingly more in a larger one, for every two parcels that fall to one who stays, and `late_s`.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (1 <= couriers <= len(SEATS) and 1 <= parcels <= len(COLOURS) and 30 <= size <= 200):
            raise ValueError(
                f"couriers={couriers}, parcels={parcels}, size={size}; expected 1 to 8 couriers, 1 to 6 parcels, 30 to "
                "200 m"
            )
        if limit_s is None:
            rounds = ceil(parcels / (HANDS * max(1, couriers - bool(early_s))))
            limit_s = late_s + round(ENOUGH_S * max(1.0, size / ENOUGH_SIZE)) * rounds
        if not (0 <= late_s < limit_s and early_s >= 0) or (couriers == 1 and (late_s or early_s)):
            raise ValueError(
                f"late_s={late_s}, early_s={early_s}, couriers={couriers}; expected 0 to less than {limit_s} s, at "
                "least 0 s, and at least 2 couriers where one comes late or goes early"
            )
        self.agents = SEATS[:couriers]
        self.comes = {agent: late_s if agent == self.agents[-1] else 0.0 for agent in self.agents}
        self.goes = {self.agents[0]: early_s} if early_s else {}
        wires = {"radio": Wire(self.agents, word_price)} if radio else {}
        super().__init__(
            Settings(limit_s=limit_s, max_words=max_words, voices=("talk", "shout"), wires=wires, **settings)
        )
        self.parcels, self.size = parcels, size

    def build(self) -> Scene:
        """Draws the town, the depot, and where every parcel must go."""
        scene = town(self.chance, self.size, self.size, shops=0, houses=0)
        doors = sorted(place.name for place in scene.places if place.kind == "doorstep")
        crossings = {place.name: place for place in scene.places if place.kind == "crossing"}
        self.depot = self.chance.draw("depot", sorted(crossings))
        colours = list(COLOURS)[: min(self.parcels, len(doors))]
        homes = self.chance.sample("door", doors, len(colours))
        self.goals = {f"{colour} parcel": home for colour, home in zip(colours, homes, strict=True)}
        self.done: dict[str, str] = {}
        outline = crossings[self.depot].outline
        x, y = (sum(point[axis] for point in outline) / len(outline) for axis in (0, 1))
        middle = (len(colours) - 1) / 2
        things = tuple(
            Thing(name, "parcel", (x + GAP * (number - middle), y, 0.0), (0.4, 0.3, 0.25), ("pick", "readable"),
                  text=f"to {home}", colour=COLOURS[colour])
            for number, (colour, (name, home)) in enumerate(zip(colours, self.goals.items(), strict=True))
        )  # fmt: skip
        self.spots = self.chance.sample("start", scene.starts, len(self.agents))
        return msgspec.structs.replace(scene, things=(*things, *scene.things))

    def enter(self) -> None:
        """Puts the couriers onto the streets, now or later; they know where the parcels lie."""
        simulation = self.simulation
        for agent, spot in zip(self.agents, self.spots, strict=True):
            self.come(agent, spot, 90.0, self.comes[agent])
            simulation.memory[agent].update({name: simulation.things.position(name) for name in self.goals})
        for agent, seconds in self.goes.items():
            self.go(agent, "gone home", seconds)
        self.plan, self.alone = self._plans()

    def _plans(self) -> tuple[Plan, float]:
        """The best plan of the team, and the time of the courier who would be quickest alone."""
        simulation, layout = self.simulation, self.simulation.layout
        spots = {name: (simulation.things.position(name), REACH) for name in self.goals}
        for home in self.goals.values():
            spots[home] = ((*layout.middles[home], layout.places[home].level), DOORSTEP)
        ways = {
            (one, other): walk_s(simulation, spots[one][0], spots[other][0], spots[one][1] + spots[other][1])
            for one in spots
            for other in spots
        }
        starts = [
            {name: self.comes[agent] + walk_s(simulation, start, *spots[name]) for name in self.goals}
            for agent, start in zip(self.agents, self.spots, strict=True)
        ]
        errands = [Errand(name, home) for name, home in self.goals.items()]
        until = [self.goes.get(agent, inf) for agent in self.agents]
        alone = min(
            share_out([start], ways, errands).seconds for start, end in zip(starts, until, strict=True) if end == inf
        )
        return share_out(starts, ways, errands, until=until), alone

    def introduce(self, agent: str) -> str:
        """Who works with whom, who starts where, and where each parcel must go."""
        others = " and ".join(other for other in self.agents if other != agent)
        tasks = [
            f"{name} to {home} , {self._offset(self._middle(home))} of the depot" for name, home in self.goals.items()
        ]
        starts = [self._start(each) for each in self.agents]
        work = f"you are {agent} , deliver with {others}" if others else f"you are {agent} , deliver"
        return "\n".join(
            [work, *tasks, *starts, f"the parcels lie at the depot {self.depot} , put each down at its door"]
        )

    def _middle(self, place: str) -> tuple[float, float]:
        return self.simulation.layout.middles[place]

    def _offset(self, spot: Sequence[float]) -> str:
        """Where a spot is from the depot, in words."""
        x, y = self._middle(self.depot)
        east, north = round(spot[0] - x), round(spot[1] - y)
        return f"{abs(east)} m {'east' if east >= 0 else 'west'} {abs(north)} m {'north' if north >= 0 else 'south'}"

    def _start(self, agent: str) -> str:
        """Where somebody starts, when it comes and when it goes, in words."""
        spot = self.spots[self.agents.index(agent)]
        comes = f" after {self.comes[agent]:g} s" if self.comes[agent] else ""
        goes = f" , goes home after {self.goes[agent]:g} s" if agent in self.goes else ""
        return f"{agent} starts {self._offset(spot)} of it{comes}{goes}"

    def private(self, agent: str) -> dict[str, Json]:
        """What is still to be delivered, and where to; the first time where all that is, and who starts where."""
        data: dict[str, Json] = {"deliver": {name: home for name, home in self.goals.items() if name not in self.done}}
        if agent not in self._introduced:
            data["parcels"] = dict(self.goals)
            data["depot"] = [round(each, 1) for each in self._middle(self.depot)]
            data["doors"] = {home: [round(each, 1) for each in self._middle(home)] for home in self.goals.values()}
            data["couriers"] = {
                each: {"at": [round(x, 1), round(y, 1)], "comes": self.comes[each], "goes": self.goes.get(each)}
                for each, (x, y, _) in zip(self.agents, self.spots, strict=True)
            }
        return data

    def places(self, agent: str) -> tuple[str, ...]:
        """The depot and the doors where parcels are expected."""
        return (self.depot, *self.goals.values())

    def happened(self, events: Sequence[Event]) -> None:
        """Takes in what is put down at its door."""
        for event in events:
            name = event.data.get("name")
            if event.kind != "put" or event.agent is None or name not in self.goals or name in self.done:
                continue
            if event.data["made"] and self.simulation.place_of(event.agent) == self.goals[name]:
                self.done[name] = event.agent
                self.simulation.tell("delivered", event.agent, name=name, place=self.goals[name])
                for agent in self.agents:
                    self.pay(agent, "delivered", 1.0 / len(self.goals))

    def over(self) -> str | None:
        """Over when all is delivered."""
        return "all delivered" if len(self.done) == len(self.goals) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """How much was delivered, the best time of a team that knows everything, and that of one of them alone."""
        return {
            "success": len(self.done) == len(self.goals),
            "score": len(self.done) / len(self.goals),
            "shortest": round(self.plan.seconds, 1),
            "alone": round(self.alone, 1),
        }

    def subgoals(self) -> dict[str, Subgoal]:
        """Every parcel."""
        return {f"{name} delivered": Subgoal(name in self.done, 1.0, self.done.get(name)) for name in self.goals}

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Makes the plan that everybody can make from what all are told, and does its part of it."""
        return town_delivery_expert.script(agent)
