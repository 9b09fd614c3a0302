"""What a subject is: problems, a procedure that can be perturbed, and the known perturbations (bugs).

A bug is one changed step of a correct procedure, so that a student's wrong answers follow from it exactly. Source:
J. S. Brown and R. R. Burton, Diagnostic models for procedural bugs in basic mathematical skills (Cognitive Science,
1978), section 1.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations
from typing import ClassVar

Bugs = frozenset[str]
CORRECT: Bugs = frozenset()
PARTS = 3
"""Into how many parts a stock of problems is divided, so that no test has a problem of the other or of practice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One wrong step that a student may take, and what puts it right."""

    name: str
    site: str
    """The step of the procedure that it changes; a student has at most one bug of a site."""
    does: str
    """What a student with it does, as told to whoever plays the student."""
    remedy: str
    """An explanation that addresses it, without the worked example that must come with it."""
    idea: tuple[tuple[str, ...], ...]
    """Groups of beginnings of words; an explanation states the idea when it holds a word of every group."""
    smallest: int = 2
    """The smallest size of problems on which it shows."""


class Subject(ABC):
    """Problems as text, answers as text, and the procedure that leads from one to the other."""

    name: ClassVar[str]
    bugs: ClassVar[dict[str, Bug]]
    pattern: ClassVar[re.Pattern[str]]
    """Finds a problem, alone or with an answer after `=` or `is`."""

    digits: ClassVar[re.Pattern[str]] = re.compile("[0-9]")

    @abstractmethod
    def answer(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """What somebody with these bugs answers."""

    @abstractmethod
    def work(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """The steps that lead there, in words."""

    @abstractmethod
    def value(self, answer: str) -> Fraction | int | None:
        """What an answer is worth; None: it is no number."""

    @abstractmethod
    def problems(self, size: int) -> tuple[str, ...]:
        """A fixed stock of problems."""

    @abstractmethod
    def found(self, match: re.Match[str]) -> tuple[str, str | None] | None:
        """The problem in a match, written in the one way that all parts use, and the answer given with it."""

    def find(self, text: str) -> list[tuple[str, str | None]]:
        """The problems in a text in order, each with the answer given to it, or None where it is only posed."""
        if not self.digits.search(text):
            return []
        plain = text.replace("\u2212", "-").replace("\u2013", "-").replace("\u00d7", "x").lower()
        return [pair for match in self.pattern.finditer(plain) if (pair := self.found(match)) is not None]

    def words(self, text: str) -> list[str]:
        """The words of a text outside of its problems."""
        outside = self.pattern.sub(" ", text) if self.digits.search(text) else text
        return re.findall(r"[a-z]+|[0-9]+", outside.lower())

    def groups(self, word: str) -> frozenset[tuple[str, ...]]:
        """The groups of words, of whatever idea, that a word belongs to by its beginning."""
        return _groups(self, word)

    def right(self, problem: str, answer: str) -> bool:
        """Whether an answer has the right value."""
        return self.value(answer) == self.value(self.answer(problem))

    def shows(self, problem: str, bug: str, bugs: Bugs) -> bool:
        """Whether it makes a difference here that somebody with `bugs` has this one among them."""
        return bug in bugs and self.value(self.answer(problem, bugs)) != self.value(self.answer(problem, bugs - {bug}))

    def part(self, size: int, part: int) -> tuple[str, ...]:
        """A part of the stock: 0 for the test before a lesson, 1 for the one after it, 2 for practice."""
        return self.problems(size)[part::PARTS]

    def betrayed(self, size: int, part: int, bug: str, bugs: Bugs) -> list[str]:
        """The problems that somebody with `bugs` gets wrong until this one is gone, whatever else is gone."""
        return _betrayed(self, size, part, bug, bugs)

    def safe(self, size: int, part: int, bugs: Bugs) -> list[str]:
        """The problems that somebody with any of `bugs` gets right."""
        return _safe(self, size, part, bugs)

    def __deepcopy__(self, memo: object) -> "Subject":
        """A subject does not change, and what was found out about its problems is kept by identity."""
        return self


@lru_cache(10_000)
def _groups(subject: Subject, word: str) -> frozenset[tuple[str, ...]]:
    return frozenset(group for bug in subject.bugs.values() for group in bug.idea if word.startswith(group))


@cache
def _betrayed(subject: Subject, size: int, part: int, bug: str, bugs: Bugs) -> list[str]:
    kept = [each | {bug} for each in subsets(bugs - {bug})]
    return [
        problem
        for problem in subject.part(size, part)
        if not any(subject.right(problem, subject.answer(problem, each)) for each in kept)
    ]


@cache
def _safe(subject: Subject, size: int, part: int, bugs: Bugs) -> list[str]:
    return [
        problem
        for problem in subject.part(size, part)
        if all(subject.right(problem, subject.answer(problem, each)) for each in subsets(bugs))
    ]


def subsets(bugs: Bugs) -> list[Bugs]:
    """All sets of some of these bugs, the empty one included.

    >>> len(subsets(frozenset({"a", "b"})))
    4
    """
    ordered = sorted(bugs)
    return [frozenset(chosen) for count in range(len(ordered) + 1) for chosen in combinations(ordered, count)]


def numbers(text: str, count: int, size: int) -> list[float]:
    """The first numbers in a text, as shares of ten to the power of `size`; -1 where there is none.

    >>> numbers("42 - 17", 3, 2)
    [0.42, 0.17, -1.0]
    """
    found = [int(number) / 10**size for number in re.findall("[0-9]+", text)[:count]]
    return found + [-1.0] * (count - len(found))
