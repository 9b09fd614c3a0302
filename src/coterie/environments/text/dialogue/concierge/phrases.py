"""The user's sentences: what is wished in words, in the manner of a persona."""

import random
from typing import Any

from coterie.environments.text.dialogue.concierge.goals import NOUNS, group

Wish = dict[str, Any]
"""A goal as the user knows it."""

OPENINGS = {
    "plain": ("Hello.", "Good day.", ""),
    "terse": ("",),
    "chatty": (
        "Hello there! What a lovely day it is.",
        "Hi! I hope you are well. A cousin of mine told me about you.",
        "Good day! We have been planning this for weeks, and everybody is excited.",
    ),
    "vague": ("Hi.", "Hello."),
    "impatient": ("I am in a hurry.", "Quickly, please.", "I have little time."),
    "fickle": ("Hello.", "Hi."),
}
NEXT = {
    "plain": "Thank you. There is something else.",
    "terse": "Next.",
    "chatty": "Wonderful, thank you so much! While I have you here, one more thing.",
    "vague": "Thanks. There is something else.",
    "impatient": "Good. Next thing.",
    "fickle": "Thank you. One more thing.",
}
PARTING = {
    "plain": "That is all, thank you. Goodbye.",
    "terse": "Thanks, bye.",
    "chatty": "You have been so kind. Thank you, and have a wonderful day!",
    "vague": "I think that is everything. Thank you.",
    "impatient": "Good. Bye.",
    "fickle": "Thank you, I am happy with that now. Goodbye.",
}
ROUGHLY = {
    "restaurant": "I am looking for a restaurant.",
    "hotel": "I am looking for a hotel.",
    "train": "I would like to take a train.",
    "change": "I would like to change a reservation of mine.",
    "cancel": "There is a reservation I would like to cancel.",
}


def when(wish: Wish, day: str = "day", time: str = "time") -> str:
    """Day and hour in words; hotels keep rooms by the day."""
    on = f"on {wish[day].capitalize()}"
    return on if wish.get("domain") == "hotel" else f"{on} at {wish[time]}"


def venue_wished(wish: Wish) -> str:
    """The kind of venue in words.

    >>> venue_wished({"domain": "restaurant", "place": "north", "style": "italian", "price": "cheap"})
    'a cheap Italian restaurant in the north'
    """
    style = wish.get("style", "")
    named = style.capitalize() if wish["domain"] == "restaurant" else style
    words = " ".join(each for each in (wish.get("price", ""), named, wish["domain"]) if each)
    article = "an" if words[0].lower() in "aeiou" else "a"
    return f"{article} {words} {'to' if wish['domain'] == 'train' else 'in'} the {wish['place']}"


def request(wish: Wish, persona: str, luck: random.Random) -> str:
    """Says what is wished, whole or, for somebody vague, roughly."""
    if persona == "vague" and not wish.get("whose"):
        rough = ROUGHLY.get(wish["domain"] if wish["request"] == "book" else wish["request"])
        if rough:
            return rough
    return (_briefly if persona == "terse" else _fully)(wish, luck)


def _fully(wish: Wish, luck: random.Random) -> str:
    code, venue = wish.get("code", ""), wish.get("venue", "").capitalize()
    owner = f"reservation {code} of {wish['whose']} of mine" if wish.get("whose") else f"my reservation {code}"
    match wish["request"]:
        case "book":
            what = f"a {NOUNS[wish['domain']]} {'on' if wish['domain'] == 'train' else 'at'} {venue_wished(wish)}"
            what = f"{what} {when(wish)} for {group(first_people(wish))}"
            ways = ("I would like to book {}.", "Could you book {}, please?", "Please reserve {}.")
            return luck.choice(ways).format(what)
        case "change":
            to = f"{code} to {when(wish).removeprefix('on ')} for {group(first_people(wish))}"
            changes = ("I would like to change my reservation {}.", "Could you move my reservation {}?")
            return luck.choice(changes).format(to)
        case "cancel":
            return luck.choice(("Please cancel {}.", "I would like to cancel {}.")).format(owner)
        case "when":
            looks = ("On what day and at what time is {}?", "I forgot when {} is, can you look?")
            return luck.choice(looks).format(owner)
        case item:
            asks = ("Could you tell me the {} of {}?", "What is the {} of {}, please?")
            return luck.choice(asks).format({"phone": "phone number"}.get(item, item), venue)


def _briefly(wish: Wish, luck: random.Random) -> str:
    code, venue = wish.get("code", ""), wish.get("venue", "").capitalize()
    whose = f" of {wish['whose']}" if wish.get("whose") else ""
    match wish["request"]:
        case "book":
            words = [
                wish["domain"],
                wish["place"],
                wish.get("style", ""),
                wish.get("price", ""),
                wish["day"].capitalize(),
            ]
            words += [wish["time"]] if wish["domain"] != "hotel" else []
            words[0] = words[0].capitalize()
            return ", ".join(each for each in (*words, group(first_people(wish))) if each) + "."
        case "change":
            return f"Change {code} to {when(wish).removeprefix('on ')}, {group(first_people(wish))}."
        case "cancel":
            return f"Cancel {code}{whose}."
        case "when":
            return f"When is reservation {code}{whose}?"
        case item:
            return f"{item.capitalize()} of {venue}?"


def first_people(wish: Wish) -> int:
    """How many people are asked for at first."""
    return int(wish.get("first_people") or wish["people"])


def answer(field: str, wish: Wish, name: str, pin: str) -> str | None:
    """Answers a question about one field; None: it has nothing to do with the wish."""
    match field:
        case "name":
            return f"My name is {name.capitalize()}."
        case "pin":
            return f"My pin is {pin}."
        case "code" if "code" in wish:
            return f"The code is {wish['code']}."
        case "place" if "place" in wish:
            return f"{'To' if wish['domain'] == 'train' else 'In'} the {wish['place']}."
        case "style" | "price" if "domain" in wish:
            told: str | None = wish.get(field)
            return f"{told.capitalize()}, please." if told else f"Any {_title(field, wish)} will do."
        case "time" if wish.get("domain") == "hotel":
            return None
        case "day" | "time" if "day" in wish:
            return f"On {wish['day'].capitalize()}." if field == "day" else f"At {wish['time']}."
        case "people" if "people" in wish:
            return f"For {group(first_people(wish))}."
    return None


def _title(field: str, wish: Wish) -> str:
    return "price" if field == "price" else {"restaurant": "food", "hotel": "style"}.get(wish["domain"], "type")
