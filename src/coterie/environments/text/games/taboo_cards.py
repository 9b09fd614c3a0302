"""The cards of taboo, what counts as a forbidden word, and the players who know the cards by heart."""

import random
import tomllib
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from coterie.core import Action, Choice, Observation, Utterance
from coterie.environments.text.words import stem, words

ENDINGS = ("s", "es", "d", "ed", "r", "er", "ers", "ing", "y", "ly")
PART, REST = 4, 3
"""Letters of a part of the target that give it away, and letters that must be left for two words to be a compound."""
SMALL_WORDS = frozenset(stem(word) for word in words("a an the it its is was of in on to for and with by be one you"))


class Card(NamedTuple):
    """A target, the words forbidden beside it, and clues that do without them."""

    target: str
    taboo: tuple[str, ...]
    clues: tuple[str, ...]


@cache
def cards() -> tuple[Card, ...]:
    """Reads the cards that are shipped.

    >>> cards()[0].target, cards()[0].taboo
    ('apple', ('fruit', 'tree', 'red', 'pie', 'core'))
    """
    text = resources.files("coterie.environments.text.games").joinpath("data", "taboo.toml").read_text("utf-8")
    read = tomllib.loads(text)
    return tuple(Card(target, tuple(card["taboo"].split()), tuple(card["clues"])) for target, card in read.items())


def broken(clue: str, target: str, taboo: Sequence[str]) -> str | None:
    """Returns the forbidden word that a clue uses, or None.

    Forbidden are the target and the taboo words in every form, spelt apart, or as the beginning or end of a compound,
    and half of a target that is a compound itself.

    >>> broken("We ran in the SNOWY park", "snow", ("cold",)), broken("s-n-o-w", "snow", ())
    ('snow', 'snow')
    >>> broken("it is colder there", "snow", ("cold",)), broken("you use a foot", "football", ())
    ('cold', 'football')
    >>> broken("how slow he is", "snow", ("cold", "low")) is None
    True
    """
    said, forbidden = words(clue), (target, *taboo)
    for word in said:
        if found := _is_form(word, forbidden):
            return found
    return _spelt(said, forbidden)


@lru_cache(maxsize=65536)
def _is_form(word: str, forbidden: tuple[str, ...]) -> str | None:
    """Which word of these it is a form of, or a compound that begins or ends with it, or half of the first."""
    target = forbidden[0]
    for each in forbidden:
        if stem(word) == stem(each):
            return each
        begins, longer = word.startswith(each), len(word) - len(each)
        if (begins or word.endswith(each)) and longer >= REST:
            return each
        if begins and word[len(each) :] in ENDINGS:
            return each
    half = PART <= len(word) <= len(target) - REST and (target.startswith(word) or target.endswith(word))
    return target if half else None


def _spelt(said: Sequence[str], forbidden: Sequence[str]) -> str | None:
    """Which word of these neighbouring pieces make up."""
    for start, first in enumerate(said[:-1]):
        for each in forbidden:
            if each.startswith(first):
                joined = first
                for piece in said[start + 1 :]:
                    joined += piece
                    if joined == each:
                        return each
                    if not each.startswith(joined):
                        break
    return None


@cache
def _cards_with() -> dict[str, tuple[str, ...]]:
    """Word stem to the targets it goes with."""
    found: dict[str, tuple[str, ...]] = {}
    for card in cards():
        for word in sorted({stem(word) for text in (*card.clues, *card.taboo) for word in words(text)} - SMALL_WORDS):
            found[word] = (*found.get(word, ()), card.target)
    return found


def likely(clues: Sequence[str], targets: Sequence[str], excluded: Collection[str] = ()) -> list[str]:
    """Returns the targets that these clues fit best; a word counts the more, the fewer cards it goes with.

    >>> likely(["a queen lives in the hive"], ["castle", "bee"])
    ['bee']
    """
    said = {stem(word) for clue in clues for word in words(clue)}
    # Who describes a thing does not name it: what was named is something else.
    left = [target for target in targets if target not in excluded and stem(target) not in said]
    scores = dict.fromkeys(left, 0.0)
    for word in sorted(said & _cards_with().keys()):
        for target in _cards_with()[word]:
            if target in scores:
                scores[target] += 1 / len(_cards_with()[word])
    best = max(scores.values(), default=0.0)
    return [target for target in left if scores[target] == best]


class Describer:
    """Gives the clues of the card, those first from which its guesser would find the target."""

    def __init__(self) -> None:
        """Has given no clue yet."""
        self.given: list[str] = []

    def __call__(self, seen: Observation) -> Action:
        """Gives the next clue, cut to the words allowed."""
        card = next(card for card in cards() if card.target == seen.data["target"])
        limit = seen.spec.speech.max_words if seen.spec.speech else 0
        clues = [_shorten(clue, limit) for clue in card.clues]
        left = [clue for clue in clues if clue not in self.given] or clues
        every, wrong = [other.target for other in cards()], seen.data["guessed"]
        clue = max(left, key=lambda clue: likely([*self.given, clue], every, wrong) == [card.target])
        self.given.append(clue)
        return Action(say=(Utterance(clue),))


def _shorten(clue: str, limit: int) -> str:
    """Leaves out the small words first, then what is too much."""
    said = clue.split()
    if len(said) > limit:
        said = [word for word in said if stem(word) not in SMALL_WORDS][:limit]
    return " ".join(said)


class Guesser:
    """Guesses the card that goes best with all it has heard; among equals it draws lots."""

    def __init__(self, seed: int = 0) -> None:
        """Takes its own luck."""
        self.luck = random.Random(seed)
        self.heard: list[str] = []

    def __call__(self, seen: Observation) -> Action:
        """Makes a guess that it has not made."""
        self.heard += [message.text for message in seen.heard]
        options = seen.spec.move.options if isinstance(seen.spec.move, Choice) else [card.target for card in cards()]
        found = likely(self.heard, options, seen.data["guessed"])
        return Action(self.luck.choice(found or list(options)))
