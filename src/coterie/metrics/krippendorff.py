"""How far several judges agree beyond chance, whatever their number, the kind of answer, and what is missing.

Axes: J judge, U unit that was judged, V value that was given.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from coterie.core import Measure
from coterie.metrics.statistics import bootstrap, wilson

Level = Literal["nominal", "ordinal", "interval"]
"""What the values are: names; numbers of which only the order counts; numbers whose distances count."""
Counts = npt.NDArray[np.float64]


def krippendorff_alpha(
    ratings_JU: Sequence[Sequence[str | float | None]], level: Level = "nominal", rounds: int = 1000
) -> Measure:
    """Krippendorff's alpha, 1 for full agreement and 0 for chance, with a bootstrap interval over units.

    It is one minus observed over expected disagreement. Units with fewer than two values say nothing and are left out;
    where one value alone was ever given, chance agreement is not known and alpha is missing. Without any disagreement
    there is nothing to draw anew: were a share s of all units judged by chance, alpha would be 1 - s, and how large s
    can be at most when none of these units shows it, the Wilson interval says.
    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.

    >>> ann, bob = "aabbdcccedda", "babbbccceddd"
    >>> round(krippendorff_alpha([ann, bob]).value, 3)
    0.692

    Args:
        ratings_JU: what each judge said of each unit; None: nothing. Numbers, unless the level is nominal.
        level: what the values are.
        rounds: how often the units are drawn anew for the interval.
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings_JU, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values: list[Any] = sorted({value for unit in units for value in unit})
    if not units:
        return Measure(None, missing="no unit was judged twice")
    if len(values) == 1:
        return Measure(None, count=len(units), missing=f"all judges always said {values[0]}, so chance is unknown")
    counts_UV = np.array([[unit.count(value) for value in values] for unit in units], np.float64)
    numbers_V = np.array(values, np.float64) if level == "interval" else np.zeros(len(values))
    found = bootstrap(lambda drawn_UV: _alpha(drawn_UV, numbers_V, level), counts_UV, rounds=rounds)
    if found.value is not None and found.value >= 1:
        return Measure(1.0, *wilson(len(units), len(units)), count=len(units))
    return found


def _alpha(counts_UV: Counts, numbers_V: Counts, level: Level) -> float:
    """One minus observed over expected disagreement; nan where no disagreement was to be expected."""
    weighted_UV = counts_UV / (counts_UV.sum(1, keepdims=True) - 1)
    coincidences_VV = weighted_UV.T @ counts_UV - np.diag(weighted_UV.sum(0))
    totals_V = coincidences_VV.sum(1)
    if level == "nominal":
        distances_VV = 1.0 - np.eye(len(totals_V))
    else:
        # Ranks of values that are given equally often lie as far apart as that often: ties share the middle rank.
        places_V = numbers_V if level == "interval" else totals_V.cumsum() - totals_V / 2
        distances_VV = (places_V[:, None] - places_V[None, :]) ** 2
    total = totals_V.sum()
    expected = float(totals_V @ distances_VV @ totals_V) / (total - 1)
    return 1.0 - float((coincidences_VV * distances_VV).sum()) / expected if expected > 0 else math.nan
