"""Learns tables: action values towards their targets, preferences along the policy gradient."""

import math
from collections.abc import Sequence

from coterie.core import Algorithm, Credit, Episode
from coterie.policies.tabular import TabularPolicy


class TabularLearner:
    """Owns the table of one policy.

    Action values move a share `rate` towards the target that the algorithm gives; preferences move along
    advantage times the gradient of the log-probability (Sutton and Barto 2018, section 13.3).
    """

    def __init__(self, policy: TabularPolicy, rate: float = 0.1) -> None:
        """Takes the policy whose table it owns."""
        self.policy, self.rate = policy, rate

    def update(self, episodes: Sequence[Episode], credit: Credit, algorithm: Algorithm) -> dict[str, float]:
        """Takes one step for every turn of its policy, later turns of an episode first."""
        policy, error, count = self.policy, 0.0, 0
        for episode, advantages, targets in zip(episodes, credit.advantages_ET, credit.targets_ET, strict=True):
            for turn, advantage, target in reversed(list(zip(episode.turns, advantages, targets, strict=True))):
                sample = turn.samples[-1] if turn.samples else None
                if sample is None or sample.policy != policy.name or sample.key is None or sample.scores is None:
                    continue
                row = policy.table.setdefault(sample.key, dict.fromkeys(sample.scores, policy.initial))
                if policy.mode == "values" and target is not None:
                    surprise = target - row[sample.text]
                    row[sample.text] += self.rate * surprise
                elif policy.mode == "preferences" and advantage is not None:
                    surprise = advantage
                    top = max(sample.scores.values())
                    weights = {option: math.exp(score - top) for option, score in sample.scores.items()}
                    for option, weight in weights.items():
                        chosen = 1.0 if option == sample.text else 0.0
                        row[option] += self.rate * advantage * (chosen - weight / sum(weights.values()))
                else:
                    continue
                error += surprise * surprise
                count += 1
        policy.version += 1
        return {"turns": float(count), "surprise": math.sqrt(error / count) if count else 0.0}

    def save(self, folder: str) -> None:
        """Writes the table."""
        self.policy.save(folder)

    def load(self, folder: str) -> None:
        """Reads the table back."""
        self.policy.load(folder)
