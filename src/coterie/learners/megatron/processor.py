"""Megatron-core without a GPU: all places where it takes one for granted.

Nothing here happens where CUDA is available.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


def environment_of_megatron() -> dict[str, str]:
    """What the environment of a process must say before it begins."""
    # Megatron-core has small functions compiled, which on a processor takes a C++ compiler, and time.
    return {} if torch.cuda.is_available() else {"TORCHDYNAMO_DISABLE": "1"}


@contextmanager
def devices_of_megatron() -> Iterator[torch.device]:
    """Within it Megatron-core computes on this machine's GPU, or, where there is none, on its processor."""
    if torch.cuda.is_available():
        yield torch.device("cuda", torch.cuda.current_device())
        return
    processor = torch.device("cpu")
    from megatron.core.tensor_parallel import random

    # 1. It makes buffers on `torch.cuda.current_device()`, and waits for that device after each transfer.
    torch.cuda.current_device = lambda: processor  # type: ignore[assignment, return-value]
    torch.cuda.synchronize = lambda *_: None
    # 2. It draws dropout from a tracker of CUDA's random states; there is no dropout here.
    random._CUDA_RNG_STATE_TRACKER = _NoLuck()
    random._CUDA_RNG_STATE_TRACKER_INITIALIZED = True
    # 3. Its schedules count tokens on `device="cuda"`, and a tied embedding is moved with `.cuda()`.
    with _CudaIsProcessor():
        yield processor


class _NoLuck:
    def is_initialized(self) -> bool:
        return True

    @contextmanager
    def fork(self, *_: str) -> Iterator[None]:
        yield


class _CudaIsProcessor(TorchFunctionMode):
    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Iterable[type],
        args: Any = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if function is torch.Tensor.cuda:
            return args[0]
        given = dict(kwargs or {})
        if given.get("device") == "cuda":
            given["device"] = "cpu"
        return function(*args, **given)
