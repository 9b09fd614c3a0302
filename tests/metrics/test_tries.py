"""Several tries at a seed: Inspect AI, unbiasedness, and what happens with too few tries."""

import random
from math import comb

import numpy as np
import pytest
from inspect_ai import scorer as inspect
from inspect_ai.scorer import Score

from coterie.core import ConfigError, Episode, Event, Failure
from coterie.evaluation import compare
from coterie.metrics import METRICS, metrics
from coterie.metrics.tries import all_of


def tries(seed, successes, count):
    hits = [True] * successes + [False] * (count - successes)
    return [
        Episode(
            environment="w-v1", seed=seed, repeat=repeat, seats={}, events=(Event("outcome", data={"success": hit}),)
        )
        for repeat, hit in enumerate(hits)
    ]


@pytest.mark.parametrize("draw", range(60))
def test_both_are_those_of_inspect_on_random_data(draw):
    luck = random.Random(draw)
    count = luck.randint(1, 40)
    k, successes = luck.randint(1, count), luck.randint(0, count)
    scores = [Score(value=float(place < successes)) for place in range(count)]
    one, whole = (metric.compute(tries(0, successes, count)) for metric in metrics([f"pass_at/{k}", f"pass_all/{k}"]))
    assert one.value == pytest.approx(inspect.pass_at(k)(scores).value, abs=1e-9)
    assert whole.value == pytest.approx(inspect.pass_k(k)(scores).value, abs=1e-9)


def test_both_are_the_textbook_formulas_on_random_data():
    luck = random.Random(3)
    for _ in range(300):
        n = luck.randint(1, 60)
        c, k = luck.randint(0, n), luck.randint(1, n)
        assert all_of(np.array([c]), np.array([n]), k)[0] == pytest.approx(comb(c, k) / comb(n, k), abs=1e-9)


def test_seeds_count_alike_however_often_they_were_tried():
    played = tries(0, 4, 4) + tries(1, 0, 12)
    found = METRICS["pass_all/4"].compute(played)
    assert found.value == 0.5
    assert found.count == 2  # seeds
    assert METRICS["pass_at/4"].compute(played).value == 0.5


def test_too_few_tries_are_left_out_and_none_at_all_is_missing():
    assert METRICS["pass_at/4"].compute(tries(0, 1, 3) + tries(1, 4, 4)).value == 1.0
    nothing = METRICS["pass_at/4"].compute(tries(0, 1, 3))
    assert nothing.value is None
    assert "repeats=4" in nothing.missing


def test_a_crash_is_a_try_that_did_not_succeed():
    crash = Episode(environment="w-v1", seed=0, seats={}, failure=Failure("policy", "gone"))
    assert metrics(["pass_all/2"])[0].compute([*tries(0, 1, 1), crash]).value == 0.0


def test_only_whole_numbers_of_tries_have_a_name():
    assert metrics(["pass_at/17"])[0].name == "pass_at/17"
    for name in ("pass_at/0", "pass_at/x", "pass_at"):
        with pytest.raises(ConfigError):
            metrics([name])


def test_two_systems_are_compared_seed_by_seed():
    worse = [episode for seed in range(12) for episode in tries(seed, 2, 4)]
    better = [episode for seed in range(12) for episode in tries(seed, 4 if seed else 2, 4)]
    found = compare(worse, better, metrics=["pass_all/2"]).differences["pass_all/2"]
    assert found.a.value == pytest.approx(1 / 6)
    assert found.change.value == pytest.approx(11 / 12 * 5 / 6)
    assert found.change.count == 12
    assert found.better == "b"
