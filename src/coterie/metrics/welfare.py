"""Is the group well off, and are its members equally: from the returns of all seats."""

import math
from collections.abc import Callable, Sequence

from coterie.core import Episode, Metric
from coterie.metrics.tally import Pair, define

MOULIN = "Moulin 2003, Fair Division and Collective Welfare"
SEN = "Sen 1973, On Economic Inequality"


def gini(amounts: Sequence[float]) -> float | None:
    """The Gini coefficient, from 0 (all have the same) to 1 - 1/N (one has all); None where it has no meaning.

    It is the sum of |x - y| over all ordered pairs, over 2 N times the sum. Source: Sen 1973, On Economic Inequality.
    It has no meaning where somebody has less than nothing, or nobody has anything.

    >>> gini([1.0, 3.0]), gini([0.0, 0.0]), gini([5.0, -1.0])
    (0.25, None, None)
    """
    whole = math.fsum(amounts)
    if not amounts or min(amounts) < 0 or whole <= 0:
        return None
    return math.fsum(abs(x - y) for x in amounts for y in amounts) / (2 * len(amounts) * whole)


def nash(gains: Sequence[float]) -> float:
    """Nash welfare: the geometric mean of gains, 0 as soon as somebody gains nothing.

    >>> round(nash([2.0, 8.0]), 9), nash([5.0, -1.0])
    (4.0, 0.0)
    """
    return 0.0 if min(gains) <= 0 else math.exp(math.fsum(map(math.log, gains)) / len(gains))


def social_welfare() -> Metric:
    """The sum of all returns."""
    return _of_returns("social_welfare", math.fsum, "Sum of the returns of all seats.", source=MOULIN)


def minimum_welfare() -> Metric:
    """The return of the seat that is worst off."""
    return _of_returns("minimum_welfare", min, "Return of the seat that is worst off.", source=MOULIN)


def nash_welfare(disagreement: float = 0.0) -> Metric:
    """The geometric mean of what all gain over `disagreement`, the return of a seat that takes no part."""
    return _of_returns(
        "nash_welfare",
        lambda returns: nash([each - disagreement for each in returns]),
        f"Geometric mean of returns over {disagreement:g}; 0 as soon as a seat gains nothing.",
        low=0.0,
        source=MOULIN,
    )


def inequality() -> Metric:
    """The Gini coefficient of returns."""
    return _of_returns(
        "inequality",
        gini,
        "Gini coefficient of the seats' returns; untold where a return is negative or all are 0.",
        low=0.0,
        high=1.0,
        higher_is_better=False,
        unit="gini",
        source=SEN,
    )


def _of_returns(
    name: str,
    welfare: Callable[[Sequence[float]], float | None],
    summary: str,
    low: float = -math.inf,
    high: float = math.inf,
    higher_is_better: bool = True,
    unit: str = "reward",
    source: str = "",
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        returns = list(episode.totals.values())
        if episode.failure or len(returns) < 2 or (found := welfare(returns)) is None:
            return None
        return Pair(found)

    return define(
        name,
        observe,
        "mean",
        missing="no episode without a failure has returns of several seats for which it is defined",
        unit=unit,
        low=low,
        high=high,
        higher_is_better=higher_is_better,
        summary=summary,
        source=source,
    )


WELFARE: tuple[Metric, ...] = (social_welfare(), nash_welfare(), minimum_welfare(), inequality())
"""All of these metrics; `mean_return` is social welfare over the number of seats."""
