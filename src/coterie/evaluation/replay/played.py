"""Plays a recorded episode again, with a camera on; an episode of words tells everything itself."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from coterie.agents.replay import Replay
from coterie.core import (
    Agent,
    Channel,
    Decision,
    Environment,
    Episode,
    Mind,
    Observation,
    RecordError,
)
from coterie.environments import make
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.frame import Film, Frame
from coterie.environments.virtual.world import VirtualWorld
from coterie.rollout.gather import Loop
from coterie.rollout.play import play_episode


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """An episode with everything that could be seen. Time is in `unit`: simulated seconds, or steps of the world."""

    episode: Episode
    purpose: str
    unit: Literal["seconds", "steps"]
    scene: Scene | None = None
    """Where it took place; None: in words only."""
    frames: Sequence[Frame] = ()
    """One a tick, from the beginning on; none before anybody moved, and none of words."""
    sketches: tuple[str, ...] = ()
    """What was drawn in letters for each turn of the record; empty in virtual worlds."""
    turns: tuple[float, ...]
    """When each turn of the record was taken."""
    steps: tuple[float, ...]
    """When each step of the world was over; the first is the beginning."""
    length: float
    """How long it took."""


def play_again(episode: Episode, channel: Channel | None = None, world: str | None = None) -> Played:
    """Plays the actions of a record again, in the same world with the same luck; where all is in words, reads it.

    Args:
        episode: what was recorded.
        channel: what speech passed through when it was recorded.
        world: `module:Class` of a world of your own, whose name alone nobody could find.

    Raises:
        ConfigError: its world is not known here.
        RecordError: the world went another way than the record says: it, or its version, is not the same.
    """
    made = make(world or episode.environment, **episode.options)
    if not isinstance(made, VirtualWorld):
        return _read(episode, made)
    made.film = film = Film()
    clock: dict[int, float] = {}
    minds: dict[str, Mind] = {seat: _Timed(Replay(episode), clock) for seat in made.agents}
    # What stopped the first time stops again where it did: at the limit of its steps.
    with Loop() as loop:
        again = loop.run(
            lambda: play_episode(made, minds, episode.seed, channel, None, episode.steps, repeat=episode.repeat)
        )
    _compare(episode, again)
    seconds = made.simulation.seconds
    times = [clock.get(step, seconds) for step in range(episode.steps + 1)]
    return Played(
        episode=episode,
        purpose=made.purpose,
        unit="seconds",
        scene=made.simulation.layout.scene,
        frames=film.frames,
        turns=tuple(clock[turn.step] for turn in episode.turns),
        steps=tuple(times),
        length=seconds,
    )


def _read(episode: Episode, world: Environment) -> Played:
    """An episode of words, by its steps; boards and maps as the world draws them for people."""
    return Played(
        episode=episode,
        purpose=world.purpose,
        unit="steps",
        sketches=tuple(world.sketch(turn.observation) for turn in episode.turns),
        turns=tuple(float(turn.step) for turn in episode.turns),
        steps=tuple(map(float, range(episode.steps + 1))),
        length=float(episode.steps),
    )


def _compare(episode: Episode, again: Episode) -> None:
    """Refuses to show what did not happen."""
    if again.failure is not None and episode.failure is None:
        raise RecordError(f"the record does not play again: {again.failure.error}")
    for number, (before, now) in enumerate(zip(episode.turns, again.turns, strict=False)):
        same = (before.agent, before.step, before.observation.text, before.observation.heard)
        if same != (now.agent, now.step, now.observation.text, now.observation.heard):
            raise RecordError(
                f"the record does not play again: turn {number}, of {before.agent} at step {before.step}, sees "
                f"something else now. It was recorded by version {episode.coterie or 'unknown'}; if speech went "
                "through a channel, give the same one"
            )
    if len(episode.turns) != len(again.turns):
        raise RecordError(
            f"the record does not play again: it has {len(episode.turns)} turns, now there are {len(again.turns)}"
        )


class _Timed(msgspec.Struct, frozen=True):
    """A mind that notes when it was asked."""

    mind: Replay
    clock: dict[int, float]

    @property
    def name(self) -> str:
        return self.mind.name

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        assert isinstance(environment, VirtualWorld)
        turns = self.mind.episode.turns_of(agent)
        return _TimedAgent(self.mind.join(environment, agent, seed), environment, [turn.step for turn in turns], self)


class _TimedAgent:
    def __init__(self, agent: Agent, world: VirtualWorld, steps: list[int], timed: _Timed) -> None:
        self.agent, self.world, self.steps, self.clock = agent, world, iter(steps), timed.clock

    async def act(self, observation: Observation) -> Decision:
        step, film = next(self.steps, None), self.world.film
        if film is not None and not film.frames:
            film.frames.append(self.world.simulation.frame())  # ticks come later: this is how it begins
        if step is not None:
            self.clock[step] = self.world.simulation.seconds
        return await self.agent.act(observation)

    def close(self) -> None:
        self.agent.close()
