"""The two tests of a lesson: problems drawn so that every wrong step shows, and their scores."""

from collections.abc import Sequence

from coterie.core import Chance
from coterie.environments.text.education.tutoring.subject import Bugs, Subject

FIRST, LAST = "first test", "last test"
PARTS = {FIRST: 0, LAST: 1}
"""Which part of the stock a test draws from."""


def draw_items(
    chance: Chance, subject: Subject, size: int, bugs: Bugs, count: int, name: str, repeated: Sequence[str] = ()
) -> list[str]:
    """Draws the problems of a test for a student with these bugs.

    At least half of the problems, and one for every bug, are answered wrong until that bug is gone, whatever else is
    gone by then: a test without a mistake means that no bug is left. The others are answered right all along.
    """
    items, held, part = list(repeated), sorted(bugs), PARTS[name]
    safe = subject.safe(size, part, bugs) or subject.part(size, part)
    for place in range(len(items), count):
        telling = place < max(len(held), (count + 1) // 2)
        stock = subject.betrayed(size, part, held[place % len(held)], bugs) if telling else safe
        items.append(chance.draw(f"{name} {place}", [each for each in stock if each not in items]))
    return items


def share_right(subject: Subject, problems: Sequence[str], answers: Sequence[str]) -> float:
    """The share of right answers."""
    return sum(map(subject.right, problems, answers)) / len(problems)


def normalised_gain(pre: float, post: float) -> float:
    """What was learnt of what could be learnt: 1 when nothing is left to learn, below 0 when it got worse.

    Source: R. Hake, Interactive-engagement versus traditional methods (1998), equation 1.

    >>> normalised_gain(0.5, 1.0), normalised_gain(0.5, 0.25)
    (1.0, -0.5)
    """
    return (post - pre) / (1 - pre)
