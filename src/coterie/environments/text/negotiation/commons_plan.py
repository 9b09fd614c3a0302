"""How much can be taken from a stock that doubles: what keeps it, and what a team that plans ahead earns at best."""

from functools import cache

Table = tuple[tuple[float, ...], ...]


def regrown(left: int, capacity: int, collapse: int) -> int:
    """The stock after what was left has doubled; below the threshold it is dead.

    >>> regrown(4, 12, 3), regrown(7, 12, 3), regrown(2, 12, 3)
    (8, 12, 0)
    """
    return min(2 * left, capacity) if left >= collapse else 0


def sustainable(stock: int, collapse: int) -> int:
    """The most that can be taken together so that as much is there again next time.

    >>> sustainable(12, 3), sustainable(4, 3)
    (6, 1)
    """
    return max(0, min(stock // 2, stock - collapse))


@cache
def plan(capacity: int, collapse: int, rounds: int, legacy: float) -> tuple[Table, tuple[tuple[int, ...], ...]]:
    """What a team earns at best from here and takes next if it never lets the stock die, `[harvests left][stock]`.

    Solved backwards over all stocks and harvests. Among harvests that earn the same the smallest is taken.

    Args:
        capacity: the largest stock.
        collapse: what must be left for the stock to live.
        rounds: the most harvests left.
        legacy: what a unit earns that is there after the last harvest has regrown.
    """
    earned: list[tuple[float, ...]] = [tuple(legacy * stock for stock in range(capacity + 1))]
    taken: list[tuple[int, ...]] = [(0,) * (capacity + 1)]
    for _ in range(rounds):
        later = earned[-1]
        best = [
            max(
                (
                    (take + later[regrown(stock - take, capacity, collapse)], -take)
                    for take in range(stock - collapse + 1)
                ),
                default=(0.0, 0),
            )
            for stock in range(capacity + 1)
        ]
        earned.append(tuple(value for value, _ in best))
        taken.append(tuple(-take for _, take in best))
    return tuple(earned), tuple(taken)
