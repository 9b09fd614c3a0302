"""The rules of haggling, what a deal is worth, and the best joint gain over all values and costs."""

import itertools

import msgspec
import pytest

from coterie.core import Action, Chance, Utterance
from coterie.environments import make


def started(value, cost, **options):
    """A world in which the thing is worth this much to the two."""
    world = make("haggle", **options)
    return world, world.reset(0, Chance(0, fixed={"value of buyer": value, "cost of seller": cost}))


def played(value, cost, *moves, **options):
    """The steps of these moves."""
    world, step = started(value, cost, **options)
    steps = [step]
    for move in moves:
        (agent,) = steps[-1].observations
        steps.append(world.step({agent: Action(move)}))
    return steps


def played_by_experts(value, cost, mute, **options):
    """The last step of a game between experts."""
    world, step = started(value, cost, **options)
    experts = {agent: world.expert(agent) for agent in world.agents}
    while step.observations:
        ((agent, seen),) = step.observations.items()
        step = world.step({agent: experts[agent](msgspec.structs.replace(seen, heard=()) if mute else seen)})
    return step


def outcome(step):
    return step.events[-1].data


def test_a_deal_pays_each_its_distance_to_the_price():
    last = played(9, 2, "offer 3", "offer 6", "accept")[-1]
    assert last.rewards == {"buyer": 3.0, "seller": 4.0}
    assert outcome(last)["price"] == 6
    assert (outcome(last)["joint"], outcome(last)["best"], outcome(last)["score"]) == (7.0, 7.0, 1.0)


def test_a_deal_beyond_the_limit_is_a_loss():
    last = played(3, 1, "pass", "offer 8", "accept")[-1]
    assert last.rewards == {"buyer": -5.0, "seller": 7.0}
    assert outcome(last)["pareto"]


@pytest.mark.parametrize("moves", [("leave",), ("offer 4", "leave"), ("offer 4", "pass"), ("pass", "offer 5")])
def test_without_a_deal_nobody_is_paid(moves):
    last = played(9, 2, *moves, turns=2)[-1]
    assert last.rewards == {"buyer": 0.0, "seller": 0.0}
    assert not last.observations
    assert outcome(last)["agreement"] is False
    assert outcome(last)["score"] == 0.0


def test_only_an_offer_of_the_other_can_be_accepted_and_it_stands_until_replaced():
    steps = played(9, 2, "offer 3", "pass", "pass")
    assert "accept" not in steps[0].observations["buyer"].spec.move.options
    assert "accept" in steps[1].observations["seller"].spec.move.options
    assert "accept" not in steps[2].observations["buyer"].spec.move.options
    assert "accept" in steps[3].observations["seller"].spec.move.options
    assert played(9, 2, "offer 3", "pass", "pass", "accept")[-1].rewards == {"buyer": 6.0, "seller": 1.0}


def test_a_late_deal_keeps_the_discount_of_every_turn_after_the_second():
    assert played(9, 1, "offer 5", "accept", discount=0.5)[-1].rewards == {"buyer": 4.0, "seller": 4.0}
    assert played(9, 1, "offer 5", "pass", "pass", "accept", discount=0.5)[-1].rewards == {"buyer": 1.0, "seller": 1.0}


def test_each_reads_its_limit_once_and_then_only_what_the_other_did():
    steps = played(9, 2, "offer 3", "offer 6", "pass")
    texts = [next(iter(step.observations.values())).text for step in steps]
    assert texts == ["buyer value 9", "seller cost 2 buyer offers 3", "seller offers 6", "buyer passes"]
    assert steps[2].observations["buyer"].data == {"limit": 9, "buyer": 3, "seller": 6}


def test_words_reach_the_other_and_an_answer_that_is_not_accepted_is_a_pass():
    world, _ = started(9, 2)
    step = world.step({"buyer": Action("offer 3", (Utterance("please"),))})
    assert [(message.speaker, message.text) for message in step.observations["seller"].heard] == [("buyer", "please")]
    step = world.step({"seller": Action("offer 999")})
    assert step.observations["buyer"].text == "seller passes"


@pytest.mark.parametrize("turns", range(2, 8))
@pytest.mark.parametrize("mute", [False, True])
def test_a_pair_of_experts_trades_exactly_when_both_can_gain(turns, mute):
    for value, cost in itertools.product(range(8), repeat=2):
        last = played_by_experts(value, cost, mute, prices=7, turns=turns)
        best = max([0] + [(value - price) + (price - cost) for price in range(8)])
        assert outcome(last)["joint"] == outcome(last)["best"] == best
        assert outcome(last)["success"]
        assert min(last.rewards.values()) >= 0


def test_experts_who_hear_each_other_meet_halfway():
    for value, cost in itertools.combinations(range(10, -1, -1), 2):
        assert outcome(played_by_experts(value, cost, mute=False))["price"] == (value + cost) // 2


def test_pareto_says_that_no_other_price_is_better_for_one_and_worse_for_nobody():
    prices = [None, *range(5)]
    for value, cost, price in itertools.product(range(5), range(5), prices):

        def gains(price, value=value, cost=cost):
            return (0, 0) if price is None else (value - price, price - cost)

        here = gains(price)
        beaten = any(there != here and there[0] >= here[0] and there[1] >= here[1] for there in map(gains, prices))
        moves = ("leave",) if price is None else (f"offer {price}", "accept")
        assert outcome(played(value, cost, *moves, prices=4)[-1])["pareto"] is not beaten


def test_no_trade_is_right_where_nobody_can_gain():
    assert outcome(played(2, 6, "leave")[-1])["success"]
    assert not outcome(played(6, 2, "leave")[-1])["success"]
    assert not outcome(played(2, 6, "offer 4", "accept")[-1])["success"]
    assert "score" not in outcome(played(2, 6, "leave")[-1])


@pytest.mark.parametrize("options", [{"prices": 0}, {"turns": 1}, {"discount": 0.0}, {"max_words": -1}])
def test_settings_that_make_no_game_are_refused(options):
    (setting,) = options
    with pytest.raises(ValueError, match=f"{setting}={options[setting]}"):
        make("haggle", **options)
