"""The interquartile mean is SciPy's trimmed mean, and its interval draws within every world."""

import numpy as np
import pytest
from scipy import stats

from coterie.metrics.aggregate import interquartile_mean


@pytest.mark.parametrize("seed", range(5))
def test_the_interquartile_mean_is_the_trimmed_mean_of_scipy(seed):
    luck = np.random.default_rng(seed)
    scores = {name: luck.normal(size=10 + 3 * place) for place, name in enumerate("abc")}
    found = interquartile_mean(scores, rounds=50)
    assert found.value == pytest.approx(stats.trim_mean(np.concatenate(list(scores.values())), 0.25), abs=1e-12)
    assert found.low < found.value < found.high


def test_one_wild_score_does_not_move_it_and_a_world_without_spread_keeps_its_scores():
    calm = {"a": [0.5] * 8, "b": [0.7] * 8}
    wild = {"a": [0.5] * 8, "b": [0.7] * 7 + [1e6]}
    assert interquartile_mean(calm) == interquartile_mean(wild)
    # Drawn over both worlds together, the mix would vary and so would the mean.
    assert interquartile_mean(calm).low == interquartile_mean(calm).high == pytest.approx(0.6)


def test_intervals_of_the_interquartile_mean_hold_the_truth():
    held = 0
    for seed in range(200):
        luck = np.random.default_rng(seed)
        found = interquartile_mean({name: luck.normal(1.0, 1.0, 30) for name in "abc"}, rounds=200)
        held += found.low <= 1.0 <= found.high
    assert 0.90 <= held / 200 <= 0.99


@pytest.mark.parametrize("scores", [{}, {"a": []}, {"a": [float("nan")]}])
def test_no_scores_are_refused(scores):
    with pytest.raises(ValueError, match="at least one finite number"):
        interquartile_mean(scores)
