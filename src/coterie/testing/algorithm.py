"""Checks how credit is given."""

import math
from collections.abc import Sequence

from coterie.core import Algorithm, Episode, encode_episode
from coterie.testing.driving import fail


def check_algorithm(algorithm: Algorithm, episodes: Sequence[Episode]) -> None:
    """Gives credit for recorded episodes and raises at the first thing that breaks the contract.

    Checked: the episodes are not changed; there is one advantage and one target for every turn, a finite number or
    None; asked again, it gives the same credit. The loss is not checked: it needs a learner.

    Args:
        algorithm: what is checked.
        episodes: what it is given; include a team and several episodes of one seed if it compares within groups.

    Raises:
        AssertionError: what was found, what was expected, what to do.
    """
    before = [encode_episode(episode) for episode in episodes]
    credit = algorithm.credit(episodes)
    if [encode_episode(episode) for episode in episodes] != before:
        fail("episodes that credit() changed", "the same episodes", "Return credit; never write to a record.")
    turns = [len(episode.turns) for episode in episodes]
    for name, table in (("advantages_ET", credit.advantages_ET), ("targets_ET", credit.targets_ET)):
        if [len(row) for row in table] != turns:
            fail(
                f"{name} of lengths {[len(row) for row in table]}", f"one number a turn: {turns}", "Use None for none."
            )
        for place, row in enumerate(table):
            for turn, value in enumerate(row):
                if value is not None and not math.isfinite(value):
                    fail(f"{name}[{place}][{turn}] = {value}", "a finite number or None", "Guard the division.")
    again = algorithm.credit(episodes)
    if (again.advantages_ET, again.targets_ET) != (credit.advantages_ET, credit.targets_ET):
        fail("another credit when asked again", "the same credit", "Credit is a pure function of the episodes.")
