"""A run is a folder: what was asked for, what happened, and everything needed to go on."""

import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from coterie.core import ConfigError, Json, Learner

PACKAGES = ("coterie", "numpy", "msgspec", "torch", "transformers", "tokenizers", "peft")


class Run:
    """A run folder: `config.json`, `metrics.jsonl`, `checkpoints/`, `episodes/`.

    Opening a folder that holds a run with the same configuration continues it; another configuration is refused.
    """

    def __init__(
        self, folder: str | os.PathLike[str], config: Mapping[str, Json], title: str = "", summary: str = ""
    ) -> None:
        """Creates the folder, or opens it to go on.

        Args:
            folder: where everything is kept.
            config: what was asked for; a run is continued only with the same.
            title: the headline of its report.
            summary: what is tried, in a sentence or two, for the report.

        Raises:
            ConfigError: the folder holds a run that was asked for something else.
        """
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.metrics = self.folder / "metrics.jsonl"
        # What was asked for, as JSON has it: tuples become lists, so that a reopened run compares equal.
        asked = msgspec.json.decode(msgspec.json.encode(dict(config)))
        path = self.folder / "config.json"
        if path.exists():
            known = json.loads(path.read_text(encoding="utf-8"))
            if known.get("settings") != asked:
                differing = sorted(
                    name
                    for name in {*asked, *known.get("settings", {})}
                    if asked.get(name) != known.get("settings", {}).get(name)
                )
                raise ConfigError(
                    f"{self.folder} holds a run with other settings ({', '.join(differing)}); "
                    "choose another folder, or the same settings to continue it"
                )
        else:
            whole = {"recipe": asked.get("recipe", ""), "title": title, "summary": summary}
            whole |= {"settings": asked, "versions": versions()}
            write_atomically(path, json.dumps(whole, indent=2, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> "Run":
        """Opens a run to look at it.

        Raises:
            ConfigError: there is no run.
        """
        path = Path(folder) / "config.json"
        if not path.exists():
            raise ConfigError(f"no run in {folder}; expected config.json there")
        return cls(folder, json.loads(path.read_text(encoding="utf-8"))["settings"])

    def log(self, line: Mapping[str, Json]) -> None:
        """Adds a line to metrics.jsonl."""
        with open(self.metrics, "ab") as file:
            file.write(msgspec.json.encode(dict(line)) + b"\n")

    def lines(self, stage: str | None = None) -> list[dict[str, Json]]:
        """Reads the lines of metrics.jsonl, all or those of one stage."""
        if not self.metrics.exists():
            return []
        found = [json.loads(line) for line in self.metrics.read_text(encoding="utf-8").splitlines()]
        return [line for line in found if stage in (None, line.get("stage"))]

    def forget(self, stage: str, after: int) -> None:
        """Drops what was logged for a stage after an iteration: it is about to happen again."""
        kept = [line for line in self.lines() if line.get("stage") != stage or line.get("iteration", 0) <= after]
        write_atomically(self.metrics, "".join(json.dumps(line) + "\n" for line in kept))

    def save(self, stage: str, iteration: int, learners: Sequence[Learner], state: Mapping[str, Json]) -> None:
        """Writes a checkpoint so that it is either whole or not there, and keeps the last two."""
        place = self.folder / "checkpoints" / stage
        unfinished = place / f".{iteration:06d}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for index, learner in enumerate(learners):
            learner.save(str(unfinished / str(index)))
        (unfinished / "state.json").write_text(json.dumps({**state, "iteration": iteration}) + "\n")
        target = place / f"{iteration:06d}"
        shutil.rmtree(target, ignore_errors=True)
        os.replace(unfinished, target)
        for old in self.checkpoints(stage)[:-2]:
            shutil.rmtree(old)

    def checkpoints(self, stage: str) -> list[Path]:
        """The checkpoints of a stage, oldest first."""
        place = self.folder / "checkpoints" / stage
        return sorted(each for each in place.glob("[0-9]*") if (each / "state.json").exists())

    def load(self, stage: str, learners: Sequence[Learner]) -> dict[str, Json] | None:
        """Puts learners back to the newest checkpoint of a stage and returns its state; None when there is none."""
        saved = self.checkpoints(stage)
        if not saved:
            return None
        for index, learner in enumerate(learners):
            learner.load(str(saved[-1] / str(index)))
        state: dict[str, Json] = json.loads((saved[-1] / "state.json").read_text())
        return state


def versions() -> dict[str, str]:
    """The versions of what computes the numbers."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write_atomically(path: Path, text: str) -> None:
    """Writes a file so that a reader sees the old or the new content, never half of it."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
