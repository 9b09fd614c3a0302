"""Connect Four: two players drop discs into columns in turn; four of one colour in a line win.

`red` begins. Columns are named from a (left); a disc falls to the lowest free cell of its column. A line is horizontal,
vertical or diagonal. The winner is paid 1 and the other loses 1; a full board without a line is a draw. An answer that
is not accepted loses the game. Smaller boards and shorter lines make smaller games.

Moves, boards and returns are those of OpenSpiel's `connect_four`. Source: V. Allis, A knowledge-based approach of
Connect-Four (1988), by which `red` wins on the full board.
"""

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

COLUMNS = "abcdefghi"
OTHER = {"red": "yellow", "yellow": "red"}
MARKS = {"red": "r", "yellow": "y"}
FREE = "."
DRAWN = Ending("terminated", "the board is full")


class ConnectFour(Environment):
    """Four in a line under gravity, for two."""

    id = "connect_four-v1"
    application = "games"
    purpose = "looking ahead: every move changes where the next discs fall"
    agents = ("red", "yellow")

    def __init__(self, rows: int = 6, columns: int = 7, line: int = 4) -> None:
        """Sets the board.

        Args:
            rows: 3 to 8.
            columns: 3 to 9.
            line: how many in a line win, 3 to 5, and no more than the board is long.
        """
        if not (3 <= rows <= 8 and 3 <= columns <= 9 and 3 <= line <= min(5, max(rows, columns))):
            found = f"rows={rows}, columns={columns}, line={line}"
            raise ValueError(f"{found}: expected 3-8 rows, 3-9 columns and a line of 3-5 that fits on the board")
        self.rows, self.columns, self.line = rows, columns, line
        self.won = Ending("terminated", f"{line} in a line")

    def begin(self) -> Step:
        """Clears the board."""
        self.board = [FREE * self.columns] * self.rows
        self.heights = [0] * self.columns
        self.discs = {"red": 0, "yellow": 0}
        self.turn = 0
        return self._ask("red", "you red")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Drops a disc."""
        ((agent, action),) = actions.items()
        name = str(action.move)
        column = COLUMNS.index(name)
        height = self.heights[column]
        row = self.rows - 1 - height
        old = self.board[row]
        self.board[row] = old[:column] + MARKS[agent] + old[column + 1 :]
        self.heights[column] += 1
        self.discs[agent] |= 1 << column * (self.rows + 1) + height
        self.turn += 1
        if has_line(self.discs[agent], self.rows, self.line):
            return settle(self.agents, agent, OTHER[agent], self.won, self.turn)
        if self.turn == self.rows * self.columns:
            return settle(self.agents, None, None, DRAWN, self.turn)
        return self._ask(OTHER[agent], f"you yellow red {name}" if self.turn == 1 else f"{agent} {name}")

    def _ask(self, agent: str, text: str) -> Step:
        data: dict[str, Json] = {"colour": agent, "board": self.board.copy()}
        seen = Observation(open_columns(self.board[0]), text, data)
        return Step(observations={agent: seen}, time=self.turn)

    def forfeit(self, agent: str, rejection: Rejection) -> Step:
        """Gives the game to the other player."""
        return concede(self.agents, OTHER[agent], agent, rejection, self.turn)

    def sketch(self, seen: Observation) -> str:
        """The board: `r` red, `y` yellow."""
        return "\n".join(" ".join(row) for row in (COLUMNS[: self.columns], *seen.data["board"]))

    def state(self) -> dict[str, Json]:
        """The board, row by row from the top."""
        return {"board": self.board.copy(), "turn": self.turn}

    def vector(self, agent: str) -> Array:
        """Own cells row by row from the top, then the other's."""
        import numpy as np

        marks = MARKS[agent], MARKS[OTHER[agent]]
        planes = [float(cell == mark) for mark in marks for row in self.board for cell in row]
        return Array(np.array(planes, np.float32), axes=("colour x cell",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A player that looks far ahead: perfect on boards up to 16 cells, strong on larger ones."""
        from coterie.environments.text.games.connect_four_experts import player

        return player(self.rows, self.columns, self.line, agent, seed)


@cache
def open_columns(top: str) -> ActionSpec:
    """The specification that offers the columns with a free cell in the top row.

    >>> open_columns("r.y").move
    Choice(options=('b',))
    """
    return ActionSpec(move=Choice(tuple(name for name, cell in zip(COLUMNS, top, strict=False) if cell == FREE)))


def has_line(discs: int, rows: int, line: int) -> bool:
    """Whether a set of cells holds a line.

    Cells are bits, column by column from the bottom, with one bit above each column that stays empty and keeps lines
    from running on into the next column.

    >>> has_line(0b0111, rows=3, line=3), has_line(0b0001_0100_0100, rows=3, line=3)
    (True, False)
    """
    for shift in (1, rows, rows + 1, rows + 2):
        # Each pass keeps the cells that begin a run one longer than before.
        run = discs
        for _ in range(line - 1):
            run &= run >> shift
        if run:
            return True
    return False
