"""Evacuation: a building fills with smoke, exits become blocked, and somebody may be lying about which.

Everybody knows where the exits are; whether one is open can only be seen from a few metres away. Some are blocked from
the beginning, others later, one stays open. Who steps through an exit is out and leaves the world; the sooner, the
more it is paid. A radio joins all, so that not everybody has to look for themselves. But one of them, drawn in secret,
may be there to spread false rumours: it is paid when the others are late or never get out. Done when all the others
are out.
"""

from collections.abc import Sequence
from math import inf
from typing import ClassVar, Unpack

from coterie.core import Event, Json, Script, Subgoal
from coterie.environments.hybrid import evacuation_experts
from coterie.environments.hybrid.evacuation_experts import BLOCKED, OPEN, claims
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.places.exits import ROOMS, SIDES, building
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.tasks.errands import walk_s
from coterie.environments.virtual.tasks.house_rooms import SEATS, said_list
from coterie.environments.virtual.world import VirtualWorld

BLOCKED_FROM, HOW_OFTEN = (0.0, 0.1, 0.2), (0.7, 0.15, 0.15)
"""When an exit that does not stay open becomes blocked, as shares of the time limit, and how likely each is."""
DOORSTEP = 0.6
"""From the middle of an exit to where a body counts as out, metres at most."""


class Evacuation(VirtualWorld):
    """Get out, tell the others which exits are open, and mind who tells you."""

    id: ClassVar[str] = "evacuation-v1"
    application: ClassVar[str] = "hybrid"
    purpose: ClassVar[str] = "getting out of a building on what others report, when one of them may lie"

    def __init__(
        self,
        agents: int = 3,
        rooms: int = 1,
        exits: int = 4,
        rumour: bool | None = None,
        late: float = 0.0,
        sight: float = 4.0,
        radio_words: int = 24,
        max_words: int = 6,
        word_price: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many are in the building, 2 to 8.
            rooms: 1: one hall; else rooms along a corridor, 2 to 16.
            exits: how many ways out, 2 to 4.
            rumour: whether one of them is drawn to spread false rumours; null: if there are at least three.
            late: seconds after which the last seat comes in, from a store room; 0: it is there from the beginning.
            sight: from how far one sees in the smoke, metres, 2 to 30.
            radio_words: words that each has on the radio for the whole episode.
            max_words: most words said at once.
            word_price: what a word on the radio costs its speaker.
            limit_s: simulated seconds after which the episode ends; null: enough, 30, 6 more for every further room,
                and `late`.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        if not (2 <= agents <= len(SEATS) and 1 <= rooms <= len(ROOMS) and 2 <= exits <= len(SIDES)):
            raise ValueError(
                f"agents={agents}, rooms={rooms}, exits={exits}; expected 2 to 8 agents, 1 to 16 rooms, 2 to 4 exits"
            )
        if limit_s is None:
            limit_s = 30.0 + 6.0 * (rooms - 1) + late
        if not (0 <= late < limit_s and 2 <= sight <= 30):
            raise ValueError(
                f"late={late}, sight={sight}; expected 0 to less than {limit_s:g} s, 2 to 30 m to see in the smoke"
            )
        self.agents = SEATS[:agents]
        wires = {"radio": Wire(self.agents, word_price, radio_words)}
        super().__init__(
            Settings(limit_s=limit_s, sight=sight, max_words=max_words, voices=(), wires=wires, **settings)
        )
        self.rumour = agents >= 3 if rumour is None else rumour
        self.rooms, self.late = rooms, late
        self.exits = tuple(f"{side} exit" for side in SIDES[:exits])

    def build(self) -> Scene:
        """Draws which exit stays open, when the others become blocked, who lies, and where everybody is."""
        draw, limit = self.chance.draw, self.settings.limit_s
        safe = draw("exit that stays open", self.exits)
        self.closes = {
            name: inf if name == safe else limit * draw(f"{name} is blocked from", BLOCKED_FROM, HOW_OFTEN)
            for name in self.exits
        }
        self.liar = draw("liar", self.agents) if self.rumour else ""
        self.honest = [agent for agent in self.agents if agent != self.liar]
        self.out: dict[str, float] = {}
        self.blocked: list[str] = []
        self.witnessed: dict[str, dict[str, str]] = {agent: {} for agent in self.agents}
        scene = building(self.rooms, len(self.exits))
        self.spots = dict(zip(self.agents, self.chance.sample("start", scene.starts, len(self.agents)), strict=True))
        return scene

    def enter(self) -> None:
        """Lets everybody in who is there from the beginning; all know where the exits are."""
        for agent in self.agents[:-1] if self.late else self.agents:
            self._come_in(agent)
        self._smoke()
        self.shortest = round(max(self._way_out_s(agent) for agent in self.honest), 1)

    def _come_in(self, agent: str) -> None:
        simulation = self.simulation
        simulation.join(agent, self.spots[agent], 90.0)
        signs = {f"the {name} sign" for name in self.exits}
        simulation.memory[agent].update({sign: simulation.things.position(sign) for sign in sorted(signs)})

    def _way_out_s(self, agent: str) -> float:
        """When an agent can be out that knows everything: by the nearest exit that is still open when it is there."""
        begin = self.late if agent == self.agents[-1] else 0.0
        found = inf
        for name, closes in self.closes.items():
            door = self.simulation.layout.doors[name]
            arrives = begin + walk_s(self.simulation, self.spots[agent], (*door.at, door.level), DOORSTEP)
            if arrives < closes:
                found = min(found, arrives)
        return found

    def introduce(self, agent: str) -> str:
        """What there is to do; the liar alone is told that it lies."""
        others = [other for other in self.agents if other != agent]
        if agent == self.liar:
            task = (
                f"you are {agent} , with {said_list(others)} in a building full of smoke\n"
                "you secretly spread rumours : you are paid when the others get out late or never , stay inside"
            )
        else:
            warning = "\none of you may lie about the exits" if self.rumour else ""
            task = f"you are {agent} , with {said_list(others)} in a building full of smoke , get out soon{warning}"
        return (
            f"{task}\nexits : {said_list(self.exits)} , each leads to its yard\n"
            f"exits become blocked , you see so only from {self.settings.sight:g} m\n"
            "say on the radio how exits are , your words are few"
        )

    def private(self, agent: str) -> dict[str, Json]:
        """Its role, and how it last saw the exits; once where they are, and whether there can be a liar."""
        now: dict[str, Json] = {
            "role": "liar" if agent == self.liar else "honest", "seen": dict(self.witnessed[agent]),
        }  # fmt: skip
        doors = self.simulation.layout.doors
        once = {"exits": {name: list(doors[name].at) for name in self.exits}, "rumour": self.rumour}
        return now if agent in self._introduced else {**now, **once}

    def happened(self, events: Sequence[Event]) -> None:
        """Lets the smoke spread, latecomers in, everybody see what is near, and out who is in a yard."""
        simulation, last = self.simulation, self.agents[-1]
        for event in events:
            if event.kind == "said":
                self._check(str(event.agent), str(event.data["text"]))
        self._smoke()
        if self.late and simulation.seconds >= self.late and last not in (*simulation.present, *self.ledger.ended):
            self._come_in(last)
        for agent in tuple(simulation.present):
            place = simulation.place_of(agent)
            if place.endswith("yard"):
                self._leave_by(agent, place.replace("yard", "exit"))
            else:
                self._witness(agent)

    def _smoke(self) -> None:
        """Blocks the exits whose time has come, as soon as nobody stands in them."""
        simulation = self.simulation
        for name, closes in self.closes.items():
            if closes <= simulation.seconds and name not in self.blocked and simulation.doors.close(name):
                simulation.doors.states[name].locked = True
                self.blocked.append(name)
                simulation.tell("blocked", None, name=name, made=[f"{name} {BLOCKED}"])

    def _witness(self, agent: str) -> None:
        """Tells an agent how an exit is that it has come near, if it did not know."""
        for name in self.exits:
            now = BLOCKED if name in self.blocked else OPEN
            if self.witnessed[agent].get(name) != now and self.simulation.sees(agent, name):
                self.witnessed[agent][name] = now
                if now == BLOCKED:
                    self.simulation.shut_out[agent].add(name)
                self.inform(agent, f"{name} is {now}")

    def _leave_by(self, agent: str, name: str) -> None:
        """Pays who is out, and the liar, who leaves with what it has."""
        seconds, limit = self.simulation.seconds, self.settings.limit_s
        self.simulation.tell("got out", agent, name=name, used=[f"{name} {OPEN}"])
        if agent != self.liar:
            self.out[agent] = seconds
            self.pay(agent, "out", 1.0 - seconds / limit)
            self._pay_liar(seconds / limit)
        self.leave(agent, "out")

    def _pay_liar(self, delay: float) -> None:
        if self.liar and self.liar not in self.ledger.ended:
            self.pay(self.liar, "delayed", delay / len(self.honest))

    def _check(self, agent: str, text: str) -> None:
        """Notes what is claimed of exits, whether it is true, and how the speaker itself has seen it."""
        for name, claimed in claims(text):
            if name in self.exits:
                true = claimed == (BLOCKED if name in self.blocked else OPEN)
                witnessed, licensed = self.witnessed[agent], agent == self.liar
                seen = {"seen": witnessed[name]} if name in witnessed else {}
                said = {"about": name, "claimed": claimed, "true": true, "licensed": licensed, **seen}
                self.simulation.tell("told", agent, **said, made=[f"{name} {claimed}"])

    def over(self) -> str | None:
        """Over when all the honest are out."""
        return "all are out" if len(self.out) == len(self.honest) else None

    def outcome(self, reason: str) -> dict[str, Json]:
        """Whether all the honest got out, how many, who lied, and the time of a team that knows everything."""
        for _ in range(len(self.honest) - len(self.out)):
            self._pay_liar(1.0)
        return {
            "success": reason == "all are out",
            "score": round(len(self.out) / len(self.honest), 4),
            "liar": self.liar or None,
            "shortest": self.shortest,
        }

    def subgoals(self) -> dict[str, Subgoal]:
        """Everybody who is to get out."""
        return {f"{agent} out": Subgoal(agent in self.out, 1.0 / len(self.honest), agent) for agent in self.honest}

    def expert(self, agent: str, seed: int = 0) -> Script:
        """The honest tell what they see and weigh what they hear; the liar tells the opposite of what it sees."""
        return evacuation_experts.script(agent)
