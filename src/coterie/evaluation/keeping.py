"""An evaluation in a folder: what was asked for, the record, the report, and what the page of it is made of."""

import shlex
from pathlib import Path
from typing import NamedTuple

import msgspec

from coterie import __version__
from coterie.core import ConfigError, Episode, Json
from coterie.environments import world_class
from coterie.evaluation.report.inputs import Arm, Evaluation, RunConfig, Transcript
from coterie.evaluation.result import Report
from coterie.rollout import read_episodes


class Request(msgspec.Struct, frozen=True):
    """What was asked for; a folder is gone on with only when it is the same."""

    world: str
    options: dict[str, Json]
    seats: dict[str, str]
    labels: dict[str, str]
    seeds: tuple[int, ...]
    repeats: int
    coterie: str = __version__


def finished(folder: Path, request: Request) -> Report | None:
    """The report of an evaluation that is complete in a folder; None: it is not, or was another one."""
    report, asked = folder / "report.json", folder / "request.json"
    if not report.exists() or not asked.exists():
        return None
    same = msgspec.json.decode(asked.read_bytes(), type=Request) == _as_kept(request)
    return Report.from_json(report.read_bytes()) if same else None


def _as_kept(request: Request) -> Request:
    """As it is read back: what is a tuple in options is a list then."""
    return msgspec.json.decode(msgspec.json.encode(request), type=Request)


def begin(folder: Path, request: Request) -> None:
    """Opens a folder for an evaluation, or goes on with one that was interrupted.

    Raises:
        ConfigError: an evaluation is complete there, or another one was begun.
    """
    path = folder / "request.json"
    if (folder / "report.json").exists():
        raise ConfigError(f"{folder} exists and holds a report; give another name, nothing is overwritten")
    if path.exists():
        earlier = msgspec.json.decode(path.read_bytes(), type=Request)
        fields = [
            name for name in Request.__struct_fields__ if getattr(earlier, name) != getattr(_as_kept(request), name)
        ]
        if fields:
            raise ConfigError(f"{folder} holds an evaluation with other {', '.join(fields)}; give another name")
        return
    if (folder / "episodes").exists():
        raise ConfigError(f"{folder} exists and holds episodes of something else; give another name")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(request))


def finish(folder: Path, report: Report, world: str = "") -> None:
    """Writes the report, and what `coterie report` makes a page of: numbers, settings, the worst and best episodes.

    Args:
        folder: where.
        report: of an evaluation that kept its record.
        world: what it was made by, `module:Class` where that is not the name that records know.
    """
    config = RunConfig(
        title=report.title,
        settings={
            "world": report.scenario.environment,
            **report.scenario.options,
            "seeds": f"{report.scenario.seeds[0]} to {report.scenario.seeds[-1]}, {len(report.scenario.seeds)} in all",
            "repeats": report.repeats,
        },
        versions={"coterie": report.coterie},
    )
    worst_and_best = _extremes(report.record, world)
    told = Evaluation(
        [Arm("the team", measures=report.measures)], transcripts=worst_and_best, talk=_talk(report.record)
    )
    (folder / "config.json").write_bytes(msgspec.json.encode(config))
    (folder / "evaluation.json").write_bytes(msgspec.json.encode(told))
    (folder / "report.json").write_bytes(report.to_json())


def _talk(record: str) -> dict[str, dict[str, float]]:
    """Speaker to listener to the words that arrived in an episode, on average."""
    words: dict[str, dict[str, float]] = {}
    count = 0
    for episode in read_episodes(record):
        count += 1
        for turn in episode.turns:
            for message in turn.observation.heard:
                heard = words.setdefault(message.speaker, {})
                heard[turn.agent] = heard.get(turn.agent, 0.0) + message.words
    return {speaker: {listener: total / count for listener, total in heard.items()} for speaker, heard in words.items()}


def _extremes(record: str, world: str) -> list[Transcript]:
    """The episodes with the highest and with the lowest returns; of equal ones those that come first."""
    best, worst = list[_Ranked](), list[_Ranked]()
    for place, episode in enumerate(read_episodes(record)):
        if episode.turns:
            found = _Ranked(_return(episode), place, episode)
            best = sorted([*best, found], key=lambda each: (-each.returned[0], -each.returned[1], each.place))[:SHOWN]
            worst = sorted([*worst, found], key=lambda each: (each.returned, each.place))[: 2 * SHOWN]
    seen = {each.place for each in best}
    worst = [each for each in worst if each.place not in seen and each.returned < best[0].returned][:SHOWN]
    alike = len(best) > 1 and not worst and best[0].returned == best[-1].returned
    told = [*zip(ALIKE if alike else BEST, best, strict=False), *zip(WORST, worst, strict=False)]
    return [Transcript.of(title, each.episode, _replay(record, world, each)) for title, each in told]


BEST, WORST = ("The best episode", "The second best episode"), ("The worst episode", "The second worst episode")
ALIKE = ("One episode", "Another episode")
"""Where none ended better than another."""
SHOWN = len(BEST)


class _Ranked(NamedTuple):
    returned: tuple[float, float]
    place: int
    """In the record, from 0."""
    episode: Episode


def _return(episode: Episode) -> tuple[float, float]:
    """By what an episode is better than another: success, then the sum of returns."""
    return float(bool(episode.outcome.get("success")) and not episode.failure), sum(episode.totals.values())


def _replay(record: str, world: str, found: _Ranked) -> str:
    """The command that shows an episode again; empty: its world is not known by this name."""
    try:
        world_class(world or found.episode.environment)
    except ConfigError:
        return ""
    where = f" --world {shlex.quote(world)}" if ":" in world else ""
    return f"coterie replay {shlex.quote(record)} --index {found.place}{where}"
