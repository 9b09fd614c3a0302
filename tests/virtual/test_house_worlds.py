"""Searching, tidying and rescuing in houses: experts do it, never sooner than the least time, sooner together."""

import pytest

from coterie.agents import Expert
from coterie.core import Action, Channel
from coterie.core.channel import Mute
from coterie.environments import make
from coterie.rollout import gather


def outcomes(id, episodes=20, channel=None, **options):
    """Of episodes between experts."""
    minds = dict.fromkeys(make(id, **options).agents, Expert())
    also = {} if channel is None else {"channel": channel}
    played = gather(lambda: make(id, **options), minds, range(episodes), **also)
    return [event.data for episode in played for event in episode.events if event.kind == "outcome"]


def mean(found, key):
    return sum(each[key] for each in found) / len(found)


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("house_search", {}),
        ("house_search", {"rooms": 6, "floors": 2, "agents": 3, "limit_s": 200}),
        ("house_tidy", {"rooms": 3, "tasks": 3, "limit_s": 200}),
        ("rescue", {"rooms": 3, "hurt": 1}),
    ],
    ids=str,
)
def test_experts_do_it_and_never_sooner_than_the_least_time(id, options):
    found = outcomes(id, **options)
    assert mean(found, "success") >= 0.9
    assert all(each["steps"] >= each["shortest"] for each in found if each["success"])


def test_splitting_the_rooms_pays():
    alone, three = (outcomes("house_search", 30, rooms=7, objects=12, limit_s=200, agents=n) for n in (1, 3))
    assert mean(three, "steps") < 0.7 * mean(alone, "steps")


def test_tidying_together_is_sooner_and_the_bound_knows_it():
    found = outcomes("house_tidy", rooms=4, tasks=4, objects=8, limit_s=300)
    alone = outcomes("house_tidy", rooms=4, tasks=4, objects=8, limit_s=300, agents=1)
    assert mean(found, "steps") < mean(alone, "steps")
    assert all(each["shortest"] <= each["alone"] for each in found)


def test_a_rescue_without_radio_fails_more_often_and_takes_longer():
    talking, muted = (outcomes("rescue", 40, channel) for channel in (None, Channel((Mute(),))))
    assert mean(talking, "success") >= mean(muted, "success") + 0.1
    assert mean(talking, "steps") < mean(muted, "steps")


def test_nobody_lifts_a_person_alone():
    world = make("rescue", rooms=1, hurt=1)
    ann = world.expert("ann")
    step = world.reset(4)
    while step.observations:
        step = world.step({a: ann(s) if a == "ann" else Action("wait") for a, s in step.observations.items()})
    assert step.events[-1].data["success"] is False
    assert not world.simulation.things.hands["ann"]


def test_only_the_thing_that_is_wanted_ends_a_search():
    world = make("house_search", rooms=1, objects=5, agents=1)
    step, picked = world.reset(2), []
    while step.observations:
        options = step.observations["ann"].spec.move.options
        others = [each for each in options if each.startswith("pick up") and world.wanted not in each]
        step = world.step({"ann": Action(others[0] if others and not picked else "wait")})
        picked += [event for event in step.events if event.kind == "picked up"]
    assert step.events[-1].data["success"] is False


def test_a_thing_taken_away_again_is_paid_once():
    world = make("house_tidy", rooms=1, tasks=2, objects=3, agents=1)
    paid, again, expert = 0.0, False, None
    for seed in range(8):
        expert, step = world.expert("ann"), world.reset(seed)
        again = False
        while step.observations:
            seen = step.observations["ann"]
            action = expert(seen)
            if world.paid and not again:
                redo = f"pick up {world.paid[0]}"
                if redo in seen.spec.move.options:
                    action, again = Action(redo), True
            step = world.step({"ann": action})
            paid += step.rewards.get("ann", 0.0)
        assert paid <= 1.0 + 1e-9
        paid = 0.0


@pytest.mark.parametrize(
    ("id", "options"),
    [
        ("house_search", {"rooms": 9}),
        ("house_tidy", {"tasks": 7}),
        ("rescue", {"agents": 3}),
        ("rescue", {"hurt": 9}),
        ("rescue", {"shut": 2}),
    ],
    ids=str,
)
def test_bad_options_are_refused(id, options):
    with pytest.raises(ValueError, match="expected"):
        make(id, **options)


def test_doors_that_are_shut_are_opened_on_the_way():
    options = {"hurt": 1, "rooms": 3, "shut": 1.0}
    played = list(gather("rescue", dict.fromkeys(make("rescue").agents, Expert()), range(6), options=options))
    assert all(episode.outcome["success"] for episode in played)
    assert all(any(event.kind == "door" for event in episode.events) for episode in played)
