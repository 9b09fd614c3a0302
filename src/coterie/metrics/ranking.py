"""Who is better than whom, said only where the intervals say it."""

import math
from collections.abc import Mapping

from coterie.core import Measure


def rank(measures: Mapping[str, Measure], higher_is_better: bool = True) -> list[tuple[str, ...]]:
    """Sorts into tiers, best first; who shares a tier is not told apart, because intervals overlap.

    A tier ends only where every interval above the gap lies above every interval below it. So one wide interval can
    hold many together: that is the refusal. Who has a value but no interval could be anywhere. Inside a tier the order
    is that of the names.

    >>> rank({"a": Measure(0.9, 0.8, 1.0), "b": Measure(0.7, 0.6, 0.85), "c": Measure(0.2, 0.1, 0.3)})
    [('a', 'b'), ('c',)]

    Raises:
        ValueError: one of them has no value.
    """
    if missing := {name: each.missing for name, each in measures.items() if each.value is None}:
        raise ValueError(f"who has no value cannot be ranked: {missing}; leave them out")
    spans = {name: _span(each, 1 if higher_is_better else -1) for name, each in measures.items()}
    tiers: list[list[str]] = []
    lowest = math.inf
    for name in sorted(spans, key=lambda name: (-spans[name][1], name)):  # by upper ends, best first
        low, high = spans[name]
        if not tiers or high < lowest:
            tiers.append([])
        tiers[-1].append(name)
        lowest = min(lowest, low)
    return [tuple(sorted(tier)) for tier in tiers]


def _span(measure: Measure, sign: int) -> tuple[float, float]:
    if measure.low is None or measure.high is None:
        return -math.inf, math.inf
    ends = sign * measure.low, sign * measure.high
    return min(ends), max(ends)
