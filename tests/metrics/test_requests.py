"""Requests count as taken up when somebody who was asked does the thing, in time."""

import msgspec
import pytest

from coterie.agents import Expert, Random
from coterie.core import Episode, Event, Seat
from coterie.metrics import METRICS
from coterie.metrics.requests import STEPS
from coterie.rollout import gather

SEATS = {"ann": Seat("x"), "bob": Seat("y"), "cleo": Seat("z")}


def episode(*events):
    return Episode(environment="hand-v1", seed=0, seats=SEATS, events=events)


def asked(*facts, step=0, **data):
    return Event("asked", "ann", {"asks": list(facts), **data}, step)


def made(agent, *facts, step=0):
    return Event("did", agent, {"made": list(facts)}, step)


def value(name, *events):
    return METRICS[name].compute([episode(*events)]).value


def test_a_request_is_taken_up_by_a_fact_or_a_part_that_somebody_asked_brings():
    done = Event("subgoal", "cleo", {"name": "door open", "done": True}, 3)
    events = (asked("door open", "key taken"), asked("soup"), asked("lamp lit"), made("bob", "lamp lit", step=1), done)
    assert value("request_uptake", *events) == pytest.approx(2 / 3)
    assert value("request_latency", *events) == 2.0


def test_the_latency_is_the_median_so_that_one_slow_answer_does_not_count_more():
    slow = [asked("a"), asked("b"), asked("c"), made("bob", "a", step=1), made("bob", "b", step=2)]
    assert value("request_latency", *slow, made("bob", "c", step=9)) == 2.0
    waits = [(0, 1), (1, 1), (2, 4), (3, 2), (4, 3), (5, 3), (6, 2), (7, 1), (8, 2)]
    played = [
        msgspec.structs.replace(episode(asked("a"), made("cleo", "a", step=after)), seed=seed) for seed, after in waits
    ]
    found = METRICS["request_latency"].compute(played)
    # Sorted 1 1 1 2 2 2 3 3 4: 6 of 9 are at most 2, so the standard error is 1/6 and the share 0.5 +- 2.306/6, which
    # reads 1 and 4 off the list.
    assert (found.value, found.low, found.high, found.count) == (2.0, 1.0, 4.0, 9)
    assert METRICS["request_latency"].compute(played[:2]).low is None


@pytest.mark.parametrize(
    "events",
    [
        (made("bob", "soup"), asked("soup")),
        (asked("soup"), made("ann", "soup", step=1)),
        (asked("soup", of=["cleo"]), made("bob", "soup", step=1)),
        (asked("soup"), made("bob", "soup", step=STEPS + 1)),
        (asked("soup"), Event("subgoal", "bob", {"name": "soup", "done": False}, 1)),
        (asked("soup"), Event("subgoal", None, {"name": "soup", "done": True}, 1)),
    ],
)
def test_what_came_before_from_others_too_late_or_undone_is_no_uptake(events):
    assert value("request_uptake", *events) == 0
    assert METRICS["request_latency"].compute([episode(*events)]).missing == "no request was fulfilled"


def test_where_nothing_is_asked_nothing_is_said_of_requests():
    assert METRICS["request_uptake"].compute([episode(made("ann", "soup"))]).missing == "no world here states requests"


@pytest.mark.parametrize(
    ("world", "deaf", "options"),
    [("planner_executor", "executor", {"doors": 1, "size": 5}), ("twenty_questions", "answerer", {})],
)
def test_experts_do_what_they_are_asked_and_a_deaf_seat_does_not_on_twenty_seeds(world, deaf, options):
    minds = dict.fromkeys(("planner", "executor") if deaf == "executor" else ("asker", "answerer"), Expert())
    listening = METRICS["request_uptake"].compute(list(gather(world, minds, range(20), options=options)))
    ignoring = METRICS["request_uptake"].compute(
        list(gather(world, {**minds, deaf: Random()}, range(20), options=options))
    )
    assert listening.value == 1
    assert ignoring.high < listening.low
