"""How one model lies on many devices, and whether it fits there."""

import importlib.metadata
import re

import msgspec
import torch

from coterie.core import ConfigError
from coterie.learners.megatron.architecture import Architecture

OLDEST, NEWER = (0, 16), (0, 17)
"""The version of Megatron-core that works, and the first that is not known to."""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many ways the model is cut; the product is the number of processes, one a device.

    Source: Narayanan et al., Efficient Large-Scale Language Model Training on GPU Clusters (arXiv 2104.04473),
    sections 2 and 3.

    >>> Layout(tensor=2, pipeline=2, data=4).size
    16
    """

    tensor: int = 1
    """Each matrix product is shared by so many; they exchange activations within every layer."""
    pipeline: int = 1
    """The layers are shared by so many stages; they exchange activations between stages."""
    data: int = 1
    """So many copies share the sequences of a minibatch; they exchange gradients once a step."""
    timeout_s: float = 600.0
    """Longest wait for one step or one transfer of weights; then all processes are ended."""

    @property
    def size(self) -> int:
        """How many processes it takes."""
        return self.tensor * self.pipeline * self.data


def parse_layout(text: str) -> Layout:
    """Reads a layout from the words of a setting.

    >>> parse_layout("tensor=2,data=4")
    Layout(tensor=2, pipeline=1, data=4, timeout_s=600.0)

    Raises:
        ConfigError: it names something else.
    """
    try:
        values = dict(word.split("=") for word in text.split(",") if word)
        return msgspec.convert(values, type=Layout, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise ConfigError(f"found the layout {text!r}, expected words such as tensor=2,pipeline=1,data=4") from error


def check_layout(layout: Layout, architecture: Architecture) -> None:
    """Says what does not fit before any process is started.

    Raises:
        ConfigError: a size is not divided, there are too few devices, or Megatron-core is missing or another version.
    """
    for name in ("tensor", "pipeline", "data"):
        if getattr(layout, name) < 1:
            raise ConfigError(f"found {name}={getattr(layout, name)}, expected 1 or more")
    for what, count, ways in (
        ("heads", architecture.heads, layout.tensor),
        ("key-value heads", architecture.groups, layout.tensor),
        ("columns of the feed-forward", architecture.feed_forward, layout.tensor),
        ("layers", architecture.layers, layout.pipeline),
    ):
        if count % ways:
            kind = "pipeline" if what == "layers" else "tensor"
            raise ConfigError(f"{kind}={ways} does not divide the model's {count} {what}; choose a divisor of {count}")
    if torch.cuda.is_available() and torch.cuda.device_count() < layout.size:
        raise ConfigError(f"{layout} takes {layout.size} GPUs, found {torch.cuda.device_count()}; choose a smaller one")
    _check_version()


def _check_version() -> None:
    install = 'run: pip install "coterie[megatron]"'
    try:
        found = importlib.metadata.version("megatron-core")
    except importlib.metadata.PackageNotFoundError:
        raise ConfigError(f"the Megatron learner needs megatron-core, which is not installed; {install}") from None
    if not OLDEST <= tuple(int(part) for part in re.findall(r"\d+", found)[:2]) < NEWER:
        raise ConfigError(f"found megatron-core {found}, expected 0.16; {install}")
