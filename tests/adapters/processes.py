"""Real processes for tests of servers and their callers: started on a free port, always ended."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

QUIET = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "200"}


class Served:
    """A running process and the address it printed."""

    def __init__(self, process, url, lines):
        self.process, self.url, self.lines = process, url, lines

    def end(self, how=signal.SIGINT):
        """Ends it and returns its exit code and all it printed."""
        self.process.send_signal(how)
        code = self.process.wait(20)
        time.sleep(0.1)
        return code, "".join(self.lines)


@contextmanager
def process(*command, environment=None, within_s=60):
    """Starts a process that prints an http address when it is ready."""
    started = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | QUIET | (environment or {}),
        start_new_session=True,
    )
    lines, arrived = [], queue.Queue()

    def follow():
        for line in started.stdout:
            lines.append(line)
            arrived.put(line)
        arrived.put(None)

    threading.Thread(target=follow, daemon=True).start()
    try:
        until = time.monotonic() + within_s
        while True:
            line = arrived.get(timeout=max(0.1, until - time.monotonic()))
            assert line is not None, f"{command} ended: {''.join(lines)}"
            if found := re.search(r"(http://\S+/v1)", line):
                break
        yield Served(started, found[1], lines)
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait(10)
        started.stdout.close()


@contextmanager
def coterie_serve(*words, environment=None):
    """`coterie serve` on a free port."""
    command = Path(sys.executable).with_name("coterie")
    with process(command, "serve", *words, "--port", 0, environment=environment) as served:
        yield served
