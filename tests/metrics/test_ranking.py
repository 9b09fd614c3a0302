"""Tiers: told apart only where the intervals are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core import Measure
from coterie.metrics.ranking import rank


def test_who_overlaps_is_not_ranked():
    found = rank({"low": Measure(0.1, 0.0, 0.2), "high": Measure(0.9, 0.8, 1.0), "middle": Measure(0.8, 0.6, 0.9)})
    assert found == [("high", "middle"), ("low",)]


def test_lower_can_be_better():
    costs = {"dear": Measure(30.0, 28.0, 32.0), "cheap": Measure(10.0, 9.0, 11.0)}
    assert rank(costs, higher_is_better=False) == [("cheap",), ("dear",)]
    assert rank(costs) == [("dear",), ("cheap",)]


def test_one_wide_interval_holds_all_together():
    far = {"a": Measure(0.9, 0.8, 1.0), "b": Measure(0.1, 0.0, 0.2), "unsure": Measure(0.5, 0.1, 0.9)}
    assert rank(far) == [("a", "b", "unsure")]
    assert rank(far | {"unsure": Measure(0.5)}) == [("a", "b", "unsure")]


def test_touching_intervals_overlap():
    assert rank({"a": Measure(2.0, 1.0, 3.0), "b": Measure(4.0, 3.0, 5.0)}) == [("a", "b")]


def test_who_has_no_value_is_not_ranked_but_refused():
    with pytest.raises(ValueError, match="nobody spoke"):
        rank({"a": Measure(1.0, 0.0, 2.0), "b": Measure(None, missing="nobody spoke")})


spans = st.tuples(st.floats(-5, 5), st.floats(0, 2)).map(lambda span: Measure(span[0], span[0] - span[1], sum(span)))


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), spans, max_size=8))
def test_every_pair_that_is_ranked_has_disjoint_intervals(measures):
    tiers = rank(measures)
    assert sorted(name for tier in tiers for name in tier) == sorted(measures)
    for place, tier in enumerate(tiers):
        for better in tier:
            assert all(measures[better].low > measures[worse].high for below in tiers[place + 1 :] for worse in below)
