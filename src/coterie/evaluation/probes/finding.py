"""What a probe found: measures by name with intervals, verdicts that follow from them, and what to know of both."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from coterie.core import Episode, Measure, Metric
from coterie.evaluation.format import alike_missing
from coterie.metrics import METRICS, PerEpisode, define
from coterie.metrics import metrics as find_metrics
from coterie.metrics.distributions import t_quantile
from coterie.metrics.statistics import mean

if TYPE_CHECKING:
    from rich.table import Table


NAME = 24
"""Signs of a measure's name that stand in one line on a terminal, whatever stands beside it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """What a probe found.

    >>> found = Finding(probe="talk", world="w-v1", measures={"value": Measure(0.5, 0.4, 0.6, 20)})
    >>> print(found)
    talk (w-v1)
      value  0.500 [0.400, 0.600] on 20
    """

    probe: str
    world: str
    measures: dict[str, Measure]
    units: dict[str, str] = {}
    """Measure to its unit, where it has one."""
    p_values: dict[str, float] = {}
    """Measure to its p-value, corrected by Holm for how many were looked at."""
    verdicts: dict[str, bool] = {}
    """What the intervals say in a word, such as `talk matters`."""
    notes: tuple[str, ...] = ()
    """How to read it, and what was left out."""
    asked: str = ""
    """How it was asked for by name, with seat and settings, such as `contagion:ben`."""

    def __str__(self) -> str:
        width = max(map(len, self.measures), default=0)
        lines = [f"{self.probe} ({self.world})"]
        for name, measure in self.measures.items():
            if measure.value is None:
                lines.append(f"  {name:<{width}}  missing: {measure.missing}")
                continue
            p = f", p = {self.p_values[name]:.3f} (Holm)" if name in self.p_values else ""
            told = f"{_shown(measure.value)} {_interval(measure)} {self.units.get(name, '')}"
            lines.append(f"  {name:<{width}}  {' '.join(told.split())} on {measure.count}{p}")
        lines += [f"  {'yes' if holds else 'no':>{width}}  {name}" for name, holds in self.verdicts.items()]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def table(self) -> "Table":
        """Returns a table for the terminal (`rich.print` it)."""
        from rich.table import Table
        from rich.text import Text

        said = [f"{name}: {'yes' if holds else 'no'}" for name, holds in self.verdicts.items()]
        missing = [f"{', '.join(names)}: missing, {reason}" for names, reason in alike_missing(self.measures)]
        caption = Text("\n".join([*said, *missing, *self.notes]))
        title = Text(f"{self.probe} ({self.world})")
        table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
        table.add_column("measure", min_width=min(NAME, max(map(len, self.measures), default=0)))
        for column in ("value", "95 % interval", "on", *(["p (Holm)"] if self.p_values else [])):
            table.add_column(column, justify="right")
        table.add_column("unit")
        for name, measure in self.measures.items():
            value = "-" if measure.value is None else _shown(measure.value)
            p = [f"{self.p_values[name]:.3f}" if name in self.p_values else ""] if self.p_values else []
            count = "" if measure.value is None else str(measure.count)
            table.add_row(name, value, _interval(measure), count, *p, self.units.get(name, ""))
        return table


def decided(holds: Mapping[str, bool | None]) -> dict[str, bool]:
    """The verdicts that were reached; None is none, because a `no` would say that it was looked for and not shown.

    >>> decided({"talk matters": above_zero(Measure(None, missing="nobody spoke")), "listens": False})
    {'listens': False}
    """
    return {name: each for name, each in holds.items() if each is not None}


def above_zero(measure: Measure) -> bool | None:
    """Whether the whole interval lies above 0; None where there is no value."""
    return None if measure.value is None else measure.low is not None and measure.low > 0


def off_zero(measure: Measure) -> bool | None:
    """Whether 0 lies outside the interval, which a value without one does not show; None where there is no value."""
    if measure.value is None:
        return None
    return measure.low is not None and measure.high is not None and not measure.low <= 0 <= measure.high


def happened(measure: Measure) -> bool | None:
    """Whether it was ever so; None where there is no value."""
    return None if measure.value is None else measure.value > 0


def task_metric(episodes: Sequence[Episode], wanted: str | Metric | None = None) -> Metric:
    """The metric that says how well the task went: the one wanted, else success where it is told, else the return.

    In a zero-sum game the team has no return, and the metric is missing.
    """
    if wanted is not None:
        return find_metrics([wanted], seats=episodes[0].seats)[0]
    if any("success" in episode.outcome for episode in episodes):
        return METRICS["success"]
    return _OPPOSED if _opposed(episodes) else METRICS["mean_return"]


def _opposed(episodes: Sequence[Episode]) -> bool:
    """Whether what one seat gains another loses: all returns sum to 0, and not because there are none."""
    paid = [list(episode.totals.values()) for episode in episodes if not episode.failure]
    return any(map(any, paid)) and all(abs(math.fsum(each)) < 1e-9 for each in paid)


OPPOSED = "what one seat gains another loses here, so a team has no return; name a metric, such as mean_return/SEAT"
_OPPOSED = define(
    "mean_return",
    lambda episode: None,
    "mean",
    missing=OPPOSED,
    unit="reward",
    higher_is_better=True,
)
"""Of a zero-sum game: the mean return over all seats is 0 whoever plays."""


def per_seed(metric: Metric, episodes: Iterable[Episode]) -> dict[int, float]:
    """What a metric says of every seed, its tries taken together; seeds that do not tell are left out."""
    compute = metric.compute
    assert isinstance(compute, PerEpisode)
    tops, bottoms = dict[int, float](), dict[int, float]()
    for episode in episodes:
        pair = compute.observe(episode) or compute.untold
        if pair is not None:
            tops[episode.seed] = tops.get(episode.seed, 0.0) + pair.top
            bottoms[episode.seed] = bottoms.get(episode.seed, 0.0) + pair.bottom
    return {seed: top / bottoms[seed] for seed, top in tops.items() if bottoms[seed]}


def over_seeds(
    statistic: Callable[[int], float], seeds: Iterable[int], of: Metric | None = None, signed: bool = False
) -> Measure:
    """The mean over seeds of a number that each seed gives, with a t interval.

    Args:
        statistic: from a seed to its number.
        seeds: those that tell it.
        of: the metric whose values, or with `signed` differences of values, the numbers are: it bounds them.
        signed: whether they are differences.
    """
    values = [statistic(seed) for seed in seeds]
    if not values:
        return Measure(None, missing=OPPOSED if of is _OPPOSED else "no seed tells it for all arms")
    low, high = (of.low, of.high) if of else (-np.inf, np.inf)
    return exactly(mean(values, None, low - high if signed else low, high - low if signed else high))


def slope(xs: Sequence[float], ys: Sequence[float]) -> Measure:
    """The least-squares slope of y over x, with its t interval.

    >>> slope([0, 1, 2, 3], [1.0, 3.0, 5.0, 7.0]).value
    2.0
    """
    x, y = np.asarray(xs, np.float64), np.asarray(ys, np.float64)
    spread = float(((x - x.mean()) ** 2).sum()) if len(x) else 0.0
    if not spread:
        return Measure(None, count=len(x), missing="there are no two places to draw a line through")
    value = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    if len(x) < 3:
        return Measure(value, count=len(x))
    rest = y - y.mean() - value * (x - x.mean())
    half = t_quantile(len(x) - 2) * float(np.sqrt((rest**2).sum() / (len(x) - 2) / spread))
    return Measure(value, value - half, value + half, len(x))


CERTAIN = 6
"""So many seeds that all say the same refuse luck at 5 %: two times 1/2 to the power of 6."""


def exactly(measure: Measure) -> Measure:
    """The same measure; one that was the same on at least 6 seeds, and so has no spread, is its own interval."""
    if measure.value is None or measure.low is not None or measure.count < CERTAIN:
        return measure
    return Measure(measure.value, measure.value, measure.value, measure.count)


def _shown(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def _interval(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"[{_shown(measure.low)}, {_shown(measure.high)}]"
