"""One episode, from the seed to the frozen record."""

import asyncio
import hashlib
import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

import coterie
from coterie.core import (
    Action,
    Agent,
    Channel,
    Decision,
    Ending,
    Environment,
    Episode,
    Event,
    Failure,
    Json,
    Line,
    Mind,
    Observation,
    PolicyError,
    Rejection,
    Seat,
    Step,
    Turn,
)
from coterie.core.speech import is_writable, writable


def stream(seed: int, *names: object) -> int:
    """Derives the seed of a named stream, the same on every machine.

    >>> stream(7, "agent", "courier") == stream(7, "agent", "courier") != stream(7, "agent", "lookout")
    True
    """
    digest = hashlib.blake2b(repr((seed, *names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


async def play_episode(
    environment: Environment,
    minds: Mapping[str, Mind],
    seed: int,
    channel: Channel | None = None,
    timeout_s: float | None = None,
    max_steps: int | None = None,
    labels: Mapping[str, str] | None = None,
    repeat: int = 0,
) -> Episode:
    """Plays one episode to its end and returns its record.

    A world, agent or policy that raises ends this episode only; what was played until then is kept, with the failure.
    """
    return await _Play(environment, minds, seed, channel, timeout_s, max_steps, labels or {}, repeat).run()


class _Play:
    """The state of one episode while it is played."""

    def __init__(
        self,
        environment: Environment,
        minds: Mapping[str, Mind],
        seed: int,
        channel: Channel | None,
        timeout_s: float | None,
        max_steps: int | None,
        labels: Mapping[str, str],
        repeat: int,
    ) -> None:
        self.environment, self.minds, self.seed, self.repeat = environment, minds, seed, repeat
        self.line: Line | None = channel.connect(stream(seed, "channel", repeat)) if channel else None
        self.timeout_s, self.max_steps, self.labels = timeout_s, max_steps, labels
        self.agents: dict[str, Agent] = {}
        self.turns: list[Turn] = []
        self.open: dict[str, int] = {}  # agent -> index of its last turn, which its next rewards belong to
        self.events: list[Event] = []
        self.totals = dict.fromkeys(environment.agents, 0.0)
        self.endings: dict[str, Ending] = {}
        self.steps = 0
        self.failure: Failure | None = None

    async def run(self) -> Episode:
        try:
            await self._run()
        finally:
            for agent in self.agents.values():
                agent.close()
        return self._record()

    async def _run(self) -> None:
        step = self._world(None)
        while step is not None and step.observations and self.failure is None:
            if self.max_steps is not None and self.steps >= self.max_steps:
                ending = Ending("truncated", f"stopped after {self.steps} steps")
                self.endings.update({name: ending for name in self.environment.agents if name not in self.endings})
                return
            decisions = await self._decide(step.observations)
            if decisions is not None:
                step = self._world(self._note_turns(step.observations, decisions))

    def _world(self, answers: Mapping[str, Action | Rejection] | None) -> Step | None:
        """Makes one step of the world and books what it says; None when the world raised."""
        try:
            if answers is None:
                step = self.environment.reset(self.seed)
            else:
                self.steps += 1
                step = self.environment.step(answers)
        except Exception as error:
            self.failure = Failure("world", writable(f"{type(error).__name__}: {error}"))
            return None
        if self.line is not None:
            step = self.line.deliver(step)
        for agent, reward in step.rewards.items():
            if agent not in self.totals:
                known = ", ".join(map(repr, self.totals))
                self.failure = Failure("world", f"reward for {agent!r}, who is not in agents ({known})", agent)
                return None
            if not math.isfinite(reward):
                self.failure = Failure("world", f"reward {reward!r} for {agent!r}, expected a finite number", agent)
                return None
            self.totals[agent] += reward
            if agent in self.open and reward:
                self._pay(self.open[agent], reward, step.components.get(agent, {}))
        self.events.extend(msgspec.structs.replace(event, step=self.steps) for event in step.events)
        self.endings.update(step.endings)
        return step

    def _pay(self, index: int, reward: float, parts: Mapping[str, float]) -> None:
        turn = self.turns[index]
        components = dict(turn.components)
        for name, amount in parts.items():
            components[name] = components.get(name, 0.0) + amount
        self.turns[index] = msgspec.structs.replace(turn, reward=turn.reward + reward, components=components)

    async def _decide(self, observations: Mapping[str, Observation]) -> dict[str, Decision] | None:
        """Asks everyone who was shown an observation, all at once; None when somebody failed."""
        names = list(observations)
        if len(names) == 1:
            answers: list[Decision | _AgentFailed] = [await self._try(names[0], observations[names[0]])]
        else:
            answers = await asyncio.gather(*(self._try(name, observations[name]) for name in names))
        decided: dict[str, Decision] = {}
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, _AgentFailed):
                self.failure = Failure(answer.boundary, answer.error, answer.agent)
                return None
            decided[name] = answer
        return decided

    async def _try(self, name: str, observation: Observation) -> "Decision | _AgentFailed":
        try:
            return _writable(await self._ask(name, observation))
        except Exception as error:
            boundary = "policy" if isinstance(error, PolicyError) else "agent"
            return _AgentFailed(boundary, name, writable(f"{type(error).__name__}: {error}"))

    async def _ask(self, name: str, observation: Observation) -> Decision:
        try:
            agent = self.agents.get(name)
            if agent is None:
                agent = self.minds[name].join(self.environment, name, stream(self.seed, "agent", name, self.repeat))
                self.agents[name] = agent
            if self.timeout_s is None:
                return await agent.act(observation)
            async with asyncio.timeout(self.timeout_s):
                return await agent.act(observation)
        except TimeoutError:
            if self.timeout_s is None:
                raise
            return Decision(Rejection("timeout", f"no answer within {self.timeout_s:g} s"))

    def _note_turns(
        self, observations: Mapping[str, Observation], decisions: Mapping[str, Decision]
    ) -> Mapping[str, Action | Rejection]:
        """Books the decisions, sends speech through the channel, and returns what the world is told."""
        answers: dict[str, Action | Rejection] = {}
        prices: dict[str, float] = {}
        for name, decision in decisions.items():
            spec = observations[name].spec
            rejection = spec.reject(decision.action)
            rejections = decision.rejections if rejection is None else (*decision.rejections, rejection)
            action = decision.action if rejection is None else None
            self.open[name] = len(self.turns)
            self.turns.append(
                Turn(name, self.steps, observations[name], action, rejections, decision.samples)  # type: ignore[arg-type]
            )
            answers[name] = decision.action if rejection is None else rejection
            if spec.speech is not None:
                prices[name] = spec.speech.cost
        if self.line is None and any(prices.values()):
            self.line = Channel().connect(0)  # an open line still charges the price that the world declares
        return answers if self.line is None else self.line.collect(answers, prices)

    def _record(self) -> Episode:
        options: dict[str, Json] = self.environment.options
        return Episode(
            coterie=coterie.__version__,
            environment=self.environment.id or type(self.environment).__name__,
            options=options,
            seed=self.seed,
            repeat=self.repeat,
            seats={name: _seat(self.minds[name]) for name in self.environment.agents if name in self.minds},
            turns=tuple(self.turns),
            events=tuple(self.events),
            totals=self.totals,
            endings=self.endings,
            steps=self.steps,
            failure=self.failure,
            labels=dict(self.labels),
        )


class _AgentFailed(NamedTuple):
    boundary: str
    agent: str
    error: str


def _writable(decision: Decision) -> Decision:
    """A decision whose every text a record can hold: a model may answer half a character."""
    texts = [*(each.text for each in decision.samples), *(each.reason for each in decision.rejections)]
    if all(map(is_writable, texts)):
        return decision
    replace = msgspec.structs.replace
    return replace(
        decision,
        samples=tuple(replace(each, text=writable(each.text)) for each in decision.samples),
        rejections=tuple(replace(each, reason=writable(each.reason)) for each in decision.rejections),
    )


def _seat(mind: Mind) -> Seat:
    policy = getattr(mind, "policy", None)
    if policy is None:
        return Seat(mind.name)
    return Seat(mind.name, policy.name, policy.version, policy.trainable)
