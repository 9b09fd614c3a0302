"""The training loop: play, give credit, update; validate, keep the best, survive interruption."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from coterie.core import AgentError, Algorithm, Channel, ConfigError, Episode, Json, Learner, Mind
from coterie.rollout import gather
from coterie.rollout.gather import World
from coterie.training.run import Run

Validate = Callable[[int], Mapping[str, Json]]
"""Called with the iteration; returns what to log; the key `score` decides which version is best."""


class Plan(msgspec.Struct, frozen=True):
    """How long, how much at once, how often."""

    iterations: int
    episodes: int = 96
    """Different seeds in one iteration."""
    repeats: int = 1
    """Plays of each seed; group-relative credit needs several."""
    first_seed: int = 0
    """Iteration i plays the seeds from here + i times `episodes` on."""
    validate_every: int = 5
    checkpoint_every: int = 5
    stop_at: float | None = None
    """Ends early once the validation score has reached this `patience` times in a row."""
    patience: int = 2


def train(
    run: Run,
    world: World,
    minds: Mapping[str, Mind],
    learners: Sequence[Learner],
    algorithm: Algorithm,
    plan: Plan,
    *,
    stage: str = "reinforcement",
    options: Mapping[str, Any] | None = None,
    channel: Channel | None = None,
    validate: Validate | None = None,
    progress: Callable[[Mapping[str, Json]], None] | None = None,
    labels: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    """Trains until the plan is done and leaves the learners at their best validated version.

    An interrupted run goes on from its last checkpoint and gives the same numbers as an uninterrupted one: play depends
    on the iteration's seeds and the weights, updates on the weights, the optimiser and the version.

    Args:
        run: where everything is written.
        world: a name for `make`, or a function that makes a fresh world.
        minds: who sits where; those whose policies the learners own learn.
        learners: one for each policy that trains.
        algorithm: how credit is given.
        plan: how long and how much.
        stage: names this training within the run.
        options: of the world.
        channel: what speech passes through while training.
        validate: measures the current version; without it the last version is the best.
        progress: hears every logged line.
        labels: added to every logged line.

    Raises:
        AgentError: every episode of an iteration failed.

    Returns:
        The state at the end: `iteration`, `best` score and `best_iteration`.
    """
    if plan.iterations < 1 or plan.episodes < 1:
        raise ConfigError(f"a plan of {plan.iterations} iterations with {plan.episodes} episodes trains nothing")
    state = run.load(stage, learners)
    if state is None:
        state = {"iteration": 0, "best": None, "best_iteration": 0, "reached": 0}
        run.forget(stage, -1)
        _validate(run, stage, state, learners, validate, progress, labels)
    run.forget(stage, int(state["iteration"]))
    for iteration in range(int(state["iteration"]) + 1, plan.iterations + 1):
        if state["reached"] >= plan.patience:
            break
        started = time.perf_counter()
        start = plan.first_seed + (iteration - 1) * plan.episodes
        seeds = range(start, start + plan.episodes)
        count = plan.episodes * plan.repeats
        # Episodes come in the order they end; credit must not depend on it.
        episodes = sorted(
            gather(world, minds, seeds, repeats=plan.repeats, options=options, channel=channel, at_once=count),
            key=lambda episode: (episode.seed, episode.repeat),
        )
        if all(episode.failure for episode in episodes):
            first = episodes[0].failure
            raise AgentError(
                f"{stage}: every episode of iteration {iteration} failed, so nothing can be learned: {first}"
            )
        played = time.perf_counter()
        credit = algorithm.credit(episodes)
        line: dict[str, Json] = {"stage": stage, "iteration": iteration, **(labels or {}), **_played(episodes)}
        for index, learner in enumerate(learners):
            for name, value in learner.update(episodes, credit, algorithm).items():
                line[f"{name}_{index}" if len(learners) > 1 else name] = value
        line["play_seconds"] = round(played - started, 3)
        line["update_seconds"] = round(time.perf_counter() - played, 3)
        state["iteration"] = iteration
        run.log(line)
        if progress:
            progress(line)
        last = iteration == plan.iterations
        if iteration % plan.validate_every == 0 or last:
            score = _validate(run, stage, state, learners, validate, progress, labels)
            hit = score is not None and plan.stop_at is not None and score >= plan.stop_at
            state["reached"] = state["reached"] + 1 if hit else 0
        if iteration % plan.checkpoint_every == 0 or last or state["reached"] >= plan.patience:
            run.save(stage, iteration, learners, state)
    if state["best"] is not None and state["best_iteration"] != state["iteration"]:
        run.load(f"{stage}-best", learners)
    return state


def _played(episodes: Sequence[Episode]) -> dict[str, Json]:
    """What the training episodes themselves show."""
    successes = [bool(episode.outcome.get("success")) for episode in episodes]
    totals = [sum(episode.totals.values()) / max(1, len(episode.totals)) for episode in episodes]
    words = [sum(message.words for message in episode.messages) for episode in episodes]
    return {
        "episodes": len(episodes),
        "failed": sum(episode.failure is not None for episode in episodes),
        "train_success": sum(successes) / len(successes),
        "train_return": sum(totals) / len(totals),
        "words_per_episode": sum(words) / len(words),
    }


def _validate(
    run: Run,
    stage: str,
    state: dict[str, Json],
    learners: Sequence[Learner],
    validate: Validate | None,
    progress: Callable[[Mapping[str, Json]], None] | None,
    labels: Mapping[str, Json] | None,
) -> float | None:
    """Measures the current version and keeps it when it is the best so far."""
    if validate is None:
        return None
    iteration = int(state["iteration"])
    measured = validate(iteration)
    line = {"stage": stage, "iteration": iteration, "validation": True, **(labels or {}), **measured}
    run.log(line)
    if progress:
        progress(line)
    score = float(measured["score"])
    # Later versions win ties: they have seen more.
    if state["best"] is None or score >= state["best"]:
        state["best"], state["best_iteration"] = score, iteration
        run.save(f"{stage}-best", iteration, learners, state)
    return score
