"""The table of cross-play, as probes find it and pages draw it."""

import msgspec

from coterie.core import Measure


class CrossPlay(msgspec.Struct, frozen=True, omit_defaults=True):
    """Members of different teams together: rows sit at one seat, columns at the other."""

    rows: list[str]
    columns: list[str]
    measures: list[list[Measure]]
    """`[row][column]`; a team with itself where the names are the same."""
    row_seat: str = ""
    column_seat: str = ""
    measure: str = "success"
    """What the numbers are, by its name in `coterie.metrics.METRICS`."""
