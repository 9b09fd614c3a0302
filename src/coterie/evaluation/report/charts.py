"""The charts of the page: drawn by hand as inline SVG and HTML, coloured by the page's style sheet.

Colours are those of Okabe and Ito, which people with colour-blindness can tell apart.
"""

import math
from collections.abc import Sequence

import msgspec

from coterie.core import Measure
from coterie.evaluation.format import number, spread, unit_of
from coterie.evaluation.report.axes import apart, axis, ticks
from coterie.evaluation.report.inputs import Arm, Progress
from coterie.evaluation.report.markup import Markup, tag

WIDTH, HEIGHT = 480, 280
LEFT, RIGHT, TOP, BOTTOM = 44, 62, 22, 36
"""Room around the plot for its axes and labels."""
CLOSE = 0.06
"""Baselines nearer to each other than this share one line and label."""


class Point(msgspec.Struct, frozen=True):
    """One measurement of a learning curve."""

    x: float
    measure: Measure


def learning_curve(progress: Sequence[Progress], mode: str, baselines: Sequence[Arm]) -> Markup | None:
    """Draws success over iterations, one line per seed with its interval as a band; None when there is none.

    Args:
        progress: lines of the run; stages follow each other on the x axis.
        mode: the field to draw, `success_sampled` or `success_greedy`.
        baselines: drawn as dashed lines.
    """
    starts = _stages([line for line in progress if _told(line, mode)])
    curves: dict[int, list[Point]] = {}
    for line in progress:
        if (measure := _told(line, mode)) is not None:
            curves.setdefault(line.seed, []).append(Point(starts[line.stage] + line.iteration, measure))
    if not curves:
        return None
    longest = max(point.x for curve in curves.values() for point in curve) or 1.0
    seeds = sorted(curves)
    ends = apart([_y(curves[seed][-1].measure.value or 0.0) for seed in seeds], HEIGHT - BOTTOM)
    parts = [_axes(longest), *_stage_marks(starts, longest), *_dashed(baselines)]
    for index, seed in enumerate(seeds):
        parts.append(_curve(sorted(curves[seed], key=lambda point: point.x), longest, index))
        label = f"team {seed}" if len(seeds) > 1 else ""
        parts.append(tag("text", label, x=WIDTH - RIGHT + 8, y=ends[index] + 4, class_=f"end series-{index % 6}"))
    name = "sampled" if mode == "success_sampled" else "greedy"
    described = f"Success, {name}, over {longest:.0f} iterations, {len(seeds)} teams"
    return tag("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", class_="plot", aria_label=described)


def _told(line: Progress, mode: str) -> Measure | None:
    measure: Measure | None = getattr(line, mode)
    return measure if measure is not None and measure.value is not None else None


def _stages(lines: Sequence[Progress]) -> dict[str, float]:
    """Where each stage begins on the x axis."""
    starts: dict[str, float] = {}
    end = 0.0
    for stage in dict.fromkeys(line.stage for line in lines):
        starts[stage] = end
        end += max(line.iteration for line in lines if line.stage == stage)
    return starts


def _x(x: float, longest: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * x / longest


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _axes(longest: float) -> Markup:
    parts: list[Markup] = []
    for percent in (0, 25, 50, 75, 100):
        y = _y(percent / 100)
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        parts.append(tag("text", f"{percent} %", x=LEFT - 8, y=y + 4, class_="tick right"))
    for tick in ticks(longest):
        parts.append(tag("text", f"{tick:g}", x=_x(tick, longest), y=HEIGHT - BOTTOM + 18, class_="tick middle"))
    parts.append(tag("text", "iteration", x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 3, class_="tick middle"))
    return tag("g", *parts)


def _stage_marks(starts: dict[str, float], longest: float) -> list[Markup]:
    if len(starts) < 2:
        return []
    marks = []
    for stage, start in starts.items():
        x = _x(start, longest)
        marks.append(tag("line", x1=x, x2=x, y1=TOP - 12, y2=HEIGHT - BOTTOM, class_="stage"))
        marks.append(tag("text", stage, x=x + 5, y=TOP - 8, class_="tick"))
    return marks


def _dashed(baselines: Sequence[Arm]) -> list[Markup]:
    """One line for all baselines of about the same height, so that their names do not cover the curves."""
    together = [arm for arm in baselines if arm.seed is None] or list(baselines)
    told = [(arm.measures["success"].value, arm.name) for arm in together if "success" in arm.measures]
    levels: list[tuple[float, list[str]]] = []
    for value, name in sorted((value, name) for value, name in told if value is not None):
        if levels and value - levels[-1][0] < CLOSE:
            levels[-1][1].append(name)
        else:
            levels.append((value, [name]))
    parts = []
    for (value, names), label in zip(
        levels, apart([_y(value) - 5 for value, _ in levels], HEIGHT - BOTTOM), strict=True
    ):
        text = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        parts.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=_y(value), y2=_y(value), class_="baseline"))
        parts.append(tag("text", text, x=WIDTH - RIGHT - 4, y=label, class_="tick right halo"))
    return parts


def _curve(points: Sequence[Point], longest: float, index: int) -> Markup:
    def at(x: float, share: float | None) -> str:
        return f"{_x(x, longest):.1f},{_y(share or 0.0):.1f}"

    banded = [point for point in points if point.measure.low is not None and point.measure.high is not None]
    low = [at(point.x, point.measure.low) for point in banded]
    high = [at(point.x, point.measure.high) for point in banded]
    line = [at(point.x, point.measure.value) for point in points]
    dots = [tag("circle", cx=dot.split(",")[0], cy=dot.split(",")[1], r=2.4) for dot in line]
    band = tag("polygon", points=" ".join(low + high[::-1]), class_="band") if len(banded) > 1 else None
    return tag("g", band, tag("polyline", points=" ".join(line)), *dots, class_=f"curve series-{index % 6}")


def interval_bars(rows: Sequence[Sequence[Arm]], name: str) -> Markup | None:
    """Draws one measure of many arms: a bar, its interval, and a dot for each team; None when no arm has it.

    Args:
        rows: arms that belong into one row: all teams together first where there is such an arm, then each team.
        name: the measure.
    """
    told = [row for row in rows if any(name in arm.measures for arm in row)]
    found = [arm.measures[name] for row in told for arm in row if name in arm.measures]
    ends = [end for each in found for end in (each.value, each.high) if end is not None]
    if not ends:
        return None
    scale = _Scale(max(ends), min((end for end in ends if end > 0), default=1.0), unit_of(name) == "%")
    lines: list[Markup] = []
    group = None
    for row in told:
        if row[0].group != group:
            group = row[0].group
            lines.append(tag("div", GROUPS.get(group, group), class_="group"))
        lines.append(_bar_row(row, name, scale))
    lines.append(_bar_axis(scale, unit_of(name)))
    return tag("div", *lines, class_="bars")


GROUPS = {
    "before": "Before",
    "trained": "Trained",
    "control": "Trained, with something taken away",
    "baseline": "What it must be compared with",
}
"""How the groups of arms are headed, in the order of the page."""


class _Scale:
    """From values to per cent of the track; logarithmic where the largest is far above the smallest."""

    def __init__(self, highest: float, lowest: float, share: bool) -> None:
        self.share = share
        self.log = not share and highest / lowest > 30
        self.low = 10.0 ** math.floor(math.log10(lowest)) if self.log else 0.0
        self.high = 1.0 if share else highest or 1.0

    def __call__(self, value: float) -> float:
        if self.log:
            place = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            place = value / self.high
        return 100 * min(1.0, max(0.0, place))

    def ticks(self) -> list[float]:
        if self.log:
            first, last = math.log10(self.low), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(round(first), last + 1)]
        return [0, 0.25, 0.5, 0.75, 1.0] if self.share else ticks(self.high, 5)


def _bar_row(row: Sequence[Arm], name: str, scale: _Scale) -> Markup:
    arm, teams = row[0], row[1:]
    measure = arm.measures.get(name, Measure(None, missing="not measured"))
    marks = [tag("i", class_="mark", style=f"left:{scale(tick):.2f}%") for tick in scale.ticks()]
    if measure.value is not None:
        if not scale.log:
            marks.append(tag("i", class_="bar", style=f"width:{scale(measure.value):.2f}%"))
        if measure.low is not None and measure.high is not None:
            left, right = scale(measure.low), scale(measure.high)
            marks.append(tag("i", class_="whisker", style=f"left:{left:.2f}%;width:{right - left:.2f}%"))
        marks.append(tag("i", class_="value", style=f"left:{scale(measure.value):.2f}%"))
    for team in teams:
        if (each := team.measures.get(name)) is not None and each.value is not None:
            marks.append(tag("i", class_="team", style=f"left:{scale(each.value):.2f}%"))
    label = arm.name if arm.seed is None or teams else f"{arm.name}, team {arm.seed}"
    group = arm.group if arm.group in GROUPS else "other"
    if measure.value is None:
        return tag("div", tag("span", label, class_="label"), tag("span", measure.missing, class_="none"), class_="row")
    told = [tag("b", number(name, measure.value)), " ", tag("span", spread(name, measure), class_="spread")]
    return tag(
        "div",
        tag("span", label, class_="label"),
        tag("span", *marks, class_=f"track g-{group}"),
        tag("span", *told, class_="told"),
        class_="row",
    )


def _bar_axis(scale: _Scale, unit: str) -> Markup:
    shown = [f"{100 * tick:.0f}" if scale.share else f"{tick:g}" for tick in scale.ticks()]
    labels = [tag("i", text, style=f"left:{scale(tick):.2f}%") for text, tick in zip(shown, scale.ticks(), strict=True)]
    return axis(labels, f"{unit}, logarithmic" if scale.log else unit)
