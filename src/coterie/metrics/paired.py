"""Two systems on the same seeds: the difference with its interval, and how surprising it would be by luck alone."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from coterie.core import Measure
from coterie.metrics.distributions import binomial_share
from coterie.metrics.statistics import Numbers, mean, wilson

Contrast = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""From the column sums of two systems, `[round, column]` each, to one number a round."""


def difference(a: Numbers, b: Numbers, low: float = -math.inf, high: float = math.inf) -> Measure:
    """The mean of b - a over pairs, with a t interval that is cut at `low` and `high`, the bounds of a difference.

    >>> difference([1.0, 2.0, 4.0], [2.0, 4.0, 5.0]).value
    1.3333333333333333
    """
    found = mean(np.asarray(b, np.float64) - np.asarray(a, np.float64))
    if found.low is None or found.high is None:
        return found  # without spread there is no interval, and the bounds do not make one
    return Measure(found.value, max(low, found.low), min(high, found.high), found.count)


def rate_difference(a: Numbers, b: Numbers) -> Measure:
    """The difference b - a of two shares of hits (0 or 1) on the same seeds, with Newcombe's interval for pairs.

    It keeps a width when the two never disagree, which a t interval does not. Source: Newcombe 1998, Improved
    Confidence Intervals for the Difference Between Binomial Proportions Based on Paired Data, method 10.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    count = len(first)
    both, only_b = float((first * second).sum()), float(((1 - first) * second).sum())
    only_a = float((first * (1 - second)).sum())
    neither = count - both - only_a - only_b
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    cross = both * neither - only_a * only_b
    # The correction for continuity of method 10 applies to a positive association only.
    cross = max(cross - count / 2, 0.0) if cross > 0 else cross
    phi = cross / math.sqrt(margins) if margins else 0.0
    p, q = float(second.mean()), float(first.mean())
    (p_low, p_high), (q_low, q_high) = wilson(p * count, count), wilson(q * count, count)

    def width(down: float, up: float) -> float:
        return math.sqrt(max(0.0, down**2 - 2 * phi * down * up + up**2))

    return Measure(p - q, p - q - width(p - p_low, q_high - q), p - q + width(q - q_low, p_high - p), count=count)


def mcnemar(a: Numbers, b: Numbers) -> float:
    """The exact two-sided p-value that two shares of hits on the same seeds are equal.

    Only seeds on which the two disagree count. Source: McNemar 1947, in the exact binomial form.

    >>> round(mcnemar([0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]), 6)
    0.0625
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    won, lost = int((second > first).sum()), int((second < first).sum())
    return min(1.0, 2 * binomial_share(min(won, lost), won + lost))


def permutation(
    a: npt.ArrayLike, b: npt.ArrayLike, contrast: Contrast | None = None, seed: int = 0, rounds: int = 10_000
) -> float:
    """The two-sided p-value that it does not matter which system played which seed: swaps the two within seeds.

    All ways to swap are tried when there are no more than `rounds` of them, else so many random ones, and then the
    smallest p-value is 1 / (rounds + 1). Source: Phipson and Smyth 2010, Permutation P-values
    Should Never Be Zero.

    Args:
        a: `[seed]` or `[seed, column]`, what the first system did on each seed.
        b: the same seeds in the same order, for the second.
        contrast: how far apart two systems are, from the sums of their columns over seeds; None: the difference.
        seed: of the generator that swaps; its own.
        rounds: how many swaps at most.

    >>> permutation([0.0, 0.0, 0.0], [1.0, 2.0, 3.0])
    0.25
    """
    first, second = (np.asarray(each, np.float64).reshape(len(np.asarray(each)), -1) for each in (a, b))
    gap_SC = (second - first)[(first != second).any(axis=1)]  # S seeds that differ, C columns
    every = len(gap_SC) < 30 and 2 ** len(gap_SC) <= rounds
    total = 2 ** len(gap_SC) if every else rounds
    luck = np.random.default_rng(seed)

    def effects(swapped_RS: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        moved_RC = swapped_RS @ gap_SC
        one_RC, two_RC = first.sum(axis=0) + moved_RC, second.sum(axis=0) - moved_RC
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(contrast(one_RC, two_RC) if contrast else (two_RC - one_RC)[:, 0])

    seen = effects(np.zeros((1, len(gap_SC))))[0] * (1 - 1e-9)  # sums in another order differ in their last digits
    extreme = 0
    for start in range(0, total, 256):  # a few rounds at a time bound the memory
        rows = np.arange(start, min(start + 256, total))
        if every:
            swapped = (rows[:, None] >> np.arange(len(gap_SC))) & 1 == 1
        else:
            swapped = luck.random((len(rows), len(gap_SC))) < 0.5
        extreme += int((effects(swapped.astype(np.float64)) >= seen).sum())
    return extreme / total if every else (extreme + 1) / (total + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Corrects p-values for how many were looked at. Source: Holm 1979, A Simple Sequentially Rejective Procedure.

    >>> holm({"success": 0.01, "words": 0.04, "return": 0.03})
    {'success': 0.03, 'return': 0.06, 'words': 0.06}
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - place)))
        adjusted[name] = highest
    return adjusted
