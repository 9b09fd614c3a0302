"""Solves Leduc poker and liar's dice; prints the tables that experts ship: python benchmarks/equilibria.py GAME.

Leduc poker (`leduc_poker`, five minutes) by OpenSpiel's CFR+; suits are merged, because no rule tells them apart.
Liar's dice with two dice in all (`liars_dice`, a minute) as a linear program over sequences of moves: among all
equilibrium strategies, one that goes on bidding as little as possible, so that its table is short. Sources:
O. Tammelin, Solving large imperfect information games using CFR+ (2014); D. Koller, N. Megiddo, B. von Stengel, Fast
algorithms for finding randomized strategies in game trees (1994).
"""

import itertools
import sys
from fractions import Fraction
from math import lcm

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

ITERATIONS = 20_000
SIDES = 6
BIDS = 2 * SIDES
LETTERS = "abcdefghijkl"
CALL = "!"

Entries = list[tuple[int, int, float]]
"""Row, column and value."""


# ---- Leduc poker ----------------------------------------------------------------------------------------------------


def leduc_poker() -> list[str]:
    """Lines `betting  jack queen king`; every hand's moves with their probabilities in 1/10,000, alone when certain."""
    import pyspiel

    from coterie.environments import make
    from coterie.metrics.game_tree import game_tree

    game = pyspiel.load_game("leduc_poker")
    solver = pyspiel.CFRPlusSolver(game)
    for _ in range(ITERATIONS):
        solver.evaluate_and_update_policy()
    policy = solver.average_policy()

    tree = game_tree(make("leduc_poker"))
    table: dict[str, dict[str, str]] = {}
    letters = {"fold": "f", "check": "k", "call": "c", "raise": "r"}
    for state, options in tree.options.items():
        data = state.observations[-1].data
        before, after = ("".join(letters[move] for move in moves) for moves in data["betting"])
        key = f"{before}/{data['open'][0]}/{after}" if data["open"] else before or "-"
        if data["card"][0] not in table.setdefault(key, {}):
            chances = [probability for _, probability in _asked(policy, data)]
            kept = [0.0 if chance < 5e-4 else chance for chance in chances]
            weights = [round(1e4 * chance / sum(kept)) for chance in kept]
            words = [f"{letters[each.move]}{weight}" for each, weight in zip(options, weights, strict=True) if weight]
            table[key][data["card"][0]] = words[0][0] if len(words) == 1 else "".join(words)
    return [f"{key} {hands['j']} {hands['q']} {hands['k']}" for key, hands in table.items()]


def _asked(policy, data: dict) -> list[tuple[int, float]]:  # type: ignore[no-untyped-def]
    """What OpenSpiel's policy does in an information state of ours."""
    from coterie.environments.text.games.leduc_poker import CARDS

    moves = {"fold": 0, "check": 1, "call": 1, "raise": 2}
    first, second = ([moves[move] for move in part] for part in data["betting"])
    acting = len(second if data["open"] else first) % 2
    chips = data["chips"]
    shown = f"[Public: {CARDS.index(data['open'])}]" if data["open"] else ""
    key = (
        f"[Observer: {acting}][Private: {CARDS.index(data['card'])}][Round {2 if data['open'] else 1}]"
        f"[Player: {acting}][Pot: {sum(chips.values())}][Money: {100 - chips['first']} {100 - chips['second']}]"
        f"{shown}[Round1: {' '.join(map(str, first))}][Round2: {' '.join(map(str, second))}]"
    )
    return list(policy.get_state_policy(key))


# ---- liar's dice ----------------------------------------------------------------------------------------------------


def liars_dice() -> list[str]:
    """Words `die history:move weight ...`; what the equilibrium reaches and does not list, it calls."""
    words = []
    for player in (0, 1):
        sequences, realized = solve_dice(player)
        for (die, history), moves in strategy(sequences, realized, player).items():
            if set(moves) != {CALL}:
                words.append(f"{die + 1}{history}:" + "".join(f"{move}{weight}" for move, weight in moves.items()))
    return words


def histories(parity: int) -> list[tuple[int, ...]]:
    """Rising sequences of bids after which the player with this parity is to move."""
    lengths = range(parity, BIDS + 1, 2)
    return [each for length in lengths for each in itertools.combinations(range(BIDS), length)]


def moves_after(history: tuple[int, ...]) -> list[int | str]:
    return [*range(history[-1] + 1 if history else 0, BIDS), *([CALL] if history else [])]


def bid_holds(bid: int, *dice: int) -> bool:
    number, face = divmod(bid, SIDES)
    return sum(die in (face, SIDES - 1) for die in dice) > number


def solve_dice(player: int) -> tuple[dict[tuple, int], np.ndarray]:
    """Finds how often each sequence of own moves is played, by die and history."""
    own, other = histories(player), histories(1 - player)
    sequences: dict[tuple, int] = {}
    for die, history in itertools.product(range(SIDES), own):
        for move in moves_after(history):
            sequences[die, history, move] = len(sequences)
    worths = {state: len(sequences) + place for place, state in enumerate(itertools.product(range(SIDES), other))}
    size = len(sequences) + len(worths)

    # What is played after a history adds up to what led there.
    flow: Entries = []
    start = []
    for row, (die, history) in enumerate(itertools.product(range(SIDES), own)):
        flow += [(row, sequences[die, history, move], 1.0) for move in moves_after(history)]
        if len(history) > 1:
            flow.append((row, sequences[die, history[:-2], history[-2]], -1.0))
        start.append(float(len(history) < 2))

    # The other's state is worth, to us, at most what each of its moves leaves.
    limits: Entries = []
    row = 0
    for rival, history in itertools.product(range(SIDES), other):
        for move in moves_after(history):
            limits.append((row, worths[rival, history], 1.0))
            for die in range(SIDES):
                if move == CALL:
                    sequence, wins = sequences[die, history[:-1], history[-1]], bid_holds(history[-1], die, rival)
                else:
                    sequence, wins = sequences[die, (*history, move), CALL], not bid_holds(int(move), die, rival)
                limits.append((row, sequence, (-1.0 if wins else 1.0) / SIDES**2))
            if move != CALL:
                for answer in moves_after((*history, move))[:-1]:
                    limits.append((row, worths[rival, (*history, move, answer)], -1.0))
            row += 1

    goal = np.zeros(size)
    for (_, history), place in worths.items():
        goal[place] = -1.0 if len(history) < 2 else 0.0
    sparse_flow, sparse_limits = _sparse(flow, size), _sparse(limits, size)
    free = [(0, None)] * len(sequences) + [(None, None)] * len(worths)
    best = linprog(goal, sparse_limits, np.zeros(row), sparse_flow, np.array(start), bounds=free, method="highs-ipm")
    print(f"player {player} is worth {Fraction(-best.fun).limit_denominator(1000)} ({-best.fun:.12f})", file=sys.stderr)

    # Among the best, the one that makes the fewest moves on average over all that the other may do.
    few = np.concatenate([np.ones(len(sequences)), np.zeros(len(worths))])
    short = linprog(
        few,
        vstack([sparse_limits, csr_matrix(goal)]).tocsr(),
        np.append(np.zeros(row), best.fun),
        sparse_flow,
        np.array(start),
        bounds=free,
        method="highs-ipm",
    )
    return sequences, short.x[: len(sequences)]


def _sparse(entries: Entries, width: int) -> csr_matrix:
    rows, columns, values = zip(*entries, strict=True)
    return csr_matrix((values, (rows, columns)), shape=(max(rows) + 1, width))


def strategy(sequences: dict[tuple, int], realized: np.ndarray, player: int) -> dict[tuple, dict[str, int]]:
    """Moves with whole weights, in the states that the player's own moves reach."""
    table: dict[tuple, dict[str, int]] = {}
    for die, history in itertools.product(range(SIDES), histories(player)):
        reached = realized[sequences[die, history[:-2], history[-2]]] if len(history) > 1 else 1.0
        if reached < 1e-9:
            continue
        found = {
            move: Fraction(realized[sequences[die, history, move]] / reached).limit_denominator(600)
            for move in moves_after(history)
        }
        scale = lcm(*(chance.denominator for chance in found.values()))
        table[die, "".join(LETTERS[bid] for bid in history)] = {
            move if isinstance(move, str) else LETTERS[move]: int(chance * scale)
            for move, chance in found.items()
            if chance
        }
    return table


if __name__ == "__main__":
    print("\n".join({"leduc_poker": leduc_poker, "liars_dice": liars_dice}[sys.argv[1]]()))
