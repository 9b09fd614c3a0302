"""The scripted member of a study group, and what a member reaches without the others."""

import random

from coterie.core import Action, Choice, Observation, Utterance
from coterie.environments.text.education.study_group_topics import Slot, read, sentence


class Member:
    """A member that shares and listens."""

    def __init__(self, name: str, seed: int = 0) -> None:
        """Knows nothing yet."""
        self.luck = random.Random(seed)
        self.known: dict[Slot, str] = {}
        self.unsaid: list[str] | None = None

    def __call__(self, seen: Observation) -> Action:
        """Says as many of its facts as fit, or answers."""
        part = {(thing, verb): value for thing, verb, value in seen.data["part"]}
        for message in seen.heard:
            self.known.update(read(seen.data["topic"], message.text))
        self.known.update(part)
        if isinstance(seen.spec.move, Choice):
            thing, verb = seen.data["question"]
            return Action(self.known.get((thing, verb)) or self.luck.choice(seen.spec.move.options))
        if self.unsaid is None:
            self.unsaid = [sentence(slot, value) for slot, value in part.items()]
        assert seen.spec.speech is not None
        said = self._fit(seen.spec.speech.max_words)
        return Action(say=(Utterance(said),)) if said else Action()

    def _fit(self, words: int) -> str:
        """Takes facts from those not said yet, as many as so many words hold."""
        said = ""
        while self.unsaid:
            longer = f"{said} . {self.unsaid[0]}" if said else self.unsaid[0]
            if len(longer.split()) > words:
                break
            said = longer
            self.unsaid.pop(0)
        return said


def alone(members: int, choices: int) -> float:
    """What share of the questions a member can expect to answer that knows its own part and guesses the rest.

    >>> alone(members=3, choices=4)
    0.5
    """
    return 1 / members + (1 - 1 / members) / choices
