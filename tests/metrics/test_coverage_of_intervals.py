"""Of 1,000 simulated experiments, 93 to 97 % give an interval that holds the truth: each kind of interval there is."""

import numpy as np
import pytest

from coterie.evaluation.probes.finding import slope
from coterie.metrics import paired, statistics
from coterie.metrics.aggregate import interquartile_mean

EXPERIMENTS = 1000


def shares(luck):
    return statistics.rate(luck.random(60) < 0.35), 0.35


def means(luck):
    return statistics.mean(luck.gamma(4.0, 2.0, 40)), 8.0


def clustered_shares(luck):
    chances = np.repeat(luck.beta(2.0, 3.0, 40), 6)  # every seed has its own difficulty
    return statistics.rate(luck.random(240) < chances, np.repeat(np.arange(40), 6)), 0.4


def clustered_means(luck):
    values = np.repeat(luck.normal(1.0, 1.0, 25), 4) + luck.normal(0.0, 1.0, 100)
    return statistics.mean(values, np.repeat(np.arange(25), 4)), 1.0


def ratios(luck):
    hits = (luck.random(120) < 0.6).astype(float)
    return statistics.ratio(luck.poisson(9.0, 120) + 3.0 * hits, hits), (9.0 + 1.8) / 0.6


def bootstrapped_means(luck):
    return statistics.bootstrap(np.mean, luck.normal(3.0, 2.0, 80), seed=int(luck.integers(1 << 30)), rounds=250), 3.0


def bootstrapped_medians(luck):
    return statistics.bootstrap(np.median, luck.normal(3.0, 2.0, 81), seed=int(luck.integers(1 << 30)), rounds=250), 3.0


def medians(luck):
    return statistics.median(luck.gamma(2.0, 1.0, 61)), 1.6783469900166605


def clustered_medians(luck):
    return statistics.median(
        np.repeat(luck.normal(3.0, 1.0, 40), 4) + luck.normal(0.0, 1.0, 160), np.repeat(np.arange(40), 4)
    ), 3.0


def paired_means(luck):
    seeds = luck.normal(0.0, 3.0, 30)
    return paired.difference(seeds + luck.normal(0, 1, 30), seeds + luck.normal(0.5, 1, 30)), 0.5


def paired_shares(luck):
    hard = luck.beta(1.0, 1.0, 80)
    return paired.rate_difference(luck.random(80) < hard**2, luck.random(80) < hard), 1 / 2 - 1 / 3


def clustered_ratios(luck):
    pull = np.repeat(luck.gamma(4.0, 1.0, 50), 3)  # a seed that takes many words takes them in every try
    words, hits = luck.poisson(2.0 * pull) + 0.0, (luck.random(150) < 0.7) + 0.0
    return statistics.ratio(words, hits, np.repeat(np.arange(50), 3)), 8.0 / 0.7


def slopes(luck):
    return slope(range(30), 0.2 * np.arange(30) + luck.normal(0.0, 2.0, 30)), 0.2


def interquartile_means(luck):
    scores = {world: luck.normal(1.0, spread, 60) for world, spread in (("a", 0.5), ("b", 1.0))}
    return interquartile_mean(scores, seed=int(luck.integers(1 << 30)), rounds=250), 1.0


@pytest.mark.parametrize(
    "experiment",
    [
        shares,
        means,
        clustered_shares,
        clustered_means,
        ratios,
        bootstrapped_means,
        bootstrapped_medians,
        medians,
        clustered_medians,
        paired_means,
        paired_shares,
        clustered_ratios,
        slopes,
        interquartile_means,
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(experiment):
    luck = np.random.default_rng(1)
    held = 0
    for _ in range(EXPERIMENTS):
        measure, truth = experiment(luck)
        held += measure.low <= truth <= measure.high
    assert 0.93 <= held / EXPERIMENTS <= 0.97


def test_an_interval_that_ignores_clusters_holds_the_truth_too_seldom():
    luck = np.random.default_rng(2)
    held = 0
    for _ in range(EXPERIMENTS):
        values = np.repeat(luck.normal(1.0, 1.0, 25), 4) + luck.normal(0.0, 1.0, 100)
        measure = statistics.mean(values)
        held += measure.low <= 1.0 <= measure.high
    assert held / EXPERIMENTS < 0.9
