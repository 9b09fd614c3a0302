"""Exact solutions of finite MDPs and matrix games: what learning is compared with.

Legend: S state, A action, R moves of `row`, C moves of `column`. Formulas: Sutton and Barto, Reinforcement Learning
(2nd edition), chapters 4 (dynamic programming) and 13 (policy gradient theorem).
"""

from typing import NamedTuple

import numpy as np

from coterie.environments.markov.games import MatrixGame
from coterie.environments.markov.processes import FiniteMDP, Floats


class Solution(NamedTuple):
    """The optimal values of a process."""

    values_S: Floats
    action_values_SA: Floats


def value_iteration(process: FiniteMDP, tolerance: float = 1e-10, limit: int = 1_000_000) -> Solution:
    """Computes the optimal values to within `tolerance`.

    Stops when the bound `discount / (1 - discount) * change` on the distance to the optimum is small enough; without
    discount, when the change itself is.

    >>> from coterie.environments.markov.processes import corridor
    >>> value_iteration(corridor(3)).values_S.round(4).tolist()
    [0.95, 1.0, 0.0]

    Raises:
        ValueError: it has not converged after `limit` sweeps (an undiscounted process that need not end).
    """
    factor = process.discount / (1 - process.discount) if process.discount < 1 else 1.0
    values_S = np.zeros(len(process.states))
    for _ in range(limit):
        action_values_SA = backup(process, values_S)
        updated_S = action_values_SA.max(-1)
        change = np.abs(updated_S - values_S).max()
        values_S = updated_S
        if factor * change <= tolerance:
            return Solution(values_S, backup(process, values_S))
    raise ValueError(f"no convergence after {limit} sweeps; a discount below 1 guarantees it")


def backup(process: FiniteMDP, values_S: Floats) -> Floats:
    """One step of looking ahead: returns `rewards + discount * transitions @ values`, `[S, A]`."""
    ahead_SA = process.transitions_SAS @ np.where(process.terminal_S, 0.0, values_S)
    return np.where(process.terminal_S[:, None], 0.0, process.rewards_SA + process.discount * ahead_SA)


def evaluate_policy(process: FiniteMDP, policy_SA: Floats) -> Floats:
    """Returns the value of every state under a policy, `[S]`, by solving the Bellman equations.

    Args:
        process: the process.
        policy_SA: `[S, A]` probability of each action; rows sum to 1.

    Raises:
        numpy.linalg.LinAlgError: the policy may go on forever in an undiscounted process.
    """
    going_S = ~process.terminal_S
    transitions_SS = np.einsum("sa,sat->st", policy_SA, process.transitions_SAS)
    matrix_SS = np.eye(len(process.states)) - process.discount * transitions_SS * going_S[:, None] * going_S[None, :]
    rewards_S = np.einsum("sa,sa->s", policy_SA, process.rewards_SA) * going_S
    return np.linalg.solve(matrix_SS, rewards_S)


def softmax(logits_SA: Floats) -> Floats:
    """Turns logits into probabilities, along the last axis."""
    powers_SA = np.exp(logits_SA - logits_SA.max(-1, keepdims=True))
    probabilities_SA: Floats = powers_SA / powers_SA.sum(-1, keepdims=True)
    return probabilities_SA


def expected_return(process: FiniteMDP, policy_SA: Floats) -> float:
    """The discounted return expected at the start."""
    return float(process.start_S @ evaluate_policy(process, policy_SA))


def policy_gradient(process: FiniteMDP, logits_SA: Floats) -> Floats:
    """Returns the exact gradient of `expected_return` of a softmax policy by its logits, `[S, A]`.

    Policy gradient theorem: `visits(s) * policy(a|s) * (Q(s, a) - V(s))`, where visits are discounted and not
    normalised.
    """
    policy_SA = softmax(logits_SA)
    values_S = evaluate_policy(process, policy_SA)
    going_S = ~process.terminal_S
    transitions_SS = np.einsum("sa,sat->st", policy_SA, process.transitions_SAS)
    kept_SS = process.discount * transitions_SS * going_S[:, None] * going_S[None, :]
    visits_S = np.linalg.solve(np.eye(len(process.states)) - kept_SS.T, process.start_S * going_S)
    advantages_SA = backup(process, values_S) - values_S[:, None]
    gradient_SA: Floats = visits_S[:, None] * policy_SA * advantages_SA
    return gradient_SA


class Gaps(NamedTuple):
    """What each player could still gain alone; both 0 in a Nash equilibrium."""

    row: float
    column: float


def best_response(payoffs_MO: Floats, other_O: Floats) -> int:
    """Returns the index of the best own move (M) against a mix of the other's moves (O); the first of equals."""
    return int(np.argmax(payoffs_MO @ other_O))


def nash_gaps(game: MatrixGame, row_R: Floats, column_C: Floats) -> Gaps:
    """Says how much each player gains by its best response to the other's mix.

    >>> from coterie.environments.markov.games import GAMES
    >>> nash_gaps(GAMES["matching_pennies"], np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    Gaps(row=0.0, column=0.0)
    """
    row_values_R = game.row_payoffs_RC @ column_C
    column_values_C = row_R @ game.column_payoffs_RC
    return Gaps(
        float(row_values_R.max() - row_R @ row_values_R), float(column_values_C.max() - column_C @ column_values_C)
    )


def is_nash(game: MatrixGame, row_R: Floats, column_C: Floats, tolerance: float = 1e-9) -> bool:
    """Whether neither player gains more than `tolerance` by changing alone."""
    return max(nash_gaps(game, row_R, column_C)) <= tolerance
