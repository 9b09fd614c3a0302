"""Opening saved models: whole ones, adapters of PEFT, quantised ones; from a folder or by a name on the hub."""

import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.peft_utils import find_adapter_config_file

from coterie.core import ConfigError, PolicyError

BITS = {"8bit": {"load_in_8bit": True}, "4bit": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}}


class Generation(NamedTuple):
    """How a model decodes."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


def open_model(name: str | Path, quantised: str | None = None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Opens a causal model and its tokenizer.

    Args:
        name: a folder with a whole model or with an adapter, or what the hub calls it.
        quantised: `8bit` or `4bit`; None: as it was saved.

    Raises:
        PolicyError: there is none.
        ConfigError: a package is missing, or this machine cannot hold a model so.
    """
    try:
        adapter = find_adapter_config_file(str(name))
        base = _base_of(name) if adapter else name
        model = _whole(base, quantised)
        if adapter:
            model = _merged(model, name, quantised)
        try:
            tokenizer = AutoTokenizer.from_pretrained(name)
        except (OSError, ValueError):
            if not adapter:
                raise
            tokenizer = AutoTokenizer.from_pretrained(base)  # an adapter is often saved without one
    except (OSError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise PolicyError(f"cannot open a model at {name}: {error}; expected a saved causal model") from error
    return model, tokenizer


def generation_settings(model: PreTrainedModel) -> Generation:
    """How a model's own settings say that it should decode; greedily where they do not speak of sampling."""
    own = model.generation_config
    if own is None or not own.do_sample:
        return Generation(temperature=0.0)
    return Generation(
        1.0 if own.temperature is None else float(own.temperature),
        int(own.top_k or 0),
        1.0 if own.top_p is None else float(own.top_p),
    )


def _whole(name: str | Path, quantised: str | None) -> PreTrainedModel:
    if quantised is None:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(name)
        return model
    if quantised not in BITS:
        raise ConfigError(f"found quantised={quantised!r}, expected one of {', '.join(BITS)}")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigError('a quantised model needs bitsandbytes; install it with: pip install "coterie[quantised]"')
    settings: Any = BITS[quantised]
    try:
        model = AutoModelForCausalLM.from_pretrained(
            name,
            quantization_config=BitsAndBytesConfig(**settings),  # type: ignore[no-untyped-call]
            device_map="cuda" if torch.cuda.is_available() else "cpu",
        )
    except (RuntimeError, ImportError, NotImplementedError) as error:
        raise ConfigError(f"this machine cannot hold {name} in {quantised}: {error}; open it unquantised") from error
    return model


def _base_of(adapter: str | Path) -> str:
    config: Any = _peft().PeftConfig.from_pretrained(str(adapter))
    if not config.base_model_name_or_path:
        raise PolicyError(f"the adapter {adapter} does not say which model it was made for (base_model_name_or_path)")
    return str(config.base_model_name_or_path)


def _merged(model: PreTrainedModel, adapter: str | Path, quantised: str | None) -> PreTrainedModel:
    if quantised is not None:
        raise ConfigError(f"the adapter {adapter} cannot be merged into a quantised model; open it unquantised")
    whole: PreTrainedModel = _peft().PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    return whole


def _peft() -> Any:
    try:
        import peft
    except ImportError as error:
        raise ConfigError('an adapter needs peft; install it with: pip install "coterie[train]"') from error
    return peft
