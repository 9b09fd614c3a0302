"""Pictures of a lookout map, drawn from the data that the lookout sees: for pages, and for the terminal."""

from collections.abc import Mapping

from coterie.core import Json

CELL = 20
"""Units of the picture on a side of a cell."""


def draw(data: Mapping[str, Json]) -> str:
    """Draws the map as an SVG picture that scales; every colour may be set by a style sheet, as `--map-wall` and so on.

    The courier is a disc, the parcel a box (inside the disc while it is carried), the destination a ring, walls are
    filled.

    >>> shown = draw({"size": 2, "walls": [[0, 0]], "courier": [1, 0], "parcel": None, "destination": [1, 1]})
    >>> shown.startswith("<svg"), "carrying the parcel" in shown
    (True, True)
    """
    size = int(data["size"])
    side = size * CELL
    parts = [f'<rect width="{side}" height="{side}" rx="2" fill="var(--map-floor, #ffffff)"/>']
    parts += [_box(cell, 0, "var(--map-wall, #4a4f57)") for cell in data["walls"]]
    lines = "".join(f"M{at} 0V{side}M0 {at}H{side}" for at in range(CELL, side, CELL))
    parts.append(f'<path d="{lines}" stroke="var(--map-line, #d8d5ce)" stroke-width="1"/>')
    x, y = _middle(data["destination"])
    ring = 'stroke="var(--map-destination, #009e73)" stroke-width="2.4" fill="none"'
    parts.append(f'<circle cx="{x}" cy="{y}" r="8.2" {ring}/>')
    carried, together = data["parcel"] is None, data["parcel"] == data["courier"]
    shift = 3 if together else 0  # two things in one cell make room for each other
    if not carried:
        parts.append(_box(data["parcel"], 6, "var(--map-parcel, #d55e00)", shift))
    x, y = _middle(data["courier"])
    parts.append(
        f'<circle cx="{x - shift}" cy="{y - shift}" r="{6.4 if carried else 5.6}" fill="var(--map-courier, #0072b2)"/>'
    )
    if carried:
        parts.append(_box(data["courier"], 6, "var(--map-floor, #ffffff)"))
        parts.append(_box(data["courier"], 7, "var(--map-parcel, #d55e00)"))
    frame = f'<rect x=".5" y=".5" width="{side - 1}" height="{side - 1}" rx="2" fill="none"'
    parts.append(f'{frame} stroke="var(--map-frame, #8b8f96)"/>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
    return f'{head} aria-label="{describe(data)}">{"".join(parts)}</svg>'


def sketch(data: Mapping[str, Json]) -> str:
    """Draws the map in letters: C the courier (C+ with the parcel), P the parcel, D the destination, # a wall.

    >>> print(sketch({"size": 2, "walls": [[0, 0]], "courier": [1, 0], "parcel": [1, 0], "destination": [1, 1]}))
    #  CP
    .  D
    """
    size = int(data["size"])
    grid = {(column, row): "" for row in range(size) for column in range(size)}
    courier = "C" if data["parcel"] is not None else "C+"
    for cell, letters in (
        *((wall, "#") for wall in data["walls"]),
        (data["courier"], courier),
        (data["parcel"], "P"),
        (data["destination"], "D"),
    ):
        if cell is not None:
            grid[int(cell[0]), int(cell[1])] += letters
    width = max(2, *map(len, grid.values()))
    rows = (" ".join((grid[column, row] or ".").ljust(width) for column in range(size)) for row in range(size))
    return "\n".join(row.rstrip() for row in rows)


def describe(data: Mapping[str, Json]) -> str:
    """Says the same in words, for those who cannot see the picture."""

    def cell(place: Json) -> str:
        return f"column {int(place[0])} row {int(place[1])}"

    parcel = "carrying the parcel" if data["parcel"] is None else f"parcel at {cell(data['parcel'])}"
    return f"courier at {cell(data['courier'])}, {parcel}, destination at {cell(data['destination'])}"


def _middle(cell: Json) -> tuple[float, float]:
    return (int(cell[0]) + 0.5) * CELL, (int(cell[1]) + 0.5) * CELL


def _box(cell: Json, inset: float, colour: str, shift: float = 0) -> str:
    """A square within a cell."""
    x, y, side = int(cell[0]) * CELL + inset + shift, int(cell[1]) * CELL + inset + shift, CELL - 2 * inset
    return f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="{colour}"/>'
