"""The report page of a run: one file that needs nothing else, readable without a network, a script or colour."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from coterie import __version__
from coterie.core import decode_episode
from coterie.evaluation.export import export_run
from coterie.evaluation.probes.partners import Crossed
from coterie.evaluation.report.charts import interval_bars, learning_curve
from coterie.evaluation.report.heat_map import heat_map
from coterie.evaluation.report.inputs import Evaluation, Progress, RunConfig, RunRecord, read_run
from coterie.evaluation.report.markup import Markup, tag
from coterie.evaluation.report.numbers import numbers
from coterie.evaluation.report.probed import judged, probed, title_of
from coterie.evaluation.report.shell import document, downloads, section
from coterie.evaluation.report.talk_graph import talk_graph
from coterie.evaluation.report.transcripts import in_short, legend, transcript
from coterie.evaluation.report.words import NOTES, cross_play_says, summary, tiles, together


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
        _cross_play(evaluation, any(isinstance(each, Crossed) for each in run.findings), missing),
        _talk(evaluation),
        *(section(title_of(each), " ".join(each.notes), *probed(each)) for each in run.findings if not judged(each)),
        _transcripts(evaluation, missing),
        numbers(evaluation.arms, missing),
        *(section(title_of(each), " ".join(each.notes), *probed(each)) for each in run.findings if judged(each)),
        _settings(config, missing),
        HOW_TO_READ,
        downloads(run.folder, lambda kind: export_run(run, kind)),
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
    return document(title, tag("main", head, *sections, foot))


def _curves(progress: Sequence[Progress], evaluation: Evaluation, missing: list[str]) -> Markup | None:
    baselines = [row[0] for row in together(evaluation.arms) if row[0].group == "baseline"]
    modes = {"success_sampled": "Words drawn by chance, as trained", "success_greedy": "Always the likeliest words"}
    drawn = [
        tag("figure", tag("figcaption", caption), chart)
        for mode, caption in modes.items()
        if (chart := learning_curve(progress, mode, baselines)) is not None
    ]
    if not drawn:
        if progress or any(arm.group == "trained" for arm in evaluation.arms):
            missing.append("There is no learning curve: metrics.jsonl holds no success over time.")
        return None
    lead = "Success on maps kept for validation, while learning. Shaded: 95 % interval. Dashed: what must be beaten."
    return section("Learning", lead, tag("div", *drawn, class_="panels"))


def _comparison(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    chart = interval_bars(together(evaluation.arms), "success")
    if chart is None:
        missing.append("There is no comparison: evaluation.json holds no arm with a success rate.")
        return None
    lead = "Success of every team and condition. The thin line is the 95 % interval, open dots are single teams."
    return section("Comparison", lead, chart)


def _words(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    chart = interval_bars(together(evaluation.arms), "words_per_success")
    if chart is None:
        reasons = [
            arm.measures["words_per_success"].missing for arm in evaluation.arms if "words_per_success" in arm.measures
        ]
        missing.append(f"The price of a success in words is missing: {(reasons or ['it was not measured'])[0]}.")
        return None
    lead = "All words said, those of failed attempts included, over the number of successes. Fewer is better."
    return section("What a success costs in words", lead, chart)


def _cross_play(evaluation: Evaluation, probed: bool, missing: list[str]) -> Markup | None:
    cross = evaluation.cross_play
    if cross is None:
        if not probed:
            missing.append("Members of different teams were not played together.")
        return None
    lead = f"Success in per cent when members of different teams play together. {cross_play_says(cross)}"
    return section("Strangers", lead.strip(), tag("div", heat_map(cross), class_="scroll"))


def _talk(evaluation: Evaluation) -> Markup | None:
    chart = talk_graph(evaluation.talk)
    if chart is None:
        return None
    lead = "Words that arrived in an episode, on average: from each speaker to each listener, the wider the more."
    return section("Who talks to whom", lead, tag("div", chart, class_="half"))


def _transcripts(evaluation: Evaluation, missing: list[str]) -> Markup | None:
    if not evaluation.transcripts:
        missing.append("No episodes were kept to read.")
        return None
    episodes = [decode_episode(bytes(told.episode)) for told in evaluation.transcripts]
    links = [
        tag("li", tag("a", told.title, href=f"#episode-{at}"), f": {in_short(episode)}")
        for at, (told, episode) in enumerate(zip(evaluation.transcripts, episodes, strict=True), 1)
    ]
    told = tag(
        "div", *(transcript(each, at) for at, each in enumerate(evaluation.transcripts, 1)), class_="transcripts"
    )
    return section(
        "In their own words",
        "Episodes exactly as they were played.",
        tag("ul", *links, class_="episodes") if len(links) > 1 else None,
        legend({episode.environment for episode in episodes}),
        told,
    )


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
    return section("How it was made", "", tag("div", *lists, class_="made"))


def _setting(key: str, value: object) -> Markup:
    return tag("div", tag("dt", key.replace("_", " ")), tag("dd", _shown(value)))


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if value is None:
        return "none"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


HOW_TO_READ = section("How to read this", "", tag("ul", *(tag("li", note) for note in NOTES)))
