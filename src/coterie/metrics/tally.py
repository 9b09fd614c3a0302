"""Measures in one pass: an episode leaves two numbers per metric behind and may then be forgotten.

Every metric here is a ratio of two sums over episodes. The success rate is hits over tries, words per success is words
over successes, the mean return is returns over episodes. So what an episode leaves is a `Pair`, from which the value,
its interval and a paired comparison all follow.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.core import Episode, Measure, Metric
from coterie.metrics.pooled import Pool, Pooled
from coterie.metrics.statistics import mean, rate, ratio


class Pair(NamedTuple):
    """What one episode adds to a ratio: above the line, below the line."""

    top: float
    bottom: float = 1.0


NOTHING = Pair(np.nan, np.nan)
Kind = Literal["rate", "mean", "ratio"]
"""`rate`: hits (0 or 1) over tries; `mean`: a number over episodes; `ratio`: any two sums."""


class PerEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """A `Metric.compute` that needs each episode only once."""

    observe: Callable[[Episode], Pair | None]
    """What an episode adds; None: it does not tell."""
    kind: Kind
    missing: str
    """The reason to give when no episode tells."""
    untold: Pair | None = None
    """What an episode that does not tell adds when others do (a crash is no success); None: it is left out."""
    low: float = -np.inf
    high: float = np.inf
    per_seed: "PerSeed | None" = None
    """Where the tries at one seed make one number together; the unit is then the seed."""

    def __call__(self, episodes: Iterable[Episode]) -> Measure:
        """Computes the measure of these episodes."""
        rows = Rows()
        for episode in episodes:
            rows.add(episode, self.observe(episode))
        return rows.measure(self)


PerSeed = Callable[[npt.NDArray[np.float64], npt.NDArray[np.int64]], npt.NDArray[np.float64]]
"""From the sum above the line and the number of tries of every seed to its number; nan: too few tries."""


class Played:
    """Which episodes were looked at, in order; all metrics of a tally share it."""

    def __init__(self) -> None:
        """Starts empty."""
        self.seeds: list[int] = []
        self.failed = bytearray()

    def add(self, episode: Episode) -> None:
        """Adds an episode."""
        self.seeds.append(episode.seed)
        self.failed.append(episode.failure is not None)


class Rows:
    """What the episodes left behind for one metric: two numbers each."""

    def __init__(self, played: Played | None = None) -> None:
        """Starts empty; of what was `played`, whoever shares it adds the episodes."""
        self.played = played or Played()
        self.tops, self.bottoms = array("d"), array("d")

    @property
    def seeds(self) -> list[int]:
        """The seed of every episode."""
        return self.played.seeds

    @property
    def failed(self) -> bytearray:
        """Whether every episode failed."""
        return self.played.failed

    def add(self, episode: Episode, pair: Pair | None) -> None:
        """Adds an episode with what it told."""
        self.played.add(episode)
        self.note(pair)

    def note(self, pair: Pair | None) -> None:
        """Adds what an episode told that stands in `played`; not a number: nothing."""
        top, bottom = pair or NOTHING
        self.tops.append(top)
        self.bottoms.append(bottom)

    def of(self, seeds: Collection[int]) -> "Rows":
        """Returns only the rows of these seeds."""
        kept = Rows()
        for place, seed in enumerate(self.seeds):
            if seed in seeds:
                kept.seeds.append(seed)
                kept.failed.append(self.failed[place])
                kept.tops.append(self.tops[place])
                kept.bottoms.append(self.bottoms[place])
        return kept

    def pairs(self, metric: PerEpisode, told: bool = False) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Returns seeds `[episode]` and pairs `[episode, 2]` of the episodes that count.

        `told` says that episodes elsewhere tell, so that `untold` applies here even when none of these do.
        """
        seeds = np.array(self.seeds)
        pairs = np.stack([np.array(self.tops), np.array(self.bottoms)], axis=1)
        silent = np.isnan(pairs[:, 0])
        if metric.untold and (told or not silent.all() or all(self.failed)):
            pairs[silent] = metric.untold
            silent[:] = False
        seeds, pairs = seeds[~silent], pairs[~silent]
        return _by_seed(seeds, pairs, metric.per_seed) if metric.per_seed and len(seeds) else (seeds, pairs)

    def measure(self, metric: PerEpisode) -> Measure:
        """Computes value, interval and count."""
        if not self.seeds:
            return Measure(None, missing="there are no episodes")
        seeds, pairs = self.pairs(metric)
        if not len(seeds):
            return Measure(None, missing=metric.missing)
        if metric.kind == "rate":
            return rate(pairs[:, 0], seeds)
        if metric.kind == "mean":
            return mean(pairs[:, 0], seeds, metric.low, metric.high)
        found = ratio(pairs[:, 0], pairs[:, 1], seeds, metric.low, metric.high)
        return found if found.value is not None else msgspec.structs.replace(found, missing=metric.missing)


def _by_seed(
    seeds: npt.NDArray[Any], pairs: npt.NDArray[np.float64], per_seed: PerSeed
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """One row a seed; seeds with too few tries are left out."""
    unique, place, tries = np.unique(seeds, return_inverse=True, return_counts=True)
    values = per_seed(np.bincount(place, pairs[:, 0], len(unique)).astype(np.float64), tries)
    told = ~np.isnan(values)
    return unique[told], np.stack([values[told], np.ones(told.sum())], axis=1)


class Tally:
    """Takes episodes one by one and computes many metrics of them.

    Only a metric that is neither `PerEpisode` nor `Pooled` needs all episodes at once, which are then kept.

    >>> from coterie.metrics import METRICS
    >>> from coterie.core import Event, Seat
    >>> tally = Tally([METRICS["success"]])
    >>> for seed in range(4):
    ...     outcome = Event("outcome", data={"success": seed > 0})
    ...     tally.add(Episode(environment="w-v1", seed=seed, seats={"a": Seat("x")}, events=(outcome,)))
    >>> tally.measures()["success"].value
    0.75
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        """Starts empty."""
        self.metrics = list(metrics)
        self.count = 0
        self._played = Played()
        self._rows = [
            (metric.compute, Rows(self._played)) for metric in metrics if isinstance(metric.compute, PerEpisode)
        ]
        self._each = [(compute.observe, rows.note) for compute, rows in self._rows]
        self._pools = {
            metric.name: (metric.compute, Pool()) for metric in metrics if isinstance(metric.compute, Pooled)
        }
        self._kept: list[Episode] | None = [] if len(self._rows) + len(self._pools) < len(self.metrics) else None

    def add(self, episode: Episode) -> None:
        """Looks at an episode once."""
        self.count += 1
        self._played.add(episode)
        for observe, note in self._each:
            note(observe(episode))
        for pooled, pool in self._pools.values():
            pool.add(episode, pooled.observe(episode))
        if self._kept is not None:
            self._kept.append(episode)

    def rows(self) -> dict[str, tuple[PerEpisode, Rows]]:
        """What is left of the episodes, by metric; only of metrics that are `PerEpisode`."""
        per_episode = [metric for metric in self.metrics if isinstance(metric.compute, PerEpisode)]
        return {metric.name: row for metric, row in zip(per_episode, self._rows, strict=True)}

    def measures(self) -> dict[str, Measure]:
        """Computes every metric of the episodes so far."""
        rows = self.rows()
        found = {name: row.measure(compute) for name, (compute, row) in rows.items()}
        found |= {name: pool.measure(compute) for name, (compute, pool) in self._pools.items()}
        return {
            metric.name: found[metric.name] if metric.name in found else metric.compute(self._kept or [])
            for metric in self.metrics
        }


def define(
    name: str,
    observe: Callable[[Episode], Pair | None],
    kind: Kind,
    *,
    missing: str,
    untold: Pair | None = None,
    unit: str = "",
    low: float = -np.inf,
    high: float = np.inf,
    higher_is_better: bool | None = None,
    summary: str = "",
    source: str = "",
    per_seed: PerSeed | None = None,
) -> Metric:
    """Defines a metric by what one episode adds to it; the fields are those of `PerEpisode` and `Metric`."""
    compute = PerEpisode(
        observe=observe, kind=kind, missing=missing, untold=untold, low=low, high=high, per_seed=per_seed
    )
    return Metric(name, compute, unit, low, high, higher_is_better, summary, source)
