"""What an evaluation returns: measures by name, and everything needed to repeat it."""

from typing import TYPE_CHECKING

import msgspec

from coterie.core import Measure, Scenario, Seat
from coterie.evaluation.format import alike_missing, number, spread, unit_of
from coterie.metrics.planning import rate_spread, required_episodes

if TYPE_CHECKING:
    from rich.table import Table


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one team on one scenario.

    >>> report = Report(
    ...     scenario=Scenario("lookout-v1", (1, 2)),
    ...     seats={"courier": Seat("expert")},
    ...     measures={"success": Measure(0.5, 0.09, 0.91, 2)},
    ...     count=2,
    ... )
    >>> Report.from_json(report.to_json()) == report
    True
    """

    scenario: Scenario
    seats: dict[str, Seat]
    """Who really sat there."""
    measures: dict[str, Measure]
    count: int
    """Episodes played, the failed ones included."""
    repeats: int = 1
    """How often every seed was played."""
    failures: dict[str, int] = {}
    """What broke episodes off, and how many each."""
    record: str = ""
    """The file that holds the episodes; empty: they were not kept."""
    coterie: str = ""
    """The version of the library that measured."""

    def to_json(self) -> bytes:
        """Writes the report as one JSON object."""
        return msgspec.json.encode(self, order="deterministic")

    @staticmethod
    def from_json(text: bytes | str) -> "Report":
        """Reads a report back.

        Raises:
            msgspec.DecodeError: it is not a report.
        """
        return msgspec.json.decode(text, type=Report)

    def named(self, name: str) -> "Report":
        """Returns the same report under a scenario's name."""
        return msgspec.structs.replace(self, scenario=msgspec.structs.replace(self.scenario, name=name))

    def table(self) -> "Table":
        """Returns a table for the terminal (`rich.print` it)."""
        from rich.table import Table
        from rich.text import Text

        missing = [f"{', '.join(names)}: missing, {reason}" for names, reason in alike_missing(self.measures)]
        caption = Text("\n".join([*missing, self.caption]))
        table = Table(title=Text(self.title), title_justify="left", caption=caption, caption_justify="left")
        table.add_column("measure")
        for column in ("value", "95 % interval", "episodes"):
            table.add_column(column, justify="right")
        table.add_column("unit")
        for name, measure in self.measures.items():
            if measure.value is not None:
                shown = number(name, measure.value), spread(name, measure), str(measure.count), unit_of(name)
                table.add_row(name, *shown)
        return table

    @property
    def title(self) -> str:
        """The scenario and who played it, in one line."""
        who = ", ".join(f"{seat}: {someone.mind}" for seat, someone in self.seats.items())
        return f"{self.scenario.name or self.scenario.environment} ({who})"

    @property
    def caption(self) -> str:
        """How much was played, and what failed."""
        failed = "".join(f"\n{count} failed: {error}" for error, count in self.failures.items())
        return f"{self.count} episodes on {len(self.scenario.seeds)} seeds{failed}{self._sight()}"

    def _sight(self) -> str:
        """How many seeds tell another team apart, if what is hard for one is not for the other."""
        success = self.measures.get("success", Measure(None)).value
        if success is None:
            return ""
        nearer = success + (0.05 if success < 0.5 else -0.05)  # towards a half, where shares vary most
        seeds = required_episodes(0.05, rate_spread(success, nearer))
        return f"\n{seeds} seeds would tell it from a team 5 points of success apart"

    def __str__(self) -> str:
        lines = [self.title]
        missing = [(", ".join(names), reason) for names, reason in alike_missing(self.measures)]
        told = {name: measure for name, measure in self.measures.items() if measure.value is not None}
        width = max(map(len, told or [names for names, _ in missing]), default=0)
        for name, measure in told.items():
            value = f"{number(name, measure.value or 0.0)} {unit_of(name)} {spread(name, measure)}"
            lines.append(f"  {name:<{width}}  {value}".rstrip())
        lines += [f"  {names:<{width}}  missing: {reason}" for names, reason in missing]
        return "\n".join([*lines, self.caption])
