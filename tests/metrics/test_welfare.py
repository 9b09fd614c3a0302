"""Welfare, deals, commons and lessons: by hand, and on worlds whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.agents import Expert, Random, Scripted
from coterie.core import Action, Episode, Event, Seat
from coterie.metrics import METRICS, metrics
from coterie.metrics.welfare import gini, nash, nash_welfare
from coterie.rollout import gather


def episode(totals=None, seed=0, **outcome):
    events = (Event("outcome", data=outcome),) if outcome else ()
    seats = {"ann": Seat("x"), "bob": Seat("y")}
    return Episode(environment="hand-v1", seed=seed, seats=seats, events=events, totals=totals or {})


def value(name, *episodes):
    return METRICS[name].compute(episodes).value


# ---- welfare ----


def test_welfare_by_hand():
    played = episode({"ann": 2.0, "bob": 8.0})
    assert value("social_welfare", played) == 10.0
    assert value("minimum_welfare", played) == 2.0
    assert value("nash_welfare", played) == pytest.approx(4.0)
    assert value("inequality", played) == pytest.approx(6 * 2 / (2 * 2 * 10))
    assert nash_welfare(disagreement=1.0).compute([played]).value == pytest.approx(7**0.5)


def test_inequality_has_no_meaning_below_zero_and_says_so():
    assert METRICS["inequality"].compute([episode({"ann": -1.0, "bob": 1.0})]).missing
    assert METRICS["inequality"].compute([episode({"ann": 0.0, "bob": 0.0})]).missing
    assert METRICS["social_welfare"].compute([episode({"ann": 1.0})]).missing


amounts = st.lists(st.floats(0.01, 100), min_size=2, max_size=9)


@given(amounts, st.floats(0.1, 10))
def test_gini_is_the_area_below_the_lorenz_curve_and_knows_no_unit(values, scale):
    ordered = np.sort(values)
    lorenz = np.insert(np.cumsum(ordered) / ordered.sum(), 0, 0.0)
    area = np.trapezoid(lorenz, dx=1 / len(values))
    assert gini(values) == pytest.approx(1 - 2 * area, abs=1e-9)
    assert gini([scale * each for each in values]) == pytest.approx(gini(values), abs=1e-9)


@given(amounts)
def test_nash_welfare_lies_between_the_least_and_the_mean(values):
    assert min(values) * (1 - 1e-9) <= nash(values) <= sum(values) / len(values) * (1 + 1e-9)


# ---- deals ----


def deal(ann, bob, best, pareto=True, agreement=True, seed=0):
    return episode(
        seed=seed, agreement=agreement, pareto=pareto, gains={"ann": ann, "bob": bob}, joint=ann + bob, best=best
    )


def test_deals_by_hand():
    played = [deal(2.0, 6.0, 8.0), deal(3.0, 3.0, 12.0, pareto=False, seed=1)]
    played += [deal(0.0, 0.0, 4.0, pareto=False, agreement=False, seed=2), deal(0.0, 0.0, 0.0, agreement=False, seed=3)]
    assert value("agreement", *played) == 0.5
    assert value("pareto_share", *played) == 0.5
    assert value("joint_share", *played) == pytest.approx((1 + 0.5 + 0) / 3)
    assert value("surplus_split", *played) == pytest.approx((0.5 + 1) / 2)
    assert value("price_of_no_deal", *played) == pytest.approx(4 / 24)


def test_experts_bargain_better_than_chance():
    expert = list(gather("bargain", {"first": Expert(), "second": Expert()}, range(30)))
    chance = list(gather("bargain", {"first": Random(), "second": Random()}, range(30)))
    for name in ("agreement", "joint_share"):
        assert value(name, *expert) > value(name, *chance), name
    assert value("pareto_share", *expert) > 0.5


# ---- commons ----


def stock(harvested, survived, over, harvests, rounds=5, limit=6, seed=0):
    return episode(
        seed=seed, harvested=harvested, survived=survived, rounds=rounds, limit=limit, over=over, harvests=harvests
    )


def test_a_commons_by_hand():
    kept, lost = stock({"ann": 15, "bob": 15}, 5, 0, 10), stock({"ann": 9, "bob": 3}, 0, 2, 2, seed=1)
    assert value("survival", kept, lost) == 0.5
    assert value("survival_time", kept, lost) == 2.5
    assert value("harvest_efficiency", kept, lost) == pytest.approx((1 + 12 / 30) / 2)
    assert value("overuse", kept, lost) == pytest.approx(2 / 12)
    assert value("harvest_equality", kept, lost) == pytest.approx((1 + 0.75) / 2)


def test_to_take_more_than_the_stock_bears_alone_is_over_use_as_the_paper_has_it():
    took = [
        ("ann", 7, 6),
        ("bob", 6, 6),
        ("ann", 3, 4),
        ("bob", 3, 4),
    ]  # the second round: 6 of 4 together, nobody alone
    events = tuple(Event("harvested", who, {"took": took, "limit": limit}) for who, took, limit in took)
    played = Episode(environment="hand-v1", seed=0, seats={}, events=events)
    assert value("overuse_alone", played) == 1 / 4
    greedy = Scripted(lambda seed: lambda seen: Action(seen.spec.move.options[-1] if seen.spec.move else None))
    ruined = list(gather("commons", dict.fromkeys(("ann", "bob", "cid"), greedy), range(5)))
    assert value("overuse", *ruined) == 1.0
    assert value("overuse_alone", *ruined) < 1.0


def test_experts_keep_a_commons_alive_and_random_harvests_do_not():
    members = ("ann", "bob", "cid")
    expert = list(gather("commons", dict.fromkeys(members, Expert()), range(10)))
    chance = list(gather("commons", dict.fromkeys(members, Random()), range(10)))
    assert value("survival", *expert) == 1.0
    assert value("overuse", *expert) == 0.0
    assert value("survival", *chance) < 0.5
    assert value("overuse", *chance) > 0.3


# ---- lessons ----


def lesson(pre, post, mastered=None, told=None, seed=0):
    return episode(seed=seed, pre=pre, post=post, mastered_turn=mastered, told_turn=told)


def test_lessons_by_hand():
    played = [lesson(0.5, 1.0, mastered=1), lesson(0.5, 0.25, told=2, seed=1), lesson(1.0, 1.0, mastered=5, seed=2)]
    assert value("learning_gain", *played) == pytest.approx((1.0 - 0.5) / 2)  # who knew all before cannot gain
    two, three, six = (metric.compute(played).value for metric in metrics([f"mastered_within/{k}" for k in (1, 2, 6)]))
    assert (two, three, six) == pytest.approx((0.0, 1 / 3, 2 / 3))
    assert value("told_within/3", *played) == pytest.approx(1 / 3)
    assert metrics(["told_within/2"])[0].compute(played).value == 0.0
    assert value("able_alone", episode(able=0.75)) == 0.75


def test_an_expert_tutor_teaches_without_telling():
    expert = list(gather("tutoring", {"tutor": Expert(), "student": Expert()}, range(20)))
    assert value("learning_gain", *expert) > 0.9
    assert metrics(["told_within/9"])[0].compute(expert).value == 0.0
