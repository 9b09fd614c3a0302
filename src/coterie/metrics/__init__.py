"""What is measured of episodes, by name; every value with its interval and its count, or the reason why it has none."""

from collections.abc import Iterable

from coterie.core import ConfigError, Metric
from coterie.metrics.communication import COMMUNICATION
from coterie.metrics.completion import COMPLETION, mean_return
from coterie.metrics.progress import PROGRESS
from coterie.metrics.tally import Pair, PerEpisode, Rows, Tally, define

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*COMPLETION, *PROGRESS, *COMMUNICATION)}
"""Every metric that needs to know nothing about the world."""


def metrics(names: Iterable[str | Metric] | None = None, seats: Iterable[str] = ()) -> list[Metric]:
    """Finds metrics by name; a Metric of your own stands for itself.

    Args:
        names: which; None: all of them, and the mean return of every seat in `seats`.
        seats: the seats of the world, for `mean_return/SEAT`.

    >>> [metric.name for metric in metrics(["success", "mean_return/ann"], seats=["ann"])]
    ['success', 'mean_return/ann']

    Raises:
        ConfigError: no metric has this name.
    """
    known = METRICS | {metric.name: metric for metric in map(mean_return, seats)}
    if names is None:
        return list(known.values())
    return [name if isinstance(name, Metric) else _find(name, known) for name in names]


def _find(name: str, known: dict[str, Metric]) -> Metric:
    if name not in known:
        raise ConfigError(f"no metric is called {name!r}; there are {', '.join(known)}")
    return known[name]


__all__ = ["METRICS", "Metric", "Pair", "PerEpisode", "Rows", "Tally", "define", "metrics"]
