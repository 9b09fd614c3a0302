"""Numbers as a reader wants them: shares in per cent, three figures, intervals in brackets."""

from collections.abc import Mapping

from coterie.core import Measure
from coterie.metrics import METRICS


def unit_of(name: str) -> str:
    """The unit that a measure is shown in; shares are shown in per cent.

    >>> unit_of("pass_at/9"), unit_of("mean_return/ann"), unit_of("one of your own")
    ('%', 'reward', '')
    """
    family = name.partition("/")[0]
    metric = METRICS.get(name) or METRICS.get(family)
    metric = metric or next((each for key, each in METRICS.items() if key.startswith(family + "/")), None)
    return "" if metric is None else "%" if metric.unit == "share" else metric.unit


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


def probability(p: float) -> str:
    """Writes a p-value; one that is tiny is never 0.

    >>> probability(0.0312), probability(0.0001)
    ('= 0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def alike_missing(measures: Mapping[str, Measure]) -> list[tuple[list[str], str]]:
    """The measures without a value, those with the same reason together.

    >>> alike_missing({"a": Measure(None, missing="nobody spoke"), "b": Measure(1.0)})
    [(['a'], 'nobody spoke')]
    """
    reasons: dict[str, list[str]] = {}
    for name, measure in measures.items():
        if measure.value is None:
            reasons.setdefault(measure.missing, []).append(name)
    return [(names, reason) for reason, names in reasons.items()]
