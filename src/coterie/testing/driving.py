"""Shared by the checks: driving a world step by step without an event loop, and saying what is wrong."""

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import msgspec
import numpy as np

from coterie.agents.random import RandomAgent
from coterie.core import Action, Agent, Environment, Observation, Step
from coterie.rollout.play import stream

Make = Callable[[], Environment]


class Run(NamedTuple):
    """One episode as the world told it: its Steps, and the answers between them."""

    steps: list[Step]
    answers: list[dict[str, Action]]


def fail(found: str, expected: str, advice: str) -> NoReturn:
    """Raises AssertionError in the one form that all checks use."""
    raise AssertionError(f"found {found}; expected {expected}. {advice}")


def decide(agent: Agent, observation: Observation) -> Action:
    """Asks an agent that never waits for anything."""
    asking = agent.act(observation)
    try:
        asking.send(None)
    except StopIteration as answered:
        action: Action = answered.value.action
        return action
    raise RuntimeError(f"{type(agent).__name__} waits; only agents that answer at once can be driven by hand")


class RandomPlay:
    """Random legal answers for every seat of one episode, each seat with luck of its own."""

    def __init__(self, seed: int) -> None:
        """Seats are filled when they are first shown something."""
        self.seed, self.agents = seed, dict[str, RandomAgent]()

    def __call__(self, step: Step) -> dict[str, Action]:
        """Answers for everybody who was shown an observation."""
        for name in step.observations:
            if name not in self.agents:
                self.agents[name] = RandomAgent(stream(self.seed, "agent", name))
        return {name: decide(self.agents[name], seen) for name, seen in step.observations.items()}


def run(
    environment: Environment,
    seed: int,
    max_steps: int,
    play: Callable[[Step], dict[str, Action]] | None = None,
    between: Callable[[Environment, Step], object] | None = None,
) -> Run:
    """Plays one episode; `between` is called after every step.

    Raises:
        AssertionError: it does not end within `max_steps`.
    """
    play = play or RandomPlay(seed)
    step = environment.reset(seed)
    done = Run([step], [])
    while True:
        if between is not None:
            between(environment, step)
        if not step.observations:
            return done
        if len(done.answers) >= max_steps:
            fail(
                f"an episode (seed {seed}) that is not over after {max_steps} steps",
                "an end: a Step that shows nobody an observation",
                "Limit the episode inside the world, or pass a larger max_steps.",
            )
        answers = play(step)
        step = environment.step(answers)
        done.answers.append(answers)
        done.steps.append(step)


def replay(environment: Environment, answers: list[dict[str, Action]]) -> list[Step]:
    """Goes on from where the world stands with recorded answers; stops early where it has ended."""
    steps: list[Step] = []
    for each in answers:
        steps.append(environment.step(each))
        if not steps[-1].observations:
            break
    return steps


def _write_array(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return {"shape": value.shape, "dtype": value.dtype.str, "bytes": value.tobytes().hex()}
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(enc_hook=_write_array, order="deterministic")


def written(value: object) -> bytes:
    """Writes a Step, an Observation or any part of one, so that equal means byte for byte."""
    return _encoder.encode(value)


def same_steps(found: list[Step], expected: list[Step], what: str, advice: str) -> None:
    """Checks that two tellings of an episode are equal byte for byte, and names the first step that is not."""
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        if written(one) != written(other):
            fail(f"{what}: step {number} is {excerpt(one, other)}", excerpt(other, one), advice)
    if len(found) != len(expected):
        fail(f"{what}: {len(found)} steps", f"{len(expected)} steps", advice)


def excerpt(value: object, other: object) -> str:
    """The part of `value` around the first place where it differs from `other`, as JSON."""
    one, two = written(value).decode(), written(other).decode()
    place = next((index for index, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), 0)
    return f"...{one[max(0, place - 60) : place + 60]}..."
