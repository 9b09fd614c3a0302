"""The expert tutor: finds out what the student does by asking what tells most, and explains just that.

It keeps every set of bugs that the student may have with the number of things it heard that speak against it. As long
as the best sets disagree about what shows, it asks the problem on which their answers differ most (the largest expected
gain of information, all sets being equally likely); when they agree on a bug, it explains it with an example.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from coterie.core import Action, Observation, Utterance
from coterie.environments.text.education.tutoring.student import OTHER, SEE
from coterie.environments.text.education.tutoring.subject import Bugs, Subject

TEST = "test now"
"""What the tutor says to end the lesson."""
PRACTICE = 2
"""Which part of the stock it asks and explains."""
CERTAIN = 1_000
"""What weighs more than any number of answers."""


class Tutor:
    """Diagnoses and explains; it sees what its seat sees, and knows which bugs there can be."""

    def __init__(self, subject: Subject, families: Sequence[str], bugs: int, size: int) -> None:
        """Takes every set of so many bugs for possible."""
        self.subject, self.stock = subject, subject.part(size, PRACTICE)
        self.doubts: dict[Bugs, int] = dict.fromkeys(profiles(subject, families, bugs), 0)
        self.explained: str | None = None
        self.used: set[str] = set()

    def __call__(self, seen: Observation) -> Action:
        """Says the next sentence of the lesson."""
        if not seen.data["turn"]:
            self._read_first(seen)
        for message in seen.heard:
            self._listen(message.text)
        return Action(say=(Utterance(self._speak()),))

    def _read_first(self, seen: Observation) -> None:
        """The test before the lesson, and the profile where one is shown, count like what is heard."""
        for item in seen.data["items"]:
            self.used.add(item["problem"])
            self._note(item["problem"], item["answer"])
        if seen.data["profile"] is not None:
            shown = frozenset(seen.data["profile"])
            self.doubts = {bugs: doubts + (bugs != shown) for bugs, doubts in self.doubts.items()}

    def _listen(self, text: str) -> None:
        explained, self.explained = self.explained, None
        if explained is not None:
            cured: dict[Bugs, int] = {}
            seen, other = SEE in text, OTHER in text
            for bugs, doubts in self.doubts.items():
                if not other:
                    _keep_best(cured, bugs - {explained}, doubts)
                if not seen:
                    _keep_best(cured, bugs, doubts + CERTAIN * (other and explained in bugs))
            self.doubts = cured
        for problem, answer in self.subject.find(text):
            if answer is not None:
                self._note(problem, answer)

    def _note(self, problem: str, answer: str) -> None:
        """Counts an answer against every set of bugs that would have answered otherwise."""
        for bugs in self.doubts:
            self.doubts[bugs] += self.subject.answer(problem, bugs) != answer

    def _speak(self) -> str:
        fewest = min(self.doubts.values())
        likely = [bugs for bugs, doubts in self.doubts.items() if doubts == fewest]
        if not any(likely):
            return TEST
        for bug in self.subject.bugs:
            if all(bug in bugs for bugs in likely) and (example := self._example(bug, likely)):
                return self._explain(bug, example)
        problem = self._question(likely)
        if problem is not None:
            self.used.add(problem)
            return f"what is {problem}"
        # What no problem tells apart is tried one after the other.
        for bugs in likely:
            for bug in sorted(bugs):
                if example := self._example(bug, [bugs]):
                    return self._explain(bug, example)
        return TEST

    def _explain(self, bug: str, example: str) -> str:
        self.explained = bug
        self.used.add(example)
        return f"{self.subject.bugs[bug].remedy} . {example} = {self.subject.answer(example)}"

    def _example(self, bug: str, likely: list[Bugs]) -> str | None:
        """A problem on which the bug shows, whichever of these sets it is; not one of the test."""
        return next(
            (
                problem
                for problem in self.stock
                if problem not in self.used and all(self.subject.shows(problem, bug, bugs) for bugs in likely)
            ),
            None,
        )

    def _question(self, likely: list[Bugs]) -> str | None:
        """The problem whose answer says most about which of these sets it is; None: no answer says anything."""
        fresh = [problem for problem in self.stock if problem not in self.used]
        best = max(fresh, key=lambda problem: self._information(problem, likely), default=None)
        return best if best is not None and self._information(best, likely) > 0 else None

    def _information(self, problem: str, likely: list[Bugs]) -> float:
        """The entropy of the answer in bits, rounded so that equal ones compare as equal."""
        counts = Counter(self.subject.answer(problem, bugs) for bugs in likely)
        shares = [count / len(likely) for count in counts.values()]
        return round(-sum(share * math.log2(share) for share in shares), 9)


def profiles(subject: Subject, families: Sequence[str], count: int) -> list[Bugs]:
    """All sets of so many bugs that one student can have: never two of the same site; at least one bug.

    >>> from coterie.environments.text.education.tutoring.subtraction import Subtraction
    >>> families = ["smaller-from-larger", "zero-instead-of-borrow", "borrow-no-decrement"]
    >>> [sorted(bugs) for bugs in profiles(Subtraction(), families, 2)]
    [['borrow-no-decrement', 'smaller-from-larger'], ['borrow-no-decrement', 'zero-instead-of-borrow']]
    """
    return [
        frozenset(chosen)
        for chosen in combinations(families, count)
        if count and len({subject.bugs[bug].site for bug in chosen}) == count
    ]


def _keep_best(doubts: dict[Bugs, int], bugs: Bugs, count: int) -> None:
    doubts[bugs] = min(count, doubts.get(bugs, count))
