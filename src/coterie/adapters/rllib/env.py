"""A world as a MultiAgentEnv of RLlib."""

from collections.abc import Mapping
from typing import Any

from ray.rllib.env.multi_agent_env import MultiAgentEnv

from coterie.adapters.rllib.reading import LanguageCard, LanguageSeats
from coterie.adapters.seats import Seats
from coterie.adapters.table import outcome_of
from coterie.adapters.views import Card
from coterie.core import ConfigError, Ending, Json, Step

Result = tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]
OVER = Ending("terminated", "")
"""Of a seat to which the world told no ending."""


class CoterieEnv(MultiAgentEnv):  # type: ignore[misc]  # RLlib has no types
    """Any world: only the seats that are asked get an observation, and they act next.

    All seats stay until the episode is over for everybody, so that what one is paid after its own part is not lost. At
    the end seats that were cut short see where they stand, because what they expect from there counts. The info at the
    end, under `__common__`, tells the reasons (`endings` by seat) and the `outcome` of the world.

    >>> world = CoterieEnv({"world": "kuhn_poker"})
    >>> seen, _ = world.reset(seed=1)
    >>> list(seen), world.action_spaces["first"]
    (['first'], Discrete(2))
    """

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        """Makes the world.

        Args:
            config: `world`, a name for `make` or a function that makes a fresh world; `view`: `vector`, `bytes`,
                `text`, or `tokens` for language models, which needs `model`, the folder of one, and takes `tokens`,
                `answers` and `answer_tokens` of `LanguageCard`; `mask_in_view` makes a numbered view a dict of
                `observations` and `action_mask`; `minds`, `alike`, `phrases`, `answers`, `transcript`, `characters`,
                `channel` and `max_cycles` as of `coterie.adapters.pettingzoo.Team`; all others are options of the
                world.

        Raises:
            ConfigError: there is no such world, or it has no such form; the message says why.
        """
        settings = dict(config or {})
        if "world" not in settings:
            raise ConfigError(f"found settings {', '.join(settings) or 'none'}, expected world among them")
        self.seats: Seats | LanguageSeats
        if settings.get("view") == "tokens":
            if "model" not in settings:
                raise ConfigError("view='tokens' needs model, the folder of a language model with its tokenizer")
            del settings["view"]
            self.seats = LanguageSeats(settings.pop("world"), **settings)
        else:
            self.seats = Seats(settings.pop("world"), waits=False, named="observations", **settings)
        self.possible_agents = list(self.seats.free)
        self.agents = list(self.possible_agents)
        self.observation_spaces, self.action_spaces = self.seats.observation_spaces, self.seats.action_spaces
        self.metadata = {"name": self.seats.world.id, "render_modes": ["ansi"]}
        super().__init__()

    @property
    def told(self) -> Step:
        """All that happened in the last step; for metrics and viewers, never for agents."""
        return self.seats.told

    def reset(
        self, *, seed: int | None = None, options: dict[str, Json] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begins the episode with this seed, or with one drawn from the last.

        What a seat is paid before its first turn is no reward of an action of its own: it stands as `paid` in its info.
        """
        told = self.seats.begin(seed)
        views = self.seats.looks()
        infos: dict[str, dict[str, Any]] = {}
        if told.rewards:
            infos = {seat: {"paid": float(paid)} for seat, paid in told.rewards.items() if seat in views and paid}
        return views, infos

    def step(self, action_dict: dict[str, Any]) -> Result:
        """Moves on by one step of the world."""
        seats = self.seats
        told = seats.go_on(seats.answers(action_dict))
        if seats.over:
            return self._end(told)
        views = seats.looks()
        rewards = dict.fromkeys(views, 0.0)
        for seat, paid in told.rewards.items():
            if seat in self.action_spaces:  # seats of minds are not here
                rewards[seat] = float(paid)
        return views, rewards, {"__all__": False}, {"__all__": False}, {}

    def _end(self, told: Step) -> Result:
        endings, paid = self.seats.table.endings, told.rewards
        views: dict[str, Any] = {}
        rewards: dict[str, float] = {}
        terminated: dict[str, bool] = {}
        truncated: dict[str, bool] = {}
        reasons: dict[str, str] = {}
        for seat in self.agents:
            ending = endings.get(seat, OVER)
            rewards[seat] = float(paid.get(seat, 0.0))
            truncated[seat] = cut = ending.kind == "truncated"
            terminated[seat] = not cut
            reasons[seat] = ending.reason
            if cut:
                views[seat] = self.seats.look(seat)
        truncated["__all__"] = cut = len(views) == len(self.agents)
        terminated["__all__"] = not cut
        return views, rewards, terminated, truncated, {"__common__": {"endings": reasons, "outcome": outcome_of(told)}}

    def card(self, agent: str) -> Card | LanguageCard:
        """What somebody who learned at this seat must know to take it elsewhere."""
        seats = self.seats
        if isinstance(seats, LanguageSeats):
            return seats.card
        if not seats.numbers:
            raise ConfigError("text actions have no card; use actions='number'")
        return seats.views[agent].card(seats.world, seats.numbers[agent].answers, seats.mask_in_view)

    def render(self) -> str:
        """What those who act now see, in letters."""
        return self.seats.drawing()

    def close(self) -> None:
        """Sends home whoever was seated."""
        self.seats.table.close()
