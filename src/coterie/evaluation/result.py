"""What an evaluation returns: measures by name, and everything needed to repeat it."""

from typing import TYPE_CHECKING

import msgspec

from coterie.core import Measure, Scenario, Seat
from coterie.evaluation.format import number, spread, unit_of

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

        table = Table(title=Text(self.title), title_justify="left", caption=Text(self.caption), caption_justify="left")
        table.add_column("measure")
        for column in ("value", "95 % interval", "episodes"):
            table.add_column(column, justify="right")
        table.add_column("unit")
        for name, measure in self.measures.items():
            if measure.value is None:
                table.add_row(name, "-", "", "", Text(measure.missing, style="dim"))
            else:
                table.add_row(
                    name, number(name, measure.value), spread(name, measure), str(measure.count), unit_of(name)
                )
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
        return f"{self.count} episodes on {len(self.scenario.seeds)} seeds{failed}"

    def __str__(self) -> str:
        lines = [self.title]
        width = max(map(len, self.measures), default=0)
        for name, measure in self.measures.items():
            told = f"missing: {measure.missing}"
            if measure.value is not None:
                told = f"{number(name, measure.value)} {unit_of(name)} {spread(name, measure)}".rstrip()
            lines.append(f"  {name:<{width}}  {told}")
        return "\n".join([*lines, self.caption])
