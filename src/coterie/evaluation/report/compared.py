"""The page of a comparison: what changed from one system to the other, with its interval, scenario by scenario."""

from collections.abc import Sequence
from pathlib import Path

from coterie import __version__
from coterie.core import Measure
from coterie.evaluation.comparison import HOW, Comparison, Difference
from coterie.evaluation.export import export
from coterie.evaluation.format import number, probability, spread, unit_of
from coterie.evaluation.report.markup import Content, Markup, tag
from coterie.evaluation.report.numbers import headed, table
from coterie.evaluation.report.probed import bars
from coterie.evaluation.report.shell import document, downloads, section


def write_comparison(path: str | Path, found: Sequence[Comparison]) -> Path:
    """Writes the page of a comparison, of one scenario or of several, and returns its path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_comparison(found), encoding="utf-8", errors="replace")
    return target


def render_comparison(found: Sequence[Comparison]) -> str:
    """Writes the page as HTML."""
    first = found[0]
    title = f"{first.a} against {first.b}"
    head = tag(
        "header",
        tag("p", "Coterie comparison", class_="eyebrow"),
        tag("h1", title),
        tag("p", " ".join(map(_said, found)), class_="lede"),
    )
    foot = tag("footer", f"Coterie {__version__}")
    files = downloads(f"{first.a}_{first.b}", lambda kind: export(found, kind))
    how = section("How to read this", "", tag("ul", *(tag("li", note) for note in NOTES)))
    return document(title, tag("main", head, *map(_scenario, found), how, files, foot))


NOTES = (
    HOW.replace("Bold", "In bold"),
    "A difference is that of the second system minus the first, on the seeds that both played; seeds that only one of "
    "them played are left out. An interval that holds 0 shows no difference, which is not to show that there is none.",
    "Shares are compared by the exact McNemar test with Newcombe's interval, all else by a permutation test that swaps "
    "the two systems within seeds.",
)


def _said(found: Comparison) -> str:
    """What a comparison shows, in a sentence or two."""
    where = f"{found.world[:1].upper()}{found.world[1:]}: " if found.world else ""
    better = {side: [_named(name) for name, each in found.differences.items() if each.better == side] for side in "ab"}
    told = [
        f"{called} is better in {', '.join(names)}"
        for called, names in ((found.a, better["a"]), (found.b, better["b"]))
        if names
    ]
    return f"{where}{'; '.join(told) or 'no measure shows that one of them is better'}."


def _named(name: str) -> str:
    return name.replace("_", " ")


def _scenario(found: Comparison) -> Markup:
    told = {name: each for name, each in found.differences.items() if each.change.value is not None}
    shares = {_named(name): each.change for name, each in told.items() if unit_of(name) == "%"}
    left_out = f" {found.left_out} seeds that only one of them played are left out." if found.left_out else ""
    drawn = bars(
        shares, "points", {_named(name): each.p_holm for name, each in told.items() if each.p_holm is not None}
    )
    untold = [_named(name) for name, each in found.differences.items() if each.a.value is each.b.value is None]
    rows = [_row(name, each) for name, each in found.differences.items() if _named(name) not in untold]
    head = ["measure", found.a, found.b, "difference", "p (Holm)"]
    return section(
        found.world[:1].upper() + found.world[1:] if found.world else "What changed",
        f"{found.shared} shared seeds.{left_out} {found.sight}".strip(),
        tag("figure", tag("figcaption", "Differences of shares, in points"), drawn) if shares else None,
        table(head, rows),
        tag("p", f"Told by neither: {', '.join(untold)}.", class_="lead untold") if untold else None,
    )


def _row(name: str, found: Difference) -> Markup:
    p = "" if found.p_holm is None else probability(found.p_holm).removeprefix("= ")
    change = _value(name, found.change)
    cells: list[Content] = [_value(name, found.a), _value(name, found.b), change, p]
    return tag(
        "tr",
        tag("th", headed(name), scope="row"),
        *(tag("td", cell) for cell in cells),
        class_="differs" if found.better else None,
    )


def _value(name: str, measure: Measure) -> Content:
    if measure.value is None:
        return tag("small", measure.missing or "missing", class_="reason")
    return [tag("b", number(name, measure.value)), " ", tag("small", spread(name, measure))]
