"""Matrix games: both players move at once, and a table says what each is paid.

Seats are `row` and `column`. After every round each is told the other's move and its own pay. Games: climbing,
coordination, matching_pennies, prisoners_dilemma, stag_hunt (payoffs in `games.py`). An answer that is not accepted
forfeits: the game ends, and the one who gave it loses 1.
"""

import random
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
from coterie.environments.markov.games import GAMES

OTHER = {"row": "column", "column": "row"}


class MatrixGameWorld(Environment):
    """A matrix game, once or several times."""

    id = "matrix_game-v1"
    application = "markov"
    purpose = "simultaneous moves: dilemmas, coordination, the climbing game"
    timing = "simultaneous"
    agents = ("row", "column")

    def __init__(self, game: str = "climbing", rounds: int = 1) -> None:
        """Sets which game is played, and how often.

        Args:
            game: climbing, coordination, matching_pennies, prisoners_dilemma or stag_hunt.
            rounds: how many times; pay adds up.
        """
        if game not in GAMES or rounds < 1:
            raise ValueError(f"game={game!r}, rounds={rounds}: expected one of {', '.join(GAMES)}, and at least 1")
        self.game, self.rounds = GAMES[game], rounds
        self.moves = {"row": self.game.row_moves, "column": self.game.column_moves}
        self.payoffs = {"row": self.game.row_payoffs_RC.tolist(), "column": self.game.column_payoffs_RC.tolist()}
        self.specs = {agent: ActionSpec(move=Choice(moves)) for agent, moves in self.moves.items()}

    def begin(self) -> Step:
        """Asks both."""
        self.played: list[dict[str, str]] = []
        return Step(observations={agent: self._see(agent, f"round 1 of {self.rounds}") for agent in self.agents})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Looks up what the two moves pay."""
        moves = {agent: str(actions[agent].move) for agent in self.agents}
        self.played.append(moves)
        row, column = (self.moves[agent].index(moves[agent]) for agent in self.agents)
        paid = {agent: self.payoffs[agent][row][column] for agent in self.agents}
        told = Event("played", None, dict(moves))
        time = float(len(self.played))
        if time < self.rounds:
            seen = {
                agent: self._see(agent, f"other {moves[OTHER[agent]]} paid {paid[agent]:g}") for agent in self.agents
            }
            return Step(seen, paid, events=(told,), time=time)
        endings = dict.fromkeys(self.agents, Ending("terminated", "all rounds are played"))
        outcome = Event("outcome", None, {"steps": self.rounds})
        return Step(rewards=paid, endings=endings, events=(told, outcome), time=time)

    def _see(self, agent: str, text: str) -> Observation:
        played: list[Json] = [[moves[agent], moves[OTHER[agent]]] for moves in self.played]
        budget = {"rounds": float(self.rounds - len(self.played))}
        return Observation(self.specs[agent], text, {"played": played}, budget=budget)

    def state(self) -> dict[str, Json]:
        """Every move so far."""
        return {"played": [dict(moves) for moves in self.played], "rounds": self.rounds}

    def vector(self, agent: str) -> Array:
        """The last moves, own and other, each as one of its options, and the share of rounds played."""
        import numpy as np

        last = self.played[-1] if self.played else {}
        marks = [float(last.get(who) == move) for who in (agent, OTHER[agent]) for move in self.moves[who]]
        return Array(np.array([*marks, len(self.played) / self.rounds], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """What suits the game: the joint optimum, equal mixing, or answering in kind."""
        luck, moves, way = random.Random(seed), self.moves[agent], self.game.expert

        def play(seen: Observation) -> Action:
            if way == "mix":
                return Action(luck.choice(moves))
            if way == "in kind":
                return Action(seen.data["played"][-1][1] if seen.data["played"] else moves[0])
            return Action(way)

        return play
