"""Findings on disk: `findings.json` in a run folder, what the report page draws."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from coterie.core import RecordError
from coterie.evaluation.probes.contagion import Spread
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.probes.listening import Listening
from coterie.evaluation.probes.partners import Crossed

AnyFinding = Finding | Crossed | Listening | Spread
FILE = "findings.json"


def write_findings(folder: str | Path, findings: Sequence[AnyFinding]) -> Path:
    """Writes what probes found into a run folder, beside what is there of other probes and worlds."""
    path = Path(folder) / FILE
    new = {(each.world, each.probe, each.asked) for each in findings}
    kept = [each for each in read_findings(folder) if (each.world, each.probe, each.asked) not in new]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode([*kept, *findings]), indent=1))
    return path


def read_findings(folder: str | Path) -> list[AnyFinding]:
    """Reads what probes found in a run folder; empty where none ran.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> path = write_findings(folder, [Finding(probe="talk", world="w-v1", measures={})])
    >>> read_findings(folder)[0].probe
    'talk'

    Raises:
        RecordError: the file is damaged.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[AnyFinding])
    except msgspec.DecodeError as error:
        raise RecordError(f"{path}: {error}") from error
