"""Shared by the algorithms: which turns train, and what each was followed by. Legend: E episode, T turn."""

import math
from collections import defaultdict
from collections.abc import Sequence

from coterie.core import Episode


def trained_ET(episodes: Sequence[Episode]) -> list[list[bool]]:
    """Says which turns can train: sampled by a trainable policy, in an episode that did not fail."""
    return [
        [
            bool(turn.samples) and turn.agent in episode.seats and episode.seats[turn.agent].trainable
            for turn in episode.turns
        ]
        if episode.failure is None
        else [False] * len(episode.turns)
        for episode in episodes
    ]


def next_turns(episode: Episode) -> list[int | None]:
    """For every turn the index of the same agent's next turn, or None for its last.

    Multi-agent returns run along each agent's own turns: what others do in between is part of the world.
    """
    following: dict[str, int] = {}
    result: list[int | None] = [None] * len(episode.turns)
    for index in range(len(episode.turns) - 1, -1, -1):
        agent = episode.turns[index].agent
        result[index] = following.get(agent)
        following[agent] = index
    return result


def returns_ET(episodes: Sequence[Episode], gamma: float = 1.0) -> list[list[float]]:
    """The discounted sum of an agent's rewards from each of its turns on: G_t = r_t + gamma G_(t+1), along its turns.

    Source: Sutton and Barto, Reinforcement Learning (2018), equation 3.9.
    """
    result = []
    for episode in episodes:
        returns = [turn.reward for turn in episode.turns]
        for index, following in reversed(list(enumerate(next_turns(episode)))):
            if following is not None:
                returns[index] += gamma * returns[following]
        result.append(returns)
    return result


def standardised(
    episodes: Sequence[Episode], advantages_ET: list[list[float | None]], centre: bool = True
) -> list[list[float | None]]:
    """Scales advantages to deviation 1 within each role, so that no role's rewards drown another's.

    Source: Dr. MAS (arXiv 2602.08847): normalisation per agent; here over the batch.
    """
    values: dict[str, list[float]] = defaultdict(list)
    for episode, advantages in zip(episodes, advantages_ET, strict=True):
        for turn, advantage in zip(episode.turns, advantages, strict=True):
            if advantage is not None:
                values[turn.agent].append(advantage)
    scale: dict[str, tuple[float, float]] = {}
    for agent, all_of_it in values.items():
        mean = sum(all_of_it) / len(all_of_it)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in all_of_it) / len(all_of_it))
        # All equal: nothing to learn from; dividing by a tiny number would turn rounding into a signal.
        scale[agent] = (mean if centre else 0.0, deviation if deviation > 1e-6 else math.inf)
    return [
        [
            None if advantage is None else (advantage - scale[turn.agent][0]) / scale[turn.agent][1]
            for turn, advantage in zip(episode.turns, advantages, strict=True)
        ]
        for episode, advantages in zip(episodes, advantages_ET, strict=True)
    ]
