"""Which kind of log a file is, and its episodes."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coterie.core import Episode, RecordError
from coterie.evaluation.foreign.inspect import inspect_episodes, inspect_zip
from coterie.evaluation.foreign.textarena import textarena_episode
from coterie.evaluation.foreign.verifiers import verifiers_episode
from coterie.rollout import read_episodes
from coterie.rollout.record import PLAIN, SUFFIX, Skip, go_on_without


def read_log(
    path: str | os.PathLike[str], solved_at: float | None = None, skip_damaged: Skip = False
) -> Iterator[Episode]:
    """Reads episodes from a record of ours, a run folder, or a log of Inspect, verifiers or TextArena.

    Args:
        path: the file or folder.
        solved_at: the total reward from which an episode of verifiers counts as a success; None: it does not say.
        skip_damaged: goes on without damaged lines; a function is also told of each.

    Raises:
        RecordError: the file is of none of these kinds, or damaged; the message names it, and the line.
        FileNotFoundError: there is no such file or folder.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"no record in {place}; expected a file or a folder")
    if place.is_dir() or place.name.endswith(SUFFIX):
        yield from read_episodes(place, skip_damaged)
    elif place.suffix == ".eval":
        yield from inspect_zip(place)
    elif place.suffix == ".json":
        yield from inspect_episodes(_json(place.read_bytes(), str(place)), str(place))
    elif place.name.endswith(PLAIN):
        yield from _lines(place, solved_at, skip_damaged)
    else:
        raise RecordError(f"{place}: expected a record ({PLAIN}, {SUFFIX}), an Inspect log (.eval, .json) or a folder")


def _lines(place: Path, solved_at: float | None, skip_damaged: Skip) -> Iterator[Episode]:
    """Tells by its first whole line whose file it is."""
    with open(place, "rb") as file:
        first = next(filter(None, map(_object, file)), {})
        if not {"traces", "logs"} & first.keys():
            yield from read_episodes(place, skip_damaged)
            return
        file.seek(0)
        tries = Counter[str]()
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            where = f"{place}, line {number}"
            try:
                told = _json(line, where)
                yield verifiers_episode(told, tries, solved_at) if "traces" in told else textarena_episode(**told)
            except RecordError as error:
                go_on_without(error, skip_damaged)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                go_on_without(RecordError(f"{where}: {type(error).__name__}: {error}"), skip_damaged)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise RecordError(f"{where}: {error}; expected JSON") from error
