"""One number of many worlds: the interquartile mean of normalised scores, which no outlier decides."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from coterie.core import Measure
from coterie.metrics.statistics import Numbers

ROUNDS = 2000


def interquartile_mean(scores: Mapping[str, Numbers], seed: int = 0, rounds: int = ROUNDS) -> Measure:
    """The mean of the middle half of all scores, with a bootstrap interval that draws anew within every world.

    Source: Agarwal et al. 2021, Deep RL at the Edge of the Statistical Precipice (arXiv 2108.13264).

    >>> interquartile_mean({"a": [0.0, 0.4, 0.6, 9.0]}).value
    0.5

    Args:
        scores: world to its scores, one for each seed, on one scale for all worlds (random play 0, an expert 1).
        seed: of the generator that draws; its own.
        rounds: how often.

    Raises:
        ValueError: there are no scores, or one is not a number.
    """
    tables = [np.asarray(each, np.float64) for each in scores.values()]
    if not tables or any(not each.size or not np.isfinite(each).all() for each in tables):
        raise ValueError(f"found scores {dict(scores)}, expected at least one finite number for every world")
    luck = np.random.default_rng(seed)
    drawn = [
        _middle(np.concatenate([each[luck.integers(len(each), size=len(each))] for each in tables]))
        for _ in range(rounds)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    whole = np.concatenate(tables)
    return Measure(_middle(whole), float(low), float(high), count=len(whole))


def _middle(scores: npt.NDArray[np.float64]) -> float:
    """A quarter is cut off at both ends, rounded down to whole scores."""
    cut = len(scores) // 4
    return float(np.sort(scores)[cut : len(scores) - cut].mean())
