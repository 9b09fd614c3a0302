"""What is known in twenty questions: things, topics, facts; and what a question in plain words asks."""

import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from coterie.environments.text.words import stem, words

SMALL_WORDS = frozenset(
    stem(word)
    for word in words(
        "a an the is it its was does do did can could would will has have had be been being are of in on to for with "
        "by as or and that this thing things something somebody you your people humans us we i kind sort of "
        "usually normally mostly mainly really commonly often generally used one any some part piece own"
    )
)
"""What a question can hold without asking anything else."""
TURNED = frozenset(words("not no isn't doesn't can't cannot don't wasn't never"))
"""Words that turn a question into its opposite."""


class Asked(NamedTuple):
    """What a question is about: a topic or a thing, and whether it asks for the opposite."""

    topic: str
    turned: bool


class Table(NamedTuple):
    """Topics with the ways to ask for them, and things with the topics that are true of them, in the order of play."""

    questions: dict[str, tuple[str, ...]]
    facts: dict[str, frozenset[str]]


@cache
def table() -> Table:
    """Reads the table that is shipped.

    >>> len(table().facts) >= 60 and len(table().questions) >= 25
    True
    """
    text = (
        resources.files("coterie.environments.text.games").joinpath("data", "twenty_questions.toml").read_text("utf-8")
    )
    read = tomllib.loads(text)
    questions = {topic: tuple(ways) for topic, ways in read["properties"].items()}
    return Table(questions, {thing: frozenset(true.split()) for thing, true in read["things"].items()})


@cache
def topics(count: int) -> tuple[str, ...]:
    """The topics by which the first `count` things differ.

    >>> topics(2)
    ('animal', 'food', 'plant', 'mammal', 'four-legged', 'pet', 'fruit', 'sweet')
    """
    facts = list(table().facts.values())[:count]
    return tuple(topic for topic in table().questions if 0 < sum(topic in true for true in facts) < count)


@lru_cache(maxsize=4096)
def understand(question: str) -> Asked | None:
    """Returns what a question asks, or None when the table has no answer to it.

    A question is understood when, without small words and endings, it says the same as one that the table knows.

    >>> understand("Can it fly?"), understand("is it NOT an animal?"), understand("is it a dog")
    (Asked(topic='fly', turned=False), Asked(topic='animal', turned=True), Asked(topic='dog', turned=False))
    >>> understand("is it fierce") is None
    True
    """
    said = words(question)
    turned = sum(word in TURNED for word in said) % 2 == 1
    topic = _meanings().get(_gist([word for word in said if word not in TURNED]))
    return None if topic is None else Asked(topic, turned)


def truth(thing: str, asked: Asked) -> bool:
    """Whether the right answer is yes.

    >>> truth("dog", Asked("animal", False)), truth("dog", Asked("fly", True))
    (True, True)
    """
    return (asked.topic == thing or asked.topic in table().facts[thing]) != asked.turned


@cache
def _meanings() -> dict[frozenset[str], str]:
    known = {_gist(words(thing)): thing for thing in table().facts}
    for topic, ways in table().questions.items():
        known |= {_gist(words(way)): topic for way in (topic, *ways)}
    return known


def _gist(said: list[str]) -> frozenset[str]:
    """The words that matter; when there are only small words, all of them."""
    stems = frozenset(stem(word) for word in said)
    return stems - SMALL_WORDS or stems
