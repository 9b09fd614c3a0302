"""What a comparison of two systems returns, and how it reads on a terminal."""

import math
from typing import TYPE_CHECKING

import msgspec

from coterie.core import Measure
from coterie.evaluation.format import number, probability, spread
from coterie.metrics.distributions import Z_95
from coterie.metrics.planning import required_episodes, smallest_effect

if TYPE_CHECKING:
    from rich.table import Table


class Difference(msgspec.Struct, frozen=True):
    """One measure of two systems on the seeds they share."""

    a: Measure
    b: Measure
    change: Measure
    """b - a, with its interval; the count is that of the shared seeds."""
    p: float | None = None
    """How likely so large a difference is by luck alone; None: there is no difference to test."""
    p_holm: float | None = None
    """The same, corrected for how many measures were compared."""
    test: str = ""
    better: str = ""
    """`a` or `b` where the corrected p-value is below 0.05 and the measure has a better direction."""


class Comparison(msgspec.Struct, frozen=True):
    """What `compare` returns."""

    a: str
    """What the first system is called."""
    b: str
    shared: int
    """Seeds that both played; nothing else counts."""
    left_out: int
    """Seeds that only one of them played."""
    differences: dict[str, Difference]
    world: str = ""
    """The scenario, where it is one of several that are compared."""

    def table(self) -> "Table":
        """Returns a table for the terminal (`rich.print` it)."""
        from rich.table import Table
        from rich.text import Text

        caption = Text("\n".join(line for line in (HOW, self.sight) if line))
        table = Table(title=Text(self.title), title_justify="left", caption=caption, caption_justify="left")
        table.add_column("measure")
        for column in (self.a, self.b, "difference", "95 % interval", "p (Holm)"):
            table.add_column(Text(column), justify="right")
        for name, found in self.differences.items():
            cells = [_value(name, each) for each in (found.a, found.b, found.change)]
            p = "" if found.p_holm is None else probability(found.p_holm).removeprefix("= ")
            table.add_row(name, *cells, spread(name, found.change), p, style="bold" if found.better else "")
        return table

    @property
    def title(self) -> str:
        """Who is compared on how much, in one line."""
        where = f"{self.world}: " if self.world else ""
        return f"{where}{self.a} against {self.b} on {self.shared} shared seeds"

    @property
    def sight(self) -> str:
        """How small a difference of success these seeds show, and how many seeds 5 points take; empty: not told."""
        change = self.differences["success"].change if "success" in self.differences else Measure(None)
        if change.low is None or change.high is None or change.high <= change.low:
            return ""
        spread = (change.high - change.low) / (2 * Z_95) * math.sqrt(change.count)
        shown, needed = 100 * smallest_effect(change.count, spread), required_episodes(0.05, spread)
        return f"{change.count} seeds show {shown:.1f} points of success or more (80 % power); 5 points take {needed}."

    def __str__(self) -> str:
        lines = [self.title]
        for name, found in self.differences.items():
            change = f"{_value(name, found.a)} to {_value(name, found.b)}"
            p = "" if found.p_holm is None else f", p {probability(found.p_holm)} ({found.test}, Holm)"
            lines.append(f"  {name}: {change}, difference {_value(name, found.change)} {spread(name, found.change)}{p}")
        return "\n".join([*lines, *([f"  {self.sight}"] if self.sight else [])])


HOW = "Paired on shared seeds; p-values corrected for the number of measures (Holm). Bold: one is better, p below 0.05."


def _value(name: str, measure: Measure) -> str:
    return "-" if measure.value is None else number(name, measure.value)
