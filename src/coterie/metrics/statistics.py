"""Values with 95 % intervals. The unit of analysis is the cluster: all tries at one seed count as one piece of luck.

Every function takes plain sequences, one number per episode, and `clusters`: which episodes belong together (their
seeds). When every episode has a seed of its own, the formulas are the textbook ones.
"""

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

from coterie.core import Measure
from coterie.metrics.distributions import Z_95, t_quantile

Numbers = Sequence[float] | npt.NDArray[np.float64]
Clusters = Sequence[Hashable] | npt.NDArray[np.int64]


def wilson(successes: float, count: int) -> tuple[float, float]:
    """The Wilson score interval of a share. Source: Wilson 1927; Brown, Cai and DasGupta 2001.

    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    share, square = successes / count, Z_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z_95 / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(hits: Numbers, clusters: Clusters | None = None) -> Measure:
    """The share of hits (0 or 1 each): Wilson when the clusters are single episodes, else the mean of clusters.

    >>> rate([1, 1, 0, 1]).value
    0.75
    """
    hits = np.asarray(hits, np.float64)
    if clusters is not None and len(np.unique(np.asarray(clusters))) < len(hits):
        return mean(hits, clusters, 0.0, 1.0)
    return Measure(float(hits.mean()), *wilson(float(hits.sum()), len(hits)), count=len(hits))


def mean(values: Numbers, clusters: Clusters | None = None, low: float = -math.inf, high: float = math.inf) -> Measure:
    """The mean with a t interval from the clustered standard error; `low` and `high` are the bounds of a value.

    When no two values differ there is no spread to build an interval from. Then a bounded value gets the Wilson
    interval of its clusters, which is wide enough because no bounded value varies more than a share; an unbounded one
    has none, like the mean of a single episode.

    >>> mean([1.0, 2.0, 3.0]).value
    2.0
    """
    values = np.asarray(values, np.float64)
    groups = _groups(clusters, len(values))
    count = int(groups.max()) + 1
    value = float(values.mean())
    error = clustered_error(values, groups)
    if not error > 1e-12 * (1 + abs(value)):
        return Measure(value, *_without_spread(value, count, low, high), count=len(values))
    half = t_quantile(count - 1) * error
    return Measure(value, max(low, value - half), min(high, value + half), count=len(values))


def _without_spread(value: float, count: int, low: float, high: float) -> tuple[float | None, float | None]:
    if not math.isfinite(high - low):
        return None, None
    ends = wilson(min(1.0, max(0.0, (value - low) / (high - low))) * count, count)
    return low + ends[0] * (high - low), low + ends[1] * (high - low)


def clustered_error(values: Numbers, clusters: Clusters) -> float:
    """The standard error of a mean whose values come in clusters; nan with fewer than two of them.

    It is sqrt(C / (C - 1) * sum over clusters of (sum of deviations)^2) / n. Source: Miller 2024, Adding Error Bars to
    Evals (arXiv 2411.00640), with the small-sample factor.
    """
    values = np.asarray(values, np.float64)
    sums = np.bincount(_groups(clusters, len(values)), values - values.mean())
    if len(sums) < 2:
        return math.nan
    return float(math.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / len(values))


def median(values: Numbers, clusters: Clusters | None = None) -> Measure:
    """The median with Woodruff's interval: that of the share of values below it, read off the sorted values.

    Where that share could be 0 or 1, or all values are the same, nothing bounds the median and there is no interval.
    Source: Woodruff 1952, Confidence Intervals for Medians and Other Position Measures.

    >>> median([1.0, 2.0, 2.0, 9.0]).value
    2.0
    """
    values = np.asarray(values, np.float64)
    groups = _groups(clusters, len(values))
    value = float(np.median(values))
    error = clustered_error((values <= value).astype(np.float64), groups)
    half = t_quantile(int(groups.max())) * error if error > 0 else math.nan
    if not half < 0.5:
        return Measure(value, count=len(values))
    low, high = np.quantile(values, 0.5 - half, method="lower"), np.quantile(values, 0.5 + half, method="higher")
    return Measure(value, float(low), float(high), count=len(values))


def ratio(
    tops: Numbers,
    bottoms: Numbers,
    clusters: Clusters | None = None,
    low: float = -math.inf,
    high: float = math.inf,
) -> Measure:
    """The ratio of two sums, such as words per success, with Fieller's interval over clusters.

    There is no interval where so little is below the line that the ratio could be anything (few successes among many
    episodes), and, as with `mean`, where the ratio is the same in every cluster.
    Source: Fieller 1954, Some Problems in Interval Estimation.

    >>> ratio([4.0, 6.0], [1.0, 1.0]).value
    5.0
    """
    groups = _groups(clusters, len(tops))
    top, bottom = np.bincount(groups, np.asarray(tops)), np.bincount(groups, np.asarray(bottoms))
    count, x, y = len(top), float(top.mean()), float(bottom.mean())
    if y <= 0:
        return Measure(None, count=len(tops), missing="there is nothing to divide by")
    value = float(top.sum() / bottom.sum())
    if count < 2 or np.allclose(top, value * bottom, rtol=1e-12, atol=1e-12):
        return Measure(value, *_without_spread(value, count, low, high), count=len(tops))
    (xx, xy), (_, yy) = t_quantile(count - 1) ** 2 / count * np.cov(top, bottom)
    a, b, c = y * y - yy, x * y - xy, x * x - xx
    if a <= 0:  # the sum below the line could be zero
        return Measure(value, count=len(tops))
    root = math.sqrt(b * b - a * c)
    return Measure(value, max(low, float((b - root) / a)), min(high, float((b + root) / a)), count=len(tops))


def bootstrap(
    statistic: Callable[[npt.NDArray[np.float64]], float], rows: npt.ArrayLike, seed: int = 0, rounds: int = 2000
) -> Measure:
    """The 95 % percentile bootstrap interval of any statistic of the rows, which are drawn anew with replacement.

    Draws where the statistic cannot be computed (nan) are left out; infinite ends are no interval.
    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap.

    Args:
        statistic: from an array like `rows` to a number.
        rows: one row per cluster.
        seed: of the generator that draws; its own.
        rounds: how often.
    """
    table = np.asarray(rows, np.float64)
    luck = np.random.default_rng(seed)
    drawn = np.array([statistic(table[luck.integers(len(table), size=len(table))]) for _ in range(rounds)])
    value, drawn = float(statistic(table)), drawn[~np.isnan(drawn)]
    if math.isnan(value) or not len(drawn):
        return Measure(None, count=len(table), missing="the statistic cannot be computed on these rows")
    low, high = np.quantile(drawn, [0.025, 0.975], method="higher")  # no interpolation: some draws may be infinite
    if not math.isfinite(high - low):
        return Measure(value, count=len(table))
    return Measure(value, float(low), float(high), count=len(table))


def _groups(clusters: Clusters | None, count: int) -> npt.NDArray[np.int64]:
    """Numbers the clusters from 0."""
    if clusters is None:
        return np.arange(count)
    return np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
