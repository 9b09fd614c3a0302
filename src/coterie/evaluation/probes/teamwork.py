"""Is it a team: against one alone, without one of its members, with its roles exchanged."""

import itertools
import math
from collections.abc import Mapping, Sequence

from coterie.agents import Random
from coterie.core import Channel, Episode, Measure, Metric, Mind
from coterie.evaluation.compare import paired
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.finding import Finding, above_zero, decided, exactly, over_seeds, task_metric
from coterie.evaluation.probes.stand_ins import Silent, alike, exchanged
from coterie.metrics.paired import holm
from coterie.metrics.statistics import ratio


def efficiency(trial: Trial, minds: Mapping[str, Mind], alone: Mapping[str, Mind] | None = None) -> Finding:
    """Plays a team, and one alone on the same seeds, and says how much faster the team is.

    Improvement is (L_solo - L_team) / max(L_solo, L_team) by seed, L the steps to success: -1 to 1. A failure takes for
    ever, so a seed that only the team solves counts 1, one that only the solo solves -1, one that neither solves 0.
    Parallel efficiency is L_solo / (N L_team) over the seeds that both solve: 1 when N work N times as fast.
    Source: Zhang et al. 2024, Building Cooperative Embodied Agents Modularly (CoELA, arXiv 2307.02485); its
    code computes the other form that is listed, 1 - L_team / L_solo, of mean steps.

    Args:
        trial: a world that tells success and steps.
        minds: the team.
        alone: who plays the solo; None: the first seat's mind, all others silent.
    """
    first = next(iter(minds))
    alone = alone or {seat: mind if seat == first else Silent() for seat, mind in minds.items()}
    arms = trial.play([Arm("team", minds), Arm("alone", alone)])
    team, solo = (_lengths(arms[name]) for name in ("team", "alone"))
    seeds = sorted(team.keys() & solo.keys())
    both = [seed for seed in seeds if math.isfinite(team[seed] + solo[seed])]
    missing = Measure(None, missing="no seed was solved by both" if seeds else "no episode tells success and steps")
    measures = {
        "efficiency improvement": over_seeds(lambda seed: _improvement(solo[seed], team[seed]), seeds),
        "parallel efficiency": exactly(
            ratio([solo[seed] for seed in both], [len(minds) * team[seed] for seed in both], both)
        )
        if both
        else missing,
        "1 - L_team / L_solo": Measure(
            1 - sum(team[seed] for seed in both) / sum(solo[seed] for seed in both), count=len(both)
        )
        if both
        else missing,
        "solved by both": Measure(len(both) / len(seeds), count=len(seeds)) if seeds else missing,
    }
    return Finding(
        probe="efficiency",
        world=arms["team"][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, "share"),
        verdicts=decided({"the team is faster": above_zero(measures["efficiency improvement"])}),
        notes=("Steps to success of the team against one alone, by seed; a failure takes for ever.",),
    )


def _lengths(episodes: Sequence[Episode]) -> dict[int, float]:
    """The steps to success by seed, its tries averaged (harmonically, so that a failure is no number of steps)."""
    speeds: dict[int, list[float]] = {}
    for episode in episodes:
        outcome = {} if episode.failure else episode.outcome
        if "success" in outcome:
            steps = outcome.get("steps", episode.steps)
            speeds.setdefault(episode.seed, []).append(1 / max(steps, 1) if outcome["success"] else 0.0)
    return {seed: len(each) / sum(each) if sum(each) else math.inf for seed, each in speeds.items()}


def _improvement(solo: float, team: float) -> float:
    """(L_solo - L_team) / max of both, with its limits where one or both never finish.

    >>> _improvement(10, 5), _improvement(math.inf, 5), _improvement(5, math.inf), _improvement(math.inf, math.inf)
    (0.5, 1.0, -1.0, 0.0)
    """
    if solo == team:
        return 0.0
    return 1 - team / solo if solo > team else solo / team - 1


def coordination_deficit(
    trial: Trial,
    minds: Mapping[str, Mind],
    alone: Mapping[str, Mind],
    *,
    words_each: int | None = None,
    metric: str | Metric | None = None,
) -> Finding:
    """Plays one mind in all seats, and the team, and says what is lost because the team has to coordinate.

    Args:
        trial: the world, its seeds, how to play.
        minds: the team.
        alone: who has all seats at once, such as `dict.fromkeys(seats, OneMind(mind))`.
        words_each: the budget of speech of every seat, the same for both.
        metric: how well the task went; None: success where the world tells it, else the mean return.
    """
    channel = None if words_each is None else Channel(words_each=words_each)
    arms = trial.play([Arm("team", minds, channel), Arm("one_mind", alone, channel)])
    chosen = task_metric(arms["team"], metric)
    lost = exactly(paired(chosen, arms["team"], arms["one_mind"]).change)
    measures = {name: chosen.compute(episodes) for name, episodes in arms.items()} | {"coordination deficit": lost}
    return Finding(
        probe="coordination_deficit",
        world=arms["team"][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, chosen.unit),
        verdicts=decided({"coordination costs": above_zero(lost)}),
        notes=(f"Measured: {chosen.name}; deficit: one mind in all seats, minus the team, on the same budget.",),
    )


def lazy_agents(trial: Trial, minds: Mapping[str, Mind], metric: str | Metric | None = None) -> Finding:
    """Replaces one member at a time by a random and by a silent one; whose loss nobody notices is lazy.

    A seat is needed when both of those in its place leave the team worse (p below 0.05, Holm). It is lazy when one of
    them does not, and the seeds would have shown it: the interval of what is lost lies below half of what the team
    reaches, or, where the metric has no lower end to count from, somebody else's loss is noticed on these seeds. Of
    others there is no verdict: the seeds are too few, or the team reaches nothing that it could lose. A world that the
    others solve alone makes everybody look lazy: see it beside the efficiency of one alone.
    """
    arms = [Arm("team", minds)]
    for seat in minds:
        arms.append(Arm(f"{seat}_random", {**minds, seat: Random()}))
        arms.append(Arm(f"{seat}_silent", {**minds, seat: Silent()}))
    played = trial.play(arms)
    chosen = task_metric(played["team"], metric)
    found = {arm.name: paired(chosen, played[arm.name], played["team"]) for arm in arms[1:]}
    measures = {"team": chosen.compute(played["team"])}
    measures |= {f"lost without {name.replace('_', ', ')}": exactly(each.change) for name, each in found.items()}
    p_values = holm(
        {f"lost without {name.replace('_', ', ')}": each.p for name, each in found.items() if each.p is not None}
    )
    lost = {seat: {f"lost without {seat}, {how}" for how in ("random", "silent")} for seat in minds}
    noticed = {name for name, p in p_values.items() if p < 0.05 and (measures[name].value or 0.0) > 0}
    needed = {seat for seat, names in lost.items() if names <= noticed}

    def small(change: Measure) -> bool:
        """Whether these seeds rule out that so much is lost as somebody's work is worth."""
        reached = measures["team"].value
        if change.high is None or reached is None or not math.isfinite(chosen.low):
            return bool(needed) and change.value is not None
        return change.high < (reached - chosen.low) / 2

    lazy = {
        seat: False if seat in needed else True if any(small(measures[name]) for name in names - noticed) else None
        for seat, names in lost.items()
    }
    return Finding(
        probe="lazy_agents",
        world=played["team"][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, chosen.unit),
        p_values=p_values,
        verdicts=decided({f"{seat} is lazy": each for seat, each in lazy.items()}),
        notes=(
            f"Measured: {chosen.name}; lost is what the team has over itself with one member replaced.",
            *([UNSEEN] if None in lazy.values() else []),
        ),
    )


UNSEEN = (
    "Of who has no verdict it cannot be told: the seeds are too few, or the team reaches nothing that it could lose."
)


def policy_swap(trial: Trial, minds: Mapping[str, Mind], metric: str | Metric | None = None) -> Finding:
    """Lets every two seats exchange their minds; what is lost is what the members know of their own roles.

    Of seats that have one mind (a shared policy, two experts) nothing is found: an exchange changes nothing.

    Source: the ablation of swapped roles in AT-GRPO (arXiv 2510.11062).
    """
    pairs = {f"lost, {a} with {b}": (a, b) for a, b in itertools.combinations(minds, 2)}
    other = {name: (a, b) for name, (a, b) in pairs.items() if not alike(minds[a], minds[b])}
    arms = [Arm("team", minds), *(Arm(f"{a}_with_{b}", exchanged(minds, a, b)) for a, b in other.values())]
    played = trial.play(arms)
    chosen = task_metric(played["team"], metric)
    found = {name: paired(chosen, played[f"{a}_with_{b}"], played["team"]) for name, (a, b) in other.items()}
    one_mind = Measure(None, missing="both have one mind, so nobody changes places")
    measures = {"team": chosen.compute(played["team"]), **dict.fromkeys(pairs, one_mind)}
    measures |= {name: exactly(each.change) for name, each in found.items()}
    p_values = holm({name: each.p for name, each in found.items() if each.p is not None})
    return Finding(
        probe="policy_swap",
        world=played["team"][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, chosen.unit),
        p_values=p_values,
        verdicts=decided({"roles are learned": min(p_values.values()) < 0.05 if p_values else None}),
        notes=(
            f"Measured: {chosen.name}; lost is what the team has over itself with two minds in each other's seats.",
        ),
    )
