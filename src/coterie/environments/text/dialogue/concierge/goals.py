"""What the user wants: drawn from what the city has, told in words, and judged by code on the tables."""

import msgspec

from coterie.core import Chance, Json
from coterie.environments.text.dialogue.concierge.city import NOTICE_H, City, Reservation
from coterie.environments.text.dialogue.concierge.policies import MOST_IN_PARTY

KINDS = ("book", "fallback", "change", "cancel", "inform", "refuse")
REFUSED = ("verify", "notice", "refund", "party")
"""Policies that forbid a request altogether."""
PERSONAS = {
    "plain": "say clearly what you want",
    "terse": "use as few words as possible",
    "chatty": "be friendly and talk about yourself",
    "vague": "say first only roughly what you want, the rest when you are asked",
    "impatient": "you are in a hurry",
    "fickle": "change your mind once",
}
NOUNS = {"restaurant": "table", "hotel": "room", "train": "seat"}


class Goal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wish of the user. `kind` and `because` are the truth of it, which nobody is shown."""

    kind: str
    request: str
    """What is asked for: book, change, cancel, phone, address, when."""
    because: str = ""
    """The policy that forbids it."""
    domain: str = ""
    place: str = ""
    style: str = ""
    price: str = ""
    venue: str = ""
    code: str = ""
    day: str = ""
    time: str = ""
    people: int = 0
    other_day: str = ""
    """When it may be if the wished time is full."""
    other_time: str = ""
    first_people: int = 0
    """The number that somebody fickle asks for at first."""
    whose: str = ""
    """Whose reservation it is, where not the user's own."""

    def shown(self) -> dict[str, Json]:
        """What the user knows of it."""
        told = {name: getattr(self, name) for name in self.__struct_fields__ if name not in ("kind", "because")}
        return {name: value for name, value in told.items() if value}


def draw_goals(chance: Chance, city: City, user: str, kinds: list[str], because: list[str], fickle: bool) -> list[Goal]:
    """Draws one goal of each kind; no two of them ask for the same time at the same kind of venue."""
    mine = [row for row in city.reservations.values() if row.holder == user]
    busy: list[tuple[str, str, str]] = []
    goals = {}
    # Who needs a certain state of the tables chooses first.
    for kind in sorted(kinds, key=("fallback", "book", "change", "cancel", "inform", "refuse").index):
        if kind in ("book", "fallback"):
            goal = _booking(chance, city, kind, busy, fickle)
            busy += [(goal.domain, goal.day, goal.time), (goal.domain, goal.other_day, goal.other_time)]
        elif kind == "change":
            goal = _changing(chance, city, mine[0], busy, fickle)
            busy.append((city.venues[goal.venue].domain, goal.day, goal.time))
        elif kind == "cancel":
            goal = Goal(kind, "cancel", code=mine[1].code)
        elif kind == "inform":
            goal = _asking(chance, city, mine[2])
        else:
            goal = _forbidden(chance, city, user, mine, chance.draw("forbidden by", because))
        goals[kind] = goal
    return [goals[kind] for kind in kinds]


def _booking(chance: Chance, city: City, kind: str, busy: list[tuple[str, str, str]], fickle: bool) -> Goal:
    """A booking that is possible; `fallback`: at another time than the one wished first."""
    room = [
        (venue, day, time)
        for (venue, day, time), free in city.free.items()
        if free >= 2 and city.hours_to(day, time) >= NOTICE_H and (city.venues[venue].domain, day, time) not in busy
    ]
    full: dict[str, list[tuple[str, str]]] = {}
    if kind == "fallback":
        for (venue, day, time), free in city.free.items():
            if not free:
                full.setdefault(venue, []).append((day, time))
        room = [slot for slot in room if slot[0] in full]
    venue, day, time = chance.draw(f"{kind}: where", room)
    row = city.venues[venue]
    people = chance.draw(f"{kind}: people", range(2, min(city.free[venue, day, time], MOST_IN_PARTY) + 1))
    first = people - 1 if fickle else 0
    if kind == "fallback":
        wished = chance.draw("fallback: full time", full[venue])
        # All three wishes together fit one venue only, so that nothing else has room at the full time.
        return Goal(
            kind, "book", "", row.domain, row.place, row.style, row.price, "", "", *wished, people, day, time, first
        )
    style, price = chance.draw("book: wishes", ((row.style, row.price), (row.style, ""), ("", row.price), ("", "")))
    return Goal(kind, "book", "", row.domain, row.place, style, price, "", "", day, time, people, first_people=first)


def _changing(chance: Chance, city: City, row: Reservation, busy: list[tuple[str, str, str]], fickle: bool) -> Goal:
    domain = city.venues[row.venue].domain
    slots = [
        (day, time, row.people)
        for (venue, day, time), free in city.free.items()
        if venue == row.venue
        and free >= row.people
        and (day, time) != (row.day, row.time)
        and (domain, day, time) not in busy
        and city.hours_to(day, time) >= NOTICE_H
    ]
    if fickle or not slots or chance.draw("change: what", ("people", "time")) == "people":
        slots = [(row.day, row.time, row.people - 1)]
    day, time, people = chance.draw("change: to", slots)
    first = row.people + 1 if fickle else 0
    return Goal(
        "change", "change", venue=row.venue, code=row.code, day=day, time=time, people=people, first_people=first
    )


def _asking(chance: Chance, city: City, row: Reservation) -> Goal:
    request = chance.draw("inform: about", ("phone", "address", "when"))
    if request == "when":
        return Goal("inform", request, venue=row.venue, code=row.code)
    return Goal("inform", request, venue=chance.draw("inform: venue", tuple(city.venues)))


def _forbidden(chance: Chance, city: City, user: str, mine: list[Reservation], because: str) -> Goal:
    if because == "party":
        row = chance.draw("refuse: where", tuple(city.venues.values()))
        people = chance.draw("refuse: people", range(MOST_IN_PARTY + 1, MOST_IN_PARTY + 4))
        slots = [(day, time) for venue, day, time in city.free if venue == row.name]
        day, time = chance.draw("refuse: when", slots)
        return Goal("refuse", "book", because, row.domain, row.place, "", row.price, day=day, time=time, people=people)
    if because == "verify":
        others = [row for row in city.reservations.values() if row.holder != user]
        code = chance.draw("refuse: code", [row.code for row in others])
        return Goal("refuse", chance.draw("refuse: what", ("cancel", "when")), because, code=code, whose="a friend")
    return Goal("refuse", "cancel", because, code=(mine[2] if because == "refund" else mine[3]).code)


def text_of(goal: Goal) -> str:
    """Tells the user what it wants.

    >>> text_of(Goal("cancel", "cancel", code="r27"))
    'cancel your reservation r27'
    """
    whose = f"of {goal.whose}, not yours" if goal.whose else ""
    match goal.request:
        case "book":
            where = " ".join(each for each in (goal.price, goal.style, goal.domain) if each)
            way = "to the" if goal.domain == "train" else "in the"
            told = f"book a {NOUNS[goal.domain]}: {where} {way} {goal.place}, {goal.day} {goal.time}"
            told += f", for {goal.people} people"
            if goal.other_day:
                told += f"; if that is full, {goal.other_day} {goal.other_time} will do"
            return told + _first(goal)
        case "change":
            told = f"change your reservation {goal.code} at {goal.venue} to {goal.day} {goal.time}"
            return f"{told} for {group(goal.people)}" + _first(goal)
        case "cancel":
            return f"cancel {'the' if whose else 'your'} reservation {goal.code} {whose}".rstrip()
        case "when":
            return f"ask for the day and time of {'the' if whose else 'your'} reservation {goal.code} {whose}".rstrip()
        case request:
            return f"ask for the {request} of {goal.venue}"


def group(people: int) -> str:
    """The number of people in words.

    >>> group(1), group(3)
    ('1 person', '3 people')
    """
    return f"{people} person" if people == 1 else f"{people} people"


def _first(goal: Goal) -> str:
    return (
        f"; ask for {group(goal.first_people)} at first and change your mind in your next turn"
        if goal.first_people
        else ""
    )


def row_of(goal: Goal, new: dict[str, Reservation], city: City, user: str) -> Reservation | None:
    """Returns the new reservation that a booking goal asked for, if it was made."""
    # The first time is full, unless the user itself has made room there.
    times = [(goal.day, goal.time), (goal.other_day, goal.other_time)]
    for row in new.values():
        venue = city.venues[row.venue]
        fits = venue.domain == goal.domain and venue.place == goal.place
        fits = fits and goal.style in ("", venue.style) and goal.price in ("", venue.price)
        if fits and row.holder == user and row.people == goal.people and (row.day, row.time) in times:
            return row
    return None
