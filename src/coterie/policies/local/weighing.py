"""How likely each of a list of options is, from the scores of their token paths."""

import math
from collections.abc import Mapping, Sequence

from coterie.policies.local.constraint import TokenTrie


def paths_of(token_ids: Sequence[tuple[int, ...]], stop_id: int) -> list[tuple[int, ...]]:
    """Every beginning of the options, and every whole option with its end: what must be scored to weigh them."""
    beginnings = sorted({path[:length] for path in token_ids for length in range(1, len(path) + 1)})
    return [*beginnings, *((*path, stop_id) for path in token_ids)]


def restricted(
    trie: TokenTrie,
    options: Sequence[tuple[int, ...]],
    scores: Mapping[tuple[int, ...], float],
    temperature: float = 1.0,
) -> list[float]:
    """Log-probability of each option when only legal continuations can be said, from those of all token paths.

    At each point of an option the probability of its next token is shared among the legal ones only, at `temperature`.

    >>> trie = TokenTrie.of([(5,), (6,)], stop_id=2)
    >>> scores = {(5,): math.log(0.2), (6,): math.log(0.6), (5, 2): 0.0, (6, 2): 0.0}
    >>> [round(math.exp(each), 3) for each in restricted(trie, [(5,), (6,)], scores)]
    [0.25, 0.75]
    """
    totals = []
    for option in options:
        total, path, node = 0.0, tuple[int, ...](), 0
        for token in (*option, trie.stop_id):
            legal = trie.allowed(node)
            if len(legal) > 1:
                before = scores[path] if path else 0.0
                likely = {each: (scores[(*path, each)] - before) / temperature for each in legal}
                top = max(likely.values())  # at a temperature near 0 all others vanish, and the sum must not
                total += likely[token] - top - math.log(sum(math.exp(each - top) for each in likely.values()))
            path, node = (*path, token), trie.after(node, token)
        totals.append(total)
    return totals
