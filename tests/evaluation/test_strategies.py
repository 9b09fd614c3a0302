"""Language policies are rated exactly, by the probabilities of their moves at every information state."""

import math
import random

import pytest
import torch

from coterie.agents import Expert, Language, Random, Scripted
from coterie.core import Action, ConfigError
from coterie.environments import make
from coterie.evaluation.strategies import as_policy, exact_strength, strategy
from coterie.metrics.exact import expected_values, nash_conv, uniform
from coterie.metrics.game_tree import game_tree
from coterie.policies import CompactCodec, FakePolicy, TabularPolicy
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather


def table(seed=1, **settings):
    """A table with random preferences wherever Kuhn poker can go."""
    policy = TabularPolicy(mode="preferences", memory=True, **settings)
    luck = random.Random(seed)
    minds = dict.fromkeys(("first", "second"), Language(policy, CompactCodec()))
    for episode in gather("kuhn_poker", minds, range(300)):
        for turn in episode.turns:
            for sample in turn.samples:
                if sample.key not in policy.table:
                    policy.table[sample.key] = {option: luck.gauss(0, 1) for option in ("pass", "bet")}
    return policy


def kuhn(policy):
    return dict.fromkeys(("first", "second"), Language(policy, CompactCodec()))


def test_a_table_is_worth_what_it_earns_in_play():
    world, minds = make("kuhn_poker"), kuhn(table())
    exact = exact_strength(world, minds)
    played = list(gather("kuhn_poker", minds, range(4000)))
    mean = sum(episode.totals["first"] for episode in played) / len(played)
    assert exact.values["first"] == pytest.approx(mean, abs=3 * 1.5 / math.sqrt(4000))
    assert exact.values["first"] == pytest.approx(-exact.values["second"])
    assert exact.nash_conv > 0.05


def test_a_table_without_preferences_is_uniform_play():
    world = make("kuhn_poker")
    exact = exact_strength(world, kuhn(TabularPolicy(mode="preferences", memory=True)))
    tree = game_tree(world)
    assert exact.nash_conv == pytest.approx(nash_conv(tree, uniform))
    assert exact.exploitability == pytest.approx(11 / 24)


def test_a_local_model_is_asked_for_the_probabilities_it_samples_with():
    words = small_tokenizer(["card jack queen king pass bet act say first second heard betting nothing"])
    torch.set_num_threads(1)
    local = LocalPolicy(small_model(len(words), hidden=32, context=256, seed=3), words, "small", tokens_per_word=1)
    world, minds = make("kuhn_poker"), kuhn(local)
    tree = game_tree(world)
    found = strategy(tree, world, minds)
    by_data = {
        (state.agent, state.observations[-1].data["card"], tuple(state.observations[-1].data["betting"])): weights
        for state, weights in found.items()
    }
    assert len(by_data) == 12
    assert all(sum(weights) == pytest.approx(1) for weights in found.values())
    seen = 0
    for episode in gather("kuhn_poker", minds, range(40)):
        for turn in episode.turns:
            data = turn.observation.data
            weights = by_data[turn.agent, data["card"], tuple(data["betting"])]
            place = turn.observation.spec.move.options.index(turn.action.move)
            assert math.exp(sum(turn.samples[-1].log_probs)) == pytest.approx(weights[place], abs=1e-5)
            seen += 1
    assert seen > 80
    exact = exact_strength(world, minds)
    assert exact.values == pytest.approx(expected_values(tree, as_policy(found)))
    assert exact.nash_conv > 0.1


def test_scripts_and_random_players_are_rated_as_they_play():
    world = make("reference_game", items=3, words=3)
    expert = exact_strength(world, {"speaker": Expert(), "listener": Expert()})
    assert expert.nash_conv == pytest.approx(0)
    babble = exact_strength(world, {"speaker": Random(), "listener": Expert()})
    assert babble.values["listener"] == pytest.approx(1 / 3)
    assert babble.best["speaker"] == pytest.approx(1.0)


def test_random_words_are_weighed_as_they_are_drawn():
    world = make("reference_game", items=2, words=3)
    tree = game_tree(world)
    found = strategy(tree, world, {"speaker": Random(), "listener": Random()})
    for state, weights in found.items():
        assert weights == pytest.approx([1 / len(tree.options[state])] * len(tree.options[state]))


def test_a_script_that_plays_by_luck_is_not_taken_for_a_certain_one():
    with pytest.raises(ConfigError, match="plays by luck"):
        exact_strength(make("kuhn_poker"), {"first": Expert(), "second": Random()})


def test_who_does_not_tell_is_refused_by_name():
    world = make("kuhn_poker")
    with pytest.raises(ConfigError, match="does not tell how likely"):
        exact_strength(world, kuhn(FakePolicy(["pass"])))
    with pytest.raises(ConfigError, match="nobody sits at second"):
        exact_strength(world, {"first": Random()})
    wrong = Scripted(lambda seed: lambda seen: Action("fly"), "wrong")
    with pytest.raises(ConfigError, match="cannot be rated"):
        exact_strength(world, {"first": wrong, "second": Random()})
