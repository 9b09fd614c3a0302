"""The expert of Connect Four: alpha-beta search over sets of cells, with a table of positions seen before.

A set of cells is a number: bits column by column from the bottom, one more a column than it has cells. A move that wins
is made, one that must be blocked is blocked, and cells below a cell where the rival wins are avoided without search;
what is left is searched one ply deeper after another until the budget of positions is spent. At the horizon a position
is worth the lines that are still open and its threats, those in rows of the owner's parity twice: the last free cells
are filled in turn, so that `red` gets those in the first, third and fifth row. Source: V. Allis, A knowledge-based
approach of Connect-Four (1988).
"""

import random

from coterie.core import Action, Observation, Script
from coterie.environments.text.games.connect_four import COLUMNS, MARKS, OTHER

WIN = 1000
SOLVED = 16
"""Boards of at most so many cells are searched to the end."""
BUDGET = 600
"""Positions searched for a move on larger boards; counted instead of timed, so that play is the same everywhere."""
EXACT, AT_LEAST, AT_MOST = 0, 1, 2


def player(rows: int, columns: int, line: int, colour: str, seed: int = 0) -> Script:
    """Returns a player of one colour; equally good columns are drawn by lot."""
    luck, search = random.Random(seed), Search(rows, columns, line)

    def play(seen: Observation) -> Action:
        own, rival = (search.cells(seen.data["board"], MARKS[each]) for each in (colour, OTHER[colour]))
        return Action(COLUMNS[luck.choice(search.best_columns(own, rival))])

    return play


class OutOfBudget(Exception):
    """The search has seen as many positions as it may."""


class Search:
    """Searches one size of board; keeps what it found for the next move."""

    def __init__(self, rows: int, columns: int, line: int) -> None:
        """Prepares the sets of cells."""
        self.rows, self.columns, self.line = rows, columns, line
        self.total = rows * columns
        self.bottom = sum(1 << column * (rows + 1) for column in range(columns))
        self.board = self.bottom * ((1 << rows) - 1)
        self.column = [((1 << rows) - 1) << column * (rows + 1) for column in range(columns)]
        self.order = sorted(range(columns), key=lambda column: abs(2 * column - columns + 1))
        self.shifts = 1, rows, rows + 1, rows + 2
        # Rows counted from 1: `red` moves when an even number of cells is taken.
        odd = self.bottom * sum(1 << row for row in range(0, rows, 2))
        self.good = odd, self.board ^ odd
        self.known: dict[tuple[int, int], tuple[int, int, int, int]] = {}

    def cells(self, board: list[str], mark: str) -> int:
        """The set of cells with this mark; rows come from the top."""
        return sum(
            1 << column * (self.rows + 1) + height
            for height, row in enumerate(reversed(board))
            for column, cell in enumerate(row)
            if cell == mark
        )

    def best_columns(self, own: int, rival: int) -> list[int]:
        """The columns found best by the deepest search that the budget allows."""
        left = self.total - (own | rival).bit_count()
        if self.total <= SOLVED:
            self.budget = 10**9
            return self._root(own, rival, left)
        self.budget, best = BUDGET, list[int]()
        for depth in range(1, left + 1):
            try:
                best = self._root(own, rival, depth)
            except OutOfBudget:
                break
        return best

    def _root(self, own: int, rival: int, depth: int) -> list[int]:
        """Searches every column; those worth less than the best so far need no exact value."""
        taken, wins, losses = own | rival, self.threats(own), self.threats(rival)
        best, found = -WIN, list[int]()
        for column in self.order:
            move = (taken + self.bottom) & self.column[column]
            if not move:
                continue
            if wins & move:
                worth = WIN - (taken.bit_count() + 1)
            else:
                worth = -self.value(rival, own | move, losses, self.threats(own | move), depth - 1, -WIN, 1 - best)
            if worth > best:
                best, found = worth, []
            if worth == best:
                found.append(column)
        return found

    def value(self, own: int, rival: int, wins: int, losses: int, depth: int, low: int, high: int) -> int:
        """What a position is worth to the one to move, exact between `low` and `high`.

        Args:
            own: cells of the one to move.
            rival: cells of the other.
            wins: cells that would complete a line of the one to move.
            losses: those of the other.
            depth: plies to search.
            low: worth known to be reachable.
            high: worth that the other will not allow.
        """
        self.budget -= 1
        if self.budget < 0:
            raise OutOfBudget
        taken = own | rival
        count = taken.bit_count()
        if count == self.total:
            return 0
        moves = (taken + self.bottom) & self.board
        wins, losses = wins & ~taken, losses & ~taken
        if wins & moves:
            return WIN - (count + 1)
        blocks = moves & losses
        if blocks & (blocks - 1):
            return count + 2 - WIN
        moves = (blocks or moves) & ~(losses >> 1)
        if not moves:
            # Every column is blocked from above: whatever is played, the other completes a line on it.
            return count + 2 - WIN
        if depth <= 0:
            return self._judge(own, rival, wins, losses, count & 1)
        before = self.known.get((own, rival))
        first = 0
        if before is not None:
            deep, kind, worth, first = before
            if deep >= depth and (
                kind == EXACT or (kind == AT_LEAST and worth >= high) or (kind == AT_MOST and worth <= low)
            ):
                return worth
        best, chosen, floor = -WIN, 0, low
        for move in self._ordered(moves, first):
            worth = -self.value(rival, own | move, losses, self.threats(own | move), depth - 1, -high, -low)
            if worth > best:
                best, chosen = worth, move
                low = max(low, best)
                if low >= high:
                    break
        kind = AT_LEAST if best >= high else EXACT if best > floor else AT_MOST
        self.known[own, rival] = depth, kind, best, chosen
        return best

    def _ordered(self, moves: int, first: int) -> list[int]:
        """The move that was best before, then those nearer the middle."""
        rest = [move for column in self.order if (move := moves & self.column[column] & ~first)]
        return [first, *rest] if first & moves else rest

    def _judge(self, own: int, rival: int, wins: int, losses: int, mover: int) -> int:
        """Threats count, those of the owner's parity twice; then the lines that are still open."""
        good, bad = self.good[mover], self.good[1 - mover]
        threats = wins.bit_count() + (wins & good).bit_count() - losses.bit_count() - (losses & bad).bit_count()
        return 5 * threats + self._open_lines(rival) - self._open_lines(own)

    def _open_lines(self, discs: int) -> int:
        """How many lines hold no disc of this set."""
        count = 0
        for shift in self.shifts:
            run = self.board & ~discs
            for _ in range(self.line - 1):
                run &= run >> shift
            count += run.bit_count()
        return count

    def threats(self, discs: int) -> int:
        """The cells, taken or not, that together with discs of this set make a line."""
        found, last = 0, self.line - 1
        for shift in self.shifts:
            after = [discs << shift]
            before = [discs >> shift]
            for _ in range(2, self.line):
                after.append(after[-1] & after[-1] << shift)
                before.append(before[-1] & before[-1] >> shift)
            found |= after[last - 1] | before[last - 1]
            for length in range(1, last):
                found |= after[length - 1] & before[last - length - 1]
        return found & self.board
