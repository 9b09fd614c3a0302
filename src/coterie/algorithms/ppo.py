"""Proximal policy optimisation with generalised advantages over turns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.algorithms.losses import policy_surrogate, value_error
from coterie.algorithms.returns import next_turns, standardised, trained_ET
from coterie.core import Credit, Episode, Tokens

if TYPE_CHECKING:
    import torch


class PPO(msgspec.Struct, frozen=True):
    """A_t = d_t + gamma lam A_(t+1) with d_t = r_t + gamma V_(t+1) - V_t, along each agent's own turns.

    V is what the value head said when the turn was sampled. All tokens of a turn share its advantage. Sources:
    generalised advantage estimation (arXiv 1506.02438), equation 16; PPO (arXiv 1707.06347); normalised per role.
    """

    gamma: float = 1.0
    lam: float = 0.95
    clip_low: float = 0.2
    clip_high: float = 0.2
    value_weight: float = 0.5
    entropy_weight: float = 0.0
    normalise: bool = True

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Gives every trained turn its generalised advantage, and its value head the matching return."""
        advantages: list[list[float | None]] = []
        targets: list[list[float | None]] = []
        for episode, trains in zip(episodes, trained_ET(episodes), strict=True):
            values = [turn.samples[-1].value or 0.0 if turn.samples else 0.0 for turn in episode.turns]
            ahead = [0.0] * len(values)
            for index, following in reversed(list(enumerate(next_turns(episode)))):
                # A truncated episode's future had value, but nobody saw the observation to value it by: it counts as 0,
                # which is right where the limit is part of the task (turns left are observable) and cautious elsewhere.
                value_next = values[following] if following is not None else 0.0
                later = ahead[following] if following is not None else 0.0
                surprise = episode.turns[index].reward + self.gamma * value_next - values[index]
                ahead[index] = surprise + self.gamma * self.lam * later
            advantages.append([gain if counts else None for gain, counts in zip(ahead, trains, strict=True)])
            targets.append(
                [gain + value if counts else None for gain, value, counts in zip(ahead, values, trains, strict=True)]
            )
        return Credit(standardised(episodes, advantages) if self.normalise else advantages, targets)

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """The clipped surrogate, the value error, and an entropy bonus."""
        surrogate, statistics = policy_surrogate(tokens, self.clip_low, self.clip_high)
        error = value_error(tokens)
        statistics["value_error"] = float(error.detach())
        return surrogate + self.value_weight * error - self.entropy_weight * tokens.entropy_N.mean(), statistics
