"""A gate for continuous integration: conditions on what changed between two systems, under which a check fails."""

import operator
import re
from collections.abc import Iterable

import msgspec

from coterie.core import ConfigError
from coterie.evaluation.comparison import Comparison

OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
CONDITION = re.compile(r"\s*([\w./-]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*(%?)\s*")


class Condition(msgspec.Struct, frozen=True):
    """When to fail: the change of a measure, second system minus first, is so.

    >>> condition = Condition.read("success < -2%")
    >>> condition.metric, condition.holds(-0.03), condition.holds(-0.01)
    ('success', True, False)
    """

    metric: str
    sign: str
    bound: float

    @staticmethod
    def read(text: str) -> "Condition":
        """Reads `METRIC < NUMBER`, in the measure's own unit or, with a % sign, in hundredths.

        Raises:
            ConfigError: it is not of that form.
        """
        if (match := CONDITION.fullmatch(text)) is None:
            raise ConfigError(f'found the condition {text!r}, expected one like "success < -0.02"')
        metric, sign, number, percent = match.groups()
        return Condition(metric, sign, float(number) / (100 if percent else 1))

    def holds(self, change: float) -> bool:
        """Whether a change fulfils it."""
        return bool(OPERATORS[self.sign](change, self.bound))


def failures(comparison: Comparison, conditions: Iterable[Condition]) -> list[str]:
    """Says which conditions hold; a change that could not be computed is a failure too.

    Raises:
        ConfigError: a condition names a measure that was not compared.
    """
    told = []
    for each in conditions:
        if each.metric not in comparison.differences:
            raise ConfigError(f"{each.metric} was not compared; there are {', '.join(comparison.differences)}")
        change = comparison.differences[each.metric].change
        where = f"{comparison.world}: " if comparison.world else ""
        asked = f"{where}{each.metric} {each.sign} {each.bound:g}"
        if change.value is None:
            told.append(f"{asked}: the change is missing ({change.missing})")
        elif each.holds(change.value):
            told.append(f"{asked}: it changed by {change.value:+.4g}")
    return told
