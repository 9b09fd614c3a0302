"""Progress follows the parts of the task, also when work is undone."""

import pytest

from coterie.agents import Expert, Random
from coterie.core import Episode, Event, Failure, Seat
from coterie.metrics import METRICS, metrics
from coterie.rollout import gather


def episode(*changes, weights=None, **more):
    told = Event("subgoals", data={"weights": weights or {"first": 1.0, "second": 1.0, "third": 2.0}})
    events = [Event("subgoal", data={"name": name, "done": done}) for name, done in changes]
    return Episode(environment="w-v1", seed=0, seats={}, events=(told, *events), **more)


def test_progress_is_what_stands_at_the_end_and_peak_what_ever_stood():
    undone = episode(("third", True), ("first", True), ("third", False))
    assert METRICS["progress"].compute([undone]).value == 0.25
    assert METRICS["peak_progress"].compute([undone]).value == 0.75
    assert METRICS["progress"].compute([undone, episode()]).value == 0.125


def test_a_task_without_parts_has_no_progress_and_says_so():
    whole = Episode(environment="w-v1", seed=0, seats={})
    assert METRICS["progress"].compute([whole]).value is None
    assert "parts" in METRICS["progress"].compute([whole]).missing


def test_an_episode_that_broke_before_it_told_anything_made_no_progress():
    broken = Episode(environment="w-v1", seed=1, seats={}, failure=Failure("agent", "gone"))
    assert METRICS["progress"].compute([episode(("third", True)), broken]).value == 0.25


@pytest.mark.parametrize(("mind", "expected"), [(Expert(), 1.0), (Random(), None)])
def test_progress_on_a_real_task_lies_between_random_and_expert(mind, expected):
    found = METRICS["progress"].compute(list(gather("lookout", {"lookout": mind, "courier": mind}, range(60))))
    assert found.value == expected if expected else 0.0 < found.value < 0.6


def test_milestones_are_credited_to_whose_work_stands_at_the_end():
    weights = Event("subgoals", data={"weights": {"one": 1.0, "two": 5.0, "three": 1.0, "four": 1.0}})
    changes = [("ann", "one", True), ("ann", "two", True), ("bob", "two", False), ("bob", "two", True)]
    changes += [(None, "three", True), ("ann", "four", True), ("bob", "four", False)]
    events = [Event("subgoal", agent, {"name": name, "done": done}) for agent, name, done in changes]
    played = Episode(environment="w-v1", seed=0, seats={"ann": Seat("x"), "bob": Seat("y")}, events=(weights, *events))
    ann, bob, team = metrics(["milestones/ann", "milestones/bob", "milestones"], seats=["ann", "bob"])
    assert ann.compute([played]).value == 0.25  # one; what bob undid and made again is bob's
    assert bob.compute([played]).value == 0.25
    assert team.compute([played]).value == 0.25  # the mean over seats; three is nobody's work


def test_the_seats_of_a_team_share_the_credit():
    played = list(gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(20)))
    found = {each.name: each.compute(played).value for each in metrics(["milestones/courier"], seats=["courier"])}
    assert found["milestones/courier"] == 1.0
    assert METRICS["milestones"].compute(played).value == 0.5
