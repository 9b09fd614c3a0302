"""A scripted haggler, for both seats."""

import math
import re

from coterie.core import Action, Observation, Utterance

OTHER = {"buyer": "seller", "seller": "buyer"}
TOLD = re.compile(r"worth (\d{1,4})\b")


class Haggler:
    """Says what the thing is worth to it; when the other does too, it wants the price halfway between.

    Where the other tells nothing, it asks for half of what could be gained at best, gives way turn by turn, and goes to
    its own limit in the last offer that can still be answered. It takes any offer that is as good as its next one would
    be, and none that gains it nothing. So two of them trade if and only if both can gain, with words and without.
    """

    def __init__(self, agent: str, prices: int) -> None:
        """Takes a seat; `prices` is the highest price."""
        self.agent, self.prices = agent, prices
        self.turns: int | None = None
        self.theirs: int | None = None

    def __call__(self, seen: Observation) -> Action:
        """Makes one move; the first comes with its limit in words."""
        left = int(seen.budget["turns"])
        say: tuple[Utterance, ...] = ()
        if self.turns is None:
            self.turns = left
            if seen.spec.speech is not None and seen.spec.speech.max_words >= 2:
                say = (Utterance(f"worth {seen.data['limit']}"),)
        for message in seen.heard:
            if told := TOLD.findall(message.text):
                self.theirs = min(int(told[-1]), self.prices)
        return Action(self._move(seen.data["limit"], seen.data[OTHER[self.agent]], left), say)

    def _move(self, limit: int, offered: int | None, left: int) -> str:
        """The move for its limit, the other's last offer and the turns left, this one included."""
        wanted = self._price(limit, left)
        if wanted is None:
            return "leave"
        gain = 0 if offered is None else self._gain(limit, offered)
        if gain > 0 and (left == 1 or gain >= self._gain(limit, wanted)):
            return "accept"
        return "leave" if left == 1 else f"offer {wanted}"

    def _gain(self, limit: int, price: int) -> int:
        return limit - price if self.agent == "buyer" else price - limit

    def _price(self, limit: int, left: int) -> int | None:
        """What it wants to trade for now; None: there is nothing to gain."""
        if self.theirs is not None:
            value, cost = (limit, self.theirs) if self.agent == "buyer" else (self.theirs, limit)
            return (value + cost) // 2 if value > cost else None
        assert self.turns is not None
        # All of its ambition in the first turn, none in the last that the other can still answer.
        ahead, first = max(left - 2, 0), max(self.turns - 2, 1)
        if self.agent == "buyer":
            return limit - math.ceil(limit * ahead / (2 * first))
        return limit + math.ceil((self.prices - limit) * ahead / (2 * first))
