"""The torch learner's AdamW on shares of weights: gradients added up where they must be, one norm over all."""

from collections.abc import Mapping

import torch
from torch import Tensor

from coterie.learners.megatron.conversion import Cut, Part

MOMENTS = ("exp_avg", "exp_avg_sq")


class SharedOptimizer:
    """AdamW with the torch learner's settings; the moments of a share are the share of the moments."""

    def __init__(self, parameters: Mapping[Part | str, torch.nn.Parameter], first: bool) -> None:
        """Takes what one process trains; `first`: whether it is of the first stage."""
        self.parameters, self.first = parameters, first
        self.adam = torch.optim.AdamW(parameters.values(), betas=(0.9, 0.95), weight_decay=0.0, foreach=True)

    def step(self, rate: float, clip: float, values: bool) -> float:
        """Takes a step of at most `clip` in the norm of the gradient, and returns that norm; forgets the gradients.

        Without `values`, the loss knows no values: the value head rests, as it does with the torch learner.
        """
        self.stepping = {part: each for part, each in self.parameters.items() if values or isinstance(part, Part)}
        for parameter in self.stepping.values():
            if parameter.grad is None:  # no piece came to this copy
                parameter.grad = torch.zeros_like(parameter)
        self._add_up()
        norm = self._norm()
        factor = min(1.0, clip / (norm + 1e-6))
        for parameter in self.stepping.values():
            assert parameter.grad is not None
            parameter.grad.mul_(factor)
        self.adam.param_groups[0]["lr"] = rate
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        return norm

    def _add_up(self) -> None:
        """Sums what several processes know of the same gradient."""
        from megatron.core import parallel_state

        copies = parallel_state.get_data_parallel_group()
        tensor = parallel_state.get_tensor_model_parallel_group()
        ends = parallel_state.get_embedding_group(check_initialized=False)
        for part, parameter in self.stepping.items():
            if isinstance(part, Part) and part.cut is Cut.PER_HEAD:
                _sum(parameter.grad, tensor)
            elif isinstance(part, Part) and part.sources[0] == "model.embed_tokens.weight":
                _sum(parameter.grad, ends)  # a tied output layer at the other end of the pipeline
            _sum(parameter.grad, copies)

    def _norm(self) -> float:
        """The norm of the whole model's gradient, in which what several processes hold counts once."""
        from megatron.core import parallel_state

        leading = parallel_state.get_tensor_model_parallel_rank() == 0
        squares = [torch.zeros((), device=next(iter(self.parameters.values())).device)]
        for part, parameter in self.stepping.items():
            assert parameter.grad is not None
            shared = isinstance(part, Part) and part.shared
            copied = isinstance(part, Part) and part.name == "output_layer.weight" and "lm_head" not in part.sources[0]
            if (shared or leading) and (self.first or not copied):
                squares.append(parameter.grad.float().square().sum())
        total = torch.stack(squares).sum()
        _sum(total, parallel_state.get_model_parallel_group())
        return float(total.sqrt())

    def moments(self, name: str) -> dict[Part | str, Tensor]:
        """One of the two moments of everything that has had a step."""
        return {part: self.adam.state[each][name] for part, each in self.parameters.items() if self.adam.state[each]}

    def restore(self, moments: Mapping[str, Mapping[Part | str, Tensor]], steps: Mapping[Part | str, float]) -> None:
        """Goes on with the moments that were there, each after so many steps; without any, it begins anew."""
        self.adam.state.clear()
        for part, count in steps.items():
            parameter = self.parameters[part]
            found = {name: moments[name][part].to(parameter.device) for name in MOMENTS}
            self.adam.state[parameter] = {"step": torch.tensor(count), **found}


def _sum(gradient: Tensor | None, group: torch.distributed.ProcessGroup | None) -> None:
    if gradient is not None and group is not None and group.size() > 1:
        torch.distributed.all_reduce(gradient, group=group)
