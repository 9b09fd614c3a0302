"""All luck of a world, drawn by name, so that it can be replayed, set, or enumerated.

A world asks `chance.draw("deal", options)`; who plays normally gets a seeded draw; a what-if sets the outcome by name;
an exact solver scripts outcomes one by one and learns from `ChanceNeeded` which draw comes next.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")


class ChanceNeeded(Exception):
    """A scripted chance has no outcome left: here are the options of the next draw."""

    def __init__(self, name: str, options: Sequence[Any], probabilities: Sequence[float] | None) -> None:
        """Keeps the draw that was asked for."""
        super().__init__(name)
        self.name = name
        self.options = options
        self.probabilities = probabilities or [1 / len(options)] * len(options)


class Chance:
    """The stream of a world's luck for one episode.

    >>> chance = Chance(seed=3, fixed={"coin": "heads"})
    >>> chance.draw("coin", ("heads", "tails")), chance.draw("die", range(1, 7)) in range(1, 7)
    ('heads', True)
    >>> chance.drawn
    [('coin', 0, 2), ('die', 1, 6)]
    """

    def __init__(self, seed: int, fixed: Mapping[str, Any] | None = None, script: Iterable[int] | None = None) -> None:
        """Starts a stream; `fixed` sets outcomes by name, `script` sets them by index in order and then stops."""
        self._seed = seed
        self._random: random.Random | None = None  # seeding takes longer than many a world's whole episode
        self._fixed = fixed or {}
        self.script: list[int] | None = None if script is None else list(script)
        self.drawn: list[tuple[str, int, int]] = []
        """Every draw so far: its name, the index of the outcome, how many options there were."""

    def draw(self, name: str, options: Sequence[Outcome], probabilities: Sequence[float] | None = None) -> Outcome:
        """Draws one option; equally likely unless `probabilities` (summing to 1) say otherwise.

        Raises:
            ChanceNeeded: the outcomes are scripted and the script has ended.
            ValueError: an outcome fixed by name is not among the options.
        """
        if self.script is not None:
            if not self.script:
                raise ChanceNeeded(name, options, probabilities)
            index = self.script.pop(0)
        elif name in self._fixed:
            if self._fixed[name] not in options:
                raise ValueError(
                    f"draw {name!r} is fixed to {self._fixed[name]!r}, expected one of {list(options)[:40]}"
                )
            index = options.index(self._fixed[name])
        else:
            if self._random is None:
                self._random = random.Random(self._seed)
            if probabilities is None:
                index = int(self._random.random() * len(options))
            else:
                index = self._random.choices(range(len(options)), probabilities)[0]
        self.drawn.append((name, index, len(options)))
        return options[index]

    def sample(self, name: str, options: Sequence[Outcome], count: int) -> list[Outcome]:
        """Draws `count` different options in order, as draws `name 0`, `name 1` and so on.

        >>> sorted(Chance(seed=1).sample("card", "JQK", 3))
        ['J', 'K', 'Q']
        """
        left = list(options)
        drawn = []
        for place in range(count):
            outcome = self.draw(f"{name} {place}", left)
            left.remove(outcome)
            drawn.append(outcome)
        return drawn

    def __deepcopy__(self, memo: dict[int, Any]) -> "Chance":
        """Copies what can change; a snapshot of a world calls it."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied.script = None if self.script is None else self.script.copy()
        copied.drawn = self.drawn.copy()
        if self._random is not None:
            copied._random = random.Random(0)
            copied._random.setstate(self._random.getstate())
        return copied
