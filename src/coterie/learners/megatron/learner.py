"""The torch learner with its arithmetic done by Megatron-core, on as many devices as a layout takes."""

from collections.abc import Callable, Sequence
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from coterie.core import Tokens
from coterie.learners import batch as batches
from coterie.learners.batch import Batch, collate
from coterie.learners.batch import Sequence as Line
from coterie.learners.megatron.architecture import architecture_of
from coterie.learners.megatron.layout import Layout
from coterie.learners.megatron.optimizer import MOMENTS
from coterie.learners.megatron.rank import WEIGHTS, Steps
from coterie.learners.megatron.ranks import Ranks
from coterie.learners.torch import TorchLearner, tokens

ONE_DEVICE = Layout()


class MegatronLearner(TorchLearner):
    """Owns the weights of one policy; trains them with Megatron-core by tensor, pipeline and data parallelism.

    It takes the same batches and algorithms as the torch learner, gives the same numbers, and writes and reads the same
    checkpoints, so that either goes on where the other stopped. The model here is what the sampler gets; the weights
    that learn are with the processes. An algorithm's loss is computed here, once all tokens of a minibatch are known;
    the processes then run the pieces again and follow its gradient, so that no activations wait for other pieces.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        policy: str,
        publish: Callable[[PreTrainedModel, torch.nn.Linear, int], None],
        *,
        layout: Layout = ONE_DEVICE,
        value_head: torch.nn.Linear | None = None,
        learning_rate: float = 1e-3,
        decay_over: int | None = None,
        minibatch: int = 32,
        epochs: int = 1,
        clip_gradient: float = 1.0,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> None:
        """Takes the weights and starts the processes; what is not named here is as with the torch learner.

        Args:
            model: a Llama or Qwen3 model, all of whose weights train.
            tokenizer: saved beside the weights.
            policy: the name on the samples that train it.
            publish: receives every new version.
            layout: how the model lies on devices.
            value_head: from the last hidden state to the value.
            learning_rate: of AdamW.
            decay_over: updates over which the rate falls.
            minibatch: sequences in one optimiser step.
            epochs: passes over what is given.
            clip_gradient: largest norm of a step's gradient.
            temperature: at which the sampler samples.
            seed: of the order of minibatches.

        Raises:
            ConfigError: Megatron-core is missing, or the model does not fit the layout.
            PolicyError: a process could not start.
        """
        super().__init__(
            model,
            tokenizer,
            policy,
            publish,
            value_head=value_head,
            learning_rate=learning_rate,
            decay_over=decay_over,
            minibatch=minibatch,
            epochs=epochs,
            clip_gradient=clip_gradient,
            temperature=temperature,
            seed=seed,
        )
        self.layout = layout
        self.steps = Steps()
        self.ranks = Ranks(architecture_of(model), layout, temperature)
        self._hand_over()

    def collate(self, lines: Sequence[Line]) -> Batch:
        """Cuts a minibatch into pieces, so many that every copy and every stage of the model has something to do."""
        longest, total = max(len(line.ids) for line in lines), sum(len(line.ids) for line in lines)
        ways = self.layout.data * self.layout.pipeline
        return collate(lines, torch.device("cpu"), max(longest, min(batches.TOKENS_AT_ONCE, -(-total // ways))))

    def measure(self, batch: Batch) -> Tokens:
        """Lets the processes measure a batch; the results are where the gradient of a loss is caught."""
        copies = self.layout.data
        pieces = [batch.pieces[copy::copies] for copy in range(copies)]
        found = [answer for answer in self.ranks.tell("measure", pieces) if answer is not None]
        measured = [found[place % copies][place // copies] for place in range(len(batch.pieces))]
        for piece in measured:
            for each in piece:
                each.requires_grad_()
        self._measured = pieces, measured
        return tokens(batch, measured)

    def step(self, loss: torch.Tensor, rate: float) -> float:
        """Takes a step down the gradient of a loss over what was measured last; returns the gradient's norm."""
        loss.backward()  # type: ignore[no-untyped-call]
        pieces, measured = self._measured
        slopes = [(piece.log_probs_N.grad, piece.entropy_N.grad, piece.values_D.grad) for piece in measured]
        given = [slopes[copy :: self.layout.data] for copy in range(self.layout.data)]
        values = any(of_values is not None for _, _, of_values in slopes)
        self.steps = Steps(self.steps.weights + 1, self.steps.values + values)
        return float(self.ranks.tell("step", pieces, given, rate, self.clip_gradient, values)[0])

    def finish(self) -> None:
        """Brings the new weights here, for the sampler."""
        with torch.no_grad():
            for name, value in self.ranks.collect([WEIGHTS])[WEIGHTS].items():
                self.parameters[name].copy_(value)

    def again(self, learning_rate: float, decay_over: int | None = None) -> Self:
        """A learner for the next lesson, on the same processes; this one has done its part."""
        learner = super().again(learning_rate, decay_over)
        learner._hand_over()
        return learner

    def save(self, folder: str) -> None:
        """Writes what the torch learner writes."""
        moments = self.ranks.collect(MOMENTS)
        for name in moments[MOMENTS[0]]:
            count = self.steps.values if name.startswith("value_head.") else self.steps.weights
            found = {key: moments[key][name] for key in MOMENTS}
            self.optimizer.state[self.parameters[name]] = {"step": torch.tensor(count), **found}
        super().save(folder)
        self.optimizer.state.clear()

    def load(self, folder: str) -> None:
        """Reads what this learner, or the torch learner, has saved, and hands it to the processes."""
        super().load(folder)
        self._hand_over()

    def close(self) -> None:
        """Ends the processes; the model here keeps the last weights."""
        self.ranks.close()

    def _hand_over(self) -> None:
        """Gives weights, and the optimiser's moments where there are some, to the processes."""
        state = self.optimizer.state
        counts = {name: float(state[each]["step"]) for name, each in self.parameters.items() if state.get(each)}
        self.steps = Steps(max(counts.values(), default=0.0), counts.get("value_head.bias", 0.0))
        tensors = {WEIGHTS: {name: each.detach().contiguous() for name, each in self.parameters.items()}}
        for key in MOMENTS if counts else ():
            tensors[key] = {name: state[self.parameters[name]][key].contiguous() for name in counts}
        self.ranks.load(tensors, self.steps)
        state.clear()  # they live with the processes
