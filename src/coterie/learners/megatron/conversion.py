"""Hugging Face weights to Megatron-core's and back, bit by bit, for one device or cut for several.

Megatron-core keeps queries, keys and values of a layer in one matrix, query group by query group, gate and up in
another, and wants as many rows in the vocabulary as its devices can share. Whatever has the shape of a weight, such as
the moments of an optimiser, is converted alike.

Axes: V vocabulary, M width of the model, G query groups, D width of a head, F width of the feed-forward, X any.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from coterie.learners.megatron.architecture import Architecture

ROWS = 8
"""Every device's share of the vocabulary is a multiple of this, as matrix units like it."""


class Cut(Enum):
    """How a Megatron-core weight is made of Hugging Face weights, and cut for tensor parallelism."""

    WHOLE = "every device holds all of it"
    PER_HEAD = "every device holds all of it, but uses it for its own heads only"
    VOCABULARY = "rows, after padding"
    COLUMNS = "columns"
    GROUPS = "rows, of which each query group has its queries, its key and its value"
    GATED = "rows of the gate, then the same rows of up"


class Part(NamedTuple):
    """One weight of Megatron-core and what it is made of."""

    name: str
    """Megatron-core's, with layers counted through the whole model."""
    sources: tuple[str, ...]
    """Names of Hugging Face."""
    cut: Cut

    @property
    def shared(self) -> bool:
        """Whether each tensor-parallel device has a piece of its own."""
        return self.cut not in (Cut.WHOLE, Cut.PER_HEAD)


def parts(architecture: Architecture) -> Iterator[Part]:
    """All weights of a model.

    A tied output layer is listed too: where the last stage of a pipeline is not the first, it has its own copy.
    """
    embedding = "model.embed_tokens.weight"
    yield Part("embedding.word_embeddings.weight", (embedding,), Cut.VOCABULARY)
    for number in range(architecture.layers):
        for name, sources, cut in _layer(architecture.query_key_norm):
            theirs = tuple(f"model.layers.{number}.{source}.weight" for source in sources)
            yield Part(f"decoder.layers.{number}.{name}.weight", theirs, cut)
    yield Part("decoder.final_layernorm.weight", ("model.norm.weight",), Cut.WHOLE)
    yield Part("output_layer.weight", (embedding if architecture.tied else "lm_head.weight",), Cut.VOCABULARY)


def _layer(query_key_norm: bool) -> Iterator[tuple[str, tuple[str, ...], Cut]]:
    yield "input_layernorm", ("input_layernorm",), Cut.WHOLE
    projections = tuple(f"self_attn.{kind}_proj" for kind in "qkv")
    yield "self_attention.linear_qkv", projections, Cut.GROUPS
    for kind in "qk" if query_key_norm else "":
        yield f"self_attention.{kind}_layernorm", (f"self_attn.{kind}_norm",), Cut.PER_HEAD
    yield "self_attention.linear_proj", ("self_attn.o_proj",), Cut.COLUMNS
    yield "pre_mlp_layernorm", ("post_attention_layernorm",), Cut.WHOLE
    yield "mlp.linear_fc1", ("mlp.gate_proj", "mlp.up_proj"), Cut.GATED
    yield "mlp.linear_fc2", ("mlp.down_proj",), Cut.COLUMNS


def to_megatron(weights: Mapping[str, Tensor], architecture: Architecture, tensor: int = 1) -> list[dict[str, Tensor]]:
    """Converts weights for so many tensor-parallel devices, one dictionary each.

    Raises:
        KeyError: a weight is missing.
    """
    return [
        {part.name: share(part, weights.__getitem__, architecture, rank, tensor) for part in parts(architecture)}
        for rank in range(tensor)
    ]


def from_megatron(shares: Sequence[Mapping[str, Tensor]], architecture: Architecture) -> dict[str, Tensor]:
    """Converts back what the tensor-parallel devices have, in their order.

    Weights that Hugging Face holds once come back once: of tied ones the embedding.
    """
    found: dict[str, Tensor] = {}
    for part in parts(architecture):
        if part.sources[0] not in found:
            found |= _apart(part, [each[part.name] for each in shares], architecture)
    return found


def share(part: Part, read: Callable[[str], Tensor], architecture: Architecture, rank: int, tensor: int) -> Tensor:
    """What one of `tensor` devices holds of a weight; `read` returns a Hugging Face weight by its name."""
    sources = [read(name) for name in part.sources]
    match part.cut:
        case Cut.VOCABULARY:
            (weight_VM,) = sources
            missing = padded_vocabulary(architecture.vocabulary, tensor) - len(weight_VM)
            return functional.pad(weight_VM, (0, 0, 0, missing)).chunk(tensor)[rank].clone()
        case Cut.COLUMNS:
            return sources[0].chunk(tensor, dim=1)[rank].clone()
        case Cut.GATED:
            return torch.cat([source.chunk(tensor)[rank] for source in sources])
        case Cut.GROUPS:
            grouped = [source.view(architecture.groups, -1, source.shape[1]) for source in sources]
            together_GXM = torch.cat(grouped, dim=1)
            return together_GXM.chunk(tensor)[rank].flatten(0, 1).clone()
        case _:
            return sources[0].clone()


def _apart(part: Part, shares: Sequence[Tensor], architecture: Architecture) -> dict[str, Tensor]:
    """The Hugging Face weights that a Megatron-core weight is made of."""
    match part.cut:
        case Cut.VOCABULARY:
            found: Iterable[Tensor] = [torch.cat(tuple(shares))[: architecture.vocabulary]]
        case Cut.COLUMNS:
            found = [torch.cat(tuple(shares), dim=1)]
        case Cut.GATED:
            found = (torch.cat(halves) for halves in zip(*(each.chunk(2) for each in shares), strict=True))
        case Cut.GROUPS:
            together_GXM = torch.cat(tuple(shares)).view(architecture.groups, -1, architecture.hidden)
            queries = architecture.heads // architecture.groups * architecture.head_width
            widths = [queries, architecture.head_width, architecture.head_width]
            found = (each.flatten(0, 1) for each in torch.split(together_GXM, widths, dim=1))
        case _:
            found = [shares[0]]
    return {name: each.contiguous() for name, each in zip(part.sources, found, strict=True)}


def padded_vocabulary(vocabulary: int, tensor: int) -> int:
    """How many rows a vocabulary has when so many devices share it.

    >>> padded_vocabulary(50, tensor=2)
    64
    """
    multiple = ROWS * tensor
    return -(-vocabulary // multiple) * multiple
