"""Axes of the charts: round ticks, labels that do not cover each other, the row that tells a scale."""

import itertools
import math
from collections.abc import Sequence

from coterie.evaluation.report.markup import Markup, tag


def ticks(highest: float, most: int = 6) -> list[float]:
    """Round numbers from 0 to `highest`, no more than `most` steps apart.

    >>> ticks(40)
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    power = 10.0 ** math.floor(math.log10(highest / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * most >= highest)
    return [step * place for place in range(int(highest / step + 1e-9) + 1)]


def apart(levels: Sequence[float], lowest: float, gap: float = 13) -> list[float]:
    """Moves labels down until none covers another, and back up when they leave the plot.

    >>> apart([10.0, 12.0, 100.0], lowest=90.0)
    [10.0, 23.0, 90.0]
    """
    order = sorted(range(len(levels)), key=lambda index: levels[index])
    placed = list(levels)
    for before, after in itertools.pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    if order:
        placed[order[-1]] = min(placed[order[-1]], lowest)
    for after, before in itertools.pairwise(order[::-1]):
        placed[before] = min(placed[before], placed[after] - gap)
    return placed


def axis(labels: Sequence[Markup], unit: str) -> Markup:
    """The row under bars that tells their scale."""
    told = (tag("span"), tag("span", *labels, class_="ticks"), tag("span", unit, class_="unit"))
    return tag("div", *told, class_="row axis")
