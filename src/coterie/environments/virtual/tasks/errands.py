"""The best that bodies who know everything could do, in seconds: lengths of ways, and errands shared out.

Worlds measure a team's time against it. Every figure is a bound from below: ways are walked at full speed from reach to
reach, nobody turns, waits or speaks.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from coterie.environments.virtual.skills.handling import HANDLING
from coterie.environments.virtual.state.moment import REACH, TICK, WALK

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation
    from coterie.environments.virtual.state.things import Spot

HANDS_S = HANDLING * TICK
"""Seconds that the work of hands takes."""


def walk_s(simulation: "Simulation", start: "Spot", goal: "Spot", short: float = 0.0, pace: float = WALK) -> float:
    """Seconds to walk from a spot to another, by all doors; infinite if there is no way.

    Args:
        simulation: the world.
        start: where from.
        goal: where to.
        short: by how many metres one may stop short, both ends together.
        pace: metres a tick.
    """
    return max(0.0, simulation.navigator.length(start, goal) - short) / pace * TICK


def at_hand_s(simulation: "Simulation", start: "Spot", goal: "Spot", from_hand: bool = False) -> float:
    """Seconds to walk until something is in reach, from a spot, or from within reach of one."""
    return walk_s(simulation, start, goal, 2 * REACH if from_hand else REACH)


class Errand(NamedTuple):
    """Something to fetch at one spot and to leave at another."""

    fetch: str
    leave: str


Shares = tuple[int, ...]
"""Sets of errands as bits: those that nobody does, that one does, and so on."""


class Plan(NamedTuple):
    """Who does what, and how long it takes."""

    seconds: float
    """Until the last has finished."""
    orders: tuple[tuple[tuple[str, int], ...], ...]
    """For every body, what it does in order: ("fetch" or "leave", number of the errand)."""


def share_out(
    starts: Sequence[Mapping[str, float]],
    ways: Mapping[tuple[str, str], float],
    errands: Sequence[Errand],
    capacity: int = 2,
    fetch_s: float = HANDS_S,
    leave_s: float = HANDS_S,
    until: Sequence[float] = (),
    needed: int = 1,
) -> Plan:
    """Shares errands out among bodies so that the last is done as early as possible; nobody hands anything over.

    Exact, by dynamic programming over the sets of errands: of one body over what is held and still to be fetched (Held
    and Karp, A Dynamic Programming Approach to Sequencing Problems, 1962), of all bodies over how a set is split.

    >>> ways = {("depot", "a"): 10.0, ("a", "depot"): 10.0, ("depot", "b"): 4.0, ("b", "depot"): 4.0}
    >>> ways |= {("a", "b"): 12.0, ("b", "a"): 12.0, ("depot", "depot"): 0.0}
    >>> errands = [Errand("depot", "a"), Errand("depot", "b")]
    >>> share_out([{"depot": 0.0}], ways, errands).seconds, share_out([{"depot": 0.0}] * 2, ways, errands).seconds
    (20.0, 12.0)

    Args:
        starts: for every body, seconds to every spot where it could begin.
        ways: seconds between spots.
        errands: what there is to do, at most six or so: the time grows as 3 to their number.
        capacity: how many each can carry at once.
        fetch_s: seconds that fetching takes.
        leave_s: seconds that leaving takes.
        until: for every body, seconds after which it does nothing more; empty: nobody ever stops.
        needed: how many bodies every errand needs. Each then does it in its own order, as if the others were always
            there in time: with more than one, a bound from below whoever works with whom.
    """
    whole = (1 << len(errands)) - 1
    alone = [_alone(start, ways, errands, capacity, fetch_s, leave_s) for start in starts]
    for number, end in enumerate(until):
        alone[number] = [tour if tour[0] <= end else (inf, ()) for tour in alone[number]]
    # Which errands have how many of those they need: one set of errands for each number of them.
    best: list[dict[Shares, tuple[float, int]]] = [{(whole,) + (0,) * needed: (0.0, 0)}]
    for tours in alone:
        now = dict[Shares, tuple[float, int]]()
        for shares, (seconds, _) in best[-1].items():
            open_to_all = whole ^ shares[-1]
            part = open_to_all
            while True:
                taken = _taken(shares, part)
                now[taken] = min(now.get(taken, (inf, 0)), (max(seconds, tours[part][0]), part))
                if not part:
                    break
                part = (part - 1) & open_to_all
        best.append(now)
    left = (0,) * needed + (whole,)
    seconds = best[-1].get(left, (inf, 0))[0]
    orders: list[tuple[tuple[str, int], ...]] = []
    for number in range(len(starts), 0, -1):
        part = best[number].get(left, (inf, 0))[1]
        orders.append(alone[number - 1][part][1])
        left = _given_back(left, part)
    return Plan(seconds, tuple(reversed(orders)))


def _taken(shares: Shares, part: int) -> Shares:
    """One more does a part of the errands: those move up by one set."""
    return tuple((each & ~part) | (below & part) for below, each in zip((0, *shares), shares, strict=False))


def _given_back(shares: Shares, part: int) -> Shares:
    """One fewer does a part of the errands: those move down by one set."""
    return tuple((each & ~part) | (above & part) for each, above in zip(shares, (*shares[1:], 0), strict=True))


def _alone(
    begin: Mapping[str, float],
    ways: Mapping[tuple[str, str], float],
    errands: Sequence[Errand],
    capacity: int,
    fetch_s: float,
    leave_s: float,
) -> list[tuple[float, tuple[tuple[str, int], ...]]]:
    """For every set of errands, how soon one body alone has done them, and in which order."""

    @cache
    def rest(here: str, to_fetch: int, held: int) -> tuple[float, tuple[tuple[str, int], ...]]:
        """The best way to end from here."""
        if not to_fetch and not held:
            return 0.0, ()
        found: tuple[float, tuple[tuple[str, int], ...]] = (inf, ())
        for number, errand in enumerate(errands):
            bit = 1 << number
            if to_fetch & bit and held.bit_count() < capacity:
                goal, cost = errand.fetch, fetch_s
                later = to_fetch ^ bit, held | bit
            elif held & bit:
                goal, cost = errand.leave, leave_s
                later = to_fetch, held ^ bit
            else:
                continue
            way = begin[goal] if not here else ways[here, goal]
            seconds, order = rest(goal, *later)
            seconds += way + cost
            if seconds < found[0]:
                found = seconds, (("fetch" if to_fetch & bit else "leave", number), *order)
        return found

    return [rest("", done, 0) for done in range(1 << len(errands))]
