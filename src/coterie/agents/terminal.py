"""A terminal, or a pipe, as a person sits at it: lines come in by a thread, text goes out escaped."""

import asyncio
import io
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def printable(text: str) -> str:
    r"""Writes control characters out, so that what somebody else wrote cannot steer the terminal.

    >>> print(printable("north\x1b[2J"))
    north\x1b[2J
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)


class StandardInput:
    """Reads lines from standard input without its buffer, whose lock a waiting thread would hold when Python exits."""

    def __init__(self) -> None:
        """Starts with nothing read."""
        self._read = b""

    def __call__(self) -> str:
        """Returns the next line with its end, or an empty text when there are no more."""
        try:
            number = sys.stdin.fileno()
        except (AttributeError, ValueError, io.UnsupportedOperation):  # a notebook, a test
            return sys.stdin.readline()
        while b"\n" not in self._read:
            piece = os.read(number, 65536)
            if not piece:
                line, self._read = self._read, b""
                return line.decode("utf-8", "replace")
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line.decode("utf-8", "replace") + "\n"


class Terminal:
    r"""Where a person is asked; seats that share one take turns.

    >>> lines = iter(["north\n", ""])
    >>> asyncio.run(Terminal(lambda: next(lines)).line("move> "))
    move> 'north'
    """

    def __init__(self, read: Callable[[], str] | None = None, console: "Console | None" = None) -> None:
        """Takes what reads a line (an empty text is the end) and where to print; both are the standard streams."""
        self._read = read or StandardInput()
        self._console = console
        self._waiting: Future[str] | None = None
        self._turns: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Holds the terminal for one seat; others wait."""
        loop = asyncio.get_running_loop()
        if self._turns is None or self._turns[0] is not loop:
            self._turns = loop, asyncio.Lock()
        async with self._turns[1]:
            if self._waiting is not None and self._waiting.done():
                # The last turn ran out of time while this line was being typed; it answers nothing that is asked now.
                self.say(f"too late, not used: {self._waiting.result().strip()!r}", "yellow")
                self._waiting = None
            yield

    async def line(self, prompt: str) -> str:
        """Asks for a line and waits for it while others go on; a wait that is cancelled loses no line.

        Raises:
            EOFError: there are no more lines.
        """
        self.say(prompt, "bold", end="")
        if self._waiting is None:
            self._waiting = Future()
            self._waiting.set_running_or_notify_cancel()  # from here on nobody can cancel it
            # A daemon, so that a person who never answers cannot keep the process from ending.
            threading.Thread(target=self._wait, args=(self._waiting,), daemon=True).start()
        text = await asyncio.wrap_future(self._waiting)
        self._waiting = None
        if not text:
            raise EOFError
        return text.strip()

    def _wait(self, answer: "Future[str]") -> None:
        try:
            answer.set_result(self._read())
        except BaseException as error:  # told to the one who asked
            answer.set_exception(error)

    def say(self, text: str, style: str = "", end: str = "\n") -> None:
        """Prints a text as it is: no markup, no control characters."""
        from rich.text import Text

        # A screen is wrapped between words; in a pipe every line stays one line.
        self.console.print(Text(printable(text), style), end=end, soft_wrap=not self.console.is_terminal)
        self.console.file.flush()

    def rule(self, title: str) -> None:
        """Prints a line with a title."""
        from rich.text import Text

        self.console.rule(Text(printable(title)), align="left", style="dim")

    @property
    def console(self) -> "Console":
        """Where it prints; standard output unless told otherwise."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(highlight=False)
        return self._console


STANDARD = Terminal()
"""The terminal this process was started in."""
