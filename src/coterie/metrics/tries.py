"""Several tries at one seed: does one of them succeed, do all of them.

Play a seed several times with `repeats`; the unit of analysis is the seed, so intervals are over seeds.
"""

import numpy as np
import numpy.typing as npt

from coterie.core import Metric
from coterie.metrics.completion import succeeded
from coterie.metrics.tally import Pair, PerSeed, define

Counts = npt.NDArray[np.float64] | npt.NDArray[np.int64]


def all_of(successes: Counts, tries: Counts, k: int) -> npt.NDArray[np.float64]:
    """The probability that `k` tries drawn without replacement all succeed: C(c, k) / C(n, k); nan where n < k.

    >>> all_of(np.array([3, 2]), np.array([4, 1]), 2).tolist()
    [0.5, nan]
    """
    c_SK, n_SK = np.asarray(successes)[:, None] - np.arange(k), np.asarray(tries)[:, None] - np.arange(k)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.prod(np.maximum(c_SK, 0) / n_SK, axis=1)
    return np.where(np.asarray(tries) < k, np.nan, shares)


def pass_at(k: int) -> Metric:
    """How likely one of `k` tries at a seed succeeds."""
    return _define(
        f"pass_at/{k}",
        k,
        lambda successes, tries: 1 - all_of(tries - successes, tries, k),
        f"How likely at least one of {k} tries at a seed succeeds, without bias from the number of tries.",
        "Chen et al. 2021, Evaluating Large Language Models Trained on Code (arXiv 2107.03374)",
    )


def pass_all(k: int) -> Metric:
    """How likely `k` tries at a seed all succeed: reliability."""
    return _define(
        f"pass_all/{k}",
        k,
        lambda successes, tries: all_of(successes, tries, k),
        f"How likely {k} tries at a seed all succeed (pass^{k}), without bias from the number of tries.",
        "Yao et al. 2024, tau-bench (arXiv 2406.12045)",
    )


def _define(name: str, k: int, per_seed: PerSeed, summary: str, source: str) -> Metric:
    return define(
        name,
        succeeded,
        "mean",
        missing=f"no seed was tried {k} times in a world that says whether it succeeded; play with repeats={k} or more",
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=summary,
        source=source,
        per_seed=per_seed,
    )


TRIES: tuple[Metric, ...] = (pass_at(4), pass_all(4))
"""Both, for four tries; `pass_at/K` and `pass_all/K` are found for every K."""
