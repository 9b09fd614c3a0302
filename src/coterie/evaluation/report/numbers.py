"""Every number of a page in a table."""

from collections.abc import Sequence

from coterie.core import Measure
from coterie.evaluation.format import alike_missing, number, spread, unit_of
from coterie.evaluation.report.inputs import Arm
from coterie.evaluation.report.markup import Content, Markup, tag
from coterie.evaluation.report.shell import section
from coterie.evaluation.report.words import together
from coterie.metrics import METRICS

WIDE = 4
"""So many measures stand side by side in the table of numbers; more of them stand one below the other."""


def numbers(arms: Sequence[Arm], missing: list[str]) -> Markup | None:
    """The section with every number of these arms; None where there are none, which is then said in `missing`."""
    names = list(dict.fromkeys(name for arm in arms for name in arm.measures))
    if not names:
        missing.append("There are no numbers to list.")
        return None
    rows = [arm for row in together(arms) for arm in row]
    listed = _wide(rows, names) if len(names) <= WIDE else _long(rows, names)
    return section("All numbers", "Value, 95 % interval, and the episodes that they rest on.", listed)


def _wide(arms: Sequence[Arm], names: Sequence[str]) -> Markup:
    """One row per arm, measures side by side."""
    counts = [max((measure.count for measure in arm.measures.values()), default=0) for arm in arms]
    head = ["team", *(headed(name) for name in names), "episodes"]
    body = [
        tag(
            "tr",
            _row_head(arm, arms),
            *(tag("td", *_value(name, arm.measures.get(name))) for name in names),
            tag("td", f"{count}"),
        )
        for arm, count in zip(arms, counts, strict=True)
    ]
    return table(head, body)


def _long(arms: Sequence[Arm], names: Sequence[str]) -> Markup:
    """One row per measure, arms one below the other; what is missing for the same reason together, at the end."""
    body = []
    for arm in arms:
        if len(arms) > 1:
            body.append(tag("tr", tag("th", _called(arm), _noted(arm), scope="rowgroup", colspan=3), class_="arm"))
        told = {name: arm.measures[name] for name in names if name in arm.measures}
        for name, measure in told.items():
            if measure.value is None:
                continue
            meaning = METRICS[name].summary if name in METRICS else ""
            cells = [tag("td", *_value(name, measure)), tag("td", f"{measure.count}")]
            body.append(tag("tr", tag("th", headed(name), tag("small", meaning), scope="row"), *cells))
        for untold, reason in alike_missing(told):
            title = tag("th", ", ".join(name.replace("_", " ") for name in untold), scope="row")
            body.append(tag("tr", title, tag("td", tag("small", reason, class_="reason"), colspan=2), class_="untold"))
    return table(["measure", "value", "episodes"], body)


def table(head: Sequence[Content], body: Sequence[Markup]) -> Markup:
    """A table of numbers that may be scrolled sideways."""
    top = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in head)))
    return tag("div", tag("table", top, tag("tbody", *body), class_="numbers"), class_="scroll")


def headed(name: str) -> Content:
    """The name of a measure with its unit."""
    unit = unit_of(name)
    return [name.replace("_", " "), tag("small", f" {unit}", class_="unit") if unit and unit not in name else None]


def _row_head(arm: Arm, arms: Sequence[Arm]) -> Markup:
    """Names a row; a single team stands indented under all teams together, where there is such a row."""
    if arm.seed is not None and any((arm.name, arm.group, None) == (each.name, each.group, each.seed) for each in arms):
        return tag("th", f"team {arm.seed}", scope="row", class_="one")
    return tag("th", _called(arm), _noted(arm), scope="row")


def _called(arm: Arm) -> str:
    return arm.name if arm.seed is None else f"{arm.name}, team {arm.seed}"


def _noted(arm: Arm) -> Content:
    return tag("small", arm.summary) if arm.summary and arm.seed is None else None


def _value(name: str, measure: Measure | None) -> list[Content]:
    if measure is None:
        return []
    if measure.value is None:
        return [tag("small", measure.missing or "missing", class_="reason")]
    return [tag("b", number(name, measure.value)), " ", tag("small", spread(name, measure))]
