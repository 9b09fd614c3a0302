"""Scripted players of lookout: experts, an obstacle-blind compass, and demonstrators with a dialect and noise."""

import random
from collections.abc import Mapping, Sequence

from coterie.core import Action, Choice, Observation, Utterance
from coterie.environments.text.grid import DIRECTIONS, beside, cells, distances

TEMPLATES = ("{word}",)
OPPOSITES = {"north": "south", "south": "north", "east": "west", "west": "east"}


def swapped(*words: str) -> dict[str, str]:
    """A dialect in which these directions mean their opposites.

    >>> swapped("north", "south")
    {'north': 'south', 'south': 'north'}
    """
    return {word: OPPOSITES[word] for word in words}


class Guide:
    """A lookout that says the best next move.

    `dialect` maps a meaning to the word said for it; with probability `noise` any word of the trade is said instead;
    `blind` ignores walls, as somebody would who reads only positions.
    """

    def __init__(
        self,
        seed: int = 0,
        dialect: Mapping[str, str] | None = None,
        noise: float = 0.0,
        templates: Sequence[str] = TEMPLATES,
        blind: bool = False,
    ) -> None:
        """Prepares the speaker."""
        self.luck = random.Random(seed)
        self.dialect, self.noise, self.templates, self.blind = dialect or {}, noise, templates, blind

    def __call__(self, seen: Observation) -> Action:
        """Says one of the best moves."""
        word = self.luck.choice(self.best(seen))
        if self.noise and self.luck.random() < self.noise:
            word = self.luck.choice((*DIRECTIONS, "pick", "drop"))
        text = self.luck.choice(self.templates).format(word=self.dialect.get(word, word))
        return Action(say=(Utterance(text),))

    def best(self, seen: Observation) -> list[str]:
        """The moves that start a shortest way to the target, or the one to make there."""
        data = seen.data
        walls = [] if self.blind else [tuple(cell) for cell in data["walls"]]
        here, target = tuple(data["courier"]), tuple(data["parcel"] or data["destination"])
        if here == target:
            return ["pick" if data["parcel"] else "drop"]
        free = [cell for cell in cells(data["size"], data["size"]) if cell not in walls]
        left = distances(target, free)
        return [way for way in DIRECTIONS if left.get(beside(here, way), 10**9) < left[here]]


class Courier:
    """A courier that does what it heard last; when it heard nothing it can use, it tries something.

    `dialect` maps a word to what it takes the word to mean; with probability `noise` it does something else.
    """

    def __init__(self, seed: int = 0, dialect: Mapping[str, str] | None = None, noise: float = 0.0) -> None:
        """Prepares the listener."""
        self.luck = random.Random(seed)
        self.dialect, self.noise = dialect or {}, noise

    def __call__(self, seen: Observation) -> Action:
        """Makes one move."""
        spec = seen.spec.move
        moves = [move for move in spec.options if move != "wait"] if isinstance(spec, Choice) else []
        words = [word for message in seen.heard for word in message.text.split()]
        known = [self.dialect.get(word, word) for word in words if self.dialect.get(word, word) in moves]
        if not known or (self.noise and self.luck.random() < self.noise):
            return Action(self.luck.choice(moves))
        return Action(known[0])
