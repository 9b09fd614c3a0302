"""Luck by name: seeded, fixed, scripted."""

import copy
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coterie.core import Chance, ChanceNeeded


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    def drawn(seed):
        chance = Chance(seed)
        return [chance.draw(f"die {number}", range(1000)) for number in range(10)]

    assert drawn(3) == drawn(3) != drawn(4)


def test_a_fixed_outcome_comes_out_and_the_rest_stays_seeded():
    chance = Chance(1, fixed={"coin": "tails"})
    assert {chance.draw("coin", ("heads", "tails")) for _ in range(20)} == {"tails"}
    assert len({chance.draw("die", range(6)) for _ in range(100)}) == 6


def test_an_outcome_that_is_no_option_cannot_be_fixed():
    with pytest.raises(ValueError, match="edge"):
        Chance(1, fixed={"coin": "edge"}).draw("coin", ("heads", "tails"))


def test_a_script_gives_its_outcomes_by_index_and_then_asks():
    chance = Chance(1, script=[1, 0])
    assert [chance.draw("coin", "HT"), chance.draw("coin", "HT")] == ["T", "H"]
    with pytest.raises(ChanceNeeded) as needed:
        chance.draw("die", (1, 2, 3), (0.5, 0.25, 0.25))
    assert (needed.value.name, needed.value.options) == ("die", (1, 2, 3))
    assert needed.value.probabilities == (0.5, 0.25, 0.25)
    with pytest.raises(ChanceNeeded) as needed:
        chance.draw("coin", "HT")
    assert needed.value.probabilities == [0.5, 0.5]


def test_a_draw_that_was_refused_is_not_among_those_drawn():
    chance = Chance(1, script=[1])
    chance.draw("coin", "HT")
    with pytest.raises(ChanceNeeded):
        chance.draw("coin", "HT")
    assert chance.drawn == [("coin", 1, 2)]


@pytest.mark.parametrize("probabilities", [None, (0.7, 0.2, 0.1), (1.0, 0.0, 0.0)])
def test_outcomes_come_as_often_as_their_probabilities_say(probabilities):
    chance, count = Chance(11), 20_000
    found = Counter(chance.draw("urn", range(3), probabilities) for _ in range(count))
    for outcome, probability in enumerate(probabilities or [1 / 3] * 3):
        error = (probability * (1 - probability) / count) ** 0.5
        assert found[outcome] / count == pytest.approx(probability, abs=4 * error)


@given(seed=some.integers(0, 2**63), count=some.integers(0, 6))
def test_a_sample_has_different_members_and_every_draw_has_a_name(seed, count):
    chance = Chance(seed)
    drawn = chance.sample("card", range(6), count)
    assert len(set(drawn)) == count
    assert [(name, of) for name, _, of in chance.drawn] == [(f"card {place}", 6 - place) for place in range(count)]


@given(seed=some.integers(0, 2**63), before=some.integers(0, 3))
def test_a_copy_draws_on_as_the_original_does_and_leaves_it_alone(seed, before):
    chance = Chance(seed)
    for number in range(before):
        chance.draw(f"early {number}", range(100))
    copied = copy.deepcopy(chance)
    ahead = [copied.draw("late", range(100)) for _ in range(5)]
    assert len(chance.drawn) == before
    assert [chance.draw("late", range(100)) for _ in range(5)] == ahead


def test_a_copy_of_a_script_is_a_script_of_its_own():
    chance = Chance(0, script=[0, 1])
    copied = copy.deepcopy(chance)
    copied.draw("coin", "HT")
    assert (chance.script, copied.script) == ([0, 1], [1])
