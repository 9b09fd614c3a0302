"""One process of the Megatron learner: does what it is told through a pipe, and ends when the pipe does.

Started as `python -m coterie.learners.megatron.rank FILE_DESCRIPTOR RANK FOLDER` by `Ranks`.
"""

import datetime
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from coterie.learners.batch import Piece
from coterie.learners.megatron.architecture import Architecture
from coterie.learners.megatron.conversion import Part, share
from coterie.learners.megatron.layout import Layout
from coterie.learners.megatron.optimizer import MOMENTS, SharedOptimizer
from coterie.learners.megatron.processor import devices_of_megatron
from coterie.learners.megatron.stage import Measured, Slopes, Stage

WEIGHTS = "weights"
"""The name of the file of weights that travels; the optimiser's moments are in files of their own names."""

ARGUMENTS = "arguments.pickle"
"""The file of what all processes are told."""


def answer_of(rank: int) -> str:
    """The name of the file of a process's result."""
    return f"answer-{rank}.pickle"


class Setup(msgspec.Struct, frozen=True):
    """All that a process must know."""

    architecture: Architecture
    layout: Layout
    temperature: float
    rank: int
    folder: str
    """Where the processes meet, and through which weights travel."""


class Steps(NamedTuple):
    """How many steps the optimiser has taken; the value head rests where a loss knows no values."""

    weights: float = 0.0
    values: float = 0.0


class Rank:
    """What one process can be told to do; all processes are told the same at the same time."""

    def __init__(self, setup: Setup, device: torch.device) -> None:
        """Makes this process's part of the model."""
        from megatron.core import parallel_state

        self.setup, self.folder = setup, Path(setup.folder)
        self.stage = Stage(setup.architecture, setup.temperature, device)
        self.optimizer = SharedOptimizer(self.stage.parameters, self.stage.first)
        self.tensor: int = parallel_state.get_tensor_model_parallel_rank()
        self.data: int = parallel_state.get_data_parallel_rank()

    def load(self, steps: Steps) -> None:
        """Takes its share of the weights, and of the moments after so many steps, from files of Hugging Face names."""
        with torch.no_grad():
            for part, value in self._shares(WEIGHTS, self.stage.parameters).items():
                self.stage.parameters[part].copy_(value)
        counts = {part: steps.weights if isinstance(part, Part) else steps.values for part in self.stage.parameters}
        counts = {part: count for part, count in counts.items() if count}
        self.optimizer.restore({name: self._shares(name, counts) for name in MOMENTS} if counts else {}, counts)

    def _shares(self, file: str, wanted: Iterable[Part | str]) -> Mapping[Part | str, Tensor]:
        architecture, layout = self.setup.architecture, self.setup.layout
        with safe_open(self.folder / f"{file}.safetensors", "pt") as opened:
            return {
                part: share(part, opened.get_tensor, architecture, self.tensor, layout.tensor)
                if isinstance(part, Part)
                else opened.get_tensor(part)
                for part in wanted
            }

    def measure(self, pieces_of_data: Sequence[Sequence[Piece]]) -> list[Measured] | None:
        """Measures the pieces of this copy of the model; one process of its last stage returns what came out."""
        measured = self.stage.measure(pieces_of_data[self.data])
        if not self.stage.last or self.tensor:
            return None
        return [Measured(*(each.cpu() for each in piece)) for piece in measured]

    def step(
        self,
        pieces_of_data: Sequence[Sequence[Piece]],
        gradients_of_data: Sequence[Sequence[Slopes]],
        rate: float,
        clip: float,
        values: bool,
    ) -> float:
        """Takes a step down the gradient, and returns its norm before clipping."""
        self.stage.differentiate(pieces_of_data[self.data], gradients_of_data[self.data])
        return self.optimizer.step(rate, clip, values)

    def hand_out(self, files: Sequence[str]) -> int:
        """Writes its share of weights or moments to files, if no other copy does; returns its tensor rank."""
        for file in files if self.data == 0 else ():
            found = self.stage.parameters if file == WEIGHTS else self.optimizer.moments(file)
            named = {part if isinstance(part, str) else part.name: value for part, value in found.items()}
            own = {name: value.detach().cpu().contiguous() for name, value in named.items()}
            save_file(own, self.folder / f"{file}-{self.setup.rank}.safetensors")
        return self.tensor


@contextmanager
def joined(setup: Setup) -> Iterator[Rank]:
    """Meets the other processes and lays the model over all of them."""
    layout, gpu = setup.layout, torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(setup.rank)
    torch.distributed.init_process_group(
        "nccl" if gpu else "gloo",
        init_method=f"file://{setup.folder}/meeting",
        rank=setup.rank,
        world_size=layout.size,
        timeout=datetime.timedelta(seconds=layout.timeout_s),
    )
    with ExitStack() as stack:
        device = stack.enter_context(devices_of_megatron())
        from megatron.core import parallel_state

        parallel_state.initialize_model_parallel(layout.tensor, layout.pipeline, create_gloo_process_groups=False)
        if gpu:
            from megatron.core.tensor_parallel import model_parallel_cuda_manual_seed

            model_parallel_cuda_manual_seed(0)  # it wants a seed for dropout, of which there is none
        yield Rank(setup, device)


def serve(pipe: Connection, rank: int, folder: Path) -> None:
    """Does what comes through the pipe until it is closed; answers with nothing, or with what went wrong.

    What is more than a word is in files: the arguments, which are the same for all, and the result.
    """
    with ExitStack() as stack:
        works: Rank | None = None
        try:
            while True:
                name = pipe.recv_bytes().decode()
                arguments = pickle.loads((folder / ARGUMENTS).read_bytes())
                if works is None:
                    works, result = stack.enter_context(joined(arguments[0][rank])), None
                else:
                    do: Callable[..., Any] = getattr(works, name)
                    result = do(*arguments)
                (folder / answer_of(rank)).write_bytes(pickle.dumps(result))
                pipe.send_bytes(b"")
        except EOFError:
            shutil.rmtree(folder, ignore_errors=True)  # whoever told us what to do was killed
        except Exception as error:
            pipe.send_bytes(f"{type(error).__name__}: {error}"[:2000].encode())
            raise


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3]))
