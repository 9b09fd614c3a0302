"""A program that plays Unity's part: started, watched, and made to end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence

from coterie.core import ConfigError, WorldError

GOODBYE_S = 5.0
"""How long a program may take to stop when it is told to."""


class Program:
    """A program that was started for the line, or nobody in particular."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        """Starts it.

        Raises:
            ConfigError: it cannot be started.
        """
        self.command, self._process = tuple(command), None
        if not command:
            return
        quiet = subprocess.DEVNULL
        try:
            # A session of its own: what is typed here to interrupt Python does not reach it.
            self._process = subprocess.Popen(
                self.command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
        except OSError as error:
            raise ConfigError(f"cannot start {self.command[0]!r}: {error}") from error

    def check(self) -> None:
        """Raises WorldError when the program has ended."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise WorldError(f"{self.command[0]!r} ended by itself with code {code}")

    def stop(self, wait_s: float) -> None:
        """Waits a little for its end, then makes it end."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(wait_s)
            return
        _end(self._process, by_force=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE_S)
            return
        _end(self._process, by_force=True)
        self._process.wait()


def _end(process: "subprocess.Popen[bytes]", by_force: bool) -> None:
    """Ends a program with all that it started: a script around a build, such as `xvfb-run`, would leave it behind."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if by_force else signal.SIGTERM)
    elif by_force:
        process.kill()
    else:
        process.terminate()
