"""Judges as they are asked for on the command line: who, by which rubric, beside which labels of people."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.core import Episode, Mind
    from coterie.evaluation.judges import Rubric
    from coterie.evaluation.probes import Finding


def judge(
    episodes: "Sequence[Episode]", who: Sequence[str], rubric: str | None, labels: Path | None, run: Path
) -> "Finding":
    """Lets those named judge the episodes; where these are of a run folder, what they say is kept there.

    Raises:
        ConfigError: nobody is called so, or there is no such rubric or label.
    """
    from coterie.core import ConfigError
    from coterie.evaluation.judges import RUBRICS, judged
    from coterie.evaluation.probes import write_findings

    if rubric is None:
        raise ConfigError(f"--judge needs --rubric: {', '.join(RUBRICS)}, or a file")
    found = judged(
        episodes,
        read_judges(who),
        read_rubric(rubric),
        name=Path(rubric).stem,
        labels=read_labels(labels) if labels else None,
        progress=True,
    )
    for folder in (run, run.parent):
        if (folder / "report.json").exists():
            write_findings(folder, [found])
    return found


def read_judges(who: Sequence[str]) -> "dict[str, Mind]":
    """Finds minds by who they are; of several with the same name the later ones have a number."""
    from coterie.core import Policy
    from coterie.evaluation.minds import resolve_mind
    from coterie.evaluation.questions import SEAT, Questions

    found: dict[str, Mind] = {}
    policies: dict[str, Policy] = {}
    for each in who:
        mind = resolve_mind(each, SEAT, f"{Questions.__module__}:{Questions.__name__}", policies)
        same = sum(name == mind.name or name.startswith(f"{mind.name} ") for name in found)
        found[f"{mind.name} {same + 1}" if same else mind.name] = mind
    return found


def read_rubric(named: str) -> "Rubric":
    """Reads a rubric: one of ours by name, or a JSON file with `question`, `answers` and `level`.

    >>> read_rubric("politeness").answers
    ('yes', 'no')

    Raises:
        ConfigError: there is none of that name, or the file holds none.
    """
    import msgspec

    from coterie.core import ConfigError
    from coterie.evaluation.judges import RUBRICS, Rubric

    if named in RUBRICS:
        return RUBRICS[named]
    if not Path(named).is_file():
        raise ConfigError(f"no rubric is called {named!r}; there are {', '.join(RUBRICS)}, or give a file")
    try:
        return msgspec.json.decode(Path(named).read_bytes(), type=Rubric)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{named}: {error}; expected JSON with question, answers and level") from error


def read_labels(path: Path) -> dict[tuple[int, int], str]:
    """Reads what people answered: a CSV file with the columns seed, answer and, where seeds repeat, repeat.

    Raises:
        ConfigError: a column is not there, or a number is none.
    """
    from coterie.core import ConfigError

    if not path.is_file():
        raise ConfigError(f"found no file {path}; expected a CSV file with the columns seed, answer and maybe repeat")
    with open(path, newline="", encoding="utf-8") as file:
        try:
            rows = [(int(row["seed"]), int(row.get("repeat") or 0), row["answer"]) for row in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"{path}: found {error}, expected the columns seed, answer and maybe repeat") from error
    return {(seed, repeat): answer.strip() for seed, repeat, answer in rows}
