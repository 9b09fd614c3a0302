"""How many episodes a comparison needs, before it is run. The unit is the seed, played by both systems."""

import math
from statistics import NormalDist


def required_episodes(effect: float, spread: float, power: float = 0.8, level: float = 0.05) -> int:
    """Returns how many seeds show a true difference of `effect` between two systems that both play every seed.

    Source: Miller 2024, Adding Error Bars to Evals (arXiv 2411.00640), two-sided.

    Args:
        effect: the smallest difference worth finding, in the unit of the measure.
        spread: standard deviation over seeds of the difference between the two; for shares see `rate_spread`.
        power: how surely such a difference is found.
        level: how often a difference is found where there is none.

    >>> required_episodes(effect=0.05, spread=rate_spread(0.5, 0.55))
    1562
    >>> required_episodes(effect=0.05, spread=rate_spread(0.5, 0.55, correlation=0.5))
    781

    Raises:
        ValueError: the effect is 0, or a share is not between 0 and 1.
    """
    if not effect or spread < 0 or not 0 < level < 1 or not level < power < 1:
        raise ValueError(
            f"found effect {effect}, spread {spread}, power {power}, level {level}; expected an effect other than 0, "
            "a spread of at least 0, and shares between 0 and 1, the power above the level"
        )
    return max(2, math.ceil((_quantiles(power, level) * spread / effect) ** 2 - 1e-9))


def smallest_effect(episodes: int, spread: float, power: float = 0.8, level: float = 0.05) -> float:
    """Returns the smallest true difference that so many seeds show; the other way around of `required_episodes`.

    >>> round(smallest_effect(1562, rate_spread(0.5, 0.55)), 3)
    0.05

    Raises:
        ValueError: there are no episodes.
    """
    if episodes < 1:
        raise ValueError(f"found {episodes} episodes, expected at least 1")
    return _quantiles(power, level) * spread / math.sqrt(episodes)


def rate_spread(a: float, b: float, correlation: float = 0.0) -> float:
    """The standard deviation of the difference of two hits (0 or 1) on one seed.

    Args:
        a: how often the first system succeeds.
        b: how often the second does.
        correlation: of the two on the same seeds; 0 is the careful choice, seeds that are hard for both raise it.
    """
    return math.sqrt(max(0.0, a * (1 - a) + b * (1 - b) - 2 * correlation * math.sqrt(a * (1 - a) * b * (1 - b))))


def _quantiles(power: float, level: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
