"""What the clerk makes of a sentence: words of the trade, codes, numbers, names."""

import re
from collections.abc import Mapping
from typing import Any

from coterie.environments.text.dialogue.concierge.policies import is_yes, plain, words_of

Wishes = Mapping[str, Mapping[str, list[str]]]
"""By domain, what may be wished: `place`, `style`, `price`, `time`."""
DOMAIN_WORDS = {
    "restaurant": r"restaurants?|table|eat|lunch|dinner|meal",
    "hotel": r"hotels?|rooms?|stay|overnight",
    "train": r"trains?|seats?|tickets?|travel",
}
INTENTS = {
    "phone": r"phone|telephone|call them",
    "address": r"address|where is|where are",
    "cancel": r"cancel|call off",
    "change": r"change|move|reschedule|postpone",
    "when": r"when|what day|what time|which day",
    "book": r"book|reserve|looking for|like a|need a|want a|take a train",
}
"""In the order in which they are tried: what is most telling first."""
NAME = re.compile(r"\b(?:[Nn]ame is|[Nn]ame:|I am|I'm|[Tt]his is) ([A-Z]\w+)")
BRIEF_NAME = re.compile(r"^(?!(?:Yes|No|Fine|Next|Thanks|Good|Hello|Ok|Okay)\b)([A-Z]\w+)(?:, \d{4})?\.?$")
OTHERS = re.compile(r"\b(?:of|at|is|for|about) (?:the )?([A-Z]\w+)")
MIND = re.compile(r"\bactually\b|changed? my mind|instead of")


def understand(text: str, wishes: Wishes, days: list[str]) -> dict[str, Any]:
    """Returns what a sentence tells, by field; absent: it says nothing of it.

    >>> wishes = {"restaurant": {"place": ["north"], "style": ["italian"], "price": ["cheap"], "time": ["19:00"]}}
    >>> understand("A cheap table on Friday at 19:00 for 2 people.", wishes, ["friday"])
    {'domain': 'restaurant', 'intent': 'book', 'price': 'cheap', 'time': '19:00', 'day': 'friday', 'people': 2}
    """
    told = plain(text)
    found: dict[str, Any] = {}
    for intent, words in INTENTS.items():
        if re.search(rf"\b({words})\b", told):
            found["intent"] = intent
            break
    domain = next((each for each, words in DOMAIN_WORDS.items() if re.search(rf"\b({words})\b", told)), None)
    if domain in wishes:
        found["domain"] = domain
        found.setdefault("intent", "book")
    said = words_of(told)
    for known in wishes.values():
        for field, values in known.items():
            for word in said:
                if word in values:
                    found[field] = word
    if day := next((word for word in reversed(said) if word in days), None):
        found["day"] = day
    if people := re.search(r"\b(\d{1,2}) (?:people|persons?|guests?|of us)\b", told):
        found["people"] = int(people[1])
    if code := re.search(r"\br\d{3}\b", told):
        found["code"] = code[0]
    if pin := re.search(r"(?<![\d:])\d{4}\b", told):
        found["pin"] = pin[0]
    _names(text, found, days)
    if is_yes(told):
        found["yes"] = True
    if MIND.search(told):
        found["mind"] = True
    return found


def _names(text: str, found: dict[str, Any], days: list[str]) -> None:
    """Adds who speaks, and which venue is spoken of."""
    if who := (NAME.search(text) or BRIEF_NAME.search(text)):
        found["name"] = who[1].lower()
    if found.get("intent") in ("phone", "address"):
        venue = next((each for each in OTHERS.findall(text) if each.lower() not in days), None)
        if venue:
            found["venue"] = venue.lower()
