"""The time that worlds give by default follows their options: a team that knows everything is always done in it."""

import pytest

from coterie.environments import environments, make, world_class

LARGEST = {
    "evacuation-v1": [{"agents": 8, "rooms": 16, "exits": 2}, {"rooms": 16, "late": 100}],
    "house_search-v1": [{"agents": 1, "rooms": 8, "floors": 2, "objects": 40}],
    "house_tidy-v1": [
        {"agents": 1, "tasks": 6, "rooms": 8, "floors": 2, "objects": 40},
        {"agents": 8, "tasks": 6, "rooms": 8, "floors": 2, "objects": 40},
    ],
    "market-v1": [{"goods": 6, "stalls": 8}, {"agents": 8, "goods": 6, "stalls": 8, "size": 200}],
    "rescue-v1": [{"hurt": 6, "rooms": 8, "floors": 2}, {"agents": 8, "hurt": 6, "rooms": 8, "floors": 2}],
    "town_delivery-v1": [
        {"couriers": 1, "parcels": 1, "size": 200},
        {"parcels": 4, "size": 100, "late_s": 300},
        {"parcels": 3, "size": 100, "early_s": 10},
    ],
    "town_guide-v1": [{"size": 60}, {"size": 200}],
    "town_meeting-v1": [{"agents": 8, "size": 200, "near": 2}],
    "two_levers-v1": [{"agents": 8, "levers": 6, "size": 20}, {"size": 20}],
    "warehouse_lift-v1": [
        {"loads": 6, "aisles": 6, "bays": 10},
        {"agents": 8, "loads": 6, "aisles": 6, "bays": 10},
        {"agents": 8, "bays": 10},
    ],
}
"""World to options that need the most time, for the time they are given."""
SEEDS = range(30)


@pytest.mark.parametrize("id", LARGEST)
def test_the_default_limit_is_longer_than_the_least_time_at_the_largest_options(id):
    for options in LARGEST[id]:
        world = make(id, **options)
        for seed in SEEDS:
            world.reset(seed)
            shortest = world.outcome("time is up")["shortest"]
            assert 0 < shortest < world.settings.limit_s, (options, seed)


@pytest.mark.parametrize("id", LARGEST)
def test_a_limit_that_is_given_is_kept(id):
    options = {**LARGEST[id][0], "limit_s": 40.0}
    assert make(id, **options).settings.limit_s == 40.0


def test_every_world_with_such_a_limit_is_tried_here():
    timed = {id for id in environments() if world_class(id).timing == "timed"}
    assert {id for id in timed if make(id).options["limit_s"] is None} == set(LARGEST)
