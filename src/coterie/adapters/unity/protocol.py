"""What is said over the ML-Agents wire, as values: reports from Unity's side, orders from Python's side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from coterie.adapters.unity.channels import Post
from coterie.adapters.unity.wire import VERSION

Floats = npt.NDArray[np.float32]
Command = Literal["STEP", "RESET", "QUIT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What all agents of one behaviour can do: so many continuous numbers, and one choice in each branch."""

    name: str
    continuous: int = 0
    branches: tuple[int, ...] = ()
    descriptions: tuple[str, ...] = ()
    """Names of the actions, where the build gives them."""

    def default(self, forbidden: Sequence[bool] = ()) -> "Answer":
        """Doing as little as can be said: zeros, and in each branch the first choice that is not forbidden."""
        choices, start = [], 0
        for size in self.branches:
            free = [place for place in range(size) if not (forbidden and forbidden[start + place])]
            choices.append(free[0] if free else 0)
            start += size
        return Answer((0.0,) * self.continuous, tuple(choices))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """What one sensor of one agent gives."""

    name: str
    values: Floats
    """[feature], [thing, feature] or [channel, row, column]; pictures in 0 to 1."""
    goal: bool = False
    """Whether it tells the agent its goal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One agent that asks for a decision, or whose episode is over."""

    id: int
    """New in every episode of an agent."""
    reward: float = 0.0
    """What it was paid since it was last heard of."""
    group: int = 0
    """Which team it is in; 0: none."""
    group_reward: float = 0.0
    """What its whole team was paid."""
    done: bool = False
    interrupted: bool = False
    """Whether it was stopped from outside: a truncation."""
    forbidden: tuple[bool, ...] = ()
    """For each choice, branch after branch, whether it is masked; empty: nothing is."""
    senses: tuple[Sensed, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The action of one agent."""

    continuous: tuple[float, ...] = ()
    discrete: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who Unity's side is."""

    name: str
    version: str = VERSION
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One message of Unity's side."""

    infos: Mapping[str, tuple[Info, ...]] = field(default_factory=dict)
    """Behaviour to its agents."""
    behaviours: tuple[Behaviour, ...] = ()
    """Those that are told for the first time."""
    posts: tuple[Post, ...] = ()
    hello: Hello | None = None
    over: bool = False
    """Whether it says goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One message of Python's side."""

    command: Command = "STEP"
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    """Behaviour to the actions of its agents, in the order in which they asked."""
    posts: tuple[Post, ...] = ()
    seed: int | None = None
    """In the greeting only."""
    over: bool = False
    """Whether the other side should stop."""
