"""The clerk's sentences."""

import random
from collections.abc import Sequence
from typing import Any

from coterie.environments.text.dialogue.concierge.goals import group

Row = dict[str, Any]

WELCOME = "Welcome. What can I do for you?"
ANYTHING_ELSE = "Is there anything else I can do for you?"
NO_MORE = "I am sorry, I am not able to look anything up any more."
REFUSALS = {
    "verify": "I am sorry, but I cannot verify you as the holder of that reservation, so I can do nothing about it.",
    "notice": "I am sorry, but that is not possible less than 24 hours before the time of the reservation.",
    "refund": "I am sorry, but it was booked at a fixed rate, which cannot be cancelled.",
    "party": "I am sorry, but I cannot make reservations for more than 6 people.",
}
QUESTIONS = {
    "domain": "whether it is for a restaurant, a hotel or a train",
    "place": "which area",
    "style": "what kind",
    "price": "what price",
    "day": "which day",
    "time": "what time",
    "people": "how many people",
    "name": "your name",
    "pin": "your pin",
    "code": "the code of the reservation",
    "change": "what you would like to change",
    "venue": "which venue you mean",
}
TITLES = {
    "restaurant": {"style": "what food"},
    "train": {"place": "which destination", "style": "what type of train"},
}


def ask(fields: Sequence[str], domain: str, luck: random.Random) -> str:
    """Asks for several things in one sentence.

    >>> ask(["day", "people", "name"], "hotel", random.Random(1))
    'Could you tell me which day, how many people and your name, please?'
    """
    words = [TITLES.get(domain, {}).get(field, QUESTIONS[field]) for field in fields]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return luck.choice(("Could you tell me {}, please?", "Please tell me {}.", "May I ask {}?")).format(listed)


def slot(row: Row) -> str:
    """Day and hour, such as `Friday at 19:00`."""
    return f"{row['day'].capitalize()} at {row['time']}"


def full(known: Row, matches: int) -> str:
    """Says that there is no room, or nothing of the kind."""
    if not matches:
        return "I am sorry, there is nothing of that kind in the city. Would another area, kind or price do?"
    return f"I am sorry, everything of that kind is full on {slot(known)}. Would another day or time do?"


def shall_book(venue: str, known: Row, deposit: int) -> str:
    """Asks for a yes before a booking."""
    told = f"{venue.capitalize()} has room on {slot(known)} for {group(known['people'])}."
    if deposit:
        told += f" A group of this size pays a deposit of {deposit}."
    return f"{told} Shall I book it?"


def booked(row: Row, domain: str) -> str:
    """Tells the reservation that was made."""
    what = {"restaurant": "table", "hotel": "room"}.get(domain, "seat")
    told = f"Your {what} is booked: {row['venue'].capitalize()}, {slot(row)}, for {group(row['people'])}."
    return f"{told} The code is {row['code']}. {ANYTHING_ELSE}"


def shall_write(intent: str, row: Row, new: Row) -> str:
    """Asks for a yes before a change or a cancellation."""
    if intent == "cancel":
        return f"Shall I cancel reservation {row['code']} at {row['venue'].capitalize()} on {slot(row)}?"
    return f"Shall I change reservation {row['code']} to {slot(new)} for {group(new['people'])}?"


def written(intent: str, row: Row, new: Row) -> str:
    """Tells what was done to a reservation."""
    if intent == "cancel":
        return f"Your reservation {row['code']} is cancelled. {ANYTHING_ELSE}"
    told = f"Your reservation {row['code']} is changed to {slot(new)} for {group(new['people'])}."
    return f"{told} {ANYTHING_ELSE}"


def when(row: Row) -> str:
    """Tells the time of a reservation."""
    return f"Your reservation {row['code']} is at {row['venue'].capitalize()} on {slot(row)}. {ANYTHING_ELSE}"


def told(item: str, venue: Row) -> str:
    """Tells the phone number or the address of a venue."""
    name = {"phone": "phone number"}.get(item, item)
    return f"The {name} of {venue['name'].capitalize()} is {venue[item].title()}. {ANYTHING_ELSE}"


def failed(call: str) -> str:
    """Says that something could not be done."""
    if call.startswith("book"):
        return "I am sorry, that booking does not work. Could you check the name, the day and the time, please?"
    if call.startswith("change"):
        return "I am sorry, there is no room then. Would another day or time do?"
    return "I am sorry, I could not find that. Could you check the name or the code, please?"
