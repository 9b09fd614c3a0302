"""Scripted agents: a plain function of what is seen, and the world's own experts."""

from collections.abc import Callable

import msgspec

from coterie.core import Agent, Decision, Environment, Observation, Script


class ScriptedAgent:
    """Plays a script."""

    def __init__(self, script: Script) -> None:
        """Takes the script."""
        self.script = script

    async def act(self, observation: Observation) -> Decision:
        """Does what the script says."""
        return Decision(self.script(observation))

    def close(self) -> None:
        """Holds nothing."""


class Expert(msgspec.Struct, frozen=True):
    """The scripted reference that the world itself offers for a seat."""

    name: str = "expert"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return ScriptedAgent(environment.expert(agent, seed))


class Scripted(msgspec.Struct, frozen=True):
    """A script of your own: `make(seed)` returns a function from observation to action for one episode.

    >>> from coterie.core import Action
    >>> Scripted(lambda seed: lambda seen: Action("wait"), name="statue").name
    'statue'
    """

    make: Callable[[int], Script]
    name: str = "scripted"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return ScriptedAgent(self.make(seed))
