"""What the engine asks of a model: encode new tokens, remember them, and say what may follow.

Axes: P pieces (the new tokens of one row), N new tokens end to end, W wanted tokens (of each piece its last kept token,
then its branches), V vocabulary, H hidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from coterie.policies.local.branches import Branches

Indices: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What is new of some rows."""

    rows_P: Indices
    starts_P: Indices
    """How many encoded tokens of the row they follow."""
    counts_P: Indices
    """How many they are."""
    kept_P: Indices
    """How many of them, at least one, the row keeps; the others are branches."""
    tokens_N: Indices
    branches: Mapping[int, Branches]
    """Of the pieces that have some."""

    def part(self, low: int, high: int) -> "NewTokens":
        """Returns the pieces from `low` to `high`."""
        pieces, ends_P = slice(low, high), self.counts_P.cumsum()
        return NewTokens(
            self.rows_P[pieces],
            self.starts_P[pieces],
            self.counts_P[pieces],
            self.kept_P[pieces],
            self.tokens_N[ends_P[low] - self.counts_P[low] : ends_P[high - 1]],
            {piece - low: tree for piece, tree in self.branches.items() if low <= piece < high},
        )

    def split(self, length: int) -> tuple["NewTokens", "NewTokens"]:
        """Returns the first `length` tokens of the pieces that keep more, and what remains of all pieces."""
        long_P = self.kept_P > length
        first_N = np.repeat(long_P, self.counts_P) & (steps(self.counts_P) < length)
        lengths_P, taken_P = np.full(int(long_P.sum()), length), np.where(long_P, length, 0)
        beginnings = NewTokens(
            self.rows_P[long_P], self.starts_P[long_P], lengths_P, lengths_P, self.tokens_N[first_N], {}
        )
        return beginnings, NewTokens(
            self.rows_P,
            self.starts_P + taken_P,
            self.counts_P - taken_P,
            self.kept_P - taken_P,
            self.tokens_N[~first_N],
            self.branches,
        )


class Backend(Protocol):
    """A model that remembers what it encoded, row by row."""

    vocabulary: int
    positions: int | None
    """The longest history the model can read; None when it names no limit."""

    def forget(self, row: int) -> None:
        """Frees what is stored of a row."""

    def logits(self, new: NewTokens) -> Tensor:
        """Encodes new tokens; returns float32 logits at the wanted ones, `[W, V]`."""

    def hidden(self, new: NewTokens) -> Tensor:
        """Encodes new tokens; returns the last hidden states, after the final norm, at the wanted ones, `[W, H]`."""

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Takes new weights, named as in the model's `state_dict`; what is stored is stale from here on."""


def steps(counts_P: Indices) -> Indices:
    """Returns 0, 1, 2, ... for every piece, end to end.

    >>> steps(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    return np.arange(counts_P.sum()) - np.repeat(counts_P.cumsum() - counts_P, counts_P)
