"""Invented topics: things, what can be said of them, and sentences that code can read."""

import re
from dataclasses import dataclass
from functools import cache

Slot = tuple[str, str]
"""What can be known: a thing and a verb, such as ("vodu", "eats")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Things of one kind, and for every verb the words that can follow it."""

    things: tuple[str, ...]
    verbs: dict[str, tuple[str, ...]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TOPICS = {
    "animals": Topic(
        things=_words("vodu brell quim tasp"),
        verbs={
            "eats": _words("moss fish seeds honey leaves ants"),
            "lives in": _words("caves trees lakes swamps dunes reeds"),
            "fears": _words("thunder fire owls snow wolves mirrors"),
            "wakes at": _words("noon dawn dusk midnight sunset sunrise"),
            "sounds like": _words("bells wind frogs drums rain violins"),
            "carries": _words("stones feathers shells twigs bones berries"),
        },
    ),
    "countries": Topic(
        things=_words("zoria pelland umbar keth"),
        verbs={
            "grows": _words("rice tea olives barley figs cotton"),
            "mines": _words("copper salt tin jade coal silver"),
            "worships": _words("rivers stars cats oaks clouds bulls"),
            "pays with": _words("beads coins shells cloth cocoa knives"),
            "is ruled by": _words("judges queens sailors monks poets farmers"),
            "sells": _words("boats clocks masks lamps rugs horses"),
        },
    ),
    "machines": Topic(
        things=_words("garrick lumo fenwick ottar"),
        verbs={
            "makes": _words("rope paper soap glass bread nails"),
            "runs on": _words("steam oil sand sugar magnets vinegar"),
            "was built by": _words("nuns pirates twins bakers miners students"),
            "breaks from": _words("dust frost noise sunlight rust mice"),
            "is kept in": _words("barns towers cellars tents mills churches"),
            "smells of": _words("roses tar onions smoke wool pepper"),
        },
    ),
}
VERBS_EACH = 6
THINGS_EACH = 4


def sentence(slot: Slot, value: str) -> str:
    """Says a fact.

    >>> sentence(("vodu", "lives in"), "caves")
    'the vodu lives in caves'
    """
    return f"the {slot[0]} {slot[1]} {value}"


def read(topic: str, text: str) -> list[tuple[Slot, str]]:
    """The facts stated in a text, in order; only sentences of the form of `sentence` count.

    >>> read("animals", "I think the vodu lives in caves. And the brell eats moss!")
    [(('vodu', 'lives in'), 'caves'), (('brell', 'eats'), 'moss')]
    """
    verbs = TOPICS[topic].verbs
    found = _pattern(topic).findall(text.lower())
    return [((thing, verb), value) for thing, verb, value in found if value in verbs[verb]]


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    things, verbs = TOPICS[topic].things, TOPICS[topic].verbs
    return re.compile(rf"\b({'|'.join(things)}) ({'|'.join(verbs)}) ([a-z]+)")
