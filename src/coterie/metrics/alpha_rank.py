"""Alpha-rank: how much of the time evolution spends with each strategy, also where play goes in circles.

Source: Omidshafiei et al. 2019, alpha-Rank: Multi-Agent Evaluation by Evolution (arXiv 1903.01373).
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coterie.core import ConfigError

Table = npt.NDArray[np.float64]


def alpha_rank(payoffs: Sequence[npt.ArrayLike], alpha: float = 1.0, population: int = 50) -> Table:
    """Returns the stationary distribution over strategy profiles, in the shape of a payoff table.

    One table is a symmetric game of two seats played within one population, `payoffs[0][mine, other]`: the answer has
    one number a strategy. Several tables are one for each seat, `payoffs[seat][choice of seat 0, ...]`.

    Args:
        payoffs: one table, or one a seat.
        alpha: how strongly better strategies are selected; large values tell apart what is nearly equal.
        population: individuals in each population.

    >>> rock_paper_scissors = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    >>> alpha_rank([rock_paper_scissors]).round(6).tolist()
    [0.333333, 0.333333, 0.333333]

    Raises:
        ConfigError: the tables do not fit together, or alpha is so large that some moves of evolution are impossible in
            floating point and more than one answer remains.
    """
    tables = [np.asarray(table, np.float64) for table in payoffs]
    shape = tables[0].shape if tables else ()
    seats = len(tables)
    if not tables or any(t.shape != shape for t in tables) or len(shape) != (2 if seats == 1 else seats):
        raise ConfigError(f"found tables of shapes {[t.shape for t in tables]}, expected one axis a seat in each")
    if seats == 1:
        if shape[0] != shape[1]:
            raise ConfigError(f"found a table of shape {shape}; one population needs a square one")
        chain = _within(tables[0], alpha, population)
        return _stationary(chain)
    return _stationary(_between(tables, alpha, population)).reshape(shape)


def fixation(advantage: float, population: int) -> float:
    """The probability that a mutant takes over: (1 - e^-u) / (1 - e^-mu), 1 / m where it has no advantage u.

    >>> fixation(0.0, 50), round(fixation(1.0, 50), 6), fixation(-20.0, 50) < 1e-300
    (0.02, 0.632121, True)
    """
    if abs(advantage) < 1e-14:
        return 1 / population
    if advantage > 0:
        return math.expm1(-advantage) / math.expm1(-population * advantage)
    # The same fraction times e^mu over e^mu, which cannot overflow.
    return math.exp((population - 1) * advantage) * math.expm1(advantage) / math.expm1(population * advantage)


def _within(table: Table, alpha: float, population: int) -> Table:
    """Transitions of one population between strategies; a mutant is compared with whom it meets."""
    count = len(table)
    chain = np.zeros((count, count))
    for old in range(count):
        for new in range(count):
            if new != old:
                gain = alpha * (table[new, old] - table[old, new])
                chain[old, new] = fixation(gain, population) / (count - 1)
        chain[old, old] = 1 - chain[old].sum()
    return chain


def _between(tables: Sequence[Table], alpha: float, population: int) -> Table:
    """Transitions between profiles, one population changing its strategy at a time."""
    shape = tables[0].shape
    ways = sum(size - 1 for size in shape)
    chain = np.zeros((math.prod(shape), math.prod(shape)))
    for old in np.ndindex(*shape):
        here = int(np.ravel_multi_index(old, shape))
        for seat, table in enumerate(tables):
            for choice in range(shape[seat]):
                if choice != old[seat]:
                    new = (*old[:seat], choice, *old[seat + 1 :])
                    gain = alpha * float(table[new] - table[old])
                    chain[here, int(np.ravel_multi_index(new, shape))] = fixation(gain, population) / ways
        chain[here, here] = 1 - chain[here].sum()
    return chain


def _stationary(chain: Table) -> Table:
    """The distribution that the chain leaves as it is."""
    count = len(chain)
    equations = np.vstack([chain.T - np.eye(count), np.ones(count)])
    shares, _, rank, _ = np.linalg.lstsq(equations, np.append(np.zeros(count), 1.0), rcond=1e-13)
    if rank < count:
        raise ConfigError("alpha is too large for these payoffs: several answers remain; choose a smaller one")
    return np.asarray(np.clip(shares, 0, None) / np.clip(shares, 0, None).sum(), np.float64)
