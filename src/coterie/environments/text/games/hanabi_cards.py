"""The cards of hanabi: how many there are, what a hand can be told about, what is known of a card, and the moves."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from coterie.core import Action, ActionSpec, Array, Choice

COLOURS = ("red", "yellow", "green", "white", "blue")
RANKS = (1, 2, 3, 4, 5)
CARDS = tuple(f"{colour} {rank}" for colour in COLOURS for rank in RANKS)
BITS = {name: 1 << place for place, name in enumerate((*COLOURS, *(f"rank {rank}" for rank in RANKS)))}
"""What a hint can name, as bits: five colours, then five ranks."""
BITS_OF = {f"{colour} {rank}": BITS[colour] | BITS[f"rank {rank}"] for colour in COLOURS for rank in RANKS}


def _known(bits: int) -> str:
    colours = "/".join(colour for colour in COLOURS if bits & BITS[colour])
    return f"{colours} {'/'.join(str(rank) for rank in RANKS if bits & BITS[f'rank {rank}'])}"


KNOWN = tuple(_known(bits) for bits in range(1024))
"""The colours and ranks that hints leave open for a card, in words."""


def copies(rank: int, ranks: int) -> int:
    """How many cards of a rank there are in each colour.

    >>> [copies(rank, 5) for rank in (1, 2, 3, 4, 5)]
    [3, 2, 2, 2, 1]
    """
    return 3 if rank == 1 else 1 if rank == ranks else 2


def deck(colours: int, ranks: int) -> list[str]:
    """Every card of a game, in order.

    >>> deck(1, 3)
    ['red 1', 'red 1', 'red 1', 'red 2', 'red 2', 'red 3']
    """
    return [
        f"{each} {rank}" for each in COLOURS[:colours] for rank in RANKS[:ranks] for _ in range(copies(rank, ranks))
    ]


def features(hand: Sequence[str]) -> int:
    """The colours and ranks that a hand holds, as bits."""
    found = 0
    for card in hand:
        found |= BITS_OF[card]
    return found


def hinted(what: str, hand: Sequence[str], known: Sequence[int]) -> tuple[list[bool], list[int]]:
    """Which cards of a hand a hint points out, and what is known of each card after it, as bits.

    >>> touched, known = hinted("red", ["red 1", "blue 3"], [1023, 1023])
    >>> touched, [KNOWN[bits] for bits in known]
    ([True, False], ['red 1/2/3/4/5', 'yellow/green/white/blue 1/2/3/4/5'])
    """
    bit = BITS[what]
    touched = [bool(BITS_OF[card] & bit) for card in hand]
    # Of the five bits of a kind a card that was pointed out keeps this one, any other loses it.
    keep, lose = bit | (0b1111100000 if bit < 32 else 0b11111), ~bit
    return touched, [bits & keep if hit else bits & lose for hit, bits in zip(touched, known, strict=True)]


@lru_cache(maxsize=4096)
def moves(hand: int, may_discard: bool, told: tuple[tuple[str, int], ...]) -> ActionSpec:
    """The legal moves of who holds `hand` cards; `told` are those who may get a hint, and what their hands hold.

    >>> moves(1, False, (("bob", BITS_OF["red 2"]),)).move
    Choice(options=('play 1', 'tell bob red', 'tell bob rank 2'))
    """
    plays, discards = _uses(hand)
    options = plays + discards if may_discard else plays
    for name, bits in told:
        options += _hints(name, bits)
    return ActionSpec(move=Choice(options), fallback=Action("discard 1" if may_discard else options[-1]))


@cache
def _uses(hand: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    places = range(1, hand + 1)
    return tuple(f"play {place}" for place in places), tuple(f"discard {place}" for place in places)


@cache
def _hints(name: str, bits: int) -> tuple[str, ...]:
    return tuple(f"tell {name} {what}" for what, bit in BITS.items() if bits & bit)


def encoded(view: Mapping[str, Any], sizes: Mapping[str, int]) -> Array:
    """The numeric form of a player's `data`, itself first and then in the order of turns.

    For each other player a mark per place and kind of card; for all players what hints leave open per place; the
    fireworks; the tokens and cards left, as parts of the whole; how many of each kind are thrown away; and the last
    move of everybody (played, discarded or told, and at which places).
    """
    import numpy as np

    colours, ranks, hand = COLOURS[: sizes["colours"]], RANKS[: sizes["ranks"]], sizes["hand"]
    kinds = [f"{colour} {rank}" for colour in colours for rank in ranks]
    players = list(view["known"])
    first = players.index(view["you"])
    players = players[first:] + players[:first]
    parts: list[float] = []
    for player in players[1:]:
        held = [*view["hands"][player], *[""] * hand][:hand]
        parts += [float(card == kind) for card in held for kind in kinds]
    for player in players:
        open_ = [*(each.split() for each in view["known"][player]), *[["", ""]] * hand][:hand]
        for names, numbers in open_:
            parts += [float(colour in names.split("/")) for colour in colours]
            parts += [float(str(rank) in numbers.split("/")) for rank in ranks]
    parts += [float(view["fireworks"][colour] >= rank) for colour in colours for rank in ranks]
    parts += [left / sizes[name] for name, left in view["left"].items()]
    parts += [view["discards"].count(kind) / copies(int(kind[-1]), ranks[-1]) for kind in kinds]
    last = {move["player"]: move for move in view["moves"]}
    for player in players:
        parts += _last_move(last.get(player), hand)
    return Array(np.array(parts, np.float32), axes=("feature",))


def _last_move(move: Mapping[str, Any] | None, hand: int) -> list[float]:
    if move is None:
        return [0.0] * (3 + hand)
    verb, *rest = move["move"].split()
    places = move["places"].split() if verb == "tell" else rest
    return [float(verb == each) for each in ("play", "discard", "tell")] + [
        float(str(place) in places) for place in range(1, hand + 1)
    ]
