"""The rules of Leduc poker; the whole tree and its exact values are compared with OpenSpiel's."""

import pyspiel
import pytest
from open_spiel.python import policy as spiel_policy
from open_spiel.python.algorithms import exploitability as spiel_exploitability
from openspiel_tree import terminals_compared

from coterie.core import Action, Chance
from coterie.environments import make
from coterie.environments.text.games.leduc_poker import CARDS
from coterie.environments.text.games.leduc_poker_experts import equilibrium
from coterie.metrics.exact import expected_values, exploitability, nash_conv, uniform
from coterie.metrics.game_tree import game_tree

CODES = {"fold": 0, "check": 1, "call": 1, "raise": 2}


def played(first, second, public, *moves):
    """The steps of a game with these cards and moves."""
    world = make("leduc_poker-v1")
    fixed = {"card of first": first, "card of second": second, "open card": public}
    steps = [world.reset(0, Chance(0, fixed=fixed))]
    for move in moves:
        (agent,) = steps[-1].observations
        steps.append(world.step({agent: Action(move)}))
    return steps


def texts(steps):
    return [next(iter(step.observations.values())).text for step in steps if step.observations]


def offered(step):
    ((_, seen),) = step.observations.items()
    return seen.spec.move.options


@pytest.mark.parametrize(
    ("moves", "pay"),
    [
        (("raise", "fold"), 1),
        (("check", "raise", "raise", "fold"), 3),
        (("raise", "raise", "call", "raise", "fold"), 5),
        (("raise", "raise", "call", "check", "raise", "raise", "fold"), 9),
    ],
)
def test_a_fold_pays_what_the_one_who_folds_has_put_in(moves, pay):
    step = played("jack hearts", "king hearts", "king spades", *moves)[-1]
    assert step.rewards == {"first": pay, "second": -pay}
    assert step.events[-1].data == {"winner": "first", "steps": len(moves)}


@pytest.mark.parametrize(
    ("moves", "pay"),
    [
        (("check", "check", "check", "check"), 1),
        (("raise", "call", "check", "check"), 3),
        (("check", "raise", "raise", "call", "raise", "raise", "call"), 13),
    ],
)
def test_a_pair_beats_a_higher_card_for_all_chips(moves, pay):
    assert played("jack hearts", "king hearts", "jack spades", *moves)[-1].rewards == {"first": pay, "second": -pay}


def test_without_a_pair_the_higher_card_wins_and_equal_cards_share():
    checks = ("check",) * 4
    assert played("queen hearts", "king hearts", "jack spades", *checks)[-1].rewards == {"first": -1, "second": 1}
    last = played("queen hearts", "queen spades", "jack spades", "raise", "call", "check", "check")[-1]
    assert last.rewards == {"first": 0, "second": 0}
    assert last.events[-1].data == {"winner": None, "steps": 4}
    assert last.events[-2].data == {"first": "queen hearts", "second": "queen spades"}


def test_two_raises_a_round_are_all():
    steps = played("jack hearts", "king hearts", "queen spades", "check", "raise", "raise", "call", "raise")
    assert [offered(step) for step in steps] == [
        ("check", "raise"),
        ("check", "raise"),
        ("fold", "call", "raise"),
        ("fold", "call"),
        ("check", "raise"),
        ("fold", "call", "raise"),
    ]


def test_each_reads_its_card_once_the_open_card_once_and_then_only_what_is_new():
    steps = played("jack hearts", "king hearts", "queen spades", "check", "raise", "call", "check", "raise")
    assert texts(steps) == [
        "you first card jack hearts",
        "you second card king hearts first check",
        "second raise",
        "open queen spades",
        "first call open queen spades first check",
        "second raise",
    ]
    assert steps[5].observations["first"].data == {
        "card": "jack hearts",
        "open": "queen spades",
        "betting": [["check", "raise", "call"], ["check", "raise"]],
        "chips": {"first": 3, "second": 7},
    }


def test_an_answer_that_is_not_accepted_checks_or_folds():
    steps = played("jack hearts", "king hearts", "queen spades", "bet it all", "raise", "what")
    assert steps[1].observations["second"].data["betting"] == [["check"], []]
    assert steps[3].rewards == {"first": -1, "second": 1}


# ---- against OpenSpiel ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def leduc():
    return game_tree(make("leduc_poker-v1"))


def spiel_key(state):
    """How OpenSpiel writes the same information state."""
    data = state.observations[-1].data
    acting = ("first", "second").index(state.agent)
    first, second = (" ".join(str(CODES[move]) for move in moves) for moves in data["betting"])
    chips = data["chips"]
    public = f"[Public: {CARDS.index(data['open'])}]" if data["open"] else ""
    return (
        f"[Observer: {acting}][Private: {CARDS.index(data['card'])}][Round {2 if data['open'] else 1}]"
        f"[Player: {acting}][Pot: {sum(chips.values())}][Money: {100 - chips['first']} {100 - chips['second']}]"
        f"{public}[Round1: {first}][Round2: {second}]"
    )


def test_the_tree_is_openspiels_at_every_history(leduc):
    state = pyspiel.load_game("leduc_poker").new_initial_state()
    assert terminals_compared(leduc.root, state, leduc.agents, spiel_key, lambda action: CODES[action.move]) == 5520
    assert [len(leduc.information_states(agent)) for agent in leduc.agents] == [468, 468]


def test_uniform_play_is_worth_and_exploited_as_openspiel_says(leduc):
    game = pyspiel.load_game("leduc_poker")
    theirs = spiel_policy.UniformRandomPolicy(game)
    assert expected_values(leduc, uniform)["first"] == pytest.approx(-0.078125, abs=1e-9)
    assert nash_conv(leduc, uniform) == pytest.approx(4.747222222222222, abs=1e-9)
    assert exploitability(leduc, uniform) == pytest.approx(spiel_exploitability.exploitability(game, theirs), abs=1e-9)


def solution(agent, state, options):
    weights = equilibrium(state.observations[-1].data)
    return [weights.get(action.move, 0) / sum(weights.values()) for action in options]


def test_a_best_response_gains_less_than_a_five_thousandth_of_a_chip_on_the_expert(leduc):
    assert exploitability(leduc, solution) < 2e-4
    assert expected_values(leduc, solution)["first"] == pytest.approx(-0.0856, abs=2e-4)


def test_the_experts_table_is_as_exploitable_as_openspiel_says(leduc):
    game = pyspiel.load_game("leduc_poker")
    table = {
        spiel_key(state): [
            (CODES[option.move], weight) for option, weight in zip(options, solution(None, state, options), strict=True)
        ]
        for state, options in leduc.options.items()
    }
    theirs = pyspiel.exploitability(game, pyspiel.TabularPolicy(table))
    assert exploitability(leduc, solution) == pytest.approx(theirs, abs=1e-9)


def test_the_expert_plays_its_table():
    world = make("leduc_poker-v1")
    script, counts = world.expert("first", seed=3), {"check": 0, "raise": 0}
    for seed in range(2000):
        step = world.reset(seed, Chance(seed, fixed={"card of first": "queen spades"}))
        counts[script(step.observations["first"]).move] += 1
    weights = equilibrium({"card": "queen hearts", "open": None, "betting": [[], []]})
    assert counts["raise"] / 2000 == pytest.approx(weights["raise"] / sum(weights.values()), abs=0.04)
