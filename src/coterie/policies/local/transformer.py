"""The engine's own forward pass, for the Llama family and GPT-2.

Axes: P pieces, N packed new tokens (padded), W wanted tokens, M width of the model, J query and key heads,
D width of a head, V vocabulary.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from coterie.policies.local.attention import Heads
from coterie.policies.local.backend import NewTokens
from coterie.policies.local.cache import Cache
from coterie.policies.local.linear import padded_count
from coterie.policies.local.packing import Packed, Write, pack
from coterie.policies.local.weights import ACTIVATIONS, GATED_FAMILIES, Layer, read_weights

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TOKENS_AT_ONCE = 1024
"""New tokens of one forward pass, so that activations stay in the processor's cache, and scores within memory."""


class Transformer:
    """Keeps keys and values in a `Cache` and encodes only what is new.

    Computes in the order that suits few tokens: fused products, packed tokens, and in the last layer only the tokens
    whose output is wanted.
    """

    def __init__(self, model: "PreTrainedModel", dtype: torch.dtype) -> None:
        """Copies the weights of a model for which `is_fast` holds."""
        config = model.config
        self._config = config
        self._like = torch.empty(0, dtype=dtype, device=model.device)
        # Keys, values and scores are float32 whatever the products are: it is more exact, and in bfloat16 oneDNN would
        # compile a kernel for each of the ever new shapes of attention.
        self._attention_like = self._like.float()
        self.vocabulary: int = config.vocab_size
        self.positions: int | None = config.max_position_embeddings
        self._gated = config.model_type in GATED_FAMILIES
        self._activation = ACTIVATIONS[config.hidden_act if self._gated else config.activation_function]
        self._frequencies_D: Tensor | None = None
        count = config.num_attention_heads
        self._heads = Heads(count, count, config.hidden_size // count)
        if self._gated:
            rotary = model.model.rotary_emb
            self._frequencies_D = rotary.inv_freq.to(torch.float32)
            self._heads = Heads(count, config.num_key_value_heads, 2 * len(rotary.inv_freq))
            # Half of the scale of the scores for the queries, half for the keys.
            self._rotation_scale: float = rotary.attention_scaling * self._heads.width**-0.25
        self._cache = Cache(
            layers=config.num_hidden_layers,
            heads=self._heads.key_value,
            width=self._heads.width,
            like=self._attention_like,
        )
        self.load(model.state_dict())

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Takes new weights."""
        self._weights = read_weights(self._config, weights, self._like)

    def forget(self, row: int) -> None:
        """Frees the place of a row."""
        self._cache.release(row)

    def logits(self, new: NewTokens) -> Tensor:
        """Returns float32 logits at the wanted tokens, `[W, V]`."""
        hidden_WM = self.hidden(new)
        padding = padded_count(len(hidden_WM)) - len(hidden_WM)
        logits_WV = self._weights.head(functional.pad(hidden_WM, (0, 0, 0, padding)))
        return logits_WV[: len(hidden_WM)].float()

    def hidden(self, new: NewTokens) -> Tensor:
        """Returns the hidden states after the final norm at the wanted tokens, `[W, M]`."""
        while (new.kept_P > TOKENS_AT_ONCE).any():
            beginnings, new = new.split(TOKENS_AT_ONCE)
            for part in _portions(beginnings):
                self._encode(part)
        results = [self._encode(part) for part in _portions(new)]
        return results[0] if len(results) == 1 else torch.cat(results)

    def _encode(self, new: NewTokens) -> Tensor:
        return self._forward(pack(new, self._cache, self._heads, self._attention_like))

    def _forward(self, packed: Packed) -> Tensor:
        weights = self._weights
        hidden_NM = weights.embeddings_VM.index_select(0, packed.tokens_N)
        rotation_N1D = None
        if weights.positions_PM is not None:
            hidden_NM += weights.positions_PM.index_select(0, packed.positions_N)
        else:
            rotation_N1D = self._rotation(packed.positions_N)
        attend, last = packed.attention, len(weights.layers) - 1
        for index, layer in enumerate(weights.layers):
            query_key_value_NX = layer.query_key_value(layer.attention_norm(hidden_NM))
            heads_NJD = query_key_value_NX.view(len(hidden_NM), -1, self._heads.width)
            query_keys_NJD = self._query_keys(layer, heads_NJD[:, : -self._heads.key_value], rotation_N1D)
            for write in packed.writes:
                self._write(write, index, query_keys_NJD, heads_NJD)
            if index == last and packed.narrowed_W is not None:
                attend = packed.last_attention
                hidden_NM = hidden_NM.index_select(0, packed.narrowed_W)
                query_keys_NJD = query_keys_NJD.index_select(0, packed.narrowed_W)
            attended_NX = attend(index, query_keys_NJD).to(self._like.dtype)
            hidden_NM = layer.attention_output.add_to(hidden_NM, attended_NX)
            raised_NX = layer.feed_forward_up(layer.feed_forward_norm(hidden_NM))
            if self._gated:
                gate_NX, up_NX = raised_NX.chunk(2, dim=-1)
                raised_NX = self._activation(gate_NX).mul_(up_NX)
            else:
                raised_NX = self._activation(raised_NX)
            hidden_NM = layer.feed_forward_down.add_to(hidden_NM, raised_NX)
        return weights.final_norm(hidden_NM.index_select(0, packed.asked_W))

    def _rotation(self, positions_N: Tensor) -> Tensor:
        assert self._frequencies_D is not None
        angles_ND = positions_N[:, None] * self._frequencies_D
        return torch.polar(torch.full_like(angles_ND, self._rotation_scale), angles_ND)[:, None]

    def _query_keys(self, layer: Layer, heads_NJD: Tensor, rotation_N1D: Tensor | None) -> Tensor:
        """Returns normed and rotated queries and keys, float32 `[N, J, D]`, contiguous."""
        heads_NJD = heads_NJD.float()
        if layer.query_key_scale_JD is not None:
            squares_NJ1 = torch.linalg.vector_norm(heads_NJD, dim=-1, keepdim=True).square_()
            scales_NJ1 = squares_NJ1.div_(self._heads.width).add_(self._config.rms_norm_eps).rsqrt_()
            heads_NJD = (heads_NJD * scales_NJ1).mul_(layer.query_key_scale_JD)
        if rotation_N1D is not None:
            pairs_NJD = torch.view_as_complex(heads_NJD.view(*heads_NJD.shape[:2], -1, 2))
            heads_NJD = torch.view_as_real(pairs_NJD * rotation_N1D).flatten(-2)
        return heads_NJD.contiguous()

    def _write(self, write: Write, layer: int, query_keys_NJD: Tensor, heads_NJD: Tensor) -> None:
        keys_NKD = query_keys_NJD[write.tokens, self._heads.query :]
        values_NKD = heads_NJD[write.tokens, -self._heads.key_value :]
        write.arena.keys[layer].view(-1).index_copy_(0, write.keys_X, keys_NKD.reshape(-1))
        values_XD = write.arena.values[layer].view(-1, self._heads.width)
        values_XD.index_copy_(0, write.values_NK, values_NKD.reshape(-1, self._heads.width).float())


def _portions(new: NewTokens) -> Iterator[NewTokens]:
    """Splits new tokens so that a forward pass has few enough of them."""
    low, total = 0, 0
    for piece, count in enumerate(new.counts_P.tolist()):
        if piece > low and total + count > TOKENS_AT_ONCE:
            yield new.part(low, piece)
            low, total = piece, 0
        total += count
    yield new if low == 0 else new.part(low, len(new.counts_P))
