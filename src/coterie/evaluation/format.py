"""Numbers as a reader wants them: shares in per cent, three figures, intervals in brackets."""

from coterie.core import Measure
from coterie.metrics import METRICS


def unit_of(name: str) -> str:
    """The unit that a measure is shown in; shares are shown in per cent."""
    metric = METRICS.get(name)
    if metric is None:
        return "reward" if name.startswith("mean_return/") else ""
    return "%" if metric.unit == "share" else metric.unit


def number(name: str, value: float) -> str:
    """Writes a value of the measure called `name`.

    >>> number("success", 0.935), number("words_per_success", 18.04), number("episode_length", 1234.5)
    ('93.5', '18.0', '1234')
    """
    if unit_of(name) == "%":
        return f"{100 * value:.1f}"
    size = abs(value)
    return f"{value:.0f}" if size >= 1000 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def spread(name: str, measure: Measure) -> str:
    """Writes the interval, or nothing where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    return f"[{number(name, measure.low)}, {number(name, measure.high)}]"
