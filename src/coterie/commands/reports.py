"""`coterie report` and `coterie compare`: looking at what was recorded."""

from pathlib import Path
from typing import Annotated

import typer


def report(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Writes the report page of a run folder anew and prints its path.

    Try: coterie report runs/first_words
    """
    from coterie.agents.terminal import STANDARD
    from coterie.core import ConfigError
    from coterie.evaluation.report import write_report

    try:
        page = write_report(run)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    STANDARD.say(f"The report: {page}", "green")


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A record file, or a folder with one.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another, played on the same seeds.")],
    metric: Annotated[list[str] | None, typer.Option(help="Compare only this; repeat it for several.")] = None,
) -> None:
    """Compares two systems on the seeds they share, paired, with corrected p-values.

    Try:

    coterie evaluate lookout --seat lookout=random --out runs/a

    coterie evaluate lookout --out runs/b

    coterie compare runs/a runs/b --metric success
    """
    from coterie.agents.terminal import STANDARD
    from coterie.core import ConfigError
    from coterie.evaluation import compare as compared

    try:
        result = compared(a, b, metrics=metric or None)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    STANDARD.console.print(result.table())
