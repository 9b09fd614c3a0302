"""Shared by the bridges: an episode driven from plain code; minds fill some seats, the others are answered outside."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.agents.random import RandomAgent
from coterie.agents.replay import ReplayAgent
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action, Agent, Channel, ConfigError, Ending, Environment, Json, Line, Mind, Rejection, Step
from coterie.evaluation.minds import resolve_mind
from coterie.rollout.gather import Loop
from coterie.rollout.play import stream
from coterie.testing.driving import decide

Answer = Action | Rejection
Who = str | Mind
"""A mind, or its name as on the command line: `random`, `expert`, the folder of a saved model, an endpoint."""


class AtOnce:
    """The base of a bridge's own agents that never wait."""


AT_ONCE = (RandomAgent, ScriptedAgent, ReplayAgent, AtOnce)
"""Agents that never wait; they are asked without an event loop, which would take longer than their answer."""


def minds_of(who: Who | Mapping[str, Who], world: Environment, seats: tuple[str, ...]) -> dict[str, Mind]:
    """Says who sits in each of `seats`: the same for all of them, or by name.

    Raises:
        ConfigError: a seat has nobody in it, or a name means nobody.
    """
    named: dict[str, Who] = dict(who) if isinstance(who, Mapping) else dict.fromkeys(seats, who)
    if set(named) != set(seats):
        raise ConfigError(
            f"found minds for {', '.join(named) or 'nobody'}, expected one for each of {', '.join(seats)}"
        )
    return {
        seat: resolve_mind(mind, seat, world.id or type(world).__name__) if isinstance(mind, str) else mind
        for seat, mind in named.items()
    }


class Table:
    """One world with minds in some of its seats; it stops wherever one of the free seats is asked.

    It plays as `coterie.play` does: the same luck for the minds, the same channel, the same charges for words.
    """

    def __init__(self, world: Environment, minds: Mapping[str, Mind], channel: Channel | None = None) -> None:
        """Sits down."""
        self.world, self.minds, self.channel = world, dict(minds), channel
        self.free = tuple(seat for seat in world.agents if seat not in minds)
        self.agents: dict[str, Agent] = {}
        self.endings: dict[str, Ending] = {}
        self.last = Step()
        self.line: Line | None = None
        self.loop: Loop | None = None

    def reset(self, seed: int) -> Step:
        """Begins an episode and plays on until a free seat is asked, or the episode is over."""
        for agent in self.agents.values():
            agent.close()
        self.agents, self.endings, self.seed = {}, {}, seed
        self.line = self.channel.connect(stream(seed, "channel", 0)) if self.channel else None
        step = self.world.reset(seed)
        return self._on(self.line.deliver(step) if self.line else step)

    def step(self, answers: Mapping[str, Answer]) -> Step:
        """Gives the answers of the free seats that were asked; plays on until one is asked again."""
        if self.minds:
            return self._on(self._one({**answers, **self._decisions(self.last)}))
        step = self.last = self._one(answers)
        if step.endings:
            self.endings.update(step.endings)
        return step

    def _on(self, step: Step) -> Step:
        """Plays for the minds, and returns all that happened as one step."""
        if step.endings:
            self.endings.update(step.endings)
        if self.minds and step.observations:
            told: list[Step] = []
            while step.observations and not any(seat in step.observations for seat in self.free):
                told.append(step)
                self.last = step
                step = self._one(self._decisions(step))
                self.endings.update(step.endings)
            if told:
                step = _joined([*told, step])
        self.last = step
        return step

    def _one(self, answers: Mapping[str, Answer]) -> Step:
        """One step of the world, with what words cost."""
        seen = self.last.observations
        if self.line is None:
            for each in seen.values():
                if each.spec.speech is not None and each.spec.speech.cost:
                    break
            else:
                return self.world.step(answers)
            self.line = Channel().connect(0)  # an open line still charges the price that the world declares
        costs = {name: each.spec.speech.cost for name, each in seen.items() if each.spec.speech is not None}
        accepted = {name: seen[name].spec.reject(each) or each for name, each in answers.items() if name in seen}
        return self.line.deliver(self.world.step(self.line.collect(accepted, costs)))

    def _decisions(self, step: Step) -> dict[str, Answer]:
        return {seat: self._ask(seat, seen) for seat, seen in step.observations.items() if seat in self.minds}

    def _ask(self, seat: str, seen: Any) -> Answer:
        agent = self.agents.get(seat)
        if agent is None:
            agent = self.minds[seat].join(self.world, seat, stream(self.seed, "agent", seat, 0))
            self.agents[seat] = agent
        if isinstance(agent, AT_ONCE):
            return decide(agent, seen)
        if self.loop is None:
            self.loop = Loop().__enter__()
        return self.loop.run(lambda: agent.act(seen)).action

    def close(self) -> None:
        """Sends everybody home."""
        for agent in self.agents.values():
            agent.close()
        self.agents = {}
        if self.loop is not None:
            self.loop.__exit__()
            self.loop = None


def outcome_of(step: Step) -> dict[str, Json]:
    """What a step tells of the task as a whole."""
    for event in step.events:
        if event.kind == "outcome":
            return event.data
    return {}


def _joined(steps: list[Step]) -> Step:
    """Several steps as one: pay and events added up, the last one's observations."""
    rewards: dict[str, float] = {}
    components: dict[str, dict[str, float]] = {}
    endings: dict[str, Ending] = {}
    for step in steps:
        for seat, reward in step.rewards.items():
            rewards[seat] = rewards.get(seat, 0.0) + reward
        for seat, parts in step.components.items():
            sums = components.setdefault(seat, {})
            for name, amount in parts.items():
                sums[name] = sums.get(name, 0.0) + amount
        endings |= step.endings
    events = tuple(event for step in steps for event in step.events)
    return msgspec.structs.replace(steps[-1], rewards=rewards, components=components, endings=endings, events=events)
