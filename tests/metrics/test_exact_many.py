"""Exact values beyond two seats and turns: OpenSpiel's solvers on both pokers, and a game of three by hand."""

import random
from itertools import product

import pyspiel
import pytest
from open_spiel.python import policy as spiel_policy
from open_spiel.python.algorithms import cfr
from open_spiel.python.algorithms import exploitability as spiel_exploitability

from coterie.core import Action, ActionSpec, Choice, Ending, Environment, Form, Number, Observation, Step
from coterie.environments import make
from coterie.metrics.exact import best_response, expected_values, exploitability, nash_conv, uniform
from coterie.metrics.game_tree import game_tree

KUHN_CARDS = ("jack", "queen", "king")
LEDUC_CARDS = tuple(f"{rank} {suit}" for rank in KUHN_CARDS for suit in ("hearts", "spades"))
LEDUC_CODES = {"fold": 0, "check": 1, "call": 1, "raise": 2}


def kuhn_key(state):
    data = state.observations[-1].data
    return str(KUHN_CARDS.index(data["card"])) + "".join("p" if move == "pass" else "b" for move in data["betting"])


def leduc_key(state):
    data = state.observations[-1].data
    acting = ("first", "second").index(state.agent)
    rounds = [" ".join(str(LEDUC_CODES[move]) for move in moves) for moves in data["betting"]]
    public = f"[Public: {LEDUC_CARDS.index(data['open'])}]" if data["open"] else ""
    chips = data["chips"]
    return (
        f"[Observer: {acting}][Private: {LEDUC_CARDS.index(data['card'])}][Round {2 if data['open'] else 1}]"
        f"[Player: {acting}][Pot: {sum(chips.values())}][Money: {100 - chips['first']} {100 - chips['second']}]"
        f"{public}[Round1: {rounds[0]}][Round2: {rounds[1]}]"
    )


GAMES = {
    "kuhn_poker": (kuhn_key, {"pass": 0, "bet": 1}),
    "leduc_poker": (leduc_key, LEDUC_CODES),
}


@pytest.fixture(scope="module", params=list(GAMES))
def both(request):
    return request.param, pyspiel.load_game(request.param), game_tree(make(request.param))


def ours_of(name, theirs):
    key, codes = GAMES[name]

    def policy(agent, state, options):
        row = theirs.policy_for_key(key(state))
        return [float(row[codes[option.move]]) for option in options]

    return policy


def agree(name, game, tree, theirs):
    ours = ours_of(name, theirs)
    assert nash_conv(tree, ours) == pytest.approx(spiel_exploitability.nash_conv(game, theirs), abs=1e-9)
    assert exploitability(tree, ours) == pytest.approx(spiel_exploitability.exploitability(game, theirs), abs=1e-9)


def test_uniform_play_is_as_exploitable_as_openspiel_says(both):
    name, game, tree = both
    agree(name, game, tree, spiel_policy.TabularPolicy(game))


@pytest.mark.parametrize("seed", range(3))
def test_random_tables_are_as_exploitable_as_openspiel_says(both, seed):
    name, game, tree = both
    luck = random.Random(seed)
    theirs = spiel_policy.TabularPolicy(game)
    for key in sorted(theirs.state_lookup):
        row = theirs.policy_for_key(key)
        legal = [place for place, weight in enumerate(row) if weight > 0]
        weights = [luck.choice([luck.random(), luck.random(), 0.0]) for _ in legal]
        weights = weights if sum(weights) else [1.0] * len(legal)
        for place, weight in zip(legal, weights, strict=True):
            row[place] = weight / sum(weights)
    agree(name, game, tree, theirs)


def test_policies_of_regret_minimisation_are_as_exploitable_as_openspiel_says(both):
    name, game, tree = both
    solver = cfr.CFRPlusSolver(game)
    for _ in range(200 if name == "kuhn_poker" else 6):
        solver.evaluate_and_update_policy()
    agree(name, game, tree, solver.average_policy())


class OddOneOut(Environment):
    """Three show a side at once, after luck has made one of the sides count double; who shows it alone is paid."""

    id = "odd_one_out-v1"
    agents = ("ann", "bob", "carl")

    def begin(self):
        self.double = self.chance.draw("double", ("heads", "tails"))
        spec = ActionSpec(move=Choice(("heads", "tails")))
        told = {"ann": self.double, "bob": "hidden", "carl": "hidden"}  # only ann is told
        return Step(observations={agent: Observation(spec, told[agent]) for agent in self.agents})

    def advance(self, actions):
        shown = [actions[agent].move for agent in self.agents]
        pays = {
            agent: (2.0 if side == self.double else 1.0) * (shown.count(side) == 1)
            for agent, side in zip(self.agents, shown, strict=True)
        }
        return Step(rewards=pays, endings=dict.fromkeys(self.agents, Ending("terminated", "shown")))


def test_three_seats_that_move_at_once_after_luck_by_hand():
    tree = game_tree(OddOneOut())
    assert {agent: len(tree.information_states(agent)) for agent in tree.agents} == {"ann": 2, "bob": 1, "carl": 1}
    # All at random: alone with probability 1/4, paid 1.5 on average. Ann knows what counts double: alone it pays 2.
    assert expected_values(tree, uniform) == pytest.approx(dict.fromkeys(tree.agents, 0.375))
    answer = best_response(tree, "ann", uniform)
    assert answer.value == pytest.approx(0.5)
    assert {state.observations[0].text: action.move for state, action in answer.choices.items()} == {
        "heads": "heads",
        "tails": "tails",
    }
    assert best_response(tree, "bob", uniform).value == pytest.approx(0.375)
    assert nash_conv(tree, uniform) == pytest.approx(0.125)
    assert exploitability(tree, uniform) == pytest.approx(0.125 / 3)


def test_a_best_response_of_three_is_the_best_of_all_plans_tried_one_by_one():
    tree = game_tree(OddOneOut())
    luck = random.Random(1)
    table = {state: luck.random() for state in tree.options}

    def policy(agent, state, options):
        return [table[state], 1 - table[state]]

    for seat in tree.agents:
        states = tree.information_states(seat)
        values = []
        for plan in product((0.0, 1.0), repeat=len(states)):
            fixed = dict(zip(states, plan, strict=True))
            values.append(
                expected_values(
                    tree,
                    lambda agent, state, options, fixed=fixed: (
                        [fixed[state], 1 - fixed[state]] if state in fixed else policy(agent, state, options)
                    ),
                )[seat]
            )
        assert best_response(tree, seat, policy).value == pytest.approx(max(values), abs=1e-12)


class Order(Environment):
    """One fills in a form: a dish and how many."""

    id = "order-v1"
    agents = ("guest",)

    def begin(self):
        form = Form({"dish": Choice(("soup", "rice")), "many": Number(1, 3, integer=True)})
        return Step(observations={"guest": Observation(ActionSpec(move=form))})

    def advance(self, actions):
        order = actions["guest"].move
        return Step(rewards={"guest": order["many"] * (2.0 if order["dish"] == "rice" else 1.0)})


def test_forms_of_finite_fields_are_enumerated():
    tree = game_tree(Order())
    (options,) = tree.options.values()
    assert len(options) == 6
    assert Action({"dish": "rice", "many": 3}) in options
    assert expected_values(tree, uniform)["guest"] == pytest.approx(3.0)
    assert best_response(tree, "guest", uniform).value == 6.0
