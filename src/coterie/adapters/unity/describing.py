"""Numbers into words and words into numbers, so that a language agent can act in a Unity build."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from coterie.adapters.unity.protocol import Answer, Behaviour, Floats, Info
from coterie.core import Action, ActionSpec, Array, Choice, ConfigError, Form, Json, Number, Speech, WorldError

AXES = {1: ("feature",), 2: ("thing", "feature"), 3: ("channel", "row", "column")}
MOST_SHOWN = 24
"""So many numbers of a sensor stand in the text that is made without a describer."""


def in_numbers(seat: str, senses: Mapping[str, Floats]) -> str:
    """What is sensed, as numbers; of large things only their shape.

    >>> in_numbers("walker", {"sight": np.array([0.5, -1.0], np.float32)})
    'sight 0.5 -1'
    """
    told = []
    for name, values in senses.items():
        if values.size <= MOST_SHOWN:
            told.append(" ".join([name, *(f"{value:.3g}" for value in values.reshape(-1))]))
        else:
            told.append(f"{name} of {' x '.join(map(str, values.shape))} numbers")
    return "\n".join(told)


def mean_return(returns: Mapping[str, float]) -> dict[str, Json]:
    """The outcome of an episode where nobody says what success is: the mean of what the seats were paid.

    >>> mean_return({"a": 1.0, "b": 3.0})
    {'score': 2.0}
    """
    return {"score": sum(returns.values()) / max(1, len(returns))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Describer:
    """How a build reads to somebody who knows only words; behaviours are named without their team."""

    view: Callable[[str, Mapping[str, Floats]], str] = in_numbers
    """From a seat and what its sensors give to the text of its observation."""
    choices: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """Behaviour to the names of the choices, one list for each branch."""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Behaviour to the names of its actions where it has several: the continuous ones, then the branches."""
    speech: Speech | None = None
    """The right to speak; what is said travels on the channel of words."""
    outcome: Callable[[Mapping[str, float]], dict[str, Json]] = mean_return
    """From the returns of the seats to what the episode came to: `success`, `score`, `winner`."""


class Actions:
    """What the agents of one behaviour can do, in words, and those words in numbers again."""

    def __init__(self, behaviour: Behaviour, describer: Describer) -> None:
        """Names everything once.

        Raises:
            ConfigError: names that do not fit the behaviour.
        """
        base = behaviour.name.partition("?")[0]
        self.behaviour, self.speech = behaviour, describer.speech
        self.choices = [tuple(each) for each in describer.choices.get(base, _choices(behaviour))]
        sizes = [len(set(names)) for names in self.choices]
        if sizes != [*map(len, self.choices)] or sizes != [*behaviour.branches]:
            raise ConfigError(f"{base}: choices {self.choices}, expected {[*behaviour.branches]} different names")
        branches, numbers = len(behaviour.branches), behaviour.continuous
        usual = [f"number {place + 1}" for place in range(numbers)]
        usual += [f"choice {place + 1}" for place in range(branches)]
        self.fields = tuple(describer.fields.get(base, usual))
        if len(set(self.fields)) != numbers + branches:
            raise ConfigError(f"{base}: fields {self.fields}, expected {numbers + branches} different names")
        self._specs: dict[tuple[bool, ...], ActionSpec] = {}

    def spec(self, info: Info) -> ActionSpec:
        """What an agent may do now; in place of no valid answer it does as little as can be said."""
        masked, choices = len(info.forbidden), sum(self.behaviour.branches)
        if masked not in (0, choices):
            raise WorldError(f"{self.behaviour.name}: a mask of {masked} choices, expected {choices}")
        if info.forbidden not in self._specs:
            self._specs[info.forbidden] = self._spec(info.forbidden)
        return self._specs[info.forbidden]

    def _spec(self, forbidden: tuple[bool, ...]) -> ActionSpec:
        open_: list[tuple[str, ...]] = []
        start = 0
        for names in self.choices:
            open_.append(tuple(n for place, n in enumerate(names) if not (forbidden and forbidden[start + place])))
            start += len(names)
        if not all(open_):
            raise WorldError(f"{self.behaviour.name}: every choice of a branch is masked")
        if not self.fields:
            return ActionSpec(speech=self.speech, fallback=Action())
        if len(self.fields) == 1 and open_:
            return ActionSpec(Choice(open_[0]), self.speech, Action(open_[0][0]))
        if len(self.fields) == 1:
            return ActionSpec(Number(-1.0, 1.0), self.speech, Action(0.0))
        numbers = self.fields[: self.behaviour.continuous]
        kinds: dict[str, Choice | Number] = {name: Number(-1.0, 1.0) for name in numbers}
        kinds |= {name: Choice(each) for name, each in zip(self.fields[len(numbers) :], open_, strict=True)}
        least: dict[str, Json] = dict.fromkeys(numbers, 0.0)
        least |= {name: each[0] for name, each in zip(self.fields[len(numbers) :], open_, strict=True)}
        return ActionSpec(Form({**kinds}), self.speech, Action(least))

    def answer(self, move: Json) -> Answer:
        """A valid move as numbers."""
        values: list[Json] = [move] if len(self.fields) == 1 else [move[name] for name in self.fields]
        numbers = self.behaviour.continuous
        chosen = zip(self.choices, values[numbers:], strict=True)
        return Answer(tuple(map(float, values[:numbers])), tuple(names.index(value) for names, value in chosen))


def arrays(info: Info) -> dict[str, Array]:
    """What the sensors give, by name; `vector` is all that is no picture, in a row."""
    told = {each.name: Array(each.values, AXES.get(each.values.ndim, ("feature",))) for each in info.senses}
    return {**told, "vector": Array(vector(info), ("feature",))}


def vector(info: Info) -> Floats:
    """All numbers of an agent that are no picture, in a row."""
    flat = [each.values for each in info.senses if each.values.ndim == 1]
    return np.concatenate(flat) if flat else np.zeros(0, np.float32)


def _choices(behaviour: Behaviour) -> list[list[str]]:
    """Names for the choices of a behaviour: its own where it tells each apart, else their numbers."""
    names, listed = iter(behaviour.descriptions), []
    for size in behaviour.branches:
        listed.append([name for name in islice(names, size) if name])
    told = len(behaviour.descriptions) == sum(behaviour.branches)
    if told and all(len(set(each)) == size for each, size in zip(listed, behaviour.branches, strict=True)):
        return listed
    return [[f"move {place}" for place in range(size)] for size in behaviour.branches]
