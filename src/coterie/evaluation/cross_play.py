"""The table of cross-play, as probes find it and pages draw it."""

import msgspec

from coterie.core import Measure


def same_recipe(one: str, other: str) -> bool:
    """Whether two names say that their teams were made in the same way: `RECIPE/WHICH`, with the same recipe.

    >>> same_recipe("imitation/1", "imitation/2"), same_recipe("imitation/1", "self_play/1"), same_recipe("a", "a")
    (True, False, False)
    """
    return "/" in one and one.partition("/")[0] == other.partition("/")[0] and "/" in other


class CrossPlay(msgspec.Struct, frozen=True, omit_defaults=True):
    """Members of different teams together: rows sit at one seat, columns at the other."""

    rows: list[str]
    """Names of teams; `RECIPE/WHICH` says how a team was made."""
    columns: list[str]
    measures: list[list[Measure]]
    """`[row][column]`; a team with itself where the names are the same."""
    row_seat: str = ""
    column_seat: str = ""
    measure: str = "success"
    """What the numbers are, by its name in `coterie.metrics.METRICS`."""
