"""REINFORCE with a baseline for every role."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.algorithms.losses import policy_surrogate
from coterie.algorithms.returns import returns_ET, standardised, trained_ET
from coterie.core import Credit, Episode, Tokens

if TYPE_CHECKING:
    import torch


class Reinforce(msgspec.Struct, frozen=True):
    """A = G - b(role): the return from a turn on, less the mean return of the same role in the other episodes.

    Leaving the own episode out keeps the gradient unbiased; a baseline for every role keeps roles with different
    rewards apart. Sources: Williams (1992); SPIRAL (arXiv 2506.24119), role-conditioned advantage estimation.
    """

    gamma: float = 1.0
    normalise: bool = True
    """Whether advantages are scaled to deviation 1 within each role (Dr. MAS)."""
    entropy_weight: float = 0.0

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Gives every trained turn its return less the baseline of its role."""
        returns = returns_ET(episodes, self.gamma)
        trained = trained_ET(episodes)
        own: list[dict[str, tuple[float, int]]] = []
        total: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
        for episode, values, trains in zip(episodes, returns, trained, strict=True):
            sums: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
            for turn, value, counts in zip(episode.turns, values, trains, strict=True):
                if counts:
                    sums[turn.agent] = _add(sums[turn.agent], (value, 1))
            own.append(sums)
            for agent, part in sums.items():
                total[agent] = _add(total[agent], part)
        advantages: list[list[float | None]] = []
        for episode, values, trains, mine in zip(episodes, returns, trained, own, strict=True):
            baseline = {}
            for agent, (amount, count) in mine.items():
                others = total[agent][1] - count
                baseline[agent] = (total[agent][0] - amount) / others if others else 0.0
            advantages.append(
                [
                    value - baseline[turn.agent] if counts else None
                    for turn, value, counts in zip(episode.turns, values, trains, strict=True)
                ]
            )
        if self.normalise:
            advantages = standardised(episodes, advantages, centre=False)
        return Credit(advantages, [list(values) for values in returns])

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """The policy-gradient surrogate; unclipped, as it takes one step per batch."""
        loss, statistics = policy_surrogate(tokens, float("inf"), float("inf"))
        return loss - self.entropy_weight * tokens.entropy_N.mean(), statistics


def _add(left: tuple[float, int], right: tuple[float, int]) -> tuple[float, int]:
    return left[0] + right[0], left[1] + right[1]
