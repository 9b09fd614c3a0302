"""town_delivery: parcels from a depot to doors, shared out among couriers."""

import random
from itertools import permutations

import pytest

from coterie.agents import Expert
from coterie.environments import make
from coterie.environments.virtual.tasks.errands import Errand, share_out
from coterie.rollout import play


@pytest.mark.parametrize("options", [{"size": 30, "parcels": 2}, {}, {"couriers": 1, "parcels": 3, "limit_s": 400}])
def test_experts_deliver_all_and_not_sooner_than_is_possible(options):
    seats = make("town_delivery", **options).agents
    for seed in range(2):
        episode = play("town_delivery", dict.fromkeys(seats, Expert()), seed, options=options)
        outcome = episode.outcome
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"] < 1.5 * outcome["shortest"] + 15
        assert outcome["shortest"] <= outcome["alone"]
        assert episode.totals[seats[0]] == pytest.approx(1.0)


SHIFTS = {"size": 30, "couriers": 3, "parcels": 4, "late_s": 20, "early_s": 30}


def test_one_comes_late_and_one_goes_home_early_and_all_is_delivered():
    for seed in range(5):
        episode = play("town_delivery", dict.fromkeys(("ann", "bob", "cid"), Expert()), seed, options=SHIFTS)
        times = {(event.kind, event.agent): event.data["time"] for event in episode.events
                 if event.kind in ("joined", "left")}  # fmt: skip
        assert times["joined", "ann"] == times["joined", "bob"] == 0.0
        assert times["joined", "cid"] == 20.0
        assert times.get(("left", "ann"), 30.0) == 30.0
        assert episode.outcome["success"]
        assert 0 < episode.outcome["shortest"] <= episode.outcome["steps"]


def test_everybody_is_told_who_comes_late_and_who_goes_early():
    world = make("town_delivery", **SHIFTS)
    step = world.reset(0)
    assert list(step.observations) == ["ann", "bob"]
    for seen in step.observations.values():
        assert "it after 20 s" in seen.text
        assert ", goes home after 30 s" in seen.text
        assert [(each["comes"], each["goes"]) for each in seen.data["couriers"].values()] == [
            (0.0, 30),
            (0.0, None),
            (20, None),
        ]


def test_an_expert_knows_no_more_than_its_seat_is_shown():
    """A script made from one world plays another as that other's own does: all it knows is in what it is shown."""
    stranger, world = make("town_delivery"), make("town_delivery")
    stranger.reset(7)
    scripts = {agent: stranger.expert(agent) for agent in world.agents}
    own = {agent: world.expert(agent) for agent in world.agents}
    step = world.reset(0)
    while step.observations:
        answers = {agent: own[agent](seen) for agent, seen in step.observations.items()}
        assert answers == {agent: scripts[agent](seen) for agent, seen in step.observations.items()}
        step = world.step(answers)
    assert step.events[-1].data["success"]


def test_a_courier_alone_can_do_it_in_the_time_told():
    outcome = play("town_delivery", {"ann": Expert()}, 1, options={"couriers": 1, "size": 30, "parcels": 2}).outcome
    assert outcome["alone"] == outcome["shortest"]


def test_a_parcel_put_down_elsewhere_is_not_delivered():
    world = make("town_delivery", size=30, parcels=2)
    world.reset(0)
    world.simulation.things.hold("red parcel", "ann")
    world.simulation.tell("put", "ann", name="red parcel", made=["red parcel at depot"])
    world.happened(world.simulation.events)
    assert world.done == {}


def test_the_plan_is_as_good_as_the_best_of_all_orders():
    """Two couriers, three errands, one hand each: compared with every way of sharing out and every order."""
    luck = random.Random(5)
    for _ in range(10):
        places = ["depot", "a", "b", "c"]
        at = {place: (luck.uniform(0, 50), luck.uniform(0, 50)) for place in places}
        ways = {(p, q): abs(at[p][0] - at[q][0]) + abs(at[p][1] - at[q][1]) for p in places for q in places}
        starts = [{"depot": luck.uniform(0, 20)}, {"depot": luck.uniform(0, 20)}]

        def tour(start, order, ways=ways):
            if not order:
                return 0.0
            seconds = start["depot"] + sum(2.0 + ways["depot", each] for each in order)
            return seconds + sum(ways[each, "depot"] for each in order[:-1])

        best = min(
            max(tour(starts[0], order[:cut]), tour(starts[1], order[cut:]))
            for order in permutations("abc")
            for cut in range(4)
        )
        errands = [Errand("depot", each) for each in "abc"]
        assert share_out(starts, ways, errands, capacity=1).seconds == pytest.approx(best)
        assert share_out(starts, ways, errands, capacity=2).seconds <= best + 1e-9


@pytest.mark.parametrize(
    "options",
    [
        {"couriers": 0},
        {"parcels": 7},
        {"size": 201},
        {"late_s": 200, "limit_s": 180},
        {"late_s": -1},
        {"early_s": -1},
        {"couriers": 1, "late_s": 5},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("town_delivery", **options)
