"""A Hugging Face model's weights, fused and packed for the engine's own forward pass.

Axes: V vocabulary, M width of the model, P positions, H query heads, K key-value heads, J = H + K, D width of a head,
O outputs, I inputs, X any.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from coterie.policies.local.linear import Linear

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

GATED_FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
STATIC_ROTATIONS = frozenset({"default", "linear", "llama3", "yarn"})
"""Rotary embeddings whose frequencies do not depend on the length of the text."""
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": functional.silu,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu_new": lambda inputs: functional.gelu(inputs, approximate="tanh"),
    "gelu_pytorch_tanh": lambda inputs: functional.gelu(inputs, approximate="tanh"),
}


@dataclass(frozen=True, slots=True)
class Norm:
    """A root-mean-square norm, or a layer norm where there is a bias."""

    weight_X: Tensor
    bias_X: Tensor | None
    epsilon: float

    def __call__(self, inputs_NX: Tensor) -> Tensor:
        """Returns the normalised inputs, `[N, X]`."""
        shape = self.weight_X.shape
        if self.bias_X is None:
            return functional.rms_norm(inputs_NX, shape, self.weight_X, self.epsilon)
        return functional.layer_norm(inputs_NX, shape, self.weight_X, self.bias_X, self.epsilon)


@dataclass(frozen=True, slots=True)
class Layer:
    """One block of attention and feed-forward."""

    attention_norm: Norm
    query_key_value: Linear
    query_key_scale_JD: Tensor | None
    """Weights of the norm of queries and keys, float32; None without that norm."""
    attention_output: Linear
    feed_forward_norm: Norm
    feed_forward_up: Linear
    """Gate and up side by side where the feed-forward is gated."""
    feed_forward_down: Linear


@dataclass(frozen=True, slots=True)
class Weights:
    """All that changes with training."""

    embeddings_VM: Tensor
    positions_PM: Tensor | None
    """None where positions are rotations."""
    layers: list[Layer]
    final_norm: Norm
    head: Linear


def is_fast(model: "PreTrainedModel") -> bool:
    """Tells whether the engine's own forward pass computes this model."""
    config = model.config
    if getattr(model, "hf_quantizer", None) is not None:  # only the model itself can read its weights
        return False
    if config.model_type == "gpt2":
        special = config.scale_attn_by_inverse_layer_idx or config.add_cross_attention
        return config.scale_attn_weights and not special and config.activation_function in ACTIVATIONS
    if config.model_type not in GATED_FAMILIES or config.hidden_act not in ACTIVATIONS:
        return False
    window = getattr(config, "sliding_window", None)
    layers_slide = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    slides = layers_slide or config.model_type == "mistral"
    if slides and window is not None and window < config.max_position_embeddings:
        return False
    whole_head = 2 * len(model.model.rotary_emb.inv_freq) == _head_width(config)
    return whole_head and config.rope_parameters["rope_type"] in STATIC_ROTATIONS


def read_weights(config: "PreTrainedConfig", state: Mapping[str, Tensor], like: Tensor) -> Weights:
    """Fuses and packs the weights in `state`, in the dtype and on the device of `like`.

    Raises:
        KeyError: a weight is missing.
    """
    # Copies: an optimiser writes into the originals.
    named = _Named({name: tensor.detach().to(like.device, torch.float32, copy=True) for name, tensor in state.items()})
    return (_read_gpt2 if config.model_type == "gpt2" else _read_gated)(config, named, like.dtype)


class _Named(dict[str, Tensor]):
    def __missing__(self, name: str) -> Tensor:
        found = ", ".join(list(self)[:3])
        raise KeyError(
            f"no weight {name!r} among {len(self)} given ({found}, ...); give the full state_dict of the same "
            "architecture, with adapters merged"
        )


def _read_gated(config: "PreTrainedConfig", state: Mapping[str, Tensor], dtype: torch.dtype) -> Weights:
    width, heads, shared = _head_width(config), config.num_attention_heads, config.num_key_value_heads

    def linear(*names: str, pair: tuple[bool, ...] = (False, False, False)) -> Linear:
        weights = [_pair(state[f"{name}.weight"], width, when) for name, when in zip(names, pair, strict=False)]
        biases = [
            _pair(state[f"{name}.bias"], width, when)
            for name, when in zip(names, pair, strict=False)
            if f"{name}.bias" in state
        ]
        return Linear(torch.cat(weights).to(dtype), torch.cat(biases).to(dtype) if biases else None)

    def norm(name: str) -> Norm:
        return Norm(state[f"{name}.weight"].to(dtype), None, config.rms_norm_eps)

    def query_key_scale(attention: str) -> Tensor | None:
        if config.model_type != "qwen3":
            return None
        scales = [(state[f"{attention}.{kind}_norm.weight"], count) for kind, count in (("q", heads), ("k", shared))]
        return torch.cat([_pair(scale_D, width, True).expand(count, width) for scale_D, count in scales])

    def layer(at: str) -> Layer:
        attention, feed_forward = f"{at}.self_attn", f"{at}.mlp"
        query, key, value = (f"{attention}.{kind}_proj" for kind in "qkv")
        return Layer(
            norm(f"{at}.input_layernorm"),
            linear(query, key, value, pair=(True, True, False)),
            query_key_scale(attention),
            linear(f"{attention}.o_proj"),
            norm(f"{at}.post_attention_layernorm"),
            linear(f"{feed_forward}.gate_proj", f"{feed_forward}.up_proj"),
            linear(f"{feed_forward}.down_proj"),
        )

    embeddings_VM = state["model.embed_tokens.weight"]
    head_VM = state.get("lm_head.weight", embeddings_VM)
    layers = [layer(f"model.layers.{index}") for index in range(config.num_hidden_layers)]
    return Weights(embeddings_VM.to(dtype), None, layers, norm("model.norm"), Linear(head_VM.to(dtype)))


def _read_gpt2(config: "PreTrainedConfig", state: Mapping[str, Tensor], dtype: torch.dtype) -> Weights:
    # Queries carry the scale of the scores, so that the product needs no step of its own.
    scale_O = torch.ones(3 * config.n_embd)
    scale_O[: config.n_embd] = _head_width(config) ** -0.5

    def linear(name: str, scale_O: Tensor | float = 1.0) -> Linear:
        weight_IO, bias_O = state[f"{name}.weight"] * scale_O, state[f"{name}.bias"] * scale_O
        return Linear(weight_IO.t().to(dtype), bias_O.to(dtype))

    def norm(name: str) -> Norm:
        weight_X, bias_X = state[f"{name}.weight"].to(dtype), state[f"{name}.bias"].to(dtype)
        return Norm(weight_X, bias_X, config.layer_norm_epsilon)

    def layer(at: str) -> Layer:
        return Layer(
            norm(f"{at}.ln_1"),
            linear(f"{at}.attn.c_attn", scale_O.to(state["transformer.wte.weight"].device)),
            None,
            linear(f"{at}.attn.c_proj"),
            norm(f"{at}.ln_2"),
            linear(f"{at}.mlp.c_fc"),
            linear(f"{at}.mlp.c_proj"),
        )

    embeddings_VM, positions_PM = state["transformer.wte.weight"], state["transformer.wpe.weight"]
    head_VM = state.get("lm_head.weight", embeddings_VM)
    layers = [layer(f"transformer.h.{index}") for index in range(config.n_layer)]
    return Weights(
        embeddings_VM.to(dtype), positions_PM.to(dtype), layers, norm("transformer.ln_f"), Linear(head_VM.to(dtype))
    )


def _pair(weight_OX: Tensor, width: int, when: bool) -> Tensor:
    """Brings the two halves of each head, which rotate together, next to each other as complex numbers."""
    if not when:
        return weight_OX
    return weight_OX.view(-1, 2, width // 2, *weight_OX.shape[1:]).transpose(1, 2).reshape(weight_OX.shape)


def _head_width(config: "PreTrainedConfig") -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
