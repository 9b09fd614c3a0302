"""Arithmetic of fractions, correct and with the misconceptions that were found in pupils.

The right procedures: for a sum or difference both fractions are scaled to the least common denominator; a product is
tops times tops over bottoms times bottoms; to divide, the second fraction is flipped and multiplied; of two fractions
the larger in value is the larger. Nothing is reduced. Every bug changes one of these procedures.

Sources: R. Siegler and others, Developing effective fractions instruction for kindergarten through 8th grade (What
Works Clearinghouse practice guide, 2010), recommendation 3, common misconceptions; K. Tatsuoka (editor), Analysis of
errors in fraction addition and subtraction problems (1984); R. Ashlock, Error patterns in computation; S. Stafylidou
and S. Vosniadou, The development of students' understanding of the numerical value of fractions (Learning and
Instruction 14, 2004) for comparison.
"""

import math
import re
from fractions import Fraction
from functools import cache, lru_cache
from typing import ClassVar

from coterie.environments.text.education.tutoring.subject import CORRECT, Bug, Bugs, Subject

Pair = tuple[int, int]
"""Top and bottom."""
STOCK = 70
"""Problems of each kind."""
BOTTOM, TOP = ("bottom", "denominator"), ("top", "numerator")
FLIP, MULTIPLY = ("flip", "invert", "turn", "reciprocal"), ("multipl", "times")

BUGS = (
    Bug(
        name="adds-across",
        site="sum",
        does="add tops with tops and bottoms with bottoms, and subtract in the same way",
        remedy="do not add the bottoms, find a common denominator first",
        idea=(("add", "subtract", "sum"), BOTTOM, ("common", "same")),
    ),
    Bug(
        name="multiplies-whole-with-both",
        site="whole number times",
        does="multiply both top and bottom by the whole number",
        remedy="a whole number multiplies only the top",
        idea=(("whole",), ("only", "just", "alone"), TOP),
    ),
    Bug(
        name="divides-without-flipping",
        site="quotient",
        does="multiply when you should divide",
        remedy="to divide, flip the second fraction and then multiply",
        idea=(FLIP, ("second", "divisor", "last"), MULTIPLY),
    ),
    Bug(
        name="larger-denominator-is-larger",
        site="comparison",
        does="think that the fraction with the larger bottom is the larger one",
        remedy="more parts make every part smaller",
        idea=(("part", "piece", "slice"), ("small", "less", "tin")),
    ),
    Bug(
        name="takes-larger-denominator",
        site="sum",
        does="add or subtract the tops and write the larger bottom",
        remedy="the larger denominator alone will not do, change the top as well",
        idea=(("larg", "big", "great"), BOTTOM, TOP),
    ),
    Bug(
        name="denominator-without-scaling",
        site="sum",
        does="find the common denominator but leave the tops as they were",
        remedy="with a common denominator scale the top by the same factor",
        idea=(("scal", "factor"), TOP, ("common",)),
    ),
    Bug(
        name="keeps-denominator-in-product",
        site="product",
        does="find the common denominator, multiply the tops and keep that denominator",
        remedy="in a product multiply the bottoms too",
        idea=(MULTIPLY, BOTTOM, ("too", "also", "well")),
    ),
    Bug(
        name="multiplies-crosswise",
        site="product",
        does="multiply crosswise, the first bottom with the second top over the first top with the second bottom",
        remedy="do not multiply crosswise, it is top by top and bottom by bottom",
        idea=(("cross", "diagonal"), TOP, BOTTOM),
    ),
    Bug(
        name="flips-the-first",
        site="quotient",
        does="flip the first fraction when you divide, then multiply",
        remedy="flip the second fraction and not the first",
        idea=(FLIP, ("second", "divisor", "last"), ("first",)),
    ),
)
TERM = r"[0-9]{1,3}(?:\s*/\s*[0-9]{1,3})?"
OPERATIONS = {"+": "+", "-": "-", "x": "x", "*": "x", "times": "x", "divided by": "divided by", "\u00f7": "divided by"}


class Fractions(Subject):
    """Two fractions added, subtracted, multiplied, divided or compared; the first factor may be a whole number."""

    name = "fractions"
    bugs: ClassVar[dict[str, Bug]] = {bug.name: bug for bug in BUGS}
    pattern = re.compile(
        rf"(?<![0-9/])(?:larger of\s+({TERM})\s+(?:and|or)\s+({TERM})"
        rf"|({TERM})\s*(\+|-|x|\*|times|divided by|\u00f7)\s*({TERM}))(?:\s*(?:=|is)\s*({TERM}))?(?![0-9/])",
        re.IGNORECASE,
    )

    def answer(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """A fraction, not reduced."""
        return calculate(problem, bugs)

    def work(self, problem: str, bugs: Bugs = CORRECT) -> str:
        """The procedure that is followed, in words, and what comes of it."""
        site = _site(*_read(problem))
        does = next((bug.does for bug in BUGS if bug.name in bugs and bug.site == site), "use the right procedure")
        return f"i {does.replace(' you ', ' i ')} and get {calculate(problem, bugs)}"

    def value(self, answer: str) -> Fraction | None:
        """The number that it stands for; with 0 below, none."""
        match = re.fullmatch(r"([0-9]{1,6})(?:/([0-9]{1,6}))?", answer)
        if match is None or (match[2] and not int(match[2])):
            return None
        return Fraction(int(match[1]), int(match[2] or 1))

    def problems(self, size: int) -> tuple[str, ...]:
        """Problems of every kind with bottoms up to three times the size."""
        return _stock(size)

    def found(self, match: re.Match[str]) -> tuple[str, str | None] | None:
        """Problems without a 0 below, nothing taken from what is smaller, nothing divided by 0."""
        terms = [re.sub(r"\s", "", term) for term in (match[1] or match[3], match[2] or match[5])]
        first, second = (self.value(term) for term in terms)
        operation = "larger" if match[1] else OPERATIONS[match[4].lower()]
        if first is None or second is None or (operation == "-" and first < second):
            return None
        if operation == "divided by" and not (first and second):
            return None
        given = re.sub(r"\s", "", match[6]) if match[6] else None
        return (_write(terms[0], operation, terms[1]), given)


def _write(first: str, operation: str, second: str) -> str:
    return f"larger of {first} and {second}" if operation == "larger" else f"{first} {operation} {second}"


@cache
def _stock(size: int) -> tuple[str, ...]:
    """All problems of a kind in order, thinned out evenly to at most `STOCK`."""
    limit = 3 * size
    proper = [(top, bottom) for bottom in range(2, limit + 1) for top in range(1, bottom)]
    problems: list[str] = []
    for operation in ("+", "-", "x", "divided by", "larger"):
        kind = [
            _write(f"{a}/{b}", operation, f"{c}/{d}")
            for a, b in proper
            for c, d in proper
            if a * d != b * c and b != d and (operation != "-" or a * d > b * c)
        ]
        problems += kind[:: max(1, len(kind) // STOCK)][:STOCK]
    whole = [f"{number} x {top}/{bottom}" for number in range(2, 2 + limit) for top, bottom in proper]
    return (*problems, *whole[:: max(1, len(whole) // STOCK)][:STOCK])


@lru_cache(100_000)
def calculate(problem: str, bugs: Bugs = CORRECT) -> str:
    """Solves a problem as somebody with these bugs does.

    >>> calculate("1/2 + 1/3"), calculate("1/2 + 1/3", frozenset({"adds-across"}))
    ('5/6', '2/5')
    """
    first, operation, second = _read(problem)
    (a, b), (c, d) = _pair(first), _pair(second)
    if operation == "larger":
        wrong = "larger-denominator-is-larger" in bugs and b != d
        return first if (b > d if wrong else a * d >= b * c) else second
    if operation in "+-":
        top, bottom = _sum(a, b, c, d, 1 if operation == "+" else -1, bugs)
    elif operation == "x":
        top, bottom = _product(a, b, c, d, "/" not in first, bugs)
    elif "divides-without-flipping" in bugs:
        top, bottom = a * c, b * d
    elif "flips-the-first" in bugs:
        top, bottom = b * c, a * d
    else:
        top, bottom = a * d, b * c
    return f"{top}/{bottom}"


def _sum(a: int, b: int, c: int, d: int, sign: int, bugs: Bugs) -> Pair:
    if "adds-across" in bugs:
        return abs(a + sign * c), abs(b + sign * d)
    common = math.lcm(b, d)
    if b != d and "takes-larger-denominator" in bugs:
        return abs(a + sign * c), max(b, d)
    if b != d and "denominator-without-scaling" in bugs:
        return abs(a + sign * c), common
    return a * (common // b) + sign * c * (common // d), common


def _product(a: int, b: int, c: int, d: int, whole: bool, bugs: Bugs) -> Pair:
    if whole:
        return a * c, a * d if "multiplies-whole-with-both" in bugs else d
    if "multiplies-crosswise" in bugs:
        return b * c, a * d
    if "keeps-denominator-in-product" in bugs:
        common = math.lcm(b, d)
        return a * (common // b) * c * (common // d), common
    return a * c, b * d


def _read(problem: str) -> tuple[str, str, str]:
    words = problem.split()
    return (words[2], "larger", words[4]) if words[0] == "larger" else (words[0], " ".join(words[1:-1]), words[-1])


def _pair(term: str) -> Pair:
    top, _, bottom = term.partition("/")
    return int(top), int(bottom or 1)


def _site(first: str, operation: str, second: str) -> str:
    """The step that a problem of this kind needs."""
    if operation == "x":
        return "product" if "/" in first else "whole number times"
    return {"+": "sum", "-": "sum", "divided by": "quotient", "larger": "comparison"}[operation]
