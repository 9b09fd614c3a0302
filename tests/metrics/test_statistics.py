import math

import numpy as np
import pytest
from scipy import stats

from coterie.metrics import distributions, paired, statistics


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (2, 3), (40, 1.5), (5000, 4000)])
def test_the_incomplete_beta_function_agrees_with_scipy(a, b):
    for x in (0.0, 1e-6, 0.2, 0.5, 0.55, 0.9, 1.0):
        assert distributions.beta_share(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 30, 250, 99_999])
def test_t_quantiles_agree_with_scipy(freedom):
    assert distributions.t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)
    assert distributions.t_share(-1.3, freedom) == pytest.approx(stats.t.cdf(-1.3, freedom), rel=1e-9)


@pytest.mark.parametrize(("successes", "count"), [(0, 20), (1, 1), (7, 20), (20, 20), (9300, 10_000)])
def test_the_wilson_interval_agrees_with_scipy(successes, count):
    expected = stats.binomtest(successes, count).proportion_ci(method="wilson")
    assert statistics.wilson(successes, count) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_perfect_score_still_has_an_interval():
    measure = statistics.rate([1] * 20)
    assert measure.value == 1.0
    assert measure.low == pytest.approx(0.8389, abs=1e-4)
    assert measure.high == 1.0


def test_the_t_interval_of_a_mean_agrees_with_scipy():
    values = np.random.default_rng(1).normal(3, 2, 40)
    low, high = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    measure = statistics.mean(values)
    assert (measure.low, measure.high, measure.count) == (pytest.approx(low), pytest.approx(high), 40)


def test_the_clustered_standard_error_has_the_value_worked_out_by_hand():
    # mean 4; deviations -3, -1 | 1 | 3; sums of clusters -4, 1, 3; sqrt(3/2 * (16 + 1 + 9)) / 4
    assert statistics.clustered_error([1, 3, 5, 7], ["a", "a", "b", "c"]) == pytest.approx(math.sqrt(39) / 4)


def test_tries_at_the_same_seed_do_not_count_as_new_luck():
    once = statistics.rate([1, 0, 1, 1, 0, 0, 1, 0], list(range(8)))
    ten_times = statistics.rate([1, 0, 1, 1, 0, 0, 1, 0] * 10, list(range(8)) * 10)
    assert ten_times.count == 80
    assert ten_times.high - ten_times.low > 0.9 * (once.high - once.low)


def test_a_bounded_mean_without_spread_keeps_an_honest_width():
    measure = statistics.mean([1.0] * 10, low=0.0, high=1.0)
    assert (measure.low, measure.high) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert statistics.mean([2.0] * 10).low is None


def test_one_value_has_no_interval():
    measure = statistics.mean([5.0])
    assert (measure.value, measure.low, measure.high, measure.count) == (5.0, None, None, 1)


def test_fiellers_interval_satisfies_its_own_equation():
    luck = np.random.default_rng(2)
    tops, bottoms = luck.poisson(12, 60).astype(float), luck.binomial(1, 0.7, 60).astype(float)
    measure = statistics.ratio(tops, bottoms)
    assert measure.value == pytest.approx(tops.sum() / bottoms.sum())
    for end in (measure.low, measure.high):  # each end is a ratio that a t test just rejects
        assert stats.ttest_1samp(tops - end * bottoms, 0).pvalue == pytest.approx(0.05, rel=1e-6)


def test_a_ratio_of_few_successes_has_a_value_but_no_interval():
    measure = statistics.ratio([10.0] * 50, [1.0] + [0.0] * 49)
    assert (measure.value, measure.low, measure.high) == (500.0, None, None)


def test_a_ratio_with_nothing_below_the_line_is_missing():
    measure = statistics.ratio([10.0, 3.0], [0.0, 0.0])
    assert measure.value is None
    assert measure.missing


def test_the_bootstrap_agrees_with_scipy_and_repeats_itself():
    values = np.random.default_rng(3).exponential(2, 80)
    ours = statistics.bootstrap(np.median, values, seed=5, rounds=4000)
    theirs = stats.bootstrap((values,), np.median, n_resamples=4000, method="percentile", rng=0).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.1)
    assert ours == statistics.bootstrap(np.median, values, seed=5, rounds=4000)


def test_the_bootstrap_leaves_the_global_generator_alone():
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    statistics.bootstrap(np.mean, [1.0, 2.0, 3.0])
    assert (np.random.get_state()[1] == before).all()


def pairs(both, only_a, only_b, neither):
    a = [1] * both + [1] * only_a + [0] * only_b + [0] * neither
    b = [1] * both + [0] * only_a + [1] * only_b + [0] * neither
    return a, b


def test_the_paired_difference_of_rates_has_newcombes_published_value():
    # Newcombe 1998, table II: 36 both, 12 and 2 discordant, 0 neither; method 10 gives 0.0569 to 0.3404.
    b, a = pairs(36, 12, 2, 0)
    measure = paired.rate_difference(a, b)
    assert measure.value == pytest.approx(0.2)
    assert (measure.low, measure.high) == pytest.approx((0.0569, 0.3404), abs=5e-4)


def test_systems_that_never_disagree_still_differ_by_an_interval():
    measure = paired.rate_difference([1] * 20, [1] * 20)
    assert measure.value == 0
    assert measure.low == -measure.high < -0.1


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (1, 0), (5, 1), (30, 60), (2500, 2400)])
def test_mcnemar_agrees_with_the_exact_binomial_test_of_scipy(won, lost):
    a, b = pairs(3, lost, won, 3)
    expected = stats.binomtest(won, won + lost).pvalue if won + lost else 1.0
    assert paired.mcnemar(a, b) == pytest.approx(expected, rel=1e-9)


def test_the_permutation_test_tries_every_swap_of_a_small_sample_like_scipy():
    a, b = np.array([1.0, 2.0, 3.5, 0.0, 4.0, 1.0]), np.array([2.0, 2.5, 3.0, 2.0, 6.0, 1.0])
    theirs = stats.permutation_test((a, b), lambda x, y: np.mean(y - x), permutation_type="samples").pvalue
    assert paired.permutation(a, b) == pytest.approx(theirs)


def test_the_permutation_test_of_a_large_sample_is_close_to_the_t_test():
    luck = np.random.default_rng(4)
    a = luck.normal(0, 1, 200)
    b = a + luck.normal(0.1, 0.8, 200)
    assert paired.permutation(a, b) == pytest.approx(stats.ttest_rel(a, b).pvalue, abs=0.02)


def test_the_permutation_test_takes_a_ratio_of_sums():
    same_cost = np.array([[10.0, 1.0]] * 8)
    half_cost = np.array([[5.0, 1.0]] * 8)

    def gap(one, two):
        return two[:, 0] / two[:, 1] - one[:, 0] / one[:, 1]

    assert paired.permutation(same_cost, half_cost, gap) == 2 / 2**8
    assert paired.permutation(same_cost, same_cost, gap) == 1.0
