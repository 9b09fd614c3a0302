"""`coterie bench`: the benchmarks of a source checkout, us and our peers in turn."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer


def bench(
    name: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; all when absent.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Less work, rougher numbers.")] = False,
) -> None:
    """Runs benchmarks and prints the ratios; peers that are not installed are left out, and said so.

    Try: coterie bench worlds --quick
    """
    from coterie.core import ConfigError

    folder = Path(__file__).parents[3] / "benchmarks"
    known = sorted(path.stem for path in folder.glob("[a-z]*.py"))
    if not known:
        raise ConfigError(f"no benchmarks in {folder}; they come with a source checkout")
    if unknown := [each for each in name or () if each not in known]:
        raise ConfigError(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    failed = 0
    for each in name or known:
        typer.echo(f"\n== {each} ==")
        command = [sys.executable, str(folder / f"{each}.py"), *(["--quick"] if quick else [])]
        failed += subprocess.run(command, check=False).returncode != 0
    if failed:
        raise typer.Exit(1)
