"""The scripted assistant: reads the user's sentences, works the tools as a careful clerk, keeps the policies."""

import random
from typing import Any

from coterie.core import Action, Choice, Form, Observation, Utterance
from coterie.environments.text.dialogue.concierge import replies
from coterie.environments.text.dialogue.concierge.city import NOTICE_H
from coterie.environments.text.dialogue.concierge.policies import DEPOSIT_EACH, DEPOSIT_FROM, MOST_IN_PARTY
from coterie.environments.text.dialogue.concierge.understanding import understand

KEPT = ("name", "pin")
"""What stays known when the user comes to another wish."""


class Clerk:
    """Asks for what is missing, looks up, checks the policies, asks for a yes where one is due, acts, reports."""

    def __init__(self, seed: int) -> None:
        """Keeps its own luck for the choice of words."""
        self.luck = random.Random(seed)
        self.known: dict[str, Any] = {}
        """What the user has told, by field."""
        self.call = ""
        """The last call, whose answer is awaited."""
        self.answers: dict[str, tuple[bool, dict[str, Any]]] = {}
        """What the tools have answered, by call."""
        self.verified: list[str] = []
        self.proposed, self.agreed, self.last = "", "", ""
        self.finished, self.asked_wishes = False, False

    def __call__(self, seen: Observation) -> Action:
        """Takes in what is new and does the next thing."""
        self.view = seen.data
        if self.call:
            result = self.view["result"]
            self.answers[self.call] = (result["done"], result["data"])
            self.call = ""
        else:
            self._listen(" ".join(message.text for message in seen.heard))
        return self._fitted(self._act(), seen)

    def _fitted(self, action: Action, seen: Observation) -> Action:
        """Writes an action as it is asked for: a line, a form, or only words when all calls are spent."""
        line = str(action.move)
        if isinstance(seen.spec.move, Form):
            tool, _, arguments = line.partition(" ")
            return Action({"tool": tool, "arguments": arguments}, action.say)
        if isinstance(seen.spec.move, Choice) and line != "say":
            self.call = ""
            return self._say(replies.NO_MORE)
        return action

    def _listen(self, text: str) -> None:
        told = understand(text, self.view["wishes"], self.view["days"])
        if told.pop("mind", False):
            told.pop("intent", None)
            if self.finished and (code := self.known.get("booked")):
                # A change of mind about what was just done needs no code to be told.
                told |= {"intent": "change", "code": code}
        if "intent" in told and self._is_new(told):
            self.known = {name: self.known[name] for name in KEPT if name in self.known}
            self.finished, self.asked_wishes, self.proposed, self.agreed, self.last = False, False, "", "", ""
            self.answers = {call: each for call, each in self.answers.items() if call.startswith("verify")}
        if self.proposed and told.pop("yes", False):
            self.agreed = self.proposed
        self.known |= told

    def _is_new(self, told: dict[str, Any]) -> bool:
        """Whether this is another wish than the one in hand."""
        known = self.known
        if self.finished or told["intent"] != known.get("intent"):
            return True
        return "code" in told and told["code"] != known.get("code", told["code"])

    def _act(self) -> Action:
        if self.finished:
            return self._say(self.last or replies.ANYTHING_ELSE)
        match self.known.get("intent"):
            case None:
                return self._say(replies.WELCOME)
            case "book":
                return self._book()
            case "phone" | "address":
                return self._inform()
            case _:
                return self._reservation()

    def _book(self) -> Action:
        known = self.known
        domain = known.get("domain")
        if domain is None:
            return self._say(replies.ask(["domain"], "", self.luck))
        hours = self.view["wishes"][domain]["time"]
        if len(hours) == 1:
            known["time"] = hours[0]
        missing = [each for each in ("day", "time", "people") if each not in known]
        wishes = ("place", "style", "price")
        if not self.asked_wishes and not any(each in known for each in wishes):
            self.asked_wishes = True
            missing = [*wishes, *missing]
        if "party" in self.view["policies"] and known.get("people", 0) > MOST_IN_PARTY:
            return self._refuse("party")
        if "name" not in known:
            missing.append("name")
        if missing:
            return self._say(replies.ask(missing, domain, self.luck))
        words = [known[each] for each in (*wishes, "day", "time") if each in known]
        done, found = self._look(f"search {' '.join([domain, *words])} {known['people']}")
        if found is None:
            return done
        if not found["venues"]:
            return self._say(replies.full(known, found["matches"]))
        return self._make_booking(found["venues"][0])

    def _make_booking(self, venue: str) -> Action:
        known = self.known
        call = f"book {venue} {known['day']} {known['time']} {known['people']} {known['name']}"
        deposit = DEPOSIT_EACH * known["people"] if self._has("deposit") and known["people"] >= DEPOSIT_FROM else 0
        if (deposit or self._has("confirm")) and self.agreed != call:
            return self._propose(call, replies.shall_book(venue, known, deposit))
        action, booked = self._look(call)
        if booked is None:
            return action
        known["booked"] = booked["code"]
        return self._finish(replies.booked(booked, known["domain"]))

    def _reservation(self) -> Action:
        """Changes, cancels or tells of a reservation, once its holder is known."""
        known, intent = self.known, self.known["intent"]
        missing = [] if "code" in known else ["code"]
        if intent == "change" and not any(each in known for each in ("day", "time", "people")):
            missing.append("change")
        code = known.get("code")
        if self._has("verify") and code not in self.verified:
            missing += [each for each in ("name", "pin") if each not in known]
        if missing:
            return self._say(replies.ask(missing, "", self.luck))
        if self._has("verify") and code not in self.verified:
            action, proof = self._look(f"verify {code} {known['name']} {known['pin']}")
            if proof is None:
                return action if action.move != "say" else self._refuse("verify")
            self.verified.append(str(code))
        action, row = self._look(f"find {code}")
        if row is None:
            return action
        if intent == "when":
            return self._finish(replies.when(row))
        days, now = self.view["days"], self.view["now"]
        hours = 24 * days.index(row["day"]) + int(row["time"][:2]) - int(now[:2])
        if self._has("notice") and hours < NOTICE_H:
            return self._refuse("notice")
        if intent == "cancel" and self._has("refund") and row["rate"] != "flexible":
            return self._refuse("refund")
        return self._write(intent, row)

    def _write(self, intent: str, row: dict[str, Any]) -> Action:
        new = {each: self.known.get(each, row[each]) for each in ("day", "time", "people")}
        if intent == "change" and self._has("party") and new["people"] > MOST_IN_PARTY:
            return self._refuse("party")
        call = f"cancel {row['code']}"
        if intent == "change":
            call = f"change {row['code']} {new['day']} {new['time']} {new['people']}"
        if self._has("confirm") and self.agreed != call:
            return self._propose(call, replies.shall_write(intent, row, new))
        action, done = self._look(call)
        if done is None:
            return action
        if intent == "change":
            self.known["booked"] = row["code"]
            self.answers.pop(f"find {row['code']}", None)
        return self._finish(replies.written(intent, row, new))

    def _inform(self) -> Action:
        if "venue" not in self.known:
            return self._say(replies.ask(["venue"], "", self.luck))
        action, venue = self._look(f"show {self.known['venue']}")
        if venue is None:
            return action
        return self._finish(replies.told(self.known["intent"], venue))

    def _has(self, policy: str) -> bool:
        return policy in self.view["policies"]

    def _look(self, call: str) -> tuple[Action, dict[str, Any] | None]:
        """Returns what a tool answered to a call; None: the action that comes first, a call or words of regret."""
        if call in self.answers:
            done, data = self.answers[call]
            return (Action("say"), data) if done else (self._say(replies.failed(call)), None)
        self.call = call
        return Action(call), None

    def _propose(self, call: str, text: str) -> Action:
        self.proposed = call
        return self._say(text)

    def _refuse(self, policy: str) -> Action:
        self.last = replies.REFUSALS[policy]
        return self._finish(f"{self.last} {replies.ANYTHING_ELSE}")

    def _finish(self, text: str) -> Action:
        self.finished = True
        return self._say(text)

    def _say(self, text: str) -> Action:
        return Action("say", (Utterance(text),))
