"""Attention of ragged new tokens over the cache: rows are grouped so that each group is two batched products.

Axes: P pieces (new tokens of one row), N packed new tokens, R rows of a group, Q new tokens per row of a group
(padded), H query heads, K key-value heads, G query heads per key-value head, D width of a head, T cells of the cache,
F flat places `[R, K, G, Q]` of a group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from coterie.policies.local.backend import Indices, steps
from coterie.policies.local.branches import Branches
from coterie.policies.local.cache import Arena
from coterie.policies.local.linear import padded_count

CELL_GRAIN = 16
"""Cells are read in multiples of this: fewer shapes, for each of which oneDNN may compile a kernel."""
SCORES_AT_ONCE = 1 << 19
"""Scores of one group: small enough to stay in the processor's cache between the two products."""


class Heads(NamedTuple):
    """The heads of a model."""

    query: int
    key_value: int
    width: int


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one arena, end to end among the packed ones."""

    arena: Arena
    slots_P: Indices
    counts_P: Indices
    """New tokens of each piece."""
    cells_N: Indices
    """The cell that each new token is written to; it sees all cells up to there."""
    branches: Mapping[int, tuple[int, Branches]]
    """Of the pieces that have some: the cell where they begin, and the branches."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one arena that attend together."""

    arena: Arena
    slots: slice | Tensor
    rows: int
    cells: int
    mask_RQT: Tensor
    queries_F: Tensor
    """The packed token and head of each place."""


@dataclass(frozen=True, slots=True)
class Attention:
    """How packed tokens attend; made once per forward pass and used by every layer."""

    groups: list[Group]
    answers_NH: Tensor
    """The place of every token and head among the results of all groups."""

    def __call__(self, layer: int, query_keys_NJD: Tensor) -> Tensor:
        """Returns what the tokens attend to, `[N, H * D]`.

        Args:
            layer: whose keys and values to read.
            query_keys_NJD: per token its scaled queries, then its keys.
        """
        queries_XD = query_keys_NJD.flatten(0, 1)
        results = [_attend(group, layer, queries_XD) for group in self.groups]
        results_FD = results[0] if len(results) == 1 else torch.cat(results)
        return results_FD.index_select(0, self.answers_NH.view(-1)).view(len(self.answers_NH), -1)


def plan(runs: Sequence[Run], heads: Heads, like: Tensor) -> Attention:
    """Groups the pieces and lays out their masks.

    Args:
        runs: the packed pieces.
        heads: of the model.
        like: dtype and device of the model.
    """
    packed = sum(len(run.cells_N) for run in runs)
    # Tokens that only fill up the batch take the answer of place 0, which nobody reads.
    answers_NH = np.zeros((padded_count(packed), heads.query), dtype=np.int64)
    head_H = np.arange(heads.query)
    head_KG1 = head_H.reshape(heads.key_value, -1, 1)
    groups: list[Group] = []
    first, base = 0, 0
    for run in runs:
        for low, high in _chunks(run, heads.query):
            counts_P, width = run.counts_P[low:high], int(run.counts_P[low:high].max())
            begin = int(run.counts_P[:low].sum())
            cells_N = run.cells_N[begin : begin + int(counts_P.sum())]
            slots, rows, row_P = _slots(run.slots_P[low:high], width)
            row_N = np.repeat(row_P, counts_P)
            step_N = steps(counts_P)
            token_RQ, cell_RQ = np.zeros((2, rows, width), dtype=np.int64)
            token_RQ[row_N, step_N] = np.arange(first, first + len(cells_N))
            cell_RQ[row_N, step_N] = cells_N
            cells = min(run.arena.capacity, _round_up(int(cells_N.max()) + 1, CELL_GRAIN))
            hidden_RQT = np.arange(cells) > cell_RQ[:, :, None]
            for piece, branches in run.branches.items():
                if low <= piece < high:
                    row = row_P[piece - low]
                    _hide_other_branches(hidden_RQT[row], cell_RQ[row], *branches)
            queries_F = (token_RQ[:, None, None, :] * (heads.query + heads.key_value) + head_KG1).reshape(-1)
            places_NH = (row_N[:, None] * heads.query + head_H) * width + step_N[:, None]
            answers_NH[first : first + len(cells_N)] = base + places_NH
            mask_RQT = torch.zeros(hidden_RQT.shape, dtype=like.dtype, device=like.device)
            mask_RQT.masked_fill_(torch.from_numpy(hidden_RQT).to(like.device), -torch.inf)
            groups.append(Group(run.arena, slots, rows, cells, mask_RQT, torch.from_numpy(queries_F).to(like.device)))
            first += len(cells_N)
            base += len(queries_F)
    return Attention(groups, torch.from_numpy(answers_NH).to(like.device))


def _attend(group: Group, layer: int, queries_XD: Tensor) -> Tensor:
    """Returns the results in the order of the group's places, `[F, D]`."""
    keys_RKDT = group.arena.keys[layer][group.slots, :, :, : group.cells]
    values_RKTD = group.arena.values[layer][group.slots, :, : group.cells]
    queries_FD = queries_XD.index_select(0, group.queries_F)
    # Query heads that share keys are rows of one product: keys are never repeated.
    batch = group.rows * keys_RKDT.shape[1]
    scores_BXT = torch.bmm(queries_FD.view(batch, -1, queries_FD.shape[-1]), keys_RKDT.flatten(0, 1))
    scores_BXT.view(group.rows, -1, *group.mask_RQT.shape[1:]).add_(group.mask_RQT[:, None])
    return torch.bmm(torch.softmax(scores_BXT, dim=-1), values_RKTD.flatten(0, 1)).view(queries_FD.shape)


def _chunks(run: Run, heads: int) -> Iterator[tuple[int, int]]:
    """Yields ranges of pieces that attend together: single tokens at once, longer ones by scores and padding."""
    low = _leading(run.counts_P == 1)
    if low:
        yield 0, low
    while low < len(run.counts_P):
        counts_P = run.counts_P[low:]
        scores_P = np.maximum.accumulate(counts_P) * np.arange(1, 1 + len(counts_P)) * heads * run.arena.capacity
        high = low + max(1, _leading((counts_P <= 2 * counts_P[0]) & (scores_P <= SCORES_AT_ONCE)))
        yield low, high
        low = high


def _slots(slots_P: Indices, width: int) -> tuple[slice | Tensor, int, Indices]:
    """Returns which slots to read, how many, and which of them belongs to each piece."""
    low, high = int(slots_P.min()), int(slots_P.max()) + 1
    if width == 1 or high - low == len(slots_P):
        return slice(low, high), high - low, slots_P - low
    # Many new tokens per row: copying the keys costs little beside the products, computing in holes would not.
    return torch.from_numpy(slots_P), len(slots_P), np.arange(len(slots_P))


def _hide_other_branches(hidden_QT: NDArray[np.bool_], cell_Q: Indices, kept_end: int, branches: Branches) -> None:
    """Hides from each branch token the branches it does not follow."""
    for step, cell in enumerate(cell_Q):
        if cell >= kept_end:
            hidden_QT[step, kept_end : kept_end + len(branches.tokens)] = ~branches.sees[cell - kept_end]


def _leading(holds_P: NDArray[np.bool_]) -> int:
    """Returns how many at the front hold."""
    return len(holds_P) if holds_P.all() else int(holds_P.argmin())


def _round_up(count: int, grain: int) -> int:
    return -(-count // grain) * grain
