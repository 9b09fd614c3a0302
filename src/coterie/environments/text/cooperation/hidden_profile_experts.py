"""Hidden profile: the words in which facts are told, how they are read in free text, and the scripted member."""

import re
from collections.abc import Mapping

from coterie.core import Action, Json, Observation, Utterance

CANDIDATES = ("iris", "jack", "kate", "leo", "mona")
GOOD, BAD = (
    tuple(words.split())
    for words in (
        "brave calm clever fair honest kind loyal modest patient polite reliable skilled strong tidy warm wise",
        "bossy careless cold cruel greedy harsh jealous late lazy loud messy moody rude selfish stubborn vain",
    )
)
"""Words for good points, and for bad ones."""
KINDS = {**dict.fromkeys(GOOD, "good"), **dict.fromkeys(BAD, "bad")}

Fact = tuple[str, str]
"""A candidate and a word for a good or bad point."""


class Member:
    """A member that pools: with enough words for all (`candidates x (2 + facts)` a turn) its vote is always right."""

    def __init__(self) -> None:
        """Has heard nothing yet."""
        self.aired: dict[Fact, None] = {}

    def __call__(self, seen: Observation) -> Action:
        """Speaks, or votes."""
        self.aired |= dict.fromkeys(fact for message in seen.heard for fact in stated(message.text))
        sheet = seen.data["facts"]
        own = [(each, word) for each, kinds in sheet.items() for words in kinds.values() for word in words]
        if seen.spec.speech is None:
            pool = worths({**dict.fromkeys(own), **self.aired}, sheet)
            return Action(max(pool, key=lambda each: pool[each]))
        looks = worths(dict.fromkeys(own), sheet)
        favourite = max(looks, key=lambda each: looks[each])
        # What is shared speaks for the favourite and against the others; only the contrary can be news.
        news = [fact for fact in own if KINDS[fact[1]] == ("bad" if fact[0] == favourite else "good")]
        said: list[str] = []
        for fact in sorted(news, key=lambda fact: fact[0] == favourite):
            start = [fact[0], KINDS[fact[1]]]
            words = [fact[1]] if said and start[0] in said else [*start, fact[1]]
            if fact not in self.aired and len(said) + len(words) <= seen.spec.speech.max_words:
                said += words
                self.aired[fact] = None
        return Action(say=(Utterance(" ".join(said)),) if said else ())


def stated(text: str) -> list[Fact]:
    """The facts in free text: a point belongs to the candidate named last before it.

    >>> stated("I know that Kate is honest and wise; jack: late")
    [('kate', 'honest'), ('kate', 'wise'), ('jack', 'late')]
    """
    facts, about = [], ""
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in CANDIDATES:
            about = word
        elif about and word in KINDS:
            facts.append((about, word))
    return facts


def worths(facts: Mapping[Fact, None], candidates: Mapping[str, Json]) -> dict[str, int]:
    """What every candidate is worth by these facts: good points less bad points.

    >>> worths(dict.fromkeys([("iris", "kind"), ("iris", "wise"), ("jack", "late")]), {"iris": {}, "jack": {}})
    {'iris': 2, 'jack': -1}
    """
    worth = dict.fromkeys(candidates, 0)
    for about, word in facts:
        if about in worth:
            worth[about] += 1 if KINDS[word] == "good" else -1
    return worth
