"""town_meeting: partial maps, and a place that all know."""

import pytest

from coterie.agents import Expert
from coterie.core import Action
from coterie.environments import make
from coterie.rollout import play


@pytest.mark.parametrize("options", [{"size": 30}, {}, {"agents": 4, "size": 62, "common": 2, "limit_s": 400}])
def test_experts_meet_and_not_sooner_than_is_possible(options):
    seats = make("town_meeting", **options).agents
    for seed in range(3):
        outcome = play("town_meeting", dict.fromkeys(seats, Expert()), seed, options=options).outcome
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"]


def test_some_places_are_on_everybodys_map_and_no_map_is_whole():
    world = make("town_meeting", agents=3, common=2, known=0.3)
    world.reset(1)
    charts = [set(chart) for chart in world.charts.values()]
    assert len(set.intersection(*charts)) >= 2
    assert len(set.union(*charts)) > max(map(len, charts))


def test_only_places_on_ones_own_map_can_be_walked_to():
    world = make("town_meeting")
    step = world.reset(0)
    for agent, seen in step.observations.items():
        goals = {option[6:] for option in seen.spec.move.options if option.startswith("go to ")}
        assert goals & set(world.simulation.layout.places) <= set(world.charts[agent]) | {seen.data["place"]}


def test_who_comes_to_a_place_knows_it():
    world = make("town_meeting", agents=2)
    step = world.reset(0)
    goal = next(each for each in step.observations["ann"].spec.move.options if each.startswith("go to "))
    before = set(world.simulation.maps["ann"])
    for _ in range(30):
        if not step.observations:
            break
        step = world.step({agent: Action(goal if agent == "ann" and goal in seen.spec.move.options else "wait")
                           for agent, seen in step.observations.items()})  # fmt: skip
    assert before <= world.simulation.maps["ann"]
    assert goal[6:] in world.simulation.maps["ann"]


def test_all_must_be_near_not_only_two():
    world = make("town_meeting", agents=3)
    world.reset(0)
    at = world.simulation.bodies.at
    x, y, z = world.spots[0]
    at[0], at[1], at[2] = (x, y, z), (x, y, z), world.spots[1]
    assert world.over() is None
    at[2] = (x, y, z)
    assert world.over() == "met"


def test_next_to_each_other_with_a_house_between_is_not_met():
    """Straight it is less than 16 m, on foot more."""
    world = make("town_meeting", size=40, near=16.0)
    world.reset(0)
    way, places = world.simulation.navigator.length, world.simulation.layout.middles
    corners = [(x, y, 0.0) for name, (x, y) in places.items() if " and " in name or name[-1].isdigit()]
    one, other = next(
        (a, b)
        for a in corners
        for b in corners
        if (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 < 256 and 16.5 < way(a, b) < 99
    )
    world.simulation.bodies.at[0], world.simulation.bodies.at[1] = one, other
    assert not world.met()


@pytest.mark.parametrize("options", [{"agents": 9}, {"size": 20}, {"known": 2}, {"common": 0}, {"near": 1}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("town_meeting", **options)


def test_experts_find_shorter_sentences_where_few_words_can_be_said_at_once():
    options = {"size": 49, "common": 3, "max_words": 6}
    episodes = [play("town_meeting", dict.fromkeys(("ann", "bob"), Expert()), seed, options=options) for seed in (0, 1)]
    assert all(episode.outcome["success"] for episode in episodes)
    assert all(len(turn.action.say[0].text.split()) <= 6 for each in episodes for turn in each.turns if turn.action.say)
