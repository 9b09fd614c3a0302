"""Levers in two places at once: rooms that nobody can leave before all hold the right levers together.

Everybody is locked into a room of their own, with some coloured levers and a sign. The sign of a room tells which lever
is the right one in the next room (the last room's sign tells the first room's), so nobody knows their own. A radio
joins the rooms. When all hold a lever at the same time and all are right, the gates of all rooms open; when one is
wrong, the levers spring back, and after so many mistakes an alarm ends the episode. A lever is held until its holder
walks or uses a hand. Behind the gates is a corridor, and on it the vault, locked: its brass key lies in one of the
rooms. Who enters the vault is through and leaves the world; done when everybody is. Nobody can do it alone, and nobody
can do it without words except by luck.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal, Unpack

from coterie.core import Event, Json, Script, Subgoal
from coterie.environments.hybrid import two_levers_expert
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.locked_rooms import COLOURS, ROOMS, locked_rooms
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.skills.walking import OPENING
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.moment import REACH, TICK
from coterie.environments.virtual.tasks.errands import HANDS_S, at_hand_s, walk_s
from coterie.environments.virtual.world import VirtualWorld

SEATS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal")
GATES_OPEN, VAULT_OPEN, WRONG = "the gates are open", "the vault door is open", "wrong levers , they spring back"


class TwoLevers(VirtualWorld):
    """Find out from each other which levers to hold, hold them together, and get into the vault."""

    id: ClassVar[str] = "two_levers-v1"
    application: ClassVar[str] = "hybrid"
    purpose: ClassVar[str] = "acting at the same time in different places, with knowledge that only the other has"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "needed"

    def __init__(
        self,
        agents: int = 2,
        levers: int = 3,
        size: float = 4.0,
        mistakes: int = 1,
        max_words: int = 6,
        word_price: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many, each in a room of its own, 2 to 8.
            levers: how many in each room, 2 to 6.
            size: side of a room, metres, 3 to 20.
            mistakes: how many times wrong levers may be held together before the alarm.
            max_words: most words said at once.
            word_price: what a word on the radio costs its speaker.
            limit_s: simulated seconds after which the episode ends; null: enough, 10, and for every metre of a room
                as many as there are agents and 3 more, at least 30.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (2 <= agents <= len(SEATS) and 2 <= levers <= len(COLOURS) and 3 <= size <= 20 and mistakes >= 1):
            raise ValueError(
                f"agents={agents}, levers={levers}, size={size}, mistakes={mistakes}; expected 2 to 8 agents, 2 to 6 "
                "levers, rooms of 3 to 20 m, at least 1 mistake"
            )
        self.agents = SEATS[:agents]
        wires = {"radio": Wire(self.agents, word_price)}
        if limit_s is None:
            limit_s = max(30.0, 10.0 + size * (agents + 3))
        super().__init__(Settings(limit_s=limit_s, max_words=max_words, voices=(), wires=wires, **settings))
        self.colours, self.size, self.mistakes = tuple(COLOURS)[:levers], size, mistakes
        self.rooms = ROOMS[:agents]

    def build(self) -> Scene:
        """Draws the right lever of every room, and where the key lies."""
        self.right = [self.chance.draw(f"right lever of the {room} room", self.colours) for room in self.rooms]
        self.key_room = self.chance.draw("room of the key", range(len(self.rooms)))
        self.made_mistakes, self.gates_open, self.vault_open = 0, False, False
        self.inside: list[str] = []
        signs = [
            f"the right lever in the {room} room is {right}"
            for room, right in zip(_from_second(self.rooms), _from_second(self.right), strict=True)
        ]
        return locked_rooms(self.rooms, self.size, self.colours, signs, self.key_room)

    def enter(self) -> None:
        """Puts everybody into their room, before its levers."""
        simulation = self.simulation
        for agent, room, start in zip(self.agents, self.rooms, simulation.layout.scene.starts, strict=True):
            simulation.join(agent, start, 270.0)
            simulation.maps[agent] = {f"{room} room", "corridor", "vault"}
        simulation.memory[self.agents[self.key_room]]["brass key"] = simulation.things.position("brass key")
        self.shortest = self._shortest()

    def introduce(self, agent: str) -> str:
        """Who is where, and what there is to do."""
        number = self.agents.index(agent)
        others = " and ".join(
            f"{other} in the {room} room" for other, room in zip(self.agents, self.rooms, strict=True) if other != agent
        )
        following = self.agents[(number + 1) % len(self.agents)]
        key = "\nthe brass key of the vault is here" if number == self.key_room else ""
        return (
            f"you are {agent} locked in the {self.rooms[number]} room , {others}\n"
            f"your sign tells the right lever of {following} , say it on the radio\n"
            f"hold the right levers all at the same time , then all go to the vault{key}"
        )

    def private(self, agent: str) -> dict[str, Json]:
        """The room that is its own, and whether the key lies there."""
        number = self.agents.index(agent)
        return {"room": self.rooms[number], "key here": number == self.key_room}

    def happened(self, events: Sequence[Event]) -> None:
        """Looks whether all hold levers, and whether the vault was opened."""
        simulation = self.simulation
        held = set(simulation.levers.values())
        if not self.gates_open and len(held) == len(self.agents):
            right = {f"{room} {colour} lever" for room, colour in zip(self.rooms, self.right, strict=True)}
            simulation.tell(
                "held together", None, right=held == right, used=[f"{lever} held" for lever in sorted(held)]
            )
            if held == right:
                self._open_gates()
            else:
                self.made_mistakes += 1
                for agent in self.agents:
                    simulation.let_go(agent)
                    self.inform(agent, WRONG)
        for event in events:
            if event.kind == "door" and event.data["name"] == "vault door" and not self.vault_open:
                self.vault_open = True
                self._announce(VAULT_OPEN, ["vault door"], "vault opened", 0.25)
        for agent in tuple(simulation.present):
            if simulation.place_of(agent) == "vault":
                self.inside.append(agent)
                self.pay(agent, "in the vault", 0.5)
                self.leave(agent, "in the vault")

    def _open_gates(self) -> None:
        self.gates_open = True
        for room, agent in zip(self.rooms, self.agents, strict=True):
            self.simulation.doors.states[f"{room} gate"].locked = False
            self.simulation.doors.open(f"{room} gate", agent, self.simulation)
        self._announce(GATES_OPEN, [f"{room} gate" for room in self.rooms], "gates opened", 0.25)

    def _announce(self, text: str, doors: list[str], part: str, amount: float) -> None:
        """Lets everybody know that doors are open: nobody goes on believing them locked."""
        for agent in self.agents:
            self.simulation.shut_out[agent].difference_update(doors)
            self.pay(agent, part, amount)
            self.inform(agent, text)

    def over(self) -> str | None:
        """Over when all got into the vault, or after too many mistakes."""
        if self.made_mistakes >= self.mistakes:
            return "alarm"
        return "all are in the vault" if len(self.inside) == len(self.agents) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether all got in, and the time of a team that knows everything from the start."""
        return {"success": reason == "all are in the vault", "shortest": self.shortest}

    def _shortest(self) -> float:
        """Everybody to the levers (one with the key), then to the vault, where the key's holder opens."""
        simulation, pulled, ways = self.simulation, 0.0, list[float]()
        door = (*simulation.layout.doors["vault door"].at, 0.0)
        for number, (room, colour) in enumerate(zip(self.rooms, self.right, strict=True)):
            at, lever = simulation.at(self.agents[number]), simulation.things.position(f"{room} {colour} lever")
            seconds = at_hand_s(simulation, at, lever) + HANDS_S
            way = walk_s(simulation, lever, door, REACH)
            if number == self.key_room:
                key = simulation.things.position("brass key")
                seconds = at_hand_s(simulation, at, key) + at_hand_s(simulation, key, lever, True) + 2 * HANDS_S
                way = walk_s(simulation, lever, door, REACH + 0.5) + OPENING * TICK
            pulled = max(pulled, seconds)
            ways.append(way)
        return round(pulled + max(ways), 1)

    def subgoals(self) -> dict[str, Subgoal]:
        """The gates, the vault, and everybody in it."""
        holder = next((agent for agent in self.agents if "brass key" in self.simulation.things.hands[agent]), None)
        return {
            "gates open": Subgoal(self.gates_open),
            "vault open": Subgoal(self.vault_open, 1.0, holder),
            **{
                f"{agent} in the vault": Subgoal(agent in self.inside, 1.0 / len(self.agents), agent)
                for agent in self.agents
            },
        }

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Reads the sign, tells it, waits for its own lever, holds it, and goes to the vault."""
        return two_levers_expert.script(self.colours)


def _from_second(each: Sequence[str]) -> list[str]:
    """Everybody's neighbour to the right; the last one's is the first."""
    return [*each[1:], each[0]]
