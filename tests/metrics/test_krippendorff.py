"""Krippendorff's alpha: the examples of his own paper, and Inspect AI on random data."""

import random

import pytest
from inspect_ai import scorer as inspect
from inspect_ai.scorer import SampleScore, Score

from coterie.metrics.krippendorff import krippendorff_alpha

# Krippendorff 2011, example C: four observers, twelve units, values missing.
PAPER = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
LEVELS = ("nominal", "ordinal", "interval")


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_example_with_missing_values_of_the_paper(level, expected):
    found = krippendorff_alpha(PAPER, level)
    assert found.value == pytest.approx(expected, abs=5e-4)
    assert found.low < found.value < found.high
    assert found.count == 11  # the twelfth unit has one value only


def test_the_binary_example_of_the_paper():
    one, other = "0100000010", "1110010000"
    assert krippendorff_alpha([one, other]).value == pytest.approx(0.095, abs=5e-4)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("values", [(1, 2, 2, 3, 7), (1, 2, 3, 7, None)])
@pytest.mark.parametrize("seed", range(5))
def test_random_ratings_are_as_reliable_as_inspect_says(level, values, seed):
    luck = random.Random(seed)
    units = [[luck.choice(values) for _ in range(4)] for _ in range(30)]
    told = [[value for value in unit if value is not None] for unit in units]
    theirs = inspect.krippendorff_alpha(level)([SampleScore(score=Score(value=unit)) for unit in told])
    assert krippendorff_alpha([*zip(*units, strict=True)], level, rounds=1).value == pytest.approx(theirs, abs=1e-9)


def test_judges_that_never_differ_in_anything_cannot_be_told_from_chance():
    assert "always said yes" in krippendorff_alpha([["yes", "yes"], ["yes", "yes"]]).missing
    assert krippendorff_alpha([["yes", None], [None, "no"]]).missing == "no unit was judged twice"


def test_few_units_without_a_disagreement_do_not_prove_agreement():
    few, many = (krippendorff_alpha(["ab" * half] * 2) for half in (2, 50))
    assert few.value == many.value == many.high == 1
    assert few.low == pytest.approx(4 / (4 + 1.959964**2))
    assert many.low > 0.95


def test_judges_who_throw_coins_agree_by_chance_and_the_interval_says_so():
    luck = random.Random(1)
    held = 0
    for _ in range(200):
        ratings = [[luck.choice("abc") for _ in range(60)] for _ in range(2)]
        found = krippendorff_alpha(ratings, rounds=200)
        held += found.low <= 0 <= found.high
    assert 0.9 <= held / 200 <= 0.99
