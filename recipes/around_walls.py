"""Around walls: the lesson of first_words on a larger map with obstacles, beside a lookout that ignores them.

A lookout that names directions without regard to walls already delivers on most maps; a team is only worth its words
where it does better. This recipe says honestly whether it does. Run it with `coterie train around_walls`.
"""

from pathlib import Path

import first_words
from first_words import next_steps

__all__ = ["Settings", "next_steps", "run"]


class Settings(first_words.Settings, frozen=True, kw_only=True):
    """What can be set with `--set name=value`; what is not named here is as in first_words."""

    seeds: tuple[int, ...] = (0, 1)
    """One team each; everything random in a team comes from its seed."""
    size: int = 5
    """Cells on a side of the map."""
    walls: int = 3
    """Blocked cells."""
    demonstrations: int = 4000
    """Episodes each school plays."""
    hidden: int = 64
    """Width of the models."""
    gate: float = 0.8
    """Success beside an expert of the own school, decoding greedily, at which a craft counts as learned."""
    imitation_updates: int = 2400
    """At most; a seat that has not passed its gate by then ends the run."""
    iterations: int = 100
    """Of reinforcement learning, at most."""
    episodes: int = 128
    """In one iteration."""


def run(settings: Settings, folder: Path) -> Path:
    """Teaches, examines and reports as first_words does."""
    return first_words.run(settings, folder)
