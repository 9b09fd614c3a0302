"""Several teams at once, one process each, and what a person sees of them."""

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from multiprocessing.queues import Queue
from queue import Empty
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Note = tuple[str, str, int, int, str]
"""Whose, which stage, done, total, and a sentence when a stage is over."""

_notes: "Queue[Note] | None" = None


def _begin(notes: "Queue[Note]") -> None:
    global _notes
    _notes = notes


def _work(name: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    def tell(stage: str, done: int, total: int, sentence: str = "") -> None:
        assert _notes is not None
        _notes.put((name, stage, done, total, sentence))

    return function(*arguments, tell)


class Workers:
    """Runs functions in processes of their own and shows a progress bar for each.

    A function gets, as its last argument, `tell(stage, done, total, sentence)`. Use it as a context: leaving it early
    ends the processes.
    """

    def __init__(self, count: int, console: Console | None = None) -> None:
        """Starts with no work; `count` functions run at the same time."""
        context = multiprocessing.get_context("spawn")
        self.notes: Queue[Note] = context.Queue()
        self.pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(self.notes,))
        self.console = console or Console(file=sys.stderr)
        columns = (TextColumn("{task.description:28}"), BarColumn(), TextColumn("{task.fields[stage]}"))
        self.progress = Progress(*columns, TimeElapsedColumn(), console=self.console)
        self.bars: dict[str, TaskID] = {}
        self.futures: dict[str, Future[Any]] = {}

    def start(self, name: str, function: Callable[..., Any], *arguments: Any) -> None:
        """Queues a function; it and its arguments must be importable and picklable."""
        self.futures[name] = self.pool.submit(_work, name, function, arguments)
        self.bars[name] = self.progress.add_task(name, total=1, stage="waiting")

    def wait(self) -> list[Any]:
        """Shows progress until all that was started is done, and returns the results in order.

        Raises:
            Exception: whatever the first failing function raised; the others are stopped.
        """
        left = set(self.futures.values())
        while left:
            self._show(0.2)
            done, left = wait(left, timeout=0, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        self._show(0.0)
        for name in self.futures:
            self.progress.update(self.bars[name], completed=1, total=1, stage="done")
        results = [future.result() for future in self.futures.values()]
        self.futures.clear()
        return results

    def _show(self, patience_s: float) -> None:
        """Shows what has been told, waiting a moment for the first note."""
        try:
            while True:
                name, stage, done, total, sentence = self.notes.get(timeout=patience_s)
                patience_s = 0.0
                self.progress.update(self.bars[name], completed=done, total=total, stage=stage)
                if sentence:
                    self.console.print(f"  {name}: {sentence}")
        except Empty:
            return

    def __enter__(self) -> "Workers":
        """Shows the bars."""
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes; at once when something failed or was interrupted."""
        if kind is not None:
            for process in list((self.pool._processes or {}).values()):
                process.terminate()
        self.pool.shutdown(cancel_futures=True)
        self.progress.stop()
