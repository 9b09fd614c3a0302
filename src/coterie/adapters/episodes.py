"""Shared by the bridges to many seats: a world, one episode after another, with minds in some of its seats."""

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from coterie.adapters.repertoires import Phrases
from coterie.adapters.table import Answer, Table, Who, minds_of, outcome_of
from coterie.core import Channel, ConfigError, Ending, Environment, Observation, Step


class Episodes(ABC):
    """One episode of a world after another; minds fill some seats, the free ones are answered from outside."""

    def __init__(
        self,
        world: Environment,
        *,
        minds: Mapping[str, Who] | None = None,
        phrases: Phrases | None = None,
        channel: Channel | None = None,
        max_cycles: int | None = None,
    ) -> None:
        """Sits down.

        Args:
            world: is played.
            minds: who plays some of the seats.
            phrases: what each seat may say by number where speech is free.
            channel: what speech passes through.
            max_cycles: after how many steps an episode is truncated.

        Raises:
            ConfigError: a seat is named that the world does not have.
        """
        self.world, self.max_cycles, self.phrases = world, max_cycles, phrases or {}
        known = set(world.agents)
        if strangers := [seat for each in (minds, phrases) for seat in each or () if seat not in known]:
            raise ConfigError(f"{world.id} has no seat {strangers[0]!r}; its seats are {', '.join(world.agents)}")
        self.table = Table(world, minds_of(minds, world, tuple(minds)) if minds else {}, channel)
        self.free = self.table.free
        self.luck = random.Random()
        self.told, self.cycles, self.over = Step(), 0, True

    def begin(self, seed: int | None) -> Step:
        """Starts an episode with this seed, or with one drawn from the last."""
        if seed is not None:
            self.luck.seed(seed)
        self.cycles, self.over = 0, False
        self.told = self.table.reset(self.luck.getrandbits(31) if seed is None else seed)
        while not self.told.observations:  # over before anybody here was asked: no episode
            self.told = self.table.reset(self.luck.getrandbits(31))
        return self.told

    def go_on(self, answers: Mapping[str, Answer]) -> Step:
        """One step of the world."""
        self.told = told = self.table.step(answers)
        self.cycles += 1
        self.over = over = not told.observations
        if self.max_cycles is not None and not over and self.cycles >= self.max_cycles:
            self.over = True
            ending = Ending("truncated", f"stopped after {self.cycles} steps")
            self.table.endings = {seat: self.table.endings.get(seat, ending) for seat in self.world.agents}
        return told

    @abstractmethod
    def answer(self, seat: str, action: Any, seen: Observation) -> Answer:
        """What an action means to the world."""

    @abstractmethod
    def look(self, seat: str) -> Any:
        """What a seat sees now."""

    def answers(self, actions: Mapping[str, Any]) -> dict[str, Answer]:
        """What the actions of those who were asked mean to the world."""
        asked = self.told.observations
        return {seat: self.answer(seat, action, asked[seat]) for seat, action in actions.items()}

    def looks(self) -> dict[str, Any]:
        """What the free seats see that are asked now."""
        return {seat: self.look(seat) for seat in self.told.observations if seat in self.free}

    def ended(self, seat: str) -> tuple[bool, bool]:
        """Whether its episode is over by the rules, and whether by a limit."""
        if not self.over:
            return False, False
        kind = self.table.endings[seat].kind
        return kind == "terminated", kind == "truncated"

    def closing(self, seat: str) -> dict[str, Any]:
        """What is told of an episode that is over."""
        return {"ending": self.table.endings[seat].reason, "outcome": outcome_of(self.told)}

    def everything(self) -> Any:
        """The views of all seats of the world in one row, for central critics."""
        return np.concatenate([self.world.vector(seat).values for seat in self.world.agents]).astype(np.float32)

    def drawing(self) -> str:
        """What those who act now see, in letters or words."""
        seen = self.told.observations
        return "\n\n".join(f"{seat}\n{self.world.sketch(each) or each.text}" for seat, each in seen.items())
