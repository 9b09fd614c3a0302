"""One episode of a Unity build: who sits where, what the numbers say, what is answered."""

import re
from collections.abc import Mapping, Sequence

from coterie.adapters.unity import words
from coterie.adapters.unity.build import UnityBuild
from coterie.adapters.unity.describing import Actions, Describer, arrays, vector
from coterie.adapters.unity.protocol import Answer, Behaviour, Info, Report
from coterie.core import Action, Array, Ending, Event, Json, Observation, Step, WorldError

DONE, INTERRUPTED = Ending("terminated", "done"), Ending("truncated", "interrupted")
ROUNDING = 1e-4
"""Rewards travel as 32-bit numbers; more than this part of them is no rounding."""


class Sitting:
    """An episode of a build that tells numbers, and perhaps words beside them."""

    def __init__(self, agents: Sequence[str], build: UnityBuild, describer: Describer, pictures: bool) -> None:
        """All seats are free."""
        self.agents, self.build, self.describer, self.pictures = tuple(agents), build, describer, pictures
        self.seat_of: dict[int, str] = {}
        """Number of an agent to its seat, while its episode lasts."""
        self.infos: dict[str, Info] = {}
        """What was last heard of each seat."""
        self.axes: dict[str, tuple[str, ...]] = {}
        self.returns = dict.fromkeys(self.agents, 0.0)
        self.over: set[str] = set()
        """Seats whose episode is over."""
        self._outsiders: set[int] = set()
        self._asking: dict[str, list[Info]] = {}
        self._actions: dict[Behaviour, Actions] = {}

    @property
    def finished(self) -> bool:
        """Whether everybody's episode is over."""
        return self.over.issuperset(self.agents)

    def read(self, report: Report, told: words.Told | None) -> Step:
        """What one message says, as a step; `told` are the words beside the numbers."""
        views = told.views if told else {}
        self._asking = {name: [each for each in infos if not each.done] for name, infos in report.infos.items()}
        observations: dict[str, Observation] = {}
        rewards: dict[str, float] = {}
        components: dict[str, dict[str, float]] = {}
        endings: dict[str, Ending] = {}
        events: list[Event] = []
        for name, infos in report.infos.items():
            for info in sorted(infos, key=lambda each: not each.done):  # who is done, then who begins in its place
                seat = self.seat_of.get(info.id) or self._take_seat(name, info.id)
                if seat is None:
                    if info.id not in self._outsiders:
                        events.append(Event("unseated", None, {"behaviour": name, "id": info.id}))
                        self._outsiders.add(info.id)
                    continue
                self.infos[seat] = info
                rewards[seat] = info.reward + info.group_reward
                self.returns[seat] += rewards[seat]
                if info.group_reward:
                    components[seat] = {"own": info.reward, "group": info.group_reward}
                if info.done:
                    endings[seat] = INTERRUPTED if info.interrupted else DONE
                    self.over.add(seat)
                    del self.seat_of[info.id]
                else:
                    observations[seat] = self._observation(seat, name, info, views.get(str(info.id)))
        return Step(observations, rewards, components, endings, tuple(events))

    def answers(self, moves: Mapping[str, Json]) -> dict[str, tuple[Answer, ...]]:
        """Actions in the order in which they were asked for; who has no move does as little as can be said."""
        return {name: tuple(self._answer(name, info, moves) for info in infos) for name, infos in self._asking.items()}

    def name_of(self, seat: str) -> str:
        """What a seat is called on the channel of words."""
        return next((str(id) for id, each in self.seat_of.items() if each == seat), seat)

    def known(self, behaviour: str) -> Actions:
        """The actions of a behaviour in words."""
        described = self.build.behaviours[behaviour]
        if described not in self._actions:
            self._actions[described] = Actions(described, self.describer)
        return self._actions[described]

    def _answer(self, behaviour: str, info: Info, moves: Mapping[str, Json]) -> Answer:
        seat, known = self.seat_of.get(info.id), self.known(behaviour)
        if seat is None or seat not in moves:
            return known.behaviour.default(info.forbidden)
        return known.answer(moves[seat])

    def _observation(self, seat: str, behaviour: str, info: Info, view: words.View | None) -> Observation:
        spec = self.known(behaviour).spec(info)
        told = arrays(info) if self.pictures else {}
        if view is None:
            senses = {each.name: each.values for each in info.senses}
            return Observation(spec, self.describer.view(seat, senses), arrays=told)
        return Observation(spec, view.text, view.data, view.heard, told, view.budget)

    def _take_seat(self, behaviour: str, id: int) -> str | None:
        """The next seat of this behaviour that nobody has had in this episode."""
        taken = {*self.seat_of.values(), *self.over}
        pattern = re.compile(re.escape(stem(behaviour)) + r"(_\d+)?")
        seat = next((each for each in self.agents if each not in taken and pattern.fullmatch(each)), None)
        if seat is not None:
            self.seat_of[id] = seat
        return seat


class HostedSitting(Sitting):
    """An episode of a served Coterie world: the words are its Step, and what the numbers say must agree."""

    def read(self, report: Report, told: words.Told | None) -> Step:
        """The Step as the world told it.

        Raises:
            WorldError: there are no words, or they say something else than the numbers.
        """
        if told is None:
            raise WorldError("a served world that stopped telling its steps in words")
        if told.world is not None:
            self.axes = told.world.axes
            self.owed = dict.fromkeys(self.agents, 0.0)
            self.endings: dict[str, Ending] = {}
        if strangers := {*told.seats.values(), *told.rewards, *told.endings} - {*self.agents}:
            raise WorldError(f"words about {sorted(strangers)}, expected {', '.join(self.agents)}")
        self.seat_of |= {_number(id): seat for id, seat in told.seats.items()}
        for seat, amount in told.rewards.items():
            self.owed[seat] += amount
        self._asking = {name: [each for each in infos if not each.done] for name, infos in report.infos.items()}
        self.endings.update(told.endings)
        for infos in report.infos.values():
            for info in infos:
                self._compare(info)
        asked = {self.seat_of.get(info.id) for infos in self._asking.values() for info in infos}
        if asked != set(told.views):
            raise WorldError(f"numbers ask {sorted(map(str, asked))}, words ask {sorted(told.views)}")
        self.over |= set(told.endings)
        return Step(
            observations={seat: _observed(view) for seat, view in told.views.items()},
            rewards=told.rewards,
            components=told.components,
            endings=told.endings,
            events=told.events,
            time=told.time,
        )

    def name_of(self, seat: str) -> str:
        """Seats have their names there."""
        return seat

    def _answer(self, behaviour: str, info: Info, moves: Mapping[str, Json]) -> Answer:
        """A move that has no number is told in words only."""
        seat, known = self.seat_of.get(info.id), self.known(behaviour)
        if seat is not None and seat in moves and known.fields and known.spec(info).reject(Action(moves[seat])) is None:
            return known.answer(moves[seat])
        return known.behaviour.default(info.forbidden)

    def _compare(self, info: Info) -> None:
        seat = self.seat_of.get(info.id)
        if seat is None:
            raise WorldError(f"agent {info.id} has no seat in the words")
        self.infos[seat] = info
        paid, owed = info.reward + info.group_reward, self.owed[seat]
        self.owed[seat] = 0.0
        if abs(paid - owed) > ROUNDING * (1.0 + abs(owed)):
            raise WorldError(f"{seat} is paid {paid} in numbers, {owed} in words")
        ending = self.endings.get(seat)
        if info.done and (ending is None or info.interrupted != (ending.kind == "truncated")):
            raise WorldError(f"{seat} is done, interrupted={info.interrupted} in numbers, {ending} in words")


def _number(id: str) -> int:
    if not (id.isascii() and id.isdigit() and len(id) < 12):
        raise WorldError(f"words about agent {id[:40]!r}, expected its number")
    return int(id)


def _observed(view: words.View) -> Observation:
    if view.spec is None:
        raise WorldError("a served world told a view without what may be done")
    return Observation(view.spec, view.text, view.data, view.heard, {}, view.budget)


def stem(behaviour: str) -> str:
    """The name of a behaviour without what is added on the wire; the first team needs no name.

    >>> stem("Striker?team=0"), stem("Striker?team=1")
    ('Striker', 'Striker_team1')
    """
    name, _, rest = behaviour.partition("?")
    team = re.search(r"\bteam=(\d+)", rest)
    return name if team is None or team[1] == "0" else f"{name}_team{team[1]}"


def vector_of(sitting: Sitting, seat: str) -> Array:
    """What the sensors of a seat gave last, pictures aside."""
    info = sitting.infos.get(seat)
    if info is None:
        raise WorldError(f"{seat} has not sensed anything yet")
    return Array(vector(info), sitting.axes.get(seat, ("feature",)))
