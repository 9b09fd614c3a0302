"""A causal language model as an RLModule: of the legal answers to what it has read, which one, and what to expect."""

from pathlib import Path
from typing import Any

import torch
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.utils.torch_utils import convert_to_torch_tensor

from coterie.adapters.rllib.scoring import Scorer
from coterie.core import ConfigError, Json
from coterie.learners.heads import zero_head
from coterie.policies.local.opening import open_model
from coterie.policies.local.saved import export, read_card, read_value_head

USUAL_LORA = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": "all-linear", "bias": "none"}


class LanguageModule(TorchRLModule, ValueFunctionAPI):  # type: ignore[misc]  # RLlib has no types
    """Scores the legal answers of a `tokens` view by the model's log-probabilities; a value head tells the return.

    In `model_config`: `model`, the folder of any causal language model (also one that `coterie train` wrote, whose
    value head is used), and `lora`, the settings of a `peft.LoraConfig` by which only an adapter is trained, or True
    for usual ones. What it learned goes to a folder by `save_pretrained`.
    """

    def setup(self) -> None:
        """Opens the model.

        Raises:
            ConfigError: the view is not of tokens, or no model is named.
            PolicyError: there is no such model.
        """
        spaces = getattr(self.observation_space, "spaces", {})
        if set(spaces) != {"text", "answers"}:
            raise ConfigError(f"found observations in {self.observation_space}, expected tokens: view='tokens'")
        folder = self.model_config.get("model")
        if not folder:
            raise ConfigError("no model is named; RLModuleSpec(..., model_config={'model': folder})")
        model, self.tokenizer = open_model(folder)
        size = model.config.get_text_config().hidden_size
        value_head = read_value_head(folder) or zero_head(size, model.dtype)
        self.adapted = bool(self.model_config.get("lora"))
        if self.adapted:
            model = _adapted(model, self.model_config["lora"])
        self.scorer = Scorer(model, value_head)
        self.learned = {f"scorer.{name}" for name, each in self.scorer.named_parameters() if each.requires_grad}

    def _forward(self, batch: dict[str, Any], **unused: Any) -> dict[str, Any]:
        log_probs_BA, values_B = self._score(batch)
        return {Columns.ACTION_DIST_INPUTS: log_probs_BA, Columns.EMBEDDINGS: values_B}

    def _forward_inference(self, batch: dict[str, Any], **unused: Any) -> dict[str, Any]:
        with torch.no_grad():
            return {Columns.ACTION_DIST_INPUTS: self._score(batch)[0]}

    _forward_exploration = _forward_inference

    def _score(self, batch: dict[str, Any], scorer: Any = None) -> tuple[torch.Tensor, torch.Tensor]:
        seen = batch[Columns.OBS]
        scored: tuple[torch.Tensor, torch.Tensor] = (scorer or self.scorer)(seen["text"], seen["answers"])
        return scored

    def train(self, mode: bool = True) -> "LanguageModule":
        """Leaves dropout off: with it a text would be judged otherwise in training than when the answer was drawn."""
        learning: LanguageModule = super().train(False)
        return learning

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> torch.Tensor:
        """Returns what the value head expects, `[B]`; from a forward pass for training it is already known."""
        if embeddings is not None:
            known: torch.Tensor = embeddings
            return known
        return self.scorer.values(batch[Columns.OBS]["text"])

    def get_state(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Returns the weights; with LoRA only those that learn, because everybody opens the same folder."""
        state: dict[str, Any] = super().get_state(*arguments, **named)
        return {name: value for name, value in state.items() if self._learns(name)} if self.adapted else state

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes such weights.

        Raises:
            ConfigError: they are those of another model.
        """
        missing, unknown = self.load_state_dict(convert_to_torch_tensor(state), strict=False)
        lost = [name for name in missing if not self.adapted or self._learns(name)]
        # A module that only acts has no target network; whoever sends the weights may have one.
        strange = [name for name in unknown if not name.startswith("target.")]
        if lost or strange:
            raise ConfigError(f"weights of another model: {', '.join([*lost, *strange][:5])} on one side only")

    def _learns(self, name: str) -> bool:
        return name.replace("target.", "scorer.", 1) in self.learned

    def save_pretrained(self, folder: str | Path, **card: Json) -> None:
        """Writes the model so that plain Transformers, `coterie play` and the policies of this library open it.

        A LoRA adapter is merged into it. `card` is added to how the policy is to be seated.
        """
        known = {key: value for key, value in read_card(self.model_config["model"]).items() if key != "version"}
        usual: dict[str, Json] = {"policy": Path(folder).name, "codec": "compact", "tokens_per_word": 3.0}
        export(folder, self.scorer.model, self.tokenizer, self.scorer.value_head, {**usual, **known, **card})


def _adapted(model: Any, settings: Any) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise ConfigError('lora needs peft; install it with: pip install "coterie[rllib]"') from error
    chosen = {**USUAL_LORA, **(settings if isinstance(settings, dict) else {})}
    # It draws from the global generator; every process must begin with the same adapter.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **chosen))
