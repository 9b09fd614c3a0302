"""New tokens of many rows laid end to end, with all that a forward pass needs to know about them.

Axes: P pieces (new tokens of one row), N packed tokens (padded where a forward pass uses them), W wanted tokens,
K key-value heads, D width of a head, X = N * K * D.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from coterie.policies.local.attention import Attention, Heads, Run, plan
from coterie.policies.local.backend import Indices, NewTokens, steps
from coterie.policies.local.cache import Arena, Cache
from coterie.policies.local.linear import padded_count


class Write(NamedTuple):
    """Where the keys and values of one arena's tokens go."""

    arena: Arena
    tokens: slice
    keys_X: Tensor
    """Places of single numbers: a key lies across its arena."""
    values_NK: Tensor
    """Places of heads: a value lies along its arena."""


class Packed(NamedTuple):
    """One forward pass."""

    tokens_N: Tensor
    positions_N: Tensor
    writes: list[Write]
    attention: Attention
    narrowed_W: Tensor | None
    """The wanted tokens, for the last layer to go on with; None when all are wanted."""
    last_attention: Attention
    """How the wanted tokens attend."""
    asked_W: Tensor
    """The wanted tokens in the order of asking, among those of the last layer."""


def pack(new: NewTokens, cache: Cache, heads: Heads, like: Tensor) -> Packed:
    """Makes room for new tokens in the cache and lays them end to end, arena by arena.

    Args:
        new: at least one piece.
        cache: holds the rows; they may move in it.
        heads: of the model.
        like: dtype and device of the model.
    """
    cache.reserve(new.rows_P, new.starts_P, new.starts_P + new.counts_P)
    members = _by_arena(new, cache)
    order_P = np.concatenate(members)
    counts_P, kept_P, starts_P = new.counts_P[order_P], new.kept_P[order_P], new.starts_P[order_P]
    wanted_P = counts_P - kept_P + 1
    step_N = steps(counts_P)
    cells_N = np.repeat(starts_P, counts_P) + step_N
    wanted_W = np.flatnonzero(step_N >= np.repeat(kept_P, counts_P) - 1)
    begins_P = (new.counts_P.cumsum() - new.counts_P)[order_P]
    tokens_N = new.tokens_N[np.repeat(begins_P, counts_P) + step_N]
    branches = {
        place: (int(starts_P[place] + kept_P[place]), new.branches[piece])
        for place, piece in (enumerate(order_P.tolist()) if new.branches else ())
        if piece in new.branches
    }
    positions_N = cells_N.copy()
    for place, (kept_end, tree) in branches.items():
        # Branches lie side by side in the text, and one after another in cells.
        end = int(counts_P[: place + 1].sum())
        positions_N[end - len(tree.tokens) : end] = kept_end + np.array(tree.depths, dtype=np.int64)

    runs, last_runs, writes = [], [], []
    place, first, first_wanted = 0, 0, 0
    for pieces in members:
        here = slice(place, place + len(pieces))
        arena, slots_P = cache.arenas[int(cache.capacity_R[new.rows_P[pieces[0]]])], cache.slot_R[new.rows_P[pieces]]
        trees = {at - place: tree for at, tree in branches.items() if here.start <= at < here.stop}
        tokens = slice(first, first + int(counts_P[here].sum()))
        wanted = slice(first_wanted, first_wanted + int(wanted_P[here].sum()))
        runs.append(Run(arena, slots_P, counts_P[here], cells_N[tokens], trees))
        last_runs.append(Run(arena, slots_P, wanted_P[here], cells_N[wanted_W[wanted]], trees))
        writes.append(_write(arena, tokens, np.repeat(slots_P, counts_P[here]), cells_N[tokens], heads, like))
        place, first, first_wanted = here.stop, tokens.stop, wanted.stop

    whole = plan(runs, heads, like)
    narrow = len(wanted_W) < len(cells_N)
    return Packed(
        _padded(tokens_N, like),
        _padded(positions_N, like),
        writes,
        whole,
        _padded(wanted_W, like) if narrow else None,
        plan(last_runs, heads, like) if narrow else whole,
        torch.from_numpy(_asked(order_P, wanted_P)).to(like.device),
    )


def _by_arena(new: NewTokens, cache: Cache) -> list[Indices]:
    """Returns the pieces of each arena: few tokens first, then by slot."""
    capacity_P = cache.capacity_R[new.rows_P]
    members = []
    for capacity in np.unique(capacity_P):
        pieces = np.flatnonzero(capacity_P == capacity)
        cache.tighten(cache.arenas[int(capacity)], new.rows_P[pieces])
        members.append(pieces[np.lexsort((cache.slot_R[new.rows_P[pieces]], new.counts_P[pieces]))])
    return members


def _write(arena: Arena, tokens: slice, slots_N: Indices, cells_N: Indices, heads: Heads, like: Tensor) -> Write:
    slots_N1 = torch.from_numpy(slots_N).to(like.device)[:, None]
    cells_N1 = torch.from_numpy(cells_N).to(like.device)[:, None]
    numbers = heads.key_value * heads.width
    rows_X = slots_N1 * numbers + torch.arange(numbers, device=like.device)
    heads_NK = slots_N1 * heads.key_value + torch.arange(heads.key_value, device=like.device)
    return Write(
        arena, tokens, (rows_X * arena.capacity + cells_N1).view(-1), (heads_NK * arena.capacity + cells_N1).view(-1)
    )


def _asked(order_P: Indices, wanted_P: Indices) -> Indices:
    """Return, for pieces packed in this order, the indices that bring their wanted tokens into the order of asking."""
    inverse_P = np.argsort(order_P)
    starts_P = wanted_P.cumsum() - wanted_P
    return np.repeat(starts_P[inverse_P], wanted_P[inverse_P]) + steps(wanted_P[inverse_P])


def _padded(indices_N: Indices, like: Tensor) -> Tensor:
    padded_N = np.zeros(padded_count(len(indices_N)), dtype=np.int64)
    padded_N[: len(indices_N)] = indices_N
    return torch.from_numpy(padded_N).to(like.device)
