"""Two tables that share no language agree on one: words without meaning come to name things.

Shows: policy gradient with a shared reward, one learner a seat, and a codec of your own: a table can only choose among
options, so the codec offers the speaker its words as options. The speaker sees an item and says one of four words; the
listener hears the word and picks an item. Expect the success to rise from chance (25 %) to nearly always when every
item has found a word of its own; a team that gave one word to two items stays at 75 %.

    python examples/a_code_emerges.py [UPDATES]
"""

import sys

from coterie.agents import Language
from coterie.algorithms import Reinforce
from coterie.core import ActionSpec, Choice, Observation, Prompt
from coterie.evaluation import evaluate
from coterie.learners import TabularLearner
from coterie.policies import CompactCodec
from coterie.policies.tabular import TabularPolicy
from coterie.rollout import gather

OPTIONS = {"items": 4, "words": 4}
HELD_OUT = range(1_000_000, 1_000_400)


class WordsAsOptions(CompactCodec, frozen=True):
    """The compact codec, but where words are few, they are offered as options."""

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        """Asks for one of the words."""
        return [
            (prompt, ActionSpec(move=Choice(spec.speech.vocabulary)) if spec.speech else spec)
            for prompt, spec in super().parts(observation)
        ]


def main(updates: int) -> None:
    """Learns, and prints success before and after, and the code."""
    tables = {seat: TabularPolicy(seat, mode="preferences") for seat in ("speaker", "listener")}
    team = {seat: Language(table, WordsAsOptions()) for seat, table in tables.items()}
    learners = [TabularLearner(table, rate=0.2) for table in tables.values()]
    algorithm = Reinforce()

    def success() -> str:
        measure = evaluate("reference_game", team, HELD_OUT, options=OPTIONS, metrics=["success"]).measures["success"]
        return f"{measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})"

    print(f"before: {success()}")
    for update in range(updates):
        episodes = list(gather("reference_game", team, range(update * 64, update * 64 + 64), options=OPTIONS))
        credit = algorithm.credit(episodes)
        for learner in learners:
            learner.update(episodes, credit, algorithm)
    print(f"after: {success()}")
    for prompt, scores in sorted(tables["speaker"].table.items()):
        print(f"  {prompt.removesuffix(' say')} -> {max(scores, key=lambda word: scores[word])}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
