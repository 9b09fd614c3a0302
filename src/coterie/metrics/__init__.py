"""What is measured of episodes, by name; every value with its interval and its count, or the reason why it has none."""

from collections.abc import Iterable, Mapping

from coterie.core import ConfigError, Metric
from coterie.metrics.claims import CLAIM_METRICS
from coterie.metrics.commons import COMMONS
from coterie.metrics.communication import COMMUNICATION
from coterie.metrics.completion import COMPLETION, mean_return, win_rate
from coterie.metrics.education import EDUCATION, mastered_within, told_within
from coterie.metrics.negotiation import NEGOTIATION
from coterie.metrics.pooled import Pooled
from coterie.metrics.progress import PROGRESS, milestones
from coterie.metrics.requests import REQUESTS
from coterie.metrics.signalling import SIGNALLING
from coterie.metrics.tally import Pair, PerEpisode, Rows, Tally, define
from coterie.metrics.teamwork import TEAMWORK
from coterie.metrics.tokens import TOKENS, Price, cost_per_success
from coterie.metrics.tries import TRIES, pass_all, pass_at
from coterie.metrics.welfare import WELFARE

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *COMPLETION,
        *PROGRESS,
        *TRIES,
        *COMMUNICATION,
        *TOKENS,
        *SIGNALLING,
        *CLAIM_METRICS,
        *REQUESTS,
        *TEAMWORK,
        *WELFARE,
        *NEGOTIATION,
        *COMMONS,
        *EDUCATION,
    )
}
"""Every metric that needs nothing but episodes; one that an episode does not tell is missing, with the reason."""

HEADLINES = (
    "success",
    "progress",
    "path_weighted_success",
    "mean_return",
    "episode_length",
    "played_quality",
    "failed",
    "invalid_actions",
    "words_per_success",
    "words_per_turn",
    "silence",
    "division_of_labour",
    "interdependence",
    "joint_share",
    "survival",
    "learning_gain",
)
"""What two systems are compared by unless others are named: few, because every further test takes power from all."""


def metrics(
    names: Iterable[str | Metric] | None = None, seats: Iterable[str] = (), prices: Mapping[str, Price] | None = None
) -> list[Metric]:
    """Finds metrics by name; a Metric of your own stands for itself.

    Args:
        names: which, also `pass_at/K` and the like for any K; None: all, and the mean return of every seat.
        seats: the seats of the world, for `mean_return/SEAT`, `milestones/SEAT` and `win_rate/SEAT`.
        prices: what tokens cost, by policy, for `cost_per_success`.

    >>> [metric.name for metric in metrics(["success", "mean_return/ann"], seats=["ann"])]
    ['success', 'mean_return/ann']

    Raises:
        ConfigError: no metric has this name.
    """
    seats = tuple(seats)
    known = METRICS | {metric.name: metric for metric in (*map(mean_return, seats), cost_per_success(prices or {}))}
    if names is None:
        return list(known.values())
    known |= {metric.name: metric for of_seat in (milestones, win_rate) for metric in map(of_seat, seats)}
    return [name if isinstance(name, Metric) else _find(name, known) for name in names]


def _find(name: str, known: dict[str, Metric]) -> Metric:
    family, _, number = name.partition("/")
    if family in FAMILIES and number.isdecimal() and int(number) > 0:
        return FAMILIES[family](int(number))
    if name not in known:
        raise ConfigError(f"no metric is called {name!r}; there are {', '.join(known)}")
    return known[name]


FAMILIES = {"pass_at": pass_at, "pass_all": pass_all, "mastered_within": mastered_within, "told_within": told_within}
"""Metrics of a number, named `FAMILY/NUMBER`."""

__all__ = ["HEADLINES", "METRICS", "Metric", "Pair", "PerEpisode", "Pooled", "Rows", "Tally", "define", "metrics"]
