"""Worlds: the contract between a world and whoever plays it.

The rule: the agents shown an observation act next; when nobody is shown one, the episode is over. It covers turns (one
agent shown), simultaneous moves (several), actions that take different time, and agents that join or leave.

`reset` and `step` are called by whoever plays; they check at the door. A world is written as `begin` and `advance`, or
as a `Story`.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import msgspec

from coterie.core.action import Action, ActionSpec, Json, Rejection
from coterie.core.chance import Chance
from coterie.core.errors import WorldError
from coterie.core.speech import Message, writable
from coterie.core.step import Array, Ending, Event, Observation, Step, Subgoal

Script = Callable[[Observation], Action]
"""A scripted player: sees what its seat sees, remembers what it likes, answers with an action."""


class Snapshot(msgspec.Struct, frozen=True):
    """The whole state of a world at one moment, opaque; only `restore` of the same kind of world reads it."""

    state: Any


class Environment(ABC):
    """A world, one episode at a time: a partially observable stochastic game, deterministic given seed and actions."""

    id: ClassVar[str] = ""
    """Versioned name, such as `lookout-v1`; the version grows when scores could change."""
    application: ClassVar[str] = ""
    """The group a user looks under: games, cooperation, negotiation, dialogue, education, virtual, hybrid, markov."""
    purpose: ClassVar[str] = ""
    """What it is for, in one line: what somebody would look for who needs this world."""
    timing: ClassVar[Literal["turns", "simultaneous", "mixed", "timed"]] = "turns"
    """Whether one acts at a time, all at once, now one and now several, or each when its own action ends."""
    talk: ClassVar[Literal["none", "possible", "needed"]] = "none"
    """Whether agents can speak, and whether a team without words can do the task at all."""
    agents: tuple[str, ...] = ()
    """Every seat there can be."""
    options: dict[str, Json] = {}
    """What it was made with, defaults included; set by `make`."""
    vectors: bool = False
    """Whether observations carry the numeric view `arrays["vector"]`; set by `make(..., vectors=True)`."""

    chance: Chance
    """The luck of this episode; draw from it and from nothing else."""
    seed: int
    _waiting: dict[str, ActionSpec] | None = None
    _told: int = 0
    _reached: dict[str, bool] = {}
    _goals: Mapping[str, Subgoal] | None = None

    # ---- what a world's author writes -------------------------------------------------------------------------------

    @abstractmethod
    def begin(self) -> Step:
        """Sets up a new episode from `self.chance` and returns the first Step."""

    @abstractmethod
    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Moves on by one step; every agent that was shown an observation has a valid action here."""

    def forfeit(self, agent: str, rejection: Rejection) -> Step:
        """Ends the episode because `agent` gave no valid answer and its spec has no fallback: it loses 1."""
        ending = Ending("terminated", f"{agent} forfeits: {rejection.code}")
        return Step(
            rewards={agent: -1.0},
            endings=dict.fromkeys(self.agents, ending),
            events=(Event("outcome", None, {"success": False, "forfeit": agent}),),
        )

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Returns a scripted reference for a seat, the score-1 end of the scale; it sees what the seat sees."""
        raise WorldError(f"{self.id or type(self).__name__} has no expert for {agent!r}; give it an `expert` method")

    def subgoals(self) -> Mapping[str, Subgoal]:
        """Returns the parts of the task by name, as they stand now; empty: the task has no parts.

        They are read after every step. The record tells their weights once (event `subgoals`) and every change (event
        `subgoal`), so that progress can be measured and credited.
        """
        return {}

    def vector(self, agent: str) -> Array:
        """Returns the numeric view of what `agent` sees now, always of the same length."""
        raise WorldError(f"{self.id or type(self).__name__} has no numeric view; give it a `vector` method")

    def sketch(self, seen: Observation) -> str:
        """Draws what a seat sees in letters, for a person at a terminal, from its observation and nothing else."""
        return ""

    def state(self) -> dict[str, Json]:
        """Returns the ground truth, for central critics, viewers and solvers; never shown to an agent."""
        raise WorldError(f"{self.id or type(self).__name__} does not tell its state; give it a `state` method")

    # ---- what whoever plays calls -----------------------------------------------------------------------------------

    def reset(self, seed: int, chance: Chance | None = None) -> Step:
        """Starts an episode; `chance` replaces the seeded luck (a what-if, a solver)."""
        self.seed = seed
        self.chance = chance or Chance(seed)
        self._told, self._reached, self._goals = 0, {}, None
        return self._at_the_door(self.begin(), ())

    def step(self, actions: Mapping[str, Action | Rejection]) -> Step:
        """Takes one action from every agent that was shown an observation, and says what happened.

        An answer that does not fit its specification, or is missing, is replaced by the declared fallback, or forfeits;
        it never raises. An answer from anybody else is noted as an event and has no effect.

        Raises:
            WorldError: the episode is over or was never started.
        """
        waiting = self._waiting
        if not waiting:
            raise WorldError(f"{self.id or type(self).__name__}: no episode is running; call reset(seed) first")
        noted: tuple[Event, ...] = ()
        if not actions.keys() <= waiting.keys():
            noted = tuple(Event("not_your_turn", _quote(name, 40)) for name in actions if name not in waiting)
        accepted: dict[str, Action] = {}
        for agent, spec in waiting.items():
            action = actions.get(agent)
            rejection = Rejection("timeout", "no answer came") if action is None else spec.reject(action)
            if rejection is None:
                accepted[agent] = action  # type: ignore[assignment]  # reject() let only an Action pass
                continue
            noted += (Event("rejected", agent, {"code": rejection.code, "reason": _quote(rejection.reason, 200)}),)
            if spec.fallback is None:
                return self._at_the_door(self.forfeit(agent, rejection), noted)
            accepted[agent] = spec.fallback
        return self._at_the_door(self.advance(accepted), noted)

    def snapshot(self) -> Snapshot:
        """Returns the whole state; `restore` continues from it exactly."""
        return Snapshot(copy.deepcopy(self.__dict__))

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back (or over, from another instance with the same options) to a snapshot."""
        self.__dict__.clear()
        self.__dict__.update(copy.deepcopy(snapshot.state))

    def _at_the_door(self, step: Step, noted: tuple[Event, ...]) -> Step:
        """Remembers who acts next and adds what the door and the luck have to tell."""
        drawn = self.chance.drawn
        if self._told < len(drawn):
            told = [
                Event("chance", None, {"name": name, "outcome": index, "of": count})
                for name, index, count in drawn[self._told :]
            ]
            noted += tuple(told)
            self._told = len(drawn)
        if type(self).subgoals is not Environment.subgoals:
            noted += self._progress()
        observations = step.observations
        self._waiting = {agent: seen.spec for agent, seen in observations.items()}
        if self.vectors:
            observations = {
                agent: msgspec.structs.replace(seen, arrays={**seen.arrays, "vector": self.vector(agent)})
                for agent, seen in observations.items()
            }
            step = msgspec.structs.replace(step, observations=observations)
        return msgspec.structs.replace(step, events=noted + step.events) if noted else step

    def _progress(self) -> tuple[Event, ...]:
        """Tells the parts of the task that are new, and those that were reached or undone."""
        goals, reached = self.subgoals(), self._reached
        if goals is self._goals:  # a world that makes a new mapping only on a change is not read again
            return ()
        told: tuple[Event, ...] = ()
        self._goals = goals
        if new := {name: goal.weight for name, goal in goals.items() if name not in reached}:
            told = (Event("subgoals", None, {"weights": new}),)
        for name, goal in goals.items():
            if goal.done != reached.get(name, False):
                told += (Event("subgoal", goal.by, {"name": name, "done": goal.done}),)
            reached[name] = goal.done
        return told


def _quote(found: object, length: int) -> str:
    """The beginning of what came from outside, such as a record can hold."""
    return writable(str(found)[:length])


def spoken(actions: Mapping[str, Action], audience: Mapping[str, tuple[str, ...]], time: float = 0.0) -> list[Message]:
    """Turns the utterances in `actions` into messages; `audience` says who can hear whom.

    >>> from coterie.core.speech import Utterance
    >>> spoken({"ann": Action(say=(Utterance("hello"),))}, {"ann": ("bob",)})
    [Message(speaker='ann', text='hello', audience=('bob',), time=0.0)]
    """
    return [
        Message(agent, utterance.text, utterance.to or audience.get(agent, ()), time)
        for agent, action in actions.items()
        for utterance in action.say
    ]
