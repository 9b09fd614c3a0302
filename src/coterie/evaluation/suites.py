"""Suites: fixed scenarios on fixed seeds, so that numbers made at different times and places can be compared.

A suite's name ends in a version; it grows whenever a scenario or a seed changes. A bare name means the newest version.
"""

from coterie.core import ConfigError, Scenario

SEEDS = tuple(range(100_000, 100_100))
"""Of the suites at version 1: far from where anybody would train by habit."""

SUITES: dict[str, tuple[Scenario, ...]] = {
    "core-v1": (
        Scenario("lookout-v1", SEEDS, options={"size": 4, "walls": 2}, name="lookout with walls"),
        Scenario(
            "reference_game-v1", SEEDS, options={"items": 5, "words": 5, "rounds": 3}, name="a code for five items"
        ),
        Scenario("hidden_profile-v1", SEEDS, name="hidden profile"),
        Scenario("planner_executor-v1", SEEDS, name="planner and executor"),
        Scenario("box_pushing-v1", SEEDS, name="a heavy box"),
        Scenario("study_group-v1", SEEDS, name="study group"),
        Scenario("bargain-v1", SEEDS, name="bargaining"),
        Scenario("commons-v1", SEEDS, name="commons"),
        Scenario("kuhn_poker-v1", SEEDS, name="Kuhn poker"),
    ),
    "quick-v1": (
        Scenario("reference_game-v1", SEEDS[:30], name="a code for three items"),
        Scenario("lookout-v1", SEEDS[:30], name="lookout"),
        Scenario("study_group-v1", SEEDS[:30], name="study group"),
    ),
    "talk-v1": (
        Scenario("reference_game-v1", SEEDS, name="a code for three items"),
        Scenario("lookout-v1", SEEDS, name="lookout"),
        Scenario("hidden_profile-v1", SEEDS, name="hidden profile"),
        Scenario("study_group-v1", SEEDS, name="study group"),
        Scenario("taboo-v1", SEEDS, name="taboo"),
        Scenario("twenty_questions-v1", SEEDS, name="twenty questions"),
    ),
}
"""Suite to its scenarios; who sits where is for the user to say."""


def suite(name: str) -> tuple[str, tuple[Scenario, ...]]:
    """Finds a suite; returns its full name and its scenarios.

    >>> suite("quick")[0], len(suite("core")[1])
    ('quick-v1', 9)

    Raises:
        ConfigError: there is none of this name.
    """
    versions = [known for known in SUITES if known == name or known.rpartition("-v")[0] == name]
    if not versions:
        raise ConfigError(f"no suite is called {name!r}; there are {', '.join(SUITES)}")
    newest = max(versions, key=lambda known: int(known.rpartition("-v")[2]))
    return newest, SUITES[newest]
