"""What hanabi players ask about a hand they cannot see: the kinds of cards, and a tree of questions over them."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from coterie.environments.text.games.hanabi_cards import COLOURS, copies

Masks = tuple[int, ...]
"""For every place of a hand the kinds it may hold, as bits."""


class Table(NamedTuple):
    """What lies open: how many of each kind are not, and which kinds can be played, are dead, or must be kept."""

    hidden: tuple[int, ...]
    playable: int
    dead: int
    critical: int


class Rules(NamedTuple):
    """The cards of a game."""

    colours: int
    ranks: int

    @property
    def kinds(self) -> int:
        """How many kinds of cards there are."""
        return self.colours * self.ranks

    def kind(self, card: str) -> int:
        """The number of a kind of card."""
        colour, _, rank = card.partition(" ")
        return COLOURS.index(colour) * self.ranks + int(rank) - 1

    def named(self, what: str) -> int:
        """All kinds of a colour or a rank, as bits."""
        if what.startswith("rank"):
            return sum(1 << (colour * self.ranks + int(what[-1]) - 1) for colour in range(self.colours))
        return ((1 << self.ranks) - 1) << COLOURS.index(what) * self.ranks

    @property
    def colour_masks(self) -> list[int]:
        """The kinds of each colour, as bits."""
        return [self.named(colour) for colour in COLOURS[: self.colours]]

    @property
    def rank_masks(self) -> list[int]:
        """The kinds of each rank, as bits."""
        return [self.named(f"rank {rank}") for rank in range(1, self.ranks + 1)]

    def table(self, fireworks: Sequence[int], gone: Sequence[int]) -> Table:
        """Sorts the kinds, given the height of each firework and how many of each kind are thrown away."""
        hidden, playable, dead, critical = [], 0, 0, 0
        for colour in range(self.colours):
            reachable = True
            for rank in range(1, self.ranks + 1):
                kind = colour * self.ranks + rank - 1
                left = copies(rank, self.ranks) - gone[kind]
                built = rank <= fireworks[colour]
                reachable = reachable and left > 0
                hidden.append(left - built)
                if built or not reachable:
                    dead |= 1 << kind
                elif left == 1:
                    critical |= 1 << kind
                if rank == fireworks[colour] + 1:
                    playable |= 1 << kind
        return Table(tuple(hidden), playable, dead, critical)


def weight(mask: int, hidden: Sequence[int]) -> int:
    """How many cards of these kinds are hidden."""
    return sum(count for kind, count in enumerate(hidden) if mask >> kind & 1)


@lru_cache(maxsize=20000)
def classes(hand: Masks, table: Table, count: int) -> tuple[Masks, ...]:
    """Divides what a hand may be into at most `count` classes, each as masks, by the questions worth most."""
    leaves = [(1.0, hand, _question(hand, table))]
    while len(leaves) < count:
        best = max(range(len(leaves)), key=lambda each: leaves[each][0] * leaves[each][2][0])
        chance, masks, (value, place, part) = leaves[best]
        if value <= 0:
            break
        yes = (*masks[:place], masks[place] & part, *masks[place + 1 :])
        no = (*masks[:place], masks[place] & ~part, *masks[place + 1 :])
        share = weight(yes[place], table.hidden) / weight(masks[place], table.hidden)
        leaves[best] = (chance * share, yes, _question(yes, table))
        leaves.append((chance * (1 - share), no, _question(no, table)))
    return tuple(masks for _, masks, _ in leaves)


def _question(hand: Masks, table: Table) -> tuple[float, int, int]:
    """The best question about a hand that may hold these: its worth, the place, and the kinds that it asks for."""
    best = (0.0, 0, 0)
    has_play = any(mask & ~table.playable == 0 for mask in hand)
    has_dead = any(mask & ~table.dead == 0 for mask in hand)
    for place, mask in enumerate(hand):
        asked = [
            (mask & table.playable, 0.4 if has_play else 1.0),
            (mask & table.dead, 0.1 if has_dead else 0.25),
            (mask & table.critical, 0.3),
        ]
        if mask & ~table.playable == 0:
            asked.append((mask & -mask, 0.3))
        everything = weight(mask, table.hidden)
        for part, worth in asked:
            if not part or part == mask or not everything:
                continue
            share = weight(part, table.hidden) / everything
            if 0 < share < 1:
                value = -worth * (share * math.log2(share) + (1 - share) * math.log2(1 - share))
                if value > best[0] + 1e-9:
                    best = (value, place, part)
    return best
