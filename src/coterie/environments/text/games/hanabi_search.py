"""The best that hanabi players could reach if they saw all cards: a bound, and a guide for the last turns."""

import random
from collections import Counter
from collections.abc import Sequence

Hands = tuple[tuple[int, ...], ...]
"""For every player the kinds it holds, sorted."""


class Open:
    """A game with its cards face up: kinds are numbered colour by colour, `deck` in the order in which it is drawn."""

    def __init__(
        self, colours: int, ranks: int, deck: Sequence[int], most_information: int, limit: int = 10**9
    ) -> None:
        """Prepares to remember what positions are worth; after `limit` of them it estimates from above."""
        self.limit = limit
        self.colours, self.ranks, self.deck = colours, ranks, tuple(deck)
        self.most_information = most_information
        self.worth: dict[tuple[Hands, int, tuple[int, ...], int, int, int, int], int] = {}

    def best(
        self, hands: Hands, drawn: int, fireworks: tuple[int, ...], information: int, lives: int, turn: int, left: int
    ) -> int:
        """The highest score that can still be reached.

        Args:
            hands: what everybody holds.
            drawn: how many cards of the deck are drawn.
            fireworks: the height of each.
            information: tokens left.
            lives: lives left; the last one is never risked.
            turn: whose turn it is.
            left: turns left from when the deck is empty.
        """
        score = sum(fireworks)
        if not left:
            return score
        key = (hands, drawn, fireworks, information, lives, turn, left)
        if (known := self.worth.get(key)) is not None:
            return known
        # A card is built a turn at most, and only kinds that are not all thrown away.
        most = min(self._reach(hands, drawn, fireworks), score + len(self.deck) - drawn + left)
        if len(self.worth) >= self.limit:
            return most
        found = score
        if found < most:
            for verb, kind in self._moves(hands[turn], fireworks, information):
                found = max(found, self.after(key, verb, kind))
                if found >= most:
                    break
        self.worth[key] = found
        return found

    def _reach(self, hands: Hands, drawn: int, fireworks: tuple[int, ...]) -> int:
        """The highest score for which there are cards."""
        there = set(self.deck[drawn:]).union(*hands)
        total = 0
        for colour, height in enumerate(fireworks):
            while height < self.ranks and colour * self.ranks + height in there:
                height += 1
            total += height
        return total

    def _moves(self, hand: tuple[int, ...], fireworks: tuple[int, ...], information: int) -> list[tuple[str, int]]:
        """The moves that differ, those first that are likely to be best."""
        kinds = list(dict.fromkeys(hand))
        heights = [(kind, kind % self.ranks - fireworks[kind // self.ranks]) for kind in kinds]
        found = [("play", kind) for kind, above in heights if above == 0]
        if information < self.most_information:
            found += [("discard", kind) for kind, above in heights if above < 0][:1]
        if information:
            found.append(("tell", 0))
        if information < self.most_information:
            found += [("discard", kind) for kind, above in heights if above >= 0]
        else:
            found += [("play", kind) for kind, above in heights if above != 0]
        return found

    def after(self, key: tuple[Hands, int, tuple[int, ...], int, int, int, int], verb: str, kind: int) -> int:
        """What a position is worth after a move; the score as it is where the move is not allowed."""
        hands, drawn, fireworks, information, lives, turn, left = key
        following, left = (turn + 1) % len(hands), left - (drawn == len(self.deck))
        if verb == "tell":
            return self.best(hands, drawn, fireworks, information - 1, lives, following, left)
        colour, rank = divmod(kind, self.ranks)
        if verb == "discard":
            if information == self.most_information:
                return 0
            information += 1
        elif fireworks[colour] == rank:
            fireworks = (*fireworks[:colour], rank + 1, *fireworks[colour + 1 :])
            information = min(self.most_information, information + (rank + 1 == self.ranks))
        elif lives == 1:
            return 0
        else:
            lives -= 1
        hand = list(hands[turn])
        hand.remove(kind)
        if drawn < len(self.deck):
            hand.append(self.deck[drawn])
            hand.sort()
            drawn += 1
        hands = (*hands[:turn], tuple(hand), *hands[turn + 1 :])
        return self.best(hands, drawn, fireworks, information, lives, following, left)


def guesses(
    masks: Sequence[int], left: Sequence[int], deck: int, count: int, luck: random.Random
) -> Counter[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Counts hands that agree with `masks`, each with an order of the deck, in a number of tries.

    Args:
        masks: for every place of the hand the kinds it may hold, as bits.
        left: for every kind how many cards are in the hand or the deck.
        deck: how many cards are in the deck.
        count: how many are tried; fewer agree.
        luck: where they are drawn from.
    """
    cards = [kind for kind, count in enumerate(left) for _ in range(count)]
    found: Counter[tuple[tuple[int, ...], tuple[int, ...]]] = Counter()
    for _ in range(count):
        pool, hand = cards.copy(), list[int]()
        for mask in masks:
            fits = [kind for kind in pool if mask >> kind & 1]
            if not fits:
                break
            hand.append(luck.choice(fits))
            pool.remove(hand[-1])
        else:
            luck.shuffle(pool)
            found[tuple(hand), tuple(pool[:deck])] += 1
    return found
