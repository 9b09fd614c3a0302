"""The assistant's tools: a line such as `book bella friday 19:00 2 lee` is read, checked and done; errors are text."""

from collections.abc import Callable
from typing import Any

import msgspec

from coterie.core import Json
from coterie.environments.text.dialogue.concierge.city import City
from coterie.environments.text.dialogue.concierge.store import Store

TOOLS = {
    "search": "search DOMAIN [PLACE STYLE PRICE DAY TIME PEOPLE, any of them, in any order]",
    "show": "show VENUE",
    "book": "book VENUE DAY TIME PEOPLE NAME",
    "find": "find CODE",
    "verify": "verify CODE NAME PIN",
    "change": "change CODE DAY TIME PEOPLE",
    "cancel": "cancel CODE",
}
"""Every tool and how it is called."""
SPEAK = "to speak, write say alone and your words beside it"
MOST_SHOWN = 4
"""Venues that a search lists."""
MOST_PEOPLE = 12


class Result(msgspec.Struct, frozen=True):
    """What a tool answered."""

    tool: str
    text: str
    done: bool = True
    """False: the call was refused, and nothing changed."""
    arguments: list[str] = []
    data: dict[str, Json] = {}
    made: list[str] = []
    """Names that the assistant learns from it: venues, codes."""


class Desk:
    """Runs tools on the store of one conversation."""

    def __init__(self, city: City, store: Store) -> None:
        """Starts with nobody verified."""
        self.city, self.store = city, store
        self.verified: list[str] = []
        """Codes of reservations whose holder has proved who it is."""
        self.shown: list[str] = []
        """Venues that a search or a show has named."""
        self.found: list[str] = []
        """Codes of reservations that were looked up."""

    def call(self, line: str) -> Result:
        """Does what a line asks for; never raises.

        >>> from coterie.environments.text.dialogue.concierge.city import build_city
        >>> from coterie.environments.text.dialogue.concierge.store import first_rows
        >>> city = build_city(3, domains=1, venues=4, days=3)
        >>> Desk(city, Store(first_rows(city))).call("cancel r1").text
        'error: no reservation r1'
        """
        tool, *words = line.lower().split() or [""]
        words = [word.rpartition("=")[2] for word in words]
        if tool not in TOOLS:
            return Result(tool, f"error: no tool {tool[:20]!r}; there are {', '.join(TOOLS)}; {SPEAK}", False)
        if tool != "search" and len(words) != TOOLS[tool].count(" "):
            return Result(tool, f"error: expected {TOOLS[tool]}", False, words)
        run: Callable[..., tuple[str, dict[str, Json], list[str]]] = getattr(self, f"_{tool}")
        try:
            text, data, made = run(words) if tool == "search" else run(*words)
        except _RefusedError as error:
            return Result(tool, f"error: {error}", False, words)
        return Result(tool, text, True, words, data, made)

    def _search(self, words: list[str]) -> tuple[str, dict[str, Json], list[str]]:
        wish = self._wish(words)
        found = list(self.store.matching(wish))
        when = " ".join(str(wish[each]) for each in ("day", "time") if wish[each])
        size = f"for {wish['people']}" if wish["people"] else ""
        # Without a time or a number there is nothing that could be full.
        free = [venue for venue, has_room in found if has_room or not (when or size)]
        told = f"{len(found)} match" + (f", {len(free)} free {when} {size}".rstrip() if when or size else "")
        listed = free[:MOST_SHOWN]
        self.shown += [venue.name for venue in listed if venue.name not in self.shown]
        rows = [f"{row.name} {row.place} {row.style} {row.price} {row.rate}" for row in listed]
        data: dict[str, Json] = {"matches": len(found), "free": len(free), "venues": [row.name for row in listed]}
        return "; ".join([told, *rows]), data, [row.name for row in listed]

    def _wish(self, words: list[str]) -> dict[str, Any]:
        """Reads what a search asks for; each word belongs to one field only."""
        if not words or words[0] not in self.city.domains:
            raise _RefusedError(f"expected {TOOLS['search']}; domains: {', '.join(self.city.domains)}")
        wishes = {**self.city.domains[words[0]], "day": self.city.days}
        wish: dict[str, Any] = dict.fromkeys((*wishes, "people"))
        wish["domain"] = words[0]
        for word in words[1:]:
            field = next((field for field, known in wishes.items() if word in known), None)
            if field is None:
                wish["people"] = _people(word, f"a place, style, price, day or time of a {words[0]}, or a number")
            else:
                wish[field] = word
        return wish

    def _show(self, name: str) -> tuple[str, dict[str, Json], list[str]]:
        venue = self.store.venue(name)
        if venue is None:
            raise _RefusedError(f"no venue {name}")
        free: dict[str, list[str]] = {}
        for day, time, left in self.store.free(name):
            free.setdefault(day, []).append(f"{time} for {left}")
        if name not in self.shown:
            self.shown.append(name)
        told = f"{name} {venue.domain} {venue.place} {venue.style} {venue.price} {venue.rate}; "
        told += f"phone {venue.phone}; address {venue.address}; free "
        told += ", ".join(f"{day} {' '.join(times)}" for day, times in free.items()) or "nothing"
        return told, {**msgspec.to_builtins(_named(venue)), "free": free}, [venue.phone, venue.address]

    def _book(self, venue: str, day: str, time: str, people: str, name: str) -> tuple[str, dict[str, Json], list[str]]:
        if self.store.venue(venue) is None:
            raise _RefusedError(f"no venue {venue}")
        if not self.store.is_customer(name):
            raise _RefusedError(f"no customer {name}")
        row = self.store.book(name, venue, day, time, _people(people))
        if row is None:
            raise _RefusedError(f"{venue} has no room {day} {time} for {people}")
        return f"booked {_told(row)}", _named(row), [row.code]

    def _find(self, code: str) -> tuple[str, dict[str, Json], list[str]]:
        row = self.store.reservation(code)
        if row is None:
            raise _RefusedError(f"no reservation {code}")
        if code not in self.found:
            self.found.append(code)
        venue = self.store.venue(row.venue)
        rate = venue.rate if venue else ""
        return f"found {_told(row)} rate {rate}", {**_named(row), "rate": rate}, [row.venue, row.holder]

    def _verify(self, code: str, name: str, pin: str) -> tuple[str, dict[str, Json], list[str]]:
        if not self.store.is_holder(code, name, pin):
            raise _RefusedError(f"{name} with this pin does not hold {code}")
        if code not in self.verified:
            self.verified.append(code)
        return f"verified {name} holds {code}", {"code": code}, [f"verified {code}"]

    def _change(self, code: str, day: str, time: str, people: str) -> tuple[str, dict[str, Json], list[str]]:
        row = self.store.reservation(code)
        if row is None:
            raise _RefusedError(f"no reservation {code}")
        if not self.store.change(row, day, time, _people(people)):
            raise _RefusedError(f"{row.venue} has no room {day} {time} for {people}")
        now = msgspec.structs.replace(row, day=day, time=time, people=int(people))
        return f"changed {_told(now)}", _named(now), [code]

    def _cancel(self, code: str) -> tuple[str, dict[str, Json], list[str]]:
        row = self.store.reservation(code)
        if row is None:
            raise _RefusedError(f"no reservation {code}")
        self.store.cancel(row)
        return f"cancelled {code}", {"code": code}, [code]


class _RefusedError(Exception):
    """A call that cannot be done; its text is the tool's answer."""


def _people(word: str, expected: str = "a number of people") -> int:
    if not (word.isascii() and word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= MOST_PEOPLE):
        raise _RefusedError(f"found {word[:20]!r}, expected {expected} from 1 to {MOST_PEOPLE}")
    return int(word)


def _told(row: Any) -> str:
    return f"{row.code} {row.venue} {row.day} {row.time} people {row.people} name {row.holder}"


def _named(row: Any) -> dict[str, Json]:
    return {name: getattr(row, name) for name in row.__struct_fields__}
