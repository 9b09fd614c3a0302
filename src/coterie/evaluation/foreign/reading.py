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
from coterie.rollout.record import PLAIN, SUFFIX


def read_log(path: str | os.PathLike[str], solved_at: float | None = None) -> Iterator[Episode]:
    """Reads episodes from a record of ours, a run folder, or a log of Inspect, verifiers or TextArena.

    Args:
        path: the file or folder.
        solved_at: the total reward from which an episode of verifiers counts as a success; None: it does not say.

    Raises:
        RecordError: the file is of none of these kinds, or damaged; the message names it, and the line.
    """
    place = Path(path)
    if place.is_dir() or place.name.endswith(SUFFIX):
        yield from read_episodes(place)
    elif place.suffix == ".eval":
        yield from inspect_zip(place)
    elif place.suffix == ".json":
        yield from inspect_episodes(_json(place.read_bytes(), str(place)), str(place))
    elif place.name.endswith(PLAIN):
        yield from _lines(place, solved_at)
    else:
        raise RecordError(f"{place}: expected a record ({PLAIN}, {SUFFIX}), an Inspect log (.eval, .json) or a folder")


def _lines(place: Path, solved_at: float | None) -> Iterator[Episode]:
    """Tells by the first line whose file it is."""
    with open(place, "rb") as file:
        first = _json(file.readline() or b"null", f"{place}, line 1")
        if not isinstance(first, dict) or not {"traces", "logs"} & first.keys():
            yield from read_episodes(place)
            return
        file.seek(0)
        tries = Counter[str]()
        for number, line in enumerate(file, 1):
            if line.strip():
                where = f"{place}, line {number}"
                told = _json(line, where)
                try:
                    yield verifiers_episode(told, tries, solved_at) if "traces" in told else textarena_episode(**told)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise RecordError(f"{where}: {type(error).__name__}: {error}") from error


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise RecordError(f"{where}: {error}; expected JSON") from error
