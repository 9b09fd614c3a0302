"""A Gymnasium environment as a world with one seat."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

import gymnasium
import numpy as np

from coterie.adapters.describing import Describer, json_of, numbers_of
from coterie.adapters.well_known import describe
from coterie.core import Action, Array, Ending, Event, Json, Step, Story


class GymnasiumWorld(Story):
    """Any Gymnasium environment as a world with one seat.

    A describer turns its observations into words and moves into its actions; there are some for well-known
    environments, and a plain one for all others. The luck of the environment comes from the seed of the episode.

    >>> from coterie.agents import Random
    >>> from coterie.rollout import play
    >>> world = GymnasiumWorld("FrozenLake-v1", {"is_slippery": False})
    >>> play(lambda: world, {"player": Random()}, seed=3).endings["player"].kind
    'terminated'
    """

    id = "gymnasium-v1"
    application = "bridges"
    purpose = "any Gymnasium environment, in words"

    def __init__(
        self,
        environment: str | Callable[[], gymnasium.Env[Any, Any]] = "FrozenLake-v1",
        settings: dict[str, Json] | None = None,
        describer: Callable[..., Describer] | None = None,
        seat: str = "player",
        max_steps: int = 1000,
    ) -> None:
        """Opens the environment.

        Args:
            environment: an id for `gymnasium.make`, or a function that makes one.
            settings: arguments for `gymnasium.make`.
            describer: makes the describer from the environment and its two spaces; None: the one for this id.
            seat: the name of the seat.
            max_steps: ends an episode of an environment that has no limit itself.
        """
        if isinstance(environment, str):
            self.environment = gymnasium.make(environment, **(settings or {}))
        else:
            self.environment = environment(**(settings or {}))
        self.describer = (describer or describe(self.environment))(
            self.environment, self.environment.observation_space, self.environment.action_space
        )
        self.agents, self.max_steps = (seat,), max_steps

    def story(self) -> Generator[Step, Mapping[str, Action], Step]:
        """One episode of the environment."""
        (seat,), describer = self.agents, self.describer
        self.seen, info = self.environment.reset(seed=self.seed)
        describer.begin()
        step, total, told = 0, 0.0, self._told_within()
        rewards, parts = _paid(seat, info.get("paid", 0.0), info)
        actions = yield Step({seat: describer.observation(self.seen, info)}, rewards, parts, events=told)
        while True:
            action = describer.action(actions[seat])
            self.seen, paid, terminated, truncated, info = self.environment.step(action)
            step, reward = step + 1, float(paid)
            total += reward
            over = terminated or truncated or step >= self.max_steps
            told = self._told_within()
            if over and not any(event.kind == "outcome" for event in told):
                told += (Event("outcome", None, describer.outcome(total, step, bool(terminated))),)
            rewards, parts = _paid(seat, reward, info)
            if over:
                ending = _ending(terminated, truncated, info, self.max_steps)
                return Step({}, rewards, parts, {seat: ending}, told, float(step))
            shown = describer.observation(self.seen, info)
            actions = yield Step({seat: shown}, rewards, parts, events=told, time=float(step))

    def _told_within(self) -> tuple[Event, ...]:
        """The ground truth of a world of ours that came here through Gymnasium."""
        told = getattr(self.environment.unwrapped, "told", None)
        return told.events if isinstance(told, Step) else ()

    def state(self) -> dict[str, Json]:
        """What the environment shows; it has no other view."""
        return {"observation": json_of(self.seen)}

    def vector(self, agent: str) -> Array:
        """The observation as one row of numbers, without its texts."""
        numbers = numbers_of(self.environment.observation_space, self.seen)
        return Array(np.array(numbers, np.float32), axes=("feature",)) if numbers else super().vector(agent)


def _paid(seat: str, reward: float, info: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """What a seat is paid, and its parts where they are told."""
    return {seat: reward} if reward else {}, {seat: info["components"]} if info.get("components") else {}


def _ending(terminated: bool, truncated: bool, info: Mapping[str, Any], limit: int) -> Ending:
    reason = str(info.get("ending", ""))
    if terminated:
        return Ending("terminated", reason or "the environment ended")
    return Ending("truncated", reason or ("the environment stopped" if truncated else f"stopped after {limit} steps"))
