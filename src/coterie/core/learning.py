"""The contracts of learning: an algorithm says how credit is given, a learner owns weights; neither knows the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from coterie.core.episode import Episode

if TYPE_CHECKING:
    import torch


class Credit(msgspec.Struct, frozen=True):
    """What every decision is worth: one number per episode and turn, in the order of the record.

    Legend: E episode, T turn. `None` where a turn does not train.
    """

    advantages_ET: list[list[float | None]]
    """How much better than expected; weighs the log-probabilities of the tokens that were sampled."""
    targets_ET: list[list[float | None]]
    """What the value of this turn should have been: the regression target of value heads and action values."""


class Tokens(msgspec.Struct):
    """What a loss sees. Legend: N own sampled tokens of a batch, laid end to end; D decisions (one sample each)."""

    log_probs_N: "torch.Tensor"
    """Under the learner's weights now, with gradient."""
    old_log_probs_N: "torch.Tensor"
    """As recorded by the sampler."""
    advantages_N: "torch.Tensor"
    targets_D: "torch.Tensor"
    values_D: "torch.Tensor"
    """The value head at the moment of each decision, with gradient."""
    decision_N: "torch.Tensor"
    """To which decision each token belongs."""
    entropy_N: "torch.Tensor"
    """Entropy of the distribution each token was drawn from, with gradient."""


class Algorithm(Protocol):
    """How credit is given: pure functions of what is recorded."""

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Says what every turn is worth; changes nothing in its arguments."""

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """Returns what to minimise, and statistics worth logging."""


class Learner(Protocol):
    """Who owns weights: takes a step on what it is given and hands out the next policy version; knows no algorithm."""

    def update(self, episodes: Sequence[Episode], credit: Credit, algorithm: Algorithm) -> dict[str, float]:
        """Learns from the turns of its own policy, and returns statistics."""

    def save(self, folder: str) -> None:
        """Writes everything needed to go on: weights, optimiser, version, random state."""

    def load(self, folder: str) -> None:
        """Reads it back."""
