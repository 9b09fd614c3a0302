"""Numbers for elsewhere: Markdown, CSV, LaTeX and JSON of reports, comparisons and findings."""

import csv
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from coterie.core import ConfigError, Measure
from coterie.evaluation.comparison import Comparison
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.result import Report
from coterie.metrics import METRICS

if TYPE_CHECKING:
    from coterie.evaluation.report.inputs import RunRecord

FORMATS = ("md", "json", "csv", "latex")
Exported = Report | Comparison | Finding


class Grid(NamedTuple):
    """A table before it is written: numbers unrounded, what is missing as text."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str | float | int | None, ...]]


def export(found: Sequence[Exported], format: str) -> str:
    """Writes results as `md`, `json`, `csv` or `latex`.

    >>> finding = Finding(probe="talk", world="w-v1", measures={"value of talking": Measure(0.5, 0.25, 0.75, 20)})
    >>> print(export([finding], "md"))
    **talk (w-v1)**
    <BLANKLINE>
    | measure | value | low | high | count | unit | missing |
    | --- | ---: | ---: | ---: | ---: | --- | --- |
    | value of talking | 0.5 | 0.25 | 0.75 | 20 |  |  |
    <BLANKLINE>

    Raises:
        ConfigError: there is no such format.
    """
    check_format(format)
    if format == "json":
        content = msgspec.json.encode(found[0] if len(found) == 1 else list(found))
        return msgspec.json.format(content, indent=1).decode() + "\n"
    grids = [grid(each) for each in found]
    if format == "csv":
        return _csv(grids)
    return "\n".join((markdown if format == "md" else latex)(each) for each in grids)


def grid(found: Exported) -> Grid:
    """The table of a result: one row a measure."""
    if isinstance(found, Comparison):
        head = ("measure", found.a, found.b, "difference", "low", "high", "count", "p", "p (Holm)", "missing")
        rows: list[tuple[str | float | int | None, ...]] = [
            (name, each.a.value, each.b.value, *_told(each.change)[:4], each.p, each.p_holm, each.change.missing)
            for name, each in found.differences.items()
        ]
        return Grid(found.title, head, rows)
    title = found.title if isinstance(found, Report) else f"{found.probe} ({found.world})"
    units = {} if isinstance(found, Report) else found.units
    return measures_grid(title, found.measures, units)


def measures_grid(title: str, measures: dict[str, Measure], units: dict[str, str] | None = None) -> Grid:
    """The table of measures by name."""
    head = ("measure", "value", "low", "high", "count", "unit", "missing")
    told = units or {}

    def unit(name: str) -> str:
        return told.get(name) or (METRICS[name].unit if name in METRICS else "")

    return Grid(title, head, [(name, *_told(each)[:4], unit(name), each.missing) for name, each in measures.items()])


def _told(measure: Measure) -> tuple[float | None, float | None, float | None, int]:
    return measure.value, measure.low, measure.high, measure.count


def markdown(grid: Grid) -> str:
    """The table in Markdown, under its title."""
    numeric = [any(isinstance(row[at], float | int) for row in grid.rows) for at in range(len(grid.head))]
    lines = [" | ".join(map(_barless, grid.head)), " | ".join("---:" if each else "---" for each in numeric)]
    lines += [" | ".join(_barless(_written(cell)) for cell in row) for row in grid.rows]
    return "\n".join([f"**{grid.title}**", "", *(f"| {line} |" for line in lines), ""])


def latex(grid: Grid) -> str:
    r"""The table in LaTeX, for the package booktabs; what is missing stands in comments above it, with the reason.

    >>> print(latex(Grid("a_b", ("measure", "value"), [("50 %", 0.25)])).splitlines()[3])
    measure & value \\
    """
    kept = [at for at, name in enumerate(grid.head) if name != "missing"]
    numeric = [any(isinstance(row[at], float | int) for row in grid.rows) for at in kept]
    why = grid.head.index("missing") if "missing" in grid.head else None
    told = [row for row in grid.rows if why is None or not row[why]]
    missing = [f"% {row[0]}: missing, {row[why]}" for row in grid.rows if why is not None and row[why]]
    body = [" & ".join(_escaped(_written(row[at])) for at in kept) + r" \\" for row in told]
    return "\n".join(
        [
            f"% {' '.join(grid.title.split())}",
            *(" ".join(line.split()) for line in missing),
            rf"\begin{{tabular}}{{{''.join('r' if each else 'l' for each in numeric)}}}",
            r"\toprule",
            " & ".join(_escaped(grid.head[at]) for at in kept) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _csv(grids: Sequence[Grid]) -> str:
    """All tables as one, with the title of each in the first column."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for number, each in enumerate(grids):
        if not number or each.head != grids[number - 1].head:
            writer.writerow(("of", *each.head))
        writer.writerows((each.title, *row) for row in each.rows)
    return written.getvalue()


def _written(cell: str | float | int | None) -> str:
    if cell is None:
        return ""
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _barless(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _escaped(text: str) -> str:
    named = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return re.sub(r"[\\~^&%$#_{}]", lambda sign: named.get(sign.group(), "\\" + sign.group()), text)


def check_format(format: str) -> None:
    """Refuses a format that there is not.

    Raises:
        ConfigError: there is no such format.
    """
    if format not in FORMATS:
        raise ConfigError(f"found the format {format!r}, expected one of {', '.join(FORMATS)}")


def export_run(run: "RunRecord", format: str) -> str:
    """Writes the numbers of a run: every arm of its evaluation, its cross-play, and what probes found.

    Raises:
        ConfigError: there is no such format.
    """
    check_format(format)
    arms = run.evaluation.arms if run.evaluation else []
    cross = run.evaluation.cross_play if run.evaluation else None
    if format == "json":
        content = {"arms": arms, "cross_play": cross, "findings": run.findings}
        return msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"
    grids = [
        measures_grid(each.name if each.seed is None else f"{each.name}, team {each.seed}", each.measures)
        for each in arms
    ]
    if cross is not None:
        pairs = [(row, column) for row in range(len(cross.rows)) for column in range(len(cross.columns))]
        cells = {
            f"{cross.rows[row]} with {cross.columns[column]}": cross.measures[row][column] for row, column in pairs
        }
        grids.append(measures_grid("cross-play", cells))
    grids += [grid(each) for each in run.findings]
    if format == "csv":
        return _csv(grids)
    return "\n".join((markdown if format == "md" else latex)(each) for each in grids)
