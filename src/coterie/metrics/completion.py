"""Is the task done: success, the way taken, returns, and whether the rules were kept."""

from typing import get_args

from coterie.core import Episode, Metric, RejectionCode
from coterie.metrics.progress import shares
from coterie.metrics.tally import Pair, define

CLEMBENCH = "Chalamalasetti et al. 2023, clembench (arXiv 2305.13455)"


def success() -> Metric:
    """Share of episodes whose task was done."""
    return define(
        "success",
        succeeded,
        "rate",
        missing="no episode says whether it succeeded: its world closes no task with an outcome",
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary="Share of episodes whose task was done; one that failed or was interrupted is not.",
    )


def succeeded(episode: Episode) -> Pair | None:
    """Whether the task of an episode was done, as its world says; None where it does not say."""
    told = None if episode.failure else episode.outcome.get("success")
    return None if told is None else Pair(float(bool(told)))


def path_weighted_success() -> Metric:
    """Success weighted by how direct the way was."""

    def observe(episode: Episode) -> Pair | None:
        outcome = episode.outcome
        if episode.failure or not {"success", "steps", "shortest"} <= outcome.keys():
            return None
        longer = max(outcome["steps"], outcome["shortest"])
        direct = outcome["shortest"] / longer if longer else 1.0
        return Pair(direct if outcome["success"] else 0.0)

    return define(
        "path_weighted_success",
        observe,
        "mean",
        missing="no episode tells the steps it took and the fewest that would have done",
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary="Success times the fewest possible steps (in 3D: seconds, a bound below every team) over those taken; "
        "no success counts as 0.",
        source="Anderson et al. 2018, On Evaluation of Embodied Navigation Agents (arXiv 1807.06757)",
    )


def mean_return(seat: str | None = None) -> Metric:
    """The return of one seat, or of all of them on average."""

    def observe(episode: Episode) -> Pair | None:
        totals = episode.totals
        if episode.failure or not totals or (seat is not None and seat not in totals):
            return None
        return Pair(sum(totals.values()) / len(totals) if seat is None else totals[seat])

    who, over = ("of a seat", "seats and episodes") if seat is None else (f"of the seat {seat}", "episodes")
    return define(
        "mean_return" if seat is None else f"mean_return/{seat}",
        observe,
        "mean",
        missing=f"no episode without a failure has a return {who}",
        unit="reward",
        higher_is_better=True,
        summary=f"Sum of the rewards {who} in an episode, mean over {over} without a failure.",
    )


def win_rate(seat: str) -> Metric:
    """How often one seat does best; between seats played by one mind, the difference is the advantage of a seat."""

    def observe(episode: Episode) -> Pair | None:
        if episode.failure or len(episode.seats) < 2 or seat not in episode.seats:
            return None
        if "winner" in episode.outcome:
            return Pair(float(episode.outcome["winner"] == seat))
        if not episode.totals.keys() >= episode.seats.keys():
            return None
        best = max(episode.totals.values())
        return Pair(float(episode.totals[seat] == best and list(episode.totals.values()).count(best) == 1))

    return define(
        f"win_rate/{seat}",
        observe,
        "rate",
        missing=f"no episode without a failure tells who of several did best, with a seat {seat}",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=f"Share of episodes that the seat {seat} wins: the outcome's winner, else alone the highest return.",
    )


def episode_length() -> Metric:
    """How many steps the world made."""
    return define(
        "episode_length",
        lambda episode: None if episode.failure else Pair(episode.steps),
        "mean",
        missing="every episode failed",
        unit="steps",
        low=0.0,
        summary="Mean number of steps of the world, in episodes without a failure.",
    )


def invalid_actions(code: RejectionCode | None = None) -> Metric:
    """Share of tries that were refused, for one reason or for any."""

    def observe(episode: Episode) -> Pair | None:
        refused = accepted = named = 0
        for turn in episode.turns:
            accepted += turn.action is not None
            refused += len(turn.rejections)
            if turn.rejections:
                named += sum(rejection.code == code for rejection in turn.rejections)
        tries = refused + accepted
        return Pair(refused if code is None else named, tries) if tries else None

    return define(
        "invalid_actions" if code is None else f"invalid_actions/{code}",
        observe,
        "ratio",
        missing="nobody acted",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=False,
        summary=f"Share of tries that were refused{'' if code is None else f' as {code}'}, retries included.",
    )


def played() -> Metric:
    """Share of episodes that were played to the end by the rules."""
    return define(
        "played",
        lambda episode: Pair(float(by_the_rules(episode))),
        "rate",
        missing="there are no episodes",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary="Share of episodes ended by the rules, not by a forfeit, a failure or an interruption.",
        source=CLEMBENCH,
    )


def by_the_rules(episode: Episode) -> bool:
    """Whether an episode was played to its end by the rules."""
    outcome = episode.outcome
    cut_off = not outcome and any(ending.kind == "truncated" for ending in episode.endings.values())
    return bool(episode.endings) and not episode.failure and not cut_off and "forfeit" not in outcome


def quality() -> Metric:
    """How much of the task was done where it was played to the end."""
    return define(
        "quality",
        lambda episode: Pair(done) if by_the_rules(episode) and (done := _done(episode)) is not None else None,
        "mean",
        missing="no episode was played to its end in a world that tells how much of its task is done",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary="Share of the task done (its parts, or success), in episodes that were played to the end by the rules.",
        source=CLEMBENCH,
    )


def played_quality() -> Metric:
    """Keeping to the rules times doing the task well, in one number."""

    def observe(episode: Episode) -> Pair | None:
        done = _done(episode)
        return None if done is None else Pair(done if by_the_rules(episode) else 0.0)

    return define(
        "played_quality",
        observe,
        "mean",
        missing="no episode tells how much of its task is done",
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary="The share of episodes played by the rules times the quality of those.",
        source=CLEMBENCH,
    )


def _done(episode: Episode) -> float | None:
    """The share of the parts that are done at the end; in a world without parts whether it succeeded, 0 or 1."""
    parts = list(shares(episode))
    success = episode.outcome.get("success")
    return parts[-1] if parts else None if success is None else float(bool(success))


def failed() -> Metric:
    """Share of episodes that could not be played because a world, agent or policy raised."""
    return define(
        "failed",
        lambda episode: Pair(float(episode.failure is not None)),
        "rate",
        missing="there are no episodes",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=False,
        summary="Share of episodes that a world, agent or policy broke off with an error.",
    )


COMPLETION: tuple[Metric, ...] = (
    success(),
    path_weighted_success(),
    mean_return(),
    episode_length(),
    played(),
    quality(),
    played_quality(),
    failed(),
    invalid_actions(),
    *(invalid_actions(code) for code in get_args(RejectionCode)),
)
"""All of these metrics, returns over all seats only."""
