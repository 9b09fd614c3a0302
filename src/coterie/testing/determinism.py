"""The same seed and the same actions give the same episode, whatever plays beside it, and from any snapshot on."""

import asyncio
import random
from collections.abc import Callable

import msgspec
import numpy as np

from coterie.agents import Random
from coterie.core import (
    Agent,
    Decision,
    Environment,
    Episode,
    Mind,
    Observation,
    Snapshot,
    Step,
    WorldError,
    decode_episode,
    encode_episode,
)
from coterie.rollout import gather
from coterie.testing.driving import Make, fail, replay, run, same_steps

OWN_LUCK = "Draw all luck from self.chance, keep no state outside the instance, and do not iterate over sets."
SNAPSHOTS = 20
"""Most snapshots of an episode that are tried."""


def check_repeats(make: Make, seed: int, max_steps: int) -> None:
    """Plays a seed again: in a fresh world, in a used one, and while asking the world about itself."""
    expected = run(make(), seed, max_steps)
    again = run(make(), seed, max_steps)
    same_steps(again.steps, expected.steps, f"seed {seed} in a fresh world", OWN_LUCK)
    used = make()
    run(used, seed + 1, max_steps)
    same_steps(
        run(used, seed, max_steps).steps,
        expected.steps,
        f"seed {seed} in a world that has played another episode",
        "Set up everything anew in begin().",
    )
    same_steps(
        run(make(), seed, max_steps, between=_ask).steps,
        expected.steps,
        f"seed {seed} while state(), vector() and snapshot() are called",
        "Asking must not change the world.",
    )


def _snapshot(environment: Environment) -> Snapshot:
    try:
        return environment.snapshot()
    except Exception as error:
        fail(
            f"{type(error).__name__}: {error} from snapshot()",
            "a world whose state can be copied",
            "Keep plain values; a world written as a generator is a Story.",
        )


def _ask(environment: Environment, step: Step) -> None:
    _snapshot(environment)
    try:
        environment.state()
        for agent in step.observations:
            environment.vector(agent)
    except WorldError:
        return


def check_snapshots(make: Make, seed: int, max_steps: int) -> None:
    """Goes back to the moments of an episode, in the same world and in a fresh one, and compares the future."""
    snapshots: list[Snapshot] = []
    world = make()
    done = run(world, seed, max_steps, between=lambda environment, _: snapshots.append(_snapshot(environment)))
    turns = range(0, len(done.answers), max(1, -(-len(done.answers) // SNAPSHOTS)))
    for turn in turns:
        for place, environment in (("the same world", world), ("a fresh world", make())):
            environment.restore(snapshots[turn])
            same_steps(
                replay(environment, done.answers[turn:]),
                done.steps[turn + 1 :],
                f"seed {seed} from the snapshot before step {turn + 1}, in {place}",
                "Keep all state in the instance (or in self.chance), so that snapshot() finds it.",
            )


def check_records(make: Make, seeds: range, max_steps: int) -> list[Episode]:
    """Plays all seeds at once and then each alone, last one first; the records must be equal byte for byte."""
    minds: dict[str, Mind] = {agent: _Yielding(Random()) for agent in make().agents}
    together = {
        episode.seed: episode for episode in gather(make, minds, seeds, at_once=len(seeds), max_steps=max_steps)
    }
    for seed in reversed(seeds):
        (alone,) = gather(make, minds, [seed], max_steps=max_steps)
        for episode in (alone, together[seed]):
            if episode.failure is not None:
                fail(f"seed {seed} failed: {episode.failure.error}", "an episode to its end", "See the world's code.")
        line = encode_episode(together[seed])
        if encode_episode(alone) != line:
            same_steps(
                [Step(events=alone.events), *(Step({turn.agent: turn.observation}) for turn in alone.turns)],
                [Step(events=together[seed].events)]
                + [Step({turn.agent: turn.observation}) for turn in together[seed].turns],
                f"seed {seed} alone differs from seed {seed} among {len(seeds)} episodes at once",
                OWN_LUCK,
            )
            fail(f"a record of seed {seed} alone that differs", "the record made among others", OWN_LUCK)
        # Compared as values: a whole number that stands where the schema says float comes back as a float.
        if msgspec.json.decode(encode_episode(decode_episode(line))) != msgspec.json.decode(line):
            fail(f"a record of seed {seed} that changes when read", "the same line", "Use JSON values and Arrays.")
    return [together[seed] for seed in seeds]


def check_generators(play: Callable[[], object]) -> None:
    """Runs `play` and checks that Python's and numpy's global generators were left alone."""
    before = _generators()
    play()
    if _generators() != before:
        fail("a global random generator was used", "own streams only", "Draw from self.chance.")


def _generators() -> tuple[object, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return random.getstate(), kind, np.asarray(keys).tobytes(), *rest


class _YieldingAgent:
    """Lets every other running episode go first at every turn."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    async def act(self, observation: Observation) -> Decision:
        await asyncio.sleep(0)
        return await self.agent.act(observation)

    def close(self) -> None:
        self.agent.close()


class _Yielding(msgspec.Struct, frozen=True):
    """Seats another mind so that episodes played at once really take turns."""

    mind: Mind

    @property
    def name(self) -> str:
        return self.mind.name

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        return _YieldingAgent(self.mind.join(environment, agent, seed))
