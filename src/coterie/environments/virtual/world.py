"""Timed play in a virtual world: what a simulation is, seen through the contract of environments.

An agent is shown an observation when what it does has ended, failed or was interrupted; time passes until then. A world
of your own says what stands where (`build`), who comes in (`enter`), what happens on the way (`happened`), and when it
is over (`over`, `outcome`); the rest is here.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from math import dist
from typing import ClassVar, Literal

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Observation,
    Speech,
    Step,
    Text,
)
from coterie.environments.virtual import hearing, perception, views
from coterie.environments.virtual.agenda import Agenda, Coming, Going, Hearing
from coterie.environments.virtual.ledger import Ledger
from coterie.environments.virtual.settings import Settings
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.skills.commands import legal
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.frame import Film
from coterie.environments.virtual.state.moment import TICK
from coterie.environments.virtual.state.things import Spot

WATCH_TICKS = 10
"""A world looks at least once in so many ticks whether something it waits for has happened."""
COMMAND_WORDS = 16
"""Most words of a written command."""
LONGEST_LIST = 40
"""Places up to this number are all listed as goals."""


class VirtualWorld(Environment):
    """A world with places, bodies and things; subclasses say what it is about."""

    application: ClassVar[str] = "virtual"
    timing: ClassVar[Literal["turns", "simultaneous", "mixed", "timed"]] = "timed"
    talk: ClassVar[Literal["none", "possible", "needed"]] = "possible"
    film: Film | None = None
    """Set it before `reset` to collect a picture of every tick."""
    simulation: Simulation
    agenda: Agenda
    ledger: Ledger

    def __init__(self, settings: Settings | None = None) -> None:
        """Keeps the settings."""
        self.settings = settings or Settings()

    # ---- what a world's author writes -------------------------------------------------------------------------------

    @abstractmethod
    def build(self) -> Scene:
        """Draws what stands where from `self.chance`."""

    def enter(self) -> None:
        """Puts bodies into the world at its beginning: all seats at the scene's starts, looking north."""
        for agent, start in zip(self.agents, self.simulation.layout.scene.starts, strict=False):
            self.simulation.join(agent, start, 90.0)

    def introduce(self, agent: str) -> str:
        """What an agent is told in its first observation: its role, its task, what it alone knows."""
        return ""

    def private(self, agent: str) -> dict[str, Json]:
        """What an agent knows beside what it sees, as data in all its observations."""
        return {}

    def places(self, agent: str) -> tuple[str, ...]:
        """The places that are listed for an agent to go to: all it knows of, or in a large world those round it."""
        layout, known = self.simulation.layout, self.simulation.maps[agent]
        names = tuple(name for name in layout.places if known is None or name in known)
        if len(names) <= LONGEST_LIST:
            return names
        here = self.simulation.at(agent)[:2]
        return tuple(sorted(names, key=lambda name: dist(here, layout.middles[name]))[:LONGEST_LIST])

    def happened(self, events: Sequence[Event]) -> None:
        """Is called at least once a second with what happened: pay, let agents join and leave, change the world."""

    def addressed(self, agent: str, thing: str, text: str) -> None:
        """Is called when a thing that can be talked to has heard an agent out; answer with `inform`."""

    @abstractmethod
    def over(self) -> str | None:
        """Why the episode is over now; None: it goes on."""

    def outcome(self, reason: str) -> dict[str, Json]:
        """The data of the outcome event; steps (in seconds) is added."""
        return {"success": reason != "time is up"}

    # ---- what a world may call --------------------------------------------------------------------------------------

    def pay(self, agent: str, part: str, amount: float) -> None:
        """Pays an agent with the next step, under a name; whose part has ended before is paid nothing more."""
        self.ledger.pay(agent, part, amount)

    def inform(self, agent: str, text: str) -> None:
        """Tells an agent something with its next observation, and interrupts what it does."""
        self._news[agent].append(text)
        self.simulation.interrupt(agent, "told")

    def come(self, agent: str, at: Spot, heading: float = 90.0, after_s: float = 0.0) -> None:
        """Lets an agent join, now or after some seconds; when nobody can stand there then, as soon as there is room.

        Until it joins it is asked nothing; what it is told meanwhile is in its first observation. A world is not over
        because everybody in it has left while others are still to come.
        """
        self.agenda.comings.append(Coming(self.simulation.ticks + round(after_s / TICK), agent, at, heading))
        self.agenda.admit(self.simulation)

    def go(self, agent: str, reason: str, after_s: float) -> None:
        """Lets an agent leave after some seconds, whatever it is doing then."""
        self.agenda.goings.append(Going(self.simulation.ticks + round(after_s / TICK), agent, reason))

    def leave(self, agent: str, reason: str) -> None:
        """Ends an agent's part and takes its body out of the world; what it holds stays where it stood."""
        if agent in self.ledger.ended:
            return
        self.agenda.forget(agent)
        if agent in self.simulation.present:
            self.simulation.leave(agent)
        self.ledger.end(agent, Ending("terminated", reason))

    # ---- the contract -----------------------------------------------------------------------------------------------

    def begin(self) -> Step:
        """Builds the scene, lets everybody in and shows everybody the first view."""
        settings = self.settings
        self.simulation = Simulation(self.build(), self.agents, settings.field, settings.sight, settings.physics)
        self._news: dict[str, list[str]] = {agent: [] for agent in self.agents}
        self.agenda, self.ledger = Agenda(), Ledger()
        self._introduced: list[str] = []
        self._airtime = hearing.Airtime(settings.wires)
        if self.film is not None:
            self.film.frames.clear()
        self.enter()
        return self._go_on()

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Lets everybody who was asked speak and begin something, and time pass until somebody is free."""
        for agent, action in actions.items():
            self._speak(agent, action)
        for agent, action in actions.items():
            if agent in self.simulation.present and agent not in self.simulation.skills:
                self.simulation.command(agent, str(action.move))
        return self._go_on()

    def _go_on(self) -> Step:
        simulation, limit = self.simulation, round(self.settings.limit_s / TICK)
        events: list[Event] = []
        while True:
            for heard in self.agenda.heard(simulation.ticks):
                self.addressed(heard.agent, heard.thing, heard.text)
            self.agenda.admit(self.simulation)
            for going in self.agenda.leaving(simulation.ticks):
                self.leave(going.agent, going.reason)
            self._note(events)
            reason = self.over() or ("time is up" if simulation.ticks >= limit else None)
            if reason is not None:
                return self._end(reason, events)
            if free := [agent for agent in simulation.free if agent not in self.ledger.ended]:
                return self.ledger.step({agent: self._observe(agent) for agent in free}, events, simulation.seconds)
            until = min(limit, self.agenda.next_tick(limit))
            simulation.run(max(1, min(WATCH_TICKS, until - simulation.ticks)), self.film)

    def _note(self, events: list[Event]) -> None:
        """Takes over what happened; what the world does about it happens too."""
        new, self.simulation.events = self.simulation.events, []
        self.happened(new)
        events += [*new, *self.simulation.events]
        self.simulation.events = []

    def _end(self, reason: str, events: list[Event]) -> Step:
        kind: Literal["terminated", "truncated"] = "truncated" if reason == "time is up" else "terminated"
        events.append(Event("outcome", None, {**self.outcome(reason), "steps": self.simulation.seconds}))
        for agent in self.agents:
            self.ledger.end(agent, Ending(kind, reason))
        return self.ledger.step({}, events, self.simulation.seconds)

    def _speak(self, agent: str, action: Action) -> None:
        for utterance in (each for each in action.say if each.text.split()):
            count = len(utterance.text.split())
            how = tuple(dict.fromkeys(utterance.to)) or self.settings.ways(agent)[:1]
            if spent := self._airtime.spend(agent, how, count):
                self.simulation.tell("not_sent", agent, how=spent, words=count)
                self._news[agent].append(f"no words left on {spent}")
                continue
            for name, cost in hearing.costs(how, count, self.settings.wires).items():
                self.pay(agent, name, -cost)
            hearing.speak(self.simulation, agent, utterance.text, how, self.settings.wires)
            for thing in hearing.listening_things(self.simulation, agent, how):
                self.agenda.hearings.append(Hearing(self.simulation.speaking[agent], agent, thing, utterance.text))

    def _observe(self, agent: str) -> Observation:
        simulation, settings = self.simulation, self.settings
        also, simulation.noticed[agent] = simulation.noticed[agent], []
        if (known := simulation.maps[agent]) is not None:
            known.add(simulation.place_of(agent))
        seen = perception.sights(simulation, agent, also)
        news, self._news[agent] = self._news[agent], []
        data = {**perception.graph(simulation, agent, seen, news), **self.private(agent)}
        if settings.view == "graph":
            text = msgspec.json.encode(data).decode()
        else:
            text = perception.words(simulation, agent, seen, news, settings.view_words)
            assert len(text.split()) <= settings.view_words
        if settings.view == "map":
            text += "\n" + views.draw(simulation, agent)
        if agent not in self._introduced:
            self._introduced.append(agent)
            text = "\n".join(part for part in (self.introduce(agent), text) if part)
        heard = tuple(simulation.inbox[agent])
        simulation.inbox[agent] = []
        budget = {"seconds": round(settings.limit_s - simulation.seconds, 1), **self._airtime.left(agent)}
        return Observation(self._spec(agent, seen), text, data, heard, budget=budget)

    def _spec(self, agent: str, seen: list[perception.Sight]) -> ActionSpec:
        settings = self.settings
        move: Choice | Text = Text(COMMAND_WORDS)
        if settings.moves == "listed":
            names = [sight.name for sight in seen]
            move = Choice(tuple(legal(self.simulation, agent, names, settings.tier, self.places(agent))))
        ways = settings.ways(agent)
        speaks = settings.max_words and ways and self.simulation.speaking[agent] <= self.simulation.ticks
        speech = Speech(settings.max_words, audiences=ways) if speaks else None
        return ActionSpec(move, speech, Action("wait"))

    def vector(self, agent: str) -> Array:
        """What `views.vector` tells: itself, other bodies, things and doors in sight."""
        return views.vector(self.simulation, agent)

    def state(self) -> dict[str, Json]:
        """Where everybody and everything is, and how the doors stand."""
        return views.everything(self.simulation)
