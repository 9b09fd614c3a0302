"""What the report page is made of: four files in a run folder, each of which may be missing.

    config.json       RunConfig: what was asked for, and the versions of what computed it
    metrics.jsonl     one Progress a line: how the learning went; lines without a success measure are not drawn
    evaluation.json   Evaluation: what the finished team is worth, next to what it must be compared with
    findings.json     what probes found (`coterie.evaluation.probes.write_findings`)

Whoever writes a run constructs these values and writes them with `msgspec.json.encode`; unknown fields are ignored.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from coterie.core import Episode, Json, Measure, RecordError, encode_episode
from coterie.evaluation.cross_play import CrossPlay
from coterie.evaluation.probes.store import AnyFinding, read_findings

Kind = TypeVar("Kind")


class RunConfig(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file `config.json`."""

    recipe: str = ""
    title: str = ""
    """The headline; empty: made from the recipe's name."""
    summary: str = ""
    """What was tried, in one or two plain sentences; the figures that follow it are written by the page."""
    settings: dict[str, Json] = {}
    versions: dict[str, str] = {}


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `metrics.jsonl`."""

    stage: str = ""
    """Such as `imitation`, `reinforcement`; stages are drawn one after another."""
    seed: int = 0
    """Which team."""
    iteration: int = 0
    seconds: float | None = None
    success_sampled: Measure | None = None
    """Drawing its words from what it believes, as it is trained."""
    success_greedy: Measure | None = None
    """Always saying what it believes most."""
    words_per_success: Measure | None = None


class Arm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One team under one condition."""

    name: str
    """Such as `trained, sampled`; arms of the same name and different seeds are one row with a dot for each seed."""
    group: str = ""
    """`before`, `trained`, `control` (the trained team with something taken away), `baseline` (what it must beat)."""
    seed: int | None = None
    """The team's seed; None: all teams together, or there is only one."""
    measures: dict[str, Measure] = {}
    """By the names in `coterie.metrics.METRICS`; the page draws `success` and `words_per_success`, and lists all."""
    summary: str = ""
    """What the arm is, in a sentence for the table."""


class Transcript(msgspec.Struct, frozen=True):
    """An episode to read."""

    title: str
    episode: msgspec.Raw
    """The line of its record."""
    replay: str = ""
    """The command that shows it again; empty: its world is not known by name."""

    @staticmethod
    def of(title: str, episode: Episode, replay: str = "") -> "Transcript":
        """Makes one from an episode."""
        return Transcript(title, msgspec.Raw(encode_episode(episode)), replay)


class Evaluation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file `evaluation.json`."""

    arms: list[Arm] = []
    """The first arm of a group is the one that the summary speaks of."""
    cross_play: CrossPlay | None = None
    transcripts: list[Transcript] = []
    talk: dict[str, dict[str, float]] = {}
    """Speaker to listener to the words that arrived there in an episode, on average."""


class RunRecord(msgspec.Struct, frozen=True):
    """All that was found in a run folder."""

    folder: str
    config: RunConfig | None
    progress: list[Progress]
    evaluation: Evaluation | None
    findings: list[AnyFinding] = []
    """What probes found."""


def read_run(folder: Path) -> RunRecord:
    """Reads what there is.

    Raises:
        FileNotFoundError: none of the three files is there.
        RecordError: one of them is damaged; the message names file and line.
    """
    names = ("config.json", "metrics.jsonl", "evaluation.json")
    if not any((folder / name).exists() for name in names):
        raise FileNotFoundError(f"no run in {folder}; expected at least one of {', '.join(names)}")
    config, evaluation = folder / names[0], folder / names[2]
    return RunRecord(
        folder.resolve().name,
        _decode(config.read_bytes(), RunConfig, config) if config.exists() else None,
        _progress(folder / names[1]),
        _decode(evaluation.read_bytes(), Evaluation, evaluation) if evaluation.exists() else None,
        read_findings(folder),
    )


def _progress(path: Path) -> list[Progress]:
    """Reads the lines; a last line without an end is still being written and is left out."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [_decode(line, Progress, f"{path}, line {at}") for at, line in enumerate(lines, 1) if line.strip()]


def _decode(text: bytes, kind: type[Kind], where: object) -> Kind:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise RecordError(
            f"{where}: {error}; expected a {kind.__name__} as coterie.evaluation.report describes"
        ) from error
