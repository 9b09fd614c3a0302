"""Q-learning: the value of every legal option, for tables and for language models alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.algorithms.returns import next_turns, trained_ET
from coterie.core import Credit, Episode, Tokens

if TYPE_CHECKING:
    import torch


class QLearning(msgspec.Struct, frozen=True):
    """target_t = r_t + gamma ((1 - trace) max_a Q_(t+1)(a) + trace target_(t+1)), along each agent's own turns.

    Q are the scores that the policy gave its legal options when it acted, so targets are pure functions of the record
    and need neither a replay buffer nor a target network. With `trace` 0 this is one-step Q-learning (Watkins 1989);
    with a trace it is Peng's Q(lambda), which PQN (arXiv 2407.04811) shows to be enough for deep networks on fresh,
    parallel episodes.

    A language model's value of an option is Q(s, a) = V(s) + scale log pi(a | s), with pi over the legal options: any
    table of values has this form (V = scale logsumexp(Q / scale)), it needs nothing but the value head, and a model
    that imitated an expert begins with the expert's preferences.
    """

    gamma: float = 1.0
    trace: float = 0.0
    scale: float = 0.1

    def credit(self, episodes: Sequence[Episode]) -> Credit:
        """Gives every trained turn its target, and as advantage how far the target is from what was expected."""
        advantages: list[list[float | None]] = []
        targets: list[list[float | None]] = []
        for episode, trains in zip(episodes, trained_ET(episodes), strict=True):
            scores = [turn.samples[-1].scores or {} if turn.samples else {} for turn in episode.turns]
            target = [turn.reward for turn in episode.turns]
            for index, following in reversed(list(enumerate(next_turns(episode)))):
                if following is not None:
                    best = max(scores[following].values(), default=0.0)
                    target[index] += self.gamma * ((1 - self.trace) * best + self.trace * target[following])
            targets.append([value if counts else None for value, counts in zip(target, trains, strict=True)])
            advantages.append(
                [
                    value - expected.get(str(turn.action.move if turn.action else None), 0.0) if counts else None
                    for turn, value, expected, counts in zip(episode.turns, target, scores, trains, strict=True)
                ]
            )
        return Credit(advantages, targets)

    def loss(self, tokens: Tokens) -> "tuple[torch.Tensor, dict[str, float]]":
        """Half the mean squared error of the value of the option that was taken."""
        log_probs_D = tokens.values_D.new_zeros(len(tokens.values_D)).index_add(
            0, tokens.decision_N, tokens.log_probs_N
        )
        error_D = tokens.values_D + self.scale * log_probs_D - tokens.targets_D
        loss = 0.5 * error_D.square().mean()
        return loss, {"value_error": float(loss.detach()), "value": float(tokens.values_D.detach().mean())}
