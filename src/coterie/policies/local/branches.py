"""Alternatives that share a history, laid out so that shared beginnings are encoded once."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


class Branches:
    """The tokens of several options as one tree.

    The last token of an option needs no encoding: what it is worth is read at the token before it.

    >>> branches = Branches([[5, 6, 9], [5, 7], [8]])
    >>> branches.tokens, branches.parents
    ([5, 6], [-1, 0])
    >>> branches.reads[0]
    [(0, 5), (1, 6), (2, 9)]
    """

    def __init__(self, options: Sequence[Sequence[int]]) -> None:
        """Lays out the options.

        Raises:
            ValueError: an option without tokens.
        """
        self.tokens: list[int] = []
        """Tokens to encode; every one comes after its parent."""
        self.parents: list[int] = []
        """The token each follows; -1: the history itself."""
        self.depths: list[int] = []
        """How many tokens lie between each and the history."""
        self.reads: list[list[tuple[int, int]]] = []
        """Per option: (where to read, which token to read there); 0 is the end of the history, i + 1 token i."""
        nodes: dict[tuple[int, ...], int] = {(): -1}
        for option in map(tuple, options):
            if not option:
                raise ValueError("an option has no tokens; give at least one token per option")
            for depth in range(len(option) - 1):
                prefix = option[: depth + 1]
                if prefix not in nodes:
                    nodes[prefix] = len(self.tokens)
                    self.tokens.append(option[depth])
                    self.parents.append(nodes[option[:depth]])
                    self.depths.append(depth)
            self.reads.append([(nodes[option[:depth]] + 1, token) for depth, token in enumerate(option)])

    @cached_property
    def token_ids(self) -> NDArray[np.int64]:
        """The tokens as an array."""
        return np.array(self.tokens, dtype=np.int64)

    @cached_property
    def sees(self) -> NDArray[np.bool_]:
        """Which token sees which: itself and what it follows, `[tokens, tokens]`."""
        sees = np.eye(len(self.tokens), dtype=np.bool_)
        for token, parent in enumerate(self.parents):
            if parent >= 0:
                sees[token] |= sees[parent]
        return sees

    def path(self, token: int) -> list[int]:
        """Returns the tokens from the history to this one."""
        return [self.tokens[index] for index in np.flatnonzero(self.sees[token])]
