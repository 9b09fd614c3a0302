"""Plays a recorded episode again, with a camera on."""

from collections.abc import Sequence

import msgspec

from coterie.agents.replay import Replay
from coterie.core import (
    Agent,
    Channel,
    ConfigError,
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


class Played(msgspec.Struct, frozen=True):
    """An episode in a virtual world, with everything that could be seen."""

    episode: Episode
    purpose: str
    scene: Scene
    frames: Sequence[Frame]
    """One a tick, from the beginning on; none before anybody moved."""
    turns: tuple[float, ...]
    """When each turn of the record was taken, seconds."""
    steps: tuple[float, ...]
    """When each step of the world was over, seconds; the first is the beginning."""
    seconds: float
    """How long it took."""


def play_again(episode: Episode, channel: Channel | None = None, world: str | None = None) -> Played:
    """Plays the actions of a record again, in the same world with the same luck.

    Args:
        episode: what was recorded.
        channel: what speech passed through when it was recorded.
        world: `module:Class` of a world of your own, whose name alone nobody could find.

    Raises:
        ConfigError: its world is not a virtual one, or is not known here.
        RecordError: the world went another way than the record says: it, or its version, is not the same.
    """
    made = make(world or episode.environment, **episode.options)
    if not isinstance(made, VirtualWorld):
        raise ConfigError(
            f"{episode.environment} has nothing to film, only virtual and hybrid worlds have; its "
            "episodes can be read: coterie play prints them, the report of an evaluation has transcripts"
        )
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
        episode,
        made.purpose,
        made.simulation.layout.scene,
        film.frames,
        tuple(clock[turn.step] for turn in episode.turns),
        tuple(times),
        seconds,
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
