"""All seats of several copies of a world as one vector environment, so that one policy learns to play them all."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from coterie.adapters.pettingzoo.team import Team
from coterie.core import ConfigError, Environment


class SharedPolicy(VecEnv):
    """Every seat of every copy is one of its environments; a copy starts anew when its episode is over.

    A seat that is not asked waits: its mask allows only the last action, and whatever is chosen has no effect. The
    views are padded to one length and say which seat it is.

    >>> shared = SharedPolicy("kuhn_poker", copies=3)
    >>> shared.num_envs, shared.reset().shape, shared.action_space
    (6, (6, 11), Discrete(3))
    """

    def __init__(self, world: str | Callable[[], Environment], copies: int = 8, **settings: Any) -> None:
        """Makes the copies; the settings are those of `coterie.adapters.pettingzoo.Team`."""
        self.teams = [Team(world, alike=True, **settings) for _ in range(copies)]
        first = self.teams[0]
        if not first.seats.numbers:
            raise ConfigError("Stable-Baselines3 takes no text; use view='vector' or 'bytes' and actions='number'")
        self.names = tuple(first.possible_agents)
        self.places = [(team, seat) for team in self.teams for seat in self.names]
        self.render_mode = None
        self.legal: list[Any] = []
        super().__init__(len(self.places), first.observation_space(self.names[0]), first.action_space(self.names[0]))

    def reset(self) -> Any:
        """Begins an episode in every copy."""
        views: list[Any] = []
        self.legal = []
        for place, team in enumerate(self.teams):
            seen, infos = team.reset(seed=self._seeds[place * len(self.names)])
            views += [seen[seat] for seat in self.names]
            self.legal += [infos[seat]["action_mask"] for seat in self.names]
        self._reset_seeds()
        self._reset_options()
        self.reset_infos = [{} for _ in self.places]
        return self._stacked(views)

    def step_async(self, actions: Any) -> None:
        """Takes one action for every seat of every copy."""
        self.actions = actions

    def step_wait(self) -> Any:
        """Moves every copy on by one step."""
        views: list[Any] = []
        told: list[dict[str, Any]] = []
        rewards = np.zeros(self.num_envs, np.float32)
        dones = np.zeros(self.num_envs, bool)
        self.legal = []
        for place, team in enumerate(self.teams):
            first = place * len(self.names)
            actions = {seat: int(self.actions[first + number]) for number, seat in enumerate(self.names)}
            seen, paid, _, truncations, infos = team.step(actions)
            over = not team.agents
            if over:
                last, (seen, fresh) = seen, team.reset()
                for seat in self.names:
                    infos[seat]["terminal_observation"] = last[seat]
                    infos[seat]["TimeLimit.truncated"] = truncations[seat]
                    infos[seat]["action_mask"] = fresh[seat]["action_mask"]
            for number, seat in enumerate(self.names, first):
                rewards[number], dones[number] = paid[seat], over
            views += [seen[seat] for seat in self.names]
            told += [infos[seat] for seat in self.names]
            self.legal += [infos[seat]["action_mask"] for seat in self.names]
        return self._stacked(views), rewards, dones, told

    def _stacked(self, views: Sequence[Any]) -> Any:
        if isinstance(views[0], dict):
            return {name: np.stack([view[name] for view in views]) for name in views[0]}
        return np.stack(views)

    def close(self) -> None:
        """Sends home whoever was seated."""
        for team in self.teams:
            team.close()

    def _chosen(self, indices: int | Iterable[int] | None) -> list[int]:
        return list(self._get_indices(indices))

    def get_attr(self, attr_name: str, indices: int | Iterable[int] | None = None) -> list[Any]:
        """The same attribute for every seat."""
        return [getattr(self, attr_name)] * len(self._chosen(indices))

    def set_attr(self, attr_name: str, value: Any, indices: int | Iterable[int] | None = None) -> None:
        """Nothing can be set from here."""
        raise ConfigError(f"{attr_name!r} cannot be set; make the environment with it")

    def has_attr(self, attr_name: str) -> bool:
        """Whether `env_method` knows it."""
        return attr_name in ("action_masks", "card") or hasattr(self, attr_name)

    def env_method(
        self, method_name: str, *method_args: Any, indices: int | Iterable[int] | None = None, **method_kwargs: Any
    ) -> list[Any]:
        """`action_masks`, as sb3-contrib asks for it, and `card`."""
        chosen = self._chosen(indices)
        if method_name == "action_masks":
            return [self.legal[place].astype(bool) for place in chosen]
        if method_name == "card":
            return [team.card(seat) for team, seat in (self.places[place] for place in chosen)]
        raise ConfigError(f"found method {method_name!r}, expected action_masks or card")

    def env_is_wrapped(self, wrapper_class: Any, indices: int | Iterable[int] | None = None) -> list[bool]:
        """Never."""
        return [False] * len(self._chosen(indices))
