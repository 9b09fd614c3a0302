"""Keys and values of every row, in arenas by length, so that a batch is read in place and with little padding.

Axes: R rows of the engine, P rows of one call, S slots of an arena (one row each), K key-value heads, D width of a
head, T cells (one token each). Keys lie as `[S, K, D, T]` and values as `[S, K, T, D]`: both products of attention then
run along memory.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from coterie.policies.local.backend import Indices

SMALLEST_CAPACITY = 128
FEWEST_SLOTS = 8
DENSE_ENOUGH = 0.6
"""Least share of the slots read that are asked for."""


@dataclass(eq=False, slots=True)
class Arena:
    """Rows of at most `capacity` tokens, in slots that are reused."""

    capacity: int
    keys: list[Tensor]
    """Per layer `[S, K, D, T]`."""
    values: list[Tensor]
    """Per layer `[S, K, T, D]`."""
    owners_S: Indices
    """The row in each slot; -1: free."""


class Cache:
    """A place for every row; a row moves to the next larger arena when it outgrows its own.

    >>> cache = Cache(layers=1, heads=2, width=4, like=torch.empty(0))
    >>> cache.reserve(np.array([7]), np.array([0]), np.array([129]))
    >>> int(cache.capacity_R[7]), int(cache.slot_R[7])
    (256, 0)
    """

    def __init__(self, *, layers: int, heads: int, width: int, like: Tensor) -> None:
        """Begins without rows.

        Args:
            layers: of the model.
            heads: key-value heads.
            width: of a head.
            like: dtype and device.
        """
        self._layers, self._heads, self._width, self._like = layers, heads, width, like
        self.arenas: dict[int, Arena] = {}
        self.capacity_R: Indices = np.zeros(0, dtype=np.int64)
        """The arena each row is in; 0: none."""
        self.slot_R: Indices = np.zeros(0, dtype=np.int64)
        self._length_R: Indices = np.zeros(0, dtype=np.int64)

    def reserve(self, rows_P: Indices, kept_P: Indices, lengths_P: Indices) -> None:
        """Makes room for `lengths_P` tokens, the first `kept_P` of which are there already."""
        missing = int(rows_P.max()) + 1 - len(self.capacity_R)
        if missing > 0:
            more = (0, missing + len(self.capacity_R))
            self.capacity_R, self.slot_R = np.pad(self.capacity_R, more), np.pad(self.slot_R, more)
            self._length_R = np.pad(self._length_R, more)
        self._length_R[rows_P] = lengths_P
        moves: dict[tuple[int, int], list[int]] = {}
        for piece in np.flatnonzero(lengths_P > self.capacity_R[rows_P]):
            target = max(SMALLEST_CAPACITY, 1 << int(lengths_P[piece] - 1).bit_length())
            moves.setdefault((int(self.capacity_R[rows_P[piece]]), target), []).append(int(piece))
        for (source, target), pieces in moves.items():
            self._move(rows_P[pieces], source, target, int(kept_P[pieces].max()))

    def release(self, row: int) -> None:
        """Frees the place of a row, if it has one."""
        if row < len(self.capacity_R) and self.capacity_R[row]:
            self.arenas[int(self.capacity_R[row])].owners_S[self.slot_R[row]] = -1
            self.capacity_R[row] = 0

    def tighten(self, arena: Arena, rows_P: Indices) -> None:
        """Moves rows of an arena next to each other where too many others lie between them."""
        slots_P = self.slot_R[rows_P]
        if len(slots_P) >= DENSE_ENOUGH * (slots_P.max() + 1 - slots_P.min()):
            return
        first = np.setdiff1d(np.arange(len(slots_P)), slots_P)
        second = np.sort(slots_P[slots_P >= len(slots_P)])
        targets, sources = np.concatenate([first, second]), np.concatenate([second, first])
        owners = arena.owners_S[targets]
        longest = int(self._length_R[owners[owners >= 0]].max())
        new, old = torch.from_numpy(targets), torch.from_numpy(sources)
        for keys, values in zip(arena.keys, arena.values, strict=True):
            keys[new, :, :, :longest] = keys[old, :, :, :longest]
            values[new, :, :longest] = values[old, :, :longest]
        arena.owners_S[targets] = arena.owners_S[sources]
        taken = targets[arena.owners_S[targets] >= 0]
        self.slot_R[arena.owners_S[taken]] = taken

    def _move(self, rows_P: Indices, source: int, target: int, kept: int) -> None:
        if target not in self.arenas:
            self.arenas[target] = self._arena(target, 0)
        arena, slots_P = self.arenas[target], self._free_slots(self.arenas[target], len(rows_P))
        if source:
            former, old, new = self.arenas[source], torch.from_numpy(self.slot_R[rows_P]), torch.from_numpy(slots_P)
            for layer in range(self._layers):
                arena.keys[layer][new, :, :, :kept] = former.keys[layer][old, :, :, :kept]
                arena.values[layer][new, :, :kept] = former.values[layer][old, :, :kept]
            former.owners_S[self.slot_R[rows_P]] = -1
        arena.owners_S[slots_P] = rows_P
        self.capacity_R[rows_P], self.slot_R[rows_P] = target, slots_P

    def _free_slots(self, arena: Arena, count: int) -> Indices:
        free_S = np.flatnonzero(arena.owners_S < 0)
        taken, slots = len(arena.owners_S) - len(free_S), len(arena.owners_S)
        if len(free_S) < count:
            grown = self._arena(arena.capacity, max(FEWEST_SLOTS, 2 * slots, taken + count))
            for layer in range(self._layers):
                grown.keys[layer][:slots] = arena.keys[layer]
                grown.values[layer][:slots] = arena.values[layer]
            grown.owners_S[:slots] = arena.owners_S
            arena.keys, arena.values, arena.owners_S = grown.keys, grown.values, grown.owners_S
            free_S = np.flatnonzero(arena.owners_S < 0)
        return free_S[:count]

    def _arena(self, capacity: int, slots: int) -> Arena:
        # Zeros, not empty memory: masked cells are read too, and a stray NaN there would survive its mask.
        heads, width = self._heads, self._width
        return Arena(
            capacity,
            [self._like.new_zeros(slots, heads, width, capacity) for _ in range(self._layers)],
            [self._like.new_zeros(slots, heads, capacity, width) for _ in range(self._layers)],
            np.full(slots, -1, dtype=np.int64),
        )
