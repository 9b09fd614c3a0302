"""Learns a causal language model with PyTorch: full weights or LoRA, one learner per policy."""

import copy
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from coterie.core import Algorithm, ConfigError, Credit, Episode, Json, Tokens
from coterie.learners.batch import Batch, Piece, collate, sequences, token_log_probs
from coterie.learners.batch import Sequence as Line
from coterie.learners.heads import decoder, head, head_is_plain, zero_head
from coterie.learners.products import OneDnnProducts
from coterie.policies.local.saved import export, plain


class TorchLearner:
    """Owns the weights of one policy and takes AdamW steps on what that policy sampled.

    `publish(model, value_head, version)` is called after every update and hands the new weights to whoever samples.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        policy: str,
        publish: Callable[[PreTrainedModel, torch.nn.Linear, int], None],
        *,
        value_head: torch.nn.Linear | None = None,
        learning_rate: float = 1e-3,
        decay_over: int | None = None,
        minibatch: int = 32,
        epochs: int = 1,
        clip_gradient: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Takes the weights.

        Args:
            model: any causal model of Transformers, or a PEFT model around one (then only its adapter trains).
            tokenizer: saved beside the weights, so that plain Transformers opens the folder.
            policy: the name on the samples that train it.
            publish: receives every new version.
            value_head: from the last hidden state to the value; made when missing.
            learning_rate: of AdamW.
            decay_over: updates over which the rate falls linearly to a tenth; None: constant.
            minibatch: sequences in one optimiser step.
            epochs: passes over what is given.
            clip_gradient: largest norm of a step's gradient.
            temperature: at which the sampler samples.
            seed: of the order of minibatches.
        """
        self.model, self.tokenizer, self.policy, self.publish = model, tokenizer, policy, publish
        size = model.config.get_text_config().hidden_size
        self.value_head = value_head or zero_head(size, model.dtype)
        self.learning_rate, self.decay_over = learning_rate, decay_over
        self.minibatch, self.epochs, self.clip_gradient = minibatch, epochs, clip_gradient
        self.temperature, self.seed, self.version = temperature, seed, 0
        self.parameters = {
            **{name: each for name, each in model.named_parameters() if each.requires_grad},
            **{f"value_head.{name}": each for name, each in self.value_head.named_parameters()},
        }
        if not self.parameters:
            raise ConfigError("no parameter of the model requires a gradient; there is nothing to train")
        self.optimizer = self._new_optimizer()
        self._direct = head_is_plain(model)

    def _new_optimizer(self) -> torch.optim.AdamW:
        return torch.optim.AdamW(
            self.parameters.values(), lr=self.learning_rate, betas=(0.9, 0.95), weight_decay=0.0, foreach=True
        )

    def update(self, episodes: Sequence[Episode], credit: Credit, algorithm: Algorithm) -> dict[str, float]:
        """Learns from the turns of its own policy; hands out the next version."""
        lines = sequences(episodes, credit, self.policy)
        sums: dict[str, float] = {}
        steps = 0
        rate = self._rate()
        for epoch in range(self.epochs):
            order = list(range(len(lines)))
            random.Random(f"{self.seed} {self.version} {epoch}").shuffle(order)
            for start in range(0, len(order), self.minibatch):
                chosen = [lines[index] for index in order[start : start + self.minibatch]]
                loss, statistics = algorithm.loss(self.measure(self.collate(chosen)))
                norm = self.step(loss, rate)
                steps += 1
                for name, value in {**statistics, "loss": float(loss.detach()), "gradient": norm}.items():
                    sums[name] = sums.get(name, 0.0) + value
        self.finish()
        self.version += 1
        self.publish(plain(self.model), self.value_head, self.version)
        count = float(sum(len(line.own) for line in lines))
        return {name: total / steps for name, total in sums.items()} | {"tokens": count, "learning_rate": rate}

    def _rate(self) -> float:
        if self.decay_over is None:
            return self.learning_rate
        return self.learning_rate * max(0.1, 1 - 0.9 * self.version / self.decay_over)

    def collate(self, lines: Sequence[Line]) -> Batch:
        """Puts the sequences of a minibatch into one batch."""
        return collate(lines, self.model.device)

    def measure(self, batch: Batch) -> Tokens:
        """Runs the model over a batch and measures what the sampler recorded: what every loss is made of."""
        with OneDnnProducts():
            return tokens(batch, [self._measure(piece) for piece in batch.pieces])

    def step(self, loss: torch.Tensor, rate: float) -> float:
        """Takes an optimiser step down the gradient of a loss; returns the gradient's norm before clipping."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.clip_gradient)
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        return float(norm)

    def finish(self) -> None:
        """Ends an update, before its weights are published."""

    def _measure(self, piece: Piece) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Log-probabilities and entropies of own tokens, values of decisions."""
        if self._direct:
            hidden_BLH = decoder(self.model)(input_ids=piece.ids_BL, use_cache=False).last_hidden_state
        else:
            output = self.model(input_ids=piece.ids_BL, use_cache=False, output_hidden_states=True)
            hidden_BLH = output.hidden_states[-1]
        flat = hidden_BLH.reshape(-1, hidden_BLH.shape[-1])
        # The position before a token predicts it; only own tokens are measured, so only they cost a row of logits.
        if self._direct:
            logits_NV = head(self.model)(flat[piece.before_N])
        else:
            logits_NV = output.logits.reshape(-1, output.logits.shape[-1])[piece.before_N]
        log_probs_N, entropy_N = token_log_probs(logits_NV, piece, self.temperature)
        return log_probs_N, entropy_N, self.value_head(flat[piece.asked_D])[:, 0].float()

    def again(self, learning_rate: float, decay_over: int | None = None) -> Self:
        """A learner for the next lesson: the same weights, a fresh optimiser, versions counted from 0."""
        learner = copy.copy(self)
        learner.learning_rate, learner.decay_over, learner.version = learning_rate, decay_over, 0
        learner.optimizer = learner._new_optimizer()
        return learner

    def export(self, folder: str | Path, **card: Json) -> None:
        """Writes weights and tokenizer in Hugging Face format, the value head beside them, and how to seat the policy.

        `card` is what `coterie play` needs to know: the codec's name and the tokens a word may take.
        """
        card = {"policy": self.policy, "version": self.version, **card}
        export(folder, self.model, self.tokenizer, self.value_head, card)

    def save(self, folder: str) -> None:
        """Writes everything needed to go on: what `export` writes, the trained tensors and the optimiser."""
        place = Path(folder)
        self.export(place)
        names = list(self.parameters)
        state: dict[str, torch.Tensor] = {}
        for name, parameter in self.parameters.items():
            for key, value in self.optimizer.state.get(parameter, {}).items():
                state[f"{name}|{key}"] = torch.as_tensor(value).detach().contiguous()
        save_file(state, place / "optimizer.safetensors")
        # The trained tensors themselves: with LoRA the merged weights above do not hold the adapter.
        own = {name: each.detach().contiguous().clone() for name, each in self.parameters.items()}
        save_file(own, place / "trained.safetensors")
        (place / "learner.json").write_text(json.dumps({"version": self.version, "parameters": len(names)}) + "\n")

    def load(self, folder: str) -> None:
        """Reads everything back and hands out the version that was saved."""
        place = Path(folder)
        own = load_file(place / "trained.safetensors")
        if missing := sorted(set(self.parameters) ^ set(own)):
            raise ConfigError(f"{place}: saved for another model; differing parameters: {', '.join(missing[:5])}")
        with torch.no_grad():
            for name, value in own.items():
                self.parameters[name].copy_(value)
        self.optimizer = self._new_optimizer()
        for joined, value in load_file(place / "optimizer.safetensors").items():
            name, _, key = joined.rpartition("|")
            self.optimizer.state[self.parameters[name]][key] = value
        self.version = int(json.loads((place / "learner.json").read_text())["version"])
        self.publish(plain(self.model), self.value_head, self.version)


def tokens(batch: Batch, measured: Sequence[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]) -> Tokens:
    """What a loss sees, given of each piece its log-probabilities, entropies and values."""
    log_probs_N, entropy_N, values_D = (torch.cat(parts) for parts in zip(*measured, strict=True))
    return Tokens(
        log_probs_N=log_probs_N[batch.place_N],
        old_log_probs_N=batch.old_log_probs_N,
        advantages_N=batch.advantages_N,
        targets_D=batch.targets_D,
        values_D=values_D[batch.place_D],
        decision_N=batch.decision_N,
        entropy_N=entropy_N[batch.place_N],
    )
