"""Matrix games as data: two players, one simultaneous move each, a table of payoffs.

Legend: R moves of `row`, C moves of `column`.
"""

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class MatrixGame(msgspec.Struct, frozen=True):
    """Who may play what, and what it pays."""

    row_moves: tuple[str, ...]
    column_moves: tuple[str, ...]
    row_payoffs_RC: Floats
    column_payoffs_RC: Floats
    expert: str
    """How the expert plays: `mix` (all moves equally often), `in kind` (the first move, then what the other did last),
    or the move that it always makes."""
    source: str = ""


def _shared(moves: tuple[str, ...], payoffs: list[list[float]], expert: str, source: str = "") -> MatrixGame:
    table = np.array(payoffs, float)
    return MatrixGame(moves, moves, table, table, expert, source)


def _symmetric(moves: tuple[str, ...], payoffs: list[list[float]], expert: str, source: str = "") -> MatrixGame:
    table = np.array(payoffs, float)
    return MatrixGame(moves, moves, table, table.T, expert, source)


_PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])

GAMES: dict[str, MatrixGame] = {
    "climbing": _shared(
        ("a", "b", "c"),
        [[11, -30, 0], [-30, 7, 6], [0, 0, 5]],
        "a",
        "Claus and Boutilier, The dynamics of reinforcement learning in cooperative multiagent systems (1998), 4",
    ),
    "coordination": _shared(("left", "right"), [[1, 0], [0, 1]], "left"),
    "matching_pennies": MatrixGame(("heads", "tails"), ("heads", "tails"), _PENNIES, -_PENNIES, "mix"),
    "prisoners_dilemma": _symmetric(
        ("cooperate", "defect"), [[3, 0], [5, 1]], "in kind", "Axelrod, The evolution of cooperation (1984)"
    ),
    "stag_hunt": _symmetric(("stag", "hare"), [[4, 1], [3, 2]], "stag"),
}
"""The games by name; `row` and `column` play the same moves in all of them but need not be paid the same."""
