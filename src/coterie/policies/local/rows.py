"""The conversations and the replies in the making, as one table.

Axes: R rows of the table, P rows of one call, T tokens of a row, L tokens of a reply, S stop ids, N tokens end to end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from coterie.policies.local.backend import Indices, NewTokens, steps
from coterie.policies.local.branches import Branches
from coterie.policies.local.constraint import TokenTrie

Finish: TypeAlias = Literal["stop", "length"]
STOP, LENGTH = 1, 2
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished reply."""

    row: int
    token_ids: tuple[int, ...]
    """Exactly what was sampled, the stop id included."""
    log_probs: tuple[float, ...]
    """Per token, under the distribution it was drawn from: temperature and allowed ids applied."""
    finish: Finish
    allowed: tuple[tuple[int, ...], ...] | None
    """Per token the ids it was chosen among; None where every id was legal."""


@dataclass(slots=True, eq=False)
class Choosing:
    """Where a constrained reply is among its options."""

    trie: TokenTrie
    node: int = 0
    history: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def ids(self) -> tuple[int, ...]:
        """What may come next."""
        return self.trie.allowed(self.node)


class Rows:
    """Histories and replies, in arrays: a step costs the same few operations for one row and for hundreds."""

    def __init__(self) -> None:
        """Begins without rows."""
        self.handle_R = np.zeros(0, dtype=np.int64)
        self.seed_R = np.zeros(0, dtype=np.uint64)
        self.drawn_R = np.zeros(0, dtype=np.int64)
        """Tokens sampled so far."""
        self.length_R = np.zeros(0, dtype=np.int64)
        """Tokens of the history."""
        self.encoded_R = np.zeros(0, dtype=np.int64)
        """How many of them the model has encoded."""
        self.reply_R = np.zeros(0, dtype=np.int64)
        """Where the reply begins."""
        self.limit_R = np.zeros(0, dtype=np.int64)
        self.temperature_R = np.zeros(0, dtype=np.float64)
        self.top_k_R = np.zeros(0, dtype=np.int64)
        """Only so many of the likeliest tokens are drawn from; 0: all."""
        self.top_p_R = np.zeros(0, dtype=np.float64)
        """Only the likeliest tokens that together have this probability are drawn from."""
        self.finish_R = np.zeros(0, dtype=np.int64)
        """0 while the reply goes on, then `STOP` or `LENGTH`."""
        self.stop_RS = np.zeros((0, 1), dtype=np.int64)
        self.token_RT = np.zeros((0, 64), dtype=np.int64)
        self.log_prob_RL = np.zeros((0, 8), dtype=np.float64)
        self.choosing: dict[int, Choosing] = {}
        """Rows whose reply is constrained."""
        self.forced: dict[int, tuple[int, ...]] = {}
        """Rows whose reply begins with given tokens."""
        self._free: list[int] = []

    def open(self, handle: int, seed: int) -> int:
        """Returns a row of the table, a used one where there is one."""
        if not self._free:
            count = len(self.handle_R)
            self._free = list(range(max(8, 2 * count) - 1, count - 1, -1))
            for name, array in list(vars(self).items()):
                if isinstance(array, np.ndarray):
                    setattr(self, name, _enlarged(array, 0, max(8, 2 * count)))
        row = self._free.pop()
        self.handle_R[row], self.seed_R[row] = handle, seed & 0xFFFFFFFFFFFFFFFF
        self.drawn_R[row] = self.length_R[row] = self.encoded_R[row] = 0
        return row

    def close(self, row: int) -> None:
        """Gives a row back."""
        self._end(row)
        self._free.append(row)

    def append(self, row: int, prompt: Sequence[int]) -> None:
        """Adds a prompt to the history."""
        begin, end = int(self.length_R[row]), int(self.length_R[row]) + len(prompt)
        self._make_room(end)
        self.token_RT[row, begin:end] = prompt
        self.length_R[row] = end

    def begin(
        self,
        row: int,
        limit: int,
        stop_ids: Sequence[int],
        temperature: float,
        trie: TokenTrie | None,
        forced: tuple[int, ...],
        nucleus: tuple[int, float] = (0, 1.0),
    ) -> None:
        """Starts a reply."""
        self.top_k_R[row], self.top_p_R[row] = nucleus
        self.reply_R[row], self.limit_R[row], self.temperature_R[row] = self.length_R[row], limit, temperature
        self._make_room(int(self.length_R[row]) + limit)
        self.log_prob_RL = _enlarged(self.log_prob_RL, 1, limit)
        stops = stop_ids if trie is None else (*stop_ids, trie.stop_id)
        self.stop_RS = _enlarged(self.stop_RS, 1, len(stops))
        self.stop_RS[row] = -1
        self.stop_RS[row, : len(stops)] = stops
        self.finish_R[row] = 0
        if forced:
            self.forced[row] = forced
        if trie is not None:
            self.choosing[row] = Choosing(trie)
            self._take_only_choices([row])

    def new_tokens(self, rows_P: Indices, branches: Mapping[int, Branches]) -> NewTokens:
        """Returns what is to be encoded; of a row without news its last token once more."""
        starts_P = np.minimum(self.encoded_R[rows_P], self.length_R[rows_P] - 1)
        kept_P = self.length_R[rows_P] - starts_P
        tokens_N = self.token_RT[np.repeat(rows_P, kept_P), np.repeat(starts_P, kept_P) + steps(kept_P)]
        counts_P = kept_P.copy()
        if branches:
            for piece, tree in branches.items():
                counts_P[piece] += len(tree.tokens)
            texts = np.split(tokens_N, kept_P.cumsum()[:-1])
            tokens_N = np.concatenate(
                [part for piece, text in enumerate(texts) for part in (text, branches[piece].token_ids)]
            )
        return NewTokens(rows_P, starts_P, counts_P, kept_P, tokens_N, branches)

    def choices(self, rows_P: Indices) -> dict[int, tuple[int, ...]]:
        """Returns the legal ids of the constrained ones among some rows, by their place among these."""
        if not self.choosing:
            return {}
        return {piece: self.choosing[row].ids for piece, row in enumerate(rows_P.tolist()) if row in self.choosing}

    def next_forced(self, rows_P: Indices) -> dict[int, int]:
        """Returns the given next tokens of some rows, by their place among these."""
        if not self.forced:
            return {}
        places_P = self.length_R[rows_P] - self.reply_R[rows_P]
        return {
            piece: self.forced[row][place]
            for piece, (row, place) in enumerate(zip(rows_P.tolist(), places_P.tolist(), strict=True))
            if place < len(self.forced.get(row, ()))
        }

    def take(self, rows_P: Indices, tokens_P: Indices, log_probs_P: NDArray[np.float64]) -> None:
        """Appends one sampled token a row, and those after it that are without alternative."""
        self._append_sampled(rows_P, tokens_P, log_probs_P)
        if self.choosing:
            self._take_only_choices(rows_P.tolist())

    def reply(self, row: int) -> tuple[int, ...]:
        """Returns the reply in the making."""
        return tuple(self.token_RT[row, int(self.reply_R[row]) : int(self.length_R[row])].tolist())

    def complete(self, row: int) -> Completion:
        """Returns the finished reply of a row."""
        begin, end = int(self.reply_R[row]), int(self.length_R[row])
        choosing = self.choosing.get(row)
        completion = Completion(
            int(self.handle_R[row]),
            tuple(self.token_RT[row, begin:end].tolist()),
            tuple(self.log_prob_RL[row, : end - begin].tolist()),
            "stop" if self.finish_R[row] == STOP else "length",
            None if choosing is None else tuple(choosing.history),
        )
        self._end(row)
        return completion

    def _append_sampled(self, rows_P: Indices, tokens_P: Indices, log_probs_P: NDArray[np.float64]) -> None:
        place_P = self.length_R[rows_P] - self.reply_R[rows_P]
        self.token_RT[rows_P, self.length_R[rows_P]] = tokens_P
        self.log_prob_RL[rows_P, place_P] = log_probs_P
        self.length_R[rows_P] += 1
        self.drawn_R[rows_P] += 1
        stops_P = (self.stop_RS[rows_P] == tokens_P[:, None]).any(axis=1)
        full_P = place_P + 1 == self.limit_R[rows_P]
        self.finish_R[rows_P] = np.where(stops_P, STOP, np.where(full_P, LENGTH, 0))
        for row, token in zip(rows_P.tolist(), tokens_P.tolist(), strict=True) if self.choosing else ():
            if row in self.choosing:
                choosing = self.choosing[row]
                choosing.history.append(choosing.ids)
                choosing.node = choosing.trie.after(choosing.node, token)

    def _take_only_choices(self, rows: Sequence[int]) -> None:
        """Appends tokens for as long as only one is legal: they need no model."""
        choosing = [row for row in rows if row in self.choosing]
        while choosing := [row for row in choosing if not self.finish_R[row] and len(self.choosing[row].ids) == 1]:
            only_P = np.array([self.choosing[row].ids[0] for row in choosing])
            self._append_sampled(np.array(choosing), only_P, np.zeros(len(choosing)))

    def _end(self, row: int) -> None:
        self.choosing.pop(row, None)
        self.forced.pop(row, None)

    def _make_room(self, length: int) -> None:
        if length > self.token_RT.shape[1]:
            self.token_RT = _enlarged(self.token_RT, 1, 2 * length)


def _enlarged(array: NDArray[Number], axis: int, size: int) -> NDArray[Number]:
    """Returns the array with at least this size along an axis."""
    missing = size - array.shape[axis]
    if missing <= 0:
        return array
    return np.pad(array, [(0, missing if at == axis else 0) for at in range(array.ndim)])
