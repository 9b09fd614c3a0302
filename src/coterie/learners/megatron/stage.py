"""One process's part of the model: some layers of it, and of these its share.

Axes: B sequence, L position, N own sampled token, D decision, M width of the model, V vocabulary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from coterie.learners.batch import Piece, token_log_probs
from coterie.learners.megatron.architecture import Architecture, torch_dtype
from coterie.learners.megatron.conversion import Part, padded_vocabulary, parts


class Measured(NamedTuple):
    """What a model says of a piece."""

    log_probs_N: Tensor
    entropy_N: Tensor
    values_D: Tensor


Slopes = tuple[Tensor | None, Tensor | None, Tensor | None]
"""How a loss changes with each of what was measured; None: not at all."""


class Stage:
    """A Megatron-core GPTModel that measures what a sampler recorded, in Megatron-core's own pipeline schedule."""

    def __init__(self, architecture: Architecture, temperature: float, device: torch.device) -> None:
        """Makes the part of this process, with no weights yet; process groups are there already."""
        from megatron.core import parallel_state
        from megatron.core.models.gpt import GPTModel
        from megatron.core.models.gpt.gpt_layer_specs import get_gpt_layer_local_spec

        self.architecture, self.temperature, self.device = architecture, temperature, device
        self.first = parallel_state.is_pipeline_first_stage()
        self.last = parallel_state.is_pipeline_last_stage()
        model: Any = GPTModel(
            config=_configuration(architecture),
            transformer_layer_spec=get_gpt_layer_local_spec(
                qk_layernorm=architecture.query_key_norm, normalization="RMSNorm"
            ),
            vocab_size=padded_vocabulary(
                architecture.vocabulary, parallel_state.get_tensor_model_parallel_world_size()
            ),
            max_sequence_length=architecture.positions,
            pre_process=self.first,
            post_process=self.last,
            share_embeddings_and_output_weights=architecture.tied,
            position_embedding_type="rope",
        )
        self.model = model.to(device=device, dtype=torch_dtype(architecture))
        self.model.rotary_pos_emb.inv_freq = torch.tensor(architecture.frequencies, device=device)
        self.value_head = torch.nn.Linear(architecture.hidden, 1, dtype=torch_dtype(architecture), device=device)
        if self.first and architecture.padding is not None:
            self.model.embedding.word_embeddings.register_forward_hook(self._without_padding)
        if self.last:
            self.model.output_layer.register_forward_pre_hook(self._wanted_rows)
        self.parameters = dict(self._parameters())

    def _parameters(self) -> Iterator[tuple[Part | str, torch.nn.Parameter]]:
        """What this process trains: Megatron-core's parameters by their part, those of the value head by their name."""
        from megatron.core import parallel_state

        below = self.architecture.layers // parallel_state.get_pipeline_model_parallel_world_size()
        below *= parallel_state.get_pipeline_model_parallel_rank()
        known = {part.name: part for part in parts(self.architecture)}
        for name, parameter in self.model.named_parameters():
            words = name.split(".")
            if words[:2] == ["decoder", "layers"]:
                words[2] = str(int(words[2]) + below)
            yield known[".".join(words)], parameter
        if self.last:
            yield from ((f"value_head.{name}", each) for name, each in self.value_head.named_parameters())

    def measure(self, pieces: Sequence[Piece]) -> list[Measured]:
        """Runs the pieces through the pipeline; the last stage returns what came out."""
        with torch.no_grad():
            return self._run(pieces, None)

    def differentiate(self, pieces: Sequence[Piece], gradients: Sequence[Slopes]) -> None:
        """Adds to every parameter's gradient what a loss changes with it, given what it changes with the measures."""
        self._run(pieces, gradients)

    def _run(self, pieces: Sequence[Piece], gradients: Sequence[Slopes] | None) -> list[Measured]:
        from megatron.core.pipeline_parallel import get_forward_backward_func

        if not pieces:
            return []
        run = get_forward_backward_func()
        waiting = iter([(piece, gradients[place] if gradients else None) for place, piece in enumerate(pieces)])
        found: list[Measured] = run(
            forward_step_func=self._forward,
            data_iterator=waiting,
            model=self.model,
            num_microbatches=len(pieces),
            seq_length=1,  # shapes vary; each stage tells the next
            micro_batch_size=1,
            forward_only=gradients is None,
            collect_non_loss_data=gradients is None,
        )
        return found

    def _forward(self, waiting: Iterator[tuple[Piece, Slopes | None]], model: Any) -> tuple[Tensor, Any]:
        """One piece through this stage; returns what comes out, and what the last stage makes of it."""
        piece, gradients = next(waiting)
        piece = Piece(**{each.name: getattr(piece, each.name).to(self.device) for each in fields(piece)})
        self._piece = piece
        length = piece.ids_BL.shape[1]
        positions_BL = torch.arange(length, device=self.device).expand_as(piece.ids_BL)
        ahead_11LL = torch.ones(length, length, dtype=torch.bool, device=self.device).triu(1)[None, None]
        output = model(piece.ids_BL, positions_BL, ahead_11LL)
        if not self.last:
            return output, None
        measured = self._measured(output[0], piece)

        def result(_: Tensor, non_loss_data: bool = False) -> Any:
            return measured if non_loss_data else (_linear(measured, gradients), torch.tensor(1), None)

        return output, result

    def _wanted_rows(self, layer: torch.nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Hands the output layer only the positions before own tokens: a row of logits is the widest thing there is."""
        hidden_LBM, *rest = arguments
        flat = hidden_LBM.transpose(0, 1).flatten(0, 1)
        self._asked_DM = flat[self._piece.asked_D]
        return flat[self._piece.before_N][:, None], *rest

    def _without_padding(self, layer: torch.nn.Module, arguments: tuple[Tensor, ...], embedded_BLM: Tensor) -> Tensor:
        """Lets no gradient through to the embedding of padding, as Transformers does."""
        padding_BL = torch.eq(arguments[0], self.architecture.padding or 0)
        return torch.where(padding_BL[..., None], embedded_BLM.detach(), embedded_BLM)

    def _measured(self, logits_NV: Tensor, piece: Piece) -> Measured:
        from megatron.core.tensor_parallel import gather_from_tensor_model_parallel_region

        whole_NV = gather_from_tensor_model_parallel_region(logits_NV)[:, : self.architecture.vocabulary]
        log_probs_N, entropy_N = token_log_probs(whole_NV, piece, self.temperature)
        return Measured(log_probs_N, entropy_N, self.value_head(self._asked_DM)[:, 0].float())


def _linear(measured: Measured, gradients: Slopes | None) -> Tensor:
    """A loss whose gradient is that of the algorithm's, which saw the whole minibatch."""
    assert gradients is not None
    both = zip(measured, gradients, strict=True)
    terms = [(value * slope.to(value.device)).sum() for value, slope in both if slope is not None]
    return torch.stack(terms).sum()


def _configuration(architecture: Architecture) -> Any:
    from megatron.core import parallel_state
    from megatron.core.transformer import TransformerConfig

    dtype = torch_dtype(architecture)
    return TransformerConfig(
        num_layers=architecture.layers,
        hidden_size=architecture.hidden,
        num_attention_heads=architecture.heads,
        num_query_groups=architecture.groups,
        kv_channels=architecture.head_width,
        ffn_hidden_size=architecture.feed_forward,
        normalization="RMSNorm",
        layernorm_epsilon=architecture.epsilon,
        qk_layernorm=architecture.query_key_norm,
        activation_func=functional.silu,
        gated_linear_unit=True,
        add_bias_linear=False,
        hidden_dropout=0.0,
        attention_dropout=0.0,
        tensor_model_parallel_size=parallel_state.get_tensor_model_parallel_world_size(),
        pipeline_model_parallel_size=parallel_state.get_pipeline_model_parallel_world_size(),
        params_dtype=dtype,
        pipeline_dtype=dtype,
        bf16=dtype == torch.bfloat16,
        fp16=dtype == torch.float16,
        variable_seq_lengths=True,  # pieces differ in length
        moe_token_dispatcher_type="alltoall",  # nothing is dispatched, but the default does not go with the line above
        calculate_per_token_loss=True,  # the algorithm's loss is not to be divided again
        use_cpu_initialization=True,  # weights come from a file
        perform_initialization=False,
        # The fused kernels take a GPU and Transformer Engine.
        gradient_accumulation_fusion=False,
        masked_softmax_fusion=False,
        bias_activation_fusion=False,
        bias_dropout_fusion=False,
        persist_layer_norm=False,
        apply_rope_fusion=False,
    )
