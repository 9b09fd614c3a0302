"""Who hears whom: the shapes of a team, and how many hops apart its seats are in them."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence

Links = Mapping[str, Sequence[str]]
"""Speaker to those who hear it."""


def hops(links: Links, source: str) -> dict[str, int]:
    """How far everybody is from a source: over how many links a word must go.

    >>> hops(chain(["a", "b", "c"]), "a")
    {'a': 0, 'b': 1, 'c': 2}
    """
    far, waiting = {source: 0}, deque([source])
    while waiting:
        speaker = waiting.popleft()
        for listener in links.get(speaker, ()):
            if listener not in far:
                far[listener] = far[speaker] + 1
                waiting.append(listener)
    return far


def chain(seats: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Everybody is heard by the neighbours in the order of the list."""
    row = tuple(seats)
    return {seat: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for at, seat in enumerate(row)}


def star(seats: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The first is heard by all others, and they by the first only."""
    return {seats[0]: tuple(seats[1:])} | dict.fromkeys(seats[1:], (seats[0],))


def complete(seats: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Everybody is heard by everybody else."""
    return {seat: tuple(other for other in seats if other != seat) for seat in seats}


TOPOLOGIES: dict[str, Callable[[Sequence[str]], dict[str, tuple[str, ...]]]] = {
    "chain": chain,
    "star": star,
    "complete": complete,
}
"""By the names of the command line."""


def spread_from(source: str, seats: Sequence[str], topology: str) -> dict[str, tuple[str, ...]]:
    """The links of a shape with the source at its end: first in a chain, at the edge of a star.

    >>> spread_from("b", ["a", "b", "c"], "star")
    {'a': ('b', 'c'), 'b': ('a',), 'c': ('a',)}
    """
    others = [seat for seat in seats if seat != source]
    return TOPOLOGIES[topology]([*others[:1], source, *others[1:]] if topology == "star" else [source, *others])
