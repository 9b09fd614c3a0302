"""Heavy loads stand about in a warehouse; two together can carry one, and all must come to the dock.

Everybody is told where the loads stand and where the others start. A load is lifted when two within reach of it pick it
up within ten seconds of each other; then both must walk to the same place, or one follow the other, and either can put
it down. A load has arrived while it stands in the dock or one of its bays. The episode ends when all have. Two suffice
for one load; more agents carry several at a time, if they agree who carries what.
"""

from collections.abc import Sequence
from math import ceil
from typing import ClassVar, Literal, Unpack

import msgspec

from coterie.core import Array, Event, Json, Script, Subgoal
from coterie.environments.virtual import views
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.warehouse import DOCK, warehouse
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.moment import HEAVY, REACH, rounded
from coterie.environments.virtual.tasks.errands import HANDS_S, Errand, share_out, walk_s
from coterie.environments.virtual.views import SCALE
from coterie.environments.virtual.world import VirtualWorld
from coterie.environments.virtual.worlds import warehouse_lift_expert

SEATS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal")
AHEAD = 3.5
"""How much shorter than from a load to the dock two need to carry it: they lift it between them, put it before them."""
LOAD_FEATURES = 4


class WarehouseLift(VirtualWorld):
    """Carry all heavy loads to the dock, two to each."""

    id: ClassVar[str] = "warehouse_lift-v1"
    purpose: ClassVar[str] = "joint action: loads that two must lift, carry and put down together"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "possible"

    def __init__(
        self,
        agents: int = 2,
        loads: int = 1,
        aisles: int = 1,
        bays: int = 2,
        radio: bool = False,
        max_words: int = 8,
        word_price: float = 0.0,
        limit_s: float | None = None,
        numbered: bool = False,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many, 2 to 8.
            loads: how many heavy loads, 1 to 6, as far as they fit.
            aisles: how many aisles the warehouse has, 1 to 6.
            bays: how many shelves stand along each side of an aisle, 1 to 10.
            radio: whether a radio joins all; voices carry as far as they carry.
            max_words: most words said at once; 0: nobody speaks.
            word_price: what a word on the radio costs its speaker.
            limit_s: simulated seconds after which the episode ends; null: enough, 30, and 10 for every aisle and every
                bay of a side, for each load that falls to a pair.
            numbered: whether loads are called `load 1`, `load 2`, so that the same few commands fit every warehouse.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (2 <= agents <= len(SEATS) and 1 <= loads <= 6 and 1 <= aisles <= 6 and 1 <= bays <= 10):
            raise ValueError(
                f"agents={agents}, loads={loads}, aisles={aisles}, bays={bays}; expected 2 to 8 agents, 1 to 6 loads, "
                "1 to 6 aisles, 1 to 10 bays"
            )
        if limit_s is None:
            limit_s = (30.0 + 10.0 * (aisles + bays)) * ceil(loads / (agents // 2))
        self.agents = SEATS[:agents]
        wires = {"radio": Wire(self.agents, word_price)} if radio else {}
        super().__init__(
            Settings(limit_s=limit_s, max_words=max_words, voices=("talk", "shout"), wires=wires, **settings)
        )
        self.most_loads, self.aisles, self.bays, self.numbered = loads, aisles, bays, numbered

    def build(self) -> Scene:
        """Draws the warehouse; loads come first among its things."""
        scene = warehouse(self.chance, self.aisles, self.bays, self.most_loads, 0, starts=len(self.agents))
        loads = [thing for thing in scene.things if "heavy" in thing.affordances]
        if self.numbered:
            loads = [msgspec.structs.replace(load, name=f"load {n}") for n, load in enumerate(loads, 1)]
        things = (*loads, *(thing for thing in scene.things if "heavy" not in thing.affordances))
        self.loads = [load.name for load in loads]
        self.carriers: dict[str, str] = {}
        return msgspec.structs.replace(scene, things=things)

    def enter(self) -> None:
        """Puts everybody into the warehouse; all know where the loads stand."""
        simulation = self.simulation
        starts = simulation.layout.scene.starts
        for number, agent in enumerate(self.agents):
            simulation.join(agent, starts[number % len(starts)], 90.0)
            simulation.memory[agent].update({name: simulation.things.position(name) for name in self.loads})
        self.first_places = {name: self.place_of(name) for name in self.loads}
        self.starts = {agent: simulation.at(agent) for agent in self.agents}
        self.shortest = self._shortest()

    def place_of(self, load: str) -> str:
        """The place that a load is in."""
        return self.simulation.navigator.place_of(self.simulation.things.position(load))

    def has_arrived(self, load: str) -> bool:
        """Whether a load stands in the dock."""
        simulation = self.simulation
        return simulation.things.states[load].relation == "at" and simulation.things.position(load)[1] < DOCK

    def _shortest(self) -> float:
        """The least seconds of any team, whoever lifts with whom: everybody's own tour, two to a load."""
        simulation = self.simulation
        spots = {name: simulation.things.position(name) for name in self.loads}
        middles = [simulation.layout.middles[place] for place in simulation.layout.places if place.startswith("aisle")]
        ends, ways = {}, {}
        for name, spot in spots.items():
            exits = [(x, DOCK, 0.0) for x, _ in middles]
            ends[name] = min(exits, key=lambda end: (simulation.navigator.length(spot, end), end))
            ways[name, f"{name} in"] = walk_s(simulation, spot, ends[name], AHEAD, HEAVY)
        for name, end in ends.items():
            ways |= {
                (f"{name} in", other): walk_s(simulation, end, spot, AHEAD + REACH) for other, spot in spots.items()
            }
        starts = [
            {name: walk_s(simulation, start, spot, REACH) for name, spot in spots.items()}
            for start in self.starts.values()
        ]
        errands = [Errand(name, f"{name} in") for name in self.loads]
        return round(share_out(starts, ways, errands, 1, 0.0, HANDS_S, needed=2).seconds, 1)

    def introduce(self, agent: str) -> str:
        """Who starts where, and where the loads stand: how far into the warehouse from its south-west corner."""
        others = " and ".join(other for other in self.agents if other != agent)
        spots = {name: self.simulation.things.position(name) for name in self.loads}
        loads = [f"{name} in {self.first_places[name]} , {offset(spot)}" for name, spot in spots.items()]
        starts = [f"{each} starts {offset(spot)}" for each, spot in self.starts.items()]
        work = f"you are {agent} , carry with {others} to the dock , two to a load"
        return "\n".join([work, *loads, *(starts if len(self.agents) > 2 else [])])

    def private(self, agent: str) -> dict[str, Json]:
        """The loads that have not arrived; the first time where all loads stand and everybody starts."""
        data: dict[str, Json] = {"loads": [name for name in self.loads if not self.has_arrived(name)]}
        if agent not in self._introduced:
            data["bays"] = [name for name, place in self.simulation.layout.places.items() if place.kind == "bay"]
            data["spots"] = {name: rounded(self.simulation.things.position(name)) for name in self.loads}
            data["starts"] = {each: rounded(spot) for each, spot in self.starts.items()}
        return data

    def happened(self, events: Sequence[Event]) -> None:
        """Pays everybody for a load that is put down in the dock for the first time."""
        for event in events:
            name = event.data.get("name")
            if event.kind == "put" and name in self.loads and name not in self.carriers and self.has_arrived(str(name)):
                self.carriers[str(name)] = str(event.agent)
                self.simulation.tell("arrived", event.agent, name=name)
                for agent in self.agents:
                    self.pay(agent, "arrived", 1.0 / len(self.loads))

    def over(self) -> str | None:
        """Over when all loads stand in the dock."""
        return "all loads are in the dock" if all(map(self.has_arrived, self.loads)) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """How many loads have arrived, and the least time of a team that never waits for each other."""
        arrived = sum(map(self.has_arrived, self.loads))
        return {
            "success": arrived == len(self.loads),
            "score": arrived / len(self.loads),
            "shortest": self.shortest,
        }

    def subgoals(self) -> dict[str, Subgoal]:
        """Every load lifted, and every load in the dock."""
        states = self.simulation.things.states
        moved = {name: states[name].relation != "at" or name in self.carriers for name in self.loads}
        return {
            **{f"{name} lifted": Subgoal(moved[name], 0.5) for name in self.loads},
            **{
                f"{name} in the dock": Subgoal(self.has_arrived(name), 0.5, self.carriers.get(name))
                for name in self.loads
            },
        }

    def vector(self, agent: str) -> Array:
        """What `views.vector` tells of itself and the others, then of every load: ahead, left, lifted, arrived.

        Loads are told whether in sight or not, as everybody knows where they stand; then the direction of the dock.
        """
        import numpy as np

        simulation = self.simulation
        (x, y, _), (hx, hy) = simulation.at(agent), simulation.walkers.heading[simulation.number(agent)]
        out = np.zeros(LOAD_FEATURES * self.most_loads + 2, np.float32)

        def relative(to_x: float, to_y: float) -> tuple[float, float]:
            off_x, off_y = (to_x - x) / SCALE, (to_y - y) / SCALE
            return float(off_x * hx + off_y * hy), float(off_y * hx - off_x * hy)

        for number, name in enumerate(self.loads):
            spot = simulation.things.position(name)
            lifted = simulation.things.states[name].relation == "held_by"
            at = LOAD_FEATURES * number
            out[at : at + LOAD_FEATURES] = *relative(*spot[:2]), lifted, self.has_arrived(name)
        out[-2:] = relative(*simulation.layout.middles["dock"])
        seen = views.vector(simulation, agent, things=0, doors=0)
        return Array(np.concatenate([seen.values, out]), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Makes the plan that everybody can make from what all are told, and does its part of it."""
        return warehouse_lift_expert.script(agent)


def offset(spot: Sequence[float]) -> str:
    """Where a spot is, in words.

    >>> offset((2.2, 9.8, 0.0))
    '2 m east 10 m north'
    """
    return f"{round(spot[0])} m east {round(spot[1])} m north"
