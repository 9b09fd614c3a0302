"""Experts of liar's dice: an equilibrium for two players with a die each, and one who reckons with chances.

The equilibrium is exact; OpenSpiel finds nothing to exploit in it. It guarantees 7/258 to `second` and costs `first` as
much. The other plays any size: it calls when a bid holds more rarely than its own best bid would pay.
"""

import random
import re
from collections.abc import Sequence
from functools import cache
from math import comb

from coterie.core import Action, Observation, Script
from coterie.environments.text.games.liars_dice import LIAR, bids

LETTERS = "abcdefghijkl"
"""The bids on two dice, from the lowest, as the table writes them."""
CALL = "!"
FIRST = """
1:c18d10e15 1cd:f1g2 1ce:f1g2 1cf:g2!1 1de:g1 1df:g1 1ef:g1!4 2:c18d10e15 2cd:f1h2 2ce:f1h2 2cf:h2!1 2de:h1 2df:h1
2ef:h1!4 3:c30d10e3 3cd:f1i1!3 3ce:f1i1!3 3cf:i2!3 3de:i1 3df:i1 3ef:i1 4:d40e3 4de:f1!3 4ef:j1 5:e1 5ef:k6!37
6:c12d10e21 6cd:f1 6ce:f1 6cf:l1 6cg:l1 6ch:l1 6ci:l1 6de:f1 6df:l1 6dj:l1 6ef:l1 6ek:l1 6cdfg:l1!1 6cdfh:l1!1
6cdfi:l1!1 6cefg:l1!1 6cefh:l1!1 6cefi:l1!1 6defj:l1
"""
SECOND = """
1a:c50d35e119g312 1b:c76d66e129!245 1c:d72e175!269 1d:e151!365 1e:g65!451 1f:g65!451 1acd:g1 1ace:g1 1acf:g1 1ade:g1
1adf:g1 1aef:g47!72 1bcd:g8!11 1bce:g8!11 1bcf:g8!11 1bef:g11!32 1cef:g89!86 1def:g65!86 2a:c68d70e131!247
2b:c18d11e39h104 2c:d36e209!271 2d:e149!367 2e:h67!449 2f:h67!449 2acd:h8!9 2ace:h8!9 2acf:h8!9 2aef:h35!96 2bcd:h1
2bce:h1 2bcf:h1 2bde:h1 2bdf:h1 2bef:h5!8 2cde:h1 2cdf:h1 2cef:h5!14 2def:h67!82 3a:c220d35e129!132 3b:c76d11e41!44
3c:d3e12i28 3d:e18f4!21 3e:f4!39 3acd:f26!29 3ace:f43!67 3ade:i1 3adf:i1 3aef:i37!92 3bcd:f10!9 3bce:f49!65 3bde:i1
3bdf:i1 3bef:i13!28 3cde:i1 3cdf:i1 3cef:i5!1 4a:c18d451e47 4b:c22d449e45 4c:d1 4d:e7j36 4e:f39!4 4acd:j1 4ace:f1
4ade:f105!346 4aef:j1 4bcd:j1 4bce:f1 4bde:f99!350 4bdj:l33!416 4bef:j1 4cdj:l3!40 4def:j1 5a:c3e83 5b:c11e247 5c:e1
5d:e1 5e:k1 5f:k1 5acd:e1 5ace:k1 5acf:k1 5bcd:e1 5bce:k1 5bcf:k1 6a:c104d105e307 6b:c40d33e99 6c:d9e32i2 6d:e39f4
6e:f1 6f:l1 6j:l1 6acd:f1 6ace:f1 6acf:l1 6aci:l25!27 6ade:f1 6adf:l1 6adj:l1!2 6aef:l1 6aek:l47!260 6bcd:f1 6bce:f1
6bcf:l1 6bci:l1 6bde:f1 6bdf:l1 6bdj:l1 6bef:l1 6bek:l5!28 6cde:l1 6cdf:l1 6cdj:l1 6cef:l1 6cek:l5!11 6def:l1
6dek:l7!32 6dfh:l1 6dfi:l1 6efi:l4!39 6efj:l39!4 6acdfi:l1 6acefi:l43!9 6acefj:l9!43 6adefj:l1 6bcdfi:l1 6bcefi:l49!11
6bcefj:l11!49 6bdefj:l1
"""
"""Equilibrium play by die and bids so far: `1cd:f1g2` bids f once and g twice in three times with a one after c and d.

What is not listed, and is reached by own moves in the table, is called. Found by `benchmarks/equilibria.py`.
"""


def player(agent: str, players: int, dice: int, faces: Sequence[str], seed: int = 0) -> Script:
    """Returns a player of a seat: of the equilibrium where there is one, else one who reckons with chances."""
    luck, sides = random.Random(seed), len(faces)
    names = bids(players * dice, sides)
    table = read(FIRST if agent == "first" else SECOND) if (players, dice, sides) == (2, 1, 6) else None

    def play(seen: Observation) -> Action:
        hand = [faces.index(die) for die in seen.data["dice"]]
        made = [names.index(bid) for bid in seen.data["bids"]]
        weights = table and equilibrium(table, hand[0], made)
        if weights:
            (letter,) = luck.choices(list(weights), list(weights.values()))
            return Action(LIAR if letter == CALL else names[LETTERS.index(letter)])
        bid = reckon(hand, made, players, dice, sides)
        return Action(LIAR if bid is None else names[bid])

    return play


# ---- the equilibrium ------------------------------------------------------------------------------------------------


@cache
def read(table: str) -> dict[str, dict[str, int]]:
    """Reads a table.

    >>> read("1cd:f1g2")
    {'1cd': {'f': 1, 'g': 2}}
    """
    lines = (word.split(":") for word in table.split())
    return {key: {move: int(weight) for move, weight in re.findall(r"(\D)(\d+)", moves)} for key, moves in lines}


def equilibrium(table: dict[str, dict[str, int]], die: int, made: Sequence[int]) -> dict[str, int]:
    """Returns the moves with their weights, or nothing where own earlier bids were none of the equilibrium's.

    >>> equilibrium(read(FIRST), 0, [2, 3]), equilibrium(read(FIRST), 0, [2, 11]), equilibrium(read(FIRST), 0, [11, 11])
    ({'f': 1, 'g': 2}, {'!': 1}, {})
    """
    key = str(die + 1) + "".join(LETTERS[bid] for bid in made)
    for length in range(len(key) - 2, 0, -2):
        if key[length] not in table.get(key[:length], {}):
            return {}
    return table.get(key, {CALL: 1})


# ---- chances --------------------------------------------------------------------------------------------------------


def reckon(hand: Sequence[int], made: Sequence[int], players: int, dice: int, sides: int) -> int | None:
    """Chooses a bid, or None to call: what pays most, if the next to play knows only the bids and calls by chance.

    A bid that is called pays when it holds; one that is not called is taken to leave an even game.
    """
    newest = tuple(reversed(made[-players:]))
    counts = [
        (
            sum(die in (face, sides - 1) for die in hand),
            _tails(_claims(newest, face, players - 1, sides), dice, players, face == sides - 1, sides),
            _tails(_claims(newest, face, players, sides), dice, players, face == sides - 1, sides),
        )
        for face in range(sides)
    ]
    best, chosen = -1.0, None
    if made:
        number, face = divmod(made[-1], sides)
        own, others, _ = counts[face]
        best = 1 - others[max(0, number + 1 - own)]
    for bid in range(made[-1] + 1 if made else 0, players * dice * sides):
        number, face = divmod(bid, sides)
        own, others, everybody = counts[face]
        held, believed = others[max(0, number + 1 - own)], everybody[number + 1]
        worth = believed / 2 + (1 - believed) * held
        if worth > best + 1e-9:
            best, chosen = worth, bid
    return chosen


def _claims(newest: Sequence[int], face: int, players: int, sides: int) -> tuple[int, ...]:
    """How many of a face each player's newest bid claims, 0 where it claims another face or there is none."""
    claims = [bid // sides + 1 if bid % sides == face else 0 for bid in newest[:players]]
    return tuple(sorted(claims + [0] * (players - len(claims))))


@cache
def _tails(claims: tuple[int, ...], dice: int, players: int, wild: bool, sides: int) -> tuple[float, ...]:
    """The probability that at least 0, 1, 2 and so on of the dice of these players count."""
    counts = [1.0]
    for claimed in claims:
        believed = _believed(dice, (1 if wild else 2) / sides, claimed, players * dice)
        total = [0.0] * (len(counts) + dice)
        for first, weight in enumerate(counts):
            for second, chance in enumerate(believed):
                total[first + second] += weight * chance
        counts = total
    counts += [0.0] * (players * dice + 1 - len(counts))
    return tuple(sum(counts[place:]) for place in range(len(counts)))


@cache
def _believed(dice: int, chance: float, claimed: int, total: int) -> tuple[float, ...]:
    """How many of a player's dice count, if it claimed so many in all; a bluff is taken to be as likely as not."""
    prior = [comb(dice, count) * chance**count * (1 - chance) ** (dice - count) for count in range(dice + 1)]
    rest = total - dice
    weights = []
    for count, weight in enumerate(prior):
        tail = sum(
            comb(rest, more) * chance**more * (1 - chance) ** (rest - more)
            for more in range(max(0, claimed - count), rest + 1)
        )
        weights.append(weight * (0.5 + tail))
    return tuple(weight / sum(weights) for weight in weights)
