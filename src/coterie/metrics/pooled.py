"""Metrics that count how often things occur together: what the episodes leave behind is counted all at once."""

from array import array
from collections.abc import Callable, Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.core import Episode, Measure
from coterie.metrics.statistics import median


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """A `Metric.compute` that counts how often things occur together, in all episodes at once.

    Of an episode it keeps a few small numbers per row; equal texts are kept once.
    """

    observe: Callable[[Episode], Iterable[tuple[str | int, ...]]]
    """The rows an episode adds, all of the same length; a whole number stands for itself."""
    reduce: Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Measure]
    """From the seeds `[row]` and the rows `[row, column]`, with numbers in place of texts, to the measure."""
    missing: str
    """The reason to give when no episode adds a row."""

    def __call__(self, episodes: Iterable[Episode]) -> Measure:
        """Computes the measure of these episodes."""
        pool = Pool()
        for episode in episodes:
            pool.add(episode, self.observe(episode))
        return pool.measure(self)


class Pool:
    """What the episodes left behind for one `Pooled` metric."""

    def __init__(self) -> None:
        """Starts empty."""
        self.numbers: dict[str, int] = {}
        self.seeds, self.cells = array("q"), array("q")
        self.count = 0

    def add(self, episode: Episode, rows: Iterable[tuple[str | int, ...]]) -> None:
        """Adds the rows of an episode."""
        numbers, before = self.numbers, len(self.seeds)
        for row in rows:
            self.seeds.append(episode.seed)
            self.cells.extend(
                [cell if isinstance(cell, int) else numbers.setdefault(cell, len(numbers)) for cell in row]
            )
        self.count += len(self.seeds) > before

    def measure(self, metric: Pooled) -> Measure:
        """Computes value, interval and count."""
        if not self.count:
            return Measure(None, missing=metric.missing)
        seeds = np.array(self.seeds, np.int64)
        found = metric.reduce(seeds, np.array(self.cells, np.int64).reshape(len(seeds), -1))
        return msgspec.structs.replace(found, count=self.count)


def middle(seeds: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> Measure:
    """The median of rows that are one whole number each: a `reduce` for latencies."""
    return median(rows[:, 0].astype(np.float64), seeds)
