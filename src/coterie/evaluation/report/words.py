"""What the page says in sentences: the summary, the key figures, what the cross-play shows."""

from collections.abc import Sequence

from coterie.core import Measure
from coterie.evaluation.cross_play import CrossPlay
from coterie.evaluation.format import number, unit_of
from coterie.evaluation.report.inputs import Arm, Evaluation
from coterie.evaluation.report.markup import Markup, tag


def together(arms: Sequence[Arm]) -> list[list[Arm]]:
    """Puts arms of one name into one row, all teams together first; teams without such an arm stay apart."""
    rows: dict[tuple[str, str], list[Arm]] = {}
    for arm in arms:
        rows.setdefault((arm.group, arm.name), []).append(arm)
    found: list[list[Arm]] = []
    for row in rows.values():
        whole = [arm for arm in row if arm.seed is None]
        teams = [arm for arm in row if arm.seed is not None]
        found += [[whole[0], *teams]] if whole else [[team] for team in teams]
    order = {"before": 0, "trained": 1, "control": 2, "baseline": 3}
    return sorted(found, key=lambda row: order.get(row[0].group, 4))


def told(arm: Arm | None, name: str) -> Measure | None:
    """A measure of an arm, where there is one with a value."""
    measure = arm.measures.get(name) if arm else None
    return measure if measure is not None and measure.value is not None else None


def first(evaluation: Evaluation, group: str) -> Arm | None:
    """The arm that speaks for a group."""
    return next((row[0] for row in together(evaluation.arms) if row[0].group == group), None)


def strongest(evaluation: Evaluation, group: str) -> Arm | None:
    """The arm of a group with the highest success."""
    arms = [row[0] for row in together(evaluation.arms) if row[0].group == group]
    return max((arm for arm in arms if told(arm, "success")), key=lambda arm: _value(arm), default=None)


def _value(arm: Arm) -> float:
    measure = told(arm, "success")
    return measure.value if measure and measure.value is not None else -1.0


def figure(name: str, measure: Measure) -> str:
    """A value with its unit: `94.9 %`, `18.5 words`."""
    return f"{number(name, measure.value or 0.0)} {unit_of(name)}".strip()


def between(name: str, measure: Measure) -> str:
    """An interval in words, or nothing."""
    if measure.low is None or measure.high is None:
        return ""
    return f"{number(name, measure.low)} to {number(name, measure.high)}"


def summary(evaluation: Evaluation) -> str:
    """The result in plain sentences."""
    before, trained = first(evaluation, "before"), first(evaluation, "trained")
    was, now = told(before, "success"), told(trained, "success")
    if now is None:
        return _plain(evaluation)
    said = [f"The team succeeds in {_with_interval(now)} of {now.count} episodes that it was not trained on."]
    if was is not None:
        said = [
            f"Before, the team succeeded in {_with_interval(was)} of {was.count} episodes; "
            f"after training it succeeds in {_with_interval(now)} of {now.count}. {_verdict(was, now)}"
        ]
    if (control := first(evaluation, "control")) and (left := told(control, "success")):
        said.append(f"As a control, the same team {control.name} reaches {_with_interval(left)}.")
    if (baseline := strongest(evaluation, "baseline")) and (mark := told(baseline, "success")):
        clearly = _apart(mark, now) and (now.value or 0.0) > (mark.value or 0.0)
        standing = "which the team clearly surpasses" if clearly else "which the team does not clearly surpass"
        said.append(f"The strongest comparison, {baseline.name}, reaches {_with_interval(mark)}, {standing}.")
    cost, price = told(before, "words_per_success"), told(trained, "words_per_success")
    if price is not None:
        earlier = f" instead of {number('words_per_success', cost.value or 0.0)}" if cost is not None else ""
        said.append(f"A success costs {number('words_per_success', price.value or 0.0)} words{earlier}.")
    return " ".join(said)


def _plain(evaluation: Evaluation) -> str:
    """The result of an evaluation without training."""
    arms = [row[0] for row in together(evaluation.arms)[:4]]
    return " ".join(filter(None, (_succeeds(arm) or _is_paid(arm) for arm in arms)))


def _succeeds(arm: Arm) -> str:
    if (measure := told(arm, "success")) is None:
        return ""
    interval = between("success", measure)
    sure = f" (95 % interval {interval})" if interval else ""
    return f"{_begun(arm.name)}: success in {figure('success', measure)} of {measure.count} episodes{sure}."


def _is_paid(arm: Arm) -> str:
    """What every seat is paid; of a world without a task the mean over seats may say nothing (a zero-sum game)."""
    at = "mean_return"
    seats = {name.partition("/")[2]: told(arm, name) for name in arm.measures if name.startswith(f"{at}/")}
    paid = {seat: measure for seat, measure in seats.items() if measure is not None}
    if not paid:
        return ""
    said = [
        f"{seat} {number(at, measure.value or 0.0)} (95 % interval {between(at, measure) or 'none'})"
        for seat, measure in paid.items()
    ]
    return f"{_begun(arm.name)}: mean return {', '.join(said)}."


def _begun(name: str) -> str:
    return name[:1].upper() + name[1:]


def _with_interval(measure: Measure) -> str:
    interval = between("success", measure)
    return figure("success", measure) + (f" ({interval})" if interval else "")


def _apart(one: Measure, other: Measure) -> bool:
    """Whether two intervals have nothing in common, which is the careful way to call two values different."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def _verdict(was: Measure, now: Measure) -> str:
    if not _apart(was, now):
        return "The intervals overlap, so that this may be luck."
    better = (now.value or 0.0) > (was.value or 0.0)
    return "The intervals lie apart: this is more than luck." if better else "It has become worse."


def tiles(evaluation: Evaluation) -> list[Markup]:
    """The key figures."""
    before, trained = first(evaluation, "before"), first(evaluation, "trained")
    shown = [
        _change("Success", "success", before, trained),
        _change("Words per success", "words_per_success", before, trained),
        _single(first(evaluation, "control")),
        _single(strongest(evaluation, "baseline")),
    ]
    if trained is None:
        shown = [_single(row[0]) for row in together(evaluation.arms)[:4]]
    if evaluation.cross_play is not None and (pair := own_and_other(evaluation.cross_play)):
        own, other = pair
        value = [tag("b", f"{100 * own:.0f}"), tag("i", "vs"), tag("b", f"{100 * other:.0f}"), tag("span", "%")]
        shown.append(_tile("Own partner, strangers", value, "mean success when teams mix"))
    return [each for each in shown if each is not None]


def _change(title: str, name: str, before: Arm | None, after: Arm | None) -> Markup | None:
    now, was = told(after, name), told(before, name)
    if now is None:
        return None
    value: list[Markup | None] = [tag("b", number(name, now.value or 0.0))]
    if was is not None:
        value = [tag("s", number(name, was.value or 0.0)), tag("i", "to"), *value]
    unit = unit_of(name)
    value.append(tag("span", unit) if unit == "%" else None)
    interval = between(name, now)
    return _tile(title, value, f"{after.name if after else ''}{': ' + interval if interval else ''}")


def _single(arm: Arm | None) -> Markup | None:
    measure = told(arm, "success")
    if arm is None or measure is None:
        return None
    value = [tag("b", number("success", measure.value or 0.0)), tag("span", "%")]
    return _tile(_begun(arm.name), value, f"success: {between('success', measure)}")


def _tile(title: str, value: Sequence[Markup | None], note: str) -> Markup:
    return tag("div", tag("dt", title), tag("dd", *value), tag("dd", note, class_="note"), class_="tile")


def own_and_other(cross: CrossPlay) -> tuple[float, float] | None:
    """Mean success of teams with themselves, and with members of other teams; None where either is missing."""
    own, other = list[float](), list[float]()
    for name, measures in zip(cross.rows, cross.measures, strict=True):
        for partner, measure in zip(cross.columns, measures, strict=True):
            if measure.value is not None:
                (own if name == partner else other).append(measure.value)
    return (sum(own) / len(own), sum(other) / len(other)) if own and other else None


def cross_play_says(cross: CrossPlay) -> str:
    """What the matrix shows, in a sentence."""
    if (pair := own_and_other(cross)) is None:
        return ""
    own, other = pair
    gap = f"a gap of {100 * (own - other):.1f} points"
    said = (
        f"Teams succeed in {100 * own:.1f} % with their own partner and in {100 * other:.1f} % with strangers, {gap}."
    )
    return f"{said} {'Each team has found a language of its own.' if own - other > 0.2 else ''}".strip()


NOTES = (
    "Every number is followed by its 95 % interval: were the evaluation repeated on other seeds, about 19 of 20 such "
    "intervals would hold the true value. Rates have Wilson intervals, means Student's t with standard errors "
    "clustered by seed, ratios Fieller's, medians Woodruff's. A number without an interval rests on too little to give "
    "one, or was the same every time.",
    "Intervals that lie apart differ by more than luck. Intervals that overlap may still differ: systems that played "
    "the same seeds are compared more sharply in pairs, by coterie compare.",
    "An interval speaks of other episodes of these same teams. How much teams differ from each other is not part of "
    "it; that is seen in their dots and lines, one for each team.",
    "A result means something only beside what is reached without the skill in question: by the team before training, "
    "by the team with its words taken away, and by scripted or silent teams that had a fair chance at the same task.",
    "What could not be computed is said to be missing, with the reason. An episode that failed counts as no success.",
)
"""How to read the page."""
