"""market: buyers with a shared list and purses of their own, and shopkeepers who bargain."""

from itertools import product

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.agents import Expert
from coterie.core import Action, Chance, Utterance, encode_episode
from coterie.environments import make
from coterie.environments.hybrid.keepers import Keeper, Ware, draw_keepers
from coterie.environments.hybrid.market import GOODS, WORTH
from coterie.environments.hybrid.market_plans import least_time, most_gain
from coterie.environments.virtual.places.market import KEEPERS
from coterie.metrics import METRICS
from coterie.rollout import play

TOWN = {"agents": 4, "goods": 5, "stalls": 6, "size": 100, "limit_s": 400}


def played(seed, **options):
    """An episode between experts, with time enough."""
    options = {"limit_s": 120, **options}
    seats = make("market", **options).agents
    return play("market", dict.fromkeys(seats, Expert()), seed, options=options)


def at_counter(world, seed, keeper=None):
    """A world in which ann stands before a shopkeeper and bob waits; returns the step, and the shopkeeper."""
    step = world.reset(seed)
    keeper = keeper or next(name for name, each in world.keepers.items() if any(map(each.has, each.wares)))
    for _ in range(20):
        step = told(world, step, "wait" if world.counter("ann") == keeper else f"go to {keeper}")
        if world.counter("ann") == keeper:
            return step, keeper
    raise AssertionError(f"ann did not get to {keeper}")


def told(world, step, move, say=()):
    """Lets ann act and everybody else wait, until ann is asked again."""
    step = world.step({agent: Action(move, say) if agent == "ann" else Action("wait") for agent in step.observations})
    while step.observations and "ann" not in step.observations:
        step = world.step(dict.fromkeys(step.observations, Action("wait")))
    return step


def ware(**changes):
    return Ware(**{"cost": 5, "margin": 3, "patience": 2, "stock": 1, **changes})


def fox(**changes):
    return Keeper("mr fox", {"bread": ware(**changes)})


@pytest.mark.parametrize(
    "options", [{}, {"max_words": 0}, {"agents": 4, "goods": 5, "stalls": 6}, {"goods": 1, "stalls": 1}]
)
def test_experts_buy_everything_for_nearly_the_least_and_not_sooner_than_is_possible(options):
    scores = []
    for seed in range(6):
        outcome = played(seed, **options).outcome
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"]
        scores.append(outcome["score"])
    assert 0.85 < sum(scores) / len(scores) <= 1.0


def test_in_a_town_experts_buy_everything_and_the_record_stays_small():
    episode = played(1, **TOWN)
    assert episode.outcome["success"]
    assert len(zstandard.compress(encode_episode(episode))) < 300_000


def test_words_save_time():
    talking = sum(played(seed, stalls=6, goods=4).outcome["steps"] for seed in range(6))
    silent = sum(played(seed, stalls=6, goods=4, max_words=0).outcome["steps"] for seed in range(6))
    assert talking < 0.9 * silent


def test_what_everybody_is_paid_adds_up_to_the_score():
    for seed in range(4):
        episode = played(seed)
        for agent in ("ann", "bob"):
            assert episode.totals[agent] == pytest.approx(episode.outcome["score"], abs=1e-3)


def test_a_shopkeeper_accepts_what_covers_its_cost_and_no_less():
    for offer in range(1, 12):
        reply = fox().answer("ann", f"offer {offer} for bread", purse=20)
        assert reply.kind == ("sold" if offer >= 5 else "refused")
        assert reply.price == min(offer, 8)


def test_a_shopkeeper_who_has_lost_patience_sells_at_its_price_only():
    keeper = fox()
    for text in ("i offer 1 for the bread", "offer 4 for bread"):
        last = keeper.answer("ann", text, purse=20)
        assert last.kind == "refused"
    assert "last word" in last.text
    assert keeper.answer("bob", "offer 7 for bread", purse=20).kind == "refused"
    assert keeper.answer("ann", "deal", purse=20).price == 8


def test_a_shopkeeper_gives_no_credit_and_sells_what_it_has():
    keeper = fox()
    assert keeper.answer("ann", "offer 6 for bread", purse=5).text == "you have only 5"
    assert keeper.answer("ann", "Offer 6 for bread!", purse=6).kind == "sold"
    assert keeper.answer("ann", "how much is the bread?", purse=6).text == "i have no bread"
    assert keeper.answer("ann", "what do you sell", purse=6).text == "i have nothing left"
    assert keeper.answer("ann", "do you have soap", purse=6).text == "i have no soap"


def test_deal_is_for_what_was_last_talked_of_with_that_buyer():
    keeper = Keeper("mr fox", {"bread": ware(), "soap": ware(cost=2)})
    assert keeper.answer("ann", "deal", purse=20) is None
    keeper.answer("ann", "ask for bread", purse=20)
    keeper.answer("bob", "ask for soap", purse=20)
    assert keeper.answer("ann", "deal", purse=20).good == "bread"


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_a_shopkeeper_ignores_what_is_not_meant_for_it_or_answers_in_words(text):
    reply = fox().answer("ann", text, purse=3)
    assert reply is None or (reply.text and reply.kind != "sold")


def test_every_good_can_be_had_somewhere():
    for seed in range(200):
        keepers = draw_keepers(Chance(seed), KEEPERS[:3], GOODS)
        assert all(any(keeper.has(good) for keeper in keepers.values()) for good in GOODS)


@given(st.lists(st.integers(2, 8), max_size=4), st.lists(st.integers(0, 20), min_size=1, max_size=3))
def test_the_most_to_gain_is_that_of_trying_every_plan(prices, purses):
    def gain(buyers):
        left = list(purses)
        for buyer, price in zip(buyers, prices, strict=True):
            if buyer is not None:
                left[buyer] -= price
        paid = [price for buyer, price in zip(buyers, prices, strict=True) if buyer is not None]
        return sum(WORTH - price for price in paid) if min(left) >= 0 else 0

    everybody = [*range(len(purses)), None]
    assert most_gain(prices, purses, WORTH) == max(map(gain, product(everybody, repeat=len(prices))))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_least_time_is_that_of_trying_every_plan(data):
    stalls, seconds = ("a", "b", "c"), st.integers(0, 9).map(float)
    ways = {(one, other): data.draw(seconds) if one != other else 0.0 for one in stalls for other in stalls}
    starts = [{stall: data.draw(seconds) for stall in stalls} for _ in range(2)]
    sells = {stall: data.draw(st.sets(st.integers(0, 2))) for stall in stalls}
    best = float("inf")
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        for buyers, where in product(product(range(2), repeat=3), product(stalls, repeat=3)):
            if all(good in sells[where[good]] for good in range(3)):
                clock, place = [0.0, 0.0], ["", ""]
                for good in order:
                    buyer, stall = buyers[good], where[good]
                    way = ways[place[buyer], stall] if place[buyer] else starts[buyer][stall]
                    clock[buyer], place[buyer] = clock[buyer] + way + 1.0, stall
                best = min(best, max(clock))
    assert least_time(starts, ways, sells, 3, 1.0) == best


def test_what_is_listed_can_also_be_said_aloud():
    good = "bread"
    answers = []
    for move, say in ((f"ask for {good}", ()), ("say", (Utterance(f"how much is the {good}", ("talk",)),))):
        world = make("market", stalls=1, goods=1)
        step, _ = at_counter(world, 3)
        step = told(world, step, move, say)
        if "news" not in step.observations["ann"].data:
            step = told(world, step, "wait")
        answers.append(step.observations["ann"].data["news"])
    assert answers[0] == answers[1]
    assert answers[0][0].startswith("mr fox : bread costs ")


def test_offers_are_listed_when_the_price_was_named_and_up_to_the_purse():
    world = make("market", stalls=1, goods=1)
    step, keeper = at_counter(world, 0)
    assert not [each for each in step.observations["ann"].spec.move.options if each.startswith("offer")]
    step = told(world, step, "ask for bread")
    options, price = step.observations["ann"].spec.move.options, world.keepers[keeper].wares["bread"].price
    assert f"offer {price - 1} for bread" in options
    assert f"offer {price} for bread" not in options
    assert "deal" in options
    world.purses["ann"] = 2
    assert [each for each in world.sentences("ann") if each.startswith("offer")] == [
        "offer 1 for bread",
        "offer 2 for bread",
    ]


def test_from_afar_a_shopkeeper_is_not_talked_to():
    world = make("market")
    step = world.reset(0)
    assert not world.sentences("ann")
    step = told(world, step, "say", (Utterance("ask for bread", ("talk",)),))
    assert not [event for event in step.events if event.kind == "bargained"]


def test_nobody_is_shown_what_another_bought_and_a_second_one_is_money_lost():
    world = make("market", stalls=1, goods=1)
    step, keeper = at_counter(world, 1)
    world.goods = ("bread", "soap")  # so that the episode goes on
    world.keepers[keeper].wares["bread"].stock = 2
    step = told(world, told(world, step, "ask for bread"), "deal")
    first, price = world.gain, world.keepers[keeper].wares["bread"].price
    assert first == WORTH - price
    assert world.private("bob")["bought"] == []
    world.purses["ann"] = 20
    told(world, step, "deal")
    assert world.gain == first - price
    assert world.private("ann")["bought"] == ["bread", "bread"]


def test_signs_tell_what_is_sold_and_can_be_read():
    world = make("market")
    step = world.reset(2)
    for keeper, sign in world.signs.items():
        step = told(world, step, f"use {sign}") if f"use {sign}" in step.observations["ann"].spec.move.options else step
        result = world.simulation.results.get("ann")
        if result is not None and result.command == f"use {sign}":
            assert result.detail == f"{keeper} sells {' and '.join(world.keepers[keeper].wares) or 'nothing today'}"
            return
    raise AssertionError("no sign was in sight")


def test_markets_that_differ_in_a_private_cost_look_the_same_until_somebody_bargains():
    name = "cost of bread at mr fox"
    shown = []
    for cost in (2, 8):
        world = make("market", stalls=1, goods=1)
        step = world.reset(5, Chance(5, {name: cost, "margin of bread at mr fox": 2}))
        seen = []
        for _ in range(4):
            seen += [(agent, each.text, each.data) for agent, each in step.observations.items()]
            step = told(world, step, "go to mr fox" if not world.counter("ann") else "look")
        shown.append(seen)
    assert shown[0] == shown[1]


def test_what_buyers_tell_each_other_of_prices_is_checked():
    world = make("market", stalls=1, goods=1)
    step = world.reset(0)
    price = world.keepers["mr fox"].wares["bread"].price
    found = []
    for text in (f"mr fox bread {price}", f"mr fox bread {price + 1}", "mr fox bread no"):
        step = told(world, step, "say", (Utterance(text, ("phone",)),))
        found += [event.data["true"] for event in step.events if event.kind == "told"]
    assert found == [True, False, False]


def test_experts_tell_the_truth_and_use_what_they_are_told():
    episodes = [played(seed) for seed in range(6)]
    assert METRICS["truthfulness"].compute(episodes).value == 1.0
    assert METRICS["uptake"].compute(episodes).value > 0.1


@pytest.mark.parametrize("options", [{"agents": 1}, {"goods": 7}, {"stalls": 0}, {"size": 30}, {"size": 201}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("market", **options)


def test_mute_buyers_have_time_enough_to_ask_at_all_stalls_of_a_town_themselves():
    options = {"agents": 6, "goods": 2, "stalls": 3, "size": 85, "max_words": 0}
    for seed in (5049, 5050):
        assert play("market", dict.fromkeys(make("market", **options).agents, Expert()), seed, options=options).outcome[
            "success"
        ]
