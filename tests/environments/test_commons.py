"""The rules of the commons, its growth beside the published dynamics, and the best joint harvest by brute force."""

import random
from functools import cache

import pytest

from coterie.core import Action, Chance, Utterance
from coterie.environments import make
from coterie.environments.text.negotiation.commons_plan import plan, sustainable

GOVSIM = {"agents": 5, "capacity": 100, "collapse": 5, "rounds": 12, "legacy": 0.0}


def harvested(world, *amounts):
    """The next step when they take this much."""
    return world.step({agent: Action(str(each)) for agent, each in zip(world.agents, amounts, strict=True)})


def silent(world):
    """The next step when nobody says anything."""
    return world.step({agent: Action() for agent in world.agents})


def started(fixed=None, **options):
    world = make("commons", **options)
    world.reset(0, Chance(0, fixed=fixed))
    return world


def outcome(step):
    return step.events[-1].data


def test_what_is_left_doubles_up_to_the_capacity():
    world = started(talks=0)
    assert harvested(world, 3, 3, 2).observations["ann"].data["stock"] == 8
    assert harvested(world, 1, 0, 0).observations["ann"].data["stock"] == 12


def test_a_stock_below_the_threshold_dies_and_ends_the_episode():
    assert harvested(started(talks=0), 3, 3, 3).observations
    last = harvested(started(talks=0), 4, 3, 3)
    assert not last.observations
    assert last.rewards == {"ann": 4.0, "bob": 3.0, "cid": 3.0}
    assert outcome(last)["success"] is False
    assert (outcome(last)["survived"], outcome(last)["left"]) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "first", "got"),
    [
        ((11, 7, 8), "ann", (4, 4, 4)),
        ((12, 1, 1), "ann", (10, 1, 1)),
        ((12, 12, 1), "ann", (6, 5, 1)),
        ((12, 12, 1), "bob", (5, 6, 1)),
    ],
)
def test_what_is_not_enough_for_all_is_dealt_out_in_turn(asked, first, got):
    last = harvested(started(fixed={"first served in round 0": first}), *asked)
    assert tuple(last.rewards.values()) == got


def test_luck_is_drawn_only_where_there_is_not_enough():
    world = started(talks=0)
    harvested(world, 2, 2, 2)
    assert world.chance.drawn == []
    harvested(world, 12, 12, 12)
    assert [(name, of) for name, _, of in world.chance.drawn] == [("first served in round 1", 3)]


def test_everybody_learns_all_harvests_and_hears_all_others():
    world = started()
    step = harvested(world, 3, 2, 1)
    assert {seen.text for seen in step.observations.values()} == {"took ann 3 bob 2 cid 1 left 6 stock 12 round 2 talk"}
    assert step.observations["ann"].spec.move is None
    step = world.step({agent: Action(say=(Utterance(f"i am {agent}"),)) for agent in world.agents})
    assert step.observations["bob"].text == "harvest"
    assert [message.text for message in step.observations["bob"].heard] == ["i am ann", "i am cid"]


def test_they_talk_as_often_as_set_between_two_harvests():
    for talks in (0, 1, 3):
        world = started(talks=talks)
        step, phases = harvested(world, 1, 1, 1), []
        while step.observations["ann"].spec.move is None:
            phases.append(step.observations["ann"].text.split()[-1])
            step = silent(world)
        assert phases == ["talk"] * talks
        assert step.observations["ann"].data["round"] == 1


def test_what_is_left_at_the_end_is_shared_at_the_rate_of_the_legacy():
    last = harvested(started(rounds=1, legacy=0.5), 3, 2, 1)
    assert last.rewards == {"ann": 5.0, "bob": 4.0, "cid": 3.0}
    assert last.components["ann"] == {"harvest": 3.0, "legacy": 2.0}


def test_whoever_takes_more_gains_and_costs_the_others_more():
    fair, greedy = harvested(started(rounds=1), 2, 2, 2).rewards, harvested(started(rounds=1), 3, 2, 2).rewards
    assert greedy["ann"] > fair["ann"]
    assert sum(greedy.values()) < sum(fair.values())


def test_an_answer_that_is_not_accepted_takes_nothing():
    world = started()
    step = world.step({"ann": Action("13"), "bob": Action("2"), "cid": Action("-1")})
    assert step.observations["ann"].data["took"] == {"ann": 0, "bob": 2, "cid": 0}


def test_the_facts_for_over_use_stand_with_every_harvest():
    step = harvested(started(), 3, 2, 1)
    told = {event.agent: event.data for event in step.events if event.kind == "harvested"}
    assert told["ann"] == {"round": 0, "asked": 3, "took": 3, "stock": 12, "limit": 6, "over": True}
    assert [told[agent]["over"] for agent in ("bob", "cid")] == [False, False]


def test_the_stock_follows_the_published_dynamics_in_random_play():
    """GovSim's fishery: less than 5 left is the end, what is left doubles, at most 100."""
    luck = random.Random(0)
    collapsed = 0
    for seed in range(200):
        world = make("commons", talks=0, **GOVSIM)
        step, stock, total = world.reset(seed), 100, 0
        for number in range(1, 13):
            asked = [luck.randint(0, luck.choice((stock // 7, stock // 4))) for _ in range(5)]
            step = harvested(world, *asked)
            took = min(stock, sum(asked))
            total, left = total + took, stock - took
            stock = min(100, 2 * left) if left >= 5 else 0
            assert world.state()["stock"] == stock
            assert bool(step.observations) == (stock > 0 and number < 12)
            if not step.observations:
                break
        collapsed += not stock
        assert sum(outcome(step)["harvested"].values()) == total
        assert outcome(step)["survived"] == (number if stock else number - 1)
    assert 0 < collapsed < 200


@pytest.mark.parametrize("legacy", [0.0, 0.5, 1.0])
def test_the_plan_is_the_best_over_all_joint_harvests(legacy):
    capacity, collapse, rounds = 9, 2, 3

    @cache
    def best(stock, left, may_die):
        if not left:
            return legacy * stock
        earned = [0.0]
        for take in range(stock + 1):
            if stock - take >= collapse:
                earned.append(take + best(min(2 * (stock - take), capacity), left - 1, may_die))
            elif may_die:
                earned.append(take)
        return max(earned)

    values = plan(capacity, collapse, rounds, legacy)[0]
    for left in range(rounds + 1):
        for stock in range(collapse, capacity + 1):
            assert values[left][stock] == best(stock, left, False)
            if legacy >= 0.5:
                assert values[left][stock] == best(stock, left, True), "letting the stock die never pays the team"


@pytest.mark.parametrize("options", [{}, {"legacy": 0.0}, {"agents": 4, "capacity": 13, "collapse": 1}, GOVSIM])
@pytest.mark.parametrize("waste", [0, 1, 3])
def test_experts_earn_what_the_plan_says_whatever_happened_before(options, waste):
    world = make("commons", **options)
    experts = {agent: world.expert(agent) for agent in world.agents}
    step, earned = world.reset(0), 0.0
    if waste:
        step = harvested(world, *[waste + 1] * (len(world.agents) - 1), 0)
    values, _ = plan(world.capacity, world.collapse, world.rounds, world.legacy)
    expected = values[world.rounds - world.round][world.stock]
    while step.observations:
        step = world.step({agent: experts[agent](seen) for agent, seen in step.observations.items()})
        earned += sum(step.rewards.values())
    assert earned == pytest.approx(expected)
    assert outcome(step)["success"]
    if not waste:
        assert outcome(step)["score"] == pytest.approx(1.0)


def test_experts_use_the_stock_fully_without_over_use_and_equally():
    for options in ({}, {**GOVSIM, "legacy": 1.0}):
        world = make("commons", **options)
        experts = {agent: world.expert(agent) for agent in world.agents}
        step = world.reset(0)
        while step.observations:
            step = world.step({agent: experts[agent](seen) for agent, seen in step.observations.items()})
        told = outcome(step)
        assert sum(told["harvested"].values()) == told["rounds"] * told["limit"]
        assert told["over"] == 0
        assert len(set(told["harvested"].values())) == 1


def test_the_limit_is_the_most_that_leaves_as_much_for_the_next_round():
    for collapse in (1, 3):
        for stock in range(collapse, 30):
            keeps = [take for take in range(stock + 1) if stock - take >= collapse and 2 * (stock - take) >= stock]
            assert sustainable(stock, collapse) == max(keeps)


@pytest.mark.parametrize(
    "options", [{"agents": 2}, {"agents": 9}, {"collapse": 12}, {"capacity": 201}, {"rounds": 0}, {"talks": -1}]
)
def test_settings_that_make_no_commons_are_refused(options):
    (setting,) = options
    with pytest.raises(ValueError, match=f"{setting}={options[setting]}"):
        make("commons", **options)
