"""The processes of the Megatron learner, seen from the one that tells them what to do."""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from safetensors.torch import load_file, save_file
from torch import Tensor

from coterie.core import PolicyError
from coterie.learners.megatron.architecture import Architecture
from coterie.learners.megatron.conversion import from_megatron
from coterie.learners.megatron.layout import Layout, check_layout
from coterie.learners.megatron.processor import environment_of_megatron
from coterie.learners.megatron.rank import ARGUMENTS, Setup, Steps, answer_of

QUIET = {
    "PYTHONWARNINGS": "ignore",  # Megatron-core warns of every optional package that is not there
    "CUDA_DEVICE_MAX_CONNECTIONS": "1",  # Megatron-core's order of communication and computation relies on it
}


class Ranks:
    """As many processes as a layout takes, on this machine; they end with this one, or with `close`.

    A process that fails, dies or is late ends them all: the others would wait for it for ever.
    """

    def __init__(self, architecture: Architecture, layout: Layout, temperature: float) -> None:
        """Starts them.

        Raises:
            ConfigError: the model does not fit the layout, or Megatron-core is missing.
            PolicyError: a process could not start.
        """
        check_layout(layout, architecture)
        self.architecture, self.layout, self.timeout_s = architecture, layout, layout.timeout_s
        self.folder = Path(tempfile.mkdtemp(prefix="coterie-megatron-"))
        self.pipes: list[Connection] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        self._end = weakref.finalize(self, _end, self.pipes, self.processes, self.folder)
        for rank in range(layout.size):
            self._start(rank)
        setups = [Setup(architecture, layout, temperature, rank, str(self.folder)) for rank in range(layout.size)]
        self.tell("starting", setups)

    def _start(self, rank: int) -> None:
        ours, theirs = Pipe()
        # Processes on this machine talk over loopback, unless the environment says otherwise.
        network = {"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}
        path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with open(self._errors(rank), "wb") as errors:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "coterie.learners.megatron.rank",
                    str(theirs.fileno()),
                    str(rank),
                    str(self.folder),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env=network | os.environ | QUIET | environment_of_megatron() | path,
            )
        theirs.close()
        self.pipes.append(ours)
        self.processes.append(process)

    def tell(self, what: str, *arguments: Any) -> list[Any]:
        """Tells all processes to do something, and returns what each answers, in order.

        Raises:
            PolicyError: one of them failed, died, or took longer than the layout's time-out; all have ended.
        """
        if not self._end.alive:
            raise PolicyError("the processes of the Megatron learner have ended; make a new learner")
        # Only words go through the pipes: what is large would wait in them for ever where a process reads no more.
        (self.folder / ARGUMENTS).write_bytes(pickle.dumps(arguments))
        for rank, pipe in enumerate(self.pipes):
            try:
                pipe.send_bytes(what.encode())
            except OSError:
                self._died(rank, what)
        return self._answers(what)

    def _answers(self, what: str) -> list[Any]:
        found: dict[int, Any] = {}
        until = time.monotonic() + self.timeout_s
        while missing := [rank for rank in range(len(self.pipes)) if rank not in found]:
            ready = wait([self.pipes[rank] for rank in missing], timeout=max(0.0, until - time.monotonic()))
            if not ready:
                self._fail(missing[0], f"gave no answer to {what} within {self.timeout_s:g} s")
            for rank in missing:
                if self.pipes[rank] in ready:
                    found[rank] = self._answer(rank, what)
        return [found[rank] for rank in sorted(found)]

    def _answer(self, rank: int, what: str) -> Any:
        try:
            failure = self.pipes[rank].recv_bytes().decode()
        except (EOFError, OSError):
            self._died(rank, what)
        if failure:
            # Where one is killed, the others fail because of it, and may say so first.
            killed = [place for place, process in enumerate(self.processes) if (process.poll() or 0) < 0]
            if killed:
                self._died(killed[0], what)
            self._fail(rank, f"failed at {what}: {failure}")
        return pickle.loads((self.folder / answer_of(rank)).read_bytes())

    def _died(self, rank: int, what: str) -> NoReturn:
        with suppress(subprocess.TimeoutExpired):
            self.processes[rank].wait(5)  # so that it has said its last word
        lines = self._errors(rank).read_text(errors="replace").strip().splitlines()
        last = f", {lines[-1]}" if lines else ""
        self._fail(rank, f"died at {what} (exit code {self.processes[rank].poll()}{last})")

    def _fail(self, rank: int, what: str) -> NoReturn:
        self.close()
        raise PolicyError(f"Megatron process {rank} of {self.layout.size} {what}; all of them were ended")

    def _errors(self, rank: int) -> Path:
        return self.folder / f"output-{rank}.txt"

    def load(self, tensors: Mapping[str, Mapping[str, Tensor]], steps: Steps) -> None:
        """Hands weights and moments with Hugging Face names to all processes; each takes its share."""
        for file, named in tensors.items():
            save_file(dict(named), self.folder / f"{file}.safetensors")
        self.tell("load", steps)
        for file in tensors:
            (self.folder / f"{file}.safetensors").unlink()

    def collect(self, files: Sequence[str]) -> dict[str, dict[str, Tensor]]:
        """Brings together what the processes have, with Hugging Face names."""
        ranks = self.tell("hand_out", files)
        return {file: self._together(file, ranks) for file in files}

    def _together(self, file: str, tensor_ranks: Sequence[int]) -> dict[str, Tensor]:
        shares: list[dict[str, Tensor]] = [{} for _ in range(self.layout.tensor)]
        for rank, place in enumerate(tensor_ranks):
            path = self.folder / f"{file}-{rank}.safetensors"
            if path.exists():  # each stage of the first copy has written
                shares[place] |= load_file(path)
                path.unlink()
        if not shares[0]:
            return {}
        heads = {name: value for name, value in shares[0].items() if name.startswith("value_head.")}
        return from_megatron(shares, self.architecture) | heads

    def close(self) -> None:
        """Ends the processes."""
        self._end()


def _end(pipes: Sequence[Connection], processes: Sequence["subprocess.Popen[bytes]"], folder: Path) -> None:
    for pipe in pipes:
        pipe.close()
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
