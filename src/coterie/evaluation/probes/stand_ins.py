"""Who takes a seat in place of somebody: one who does nothing, one mind in all seats, two who change places."""

import asyncio
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import msgspec

from coterie.agents import Expert, Language, Random
from coterie.agents.random import RandomAgent
from coterie.core import Action, Agent, ConfigError, Decision, Environment, Mind, Observation

RESTING = ("wait", "stay", "pass", "nothing", "none", "nobody", "noop")
"""Moves that leave the work to others, where a world offers one of them."""


class Silent(msgspec.Struct, frozen=True):
    """Says nothing and does as little as the world lets it: rests, else what follows from no answer, else any move."""

    name: str = "silent"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return _SilentAgent(RandomAgent(seed))


class _SilentAgent:
    def __init__(self, random: RandomAgent) -> None:
        self.random = random

    async def act(self, observation: Observation) -> Decision:
        spec = observation.spec
        rests = [Action(move) for move in RESTING] + [spec.fallback or Action(), Action()]
        found = next((action for action in rests if spec.reject(action) is None and not action.say), None)
        return Decision(found) if found is not None else await self.random.act(observation)

    def close(self) -> None:
        """Holds nothing."""


class OneMind:
    """One mind in all seats: it sees what everybody sees and does what everybody does, in one conversation.

    Every view is headed by whose it is. What it is told as one seat it need not tell itself as another, so it is what a
    team has to be compared with.
    """

    def __init__(self, mind: Mind) -> None:
        """Takes the mind; a language mind must not be told in its codec that it is one of the seats."""
        self.mind = mind
        self._sitting: WeakKeyDictionary[Environment, _Everybody] = WeakKeyDictionary()

    @property
    def name(self) -> str:
        """What records call it."""
        return f"one {self.mind.name}"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes another seat of the same episode."""
        if environment not in self._sitting:
            self._sitting[environment] = _Everybody(self.mind.join(environment, agent, seed))
        everybody = self._sitting[environment]
        everybody.seats += 1
        return _OneSeat(everybody, agent)


class _Everybody:
    def __init__(self, agent: Agent) -> None:
        self.agent, self.seats = agent, 0
        self.turn = asyncio.Lock()  # seats that act together are thought about one after another


class _OneSeat:
    def __init__(self, everybody: _Everybody, seat: str) -> None:
        self.everybody, self.seat = everybody, seat

    async def act(self, observation: Observation) -> Decision:
        """Decides for this seat."""
        headed = msgspec.structs.replace(observation, text=f"as {self.seat} : {observation.text}")
        async with self.everybody.turn:
            return await self.everybody.agent.act(headed)

    def close(self) -> None:
        """Lets go of the mind with the last seat."""
        self.everybody.seats -= 1
        if not self.everybody.seats:
            self.everybody.agent.close()


def alike(one: Mind, other: Mind) -> bool:
    """Whether two minds are one: an exchange of them changes nothing.

    >>> alike(Silent(), Silent()), alike(Silent(), Silent("quiet"))
    (True, False)
    """
    if isinstance(one, Language) and isinstance(other, Language):
        return one.policy is other.policy
    return one is other or (isinstance(one, Expert | Random | Silent) and one == other)


def exchanged(minds: Mapping[str, Mind], one: str, other: str) -> dict[str, Mind]:
    """The same team after two seats have exchanged their minds; of language minds only the policies change places.

    A codec may tell a model which seat it has, and that stays true.

    Raises:
        ConfigError: there is no such seat.
    """
    if missing := {one, other} - minds.keys():
        raise ConfigError(f"nobody sits at {', '.join(sorted(missing))}; the seats are {', '.join(minds)}")
    first, second = minds[one], minds[other]
    if isinstance(first, Language) and isinstance(second, Language):
        swap = msgspec.structs.replace
        return {**minds, one: swap(first, policy=second.policy), other: swap(second, policy=first.policy)}
    return {**minds, one: second, other: first}
