"""The numbers of bargain: which pools and values there are, how a pool can be divided, and which divisions are best.

A pool, a share and a seat's values are tuples of whole numbers, one for each kind of item in order.
"""

from collections import Counter
from functools import cache, lru_cache
from itertools import product
from operator import and_, mul, or_, sub
from typing import NamedTuple

Counts = tuple[int, ...]
TOTAL = 10
"""What the whole pool is worth to each."""


class Judged(NamedTuple):
    """What there was to gain."""

    best: int
    """The largest joint worth of any division."""
    frontier: frozenset[Counts]
    """The shares of `first` that no division beats for one at no cost to the other."""


@cache
def pools(items: int, fewest: int, most: int) -> tuple[Counts, ...]:
    """All pools with at least one of each kind, so many items in all, and values that fit."""
    every = product(range(1, most + 1), repeat=items)
    return tuple(pool for pool in every if fewest <= sum(pool) <= most and scenarios(pool)[0])


@cache
def valuations(pool: Counts) -> tuple[Counts, ...]:
    """All values by which the whole pool is worth 10.

    >>> valuations((1, 4))
    ((2, 2), (6, 1), (10, 0))
    """
    *others, last = pool
    found = []
    for values in product(*(range(TOTAL // count + 1) for count in others)):
        left = TOTAL - worth(tuple(others), values)
        if left >= 0 and left % last == 0:
            found.append((*values, left // last))
    return tuple(found)


@cache
def scenarios(pool: Counts) -> tuple[tuple[Counts, ...], tuple[float, ...]]:
    """The values that `first` may have, and how likely each is when all pairs of values are equally likely."""
    patterns = Counter(map(_wanted, valuations(pool)))
    fitting = {one: sum(patterns[two] for two in patterns if _fit(one, two)) for one in patterns}
    numbers = {values: fitting[_wanted(values)] for values in valuations(pool) if fitting[_wanted(values)]}
    return tuple(numbers), tuple(number / sum(numbers.values()) for number in numbers.values())


@cache
def partners(pool: Counts, first: Counts) -> tuple[Counts, ...]:
    """The values that `second` may have: nothing is worthless to both, and something is worth something to both."""
    return tuple(second for second in valuations(pool) if _fit(_wanted(first), _wanted(second)))


def _wanted(values: Counts) -> tuple[bool, ...]:
    return tuple(value > 0 for value in values)


def _fit(one: tuple[bool, ...], two: tuple[bool, ...]) -> bool:
    return all(map(or_, one, two)) and any(map(and_, one, two))


@cache
def divisions(pool: Counts) -> tuple[Counts, ...]:
    """All shares that one can take of a pool."""
    return tuple(product(*(range(count + 1) for count in pool)))


def rest(pool: Counts, share: Counts) -> Counts:
    """What a share leaves."""
    return tuple(map(sub, pool, share))


def worth(share: Counts, values: Counts) -> int:
    """What a share is worth by these values."""
    return sum(map(mul, share, values))


@lru_cache(maxsize=4096)
def judged(pool: Counts, first: Counts, second: Counts) -> Judged:
    """Compares all divisions of a pool by both seats' values.

    >>> judged((1, 1), (4, 6), (9, 1)).best
    15
    """
    # What a share leaves is worth the whole less what the share is worth, so no division is taken apart.
    whole = worth(pool, second)
    gains = {share: (worth(share, first), whole - worth(share, second)) for share in divisions(pool)}
    frontier = set[Counts]()
    reached = (-1, -1)
    for share in sorted(gains, key=gains.__getitem__, reverse=True):
        if gains[share][1] > reached[1]:
            reached = gains[share]
        if gains[share] == reached:
            frontier.add(share)
    return Judged(max(map(sum, gains.values())), frozenset(frontier))


def fairest(pool: Counts, first: Counts, second: Counts) -> Counts:
    """The share of `first` with the best joint worth, the smallest difference, and then most of the first kinds.

    >>> fairest((2, 2), (3, 2), (3, 2))
    (1, 1)
    """

    def order(share: Counts) -> tuple[int, int, Counts]:
        one, two = worth(share, first), worth(rest(pool, share), second)
        return one + two, -abs(one - two), share

    return max(divisions(pool), key=order)
