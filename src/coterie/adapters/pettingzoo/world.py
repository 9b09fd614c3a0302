"""A PettingZoo environment as a world."""

import importlib
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pettingzoo  # type: ignore[import-untyped]

from coterie.adapters.describing import Describer, json_of, numbers_of
from coterie.adapters.well_known import describe
from coterie.core import Action, Array, ConfigError, Ending, Event, Json, Step, Story, WorldError


class PettingZooWorld(Story):
    """Any PettingZoo environment, Parallel or AEC, as a world with its agents as seats.

    Each agent has a describer, which turns its observations into words and its moves into actions. The luck of the
    environment comes from the seed of the episode.

    >>> from coterie.agents import Random
    >>> from coterie.rollout import play
    >>> world = PettingZooWorld("classic/rps-v2", {"max_cycles": 3})
    >>> play(lambda: world, dict.fromkeys(world.agents, Random()), seed=1).steps
    3
    """

    id = "pettingzoo-v1"
    application = "bridges"
    purpose = "any PettingZoo environment, in words"
    timing = "mixed"

    def __init__(
        self,
        environment: str | Callable[..., Any] = "classic/rps-v2",
        settings: dict[str, Json] | None = None,
        describer: Callable[..., Describer] | None = None,
        max_steps: int = 10_000,
    ) -> None:
        """Opens the environment.

        Args:
            environment: an id such as `classic/rps-v2`, a module, or a function that makes an environment.
            settings: arguments for it.
            describer: makes a describer from the environment and the two spaces of an agent; None: a plain one.
            max_steps: ends an episode of an environment that has no limit itself.
        """
        try:
            self.environment = _maker(environment)(**(settings or {}))
        except Exception as error:
            raise ConfigError(f"cannot open {environment!r}: {error}; expected an id such as classic/rps-v2") from error
        if not hasattr(self.environment, "possible_agents"):
            raise ConfigError(f"{environment} does not say its possible_agents; a world must know all its seats")
        self.agents, self.max_steps = tuple(self.environment.possible_agents), max_steps
        make_describer = describer or describe(self.environment)
        self.describers: dict[str, Describer] = {
            agent: make_describer(
                self.environment, self.environment.observation_space(agent), self.environment.action_space(agent), agent
            )
            for agent in self.agents
        }

    @property
    def _takes_turns(self) -> bool:
        return isinstance(self.environment, pettingzoo.AECEnv)

    def story(self) -> Generator[Step, Mapping[str, Action], Step]:
        """One episode of the environment."""
        self.totals, self.steps = dict.fromkeys(self.agents, 0.0), 0
        self.gone: dict[str, Ending] = {}
        self.seen: dict[str, Any] = {}
        for describer in self.describers.values():
            describer.begin()
        return (yield from self._in_turns() if self._takes_turns else self._all_at_once())

    def _all_at_once(self) -> Generator[Step, Mapping[str, Action], Step]:
        """A Parallel environment."""
        environment = self.environment
        self.seen, infos = environment.reset(seed=self.seed)
        rewards = {agent: float(info["paid"]) for agent, info in infos.items() if info.get("paid")}
        terminations: Mapping[str, bool] = {}
        truncations: Mapping[str, bool] = {}
        while True:
            asked = [each for each in environment.agents if self.describers[each].acts(self.seen[each], infos[each])]
            happened = self._happened(asked, rewards, terminations, truncations, infos)
            if not happened.observations:
                return happened
            answers = yield happened
            actions = {agent: self.describers[agent].action(answers.get(agent)) for agent in environment.agents}
            self.seen, rewards, terminations, truncations, infos = environment.step(actions)
            self.steps += 1

    def _in_turns(self) -> Generator[Step, Mapping[str, Action], Step]:
        """An AEC environment; those who are finished take their leave unseen."""
        environment = self.environment
        environment.reset(seed=self.seed)
        rewards = dict(environment.rewards)
        terminations, truncations = dict(environment.terminations), dict(environment.truncations)
        infos, events = dict(environment.infos), self._events()
        while True:
            while environment.agents and _finished(environment):
                environment.step(None)
            asked = [environment.agent_selection] if environment.agents else []
            for agent in asked:
                self.seen[agent] = environment.observe(agent)
            happened = self._happened(asked, rewards, terminations, truncations, infos, events)
            if not happened.observations:
                return happened
            answers = yield happened
            (agent,) = asked
            environment.step(self.describers[agent].action(answers[agent]))
            self.steps += 1
            rewards = dict(environment.rewards)
            terminations, truncations = dict(environment.terminations), dict(environment.truncations)
            infos, events = dict(environment.infos), self._events()

    def _happened(
        self,
        asked: list[str],
        paid: Mapping[str, float],
        terminations: Mapping[str, bool],
        truncations: Mapping[str, bool],
        infos: Mapping[str, Mapping[str, Any]],
        events: tuple[Event, ...] | None = None,
    ) -> Step:
        """One step in our terms: who is shown what, who was paid, who is finished."""
        rewards = {agent: float(reward) for agent, reward in paid.items() if agent in self.totals and reward}
        for agent, reward in rewards.items():
            self.totals[agent] += reward
        parts = {agent: infos[agent]["components"] for agent in rewards if infos.get(agent, {}).get("components")}
        over = not asked or self.steps >= self.max_steps
        endings: dict[str, Ending] = {}
        for agent in self.agents:
            if agent in self.gone:
                continue
            reason = str(infos.get(agent, {}).get("ending", ""))
            if terminations.get(agent):
                endings[agent] = Ending("terminated", reason or "the environment ended")
            elif truncations.get(agent):
                endings[agent] = Ending("truncated", reason or "the environment stopped")
            elif over:
                endings[agent] = Ending("truncated", f"stopped after {self.steps} steps")
        self.gone |= endings
        told = self._events() if events is None else events
        if over and not any(event.kind == "outcome" for event in told):
            told += (Event("outcome", None, self._outcome()),)
        shown = (
            {}
            if over
            else {agent: self.describers[agent].observation(self.seen[agent], infos[agent]) for agent in asked}
        )
        return Step(shown, rewards, parts, endings, told, float(self.steps))

    def _events(self) -> tuple[Event, ...]:
        """The ground truth of a world of ours that came here through PettingZoo."""
        told = getattr(self.environment.unwrapped, "told", None)
        return told.events if isinstance(told, Step) else ()

    def _outcome(self) -> dict[str, Json]:
        """One score where all are paid alike; else everybody's, and who has the most."""
        best = max(self.totals.values())
        if min(self.totals.values()) == best:
            return {"score": best, "steps": self.steps}
        first = [agent for agent, total in self.totals.items() if total == best]
        return {"winner": first[0] if len(first) == 1 else None, "scores": dict(self.totals), "steps": self.steps}

    def state(self) -> dict[str, Json]:
        """What the agents were shown last; the environment has no other words for its state."""
        return {"observations": {agent: json_of(seen) for agent, seen in self.seen.items()}}

    def vector(self, agent: str) -> Array:
        """The observation of an agent as one row of numbers, without its texts."""
        if agent not in self.seen:
            raise WorldError(f"{agent!r} was not shown anything yet")
        numbers = numbers_of(self.environment.observation_space(agent), self.seen[agent])
        return Array(np.array(numbers, np.float32), axes=("feature",)) if numbers else super().vector(agent)


def _maker(environment: str | Callable[..., Any]) -> Callable[..., Any]:
    """What makes an environment: its id in the registry, or a module with `parallel_env` or `env`."""
    if not isinstance(environment, str):
        return environment
    make = getattr(pettingzoo, "make", None)
    if make is not None and "/" in environment:
        kind = "parallel" if environment in pettingzoo.parallel_registry else "aec"
        return partial(make, kind, environment)
    # Before version 1.27 there is no registry; the modules have the names of the ids.
    module = f"pettingzoo.{environment.replace('/', '.').replace('-v', '_v')}" if "/" in environment else environment
    found = importlib.import_module(module)
    made: Callable[..., Any] = getattr(found, "parallel_env", None) or found.env
    return made


def _finished(environment: Any) -> bool:
    agent = environment.agent_selection
    return bool(environment.terminations[agent] or environment.truncations[agent])
