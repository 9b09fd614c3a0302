"""Tic-tac-toe: two players mark cells of a 3 x 3 board in turn; three of one mark in a line win.

`cross` begins. Cells are named by column and row, from a1 (top left) to c3. The winner is paid 1 and the other loses 1;
a full board without a line is a draw. An answer that is not accepted loses the game.
"""

import random
from collections.abc import Mapping
from functools import cache

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Json,
    Observation,
    Rejection,
    Script,
    Step,
)
from coterie.environments.text.duel import concede, settle

CELLS = tuple(column + row for row in "123" for column in "abc")
BITS = {cell: 1 << place for place, cell in enumerate(CELLS)}
LINES = (0o007, 0o070, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124)
"""The eight lines as sets of bits: rows, columns, diagonals."""
FULL = 0o777
OTHER = {"cross": "nought", "nought": "cross"}
WON, DRAWN = Ending("terminated", "three in a line"), Ending("terminated", "the board is full")


class TicTacToe(Environment):
    """Three in a line, for two."""

    id = "tic_tac_toe-v1"
    application = "games"
    purpose = "perfect play, and forfeits for illegal answers"
    agents = ("cross", "nought")

    def begin(self) -> Step:
        """Clears the board."""
        self.marked = {"cross": 0, "nought": 0}
        self.board = [""] * 9
        self.turn = 0
        return self._ask("cross", "you cross")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Marks a cell."""
        ((agent, action),) = actions.items()
        cell = str(action.move)
        self.turn += 1
        self.marked[agent] |= BITS[cell]
        self.board[CELLS.index(cell)] = agent
        if won(self.marked[agent]):
            return self._end(agent, WON)
        if self.turn == 9:
            return self._end(None, DRAWN)
        text = f"you nought cross {cell}" if self.turn == 1 else f"{agent} {cell}"
        return self._ask(OTHER[agent], text)

    def _ask(self, agent: str, text: str) -> Step:
        spec = free_cells(self.marked["cross"] | self.marked["nought"])
        data: dict[str, Json] = {"mark": agent, "board": self.board.copy()}
        return Step(observations={agent: Observation(spec, text, data)}, time=self.turn)

    def _end(self, winner: str | None, ending: Ending) -> Step:
        return settle(self.agents, winner, OTHER[winner] if winner else None, ending, self.turn)

    def forfeit(self, agent: str, rejection: Rejection) -> Step:
        """Gives the game to the other player."""
        return concede(self.agents, OTHER[agent], agent, rejection, self.turn)

    def sketch(self, seen: Observation) -> str:
        """The board: `x` cross, `o` nought."""
        signs = [{"cross": "x", "nought": "o"}.get(mark, ".") for mark in seen.data["board"]]
        rows = [f"{row + 1} {' '.join(signs[3 * row : 3 * row + 3])}" for row in range(3)]
        return "\n".join(["  a b c", *rows])

    def state(self) -> dict[str, Json]:
        """The board, cell by cell from a1 to c3."""
        return {"board": self.board.copy(), "turn": self.turn}

    def vector(self, agent: str) -> Array:
        """Own cells, then the other's."""
        import numpy as np

        planes = [[float(mark == each) for mark in self.board] for each in (agent, OTHER[agent])]
        return Array(np.array(planes, np.float32).reshape(-1), axes=("mark x cell",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A perfect player: never loses, wins as soon as it can, and draws lots among equally good cells."""
        luck = random.Random(seed)

        def play(seen: Observation) -> Action:
            own, other = (
                sum(BITS[cell] for cell, mark in zip(CELLS, seen.data["board"], strict=True) if mark == who)
                for who in (agent, OTHER[agent])
            )
            return Action(luck.choice(best_cells(own, other)))

        return play


@cache
def won(cells: int) -> bool:
    """Whether a set of cells holds a line."""
    return any(cells & line == line for line in LINES)


@cache
def free_cells(taken: int) -> ActionSpec:
    """The specification that offers the cells not taken."""
    return ActionSpec(move=Choice(tuple(cell for cell, bit in BITS.items() if not taken & bit)))


@cache
def value(own: int, other: int) -> int:
    """What perfect play is worth to the one to move: 0 for a draw, else the larger the sooner it is won.

    >>> value(0, 0)
    0
    """
    if won(other):
        return -10 + (own | other).bit_count()
    if own | other == FULL:
        return 0
    return max(-value(other, own | bit) for bit in BITS.values() if not (own | other) & bit)


def best_cells(own: int, other: int) -> list[str]:
    """The cells that keep that value.

    >>> best_cells(BITS["a1"] | BITS["b1"], BITS["a2"] | BITS["b2"])
    ['c1']
    """
    free = [cell for cell, bit in BITS.items() if not (own | other) & bit]
    worth = {cell: -value(other, own | BITS[cell]) for cell in free}
    return [cell for cell in free if worth[cell] == max(worth.values())]
