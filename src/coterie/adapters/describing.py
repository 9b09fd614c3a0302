"""Shared by the bridges: describers, which put the numbers of other libraries into words, and moves into their actions.

`Plain` fits every environment whose actions are choices, numbers or text. A describer of your own subclasses it and
says what differs: the `text` of an observation, the names of the `moves`, which are `legal`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import gymnasium
import numpy as np
from gymnasium import spaces

from coterie.adapters.spaces import Numbering
from coterie.core import Action, ActionSpec, Choice, ConfigError, Form, Json, Number, Observation, Text
from coterie.policies.chat_codec import ChatCodec

MOST_NUMBERS = 24
"""A longer array is told by its shape only, in words; its numbers are in the vector."""


class Describer(Protocol):
    """Between one agent of another library and a seat."""

    def begin(self) -> None:
        """A new episode begins."""

    def observation(self, seen: Any, info: Mapping[str, Any]) -> Observation:
        """Puts what it sees into words, and says what it may do."""

    def acts(self, seen: Any, info: Mapping[str, Any]) -> bool:
        """Whether it is asked now, where all are shown something at every step."""

    def action(self, action: Action | None) -> Any:
        """Turns a legal answer into the action that it means; None: it was not asked."""

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """What the `outcome` event says at the end, given all that was paid."""


class Plain:
    """Tells numbers as numbers, and names actions by their numbers.

    >>> plain = Plain(None, spaces.Box(0, 1, (2,)), spaces.Discrete(3))
    >>> seen = plain.observation(np.array([0.5, 0.25]), {"action_mask": np.array([1, 0, 1])})
    >>> seen.text, seen.spec.move
    ('0.5 0.25', Choice(options=('0', '2')))
    """

    moves: Sequence[str] = ()
    """Names of the actions 0, 1, 2 and so on of a discrete space; empty: the numbers themselves."""

    def __init__(
        self,
        environment: Any,
        observation_space: gymnasium.Space[Any],
        action_space: gymnasium.Space[Any],
        agent: str = "",
    ) -> None:
        """Reads what the actions are.

        Raises:
            ConfigError: the actions have no words; write a describer.
        """
        self.environment, self.seen_in, self.acts_in = environment, observation_space, action_space
        self.agent = agent
        self.first = True
        self.start = int(action_space.start) if isinstance(action_space, spaces.Discrete) else 0
        if isinstance(action_space, spaces.Discrete) and not self.moves:
            self.moves = tuple(str(self.start + number) for number in range(int(action_space.n)))
        self.spec = self._spec(action_space)
        self.specs: dict[tuple[str, ...], ActionSpec] = {}

    def begin(self) -> None:
        """The next observation is the first of an episode."""
        self.first = True

    def observation(self, seen: Any, info: Mapping[str, Any]) -> Observation:
        """What it sees in words, and what is legal."""
        text = self.text(seen, info)
        self.first = False
        return Observation(self.asked(seen, info), text, {"observation": json_of(seen)})

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """The observation in words; `self.first` where it is the first of an episode."""
        return told(seen)

    def legal(self, seen: Any, info: Mapping[str, Any]) -> Sequence[str]:
        """The names of the moves that are legal now, by the action mask where there is one."""
        mask = info.get("action_mask")
        if mask is None and isinstance(seen, Mapping):
            mask = seen.get("action_mask")
        if mask is None or not np.any(mask):
            return self.moves
        return [name for name, allowed in zip(self.moves, mask, strict=True) if allowed]

    def asked(self, seen: Any, info: Mapping[str, Any]) -> ActionSpec:
        """What may be done now."""
        if not isinstance(self.acts_in, spaces.Discrete):
            return self.spec
        legal = tuple(self.legal(seen, info))
        if legal not in self.specs:
            self.specs[legal] = ActionSpec(move=Choice(legal))
        return self.specs[legal]

    def acts(self, seen: Any, info: Mapping[str, Any]) -> bool:
        """Always."""
        return True

    def action(self, action: Action | None) -> Any:
        """The action that a move means."""
        assert action is not None
        move, space = action.move, self.acts_in
        match space:
            case spaces.Discrete():
                return self.start + self.moves.index(str(move))
            case spaces.Text():
                return str(move)
            case spaces.Box():
                values = list(move.values()) if isinstance(move, dict) else [move]
                return np.array(values, space.dtype).reshape(space.shape)
            case _:
                assert isinstance(move, dict)
                return np.array([int(value) for value in move.values()], space.dtype)

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """The score: all that was paid."""
        return {"score": total, "steps": steps}

    def _spec(self, space: gymnasium.Space[Any]) -> ActionSpec:
        match space:
            case spaces.Discrete():
                return ActionSpec(move=Choice(tuple(self.moves)))
            case spaces.MultiDiscrete() if len(space.shape) == 1:
                sizes = [int(size) for size in space.nvec]
                parts = {f"part {place}": Choice(tuple(map(str, range(size)))) for place, size in enumerate(sizes)}
                return ActionSpec(move=Form(dict(parts)))
            case spaces.MultiBinary() if len(space.shape) == 1:
                return ActionSpec(move=Form({f"part {place}": Choice(("0", "1")) for place in range(space.shape[0])}))
            case spaces.Box() if np.isfinite(space.low).all() and np.isfinite(space.high).all():
                whole = bool(np.issubdtype(space.dtype, np.integer))
                bounds = zip(space.low.reshape(-1).tolist(), space.high.reshape(-1).tolist(), strict=True)
                numbers = [Number(float(low), float(high), whole) for low, high in bounds]
                if len(numbers) == 1:
                    return ActionSpec(move=numbers[0])
                return ActionSpec(move=Form({f"number {place}": each for place, each in enumerate(numbers)}))
            case spaces.Text():
                return ActionSpec(move=Text(space.max_length))
        raise ConfigError(f"actions in {space} have no plain words; write a describer with `asked` and `action`")


class Ours:
    """A world of ours that came through another library: its observations stand in `info`, whole."""

    def __init__(self, environment: Any, observation_space: Any, action_space: Any, agent: str = "") -> None:
        """Finds the numbers of the answers, where they have any."""
        self.numbers: Numbering | None = environment.unwrapped.numbers_of(agent)

    def begin(self) -> None:
        """Nothing to forget."""

    def observation(self, seen: Any, info: Mapping[str, Any]) -> Observation:
        """As it was."""
        observation: Observation = info["observation"]
        self.spec = observation.spec
        return observation

    def acts(self, seen: Any, info: Mapping[str, Any]) -> bool:
        """Whether the world asks it."""
        return "observation" in info

    def action(self, action: Action | None) -> Any:
        """The number of the answer, or what a chat model would reply; the last number waits."""
        if action is None:
            return "" if self.numbers is None else len(self.numbers)
        return ChatCodec().replies(action, self.spec)[0] if self.numbers is None else self.numbers.number(action)

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """The world tells its own."""
        return {}


def told(seen: Any) -> str:
    """Any observation as text.

    >>> told({"speed": np.array([0.5, -1.25]), "action_mask": np.array([1])}), told((3, True))
    ('speed 0.5 -1.25', '3 true')
    """
    match seen:
        case str():
            return seen
        case Mapping():
            return " ".join(f"{name} {told(part)}" for name, part in seen.items() if name != "action_mask")
        case tuple() | list():
            return " ".join(map(told, seen))
        case bool() | np.bool_():
            return str(bool(seen)).lower()
        case np.ndarray() if seen.size > MOST_NUMBERS:
            return f"array of {' x '.join(map(str, seen.shape))}"
        case np.ndarray():
            return " ".join(f"{float(each):.4g}" for each in seen.reshape(-1))
        case _:
            return f"{float(seen):.6g}" if isinstance(seen, float | np.floating) else str(seen)


def json_of(seen: Any) -> Json:
    """Any observation as plain JSON; None for what has none."""
    match seen:
        case Mapping():
            return {str(name): json_of(part) for name, part in seen.items()}
        case tuple() | list():
            return [json_of(part) for part in seen]
        case np.ndarray() | np.generic():
            return json_of(seen.tolist())
        case float():
            return seen if np.isfinite(seen) else None
        case str() | int() | None:
            return seen
        case _:
            return None


def numbers_of(space: gymnasium.Space[Any], seen: Any) -> list[float]:
    """Any observation as one row of numbers, always as many; choices as a one among zeros, texts left out.

    >>> numbers_of(spaces.Dict(side=spaces.Discrete(3), mission=spaces.Text(9)), {"side": 1, "mission": "go"})
    [0.0, 1.0, 0.0]
    """
    match space:
        case spaces.Dict():
            return [number for name, part in space.spaces.items() for number in numbers_of(part, seen[name])]
        case spaces.Tuple():
            return [number for part, each in zip(space.spaces, seen, strict=True) for number in numbers_of(part, each)]
        case spaces.Box() | spaces.Discrete() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return [float(number) for number in np.asarray(spaces.flatten(space, seen))]
        case _:
            return []
