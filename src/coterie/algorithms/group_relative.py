"""Group-relative policy optimisation: compare plays of the same start with each other."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.algorithms.losses import policy_surrogate
from coterie.algorithms.returns import returns_ET, trained_ET
from coterie.core import Credit, Episode, Tokens

if TYPE_CHECKING:
    import torch


class GroupRelative(msgspec.Struct, frozen=True):
    """A = (R - mean) / deviation over the plays of one seed (`gather(..., repeats=G)`), for each role.

    A group whose plays are all worth the same teaches nothing and does not train. Sources: GRPO (arXiv 2402.03300),
    equation 3 of section 4.1; without `scale`: Dr. GRPO (arXiv 2503.20783); per role: Dr. MAS (arXiv 2602.08847).
    """

    scale: bool = True
    """Whether to divide by the group's deviation."""
    clip_low: float = 0.2
    clip_high: float = 0.28
    entropy_weight: float = 0.0

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Gives every trained turn the standing of its episode's total within the group."""
        groups: dict[tuple[str, int, str], list[float]] = defaultdict(list)
        trained = trained_ET(episodes)
        for episode in episodes:
            if episode.failure is None:
                for agent, total in episode.totals.items():
                    groups[episode.environment, episode.seed, agent].append(total)
        advantages: list[list[float | None]] = []
        for episode, trains in zip(episodes, trained, strict=True):
            standing = {
                agent: self._standing(groups[episode.environment, episode.seed, agent], total)
                for agent, total in episode.totals.items()
            }
            advantages.append(
                [standing[turn.agent] if counts else None for turn, counts in zip(episode.turns, trains, strict=True)]
            )
        return Credit(advantages, [list(values) for values in returns_ET(episodes)])

    def _standing(self, group: list[float], total: float) -> float | None:
        mean = sum(group) / len(group) if group else 0.0
        deviation = math.sqrt(sum((each - mean) ** 2 for each in group) / len(group)) if group else 0.0
        if deviation < 1e-9:
            return None
        return (total - mean) / deviation if self.scale else total - mean

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """The clipped surrogate with asymmetric bounds."""
        loss, statistics = policy_surrogate(tokens, self.clip_low, self.clip_high)
        return loss - self.entropy_weight * tokens.entropy_N.mean(), statistics
