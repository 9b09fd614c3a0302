"""Rescue: people lie hurt in the rooms of a house; two have to carry each of them out into the garden.

The rescuers come in through the garden and know the plan of the house, not where the hurt are. Nobody can lift a person
alone: two lift together, walk together, and lay the person down in the garden. They work in pairs (ann with bob, cid
with dan, and so on), search different rooms, and call each other on a radio on which everybody has only so many words.
A pair that does not talk must find the same person twice before it can lift. Done when all are in the garden.
"""

from collections.abc import Callable, Sequence
from math import ceil, hypot
from typing import ClassVar, Unpack

import msgspec

from coterie.core import Event, Json, Script, Subgoal
from coterie.environments.hybrid import rescue_expert
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.house import house
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.skills.sharing import GLANCE
from coterie.environments.virtual.space.line_of_sight import clear
from coterie.environments.virtual.space.scene import Door, Scene, Thing
from coterie.environments.virtual.state.layout import Layout
from coterie.environments.virtual.state.moment import HEAVY, REACH, TICK
from coterie.environments.virtual.state.sight import EYES
from coterie.environments.virtual.state.things import Spot
from coterie.environments.virtual.tasks.errands import HANDS_S, Errand, share_out, walk_s
from coterie.environments.virtual.tasks.house_rooms import SEATS, HouseWorld, plan_of, said_list

HURT = ("mia", "leo", "zoe", "tom", "ida", "max")
EXIT = "garden"
SIZE = (0.45, 1.2, 0.3)
"""Of somebody who lies, metres."""
LOW = 0.15
"""Who sees a person at so much of their height sees most of them."""
ROOMIEST = 3
"""Somebody lies on one of so many spots of a room that are farthest from walls, furniture and doors, and that one sees
from its middle."""
ROW, SIDE = 1.2, 0.6
"""Metres between those who begin side by side, and of each from the middle of the way to the front door."""
LAID = 1.0
"""Metres by which a person may be laid down ahead of who carries the head, and a little more."""


class Rescue(HouseWorld):
    """Find the hurt, call your partner, carry them out together."""

    id: ClassVar[str] = "rescue-v1"
    application: ClassVar[str] = "hybrid"
    purpose: ClassVar[str] = "search and rescue: split up, report by radio in few words, meet, carry together"

    def __init__(
        self,
        agents: int = 2,
        hurt: int = 2,
        rooms: int = 4,
        floors: int = 1,
        radio_words: int = 30,
        max_words: int = 6,
        word_price: float = 0.0,
        shut: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many rescuers, in pairs: 2, 4, 6 or 8.
            hurt: how many people lie in the house, 1 to 6, at most one a room.
            rooms: rooms of the house, 1 to 8, the hall and the landing included.
            floors: storeys, 1 or 2; two need at least 4 rooms.
            radio_words: words that each rescuer has on the radio for the whole episode.
            max_words: most words said at once.
            word_price: what a word on the radio costs its speaker.
            shut: how likely each door is shut at the beginning, 0 to 1.
            limit_s: simulated seconds after which the episode ends; null: enough, 10 for every room and 40 for every
                one hurt that falls to a pair, twice that on two floors, at least 100.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        enough = floors == 1 or (floors == 2 and rooms >= 4)
        if agents not in (2, 4, 6, 8) or not 1 <= hurt <= min(len(HURT), rooms) or not (rooms <= 8 and enough):
            raise ValueError(
                f"agents={agents}, hurt={hurt}, rooms={rooms}, floors={floors}; expected 2, 4, 6 or 8 agents, 1 to 6 "
                "people hurt and at most one a room, 1 to 8 rooms, 1 floor or 2 (then at least 4 rooms)"
            )
        if not 0 <= shut <= 1:
            raise ValueError(f"shut={shut}, expected 0 to 1")
        if limit_s is None:
            limit_s = max(100.0, floors * (10.0 * rooms + 40.0 * ceil(hurt / (agents // 2))))
        self.agents = SEATS[:agents]
        wires = {"radio": Wire(self.agents, word_price, radio_words)}
        super().__init__(Settings(limit_s=limit_s, max_words=max_words, voices=(), wires=wires, **settings))
        self.hurt, self.rooms, self.floors, self.shut = HURT[:hurt], rooms, floors, shut

    def build(self) -> Scene:
        """Draws the house, and in which rooms who lies where."""
        scene = house(self.chance, self.rooms, self.floors, 0, starts=40)
        self.plan = plan_of(scene)
        spots: dict[str, list[tuple[float, float, float]]] = {room: [] for room in self.plan}
        for x, y, z in scene.starts:
            for room, (west, south, east, north, level) in self.plan.items():
                if west < x < east and south < y < north and z == level:
                    spots[room].append((x, y, z))
        able = [room for room in self.plan if spots[room]]
        sees = lookout(scene, able)
        for room in able:  # where one sees who lies there, and two get at them best
            spots[room].sort(key=lambda spot: (not sees(room, spot), -clearance(scene, self.plan[room], spot), spot))
        things = list(scene.things)
        for name, room in zip(
            self.hurt, self.chance.sample("room", able, min(len(able), len(self.hurt))), strict=False
        ):
            spot = self.chance.draw(f"spot of {name}", spots[room][:ROOMIEST])
            things.append(Thing(name, "person hurt", spot, SIZE, ("heavy",), colour=(196, 128, 96)))
        self.hurt = tuple(thing.name for thing in things if thing.name in HURT)
        self.safe: dict[str, str] = {}
        self.lifted: dict[str, str] = {}
        return msgspec.structs.replace(scene, things=tuple(things), doors=tuple(map(self._hung, scene.doors)))

    def _hung(self, door: Door) -> Door:
        """A door as it stands at the beginning, open or shut."""
        drawn = self.shut > 0 and self.chance.draw(f"{door.name} is shut", (True, False), (self.shut, 1 - self.shut))
        return msgspec.structs.replace(door, open=False) if drawn else door

    def enter(self) -> None:
        """Lets everybody in from the garden; they stand on both sides of the way to the front door."""
        simulation = self.simulation
        x, y = simulation.layout.doors["the front door"].at
        for number, agent in enumerate(self.agents):
            simulation.join(agent, (x - ROW - ROW * (number // 2), y + (SIDE if number % 2 else -SIDE), 0.0), 0.0)
        self.shortest = self._shortest()

    def introduce(self, agent: str) -> str:
        """Who is with whom, and what there is to do."""
        number = self.agents.index(agent)
        partner, others = self.agents[number ^ 1], [each for each in self.agents if each != agent]
        others.remove(partner)
        team = f" , {said_list(others)} help too" if others else ""
        count, noun = len(self.hurt), "person lies" if len(self.hurt) == 1 else "people lie"
        return (
            f"you are {agent} , your partner is {partner}{team}\n"
            f"{count} {noun} hurt in the house : {said_list(self.hurt)} . find and carry them to the {EXIT}\n"
            f"two must lift a person together , then both go to {EXIT} , then one puts the person down\n"
            f"say on the radio whom you find and where , your words are few\n"
            f"rooms : {' , '.join(self.plan)}"
        )

    def private(self, agent: str) -> dict[str, Json]:
        """Its partner, who is looked for, and the first time the plan of the rooms."""
        partner = self.agents[self.agents.index(agent) ^ 1]
        return {"partner": partner, "hurt": list(self.hurt), **self.told_once(agent)}

    def happened(self, events: Sequence[Event]) -> None:
        """Pays for everybody lifted for the first time, and for everybody who lies in the garden."""
        things, share = self.simulation.things, 1.0 / len(self.hurt)
        for event in events:
            name = event.data.get("name", "")
            if event.kind == "lifted" and name not in self.lifted:
                self.lifted[name] = event.agent or ""
                self._pay_all("lifted", 0.25 * share)
            if event.kind in ("put", "left"):
                for each in self.hurt:
                    lies = things.states[each].relation == "at"
                    if each not in self.safe and lies and self._is_out(each):
                        self.safe[each] = event.agent or ""
                        self._pay_all("safe", 0.75 * share)
                        self.simulation.tell("rescued", event.agent, name=each, used=[f"{each} at {EXIT}"])
                        for agent in self.agents:
                            self.inform(agent, f"{each} is safe")

    def _pay_all(self, part: str, amount: float) -> None:
        for agent in self.agents:
            self.pay(agent, part, amount)

    def _is_out(self, name: str) -> bool:
        return self.simulation.navigator.place_of(self.simulation.things.position(name)) == EXIT

    def over(self) -> str | None:
        """Over when all are in the garden."""
        return "all are safe" if len(self.safe) == len(self.hurt) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether all are safe, how many, and the least time of a team that knows where all lie."""
        return {"success": reason == "all are safe", "score": len(self.safe), "shortest": self.shortest}

    def _shortest(self) -> float:
        """Everybody's share of the hurt, two to each: there at full speed, out with the load; a bound from below."""
        simulation, (x, y) = self.simulation, self.simulation.layout.doors["the front door"].at
        gate, ways = (x, y, 0.0), {("out", "out"): 0.0}
        at = {name: simulation.things.position(name) for name in self.hurt}
        for name, spot in at.items():
            ways["out", name] = walk_s(simulation, gate, spot, REACH + LAID)
            ways[name, "out"] = walk_s(simulation, spot, gate, REACH + LAID, HEAVY)
        starts = [
            {name: walk_s(simulation, simulation.at(agent), spot, REACH) for name, spot in at.items()}
            for agent in self.agents
        ]
        errands = [Errand(name, "out") for name in self.hurt]
        return round(share_out(starts, ways, errands, 1, GLANCE * TICK, HANDS_S, needed=2).seconds, 1)

    def subgoals(self) -> dict[str, Subgoal]:
        """Everybody found, lifted, safe."""
        goals, simulation = dict[str, Subgoal](), self.simulation
        for name in self.hurt:
            saw = next((agent for agent in self.agents if name in simulation.memory[agent]), None)
            goals[f"{name} found"] = Subgoal(saw is not None or name in self.lifted, 0.25, saw)
            goals[f"{name} lifted"] = Subgoal(name in self.lifted, 0.25, self.lifted.get(name))
            goals[f"{name} safe"] = Subgoal(name in self.safe, 0.5, self.safe.get(name))
        return goals

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Searches its share, calls its partner, comes when called, carries."""
        return rescue_expert.script(agent, self.agents)


def lookout(scene: Scene, rooms: Sequence[str]) -> Callable[[str, Spot], bool]:
    """Whether one who stands in the middle of a room, or as near as one can, sees who lies at a spot of it."""
    layout = Layout(scene, (), 0.0)
    prisms = layout.prisms({})
    middles = {room: (*layout.middles[room], layout.places[room].level) for room in rooms}
    eyes = {room: layout.navigator.standing(middle) or middle for room, middle in middles.items()}

    def sees(room: str, spot: Spot) -> bool:
        (x, y, z), (to_x, to_y, floor) = eyes[room], spot
        return bool(clear(x, y, z + EYES, to_x, to_y, floor + LOW * SIZE[2], prisms, -1))

    return sees


def clearance(scene: Scene, area: Sequence[float], spot: tuple[float, float, float]) -> float:
    """How far a spot of a room is from its walls, from furniture and from doors, metres."""
    (x, y, z), (west, south, east, north) = spot, area[:4]
    found = [x - west, east - x, y - south, north - y]
    for door in scene.doors:
        if door.level == z:  # nobody lies so near the front door that one reaches them from the garden
            found.append(hypot(x - door.at[0], y - door.at[1]) - (2.0 if EXIT in door.between else 0.0))
    for thing in scene.things:
        if thing.solid and thing.at[2] == z:
            (at_x, at_y, _), (width, depth, _) = thing.at, thing.size
            found.append(hypot(max(0.0, abs(x - at_x) - width / 2), max(0.0, abs(y - at_y) - depth / 2)))
    return min(found)
