"""A world as a Parallel environment."""

from collections.abc import Callable
from typing import Any

import gymnasium
import pettingzoo  # type: ignore[import-untyped]

from coterie.adapters.seats import Seats
from coterie.adapters.spaces import Numbering
from coterie.adapters.views import Card
from coterie.core import ConfigError, Environment, Step


class Team(pettingzoo.ParallelEnv):  # type: ignore[misc]  # PettingZoo has no types
    """A world as a Parallel environment: every seat has a view and acts at every step.

    Where a world asks some seats only, the others wait: their mask allows only the last action (text: what they send is
    not read). All seats stay until the episode is over for everybody, so that what one is paid after its own part is
    not lost. `infos` are those of `coterie.adapters.gymnasium.SeatEnv`.
    """

    metadata: dict[str, Any]

    def __init__(self, world: str | Callable[[], Environment], render_mode: str | None = None, **settings: Any) -> None:
        """Makes the world.

        Args:
            world: a name for `make`, or a function that makes a fresh world.
            render_mode: None or `ansi`.
            **settings: `view`, `actions`, `mask_in_view`, `transcript`, `characters` and `channel` as of a `SeatEnv`;
                `alike` pads the views to one length, adds to each which seat it is, and numbers the answers of all
                seats together, so that one policy can play them all; `minds` fills some seats; `answers` and `phrases`
                by seat; `max_cycles` truncates; all others are options of the world.
        """
        self.seats = Seats(world, waits=True, **settings)
        self.metadata = {"name": self.seats.world.id, "render_modes": ["ansi"], "is_parallelizable": True}
        self.render_mode = render_mode
        self.possible_agents = list(self.seats.free)
        self.agents: list[str] = []
        self.observation_spaces, self.action_spaces = self.seats.observation_spaces, self.seats.action_spaces

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        """What a seat can see."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """What a seat can do."""
        return self.action_spaces[agent]

    @property
    def told(self) -> Step:
        """All that happened in the last step; for metrics and viewers, never for agents."""
        return self.seats.told

    @property
    def max_cycles(self) -> int | None:
        """After how many steps an episode is truncated."""
        return self.seats.max_cycles

    @max_cycles.setter
    def max_cycles(self, limit: int | None) -> None:
        self.seats.max_cycles = limit

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begins the episode with this seed, or with one drawn from the last."""
        told = self.seats.begin(seed)
        self.agents = list(self.possible_agents)
        views, infos = self._show()
        for seat, paid in told.rewards.items():
            if seat in infos and paid:
                infos[seat]["paid"] = float(paid)
        return views, infos

    def step(
        self, actions: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Moves on by one step of the world."""
        seats = self.seats
        if not self.agents:
            return {}, {}, {}, {}, {}
        asked = seats.told.observations
        told = seats.go_on(
            {seat: seats.answer(seat, actions[seat], seen) for seat, seen in asked.items() if seat in actions}
        )
        views, infos = self._show()
        paid = told.rewards
        rewards = {seat: float(paid.get(seat, 0.0)) for seat in self.agents}
        ended = {seat: seats.ended(seat) for seat in self.agents}
        if seats.over:
            self.agents = []
        terminations = {seat: each[0] for seat, each in ended.items()}
        return views, rewards, terminations, {seat: each[1] for seat, each in ended.items()}, infos

    def _show(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        shown = {seat: self.seats.show(seat) for seat in self.agents}
        return {seat: view for seat, (view, _) in shown.items()}, {seat: info for seat, (_, info) in shown.items()}

    def numbers_of(self, agent: str) -> Numbering | None:
        """The numbers of a seat's answers; None where actions are text."""
        return self.seats.numbers.get(agent)

    def card(self, agent: str) -> Card:
        """What somebody who learned at this seat must know to take it elsewhere."""
        seats = self.seats
        if not seats.numbers:
            raise ConfigError("text actions have no card; use actions='number'")
        return seats.views[agent].card(seats.world, seats.numbers[agent].answers, seats.mask_in_view)

    def state(self) -> Any:
        """The views of all seats of the world in one row of numbers."""
        return self.seats.everything()

    def render(self) -> Any:
        """What those who act now see, in letters."""
        return self.seats.drawing() if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Sends home whoever was seated."""
        self.seats.table.close()
