"""The truth of a lesson: what the student does wrong by now, what was explained, asked and given away."""

from collections.abc import Sequence

from coterie.core import Action, Event, Json
from coterie.environments.text.education.tutoring.student import CHANGE, ideas, posed, taught
from coterie.environments.text.education.tutoring.subject import Bugs, Subject


class Lesson:
    """The knowledge state, and the events that change it."""

    def __init__(self, subject: Subject, bugs: Bugs, pre: Sequence[str]) -> None:
        """Begins with a student and the problems of its first test."""
        self.subject, self.first, self.bugs, self.pre = subject, bugs, bugs, pre
        self.turn = 0
        self.said = ""
        self.asked: str | None = None
        self.told: list[str] = []
        """Problems of the first test whose answer was given away."""
        self.told_turn: int | None = None
        self.mastered_turn: int | None = None

    def hear(self, said: str) -> tuple[Event, ...]:
        """What the tutor's sentence truly was: a question, answers given away, ideas."""
        self.said, self.asked = said, posed(self.subject, said)
        events: tuple[Event, ...] = (Event("asked", "tutor", {"problem": self.asked}),) if self.asked else ()
        for problem, given in self.subject.find(said):
            if given:
                seen = given if self.subject.right(problem, given) else self.subject.answer(problem)
                events += (Event("claimed", "tutor", {"about": problem, "claimed": given, "seen": seen}),)
            if given and problem in self.pre and problem not in self.told and self.subject.right(problem, given):
                self.told.append(problem)
                self.told_turn = self.turn if self.told_turn is None else self.told_turn
                events += (Event("told", "tutor", {"problem": problem, "answer": given}),)
        if stated := ideas(self.subject, said):
            teaches = taught(self.subject, said, self.bugs)
            made: list[Json] = [f"explained {bug}" for bug in teaches]
            events += (Event("explained", "tutor", {"ideas": stated, "teaches": teaches, "used": [], "made": made}),)
        return events

    def learn(self, action: Action) -> tuple[Event, ...]:
        """Takes the student's turn: what was explained is unlearnt if it takes it in; its answer is compared."""
        learned = taught(self.subject, self.said, self.bugs) if action.move == CHANGE else []
        self.bugs = self.bugs.difference(learned)
        if learned and not self.bugs:
            self.mastered_turn = self.turn
        events = tuple(
            Event("learned", "student", {"bug": bug, "used": [f"explained {bug}"], "made": [f"without {bug}"]})
            for bug in learned
        )
        self.turn += 1
        words = " ".join(each.text for each in action.say)
        given = next((given for problem, given in self.subject.find(words) if given and problem == self.asked), None)
        if given is None or self.asked is None:
            return events
        right, told = self.subject.right(self.asked, given), self.asked in self.told
        data: dict[str, Json] = {"problem": self.asked, "answer": given, "right": right, "told": told}
        return (*events, Event("answered", "student", data))

    def mark(self, problem: str, answer: str) -> Event:
        """Compares an answer of the last test; `knows` is what the knowledge state answers."""
        knows, right = self.subject.answer(problem, self.bugs), self.subject.right(problem, answer)
        gone = [bug for bug in sorted(self.first - self.bugs) if self.subject.shows(problem, bug, self.bugs | {bug})]
        data: dict[str, Json] = {"problem": problem, "answer": answer, "right": right, "knows": knows}
        data |= {"used": [f"without {bug}" for bug in gone] if right else [], "made": []}
        return Event("post_item", "student", data)
