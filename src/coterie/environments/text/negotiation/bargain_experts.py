"""A scripted bargainer, for both seats."""

import re
from collections.abc import Iterable

from coterie.core import Action, Observation, Utterance
from coterie.environments.text.negotiation.bargain_scenarios import TOTAL, Counts, fairest, rest, worth


class Bargainer:
    """Tells its values, and takes its part of the fairest among the best divisions once it knows the other's.

    It understands `worth book 8 hat 1 ball 0`, and from one who tells no values `take book 1 hat 0 ball 0`: it leaves
    the other that share, and ends the talk when what is left is worth half of the pool to it. When it has to choose and
    has heard neither, it takes half of every kind, and of what cannot be halved `first` takes more of the first kind,
    `second` of the next, and so on: two of them still agree.
    """

    def __init__(self, agent: str) -> None:
        """Takes a seat."""
        self.agent = agent
        self.theirs: Counts | None = None
        self.left: Counts | None = None

    def __call__(self, seen: Observation) -> Action:
        """Talks, or chooses."""
        data = seen.data
        pool, values = tuple(data["pool"].values()), tuple(data["values"].values())
        for message in seen.heard:
            self._listen(message.text, data["pool"], pool)
        if data["phase"] == "talk":
            fair = self.left is not None and 2 * worth(self.left, values) >= TOTAL
            move = "choose" if self.theirs is not None or fair else "talk"
            return Action(move, (Utterance(f"worth {_told(data['pool'], values)}"),))
        return Action(_told(data["pool"], self._share(pool, values)))

    def _listen(self, text: str, items: Iterable[str], pool: Counts) -> None:
        told = dict(re.findall(r"([a-z]+) (\d{1,2})\b", text))
        if not all(item in told for item in items):
            return
        numbers = tuple(int(told[item]) for item in items)
        if "take" in text.split():
            if all(number <= count for number, count in zip(numbers, pool, strict=True)):
                self.left = rest(pool, numbers)
        elif worth(pool, numbers) == TOTAL:
            self.theirs = numbers

    def _share(self, pool: Counts, values: Counts) -> Counts:
        if self.theirs is None and self.left is not None:
            return self.left
        share = tuple((count + (place % 2 == 0)) // 2 for place, count in enumerate(pool))
        if self.theirs is not None:
            share = fairest(pool, *((values, self.theirs) if self.agent == "first" else (self.theirs, values)))
        return share if self.agent == "first" else rest(pool, share)


def _told(items: Iterable[str], numbers: Counts) -> str:
    return " ".join(f"{item} {number}" for item, number in zip(items, numbers, strict=True))
