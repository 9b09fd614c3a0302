"""Imitation: make what the demonstrators said more likely."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.algorithms.returns import trained_ET
from coterie.core import Credit, Episode, Tokens

if TYPE_CHECKING:
    import torch


class Imitation(msgspec.Struct, frozen=True):
    """Supervised learning on demonstrations: every demonstrated token counts the same.

    With `best` below 1 only the best episodes by total return are imitated (filtered behaviour cloning).
    """

    best: float = 1.0
    """Share of the episodes that is imitated."""

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Gives 1 to every turn of a chosen episode."""
        order = sorted((sum(episode.totals.values()) for episode in episodes), reverse=True)
        bar = order[max(0, round(self.best * len(order)) - 1)] if order else 0.0
        weights: list[list[float | None]] = [
            [1.0 if trains and sum(episode.totals.values()) >= bar else None for trains in turns]
            for episode, turns in zip(episodes, trained_ET(episodes), strict=True)
        ]
        return Credit(weights, [[None] * len(turns) for turns in weights])

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """The mean negative log-probability of the demonstrated tokens."""
        loss = -(tokens.advantages_N * tokens.log_probs_N).sum() / tokens.advantages_N.sum()
        return loss, {"cross_entropy": float(loss.detach())}
