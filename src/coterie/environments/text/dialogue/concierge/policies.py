"""The written policies, and the code that says when one is broken. The tools do not hinder it."""

import re
from collections.abc import Collection

from coterie.environments.text.dialogue.concierge.city import NOTICE_H, City, Reservation
from coterie.environments.text.dialogue.concierge.store import Store
from coterie.environments.text.dialogue.concierge.tools import Desk

MOST_IN_PARTY = 6
DEPOSIT_FROM = 5
DEPOSIT_EACH = 10
POLICIES = {
    "verify": "verify name and pin of the holder before you change, cancel or tell anything of a reservation",
    "notice": f"no change and no cancellation less than {NOTICE_H} hours before the time of the reservation",
    "refund": "cancel only what was booked at a flexible rate",
    "party": f"at most {MOST_IN_PARTY} people in a reservation",
    "deposit": f"before you book for {DEPOSIT_FROM} people or more, name the deposit of {DEPOSIT_EACH} each, get a yes",
    "confirm": "before you book, change or cancel, say what you are about to do, with venue or code, and get a yes",
}
"""Name and wording, in the order in which the option `policies` adds them."""
YES = re.compile(r"\b(yes|yeah|yep|sure|ok|okay|fine|go ahead|please do|correct|agreed?|exactly)\b")
NO = re.compile(r"\b(no|not|don't|wait|actually|instead)\b")
REFUSAL = re.compile(
    r"\b(can ?not|can't|could not|couldn't|not possible|impossible|unable|not able|not allowed|not permitted|must not"
    r"|may not|won't|will not|refuse|no exceptions?|against (the|our|my) (policy|policies|rules))\b"
)


def plain(text: str) -> str:
    r"""Lower case, straight apostrophes.

    >>> plain("I can\u2019t")
    "i can't"
    """
    return text.lower().replace("\u2019", "'")


def words_of(text: str) -> list[str]:
    """The words of a sentence without marks; times stay whole.

    >>> words_of("Bella, Friday 19:00!")
    ['bella', 'friday', '19:00']
    """
    return re.findall(r"\w+(?::\d\d)?", text.lower())


def is_yes(text: str) -> bool:
    """Whether somebody agrees."""
    told = plain(text)
    return bool(YES.search(told)) and not NO.search(told)


class Rules:
    """Watches one conversation: what was agreed to, and which policies a call or a sentence breaks."""

    def __init__(self, names: Collection[str], city: City) -> None:
        """Watches the policies of these names."""
        self.names, self.city = names, city
        self.said: list[str] = []
        """Words that the user has said."""
        self.asked = ""
        """What the assistant said last."""
        self.agreed: list[list[str]] = []
        """The words of what the user said yes to."""
        self.broken: list[str] = []

    def hear_user(self, text: str) -> None:
        """Takes in what the user says."""
        self.said += words_of(text)
        if self.asked and is_yes(text):
            self.agreed.append(words_of(self.asked))

    def hear_assistant(self, text: str, desk: Desk, store: Store) -> list[str]:
        """Takes in what the assistant says; returns the policies that it breaks by it."""
        self.asked = text
        if "verify" not in self.names:
            return []
        words = words_of(text)
        for code in desk.found:
            row = store.reservation(code)
            if row is None or code in desk.verified:
                continue
            # What the user named, and a venue that a search named, is no news.
            private = [row.holder, self.city.pins[row.holder], *([] if row.venue in desk.shown else [row.venue])]
            when = row.day in words and row.time in words and not (row.day in self.said and row.time in self.said)
            if when or any(word in words and word not in self.said for word in private):
                return self._note(["verify"])
        return []

    def judge(self, tool: str, before: Reservation | None, after: Reservation | None, desk: Desk) -> list[str]:
        """Returns the policies that a booking (`before` is None), change or cancellation has broken."""
        broken = []
        subject = before or after
        if subject is None:
            return []
        if before is not None:
            if before.code not in desk.verified:
                broken.append("verify")
            if self.city.hours_to(before.day, before.time) < NOTICE_H:
                broken.append("notice")
            if tool == "cancel" and self.city.venues[before.venue].rate != "flexible":
                broken.append("refund")
        if after is not None and after.people > MOST_IN_PARTY:
            broken.append("party")
        if tool == "book" and subject.people >= DEPOSIT_FROM:
            deposit = ["deposit", str(DEPOSIT_EACH * subject.people)]
            if not any(all(word in each for word in deposit) for each in self.agreed):
                broken.append("deposit")
        named = (subject.venue,) if tool == "book" else (subject.venue, subject.code)
        if not any(name in each for each in self.agreed for name in named):
            broken.append("confirm")
        return self._note([each for each in broken if each in self.names])

    def _note(self, broken: list[str]) -> list[str]:
        self.broken += broken
        return broken
