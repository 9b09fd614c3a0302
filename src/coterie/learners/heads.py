"""What reads a causal model's last hidden state: its own output layer, and a value head."""

from typing import Any

import torch
from transformers import PreTrainedModel


def zero_head(size: int, dtype: torch.dtype) -> torch.nn.Linear:
    """A value head that begins by saying 0: a random one would be noise in the first advantages."""
    head = torch.nn.Linear(size, 1, dtype=dtype)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    return head


def decoder(model: PreTrainedModel) -> Any:
    """The model below its output layer; of a PEFT model with the adapter in it."""
    whole: Any = model
    inner = whole.get_base_model() if hasattr(model, "peft_config") else whole
    return inner.base_model


def head(model: PreTrainedModel) -> Any:
    """The output layer of a model."""
    whole: Any = model
    return whole.get_output_embeddings()


def head_is_plain(model: PreTrainedModel) -> bool:
    """Whether logits are just the output layer over the last hidden state (no cap, no scale): tried, not guessed."""
    with torch.no_grad():
        ids = torch.arange(4, device=model.device)[None]
        try:
            hidden = decoder(model)(input_ids=ids, use_cache=False).last_hidden_state
            return torch.allclose(head(model)(hidden), model(input_ids=ids).logits, atol=1e-5)
        except (AttributeError, TypeError):
            return False
