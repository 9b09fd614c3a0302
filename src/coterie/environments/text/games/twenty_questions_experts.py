"""Scripted players of twenty questions: one asks with the fewest questions, one answers from the table."""

import random
from collections.abc import Sequence
from functools import cache

from coterie.core import Action, Choice, Observation, Utterance
from coterie.environments.text.games.twenty_questions_table import table, truth, understand

YES, NO, UNSURE = "yes", "no", "unsure"
ASK, GUESS = "ask", "guess "
EXACT = 10
"""Up to so many things the asker looks for the shortest plan; beyond, it splits them as evenly as a question can."""


class Asker:
    """Asks what tells most about the things that are left, and guesses when one is left."""

    def __init__(self, seed: int = 0) -> None:
        """Takes its own luck, for a guess among several."""
        self.luck = random.Random(seed)

    def __call__(self, seen: Observation) -> Action:
        """Asks or guesses."""
        options = seen.spec.move.options if isinstance(seen.spec.move, Choice) else ()
        left = possible(sum(option != ASK for option in options), seen.data["asked"])
        topic = self._topic(left, [question for question, _ in seen.data["asked"]]) if ASK in options else None
        if topic is None:
            things = [thing for place, thing in enumerate(table().facts) if left >> place & 1]
            return Action(GUESS + self.luck.choice(things))
        question = _question(topic)
        if seen.spec.speech is not None and len(question.split()) > seen.spec.speech.max_words:
            question = topic
        return Action(ASK, (Utterance(question),))

    def _topic(self, left: int, asked: Sequence[str]) -> str | None:
        """The best topic; when it was asked about in vain, the next that was not."""
        topic = best_topic(left)
        if topic is None or not {topic, _question(topic)} & set(asked):
            return topic
        return next((each for each in splitting(left) if not {each, _question(each)} & set(asked)), None)


def _question(topic: str) -> str:
    return table().questions[topic][0]


def tell_truth(seen: Observation) -> Action:
    """Answers from the table; what it does not understand, it is unsure of."""
    asked = understand(seen.heard[-1].text) if seen.heard else None
    return Action(UNSURE if asked is None else YES if truth(seen.data["thing"], asked) else NO)


# A set of things is a whole number from here on: bit n stands for thing n of the table.


@cache
def things_with(topic: str) -> int:
    """The things of which a topic is true; a thing is also a topic, true of itself.

    >>> things_with("dog")
    1
    """
    return sum(1 << place for place, (thing, true) in enumerate(table().facts.items()) if topic in (thing, *true))


def possible(count: int, asked: Sequence[Sequence[str]]) -> int:
    """The things, of the first `count`, that agree with most of the answers.

    >>> possible(3, [["is it an animal", "no"], ["can it fly", "no"]])
    6
    """
    left = (1 << count) - 1
    sets = [left]  # sets[n]: things that disagree with at most n answers
    for question, answer in asked:
        about = understand(question)
        if about is None or answer not in (YES, NO):
            continue
        agree = things_with(about.topic) if (answer == YES) != about.turned else left & ~things_with(about.topic)
        sets = [one & agree | before for one, before in zip([*sets, sets[-1]], [0, *sets], strict=True)]
    return next(each for each in sets if each)


def splitting(left: int) -> list[str]:
    """The topics true of some but not all of these things, those that part them most evenly first."""
    total = left.bit_count()
    parts = [(abs(2 * (left & things_with(topic)).bit_count() - total), topic) for topic in table().questions]
    return [topic for gap, topic in sorted(parts, key=lambda part: part[0]) if gap < total]


@cache
def fewest(left: int) -> int:
    """Questions needed to tell these things apart, summed over the things, by the best plan.

    >>> fewest(0b11), fewest(0b111)
    (2, 5)
    """
    if left.bit_count() < 2:
        return 0
    sides = {left & things_with(topic) for topic in splitting(left)}
    return left.bit_count() + min(fewest(side) + fewest(left & ~side) for side in sides)


@cache
def best_topic(left: int) -> str | None:
    """The topic to ask about, or None when one thing is left."""
    found = splitting(left)
    if not found or left.bit_count() > EXACT:
        return found[0] if found else None
    return min(found, key=lambda topic: fewest(left & things_with(topic)) + fewest(left & ~things_with(topic)))
