"""Matrix games and finite MDPs: the worlds agree with their tables, and the solutions are exact."""

import msgspec
import numpy as np
import pytest

from coterie.agents import Expert, Random
from coterie.core import Action, ConfigError
from coterie.environments import make
from coterie.environments.markov.games import GAMES
from coterie.environments.markov.processes import PROCESSES, FiniteMDP, cliff, corridor
from coterie.environments.markov.solve import (
    best_response,
    evaluate_policy,
    expected_return,
    is_nash,
    nash_gaps,
    policy_gradient,
    softmax,
    value_iteration,
)
from coterie.rollout import gather


@pytest.mark.parametrize("name", GAMES)
def test_a_matrix_game_pays_what_its_table_says(name):
    game = GAMES[name]
    for row, row_move in enumerate(game.row_moves):
        for column, column_move in enumerate(game.column_moves):
            world = make("matrix_game-v1", game=name)
            world.reset(0)
            step = world.step({"row": Action(row_move), "column": Action(column_move)})
            assert step.rewards == {
                "row": game.row_payoffs_RC[row, column],
                "column": game.column_payoffs_RC[row, column],
            }


def test_both_players_move_at_once_and_are_told_the_other_move_afterwards():
    world = make("matrix_game-v1", game="prisoners_dilemma", rounds=2)
    assert list(world.reset(0).observations) == ["row", "column"]
    step = world.step({"row": Action("defect"), "column": Action("cooperate")})
    assert step.observations["row"].text == "other cooperate paid 5"
    assert step.observations["column"].text == "other defect paid 0"
    assert step.observations["column"].data == {"played": [["cooperate", "defect"]]}


def test_the_expert_of_the_dilemma_answers_in_kind():
    world = make("matrix_game-v1", game="prisoners_dilemma", rounds=3)
    step, expert, moves = world.reset(0), world.expert("row"), []
    for other in ("defect", "cooperate", "cooperate"):
        moves.append(expert(step.observations["row"]).move)
        step = world.step({"row": Action(moves[-1]), "column": Action(other)})
    assert moves == ["cooperate", "defect", "cooperate"]


def pure(count, place):
    return np.eye(count)[place]


def test_nash_equilibria_of_the_named_games_are_found_and_others_refused():
    half = np.array([0.5, 0.5])
    assert is_nash(GAMES["matching_pennies"], half, half)
    assert not is_nash(GAMES["matching_pennies"], pure(2, 0), half)
    assert is_nash(GAMES["prisoners_dilemma"], pure(2, 1), pure(2, 1))
    assert nash_gaps(GAMES["prisoners_dilemma"], pure(2, 0), pure(2, 0)) == (2, 2)
    assert is_nash(GAMES["stag_hunt"], pure(2, 0), pure(2, 0))
    assert is_nash(GAMES["stag_hunt"], pure(2, 1), pure(2, 1))
    assert is_nash(GAMES["climbing"], pure(3, 0), pure(3, 0))
    assert is_nash(GAMES["climbing"], pure(3, 1), pure(3, 1))
    assert not is_nash(GAMES["climbing"], pure(3, 2), pure(3, 2))


def test_the_best_response_in_climbing_avoids_the_cliff():
    assert best_response(GAMES["climbing"].row_payoffs_RC, np.full(3, 1 / 3)) == 2
    assert best_response(GAMES["climbing"].row_payoffs_RC, pure(3, 0)) == 0


def test_the_corridor_is_worth_its_discounted_goal():
    values = value_iteration(corridor(5)).values_S
    assert values == pytest.approx([0.95**3, 0.95**2, 0.95, 1, 0], abs=1e-10)


@pytest.mark.parametrize("name", PROCESSES)
def test_the_greedy_policy_of_value_iteration_has_the_optimal_values(name):
    process = PROCESSES[name]()
    solution = value_iteration(process)
    greedy_SA = np.eye(len(process.actions))[solution.action_values_SA.argmax(-1)]
    assert evaluate_policy(process, greedy_SA) == pytest.approx(solution.values_S, abs=1e-9)
    luck = np.random.default_rng(0)
    for _ in range(5):
        other_SA = luck.dirichlet(np.ones(len(process.actions)), size=len(process.states))
        assert (evaluate_policy(process, other_SA) <= solution.values_S + 1e-9).all()


@pytest.mark.parametrize("name", PROCESSES)
@pytest.mark.parametrize("seed", range(3))
def test_the_policy_gradient_agrees_with_finite_differences(name, seed):
    process = PROCESSES[name]()
    logits_SA = np.random.default_rng(seed).normal(size=process.rewards_SA.shape)
    numeric_SA, step = np.zeros_like(logits_SA), 1e-5
    for place in np.ndindex(*logits_SA.shape):
        up, down = logits_SA.copy(), logits_SA.copy()
        up[place] += step
        down[place] -= step
        numeric_SA[place] = (expected_return(process, softmax(up)) - expected_return(process, softmax(down))) / (
            2 * step
        )
    assert policy_gradient(process, logits_SA) == pytest.approx(numeric_SA, abs=1e-8)
    assert np.abs(numeric_SA).max() > 1e-4


def test_the_world_pays_what_the_solution_expects():
    """The discounted return of experts in the slippery grid averages to the optimal value of the start."""
    process = cliff()
    episodes = list(gather("finite_mdp", {"walker": Expert()}, range(1500), options={"process": "cliff"}))
    returns = [
        sum(process.discount**number * turn.reward for number, turn in enumerate(episode.turns)) for episode in episodes
    ]
    error = np.std(returns) / len(returns) ** 0.5
    assert np.mean(returns) == pytest.approx(float(process.start_S @ value_iteration(process).values_S), abs=4 * error)


def test_a_walk_stops_at_the_horizon():
    episodes = list(gather("finite_mdp", {"walker": Random()}, range(30), options={"horizon": 4}))
    kinds = {episode.endings["walker"].kind for episode in episodes}
    assert kinds == {"terminated", "truncated"}
    assert max(episode.steps for episode in episodes) == 4


def test_tables_that_are_no_probabilities_are_refused():
    good = corridor(3)
    with pytest.raises(ValueError, match="sum to 1"):
        FiniteMDP(
            *[getattr(good, field) * (0.5 if field == "transitions_SAS" else 1) for field in good.__struct_fields__]
        )
    with pytest.raises(ValueError, match="shapes"):
        FiniteMDP(("a",), *[getattr(good, field) for field in good.__struct_fields__[1:]])


def test_an_undiscounted_process_that_never_ends_is_refused():
    endless = msgspec.structs.replace(corridor(3), discount=1.0, rewards_SA=np.ones((3, 2)))
    with pytest.raises(ValueError, match="no convergence"):
        value_iteration(endless, limit=1000)


def test_an_unknown_game_or_process_is_refused_with_the_names_there_are():
    with pytest.raises(ConfigError, match="stag_hunt"):
        make("matrix_game", game="chess")
    with pytest.raises(ConfigError, match="corridor"):
        make("finite_mdp", process="maze")
