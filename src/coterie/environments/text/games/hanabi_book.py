"""The book of common knowledge that hanabi players of one convention keep, each for itself and all alike.

It holds, for every card in every hand, the kinds that it may still be to anybody who knows all moves. From it follows,
for each hand, a division into as many classes as hints can be told apart. Who hints sends the sum of the classes of all
other hands, modulo that number; everybody sees all classes in the sum but its own, and so learns its own.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from coterie.environments.text.games.hanabi_cards import copies
from coterie.environments.text.games.hanabi_questions import Masks, Rules, Table, classes


class Way(NamedTuple):
    """How hints to one player are told apart: by kind of hint, and by whether they point out the card at a place."""

    to: int
    place: int
    options: tuple[str, ...]


class Book:
    """What is common knowledge, as one seat keeps it."""

    def __init__(self, players: Sequence[str], me: str, rules: Rules, hand: int) -> None:
        """Opens the book: nothing is known of any card."""
        self.players, self.me, self.rules = tuple(players), tuple(players).index(me), rules
        self.copies = [copies(rank, rules.ranks) for _ in range(rules.colours) for rank in range(1, rules.ranks + 1)]
        self.everything = (1 << rules.kinds) - 1
        self.masks: list[list[int]] = [[self.everything] * hand for _ in players]
        self.gone, self.fireworks = [0] * rules.kinds, [0] * rules.colours
        self.deck, self.last = sum(self.copies) - len(players) * hand, len(players)
        """Cards to draw, and turns left from when there are none."""

    def read(self, view: dict[str, Any]) -> list[list[int]]:
        """Brings the book up to date with a view; returns the kinds in all hands, none for one's own."""
        hands = {name: list(hand) for name, hand in view["hands"].items()}
        for move in reversed(view["moves"]):  # back to what the others held before the moves that are told
            if move["player"] in hands and "card" in move:
                if "drew" in move:
                    hands[move["player"]].pop()
                hands[move["player"]].insert(int(move["move"].split()[1]) - 1, move["card"])
        for move in view["moves"]:
            self.note(move, hands)
        self.check(view["known"])
        return [[self.rules.kind(card) for card in hands.get(name, ())] for name in self.players]

    def note(self, move: dict[str, Any], hands: dict[str, list[str]]) -> None:
        """Writes down what everybody learns from a move."""
        seat = self.players.index(move["player"])
        self.last -= not self.deck
        verb, first, *rest = move["move"].split()
        if verb == "tell":
            seen = [[self.rules.kind(card) for card in hands.get(name, ())] for name in self.players]
            self.note_hint(seat, self.players.index(first), " ".join(rest), move["places"], seen)
        else:
            place, kind = int(first) - 1, self.rules.kind(move["card"])
            del self.masks[seat][place]
            if move.get("works"):
                self.fireworks[kind // self.rules.ranks] += 1
            else:
                self.gone[kind] += 1
            if self.deck:
                self.deck -= 1
                self.masks[seat].append(self.everything)
            if seat != self.me:
                del hands[move["player"]][place]
                if "drew" in move:
                    hands[move["player"]].append(move["drew"])
        self.tidy()

    def note_hint(self, seat: int, to: int, what: str, places: str, hands: list[list[int]]) -> None:
        """Everybody but who hinted learns the class of its hand; who was pointed at also what was pointed out."""
        trees = self.trees(seat)
        ways = self.ways(seat)
        total = sum(len(options) for _, _, options in ways)
        number = self.number(ways, to, what, places)
        others = {other: self.class_of(hands[other], tree) for other, tree in trees.items() if other != self.me}
        if self.me in trees:
            others[self.me] = (number - sum(others.values())) % total
        for other, found in others.items():
            if found < len(trees[other]):
                self.masks[other] = list(trees[other][found])
        self.masks[to] = self.pointed(self.masks[to], what, places)

    def pointed(self, hand: Sequence[int], what: str, places: str) -> list[int]:
        """What is left of a hand's masks after a hint by itself."""
        named, touched = self.rules.named(what), places.split()
        return [mask & named if str(place) in touched else mask & ~named for place, mask in enumerate(hand, 1)]

    def table(self) -> Table:
        """What lies open now."""
        return self.rules.table(self.fireworks, self.gone)

    def trees(self, seat: int) -> dict[int, tuple[Masks, ...]]:
        """The classes of every hand that a hint of `seat` speaks of."""
        table, total = self.table(), sum(len(options) for _, _, options in self.ways(seat))
        return {
            other: classes(tuple(self.masks[other]), table, total)
            for other in range(len(self.players))
            if other != seat
        }

    @staticmethod
    def class_of(hand: Sequence[int], tree: Sequence[Masks]) -> int:
        """Which class a hand that is seen belongs to; 0 when who played does not share the convention."""
        for number, masks in enumerate(tree):
            if all(mask >> kind & 1 for mask, kind in zip(masks, hand, strict=True)):
                return number
        return 0

    def ways(self, seat: int) -> list[Way]:
        """Who may be told by `seat`, the place that counts, and the kinds of hint that can surely be told apart.

        Every hand has a colour and a rank at that place. A hand that surely holds another kind can also be hinted
        without touching it, and one that surely has two colours and two ranks in either way.
        """
        found = []
        for step in range(1, len(self.players)):
            to = (seat + step) % len(self.players)
            hand = self.masks[to]
            if not hand:
                continue
            place = max(range(len(hand)), key=lambda each: hand[each].bit_count())
            options: tuple[str, ...] = ("colour", "rank")
            if not self._may_share(hand, self.rules.colour_masks) and not self._may_share(hand, self.rules.rank_masks):
                options += ("other colour", "other rank")
            elif not self._may_share(hand, [1 << kind for kind in range(self.rules.kinds)]):
                options += ("other",)
            found.append(Way(to, place, options))
        return found

    @staticmethod
    def _may_share(hand: Sequence[int], groups: Sequence[int]) -> bool:
        """Whether all cards of a hand may be of one of these groups of kinds."""
        return any(all(mask & group for mask in hand) for group in groups)

    @staticmethod
    def number(ways: Sequence[Way], to: int, what: str, places: str) -> int:
        """The number that a hint stands for."""
        before = 0
        for other, place, options in ways:
            if other == to:
                kind = "rank" if what.startswith("rank") else "colour"
                if str(place + 1) not in places.split():
                    kind = f"other {kind}" if len(options) == 4 else "other"
                return before + (options.index(kind) if kind in options else 0)
            before += len(options)
        return 0

    def not_open(self) -> list[int]:
        """How many cards of each kind are neither built nor thrown away."""
        return list(self.table().hidden)

    def tidy(self) -> None:
        """Strikes out kinds of which every card is accounted for."""
        struck = True
        while struck:
            struck = False
            left = self.not_open()
            for hand in self.masks:
                for mask in hand:
                    if mask & (mask - 1) == 0 and mask:
                        left[mask.bit_length() - 1] -= 1
            full = sum(1 << kind for kind, count in enumerate(left) if count <= 0)
            for hand in self.masks:
                for place, mask in enumerate(hand):
                    if mask & (mask - 1) and mask & full:
                        hand[place], struck = mask & ~full, True

    def check(self, known: dict[str, list[str]]) -> None:
        """Goes back to what hints say by themselves where a partner does not share the convention."""
        for seat, name in enumerate(self.players):
            for place, text in enumerate(known[name]):
                colours, ranks = text.split()
                literal = sum(
                    1 << self.rules.kind(f"{colour} {rank}")
                    for colour in colours.split("/")
                    for rank in ranks.split("/")
                )
                self.masks[seat][place] &= literal
                if not self.masks[seat][place]:
                    self.masks[seat][place] = literal
