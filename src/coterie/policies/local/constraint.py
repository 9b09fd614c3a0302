"""Which tokens may come next when a reply must be one of a list of options."""

from collections.abc import Iterable, Sequence
from functools import lru_cache


class TokenTrie:
    """The legal continuations of every prefix of a list of options.

    Nodes are numbered, 0 is the empty prefix. After a whole option the stop id is legal, beside the tokens of longer
    options that begin with it. Take tries from `TokenTrie.of`: worlds offer the same legal list again and again.

    >>> trie = TokenTrie.of([[5, 6], [5, 7, 8]], stop_id=2)
    >>> trie.allowed(0), trie.allowed(trie.after(0, 5))
    ((5,), (6, 7))
    >>> trie.permits([5, 6, 2]), trie.permits([5, 2])
    (True, False)

    Raises:
        ValueError: no options, an empty one, or one that holds the stop id.
    """

    def __init__(self, options: Iterable[Sequence[int]], stop_id: int) -> None:
        """Builds the trie; `of` finds one that was built before."""
        self.stop_id = stop_id
        self._children: list[dict[int, int]] = [{}]
        ends = {self._add(option) for option in options}
        if not ends or 0 in ends:
            raise ValueError("options are empty or hold an empty one; give at least one option of at least one token")
        if any(stop_id in children for children in self._children):
            raise ValueError(f"an option holds the stop id {stop_id}; leave it off, it is legal after every option")
        self.highest = max(stop_id, *(token for children in self._children for token in children))
        """The largest id there is."""
        self._allowed = [
            tuple(sorted({*children, *([stop_id] if node in ends else [])}))
            for node, children in enumerate(self._children)
        ]

    @staticmethod
    def of(options: Iterable[Sequence[int]], stop_id: int) -> "TokenTrie":
        """Returns the trie of these options, built once per list."""
        return _cached_trie(tuple(tuple(option) for option in options), stop_id)

    def allowed(self, node: int) -> tuple[int, ...]:
        """Returns the legal ids after a prefix, ascending; after the stop id there are none."""
        return self._allowed[node] if node >= 0 else ()

    def after(self, node: int, token: int) -> int:
        """Returns the prefix one token longer; -1 when the token ends the reply or is not legal."""
        return self._children[node].get(token, -1) if node >= 0 else -1

    def permits(self, tokens: Iterable[int]) -> bool:
        """Tells whether a reply may begin with these tokens."""
        node = 0
        for token in tokens:
            if token not in self.allowed(node):
                return False
            node = self.after(node, token)
        return True

    def _add(self, option: Sequence[int]) -> int:
        node = 0
        for token in option:
            children = self._children[node]
            if token not in children:
                children[token] = len(self._children)
                self._children.append({})
            node = children[token]
        return node


@lru_cache(maxsize=4096)
def _cached_trie(options: tuple[tuple[int, ...], ...], stop_id: int) -> TokenTrie:
    return TokenTrie(options, stop_id)
