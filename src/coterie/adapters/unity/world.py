"""A Unity build or editor as a world: behaviours and teams are seats, decision and terminal steps their observations.

The seats are the agents that ask for a decision when an episode begins: `Walker`, or `Walker_1` and `Walker_2` where
several have the behaviour; those of a second team are `Walker_team1`. An agent is paid its own reward and that of its
group; one that was interrupted is truncated. An agent that finds no free seat, because it appeared later or began
again, does as little as can be said, and an event `unseated` tells of it.

Where the build speaks on the channel of words, its agents see, hear and say that. Where it is a served Coterie world,
the words are the whole Step, and what the numbers say is checked against them.
"""

import base64
from collections.abc import Mapping, Sequence

from coterie.adapters.unity import words
from coterie.adapters.unity.build import UnityBuild
from coterie.adapters.unity.channels import STATISTICS, WORDS, Post, statistic
from coterie.adapters.unity.describing import Describer
from coterie.adapters.unity.protocol import Report
from coterie.adapters.unity.sitting import HostedSitting, Sitting, stem, vector_of
from coterie.core import (
    Action,
    Array,
    Ending,
    Environment,
    Event,
    Json,
    Rejection,
    Snapshot,
    Step,
    WorldError,
)

QUIET = 1000
"""A build in which no seat is asked for so many steps, though not all are over, is taken to be stuck."""


class UnityWorld(Environment):
    """One episode at a time of a Unity build; a world is light, the build behind it is what runs."""

    id = "unity"
    application = "virtual"
    purpose = "a Unity build or editor, over the ML-Agents protocol"
    timing = "mixed"
    talk = "possible"

    def __init__(
        self,
        build: UnityBuild,
        *,
        describer: Describer | None = None,
        seats: Sequence[str] = (),
        words: bool = True,
        pictures: bool = True,
        most_steps: int = 10_000,
    ) -> None:
        """Takes a place at a build; without `seats` it begins an episode to see who is there.

        Args:
            build: what runs.
            describer: how it reads in words.
            seats: their names where not all of them ask at the start.
            words: whether to listen and speak on the channel of words.
            pictures: whether observations carry what the sensors gave; who only reads needs none of it.
            most_steps: an episode of more steps is truncated.

        Raises:
            WorldError: the build does not come, or does not answer as it should.
            ConfigError: the describer's names do not fit it.
        """
        self.build, self.describer = build, describer or Describer()
        self.with_words, self.pictures, self.most_steps = words, pictures, most_steps
        self.playing = False
        """Whether an episode is running."""
        self.agents = tuple(seats)
        if not self.agents:
            self._meet()

    def _meet(self) -> None:
        """Begins an episode only to see who is there; a build is asked once."""
        if self.build.met is None:
            report = self.build.reset(self, self._asked(words.Asked(seed=0, listens=True, charges=True)))
            told = words.read(report.posts, words.Told) if self.with_words else None
            asking = {name: sum(not info.done for info in infos) for name, infos in report.infos.items()}
            agents = tuple(seat for name, count in asking.items() for seat in _seats(name, count))
            self.build.met = told.world if told and told.world else words.Hosted(self.id, agents)
        self.agents, self.options = self.build.met.agents, dict(self.build.met.options)
        self.__dict__["id"] = self.build.met.id  # a served world goes by its own name
        if not self.agents:
            raise WorldError("no agent of the build asks for a decision; name the seats (seats=...) if they come later")

    # ---- the contract -----------------------------------------------------------------------------------------------

    def begin(self) -> Step:
        """Resets the build; the seed reaches it on the channel of words."""
        self.playing, self.count = False, 0
        report = self.build.reset(self, self._asked(words.Asked(seed=self.seed, listens=True, charges=True)))
        self.playing = True
        told = words.read(report.posts, words.Told) if self.with_words else None
        kind = HostedSitting if told is not None and told.world is not None else Sitting
        self.sitting = kind(self.agents, self.build, self.describer, self.pictures)
        return self._guarded(report)

    def step(self, actions: Mapping[str, Action | Rejection]) -> Step:
        """Takes one action from every agent that was shown an observation, and says what happened.

        A served Coterie world has a door of its own: it gets the answers as they are and declares what follows.
        """
        if not self.playing or not isinstance(self.sitting, HostedSitting):
            return super().step(actions)
        waiting = self._waiting or {}
        moves: dict[str, Json] = {}
        said: dict[str, words.Said] = {}
        for agent, action in actions.items():
            rejection = waiting[agent].reject(action) if agent in waiting else Rejection("illegal", "not asked")
            if isinstance(action, Action) and rejection is None:
                moves[agent], said[agent] = action.move, words.Said(action.move, action.say)
            else:
                said[str(agent)] = words.Said(rejection=rejection)
        return self._at_the_door(self._go_on(moves, said), ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Sends the actions and reads what comes of them."""
        name_of = self.sitting.name_of
        said = {name_of(agent): words.Said(say=action.say) for agent, action in actions.items() if action.say}
        return self._go_on({agent: action.move for agent, action in actions.items()}, said)

    def vector(self, agent: str) -> Array:
        """What the sensors of a seat gave last, pictures aside."""
        return vector_of(self.sitting, agent)

    def snapshot(self) -> Snapshot:
        """A running build cannot be copied."""
        raise WorldError("a Unity build has no snapshots; play the episode again from its seed")

    # ---- from one message to the next -------------------------------------------------------------------------------

    def _go_on(self, moves: Mapping[str, Json], said: dict[str, words.Said]) -> Step:
        posts = self._asked(words.Asked(answers=said)) if said else ()
        try:
            report = self.build.step(self.sitting.answers(moves), posts)
        except BaseException:
            self.playing = False
            raise
        return self._guarded(report)

    def _guarded(self, report: Report) -> Step:
        """Reads on; a build that talks nonsense is not played with any longer."""
        self.playing = False
        try:
            step = self._read(report)
        except WorldError:
            self.build.lose()
            raise
        self.playing = bool(step.observations)
        return step

    def _read(self, report: Report) -> Step:
        """Goes on until a seat is asked, or the episode is over."""
        steps: list[Step] = []
        for _ in range(QUIET):
            self.count += 1
            told = words.read(report.posts, words.Told) if self.with_words else None
            steps.append(self.sitting.read(report, told))
            if isinstance(self.sitting, HostedSitting):
                return steps[0]
            if notes := self._notes(report.posts):
                steps.append(Step(events=notes))
            if self.sitting.finished or self.count >= self.most_steps:
                return self._joined([*steps, self._end()])
            if any(step.observations for step in steps):
                return self._joined(steps)
            report = self.build.step(self.sitting.answers({}))
        raise WorldError(f"none of {', '.join(self.agents)} was asked in {QUIET} steps, and not all are over")

    def _joined(self, steps: list[Step]) -> Step:
        """Several messages as one step."""
        rewards: dict[str, float] = {}
        components: dict[str, dict[str, float]] = {}
        endings: dict[str, Ending] = {}
        for step in steps:
            for seat, amount in step.rewards.items():
                rewards[seat] = rewards.get(seat, 0.0) + amount
                if step.components or components:
                    parts = step.components.get(seat, {"own": amount, "group": 0.0})
                    sums = components.setdefault(seat, {"own": rewards[seat] - amount, "group": 0.0})
                    components[seat] = {name: sums[name] + parts[name] for name in sums}
            endings |= step.endings
        # At an end nobody is asked any more, even if the build would have gone on asking.
        over = endings.keys() | self.sitting.over
        shown = {seat: seen for step in steps for seat, seen in step.observations.items()}
        observations = {} if over >= set(self.agents) else shown
        events = tuple(event for step in steps for event in step.events)
        return Step(observations, rewards, components, endings, events, float(self.count))

    def _end(self) -> Step:
        """What is said when the last is over, or time is up."""
        ending = Ending("truncated", f"stopped after {self.most_steps} steps")
        outcome = {**self.describer.outcome(self.sitting.returns), "steps": self.count - 1}
        left = {seat: ending for seat in self.agents if seat not in self.sitting.over}
        return Step(endings=left, events=(Event("outcome", None, outcome),))

    def _asked(self, asked: words.Asked) -> tuple[Post, ...]:
        return (words.post(asked),) if self.with_words else ()

    def _notes(self, posts: tuple[Post, ...]) -> tuple[Event, ...]:
        """Statistics and messages on channels of your own, as events."""
        notes = []
        for post in posts:
            if post.channel == STATISTICS:
                name, value, how = statistic(post.data)
                notes.append(Event("statistic", None, {"name": name, "value": value, "how": how}))
            elif post.channel != WORDS:
                data = base64.b64encode(post.data).decode()
                notes.append(Event("posted", None, {"channel": str(post.channel), "base64": data}))
        return tuple(notes)


def _seats(behaviour: str, count: int) -> list[str]:
    """Names for so many agents of a behaviour.

    >>> _seats("Walker?team=0", 2)
    ['Walker_1', 'Walker_2']
    """
    name = stem(behaviour)
    return [name] if count == 1 else [f"{name}_{place + 1}" for place in range(count)]
