"""Finite MDP: one walker, a table of states, exact solutions in `solve.py`.

The walker sees the name of its state and picks an action; tables say where it leads and what it pays. Processes:
bandit, cliff, corridor (in `processes.py`). The episode ends in a terminal state, or, truncated, after `horizon` moves.
Pay is not discounted in the record: the discount belongs to whoever learns. An answer that is not accepted forfeits.
"""

from collections.abc import Mapping

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Observation,
    Script,
    Step,
)
from coterie.environments.markov.processes import PROCESSES


class FiniteMDPWorld(Environment):
    """A finite Markov decision process to walk in."""

    id = "finite_mdp-v1"
    application = "markov"
    purpose = "one learner, exact optima"
    agents = ("walker",)

    def __init__(self, process: str = "corridor", horizon: int = 50) -> None:
        """Sets which process it is and after how many moves the walker is stopped.

        Args:
            process: bandit, cliff or corridor.
            horizon: most moves.
        """
        if process not in PROCESSES or horizon < 1:
            raise ValueError(f"process={process!r}, horizon={horizon}: expected one of {', '.join(PROCESSES)}, and 1+")
        self.process, self.horizon = PROCESSES[process](), horizon
        self.spec = ActionSpec(move=Choice(self.process.actions))

    def begin(self) -> Step:
        """Draws where to begin."""
        self.moves, self.total = 0, 0.0
        self.place = self._draw("start", self.process.start_S.tolist())
        return Step(observations={"walker": self._see()})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Pays for the action and draws where it leads."""
        action = self.process.actions.index(str(actions["walker"].move))
        paid = float(self.process.rewards_SA[self.place, action])
        self.moves, self.total = self.moves + 1, self.total + paid
        self.place = self._draw(f"next {self.moves}", self.process.transitions_SAS[self.place, action].tolist())
        over = bool(self.process.terminal_S[self.place])
        if not over and self.moves < self.horizon:
            return Step(observations={"walker": self._see()}, rewards={"walker": paid}, time=self.moves)
        ending = Ending("terminated", "terminal state") if over else Ending("truncated", "out of moves")
        data: dict[str, Json] = {"success": over and self.total > 0, "score": self.total, "steps": self.moves}
        outcome = Event("outcome", None, data)
        return Step(rewards={"walker": paid}, endings={"walker": ending}, events=(outcome,), time=self.moves)

    def _draw(self, name: str, probabilities: list[float]) -> int:
        possible = [place for place, probability in enumerate(probabilities) if probability > 0]
        if len(possible) == 1:
            return possible[0]
        return self.chance.draw(name, possible, [probabilities[place] for place in possible])

    def _see(self) -> Observation:
        name = self.process.states[self.place]
        return Observation(self.spec, f"at {name}", {"state": name}, budget={"moves": self.horizon - self.moves})

    def state(self) -> dict[str, Json]:
        """Where the walker is."""
        return {"state": self.process.states[self.place], "moves": self.moves}

    def vector(self, agent: str) -> Array:
        """Which state it is, one number a state."""
        import numpy as np

        return Array(np.eye(len(self.process.states), dtype=np.float32)[self.place], axes=("state",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A walker on an optimal policy for the discounted process."""
        from coterie.environments.markov.solve import value_iteration

        best_S = value_iteration(self.process).action_values_SA.argmax(-1)
        best = {name: self.process.actions[best_S[place]] for place, name in enumerate(self.process.states)}
        return lambda seen: Action(best[seen.data["state"]])
