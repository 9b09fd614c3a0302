"""The judge: what of the user's wishes is met, by the tables as they stand and by what was said."""

import math

import msgspec

from coterie.core import Json, Subgoal
from coterie.environments.text.dialogue.concierge.city import City, Reservation
from coterie.environments.text.dialogue.concierge.goals import Goal, row_of
from coterie.environments.text.dialogue.concierge.policies import REFUSAL, plain, words_of
from coterie.environments.text.dialogue.concierge.store import Store

RESERVED, TOLD = 0.7, 0.3
"""What the two parts of a booking weigh: the row in the table, and its code said to the user."""


class Judge:
    """Keeps the score of one conversation."""

    def __init__(self, goals: list[Goal], city: City, user: str) -> None:
        """Starts with the tables as the city has them."""
        self.goals, self.city, self.user = goals, city, user
        self.rows, self.at = city.reservations, 0
        self.said: list[str] = []
        """Words that the user has said."""
        self.told: list[str] = []
        """Parts of wishes for which the right words were said."""
        self.names = [*city.venues, *city.reservations, *city.pins, *city.pins.values(), *city.days]
        self.names += [word for wishes in city.domains.values() for words in wishes.values() for word in words]
        self.names += [venue.phone for venue in city.venues.values()]
        """What is worth noting in a sentence."""
        self.parts = self._parts()

    def hear_user(self, text: str) -> None:
        """Notes what the user has asked about."""
        self.said += words_of(text)

    def hear_assistant(self, text: str) -> None:
        """Notes which of the things were said that had to be said."""
        words = words_of(text)
        refuses = bool(REFUSAL.search(plain(text)))
        for goal in self.goals:
            part = f"{goal.kind}: told"
            if part not in self.told and self._tells(goal, words, refuses):
                self.told.append(part)
        self.parts = self._parts()

    def look(self, store: Store) -> None:
        """Looks at the tables, if they have changed."""
        if store.changes != self.at:
            self.rows, self.at = store.reservations(), store.changes
            self.names += [code for code in self.rows if code not in self.names]
            self.parts = self._parts()

    def outcome(self, broken: list[str], patience: float) -> dict[str, Json]:
        """Judges the conversation as a whole.

        Args:
            broken: the policies that were broken.
            patience: the share of it that is left.
        """
        due = [part for part in self.parts if part.endswith("told")]
        score = math.fsum(part.weight for part in self.parts.values() if part.done)
        correct = self._correct()
        told = sum(part in self.told for part in due)
        outcome: dict[str, Json] = {
            "success": correct and told == len(due) and not broken,
            "score": round(score, 6),
            "database_correct": correct,
            "policy_violations": len(broken),
            "satisfaction": round(score * (1 + patience) / 2, 6),
            "goals": [goal.kind for goal in self.goals],
        }
        return outcome | ({"information_given": told / len(due)} if due else {})

    def describe(self) -> list[Json]:
        """The wishes with all that is true of them."""
        return [msgspec.to_builtins(goal) for goal in self.goals]

    def _tells(self, goal: Goal, words: list[str], refuses: bool) -> bool:
        match goal.kind:
            case "book" | "fallback":
                row = self._booked(goal)
                return row is not None and row.code in words
            case "inform":
                return all(word in words for word in words_of(self._answer(goal)))
            case "refuse":
                asked = goal.code in self.said if goal.code else str(goal.people) in self.said
                return refuses and asked
        return False

    def _answer(self, goal: Goal) -> str:
        """What the user wants to hear."""
        if goal.request == "when":
            row = self.city.reservations[goal.code]
            return f"{row.day} {row.time}"
        venue = self.city.venues[goal.venue]
        return venue.phone if goal.request == "phone" else venue.address

    def _parts(self) -> dict[str, Subgoal]:
        """All parts of all wishes, as they stand; their weights sum to 1."""
        share, parts = 1 / len(self.goals), {}
        for goal in self.goals:
            kind, told = goal.kind, f"{goal.kind}: told" in self.told
            if kind in ("book", "fallback"):
                parts[f"{kind}: reserved"] = Subgoal(self._booked(goal) is not None, RESERVED * share, "assistant")
                parts[f"{kind}: told"] = Subgoal(told, TOLD * share, "assistant")
            elif kind in ("change", "cancel"):
                parts[f"{kind}: done"] = Subgoal(self._kept(goal), share, "assistant")
            else:
                parts[f"{kind}: told"] = Subgoal(told and self._kept(goal), share, "assistant")
        return parts

    def _kept(self, goal: Goal) -> bool:
        """Whether the reservation that a goal is about is as it should be."""
        if not goal.code:
            return goal.kind != "refuse" or not any(row.people == goal.people for row in self._new().values())
        return self.rows.get(goal.code) == self._due(goal)

    def _due(self, goal: Goal) -> Reservation | None:
        row = self.city.reservations[goal.code]
        if goal.kind == "change":
            return msgspec.structs.replace(row, day=goal.day, time=goal.time, people=goal.people)
        return None if goal.kind == "cancel" else row

    def _correct(self) -> bool:
        """Whether all reservations are as wished: those asked for, and no other change."""
        due = {goal.code: self._due(goal) for goal in self.goals if goal.code}
        old = all(self.rows.get(code) == due.get(code, row) for code, row in self.city.reservations.items())
        wished = [goal for goal in self.goals if goal.kind in ("book", "fallback")]
        return old and len(self._new()) == len(wished) and all(self._booked(goal) for goal in wished)

    def _new(self) -> dict[str, Reservation]:
        return {code: row for code, row in self.rows.items() if code not in self.city.reservations}

    def _booked(self, goal: Goal) -> Reservation | None:
        return row_of(goal, self._new(), self.city, self.user)
