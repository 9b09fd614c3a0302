"""The rules of bargaining over things, the scenarios beside OpenSpiel's, and the best divisions by brute force."""

import itertools
import random

import msgspec
import pyspiel
import pytest

from coterie.core import Action, Chance, Utterance
from coterie.environments import make
from coterie.environments.text.negotiation.bargain_scenarios import divisions, judged, partners, scenarios, valuations

POOL, FIRST, SECOND = (1, 2, 3), (8, 1, 0), (4, 0, 2)


def started(pool=POOL, first=FIRST, second=SECOND, **options):
    """A world with this pool and these values."""
    world = make("bargain", **options)
    fixed = {"pool": pool, "values of first": first, "values of second": second}
    return world, world.reset(0, Chance(0, fixed=fixed))


def chosen(one, other, *scenario):
    """The last step when they end the talk at once and take these shares."""
    world, _ = started(*scenario)
    step = world.step({"first": Action("choose")})
    assert list(step.observations) == ["first", "second"]
    return world.step({"first": Action(one), "second": Action(other)})


def named(share):
    return " ".join(f"{item} {count}" for item, count in zip(("book", "hat", "ball"), share, strict=True))


def played_by_experts(world, step, mute=False):
    """The last step of an episode between experts."""
    experts = {agent: world.expert(agent) for agent in world.agents}
    while step.observations:
        seen = {a: msgspec.structs.replace(o, heard=()) if mute else o for a, o in step.observations.items()}
        step = world.step({agent: experts[agent](each) for agent, each in seen.items()})
    return step


def outcome(step):
    return step.events[-1].data


def test_shares_that_make_up_the_pool_pay_each_its_own_values():
    last = chosen("book 1 hat 0 ball 0", "book 0 hat 2 ball 3")
    assert last.rewards == {"first": 8.0, "second": 6.0}
    assert outcome(last)["agreement"] is True
    assert outcome(last)["shares"]["second"] == {"book": 0, "hat": 2, "ball": 3}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("book 1 hat 2 ball 0", "book 1 hat 0 ball 3"),
        ("book 1 hat 0 ball 0", "book 0 hat 1 ball 3"),
        ("book 1 hat 0 ball 0", "no deal"),
        ("no deal", "no deal"),
        ("book 9 hat 9 ball 9", "book 0 hat 2 ball 3"),
    ],
    ids=["claimed by both", "left by both", "one refuses", "both refuse", "not accepted"],
)
def test_shares_that_do_not_fit_pay_nobody(one, other):
    last = chosen(one, other)
    assert last.rewards == {"first": 0.0, "second": 0.0}
    assert outcome(last)["agreement"] is outcome(last)["pareto"] is outcome(last)["success"] is False
    assert outcome(last)["score"] == 0.0


def test_each_reads_the_pool_and_its_own_values_once():
    world, step = started()
    assert step.observations["first"].text == "pool book 1 hat 2 ball 3 worth book 8 hat 1 ball 0 talk"
    step = world.step({"first": Action("talk", (Utterance("hello"),))})
    assert step.observations["second"].text == "pool book 1 hat 2 ball 3 worth book 4 hat 0 ball 2 talk"
    assert [message.text for message in step.observations["second"].heard] == ["hello"]
    assert world.step({"second": Action("talk")}).observations["first"].text == "talk"


def test_the_last_turn_ends_the_talk():
    world, step = started(turns=3)
    for agent in ("first", "second", "first"):
        assert list(step.observations) == [agent]
        step = world.step({agent: Action("talk", (Utterance("well"),))})
    assert {seen.text for seen in step.observations.values()} == {"choose"}
    assert not step.observations["first"].heard
    assert [message.text for message in step.observations["second"].heard] == ["well"]


def test_values_are_drawn_as_in_the_paper():
    world = make("bargain")
    for seed in range(300):
        world.reset(seed)
        first, second = world.values.values()
        assert 5 <= sum(world.pool) <= 7
        for values in (first, second):
            assert sum(count * value for count, value in zip(world.pool, values, strict=True)) == 10
        assert all(one or two for one, two in zip(first, second, strict=True))
        assert any(one and two for one, two in zip(first, second, strict=True))


def test_all_pairs_of_values_are_equally_likely():
    for pool in make("bargain", items=2, fewest=3, most=4).pools:
        pairs = {
            (first, second): share / len(partners(pool, first))
            for first, share in zip(*scenarios(pool), strict=True)
            for second in partners(pool, first)
        }
        assert max(pairs.values()) == pytest.approx(min(pairs.values()))
        assert sum(pairs.values()) == pytest.approx(1)
        assert {(second, first) for first, second in pairs} == set(pairs)


def test_valuations_are_all_that_sum_to_ten():
    for pool in itertools.product(range(1, 5), repeat=3):
        every = itertools.product(range(11), repeat=3)
        assert valuations(pool) == tuple(
            v for v in every if sum(c * each for c, each in zip(pool, v, strict=True)) == 10
        )


def test_every_scenario_of_openspiel_is_one_of_ours_and_pays_the_same():
    """OpenSpiel's thousand scenarios were taken from the paper's; there an accepted offer is the agreement."""
    game = pyspiel.load_game("bargaining")
    luck = random.Random(0)
    pools = make("bargain").pools
    for number, instance in enumerate(game.all_instances()):
        pool, (first, second) = tuple(instance.pool), map(tuple, instance.values)
        assert pool in pools
        assert second in partners(pool, first)
        state = game.new_initial_state()
        state.apply_action(number)
        offer = luck.choice([action for action in state.legal_actions() if action != state.agree_action()])
        kept = tuple(game.all_offers()[offer].quantities)
        state.apply_action(offer)
        state.apply_action(state.agree_action())
        left = tuple(count - taken for count, taken in zip(pool, kept, strict=True))
        assert list(chosen(named(kept), named(left), pool, first, second).rewards.values()) == state.returns()


@pytest.mark.parametrize("turns", [2, 3, 6])
def test_a_pair_of_experts_finds_the_best_joint_worth_of_every_small_scenario(turns):
    options = {"items": 2, "fewest": 3, "most": 4, "turns": turns}
    met = 0
    for pool in make("bargain", **options).pools:
        for first in scenarios(pool)[0]:
            for second in partners(pool, first):
                last = played_by_experts(*started(pool, first, second, **options))
                best = max(
                    sum(n * a + (c - n) * b for n, c, a, b in zip(share, pool, first, second, strict=True))
                    for share in itertools.product(*(range(count + 1) for count in pool))
                )
                assert sum(last.rewards.values()) == outcome(last)["best"] == best
                assert outcome(last)["success"]
                assert outcome(last)["pareto"]
                met += 1
    assert met == 126


def test_experts_who_hear_nothing_agree_but_seldom_well():
    joint, best = 0.0, 0.0
    for seed in range(100):
        world = make("bargain")
        last = played_by_experts(world, world.reset(seed), mute=True)
        assert outcome(last)["agreement"]
        joint, best = joint + outcome(last)["joint"], best + outcome(last)["best"]
    assert joint < 0.85 * best


def test_an_expert_leaves_a_share_that_was_claimed_when_it_gains_enough():
    world, step = started()
    expert = world.expert("second")
    step = world.step({"first": Action("talk", (Utterance("i take book 1 hat 2 ball 0"),))})
    answer = expert(step.observations["second"])
    assert answer.move == "choose"
    step = world.step({"second": answer})
    last = world.step({"first": Action("book 1 hat 2 ball 0"), "second": expert(step.observations["second"])})
    assert last.rewards == {"first": 10.0, "second": 6.0}


def test_the_frontier_is_what_no_division_beats():
    luck = random.Random(1)
    for _ in range(30):
        pool = luck.choice(make("bargain").pools)
        first = luck.choice(scenarios(pool)[0])
        second = luck.choice(partners(pool, first))
        gains = {
            share: (
                sum(n * value for n, value in zip(share, first, strict=True)),
                sum((c - n) * value for n, c, value in zip(share, pool, second, strict=True)),
            )
            for share in divisions(pool)
        }
        unbeaten = {
            share
            for share, (one, two) in gains.items()
            if not any(a >= one and b >= two and (a, b) != (one, two) for a, b in gains.values())
        }
        assert judged(pool, first, second).frontier == unbeaten


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"items": 1}, "items=1"),
        ({"fewest": 2}, "fewest=2"),
        ({"most": 11}, "most=11"),
        ({"turns": 1}, "turns=1"),
        ({"max_words": 6}, "expected at least 7"),
    ],
)
def test_settings_that_make_no_bargain_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make("bargain", **options)
