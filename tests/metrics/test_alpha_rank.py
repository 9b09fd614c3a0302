"""Alpha-rank against OpenSpiel, and where its answer is known."""

import itertools

import numpy as np
import pytest
from open_spiel.python.egt import alpharank

from coterie.core import ConfigError
from coterie.metrics.alpha_rank import alpha_rank

ROCK_PAPER_SCISSORS = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])


@pytest.mark.parametrize(("seed", "alpha", "population"), list(itertools.product(range(4), (0.05, 0.5, 2.0), (10, 50))))
def test_one_population_is_ranked_as_openspiel_ranks_it(seed, alpha, population):
    table = np.random.default_rng(seed).normal(0, 1, (5, 5))
    _, _, theirs, _, _ = alpharank.compute([table], m=population, alpha=alpha)
    assert alpha_rank([table], alpha, population) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 2)])
@pytest.mark.parametrize("alpha", [0.05, 0.5])
def test_several_populations_are_ranked_as_openspiel_ranks_them(shape, alpha):
    luck = np.random.default_rng(7)
    tables = [luck.normal(0, 1, shape) for _ in shape]
    _, _, theirs, _, _ = alpharank.compute(tables, alpha=alpha)
    assert alpha_rank(tables, alpha).ravel() == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 100.0])
def test_a_circle_has_no_best_strategy(alpha):
    assert alpha_rank([ROCK_PAPER_SCISSORS], alpha) == pytest.approx([1 / 3] * 3)


def test_the_best_of_a_ladder_takes_all():
    ladder = np.array([[0.0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    assert alpha_rank([ladder], 100.0) == pytest.approx([1.0, 0.0, 0.0], abs=1e-12)


def test_without_selection_all_are_alike():
    assert alpha_rank([np.random.default_rng(1).normal(0, 1, (4, 4))], alpha=0.0) == pytest.approx([0.25] * 4)


def test_more_than_one_answer_is_no_answer():
    apart = np.array([[5.0, 0, 0], [0, 5, 0], [0, 0, 5]])
    assert alpha_rank([apart, apart], alpha=0.1).sum() == pytest.approx(1.0)
    with pytest.raises(ConfigError, match="alpha is too large"):
        alpha_rank([apart, apart], alpha=1000.0)


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ConfigError, match="shapes"):
        alpha_rank([np.zeros((2, 2)), np.zeros((2, 3))])
    with pytest.raises(ConfigError, match="square"):
        alpha_rank([np.zeros((2, 3))])
    with pytest.raises(ConfigError, match="axis a seat"):
        alpha_rank([np.zeros((2, 2))] * 3)
