"""Multi-digit subtraction in columns, correct and with the bugs that were found in pupils.

The procedure works from right to left on columns of digits. Where the bottom digit is larger it adds ten to the top
digit and takes one from the next column; from a top digit 0 it cannot take, so the 0 becomes 9 and the column after it
gives. Every bug changes one of these steps. Where a bug leads to a dead end (nothing is left that could give), the
student goes on without taking one, the repair of skipping a step.

Sources: J. S. Brown and R. R. Burton, Diagnostic models for procedural bugs in basic mathematical skills (Cognitive
Science 2, 1978), tables of bugs; J. S. Brown and K. VanLehn, Repair theory (Cognitive Science 4, 1980) for impasses and
repairs; K. VanLehn, Bugs are not enough (Journal of Mathematical Behavior 3, 1982) and Mind Bugs (1990), glossary of
bugs, whose names are used here. In the paper of 1978 `borrow-across-zero` is called move-over-zero.
"""

import random
import re
from functools import cache, lru_cache
from typing import ClassVar

from coterie.environments.text.education.tutoring.subject import CORRECT, Bug, Bugs, Subject

STOCK = 600
"""Problems of each size."""
PLACES = ("ones", "tens", "hundreds", "thousands", "ten thousands", "hundred thousands")
BORROW = ("borrow", "regroup", "trade", "exchang")
ZERO, NINE = ("zero", "0"), ("nine", "9")

BUGS = (
    Bug(
        name="smaller-from-larger",
        site="column",
        does="take the smaller digit from the larger in every column, whichever is on top",
        remedy="do not take the smaller digit from the larger, when the top digit is too small borrow ten",
        idea=(("small", "less"), ("larg", "big", "great"), BORROW),
    ),
    Bug(
        name="borrow-no-decrement",
        site="decrement",
        does="add ten when you borrow but take nothing from the next column",
        remedy="when you borrow ten you must take one from the next column",
        idea=(BORROW, ("one", "1", "decreas", "reduc", "cross"), ("next", "column", "neighbo", "left")),
    ),
    Bug(
        name="zero-minus-n-equals-n",
        site="zero on top",
        does="copy the bottom digit when the top digit is zero",
        remedy="do not copy the bottom digit under a zero, borrow ten for it",
        idea=(ZERO, ("copy", "copi", "bring"), ("bottom", "lower"), BORROW),
    ),
    Bug(
        name="zero-instead-of-borrow",
        site="column",
        does="write zero when the bottom digit is larger",
        remedy="do not write zero when the top digit is too small, borrow ten",
        idea=(ZERO, ("writ", "wrote", "put"), BORROW),
    ),
    Bug(
        name="zero-minus-n-equals-zero",
        site="zero on top",
        does="answer zero when the top digit is zero",
        remedy="zero minus a digit is not zero, borrow ten",
        idea=(ZERO, ("minus", "subtract", "take"), ("not", "never", "isn"), BORROW),
    ),
    Bug(
        name="n-minus-zero-equals-zero",
        site="zero below",
        does="answer zero when the bottom digit is zero",
        remedy="a digit minus zero stays as it is",
        idea=(ZERO, ("stay", "same", "itself", "unchanged", "keep")),
    ),
    Bug(
        name="n-minus-n-equals-n",
        site="equal digits",
        does="write the digit itself when both digits are equal",
        remedy="two equal digits leave zero",
        idea=(("equal", "identical", "alike"), (*ZERO, "nothing")),
    ),
    Bug(
        name="forget-borrow-over-blanks",
        site="decrement",
        does="borrow, but take nothing from a column with a blank below",
        remedy="a column with a blank below must give one as well",
        idea=(("blank", "empty", "nothing"), ("one", "1", "decreas", "reduc")),
    ),
    Bug(
        name="always-borrow",
        site="when to borrow",
        does="borrow in every column that has a next one, needed or not",
        remedy="borrow only when the top digit is too small",
        idea=(BORROW, ("only", "unless", "necessary", "need", "enough")),
    ),
    Bug(
        name="borrow-from-zero",
        site="zero to borrow from",
        does="make a zero nine when you borrow from it and stop there",
        remedy="after the zero becomes nine the column left of it must give one",
        idea=(ZERO, NINE, ("left", "next", "continu", "further")),
        smallest=3,
    ),
    Bug(
        name="borrow-across-zero",
        site="zero to borrow from",
        does="skip a zero when you borrow and take one from the column after it",
        remedy="do not skip the zero when you take one, it becomes nine",
        idea=(("skip", "jump", "past", "over"), ZERO, NINE),
        smallest=3,
    ),
    Bug(
        name="stops-borrow-at-zero",
        site="zero to borrow from",
        does="take nothing when you would have to borrow from a zero",
        remedy="do not stop at a zero, it becomes nine and the column before it gives one",
        idea=(("stop", "ignor", "leav", "forget"), ZERO, NINE),
        smallest=3,
    ),
    Bug(
        name="dont-decrement-zero",
        site="zero to borrow from",
        does="make a zero ten, not nine, when you borrow across it",
        remedy="the zero becomes nine and not ten because it gives one",
        idea=(ZERO, NINE, ("ten", "10")),
        smallest=3,
    ),
    Bug(
        name="always-borrow-left",
        site="decrement",
        does="borrow from the leftmost column",
        remedy="borrow from the next column, not from the leftmost",
        idea=(("leftmost", "far", "first", "end"), ("next", "neighbo", "beside", "adjacent")),
        smallest=3,
    ),
)


class Subtraction(Subject):
    """Whole numbers, the larger on top."""

    name = "subtraction"
    bugs: ClassVar[dict[str, Bug]] = {bug.name: bug for bug in BUGS}
    pattern = re.compile(
        r"(?<![0-9/])([0-9]{1,6})\s*-\s*([0-9]{1,6})(?:\s*(?:=|is)\s*([0-9]{1,7}))?(?![0-9/])", re.IGNORECASE
    )

    def answer(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """The digits written down."""
        return subtract(problem, bugs)[0]

    def work(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """What is written in every column, from the ones on."""
        return " ".join(subtract(problem, bugs)[1])

    def value(self, answer: str) -> int | None:
        """A whole number."""
        return int(answer) if re.fullmatch(r"[0-9]{1,9}", answer) else None

    def problems(self, size: int) -> tuple[str, ...]:
        """Problems of `size` digits, with many zeros."""
        return _stock(size)

    def found(self, match: re.Match[str]) -> tuple[str, str | None] | None:
        """Problems whose top number is not smaller."""
        top, bottom = int(match[1]), int(match[2])
        return (f"{top} - {bottom}", match[3]) if top >= bottom else None


@cache
def _stock(size: int) -> tuple[str, ...]:
    luck = random.Random(size)
    problems: dict[str, None] = {}  # keeps their order
    while len(problems) < STOCK:
        digits = [0 if luck.random() < 0.25 else 1 + int(9 * luck.random()) for _ in range(2 * size)]
        top, bottom = (int("".join(map(str, half))) for half in (digits[:size], digits[size:]))
        if 10 ** (size - 1) <= top and 0 < bottom < top:
            problems[f"{top} - {bottom}"] = None
    return tuple(problems)


@lru_cache(100_000)
def subtract(problem: str, bugs: Bugs = CORRECT) -> tuple[str, tuple[str, ...]]:
    """Subtracts in columns as somebody with these bugs does; returns the answer and the steps.

    >>> subtract("306 - 187", frozenset({"borrow-from-zero"}))[0]
    '219'
    """
    first, second = problem.split(" - ")
    top = [int(digit) for digit in reversed(first)]
    below: list[int | None] = [int(digit) for digit in reversed(second)]
    below += [None] * (len(top) - len(below))
    written, steps = [], []
    for place, bottom in enumerate(below):
        result = _column(top, below, place, bottom, bugs)
        taken = "nothing" if bottom is None else str(bottom)
        steps.append(f"{PLACES[place]} {top[place]} take {taken} write {result}")
        written.append(str(result))
    return "".join(reversed(written)).lstrip("0") or "0", tuple(steps)


def _column(top: list[int], below: list[int | None], place: int, bottom: int | None, bugs: Bugs) -> int:
    """What is written under a column; borrowing changes `top`."""
    here, taken = top[place], bottom or 0
    if here == 0 and taken:
        if "zero-minus-n-equals-n" in bugs:
            return taken
        if "zero-minus-n-equals-zero" in bugs:
            return 0
    if bottom == 0 and "n-minus-zero-equals-zero" in bugs:
        return 0
    if here == taken and here and "n-minus-n-equals-n" in bugs:
        return here
    if here < taken:
        if "smaller-from-larger" in bugs:
            return taken - here
        if "zero-instead-of-borrow" in bugs:
            return 0
    if here < taken or ("always-borrow" in bugs and place + 1 < len(top)):
        top[place] += 10
        _take_one(top, below, place + 1, bugs)
    return top[place] - taken


def _take_one(top: list[int], below: list[int | None], place: int, bugs: Bugs) -> None:
    """Takes one from the column at `place`, or from where a bug looks for it."""
    if "borrow-no-decrement" in bugs:
        return
    if "always-borrow-left" in bugs:
        place = len(top) - 1
    if place >= len(top) or ("forget-borrow-over-blanks" in bugs and below[place] is None):
        return
    giver = place
    while giver < len(top) and top[giver] == 0:
        giver += 1
    if giver > place and "borrow-from-zero" in bugs:
        top[place] = 9
        return
    if giver == len(top) or (giver > place and "stops-borrow-at-zero" in bugs):
        return
    top[giver] -= 1
    if "borrow-across-zero" not in bugs:
        top[place:giver] = [10 if "dont-decrement-zero" in bugs else 9] * (giver - place)
