"""What a model is made of, in numbers: all that Megatron-core must know of a Hugging Face model."""

from typing import TYPE_CHECKING, Any

import msgspec
import torch

from coterie.core import ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

FAMILIES = ("llama", "qwen3")
ROTATIONS = ("default", "linear", "llama3")
"""Rotary embeddings that are nothing but frequencies, whatever the length of the text."""


class Architecture(msgspec.Struct, frozen=True):
    """The sizes of a dense decoder with rotary positions, grouped queries and a gated feed-forward."""

    layers: int
    hidden: int
    heads: int
    groups: int
    """Key-value heads; each serves `heads / groups` query heads."""
    head_width: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float
    """Of the root-mean-square norms."""
    tied: bool
    """Whether the output layer is the embedding."""
    query_key_norm: bool
    """Whether queries and keys are normed, as in Qwen3."""
    frequencies: tuple[float, ...]
    """Of the rotary embedding, in radians a position, `[head_width / 2]`."""
    padding: int | None
    """The token whose embedding, as Transformers has it, learns nothing from being read."""
    dtype: str
    """Of the weights, as torch calls it."""


def architecture_of(model: "PreTrainedModel") -> Architecture:
    """Reads the sizes of a Llama or Qwen3 model.

    Raises:
        ConfigError: it is of another family, or has a part that these families do not have by default.
    """
    config: Any = model.config
    decoder: Any = model.base_model
    if config.model_type not in FAMILIES:
        raise ConfigError(f"found a {config.model_type} model, expected {' or '.join(FAMILIES)}; use the torch learner")
    rotary = decoder.rotary_emb
    found = {
        "a bias": any(name.endswith(".bias") for name, _ in model.named_parameters()),
        f"the activation {config.hidden_act}": config.hidden_act != "silu",
        "a sliding window": "sliding_attention" in (getattr(config, "layer_types", None) or ()),
        f"rotary positions of type {rotary.rope_type}": rotary.rope_type not in ROTATIONS,
        "weights of several types": len({each.dtype for each in model.parameters()}) > 1,
        "frozen weights or an adapter": not all(each.requires_grad for each in model.parameters()),
    }
    if unusual := [what for what, there in found.items() if there]:
        raise ConfigError(f"found {' and '.join(unusual)}, which the Megatron learner cannot do; use the torch learner")
    frequencies = tuple(rotary.inv_freq.tolist())
    return Architecture(
        layers=config.num_hidden_layers,
        hidden=config.hidden_size,
        heads=config.num_attention_heads,
        groups=config.num_key_value_heads,
        head_width=2 * len(frequencies),
        feed_forward=config.intermediate_size,
        vocabulary=config.vocab_size,
        positions=config.max_position_embeddings,
        epsilon=config.rms_norm_eps,
        tied=bool(config.tie_word_embeddings),
        query_key_norm=config.model_type == "qwen3",
        frequencies=frequencies,
        padding=decoder.embed_tokens.padding_idx,
        dtype=str(model.dtype).removeprefix("torch."),
    )


def torch_dtype(architecture: Architecture) -> torch.dtype:
    """The type of the weights."""
    found: torch.dtype = getattr(torch, architecture.dtype)
    return found
