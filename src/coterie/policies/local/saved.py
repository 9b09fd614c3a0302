"""A policy in a folder: the model as plain Transformers opens it, and beside it the value head and how to seat it."""

import copy
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from coterie.core import Json

VALUE_HEAD = "value_head.safetensors"
"""The file beside a saved model that holds its value head."""
POLICY_CARD = "policy.json"
"""The file beside a saved model that says how to seat it: its name, its codec, the tokens a word may take."""


def export(
    folder: str | Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    value_head: torch.nn.Linear,
    card: dict[str, Json],
) -> None:
    """Writes a model so that plain Transformers opens it, and beside it the value head and how to seat it."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    plain(model).save_pretrained(place)
    tokenizer.save_pretrained(place)
    save_file({name: value.detach() for name, value in value_head.state_dict().items()}, place / VALUE_HEAD)
    (place / POLICY_CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def plain(model: PreTrainedModel) -> PreTrainedModel:
    """The model as plain Transformers knows it: of a PEFT model, a copy with the adapter merged in."""
    merge = getattr(copy.deepcopy(model), "merge_and_unload", None) if hasattr(model, "peft_config") else None
    merged: PreTrainedModel = merge() if merge is not None else model
    return merged


def read_value_head(folder: str | Path) -> torch.nn.Linear | None:
    """The value head beside a saved model, where there is one."""
    if not (saved := Path(folder) / VALUE_HEAD).exists():
        return None
    weights = load_file(saved)
    head = torch.nn.Linear(weights["weight"].shape[1], 1, dtype=weights["weight"].dtype)
    head.load_state_dict(weights)
    return head


def read_card(folder: str | Path) -> dict[str, Json]:
    """What a saved model's card says; empty where a model has none."""
    path = Path(folder) / POLICY_CARD
    card: dict[str, Json] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return card
