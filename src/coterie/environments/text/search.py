"""Shared by worlds with an exact solver: a shortest way through states, by A* (A star) with steps of equal cost."""

from collections.abc import Callable, Hashable, Iterable
from heapq import heappop, heappush
from typing import TypeVar

State = TypeVar("State", bound=Hashable)
Deed = TypeVar("Deed")


def shortest_way(
    start: State,
    following: Callable[[State], Iterable[tuple[Deed, State]]],
    least: Callable[[State], float],
    most: int | None = None,
) -> list[Deed] | None:
    """Returns what to do to get from `start` to the nearest state that is done, or None when there is no way.

    >>> shortest_way(1, lambda number: (("double", 2 * number), ("add", number + 1)), lambda number: float(number != 6))
    ['double', 'add', 'double']

    Args:
        start: where to begin.
        following: what can be done in a state, and which state that leads to.
        least: never more than the steps still needed, and 0 exactly where it is done; infinite: there is no way.
        most: how many states are looked into before giving up; None: all there are.
    """
    came: dict[State, tuple[State, Deed] | None] = {start: None}
    cost = {start: 0}
    # Among equals the one with more steps behind it goes first, then the one found first: no luck, no order of states.
    border: list[tuple[float, int, int, State]] = [(least(start), 0, 0, start)]
    found = looked = 0
    while border and border[0][0] < float("inf"):
        bound, behind, _, here = heappop(border)
        if -behind > cost[here]:
            continue
        if bound == -behind:
            return _way(here, came)
        looked += 1
        if most is not None and looked > most:
            return None
        for deed, there in following(here):
            steps = 1 - behind
            if steps < cost.get(there, steps + 1):
                came[there], cost[there] = (here, deed), steps
                found += 1
                heappush(border, (steps + least(there), -steps, found, there))
    return None


def _way(here: State, came: dict[State, tuple[State, Deed] | None]) -> list[Deed]:
    done: list[Deed] = []
    while (step := came[here]) is not None:
        here, deed = step
        done.append(deed)
    return done[::-1]
