"""Exact values against OpenSpiel, and by hand."""

import math
import random

import pyspiel
import pytest
from open_spiel.python import policy as spiel_policy
from open_spiel.python.algorithms import exploitability as spiel_exploitability
from openspiel_tree import terminals_compared

from coterie.core import Action, ConfigError
from coterie.environments import make
from coterie.environments.text.games.kuhn_poker import CARDS, MOVES, equilibrium
from coterie.metrics.exact import best_response, expected_values, exploitability, nash_conv, uniform
from coterie.metrics.game_tree import ChanceNode, DecisionNode, InformationState, Terminal, game_tree

KUHN = game_tree(make("kuhn_poker-v1"))


def spiel_key(state: InformationState) -> str:
    """How OpenSpiel writes the same information state: the card's number, then a letter a move."""
    data = state.observations[-1].data
    return str(CARDS.index(data["card"])) + "".join("p" if move == "pass" else "b" for move in data["betting"])


def solution(alpha):
    def policy(agent, state, options):
        data = state.observations[-1].data
        bet = equilibrium(data["card"], data["betting"], alpha)
        return [bet if action.move == "bet" else 1 - bet for action in options]

    return policy


def test_the_kuhn_tree_is_openspiels_at_every_history():
    state = pyspiel.load_game("kuhn_poker").new_initial_state()
    assert terminals_compared(KUHN.root, state, KUHN.agents, spiel_key, lambda action: MOVES.index(action.move)) == 30
    assert [len(KUHN.information_states(agent)) for agent in KUHN.agents] == [6, 6]


def test_uniform_play_of_kuhn_poker_pays_the_first_player_an_eighth():
    values = expected_values(KUHN, uniform)
    assert values["first"] == pytest.approx(0.125, abs=1e-12)
    assert values["second"] == pytest.approx(-0.125, abs=1e-12)


def test_uniform_play_of_kuhn_poker_is_as_exploitable_as_openspiel_says():
    assert nash_conv(KUHN, uniform) == pytest.approx(11 / 12, abs=1e-9)
    assert exploitability(KUHN, uniform) == pytest.approx(0.4583333333333333, abs=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.2, 1 / 3])
def test_the_kuhn_expert_cannot_be_exploited_and_loses_an_eighteenth(alpha):
    assert exploitability(KUHN, solution(alpha)) < 1e-9
    assert expected_values(KUHN, solution(alpha))["first"] == pytest.approx(-1 / 18, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_random_tabular_policies_are_as_exploitable_as_openspiel_says(seed):
    luck = random.Random(seed)
    game = pyspiel.load_game("kuhn_poker")
    theirs = spiel_policy.TabularPolicy(game)
    table = {}
    for key in theirs.state_lookup:
        bet = luck.choice([luck.random(), 0.0, 1.0])
        table[key] = [1 - bet, bet]
        theirs.policy_for_key(key)[:] = table[key]

    def ours(agent, state, options):
        return table[spiel_key(state)]

    assert nash_conv(KUHN, ours) == pytest.approx(spiel_exploitability.nash_conv(game, theirs), abs=1e-9)
    assert exploitability(KUHN, ours) == pytest.approx(spiel_exploitability.exploitability(game, theirs), abs=1e-9)


def test_a_best_response_to_uniform_play_says_what_to_do_everywhere():
    answer = best_response(KUHN, "second", uniform)
    chosen = {spiel_key(state): action.move for state, action in answer.choices.items()}
    assert chosen["2b"] == chosen["2p"] == "bet"
    assert chosen["0b"] == "pass"
    assert len(chosen) == 6


def test_simultaneous_moves_are_decided_without_seeing_the_other():
    tree = game_tree(make("matrix_game-v1", game="prisoners_dilemma"))
    assert isinstance(tree.root, DecisionNode)
    assert [len(tree.information_states(agent)) for agent in tree.agents] == [1, 1]
    assert expected_values(tree, uniform) == {"row": 2.25, "column": 2.25}

    def defect(agent, state, options):
        return [float(action.move == "defect") for action in options]

    assert nash_conv(tree, defect) == 0
    # Against uniform play defection pays 3 on average, 0.75 more than uniform play does.
    assert nash_conv(tree, uniform) == pytest.approx(1.5)


def test_a_repeated_game_remembers_what_was_played():
    tree = game_tree(make("matrix_game-v1", game="matching_pennies", rounds=2))
    assert [len(tree.information_states(agent)) for agent in tree.agents] == [5, 5]
    assert nash_conv(tree, uniform) == pytest.approx(0, abs=1e-12)


def test_words_of_a_vocabulary_are_options_and_a_shared_code_is_an_equilibrium():
    world = make("reference_game-v1", items=3, words=3)
    tree = game_tree(world)
    experts = {agent: world.expert(agent) for agent in world.agents}

    def code(agent, state, options):
        return [float(experts[agent](state.observations[-1]) == option) for option in options]

    assert expected_values(tree, code)["listener"] == pytest.approx(1)
    assert expected_values(tree, uniform)["listener"] == pytest.approx(1 / 3)
    assert nash_conv(tree, code) == pytest.approx(0, abs=1e-12)
    assert [action.say[0].text for action in tree.options[tree.information_states("speaker")[0]]] == ["ba", "do", "fi"]


def test_a_tree_that_is_too_large_is_refused():
    with pytest.raises(ConfigError, match="more than 50 nodes"):
        game_tree(make("tic_tac_toe-v1"), limit=50)


def test_free_words_cannot_be_enumerated():
    with pytest.raises(ConfigError, match="vocabulary"):
        game_tree(make("lookout-v1", size=2))


def test_a_policy_that_is_no_distribution_is_refused():
    with pytest.raises(ConfigError, match="summing to 1"):
        expected_values(KUHN, lambda agent, state, options: [0.4, 0.4])


def test_returns_add_up_over_chance():
    """The tree's probabilities sum to 1 over all ends under any policy."""

    def total(node):
        if isinstance(node, Terminal):
            return 1.0
        weights = node.probabilities if isinstance(node, ChanceNode) else uniform("", None, node.options)
        return math.fsum(weight * total(child) for weight, child in zip(weights, node.children, strict=True))

    assert total(KUHN.root) == pytest.approx(1)
    assert Action("bet") in KUHN.options[KUHN.information_states("first")[0]]
