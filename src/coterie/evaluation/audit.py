"""The audit log: everything that guards stopped or changed, from the record."""

import csv
import os
from collections.abc import Iterable, Iterator

import msgspec

from coterie.core import Episode


class Guarded(msgspec.Struct, frozen=True):
    """One message that a guard did not let pass as it was."""

    seed: int
    repeat: int
    step: int
    by: str
    """Which guard."""
    did: str
    """`stopped` or `changed`; `passed` where a judge failed and the guard is set to let pass."""
    reason: str
    speaker: str
    listener: str
    text: str


def audit(episodes: Iterable[Episode]) -> Iterator[Guarded]:
    """Lists what was guarded, in the order of the record; one entry per listener.

    >>> from coterie.core import Channel, Message
    >>> from coterie.core.guards import Budget
    >>> from coterie.agents import Expert
    >>> from coterie.rollout import gather
    >>> told = gather("lookout", {"lookout": Expert(), "courier": Expert()}, [1], channel=Channel((Budget(2),)))
    >>> next(audit(told)).reason
    'over 2 words'
    """
    for episode in episodes:
        for event in episode.events:
            if event.kind == "guarded":
                data = event.data
                yield Guarded(
                    episode.seed,
                    episode.repeat,
                    event.step,
                    data.get("by", ""),
                    data.get("did", "changed or stopped"),
                    data.get("reason", ""),
                    data.get("speaker", ""),
                    event.agent or "",
                    data.get("text", ""),
                )


def write_audit(path: str | os.PathLike[str], episodes: Iterable[Episode]) -> int:
    """Writes the audit log as CSV and returns how many entries it has."""
    entries = list(audit(episodes))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Guarded.__struct_fields__)
        writer.writerows([_cell(each) for each in msgspec.structs.astuple(entry)] for entry in entries)
    return len(entries)


def _cell(value: str | int) -> str | int:
    """What a model wrote must not become a formula in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value
