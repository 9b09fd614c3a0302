"""The rules of the iterated dilemma: what is paid, what noise and chance do, and how contrite tit for tat answers."""

import itertools

import pytest

from coterie.core import Action, Chance, Utterance
from coterie.environments import make
from coterie.environments.text.games.iterated_dilemma import standing

C, D = "cooperate", "defect"


def played(*rounds, fixed=None, seed=0, **options):
    """The steps of a game with these moves of left and right."""
    world = make("iterated_dilemma-v1", rounds=options.pop("rounds", len(rounds)), **options)
    steps = [world.reset(seed, Chance(seed, fixed=fixed))]
    for left, right in rounds:
        steps.append(world.step({"left": Action(left), "right": Action(right)}))
    return steps


def between(left, right, seed, **options):
    """The moves of two players who are experts, or always do the same."""
    world = make("iterated_dilemma-v1", **options)
    step = world.reset(seed)
    players = {"left": left or world.expert("left"), "right": right or world.expert("right")}
    while step.observations:
        step = world.step({agent: players[agent](seen) for agent, seen in step.observations.items()})
    return world.played, step.events[-1].data


@pytest.mark.parametrize(
    ("game", "pay"),
    [("prisoner", (5, 3, 1, 0)), ("stag_hunt", (3, 4, 2, 1)), ("chicken", (7, 6, 0, 2))],
)
def test_each_pair_of_moves_is_paid_by_the_letters_of_the_game(game, pay):
    temptation, reward, punishment, sucker = pay
    expected = {(C, C): (reward, reward), (C, D): (sucker, temptation), (D, C): (temptation, sucker)}
    for moves in itertools.product((C, D), repeat=2):
        rewards = played(moves, game=game)[-1].rewards
        assert tuple(rewards.values()) == expected.get(moves, (punishment, punishment))


def test_both_read_the_payoffs_first_and_then_only_what_was_played():
    steps = played((C, D), (D, D))
    assert steps[0].observations["left"].text == (
        "pay both cooperate 3 both defect 1 only you defect 5 only you cooperate 0 rounds 2"
    )
    assert steps[1].observations["left"].text == "you cooperate other defect paid 0"
    assert steps[1].observations["right"].text == "you defect other cooperate paid 5"
    assert steps[1].observations["right"].data == {"played": [[D, C]]}


def test_the_score_places_the_joint_pay_between_the_worst_moves_and_cooperation():
    assert played((C, C), (C, C))[-1].events[-1].data == {"score": 1.0, "cooperation": 1.0, "steps": 2}
    assert played((D, D), (D, D))[-1].events[-1].data == {"score": 0.0, "cooperation": 0.0, "steps": 2}
    assert played((C, D), (D, D))[-1].events[-1].data == {"score": 0.375, "cooperation": 0.25, "steps": 2}


def test_a_slip_turns_the_move_that_was_meant_into_the_other():
    steps = played((C, C), (C, C), noise=0.5, fixed={"slip of left 0": True, "slip of right 0": False} | NO_SLIP)
    assert steps[1].rewards == {"left": 5, "right": 0}
    assert steps[1].events[-1].data == {"left": D, "right": C, "slipped": ["left"]}
    assert steps[2].rewards == {"left": 3, "right": 3}


NO_SLIP = {"slip of left 1": False, "slip of right 1": False}


def test_chance_ends_the_game_as_often_as_it_should():
    lengths = []
    for seed in range(2000):
        world = make("iterated_dilemma-v1", rounds=500, continuation=0.75)
        step = world.reset(seed)
        while step.observations:
            step = world.step({"left": Action(C), "right": Action(C)})
        lengths.append(len(world.played))
    assert sum(lengths) / len(lengths) == pytest.approx(4, abs=0.25)  # 1 / (1 - 0.75); the standard error is 0.08


def test_a_game_that_chance_ends_pays_its_last_round():
    steps = played((C, D), rounds=9, continuation=0.5, fixed={"another round 1": False})
    assert steps[-1].rewards == {"left": 0, "right": 5}
    assert {ending.reason for ending in steps[-1].endings.values()} == {"chance ended the game"}


def test_with_talk_each_hears_the_other_before_both_move():
    world = make("iterated_dilemma-v1", rounds=2, max_words=3)
    step = world.reset(0)
    assert step.observations["left"].spec.move is None
    step = world.step({"left": Action(say=(Utterance("we both cooperate"),)), "right": Action()})
    assert [message.text for message in step.observations["right"].heard] == ["we both cooperate"]
    assert step.observations["left"].heard == ()
    step = world.step({"left": Action(D), "right": Action(C)})
    assert step.observations["right"].spec.speech is not None
    assert step.observations["right"].heard == ()


def test_an_answer_that_is_not_accepted_counts_as_cooperating():
    world = make("iterated_dilemma-v1")
    world.reset(0)
    assert world.step({"left": Action("betray"), "right": Action(D)}).rewards == {"left": 0, "right": 5}


@pytest.mark.parametrize(
    ("rounds", "mood"),
    [
        ([], "content"),
        ([(C, D)], "provoked"),
        ([(C, D), (D, D)], "provoked"),
        ([(C, D), (D, C)], "content"),
        ([(D, C)], "contrite"),
        ([(D, C), (D, D)], "contrite"),
        ([(D, C), (C, D)], "content"),
        ([(D, D)], "content"),
    ],
)
def test_the_mood_of_contrite_tit_for_tat_follows_wu_and_axelrod(rounds, mood):
    assert standing(rounds) == mood


def test_one_slip_between_two_contrite_players_costs_one_round():
    """Plain tit for tat would go on alternating; the contrite one takes the answer without answering back."""
    world = make("iterated_dilemma-v1", rounds=6, noise=0.1)
    slips = {f"slip of {agent} {number}": False for agent in world.agents for number in range(6)}
    step = world.reset(0, Chance(0, fixed={**slips, "slip of left 1": True}))
    players = {agent: world.expert(agent) for agent in world.agents}
    while step.observations:
        step = world.step({agent: players[agent](seen) for agent, seen in step.observations.items()})
    assert world.played == [(C, C), (D, C), (C, D), (C, C), (C, C), (C, C)]


def test_under_noise_contrite_players_cooperate_far_more_than_plain_tit_for_tat():
    def plain(seen):
        return Action(seen.data["played"][-1][1] if seen.data["played"] else C)

    contrite = [between(None, None, seed, rounds=200, noise=0.05)[1]["cooperation"] for seed in range(20)]
    simple = [between(plain, plain, seed, rounds=200, noise=0.05)[1]["cooperation"] for seed in range(20)]
    assert min(contrite) > 0.8
    assert sum(contrite) / 20 - sum(simple) / 20 > 0.2


def test_nobody_gains_more_than_one_temptation_against_the_expert():
    always_defects, _ = between(lambda seen: Action(D), None, 0, rounds=8)
    assert always_defects == [(D, C)] + [(D, D)] * 7


@pytest.mark.parametrize(
    "options",
    [
        {"game": "poker"},
        {"rounds": 0},
        {"continuation": 0},
        {"noise": 1.5},
        {"payoffs": [5, 1, 3, 0]},
        {"payoffs": [9, 3, 1, 0]},
        {"payoffs": [5, 3, 1]},
        {"payoffs": [5, float("inf"), 1, 0]},
    ],
)
def test_options_that_make_no_dilemma_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        make("iterated_dilemma-v1", **options)
