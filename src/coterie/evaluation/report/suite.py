"""The page of a suite: what one team reached in every scenario, with a link to the page of each."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from coterie.core import ConfigError
from coterie.evaluation.export import export
from coterie.evaluation.format import number, spread
from coterie.evaluation.report.markup import Content, tag
from coterie.evaluation.report.numbers import headed, table
from coterie.evaluation.report.page import write_report
from coterie.evaluation.report.shell import document, downloads, section
from coterie.evaluation.result import Report
from coterie.metrics import HEADLINES

SHOWN = 4
"""Most measures that stand side by side."""


def suite_reports(folder: Path) -> dict[str, Report]:
    """The reports of a suite that was evaluated into a folder, by the folder of the scenario; empty: it is none."""
    if (folder / "report.json").exists():
        return {}
    return {path.parent.name: Report.from_json(path.read_bytes()) for path in sorted(folder.glob("*/report.json"))}


def write_suite(folder: Path) -> Path:
    """Writes the page of every scenario and one that leads to them, and returns the path of that one.

    Raises:
        ConfigError: there is no suite in the folder.
    """
    found = suite_reports(folder)
    if not found:
        raise ConfigError(f"no scenario of a suite in {folder}; expected folders with a report.json")
    for name in found:
        write_report(folder / name)
    target = folder / "report.html"
    suites = dict.fromkeys(_suite(folder / name) for name in found)
    page = render_suite(folder.resolve().name, found, ", ".join(filter(None, suites)))
    target.write_text(page, encoding="utf-8", errors="replace")
    return target


class _Asked(msgspec.Struct, frozen=True):
    labels: dict[str, str] = {}


def _suite(folder: Path) -> str:
    """The suite, with its version, of which an evaluation in a folder is a scenario; empty: not told."""
    asked = folder / "request.json"
    return msgspec.json.decode(asked.read_bytes(), type=_Asked).labels.get("suite", "") if asked.exists() else ""


def render_suite(name: str, found: Mapping[str, Report], suite: str = "") -> str:
    """Writes the page as HTML.

    Args:
        name: what the folder is called.
        found: reports by the folder of the scenario, relative to the page.
        suite: which suite it is, with its version.
    """
    told = [each for each in HEADLINES if any(_told(report, each) for report in found.values())]
    told = sorted(told, key=lambda each: -sum(_told(report, each) for report in found.values()))[:SHOWN]
    rows = [
        tag(
            "tr",
            tag("th", tag("a", report.scenario.name or place, href=f"{place}/report.html"), scope="row"),
            *(tag("td", *_value(report, each)) for each in told),
            tag("td", str(report.count)),
        )
        for place, report in found.items()
    ]
    minds = dict.fromkeys(seat.mind for report in found.values() for seat in report.seats.values())
    head = tag(
        "header",
        tag("p", "Coterie suite report", class_="eyebrow"),
        tag("h1", name.replace("_", " ").capitalize()),
        tag(
            "p",
            f"{len(found)} scenarios{f' of {suite}' if suite else ''}, played by {', '.join(minds)}.",
            class_="lede",
        ),
    )
    lead = "Value and 95 % interval; the name of a scenario leads to its page."
    numbers = section("All scenarios", lead, table(["scenario", *map(headed, told), "episodes"], rows))
    files = downloads(name, lambda kind: export([*found.values()], kind))
    return document(name, tag("main", head, numbers, files))


def _told(report: Report, name: str) -> bool:
    return name in report.measures and report.measures[name].value is not None


def _value(report: Report, name: str) -> list[Content]:
    if not _told(report, name):
        return [tag("small", "-")]
    measure = report.measures[name]
    return [tag("b", number(name, measure.value or 0.0)), " ", tag("small", spread(name, measure))]
