"""Measures: pure functions of episodes, and what they return."""

from collections.abc import Callable, Sequence

import msgspec

from coterie.core.action import Json
from coterie.core.episode import Episode


class Measure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number with its interval and its count, or the reason why there is none."""

    value: float | None
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    count: int = 0
    """How many episodes it rests on."""
    missing: str = ""
    """Why there is no value; never a default in its place."""


class Metric(msgspec.Struct, frozen=True):
    """A measure's definition: what it computes, in which unit and range, and which direction is better."""

    name: str
    compute: Callable[[Sequence[Episode]], Measure]
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    higher_is_better: bool | None = None
    """None: neither direction is better in itself."""
    summary: str = ""
    """One plain sentence."""
    source: str = ""
    """The paper and section of the formula, where there is one."""


class Scenario(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reproducible task: a world and its options, a list of seeds, who sits where."""

    environment: str
    seeds: tuple[int, ...]
    seats: dict[str, str] = {}
    options: dict[str, Json] = {}
    name: str = ""
