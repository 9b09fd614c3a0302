"""A world as a Parallel environment."""

from collections.abc import Callable
from typing import Any

import pettingzoo  # type: ignore[import-untyped]

from coterie.adapters.pettingzoo.seated import Seated
from coterie.adapters.seats import Seats
from coterie.adapters.views import Card
from coterie.core import ConfigError, Environment, Step


class Team(Seated, pettingzoo.ParallelEnv):  # type: ignore[misc]  # PettingZoo has no types
    """A world as a Parallel environment: every seat has a view and acts at every step.

    Where a world asks some seats only, the others wait: their mask allows only the last action (text: what they send is
    not read). All seats stay until the episode is over for everybody, so that what one is paid after its own part is
    not lost. `infos` are those of `coterie.adapters.gymnasium.SeatEnv`.
    """

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
        super().__init__(Seats(world, waits=True, **settings), render_mode, parallelizable=True)

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

    def card(self, agent: str) -> Card:
        """What somebody who learned at this seat must know to take it elsewhere."""
        seats = self.seats
        if not seats.numbers:
            raise ConfigError("text actions have no card; use actions='number'")
        return seats.views[agent].card(seats.world, seats.numbers[agent].answers, seats.mask_in_view)
