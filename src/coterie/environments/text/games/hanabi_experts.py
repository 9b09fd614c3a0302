"""A team of hanabi players that share a convention: every hint tells everybody something about their own hand.

What hints mean is told in `hanabi_book`; here is when to play, hint or discard. The idea is that of hat puzzles: C.
Cox et al., How to make the perfect fireworks display: two strategies for Hanabi (2015). That all may keep one account
of what is commonly known, and that hints are told apart by whether they touch a chosen card, are ideas of Jeff Wu's
`information` strategy (github.com/WuTheFWasThat/hanabi.rs); the tree of questions, the choice of moves and the search
of the last turns are our own.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from coterie.core import Action, Choice, Observation
from coterie.environments.text.games.hanabi_book import Book
from coterie.environments.text.games.hanabi_cards import COLOURS
from coterie.environments.text.games.hanabi_questions import Rules, Table, weight
from coterie.environments.text.games.hanabi_search import Open, guesses

LAST_CARDS = 2
"""From so many cards in the deck on, moves are compared by search."""
GUESSES = 40
"""How many hands and decks a search tries."""
POSITIONS = 300
"""After so many positions of one guess the search only estimates."""
SLACK = 2
"""With so few draws to spare, a hint that rules anything out comes before a discard."""


class Hint(NamedTuple):
    """A hint: how many newly know of a card to play, how many kinds it rules out, and the move."""

    ready: int
    gain: int
    move: str


class Convention:
    """One seat of the team; a script that remembers."""

    def __init__(self, players: Sequence[str], me: str, rules: Rules, hand: int, information: int) -> None:
        """Opens the book; `information` is how many tokens there are at most."""
        self.book, self.rules, self.most_information = Book(players, me, rules, hand), rules, information
        self.me, self.luck = self.book.me, random.Random(0)
        self.hands: list[list[int]] = []

    def __call__(self, seen: Observation) -> Action:
        """Brings the book up to date, then plays, hints or discards."""
        self.hands = self.book.read(seen.data)
        information, lives = seen.data["left"]["information"], seen.data["left"]["lives"]
        # What I see that not everybody does rules out more of my own hand.
        self.left = self.book.not_open()
        for hand in self.hands:
            for kind in hand:
                self.left[kind] -= 1
        full = sum(1 << kind for kind, count in enumerate(self.left) if count <= 0)
        self.mine = [mask & ~full or mask for mask in self.book.masks[self.me]]
        table = self.book.table()
        hint = self.hint(table) if information else None
        move = self.decide(table, hint, information)
        if self.book.deck <= LAST_CARDS:
            offered = seen.spec.move.options if isinstance(seen.spec.move, Choice) else ()
            options = [each for each in offered if not each.startswith("tell")]
            move = self.endgame(move, [*options, hint.move] if hint else options, information, lives)
        return Action(move)

    def decide(self, table: Table, hint: Hint | None, information: int) -> str:
        """The move that the convention advises."""
        mine = self.mine
        plays = [place for place, mask in enumerate(mine) if mask & ~table.playable == 0]
        if plays:
            return f"play {1 + max(plays, key=lambda place: self.worth(mine[place]))}"
        slack = self.book.deck + len(self.hands) - (self.rules.kinds - table.dead.bit_count())
        if hint and (hint.ready or (hint.gain and slack <= SLACK)):
            return hint.move
        losses = [self.loss(place, table) for place in range(len(mine))]
        place = min(range(len(mine)), key=losses.__getitem__)
        if information < self.most_information and not (hint and hint.gain and losses[place]):
            return f"discard {1 + place}"
        return hint.move if hint else f"play {1 + place}"

    def endgame(self, planned: str, options: Sequence[str], information: int, lives: int) -> str:
        """Takes another move than planned if it is worth more on average over what may lie in hand and deck."""
        total = dict.fromkeys(options, 0)
        for (hand, deck), times in guesses(self.mine, self.left, self.book.deck, GUESSES, self.luck).items():
            game = Open(self.rules.colours, self.rules.ranks, deck, self.most_information, POSITIONS)
            hands = tuple(tuple(sorted(hand if seat == self.me else held)) for seat, held in enumerate(self.hands))
            key = (hands, 0, tuple(self.book.fireworks), information, lives, self.me, self.book.last)
            for move in options:
                verb, place, *_ = move.split()
                total[move] += times * game.after(key, verb, 0 if verb == "tell" else hand[int(place) - 1])
        best = max(options, key=lambda move: total[move])
        return best if total[best] > total.get(planned, 0) else planned

    def worth(self, mask: int) -> float:
        """How good it is to play one of these: low ranks first."""
        kinds = [kind for kind in range(self.rules.kinds) if mask >> kind & 1]
        return -sum(kind % self.rules.ranks for kind in kinds) / len(kinds)

    def loss(self, place: int, table: Table) -> float:
        """What is expected to be lost with a card thrown away."""
        mask, total = self.mine[place], weight(self.mine[place], self.left) or 1
        # A kind that somebody else holds, or that is surely held twice, is not lost.
        again = sum(1 << kind for kind in {kind for hand in self.hands for kind in hand})
        again |= sum({other for at, other in enumerate(self.mine) if at != place and other & (other - 1) == 0} - {0})
        loss = 0.0
        for kind in range(self.rules.kinds):
            if mask >> kind & 1 and not (table.dead | again) >> kind & 1:
                value = self.rules.ranks - kind % self.rules.ranks + (20 if table.critical >> kind & 1 else 0)
                loss += value * max(0, self.left[kind]) / total
        return loss

    def hint(self, table: Table) -> Hint | None:
        """The best hint that says what the convention demands."""
        book = self.book
        trees, ways = book.trees(self.me), book.ways(self.me)
        said = {other: book.class_of(self.hands[other], tree) for other, tree in trees.items()}
        number = sum(said.values()) % max(1, sum(len(way.options) for way in ways))
        best: Hint | None = None
        for to, _, _ in ways:
            hand = self.hands[to]
            names = [*COLOURS[: self.rules.colours], *(f"rank {rank}" for rank in range(1, self.rules.ranks + 1))]
            for what in names:
                named = self.rules.named(what)
                places = " ".join(str(place) for place, kind in enumerate(hand, 1) if named >> kind & 1)
                if not places or book.number(ways, to, what, places) != number:
                    continue
                after = {other: list(trees[other][said[other]]) for other in trees}
                after[to] = book.pointed(after[to], what, places)
                ready = sum(self.ready(after[o], table) > self.ready(book.masks[o], table) for o in after)
                before = sum(mask.bit_count() for other in after for mask in book.masks[other])
                gain = before - sum(mask.bit_count() for masks in after.values() for mask in masks)
                if best is None or (ready, gain) > (best.ready, best.gain):
                    best = Hint(ready, gain, f"tell {book.players[to]} {what}")
        return best

    @staticmethod
    def ready(hand: Sequence[int], table: Table) -> bool:
        """Whether a hand surely holds a card to play."""
        return any(mask & ~table.playable == 0 for mask in hand)
