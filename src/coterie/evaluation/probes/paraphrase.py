"""Saying the same in other words: what a message is replaced by to find the noise floor of listening."""

import re
from collections.abc import Callable

import msgspec

Paraphrase = Callable[[str], str]
"""From a message to one that means the same."""
PARTED = re.compile(r"(\s*[;,.]\s+|\s+and\s+)")


def identity(text: str) -> str:
    """The message itself: whatever differs then is the noise of asking twice."""
    return text


def reordered(text: str) -> str:
    """The clauses of a message in the opposite order; what has only one clause stays as it is.

    >>> reordered("kate good loyal, iris bad harsh")
    'iris bad harsh, kate good loyal'
    """
    pieces = PARTED.split(text)
    clauses, between = pieces[::2], pieces[1::2]
    if len(clauses) < 2 or not all(map(str.strip, clauses)):
        return text
    told = [clauses[-1]]
    for clause, mark in zip(clauses[-2::-1], between, strict=True):
        told += [mark, clause]
    return "".join(told)


class Synonyms(msgspec.Struct, frozen=True):
    """Replaces words by others that mean the same, for closed vocabularies.

    >>> Synonyms({"north": "up"})("go north")
    'go up'
    """

    table: dict[str, str]

    def __call__(self, text: str) -> str:
        """Replaces word for word."""
        return " ".join(self.table.get(word, word) for word in text.split())
