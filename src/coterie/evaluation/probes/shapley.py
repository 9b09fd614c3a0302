"""Who brought how much: the Shapley value of every seat, from playing the same seeds with seats replaced."""

import itertools
import math
from collections.abc import Mapping
from functools import partial

from coterie.core import ConfigError, Metric, Mind
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.finding import Finding, over_seeds, per_seed, task_metric
from coterie.evaluation.probes.stand_ins import Silent

MOST = 5
"""Seats for which all coalitions are played: 32 arms."""


def shapley(
    trial: Trial, minds: Mapping[str, Mind], *, absent: Mind | None = None, metric: str | Metric | None = None
) -> Finding:
    """Plays every coalition of the team, the other seats taken by `absent`, and shares out what the team reaches.

    The share of a seat is what it adds on average when the seats join one after another in any order; the shares sum
    exactly to what the whole team reaches beyond a team of `absent` only, on every seed.
    Source: Shapley 1953, A Value for n-Person Games.

    Args:
        trial: the world, its seeds, how to play.
        minds: the team, of at most 5.
        absent: who sits where a member is away; None: one who is silent and does nothing.
        metric: how well the task went; None: success where the world tells it, else the mean return.

    Raises:
        ConfigError: there are more than 5 seats.
    """
    seats, away = list(minds), absent or Silent()
    if len(seats) > MOST:
        raise ConfigError(f"{len(seats)} seats make {2 ** len(seats)} coalitions; at most {MOST} seats are played out")
    coalitions = [set(each) for size in range(len(seats) + 1) for each in itertools.combinations(seats, size)]
    arms = {
        frozenset(each): Arm(
            "_".join(["with", *sorted(each)]) if each else "without_anybody",
            {seat: minds[seat] if seat in each else away for seat in seats},
        )
        for each in coalitions
    }
    played = trial.play(list(arms.values()))
    whole = played[arms[frozenset(seats)].name]
    chosen = task_metric(whole, metric)
    worth = {each: per_seed(chosen, played[arm.name]) for each, arm in arms.items()}
    seeds = sorted(set.intersection(*(set(each) for each in worth.values())))

    def share(seat: str, seed: int) -> float:
        total = 0.0
        for each in worth:
            if seat not in each:
                orders = math.factorial(len(each)) * math.factorial(len(seats) - len(each) - 1)
                total += orders / math.factorial(len(seats)) * (worth[each | {seat}][seed] - worth[each][seed])
        return total

    measures = {f"share of {seat}": over_seeds(partial(share, seat), seeds, chosen, signed=True) for seat in seats}
    gain = over_seeds(lambda seed: worth[frozenset(seats)][seed] - worth[frozenset()][seed], seeds, chosen, signed=True)
    return Finding(
        probe="shapley",
        world=whole[0].environment,
        measures={"team beyond nobody": gain, **measures},
        units=dict.fromkeys(["team beyond nobody", *measures], chosen.unit),
        notes=(f"Shapley shares of {chosen.name}; members who are away are {away.name}. They sum to the first line.",),
    )
