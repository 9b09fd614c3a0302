"""Tables: a policy that remembers a number for every option of every situation it has met."""

import json
import math
import random
from pathlib import Path

from coterie.core import ActionSpec, Choice, PolicyError, Prompt, Sample


class TabularPolicy:
    """Chooses among legal options by the numbers in its table.

    As action values (`mode="values"`): the best option, or with probability `epsilon` any. As preferences
    (`mode="preferences"`): a softmax over them. What it looks a choice up by is the text of the prompt, or with
    `memory` everything it read and did in the episode so far.
    """

    def __init__(
        self,
        name: str = "table",
        mode: str = "values",
        epsilon: float = 0.1,
        memory: bool = False,
        trainable: bool = True,
        initial: float = 0.0,
    ) -> None:
        """Starts with an empty table, in which everything is worth `initial`."""
        self.name, self.mode, self.epsilon = name, mode, epsilon
        self.memory, self.trainable, self.initial = memory, trainable, initial
        self.version = 0
        self.table: dict[str, dict[str, float]] = {}

    def open(self, seed: int) -> "TabularConversation":
        """Starts a conversation."""
        return TabularConversation(self, seed)

    def scores(self, key: str, options: tuple[str, ...]) -> dict[str, float]:
        """What it thinks of each option now."""
        known = self.table.get(key, {})
        return {option: known.get(option, self.initial) for option in options}

    def save(self, folder: str | Path) -> None:
        """Writes the table as JSON."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        content = {"version": self.version, "mode": self.mode, "memory": self.memory, "table": self.table}
        (Path(folder) / "table.json").write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")

    def load(self, folder: str | Path) -> None:
        """Reads it back."""
        content = json.loads((Path(folder) / "table.json").read_text(encoding="utf-8"))
        self.version, self.mode, self.memory = content["version"], content["mode"], content["memory"]
        self.table = content["table"]


class TabularConversation:
    """One seat of one episode."""

    def __init__(self, policy: TabularPolicy, seed: int) -> None:
        """Takes its own luck."""
        self.policy, self.luck, self.history = policy, random.Random(seed), ""

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Looks the situation up and chooses.

        Raises:
            PolicyError: the turn does not ask for a choice.
        """
        if not isinstance(spec.move, Choice) or spec.speech is not None:
            raise PolicyError("a table can only choose among options; this turn asks for something else")
        policy = self.policy
        key = self._key(prompt)
        scores = policy.scores(key, spec.move.options)
        options = list(scores)
        if policy.mode == "preferences":
            top = max(scores.values())
            weights = [math.exp(score - top) for score in scores.values()]
            choice = self.luck.choices(range(len(options)), weights)[0]
            log_prob = math.log(weights[choice] / sum(weights))
        else:
            best = [index for index, option in enumerate(options) if scores[option] == max(scores.values())]
            explore = self.luck.random() < policy.epsilon
            choice = self.luck.randrange(len(options)) if explore else self.luck.choice(best)
            greedy = (1 - policy.epsilon) / len(best) if choice in best else 0.0
            log_prob = math.log(greedy + policy.epsilon / len(options))
        if policy.memory:
            self.history = f"{key}\n> {options[choice]}\n"
        return Sample(options[choice], policy.name, policy.version, log_probs=(log_prob,), scores=scores, key=key)

    def _key(self, prompt: Prompt) -> str:
        return self.history + "\n".join(message.content for message in prompt)

    def recall(self, prompt: Prompt, sample: Sample) -> None:
        """Takes a prompt and its recorded answer as its own past."""
        if self.policy.memory:
            self.history = f"{self._key(prompt)}\n> {sample.text}\n"

    async def weigh(self, prompt: Prompt, spec: ActionSpec) -> dict[str, float]:
        """The probability of each option of a choice."""
        assert isinstance(spec.move, Choice)
        scores, policy = self.policy.scores(self._key(prompt), spec.move.options), self.policy
        top = max(scores.values())
        if policy.mode == "preferences":
            weights = {option: math.exp(score - top) for option, score in scores.items()}
            return {option: weight / sum(weights.values()) for option, weight in weights.items()}
        best = sum(score == top for score in scores.values())
        explored = policy.epsilon / len(scores)
        return {option: explored + (1 - policy.epsilon) / best * (score == top) for option, score in scores.items()}

    def close(self) -> None:
        """Forgets the episode."""
        self.history = ""
