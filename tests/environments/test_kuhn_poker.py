"""The rules of Kuhn poker, seat by seat; the whole tree is compared with OpenSpiel in tests/metrics/test_exact.py."""

import pytest

from coterie.core import Action, Chance
from coterie.environments import make
from coterie.environments.text.games.kuhn_poker import equilibrium


def played(first, second, *moves):
    """The steps of a game with these cards and moves."""
    world = make("kuhn_poker-v1")
    steps = [world.reset(0, Chance(0, fixed={"card of first": first, "card of second": second}))]
    for move in moves:
        (agent,) = steps[-1].observations
        steps.append(world.step({agent: Action(move)}))
    return steps


@pytest.mark.parametrize(
    ("moves", "pay"),
    [(("pass", "pass"), 1), (("pass", "bet", "bet"), 2), (("bet", "bet"), 2), (("bet", "pass"), 1)],
)
def test_the_higher_card_wins_the_pot(moves, pay):
    assert played("king", "queen", *moves)[-1].rewards == {"first": pay, "second": -pay}
    if moves != ("bet", "pass"):
        assert played("jack", "queen", *moves)[-1].rewards == {"first": -pay, "second": pay}


def test_a_folded_hand_pays_the_bettor_whatever_the_cards():
    assert played("jack", "king", "bet", "pass")[-1].rewards == {"first": 1, "second": -1}
    assert played("king", "jack", "pass", "bet", "pass")[-1].rewards == {"first": -1, "second": 1}


def test_each_player_reads_its_card_once_and_then_only_what_is_new():
    steps = played("queen", "jack", "pass", "bet", "bet")
    texts = [next(iter(step.observations.values())).text for step in steps[:-1]]
    assert texts == ["card queen", "card jack first pass", "second bet"]
    assert steps[2].observations["first"].data == {"card": "queen", "betting": ["pass", "bet"]}


def test_an_answer_that_is_not_accepted_counts_as_a_pass():
    world = make("kuhn_poker-v1")
    world.reset(0)
    step = world.step({"first": Action("raise")})
    assert step.observations["second"].data["betting"] == ["pass"]
    assert [event.kind for event in step.events] == ["rejected"]


def test_luck_is_two_named_draws_without_replacement():
    world = make("kuhn_poker-v1")
    deals = set()
    for seed in range(200):
        world.reset(seed)
        assert [(name, of) for name, _, of in world.chance.drawn] == [("card of first", 3), ("card of second", 2)]
        deals.add(tuple(world.state()["cards"].values()))
    assert len(deals) == 6


def test_an_alpha_outside_the_equilibria_is_refused():
    with pytest.raises(ValueError, match=r"alpha=0\.5"):
        equilibrium("jack", [], alpha=0.5)
