"""The best that buyers who know everything could do in `market`: the most to gain, and the least time; both exact."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from math import hypot, inf
from typing import TYPE_CHECKING

from coterie.environments.virtual.hearing import WORD_TICKS
from coterie.environments.virtual.state.moment import TICK, WALK
from coterie.environments.virtual.tasks.errands import walk_s

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation
    from coterie.environments.virtual.state.things import Spot

OFFER_WORDS = 4
"""Of the shortest sentence that buys a good whose price was never asked: `offer 5 for bread`."""
ASIDE = 1.0
"""How much farther from where buyers stand than from the shopkeeper one can be and still be heard, metres at most."""


def most_gain(prices: Sequence[int], purses: Sequence[int], worth: int) -> int:
    """The most that a team can gain: `worth` for every good bought, less its price, each paid from one purse.

    >>> most_gain([5, 6], [10], worth=20), most_gain([5, 6], [5, 6], worth=20), most_gain([5], [4], worth=20)
    (15, 29, 0)

    Args:
        prices: the least that each good can be had for.
        purses: the money of each buyer.
        worth: what each good is worth to the team, no less than any price.
    """

    @cache
    def most(place: int, left: tuple[int, ...]) -> int:
        if place == len(prices):
            return 0
        bound = sum(worth - price for price in prices[place:])
        found = 0
        for number, purse in enumerate(left):
            if purse >= prices[place] and purse not in left[:number]:
                rest = tuple(sorted((*left[:number], purse - prices[place], *left[number + 1 :])))
                found = max(found, worth - prices[place] + most(place + 1, rest))
                if found == bound:
                    return found
        return max(found, most(place + 1, left))

    return most(0, tuple(sorted(purses)))


def shopping_s(
    simulation: "Simulation",
    starts: Sequence["Spot"],
    fronts: Mapping[str, "Spot"],
    sells: Mapping[str, Collection[int]],
    goods: int,
    earshot: float,
) -> float:
    """The least seconds in which a team that knows everything can have bought every good; a bound from below.

    It counts the shortest share of the goods among the buyers, each one's way from earshot to earshot of the stalls it
    must visit, no shorter than straight and no shorter than the way round what stands there, and for every good the
    four words of an offer that is accepted at once: nothing changes hands after that. It does not count what finding
    out takes: who reads signs and asks for prices, as the references do, needs several times as long.

    Args:
        simulation: the world.
        starts: where the buyers are.
        fronts: the stalls, and where buyers stand there.
        sells: the stalls, each with the numbers of the goods that it has.
        goods: how many goods there are.
        earshot: from how far one can buy, metres.
    """
    short, at = earshot + ASIDE, {name: simulation.things.position(name) for name in fronts}
    half = {name: hypot(*simulation.layout.things[name].size[:2]) / 2 for name in fronts}

    def straight_s(name: str, spot: "Spot", reach: float) -> float:
        """Seconds to come as near to a shopkeeper as that, straight."""
        return max(0.0, simulation.things.distance(name, *spot[:2]) - reach) / WALK * TICK

    ways = {
        (one, other): max(
            walk_s(simulation, fronts[one], fronts[other], 2 * short),
            straight_s(one, at[other], 2 * earshot + half[other]),
        )
        if one != other
        else 0.0
        for one in fronts
        for other in fronts
    }
    begin = [
        {
            name: max(walk_s(simulation, start, front, short), straight_s(name, start, earshot))
            for name, front in fronts.items()
        }
        for start in starts
    ]
    return least_time(begin, ways, sells, goods, OFFER_WORDS * WORD_TICKS * TICK)


def least_time(
    starts: Sequence[Mapping[str, float]],
    ways: Mapping[tuple[str, str], float],
    sells: Mapping[str, Collection[int]],
    goods: int,
    buying: float,
) -> float:
    """The least seconds in which a team can have bought every good once; infinite if nobody sells one.

    >>> ways = {("a", "a"): 0.0, ("b", "b"): 0.0, ("a", "b"): 9.0, ("b", "a"): 9.0}
    >>> near_a, near_b, sells = {"a": 2.0, "b": 7.0}, {"a": 7.0, "b": 2.0}, {"a": {0}, "b": {1}}
    >>> least_time([near_a], ways, sells, 2, 1.0), least_time([near_a, near_b], ways, sells, 2, 1.0)
    (13.0, 3.0)

    Args:
        starts: for every buyer, seconds to every stall.
        ways: seconds between stalls.
        sells: the stalls, each with the numbers of the goods that it has.
        goods: how many goods there are.
        buying: seconds that buying one takes.
    """
    team: dict[int, float] = {0: 0.0}
    for start in starts:
        alone = _alone(start, ways, sells, goods, buying)
        grown = dict[int, float]()
        for before, until in team.items():
            for bought, seconds in alone.items():
                if not before & bought:
                    grown[before | bought] = min(grown.get(before | bought, inf), max(until, seconds))
        team = grown
    return team.get((1 << goods) - 1, inf)


def _alone(
    start: Mapping[str, float],
    ways: Mapping[tuple[str, str], float],
    sells: Mapping[str, Collection[int]],
    goods: int,
    buying: float,
) -> dict[int, float]:
    """For every set of goods, how soon one buyer alone can have them."""
    at: dict[tuple[int, str], float] = {}
    for bought in range(1, 1 << goods):
        for stall, numbers in sells.items():
            for number in numbers:
                if bought >> number & 1:
                    before = bought ^ 1 << number
                    arrive = (
                        min((at[before, other] + ways[other, stall] for other in sells if (before, other) in at),
                            default=inf)
                        if before
                        else start[stall]
                    )  # fmt: skip
                    at[bought, stall] = min(at.get((bought, stall), inf), arrive + buying)
    found = {0: 0.0}
    for (bought, _), seconds in at.items():
        found[bought] = min(found.get(bought, inf), seconds)
    return found
