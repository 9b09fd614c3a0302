"""A causal language model as an RLModule for DQN: the values of its legal answers are Q = V + scale log pi."""

from typing import Any

import torch
from ray.rllib.algorithms.dqn.default_dqn_rl_module import QF_NEXT_PREDS, QF_PREDS, QF_TARGET_NEXT_PREDS
from ray.rllib.core.columns import Columns
from ray.rllib.core.learner.utils import make_target_network
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, QNetAPI, TargetNetworkAPI
from ray.rllib.utils.schedules.scheduler import Scheduler

from coterie.adapters.rllib.module import LanguageModule
from coterie.adapters.rllib.scoring import ILLEGAL


class LanguageQModule(LanguageModule, TargetNetworkAPI, QNetAPI, InferenceOnlyAPI):  # type: ignore[misc]
    """The same model for DQN, with the action values of `coterie.policies.local.values.ValuePolicy`.

    In `model_config` also `scale` (0.1): what a unit of log-probability is worth. Set `dueling=False` and
    `num_atoms=1` in the configuration of DQN: the value head is the dueling part, and values are no distributions.
    """

    def setup(self) -> None:
        """Opens the model, and says how it explores."""
        super().setup()
        self.scale = float(self.model_config.get("scale", 0.1))
        self.epsilon = Scheduler(fixed_value_or_schedule=self.model_config.get("epsilon", 0.1), framework="torch")

    def compute_q_values(self, batch: dict[str, Any]) -> dict[str, torch.Tensor]:
        """Returns the value of every answer, `[B, A]`; of an illegal one a very low number."""
        return {QF_PREDS: self._values(batch, self.scorer)}

    def forward_target(self, batch: dict[str, Any]) -> dict[str, torch.Tensor]:
        """Returns the same by the target network."""
        return {QF_PREDS: self._values(batch, self.target)}

    def _values(self, batch: dict[str, Any], scorer: Any) -> torch.Tensor:
        log_probs_BA, values_B = self._score(batch, scorer)
        legal_BA = log_probs_BA > ILLEGAL / 2
        # After an episode was cut short nothing is legal: what is expected from there is the value of the text alone.
        over_B1 = ~legal_BA.any(1, keepdim=True)
        values_BA = values_B[:, None] + self.scale * torch.where(legal_BA, log_probs_BA, 0.0)
        return torch.where(legal_BA | over_B1, values_BA, ILLEGAL)

    def _forward_inference(self, batch: dict[str, Any], **unused: Any) -> dict[str, Any]:
        with torch.no_grad():
            values_BA = self.compute_q_values(batch)[QF_PREDS]
        return {Columns.ACTIONS: values_BA.argmax(1), QF_PREDS: values_BA}

    def _forward_exploration(self, batch: dict[str, Any], t: int = 0, **unused: Any) -> dict[str, Any]:
        with torch.no_grad():
            values_BA = self.compute_q_values(batch)[QF_PREDS]
        self.epsilon.update(t)
        anything_B = torch.multinomial((values_BA > ILLEGAL / 2).float(), 1)[:, 0]
        explores_B = torch.rand(len(values_BA), device=values_BA.device) < self.epsilon.get_current_value()
        return {Columns.ACTIONS: torch.where(explores_B, anything_B, values_BA.argmax(1))}

    def _forward_train(self, batch: dict[str, Any], **unused: Any) -> dict[str, Any]:
        after = {Columns.OBS: batch[Columns.NEXT_OBS]}
        told = {QF_PREDS: self.compute_q_values(batch)[QF_PREDS]}
        with torch.no_grad():  # what follows is only compared with
            told[QF_TARGET_NEXT_PREDS] = self.forward_target(after)[QF_PREDS]
            if self.model_config.get("double_q"):
                told[QF_NEXT_PREDS] = self.compute_q_values(after)[QF_PREDS]
        return told

    def make_target_networks(self) -> None:
        """Copies the model; only learners do."""
        self.target = make_target_network(self.scorer)

    def get_target_network_pairs(self) -> list[tuple[Any, Any]]:
        """What is copied from time to time."""
        return [(self.scorer, self.target)]

    def get_non_inference_attributes(self) -> list[str]:
        """Who only acts has no target network."""
        return ["target"]
