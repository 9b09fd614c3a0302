"""The scripted user: knows its own wish and the words of the assistant, nothing else; understands by keywords."""

import random
import re

from coterie.core import Action, Observation, Utterance
from coterie.environments.text.dialogue.concierge import phrases
from coterie.environments.text.dialogue.concierge.goals import group
from coterie.environments.text.dialogue.concierge.policies import REFUSAL, plain

FULL = re.compile(
    r"\b(full|fully booked|sold out|not available|unavailable|nothing (is )?free|none (is |are )?free"
    r"|no \w+ (is |are )?(free|left|available)|no room|no availability)\b"
)
DONE = re.compile(r"\b(booked|reserved|changed|moved|cancell?ed|done|confirmed|all set)\b")
CONFIRM = re.compile(
    r"\b(shall i|should i|may i (book|go|change|cancel)|do you agree|agreed|is (that|this) (ok|okay|right|fine|correct)"
    r"|would you like me|do you want me|confirm|go ahead|deposit|proceed)\b"
)
SENTENCES = re.compile(r"[^.?!]+[.?!]*")
ASKING = re.compile(r"\?|\b(please|need|tell me|may i have|provide|give me)\b")
FIELDS = {
    "place": r"area|where|part of (the )?town|destination|place",
    "style": r"food|cuisine|kind|style|type",
    "price": r"price|budget|expensive",
    "day": r"day|date|when",
    "time": r"time|hour|when",
    "people": r"how many|people|guests|party",
    "name": r"name|who are you|who you are|identity",
    "pin": r"pin|identity|verify",
    "code": r"code|reference|which reservation|reservation number",
}
TOLD = {"phone": r"\b\d{4}\b", "address": r"\b(\d+ \w+ (street|lane|road)|platform \d+)\b", "when": r"\b\d\d:\d\d\b"}
"""How an answer to a question looks."""


class Visitor:
    """A user who follows its goals one by one and leaves when they are met or refused."""

    def __init__(self, seed: int) -> None:
        """Keeps its own luck for the choice of words."""
        self.luck = random.Random(seed)
        self.place, self.said = -1, 0
        self.fell_back, self.insisted = False, False

    def __call__(self, seen: Observation) -> Action:
        """Reads what the assistant said and answers."""
        if self.place < 0:
            self.data = dict(seen.data)
            self.persona = str(seen.data["persona"])
            return self._next(self.luck.choice(phrases.OPENINGS[self.persona]))
        told = plain(" ".join(message.text for message in seen.heard))
        before, self.said = self.said, self.said + 1
        if not told.strip():
            return self._say("Hello? Are you there?")
        if before == 0 and self.wish.get("first_people"):
            return self._waver(told)
        return self._react(told)

    def _react(self, told: str) -> Action:
        wish = self.wish
        sentences = SENTENCES.findall(told)
        stated = [each for each in sentences if "?" not in each]
        refused = any(REFUSAL.search(each) for each in stated)
        if FULL.search(told):
            return self._fall_back()
        if wish["request"] in ("book", "change", "cancel") and _is_done(stated):
            return self._next(phrases.NEXT[self.persona])
        if answers := self._answers(sentences):
            return self._say(answers)
        if refused:
            if self.persona in ("chatty", "impatient") and not self.insisted:
                self.insisted = True
                return self._say("Oh, that is a pity. Could you make an exception for me?")
            return self._next("All right, I understand." if self.persona != "terse" else "Fine.")
        if wish["request"] in TOLD and re.search(TOLD[wish["request"]], told):
            return self._next(phrases.NEXT[self.persona])
        if CONFIRM.search(told):
            return self._say(self._verdict(told))
        return self._say("I am not sure I follow. " + phrases.request(wish, "plain", self.luck))

    def _waver(self, told: str) -> Action:
        """Changes its mind, once, on top of what it would have said."""
        sentences = SENTENCES.findall(told)
        people, first = self.wish["people"], self.wish.pop("first_people")
        done = _is_done([each for each in sentences if "?" not in each])
        answers = "" if done else self._answers(sentences, asked_people=False)
        change = f"Actually, I changed my mind: please make it {group(people)} instead of {first}."
        return self._say(f"{answers} {change}".strip())

    def _answers(self, sentences: list[str], asked_people: bool = True) -> str:
        """Answers every question that is about the wish; the empty text when there is none."""
        asked = " ".join(each for each in sentences if ASKING.search(each) and not CONFIRM.search(each))
        if not asked:
            return ""
        found = [field for field, words in FIELDS.items() if re.search(rf"\b({words})\b", asked)]
        if "change" in asked and self.wish["request"] == "change":
            found = [*found, *(each for each in ("day", "time", "people") if each not in found)]
        if not asked_people and "people" in found:
            found.remove("people")
        name, pin = str(self.data["name"]), str(self.data["pin"])
        answers = [phrases.answer(field, self.wish, name, pin) for field in found]
        if self.persona == "terse":
            return _brief([each for each in answers if each])
        return " ".join(each for each in answers if each)

    def _fall_back(self) -> Action:
        """Names the other time, if there is one."""
        wish = self.wish
        if self.fell_back or "other_day" not in wish:
            return self._next("That is a pity.")
        self.fell_back = True
        other = phrases.when(wish, "other_day", "other_time")
        wish["day"], wish["time"] = wish["other_day"], wish["other_time"]
        return self._say(f"{other[0].upper()}{other[1:]}." if self.persona == "terse" else f"Then {other} will do.")

    def _verdict(self, told: str) -> str:
        """Says yes, unless the assistant named another time or number than it wishes."""
        wish = self.wish
        times, numbers = re.findall(r"\d\d:\d\d", told), re.findall(r"\b(\d+) (?:people|person)\b", told)
        if wish["request"] in ("book", "change"):
            if times and wish["time"] not in times:
                return f"No, I said {phrases.when(wish)}."
            if numbers and str(wish["people"]) not in numbers:
                return f"No, for {group(wish['people'])}."
        if self.persona == "terse":
            return "Yes."
        return self.luck.choice(("Yes, please.", "Yes, that is fine.", "Yes, go ahead."))

    def _next(self, before: str) -> Action:
        """Goes on to the next goal, or leaves."""
        self.place += 1
        if self.place:
            self.said = 0
        goals = self.data["goals"]
        if self.place >= len(goals):
            return Action("leave", (Utterance(phrases.PARTING[self.persona]),))
        self.wish = dict(goals[self.place])
        self.fell_back = self.insisted = False
        text = phrases.request(self.wish, self.persona, self.luck)
        if self.persona in ("chatty", "impatient") and self.place == 0:
            text += f" My name is {str(self.data['name']).capitalize()}."
        return self._say(f"{before} {text}".strip())

    def _say(self, text: str) -> Action:
        return Action("talk", (Utterance(text),))


def _is_done(stated: list[str]) -> bool:
    """Whether something was reported done; what "cannot be cancelled" was not."""
    return any(DONE.search(each) and not REFUSAL.search(each) for each in stated)


def _brief(answers: list[str]) -> str:
    """Shortens whole sentences to what matters.

    >>> _brief(["My name is Lee.", "My pin is 4417.", "In the north."])
    'Lee, 4417, north.'
    """
    short = [re.sub(r"^(My \w+ is|The code is|In the|To the|On|At|For) |, please|\.$", "", each) for each in answers]
    short = [re.sub(r"\.$", "", each) for each in short]
    return ", ".join(short) + "." if short else ""
