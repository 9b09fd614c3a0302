"""A progress bar on standard error, so that what is printed on standard output can be read by a machine."""

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(total: int, wanted: bool, doing: str = "playing") -> Iterator[Callable[[], None]]:
    """Shows how far something is; yields what moves it on by one, and does nothing where no bar is wanted."""
    if not wanted:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:
        task = shown.add_task(doing, total=total)
        yield lambda: shown.advance(task)
