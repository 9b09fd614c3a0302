"""Every credit rule against numbers worked out by hand, and the properties all of them share."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.algorithms import PPO, GroupRelative, Imitation, QLearning, Reinforce
from coterie.core import Action, ActionSpec, Choice, Episode, Observation, Sample, Seat, Turn, encode_episode

SPEC = ActionSpec(move=Choice(("left", "right")))
ALGORITHMS = [
    Imitation(),
    Reinforce(),
    GroupRelative(),
    GroupRelative(scale=False),
    PPO(),
    QLearning(),
    QLearning(trace=0.5),
]


def turn(agent, reward, value=None, scores=None, move="left", step=0):
    sample = Sample(move, agent, token_ids=(1,), log_probs=(-0.5,), value=value, scores=scores)
    return Turn(agent, step, Observation(SPEC), Action(move), samples=(sample,), reward=reward)


def episode(turns, seed=0, repeat=0, trainable=("ann", "bob")):
    agents = sorted({each.agent for each in turns})
    totals = {agent: sum(each.reward for each in turns if each.agent == agent) for agent in agents}
    seats = {agent: Seat(agent, agent, trainable=agent in trainable) for agent in agents}
    return Episode(environment="hand-v1", seed=seed, repeat=repeat, seats=seats, turns=tuple(turns), totals=totals)


def test_reinforce_subtracts_the_mean_return_of_the_same_role_in_other_episodes():
    batch = [
        episode([turn("ann", 1.0), turn("bob", 0.0), turn("ann", 2.0)]),
        episode([turn("ann", 0.0), turn("bob", 5.0)]),
        episode([turn("ann", 4.0), turn("bob", 1.0)]),
    ]
    credit = Reinforce(normalise=False).credit(batch)
    # ann's returns: (3, 2), (0), (4); bob's: 0, 5, 1.
    assert credit.targets_ET == [[3.0, 0.0, 2.0], [0.0, 5.0], [4.0, 1.0]]
    assert credit.advantages_ET[0] == pytest.approx([3 - (0 + 4) / 2, 0 - (5 + 1) / 2, 2 - (0 + 4) / 2])
    assert credit.advantages_ET[1] == pytest.approx([0 - (3 + 2 + 4) / 3, 5 - (0 + 1) / 2])
    assert credit.advantages_ET[2] == pytest.approx([4 - (3 + 2 + 0) / 3, 1 - (0 + 5) / 2])


def test_reinforce_discounts_along_an_agents_own_turns_only():
    batch = [episode([turn("ann", 1.0), turn("bob", 7.0), turn("ann", 2.0)]), episode([turn("ann", 0.0)])]
    assert Reinforce(gamma=0.5, normalise=False).credit(batch).targets_ET[0] == [2.0, 7.0, 2.0]


def test_normalised_roles_have_deviation_one_whatever_their_rewards():
    batch = [episode([turn("ann", 1000.0 * k), turn("bob", 0.001 * k)]) for k in range(5)]
    advantages = Reinforce().credit(batch).advantages_ET
    for place in range(2):
        values = [each[place] for each in advantages]
        mean = sum(values) / len(values)
        assert math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) == pytest.approx(1.0)


def test_a_group_is_compared_with_itself_and_sums_to_zero():
    batch = [
        episode([turn("ann", total)], seed=seed, repeat=repeat)
        for seed, totals in enumerate([(1.0, 3.0), (10.0, 10.0), (0.0, 1.0)])
        for repeat, total in enumerate(totals)
    ]
    scaled = [each[0] for each in GroupRelative().credit(batch).advantages_ET]
    assert scaled == [-1.0, 1.0, None, None, -1.0, 1.0]
    plain = [each[0] for each in GroupRelative(scale=False).credit(batch).advantages_ET]
    assert plain == [-1.0, 1.0, None, None, -0.5, 0.5]


def test_ppo_gives_generalised_advantages_along_own_turns():
    batch = [episode([turn("ann", 1.0, value=0.5), turn("bob", 0.0, value=9.0), turn("ann", 2.0, value=1.0)])]
    credit = PPO(gamma=0.9, lam=0.8, normalise=False).credit(batch)
    last = 2.0 - 1.0
    first = 1.0 + 0.9 * 1.0 - 0.5 + 0.9 * 0.8 * last
    assert credit.advantages_ET[0] == pytest.approx([first, 0.0 - 9.0, last])
    assert credit.targets_ET[0] == pytest.approx([first + 0.5, 0.0, last + 1.0])


def test_q_learning_looks_one_turn_ahead_to_the_best_option():
    turns = [turn("ann", 1.0, scores={"left": 0.2, "right": 0.4}), turn("ann", 3.0, scores={"left": 5.0, "right": 7.0})]
    credit = QLearning(gamma=0.5).credit([episode(turns)])
    assert credit.targets_ET == [[1.0 + 0.5 * 7.0, 3.0]]
    assert credit.advantages_ET == [[pytest.approx(4.5 - 0.2), pytest.approx(3.0 - 5.0)]]


def test_a_trace_mixes_the_best_option_with_what_really_followed():
    turns = [turn("ann", 1.0, scores={"left": 0.0}), turn("ann", 3.0, scores={"left": 5.0})]
    assert QLearning(gamma=1.0, trace=0.25).credit([episode(turns)]).targets_ET == [
        [1.0 + 0.75 * 5.0 + 0.25 * 3.0, 3.0]
    ]


def test_filtered_imitation_keeps_the_best_share():
    batch = [episode([turn("ann", float(total))]) for total in (3, 1, 2, 4)]
    assert [each[0] for each in Imitation(best=0.5).credit(batch).advantages_ET] == [1.0, None, None, 1.0]


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda each: repr(each)[:40])
def test_frozen_seats_and_failed_episodes_do_not_train(algorithm):
    good = [episode([turn("ann", float(k), 0.0), turn("bob", 1.0, 0.0)], trainable=("ann",)) for k in range(3)]
    failed = msgspec.structs.replace(good[0], failure={"boundary": "agent", "error": "x"})
    advantages = algorithm.credit([*good, failed]).advantages_ET
    assert [each[1] for each in advantages] == [None] * 4
    assert advantages[3] == [None, None]


@given(rewards=st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6), min_size=1, max_size=6))
@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda each: repr(each)[:40])
def test_credit_has_the_shape_of_the_record_is_finite_and_changes_nothing(algorithm, rewards):
    batch = [
        episode(
            [
                turn("ann" if k % 2 else "bob", reward, 0.1, {"left": 0.1, "right": 0.0})
                for k, reward in enumerate(each)
            ],
            seed=seed // 2,
            repeat=seed % 2,
        )
        for seed, each in enumerate(rewards)
    ]
    before = [encode_episode(each) for each in batch]
    credit = algorithm.credit(batch)
    assert [encode_episode(each) for each in batch] == before
    for table in (credit.advantages_ET, credit.targets_ET):
        assert [len(row) for row in table] == [len(each.turns) for each in batch]
        assert all(value is None or math.isfinite(value) for row in table for value in row)
