"""The report page of a run: one file that needs nothing else, readable without a network, a script or colour."""

import base64
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec

from coterie import __version__
from coterie.core import Measure, decode_episode
from coterie.evaluation.export import export_run
from coterie.evaluation.format import number, spread, unit_of
from coterie.evaluation.report.charts import heat_map, interval_bars, learning_curve
from coterie.evaluation.report.inputs import Arm, Evaluation, Progress, RunConfig, RunRecord, read_run
from coterie.evaluation.report.markup import Content, Markup, tag
from coterie.evaluation.report.probed import TITLES, probed
from coterie.evaluation.report.talk_graph import talk_graph
from coterie.evaluation.report.transcripts import legend, transcript
from coterie.evaluation.report.words import NOTES, cross_play_says, summary, tiles, together
from coterie.metrics import METRICS

WIDE = 4
"""So many measures stand side by side in the table of numbers; more of them stand one below the other."""


def write_report(folder: str | Path) -> Path:
    """Writes `report.html` into a run folder from what it finds there, and returns the path.

    Raises:
        FileNotFoundError: there is no run in the folder.
        RecordError: a file of the run is damaged.
    """
    target = Path(folder) / "report.html"
    page = render(read_run(Path(folder)))
    target.write_text(page, encoding="utf-8", errors="replace")
    return target


def render(run: RunRecord) -> str:
    """Writes the page of a run as HTML."""
    config, evaluation = run.config or RunConfig(), run.evaluation or Evaluation()
    title = config.title or (config.recipe or run.folder).replace("_", " ").capitalize()
    missing: list[str] = []
    sections = [
        _curves(run.progress, evaluation, missing),
        _comparison(evaluation, missing),
        _words(evaluation, missing),
        _cross_play(evaluation, missing),
        _talk(evaluation),
        *(_section(TITLES.get(each.probe, each.probe), " ".join(each.notes), *probed(each)) for each in run.findings),
        _transcripts(evaluation, missing),
        _numbers(evaluation.arms, missing),
        _settings(config, missing),
        HOW_TO_READ,
        _downloads(run),
        tag("p", " ".join(missing), class_="missing") if missing else None,
    ]
    figures = tiles(evaluation)
    head = tag(
        "header",
        tag("p", "Coterie run report", class_="eyebrow"),
        tag("h1", title),
        tag("p", " ".join(filter(None, (config.summary, summary(evaluation)))), class_="lede"),
        tag("dl", *figures, class_="tiles") if len(figures) > 1 else None,
    )
    foot = tag("footer", f"Coterie {config.versions.get('coterie', __version__)} · run folder {run.folder}")
    body = tag("body", tag("main", head, *sections, foot))
    style = Markup(files(__package__).joinpath("page.css").read_text(encoding="utf-8"))
    meta = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # Even a fault in the escaping could neither run a script nor call out.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
    ]
    return "<!doctype html>\n" + tag(
        "html", tag("head", *meta, tag("title", title), tag("style", style)), body, lang="en"
    )


def _section(title: str, lead: str, *content: Content) -> Markup:
    return tag("section", tag("h2", title), tag("p", lead, class_="lead") if lead else None, *content)


def _curves(progress: Sequence[Progress], evaluation: Evaluation, missing: list[str]) -> Markup | None:
    baselines = [row[0] for row in together(evaluation.arms) if row[0].group == "baseline"]
    modes = {"success_sampled": "Words drawn by chance, as trained", "success_greedy": "Always the likeliest words"}
    drawn = [
        tag("figure", tag("figcaption", caption), chart)
        for mode, caption in modes.items()
        if (chart := learning_curve(progress, mode, baselines)) is not None
    ]
    if not drawn:
        missing.append("There is no learning curve: metrics.jsonl holds no success over time.")
        return None
    lead = "Success on maps kept for validation, while learning. Shaded: 95 % interval. Dashed: what must be beaten."
    return _section("Learning", lead, tag("div", *drawn, class_="panels"))


def _comparison(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    chart = interval_bars(together(evaluation.arms), "success")
    if chart is None:
        missing.append("There is no comparison: evaluation.json holds no arm with a success rate.")
        return None
    lead = "Success of every team and condition. The thin line is the 95 % interval, open dots are single teams."
    return _section("Comparison", lead, chart)


def _words(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    chart = interval_bars(together(evaluation.arms), "words_per_success")
    if chart is None:
        missing.append("The price of a success in words was not measured.")
        return None
    lead = "All words said, those of failed attempts included, over the number of successes. Fewer is better."
    return _section("What a success costs in words", lead, chart)


def _cross_play(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    cross = evaluation.cross_play
    if cross is None:
        missing.append("Members of different teams were not played together.")
        return None
    lead = f"Success in per cent when members of different teams play together. {cross_play_says(cross)}"
    return _section("Strangers", lead.strip(), tag("div", heat_map(cross), class_="scroll"))


def _talk(evaluation: Evaluation) -> Markup | None:
    chart = talk_graph(evaluation.talk)
    if chart is None:
        return None
    lead = "Words that arrived in an episode, on average: from each speaker to each listener, the wider the more."
    return _section("Who talks to whom", lead, tag("div", chart, class_="half"))


def _transcripts(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    if not evaluation.transcripts:
        missing.append("No episodes were kept to read.")
        return None
    worlds = {decode_episode(bytes(told.episode)).environment for told in evaluation.transcripts}
    told = tag("div", *map(transcript, evaluation.transcripts), class_="transcripts")
    return _section("In their own words", "Episodes exactly as they were played.", legend(worlds), told)


def _numbers(arms: Sequence[Arm], missing: list[str]) -> Markup | None:
    names = list(dict.fromkeys(name for arm in arms for name in arm.measures))
    if not names:
        missing.append("There are no numbers to list.")
        return None
    rows = [arm for row in together(arms) for arm in row]
    table = _wide(rows, names) if len(names) <= WIDE else _long(rows, names)
    return _section("All numbers", "Value, 95 % interval, and the episodes that they rest on.", table)


def _wide(arms: Sequence[Arm], names: Sequence[str]) -> Markup:
    """One row per arm, measures side by side."""
    counts = [max((measure.count for measure in arm.measures.values()), default=0) for arm in arms]
    head = ["team", *(_headed(name) for name in names), "episodes"]
    body = [
        tag(
            "tr",
            _row_head(arm, arms),
            *(tag("td", *_value(name, arm.measures.get(name))) for name in names),
            tag("td", f"{count}"),
        )
        for arm, count in zip(arms, counts, strict=True)
    ]
    return _table(head, body)


def _long(arms: Sequence[Arm], names: Sequence[str]) -> Markup:
    """One row per measure, arms one below the other."""
    body = []
    for arm in arms:
        if len(arms) > 1:
            body.append(tag("tr", tag("th", _called(arm), _noted(arm), scope="rowgroup", colspan=3), class_="arm"))
        for name in (name for name in names if name in arm.measures):
            measure = arm.measures[name]
            meaning = METRICS[name].summary if name in METRICS else ""
            cells = [
                tag("td", *_value(name, measure)),
                tag("td", f"{measure.count}" if measure.value is not None else ""),
            ]
            body.append(tag("tr", tag("th", _headed(name), tag("small", meaning), scope="row"), *cells))
    return _table(["measure", "value", "episodes"], body)


def _table(head: Sequence[Content], body: Sequence[Markup]) -> Markup:
    top = tag("thead", tag("tr", *(tag("th", each, scope="col") for each in head)))
    return tag("div", tag("table", top, tag("tbody", *body), class_="numbers"), class_="scroll")


def _headed(name: str) -> Content:
    unit = unit_of(name)
    return [name.replace("_", " "), tag("small", f" {unit}", class_="unit") if unit and unit not in name else None]


def _row_head(arm: Arm, arms: Sequence[Arm]) -> Markup:
    """Names a row; a single team stands indented under all teams together, where there is such a row."""
    if arm.seed is not None and any((arm.name, arm.group, None) == (each.name, each.group, each.seed) for each in arms):
        return tag("th", f"team {arm.seed}", scope="row", class_="one")
    return tag("th", _called(arm), _noted(arm), scope="row")


def _called(arm: Arm) -> str:
    return arm.name if arm.seed is None else f"{arm.name}, team {arm.seed}"


def _noted(arm: Arm) -> Content:
    return tag("small", arm.summary) if arm.summary and arm.seed is None else None


def _value(name: str, measure: Measure | None) -> list[Content]:
    if measure is None:
        return []
    if measure.value is None:
        return [tag("small", measure.missing or "missing", class_="reason")]
    return [tag("b", number(name, measure.value)), " ", tag("small", spread(name, measure))]


def _settings(config: RunConfig, missing: list[str]) -> Markup | None:
    if not config.settings and not config.versions:
        missing.append("config.json holds no settings, so the run cannot be repeated from this page.")
        return None
    lists = [
        tag(
            "div", tag("h3", title), tag("dl", *(_setting(key, value) for key, value in values.items()), class_="pairs")
        )
        for title, values in (("Settings", config.settings), ("Versions", config.versions))
        if values
    ]
    return _section("How it was made", "", tag("div", *lists, class_="made"))


def _setting(key: str, value: object) -> Markup:
    return tag("div", tag("dt", key.replace("_", " ")), tag("dd", _shown(value)))


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if value is None:
        return "none"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _downloads(run: RunRecord) -> Markup | None:
    """All numbers as files, inside the page."""
    kinds = {"csv": "text/csv", "latex": "text/x-tex", "md": "text/markdown", "json": "application/json"}
    endings = {"latex": "tex"}
    links = []
    for kind, media in kinds.items():
        if not (content := export_run(run, kind).encode()):
            return None
        name = f"{run.folder}.{endings.get(kind, kind)}"
        link = f"data:{media};charset=utf-8;base64,{base64.b64encode(content).decode()}"
        links.append(tag("a", name, href=link, download=name))
    return _section(
        "Take the numbers with you", "Every number of this page, unrounded.", tag("p", *links, class_="files")
    )


HOW_TO_READ = _section("How to read this", "", tag("ul", *(tag("li", note) for note in NOTES)))
