"""Does the student learn, is it told, can all do it alone afterwards. From outcomes that tell `pre`, `post`, `able`."""

from collections.abc import Callable

from coterie.core import Episode, Json, Metric
from coterie.metrics.tally import Kind, Pair, define

Outcome = dict[str, Json]
MATHDIAL = "Macina et al. 2023, MathDial (arXiv 2305.14536)"


def learning_gain() -> Metric:
    """How much of what was missing is learnt."""
    return _define(
        "learning_gain",
        "mean",
        lambda told: Pair((told["post"] - told["pre"]) / (1 - told["pre"])) if told["pre"] < 1 else None,
        ("pre", "post"),
        "Score after the lesson less before, over what was missing before: (post - pre) / (1 - pre).",
        source="Hake 1998, Interactive-Engagement Versus Traditional Methods, which takes it of the averages of a "
        "class; here the mean of every lesson's",
        low=float("-inf"),
        unit="gain",
    )


def mastered_within(turns: int) -> Metric:
    """How often the student has mastered everything after so many turns: success at k."""
    return _within("mastered", turns, "mastered_turn", "the student has mastered everything", True)


def told_within(turns: int) -> Metric:
    """How often an answer is given away within so many turns: telling at k."""
    return _within("told", turns, "told_turn", "an answer was given away", False)


def able_alone() -> Metric:
    """How many can do it alone afterwards."""
    return _define(
        "able_alone",
        "mean",
        lambda told: Pair(told["able"]),
        ("able",),
        "Share of the members who can do all of the task alone afterwards.",
    )


def _within(name: str, turns: int, field: str, what: str, higher_is_better: bool) -> Metric:
    # The turn in which it happens is counted from 0.
    return _define(
        f"{name}_within/{turns}",
        "rate",
        lambda told: Pair(float(told[field] is not None and told[field] < turns)),
        (field,),
        f"Share of lessons in which {what} within {turns} turns.",
        source=MATHDIAL,
        higher_is_better=higher_is_better,
    )


def _define(
    name: str,
    kind: Kind,
    pair: Callable[[Outcome], Pair | None],
    fields: tuple[str, ...],
    summary: str,
    source: str = "",
    low: float = 0.0,
    unit: str = "share",
    higher_is_better: bool = True,
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        told = episode.outcome
        return pair(told) if not episode.failure and told.keys() >= set(fields) else None

    return define(
        name,
        observe,
        kind,
        missing="no episode is a lesson in which this is defined",
        unit=unit,
        low=low,
        high=1.0,
        higher_is_better=higher_is_better,
        summary=summary,
        source=source,
    )


EDUCATION: tuple[Metric, ...] = (learning_gain(), mastered_within(3), told_within(3), able_alone())
"""All of these metrics; `mastered_within/K` and `told_within/K` are found for every K."""
