"""What a world has in common as a Parallel and as an AEC environment."""

from typing import Any

import gymnasium

from coterie.adapters.seats import Seats
from coterie.adapters.spaces import Numbering


class Seated:
    """The seats of a world, as PettingZoo asks for them."""

    metadata: dict[str, Any]

    def __init__(self, seats: Seats, render_mode: str | None, parallelizable: bool) -> None:
        """Takes the seats; those that nobody fills are its agents."""
        self.seats, self.render_mode = seats, render_mode
        self.metadata = {"name": seats.world.id, "render_modes": ["ansi"], "is_parallelizable": parallelizable}
        self.possible_agents = list(seats.free)
        self.agents: list[str] = []
        self.observation_spaces, self.action_spaces = seats.observation_spaces, seats.action_spaces

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        """What a seat can see."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """What a seat can do."""
        return self.action_spaces[agent]

    def numbers_of(self, agent: str) -> Numbering | None:
        """The numbers of a seat's answers; None where actions are text."""
        return self.seats.numbers.get(agent)

    def state(self) -> Any:
        """The views of all seats of the world in one row of numbers."""
        return self.seats.everything()

    def render(self) -> Any:
        """What those who act now see, in letters."""
        return self.seats.drawing() if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Sends home whoever was seated."""
        self.seats.table.close()
