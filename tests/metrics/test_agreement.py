"""Statistics against independent implementations: statsmodels, scipy and Inspect AI."""

import random

import numpy as np
import pytest
from inspect_ai import scorer as inspect
from inspect_ai.scorer import SampleScore, Score
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_confint

from coterie.metrics import paired, planning, statistics


def clustered_data(seed):
    luck = random.Random(seed)
    clusters = [luck.randrange(12) for _ in range(60)]
    pull = [luck.random() for _ in range(12)]
    return [float(luck.random() < pull[c]) if seed % 2 else luck.gauss(pull[c], 0.5) for c in clusters], clusters


@pytest.mark.parametrize("seed", range(10))
def test_standard_errors_and_intervals_are_those_of_inspect(seed):
    values, clusters = clustered_data(seed)
    scores = [
        SampleScore(score=Score(value=value), sample_metadata={"seed": cluster})
        for value, cluster in zip(values, clusters, strict=True)
    ]
    theirs = inspect.stderr(cluster="seed")(scores)
    assert statistics.clustered_error(values, clusters) == pytest.approx(theirs, abs=1e-9)
    assert statistics.clustered_error(values, range(60)) == pytest.approx(inspect.stderr()(scores), abs=1e-9)
    interval, ours = inspect.ci(cluster="seed")(scores), statistics.mean(values, clusters)
    assert (ours.low, ours.high) == pytest.approx((interval["lower"], interval["upper"]), abs=1e-9)
    if set(values) <= {0.0, 1.0}:
        interval, ours = inspect.ci_wilson()(scores), statistics.rate(values)
        assert (ours.low, ours.high) == pytest.approx((interval["lower"], interval["upper"]), abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_clustered_standard_errors_are_those_of_a_regression_on_a_constant(seed):
    values, clusters = clustered_data(seed)
    fit = OLS(values, np.ones(60)).fit(cov_type="cluster", cov_kwds={"groups": np.array(clusters)})
    assert statistics.clustered_error(values, clusters) == pytest.approx(fit.bse[0], abs=1e-9)


@pytest.mark.parametrize(("hits", "count"), [(0, 5), (3, 17), (50, 100), (999, 1000)])
def test_wilson_intervals_are_those_of_statsmodels(hits, count):
    assert statistics.wilson(hits, count) == pytest.approx(proportion_confint(hits, count, method="wilson"), abs=1e-9)


def test_holm_is_that_of_statsmodels():
    luck = np.random.default_rng(5)
    for count in (1, 2, 7, 30):
        p = luck.random(count) ** 3
        adjusted = paired.holm({str(place): value for place, value in enumerate(p)})
        assert [adjusted[str(place)] for place in range(count)] == pytest.approx(
            multipletests(p, method="holm")[1], abs=1e-12
        )


@pytest.mark.parametrize(("won", "lost"), [(1, 4), (10, 12), (40, 9)])
def test_mcnemar_is_that_of_statsmodels(won, lost):
    a = [0] * won + [1] * lost + [1, 0, 0]
    b = [1] * won + [0] * lost + [1, 0, 0]
    theirs = their_mcnemar([[1, lost], [won, 2]], exact=True).pvalue
    assert paired.mcnemar(a, b) == pytest.approx(theirs, abs=1e-9)


def test_the_paired_t_interval_is_that_of_scipy():
    luck = np.random.default_rng(6)
    a, b = luck.normal(0, 1, 31), luck.normal(0.3, 2, 31)
    theirs = stats.ttest_rel(b, a).confidence_interval()
    ours = paired.difference(a, b)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_of_a_median_is_that_of_scipys_quantile_test_within_one_place(seed):
    values = np.random.default_rng(seed).gamma(2.0, 3.0, 101)
    ours, places = statistics.median(values), np.sort(values)
    theirs = stats.quantile_test(values, p=0.5).confidence_interval()
    assert ours.value == np.median(values)
    for our, their in ((ours.low, theirs.low), (ours.high, theirs.high)):
        assert abs(int(np.searchsorted(places, our)) - int(np.searchsorted(places, their))) <= 1


@pytest.mark.parametrize(("effect", "spread", "power"), [(0.05, 0.7, 0.8), (0.5, 1.0, 0.9), (2.0, 13.0, 0.8)])
def test_required_episodes_are_those_of_statsmodels(effect, spread, power):
    # ratio=0: a test of one sample, here of the differences. Theirs counts the far tail too, which adds nothing here.
    theirs = NormalIndPower().solve_power(effect_size=effect / spread, power=power, alpha=0.05, ratio=0)
    assert planning.required_episodes(effect, spread, power) == pytest.approx(theirs, abs=1)
    shown = planning.smallest_effect(planning.required_episodes(effect, spread, power), spread, power)
    assert shown == pytest.approx(effect, rel=0.02)


def test_so_many_episodes_find_the_difference_as_often_as_promised():
    luck = np.random.default_rng(7)
    count = planning.required_episodes(0.2, spread=1.0)
    found = [stats.ttest_1samp(luck.normal(0.2, 1.0, count), 0).pvalue < 0.05 for _ in range(1000)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)


def test_numbers_that_plan_nothing_are_refused():
    with pytest.raises(ValueError, match="effect 0"):
        planning.required_episodes(0, 1.0)
    with pytest.raises(ValueError, match="power"):
        planning.required_episodes(1.0, 1.0, power=1.2)
    with pytest.raises(ValueError, match="0 episodes"):
        planning.smallest_effect(0, 1.0)
