"""Plays what a record says: for exact replay, and for what-ifs that change one turn."""

from collections.abc import Iterator, Mapping

import msgspec

from coterie.core import (
    Action,
    Agent,
    AgentError,
    Decision,
    Environment,
    Episode,
    Observation,
    Rejection,
    Turn,
)


class ReplayAgent:
    """Gives the recorded answers one after another."""

    def __init__(self, agent: str, turns: Iterator[Turn], changes: Mapping[int, Action]) -> None:
        """Takes the turns of one seat."""
        self.agent, self.turns, self.changes, self.count = agent, turns, changes, -1

    async def act(self, observation: Observation) -> Decision:
        """Answers as recorded, or as changed."""
        turn = next(self.turns, None)
        self.count += 1
        if turn is None:
            raise AgentError(f"the record of {self.agent!r} has only {self.count} turns; the episode went another way")
        if self.count in self.changes:
            return Decision(self.changes[self.count])
        final = turn.action or (turn.rejections[-1] if turn.rejections else Rejection("timeout"))
        rejections = turn.rejections if turn.action else turn.rejections[:-1]
        return Decision(final, turn.samples, rejections)

    def close(self) -> None:
        """Holds nothing."""


class Replay(msgspec.Struct, frozen=True):
    """Seats a recording; `changes` replaces the answer at some of the seat's own turns, counted from 0."""

    episode: Episode
    changes: dict[int, Action] = {}

    @property
    def name(self) -> str:
        """What records call it."""
        return "replay"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes the seat that it was recorded in."""
        return ReplayAgent(agent, iter(self.episode.turns_of(agent)), self.changes)
