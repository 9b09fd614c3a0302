"""A world as an AEC environment."""

from collections.abc import Callable
from typing import Any

import pettingzoo  # type: ignore[import-untyped]

from coterie.adapters.pettingzoo.seated import Seated
from coterie.adapters.seats import Seats
from coterie.adapters.table import Answer
from coterie.core import Environment, Step


class Turns(Seated, pettingzoo.AECEnv):  # type: ignore[misc]  # PettingZoo has no types
    """A world as an AEC environment: only seats that are asked are selected, one after another.

    Where several act at once, none sees what another has chosen; the world moves when the last of them has.
    """

    def __init__(self, world: str | Callable[[], Environment], render_mode: str | None = None, **settings: Any) -> None:
        """Makes the world; the arguments are those of `Team`."""
        super().__init__(Seats(world, waits=False, **settings), render_mode, parallelizable=False)
        self.agent_selection = ""
        self.told = Step()
        """All that happened with the last action; for metrics and viewers, never for agents."""

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begins the episode with this seed, or with one drawn from the last."""
        self.told = self.seats.begin(seed)
        self.agents = list(self.possible_agents)
        self.rewards = {seat: float(self.told.rewards.get(seat, 0.0)) for seat in self.agents}
        self._cumulative_rewards = dict(self.rewards)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self._ask()

    def step(self, action: Any) -> None:
        """Takes the action of the seat that is selected."""
        agent, seats = self.agent_selection, self.seats
        if self.terminations[agent] or self.truncations[agent]:
            self.told = Step()
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self.answers[agent] = seats.answer(agent, action, seats.told.observations[agent])
        if self.waiting:
            self.told = Step()
            self.rewards = dict.fromkeys(self.agents, 0.0)
            self.agent_selection = self.waiting.pop(0)
            return
        told = self.told = seats.go_on(self.answers)
        paid = told.rewards
        self.rewards = {seat: float(paid.get(seat, 0.0)) for seat in self.agents}
        self._accumulate_rewards()
        if seats.over:
            for seat in self.agents:
                self.terminations[seat], self.truncations[seat] = seats.ended(seat)
        self._ask()

    def _ask(self) -> None:
        """Shows everybody what there is to see, and selects the first who is asked."""
        self.answers: dict[str, Answer] = {}
        shown = {seat: self.seats.show(seat) for seat in self.agents}
        self.shown = {seat: view for seat, (view, _) in shown.items()}
        self.infos = {seat: info for seat, (_, info) in shown.items()}
        if self.seats.over:
            self._deads_step_first()
            return
        self.waiting = [seat for seat in self.seats.told.observations if seat in self.seats.views]
        self.agent_selection = self.waiting.pop(0)

    def observe(self, agent: str) -> Any:
        """What a seat sees."""
        return self.shown[agent]
