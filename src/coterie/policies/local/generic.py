"""Any Hugging Face causal language model, through its own forward pass; correct first.

Axes: P pieces, W wanted tokens, V vocabulary, H hidden.
"""

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from coterie.policies.local.backend import NewTokens

if TYPE_CHECKING:
    from transformers import DynamicCache, PreTrainedModel


Cells: TypeAlias = list[tuple[Tensor, Tensor]]
"""Keys and values of one row, per layer `[heads, tokens, width]`."""


class Text(NamedTuple):
    """New tokens of a row, and how many encoded ones they follow."""

    row: int
    start: int
    tokens: list[int]


class Generic:
    """Keeps the keys and values that the model returns, row by row, and pads them into batches."""

    def __init__(self, model: "PreTrainedModel", dtype: torch.dtype) -> None:
        """Copies a model; a quantised one, which nobody trains, is used as it is."""
        if getattr(model, "hf_quantizer", None) is not None:
            self._model = model
        else:
            self._model = copy.deepcopy(model)
            torch.nn.Module.to(self._model, dtype)
        self._model.train(False)
        self._takes_positions = "position_ids" in inspect.signature(model.forward).parameters
        self._cells: dict[int, Cells] = {}
        self.vocabulary: int = model.config.vocab_size
        self.positions: int | None = getattr(model.config, "max_position_embeddings", None)

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Takes new weights."""
        self._model.load_state_dict(weights)

    def forget(self, row: int) -> None:
        """Drops what is stored of a row."""
        self._cells.pop(row, None)

    def logits(self, new: NewTokens) -> Tensor:
        """Returns float32 logits at the wanted tokens, `[W, V]`."""
        return self._wanted(new, want_hidden=False)

    def hidden(self, new: NewTokens) -> Tensor:
        """Returns the last hidden states at the wanted tokens, `[W, H]`."""
        return self._wanted(new, want_hidden=True)

    def _wanted(self, new: NewTokens, *, want_hidden: bool) -> Tensor:
        ends = new.counts_P.cumsum().tolist()
        texts = [
            Text(row, start, new.tokens_N[end - count : end - count + kept].tolist())
            for row, start, count, kept, end in zip(
                new.rows_P.tolist(),
                new.starts_P.tolist(),
                new.counts_P.tolist(),
                new.kept_P.tolist(),
                ends,
                strict=True,
            )
        ]
        results = [[output_X] for output_X in self._encode(texts, keep=True, want_hidden=want_hidden)]
        # Every branch token ends a text of its own: shared beginnings are computed again, but any model can do it.
        branches = [
            (piece, Text(texts[piece].row, texts[piece].start + len(texts[piece].tokens), tree.path(token)))
            for piece, tree in new.branches.items()
            for token in range(len(tree.tokens))
        ]
        if branches:
            outputs = self._encode([text for _, text in branches], keep=False, want_hidden=want_hidden)
            for (piece, _), output_X in zip(branches, outputs, strict=True):
                results[piece].append(output_X)
        return torch.stack([output_X for result in results for output_X in result])

    def _encode(self, texts: Sequence[Text], *, keep: bool, want_hidden: bool) -> list[Tensor]:
        """Returns logits or hidden states at the last token of each text.

        The past is padded on the left and the new tokens on the right, so that both meet in one column.
        """
        past, new = max(text.start for text in texts), max(len(text.tokens) for text in texts)
        inputs, positions = torch.zeros(2, len(texts), new, dtype=torch.long)
        mask = torch.zeros(len(texts), past + new, dtype=torch.long)
        for index, (_, start, tokens) in enumerate(texts):
            inputs[index, : len(tokens)] = torch.tensor(tokens)
            positions[index, : len(tokens)] = torch.arange(start, start + len(tokens))
            mask[index, past - start : past + len(tokens)] = 1
        cache = self._batched(texts, past)
        outputs = self._model(
            input_ids=inputs.to(self._model.device),
            attention_mask=mask.to(self._model.device),
            past_key_values=cache,
            use_cache=True,
            output_hidden_states=want_hidden,
            **({"position_ids": positions.to(self._model.device)} if self._takes_positions else {}),
        )
        for index, (row, start, tokens) in enumerate(texts) if keep else ():
            cells = slice(past - start, past + len(tokens))
            self._cells[row] = [
                (keys[index, :, cells].clone(), values[index, :, cells].clone()) for keys, values, *_ in cache
            ]
        states = outputs.hidden_states[-1] if want_hidden else outputs.logits.float()
        return [states[index, len(text.tokens) - 1] for index, text in enumerate(texts)]

    def _batched(self, texts: Sequence[Text], past: int) -> "DynamicCache":
        from transformers import DynamicCache

        cache = DynamicCache()
        if past == 0:
            return cache
        template = next(self._cells[text.row] for text in texts if text.start)
        for layer in range(len(template)):
            keys, values = (
                torch.stack(
                    [_padded(self._cells.get(text.row, template)[layer][side], text.start, past) for text in texts]
                )
                for side in range(2)
            )
            cache.update(keys, values, layer)
        return cache


def _padded(cells: Tensor, length: int, past: int) -> Tensor:
    """Returns the first `length` cells behind as many empty ones as make `past`."""
    return functional.pad(cells[:, :length], (0, 0, past - length, 0))
