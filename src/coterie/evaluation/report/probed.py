"""What probes found, as sections of the page: bars with intervals, verdicts, and what each probe alone can draw."""

from collections.abc import Mapping, Sequence

from coterie.core import Measure
from coterie.evaluation.judges import PROBE
from coterie.evaluation.probes.contagion import Spread
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.probes.listening import Influence, Listening
from coterie.evaluation.probes.partners import Crossed
from coterie.evaluation.report.axes import apart, axis, ticks
from coterie.evaluation.report.heat_map import heat_map
from coterie.evaluation.report.markup import Content, Markup, tag

TITLES = {
    "talk": "What talk is worth",
    "listening": "Who listens",
    "efficiency": "Faster than one alone",
    "coordination_deficit": "What coordination costs",
    "lazy_agents": "Who is needed",
    "policy_swap": "Roles exchanged",
    "shapley": "Who brings how much",
    "cross_play": "With strangers",
    "focal_score": "Among a background",
    "adaptation": "Getting used to each other",
    "identity_bias": "Does it matter who somebody is",
    "stereotypes": "Are gaps filled with stereotypes",
    "leakage": "Do secrets stay",
    "deception": "Does anybody lie",
    "consensus_pollution": "Does a falsehood spread",
    "cross_task_leakage": "Do tasks stay apart",
    "personalisation": "Does it help to know whom one speaks to",
    "collusion": "Do they collude",
    "contagion": "Does speech infect",
    "tracer_durability": "How far a word travels",
    "instruction_decay": "Do instructions last",
    "refusals": "What is refused",
}
MOST = 24
"""Messages shown of the transcript whose influence is drawn."""


def title_of(finding: Finding) -> str:
    """The title of a finding's section; judges are named as such, with what they were asked."""
    if judged(finding):
        return f"Judged, not measured: {finding.asked.partition(':')[2] or 'a rubric'}"
    return TITLES.get(finding.probe, finding.probe)


def judged(finding: Finding) -> bool:
    """Whether it is an opinion, which reports keep apart."""
    return finding.probe == PROBE


def probed(finding: Finding) -> list[Content]:
    """The contents of one finding's section: verdicts, bars, and its own drawing."""
    return [
        _verdicts(finding),
        *_bars(finding),
        _scrolled(heat_map(finding.cross_play)) if isinstance(finding, Crossed) else None,
        _timeline(finding.influences) if isinstance(finding, Listening) else None,
        _curves(finding) if isinstance(finding, Spread) else None,
    ]


def _scrolled(content: Markup) -> Markup:
    return tag("div", content, class_="scroll")


def _verdicts(finding: Finding) -> Markup | None:
    if not finding.verdicts:
        return None
    said = [
        tag("li", tag("b", "yes" if holds else "no"), f" {name}", class_="yes" if holds else "no")
        for name, holds in finding.verdicts.items()
    ]
    return tag("ul", *said, class_="verdicts")


def _bars(finding: Finding) -> list[Markup]:
    """One block of bars for each unit, each with a scale of its own."""
    units = dict.fromkeys(finding.units.get(name, "") for name in finding.measures)
    return [
        bars(
            {name: each for name, each in finding.measures.items() if finding.units.get(name, "") == unit},
            unit,
            finding.p_values,
        )
        for unit in units
    ]


def bars(measures: Mapping[str, Measure], unit: str, p_values: Mapping[str, float]) -> Markup:
    """Bars from 0 with their intervals, on both sides of it where there are values below.

    Args:
        measures: by what they are called.
        unit: of all of them; shares are drawn in per cent, their differences in `points`.
        p_values: corrected p-values, for those that have one.
    """
    ends = [end for each in measures.values() for end in (each.low, each.value, each.high) if end is not None]
    percent = unit in ("share", "points")
    low, high = min([0.0, *ends]), max([1.0 if percent else 0.0, *ends])
    high = high if high > low else low + 1.0
    rows = [_row(name, each, low, high, percent, p_values.get(name)) for name, each in measures.items()]
    if not ends:
        return tag("div", *rows, class_="bars")
    marks = [(tick, 100 * (tick - low) / (high - low)) for tick in _ticks(low, high)]
    labels = [tag("i", f"{100 * tick:.0f}" if percent else f"{tick:g}", style=f"left:{at:.2f}%") for tick, at in marks]
    return tag("div", *rows, axis(labels, "%" if unit == "share" else unit), class_="bars")


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers on both sides of 0."""
    step = [*ticks(high - low, 5), high - low][1]
    return [
        step * place
        for place in range(round(low / step - 0.499), round(high / step + 0.499) + 1)
        if low <= step * place <= high
    ]


def _row(name: str, measure: Measure, low: float, high: float, percent: bool, p: float | None) -> Markup:
    label = tag("span", name, class_="label")
    if measure.value is None:
        return tag("div", label, tag("span", measure.missing, class_="none"), class_="row")

    def at(value: float) -> float:
        return 100 * (value - low) / (high - low)

    left, right = sorted((at(0.0), at(measure.value)))
    marks = [tag("i", class_="mark zero", style=f"left:{at(0.0):.2f}%")]
    marks.append(tag("i", class_="bar", style=f"left:{left:.2f}%;width:{right - left:.2f}%"))
    if measure.low is not None and measure.high is not None:
        width = at(measure.high) - at(measure.low)
        marks.append(tag("i", class_="whisker", style=f"left:{at(measure.low):.2f}%;width:{width:.2f}%"))
    marks.append(tag("i", class_="value", style=f"left:{at(measure.value):.2f}%"))
    told: list[Content] = [tag("b", _number(measure.value, percent)), " "]
    if measure.low is not None and measure.high is not None:
        interval = f"[{_number(measure.low, percent)}, {_number(measure.high, percent)}]"
        told.append(tag("span", interval, class_="spread"))
    noted = f"{measure.count} counted" + ("" if p is None else f", p = {p:.3f} (Holm)")
    return tag(
        "div",
        label,
        tag("span", *marks, class_="track g-other"),
        tag("span", *told, class_="told"),
        class_="row",
        title=noted,
    )


def _number(value: float, percent: bool) -> str:
    if percent:
        return f"{100 * value:.1f}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _timeline(influences: Sequence[Influence]) -> Markup | None:
    """One episode, message by message: what each did to the next choice of who heard it."""
    episodes: dict[tuple[int, int], list[Influence]] = {}
    for each in influences:
        episodes.setdefault((each.seed, each.repeat), []).append(each)
    if not episodes:
        return None
    place, shown = max(episodes.items(), key=lambda item: (min(len(item[1]), MOST), -item[0][0]))
    rows = []
    for each in sorted(shown, key=lambda influence: influence.turn)[:MOST]:
        bar = tag("i", class_="bar", style=f"left:0%;width:{100 * each.another:.1f}%")
        without = tag("i", class_="value", style=f"left:{100 * each.nothing:.1f}%")
        floor = tag("i", class_="team", style=f"left:{100 * each.paraphrase:.1f}%")
        who = tag("small", f"{each.speaker} to {each.listener}, turn {each.turn + 1}")
        rows.append(
            tag(
                "div",
                tag("span", who, tag("q", each.text), class_="label said"),
                tag("span", bar, without, floor, class_="track g-trained"),
                tag("span", tag("b", f"{each.another:.2f}"), " bits", class_="told"),
                class_="row",
            )
        )
    caption = (
        f"What each message of seed {place[0]} did to the next choice of its listener, 0 to 1 bit. Bar: had it been "
        "another episode's; full dot: had it not arrived; open dot: said in other words."
    )
    return tag("figure", tag("figcaption", caption), tag("div", *rows, class_="bars"), class_="timeline")


def _curves(spread: Spread) -> Markup | None:
    """The infected share over rounds of talk, one line an arm."""
    longest = max((len(curve) for curve in spread.curves.values()), default=0)
    if not longest:
        return None
    width, height, left, bottom, top, right = 480, 240, 44, 34, 14, 90

    def at(t: int, value: float) -> tuple[float, float]:
        return left + (width - left - right) * t / longest, top + (height - top - bottom) * (1 - value)

    parts = []
    for percent in (0, 50, 100):
        y = at(0, percent / 100)[1]
        parts.append(tag("line", x1=left, x2=width - right, y1=y, y2=y, class_="grid"))
        parts.append(tag("text", f"{percent} %", x=left - 8, y=y + 4, class_="tick right"))
    step = -(-longest // 8)
    for t in range(0, longest + 1, step):
        parts.append(tag("text", str(t), x=at(t, 0)[0], y=height - bottom + 18, class_="tick middle"))
    last = [curve[-1].value or 0.0 if curve else 0.0 for curve in spread.curves.values()]
    ends = apart([at(longest, value)[1] for value in last], height - bottom)
    parts.append(tag("text", "round of talk", x=(left + width - right) / 2, y=height - 1, class_="tick middle"))
    for index, (name, curve) in enumerate(spread.curves.items()):
        points = [at(0, 0.0)] + [at(t, each.value or 0.0) for t, each in enumerate(curve, 1)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = [tag("circle", cx=x, cy=y, r=2.4) for x, y in points]
        parts.append(tag("g", tag("polyline", points=line), *dots, class_=f"curve series-{(1, 2)[index % 2]}"))
        label = tag("text", name, x=points[-1][0] + 8, y=ends[index] + 4, class_=f"end series-{(1, 2)[index % 2]}")
        parts.append(label)
    described = f"Infected share of the other seats over {longest} rounds of talk"
    chart = tag("svg", *parts, viewBox=f"0 0 {width} {height}", role="img", class_="plot", aria_label=described)
    return tag("figure", tag("figcaption", "Infected share of the other seats"), tag("div", chart, class_="half"))
