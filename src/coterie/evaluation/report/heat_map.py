"""Cross-play as a table whose cells are the darker the better."""

from coterie.core import Measure
from coterie.evaluation.cross_play import CrossPlay, same_recipe
from coterie.evaluation.format import number, spread, unit_of
from coterie.evaluation.report.markup import Markup, tag


def heat_map(cross: CrossPlay) -> Markup:
    """Draws cross-play as a table whose cells are the darker the better; teams with themselves are outlined.

    Cells of strangers of the same recipe are dashed.
    """
    told = [measure.value for row in cross.measures for measure in row if measure.value is not None]
    low, high = (0.0, 1.0) if unit_of(cross.measure) == "%" else (min(told, default=0.0), max(told, default=1.0))
    head = [tag("th", tag("span", cross.row_seat), class_="corner")]
    head += [tag("th", name, scope="col") for name in cross.columns]
    body = []
    for name, measures in zip(cross.rows, cross.measures, strict=True):
        cells = [tag("th", name, scope="row")]
        for partner, measure in zip(cross.columns, measures, strict=True):
            share = ((measure.value or 0.0) - low) / (high - low) if high > low else 0.5
            cells.append(_heat_cell(cross.measure, measure, share, _kinship(name, partner)))
        body.append(tag("tr", *cells))
    seats = f"columns: {cross.column_seat}; rows: {cross.row_seat}" if cross.column_seat else ""
    kin = any(same_recipe(row, column) and row != column for row in cross.rows for column in cross.columns)
    said = "; ".join(filter(None, (seats, "dashed: of the same recipe" if kin else "")))
    above = tag("caption", said) if said else None
    return tag("table", above, tag("thead", tag("tr", *head)), tag("tbody", *body), class_="heat")


def _kinship(one: str, other: str) -> str:
    return " own" if one == other else " kin" if same_recipe(one, other) else ""


def _heat_cell(name: str, measure: Measure, share: float, kinship: str) -> Markup:
    if measure.value is None:
        return tag("td", "-", title=measure.missing)
    shade = "dark" if share > 0.8 else "light"
    return tag(
        "td",
        tag("b", number(name, measure.value)),
        tag("small", spread(name, measure).strip("[]").replace(", ", " to ")),
        class_=f"{shade}{kinship}",
        style=f"--share:{100 * share:.1f}%",
        title=f"{measure.count} episodes",
    )
