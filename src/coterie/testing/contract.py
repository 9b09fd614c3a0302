"""What every single Step must keep: who is named, who is paid, what can be recorded."""

import math
from collections.abc import Collection

import numpy as np

from coterie.core import Choice, Ending, Environment, Event, Observation, Step, WorldError
from coterie.testing.driving import fail, written


class Contract:
    """Watches one episode; call it after every step, and `close` at the end."""

    def __init__(self, environment: Environment) -> None:
        """Knows the seats."""
        self.agents = environment.agents
        self.ended: dict[str, Ending] = {}
        self.outcomes: list[Event] = []
        if not self.agents or len(set(self.agents)) != len(self.agents):
            fail(f"agents = {self.agents!r}", "at least one seat, no name twice", "Declare every possible seat once.")

    def __call__(self, environment: Environment, step: Step) -> None:
        """Checks one step."""
        self._names(step)
        self._pay(step)
        for agent, ending in step.endings.items():
            if agent in self.ended:
                fail(f"{agent!r} ended twice", "one ending an agent", f"First it was {self.ended[agent]}.")
            self.ended[agent] = ending
        for agent, seen in step.observations.items():
            if agent in self.ended:
                fail(
                    f"an observation for {agent!r}, who has ended ({self.ended[agent].reason})",
                    "observations only for those still playing",
                    "Leave out who has ended, or end it later.",
                )
            self._observation(agent, seen)
        for event in step.events:
            _require_json(event.data, f"event {event.kind!r}: data")
        self.outcomes += [event for event in step.events if event.kind == "outcome"]
        try:
            state = environment.state()
        except WorldError:
            return
        _require_json(state, "state()")

    def close(self) -> None:
        """Checks what must hold when the episode is over."""
        if missing := [agent for agent in self.agents if agent not in self.ended]:
            fail(
                f"no ending for {', '.join(missing)}",
                "an Ending for every agent by the last step",
                "Return endings=dict.fromkeys(self.agents, Ending(...)) with the last Step.",
            )
        if len(self.outcomes) != 1:
            fail(
                f"{len(self.outcomes)} outcome events",
                "exactly one in an episode",
                'Add Event("outcome", None, {...}) to the last Step; a task says "success" in it.',
            )
        if not isinstance(self.outcomes[0].data.get("success", False), bool):
            fail(f"outcome data {self.outcomes[0].data}", '"success" to be True or False', "Say whether it succeeded.")

    def _names(self, step: Step) -> None:
        named_in: dict[str, Collection[str]] = {
            "observation": step.observations,
            "reward": step.rewards,
            "component": step.components,
            "ending": step.endings,
        }
        for kind, named in named_in.items():
            if strangers := [agent for agent in named if agent not in self.agents]:
                fail(
                    f"{kind} for {strangers[0]!r}, who is not in agents {self.agents}",
                    "only declared seats",
                    f"Declare {strangers[0]!r} in agents, or leave it out.",
                )

    def _pay(self, step: Step) -> None:
        for agent, reward in step.rewards.items():
            if not isinstance(reward, int | float) or not math.isfinite(reward):
                fail(f"reward {reward!r} for {agent!r}", "a finite number", "Clip or define the reward.")
        for agent, parts in step.components.items():
            total, paid = math.fsum(parts.values()), step.rewards.get(agent, 0.0)
            if not math.isclose(total, paid, rel_tol=1e-9, abs_tol=1e-9):
                fail(
                    f"components {parts} of {agent!r} that sum to {total:g}",
                    f"its reward, {paid:g}",
                    "Name every part of the reward, or none.",
                )

    def _observation(self, agent: str, seen: Observation) -> None:
        where = f"observation of {agent!r}"
        if seen.spec.move is None and seen.spec.speech is None:
            fail(f"{where} asks for nothing", "a move or speech", "Show observations only to those who act next.")
        if isinstance(seen.spec.move, Choice):
            options = seen.spec.move.options
            if not options or len(set(options)) != len(options):
                fail(f"{where}: options {options}", "at least one, none twice", "List every legal move once.")
        _require_json(seen.data, f"{where}: data")
        _require_json(seen.budget, f"{where}: budget")
        for message in seen.heard:
            if message.speaker not in self.agents or agent not in message.audience:
                fail(f"{where} holds {message}", f"a seat's message to {agent!r}", "Set speaker and audience.")
        for name, array in seen.arrays.items():
            if not np.isfinite(np.asarray(array.values, dtype=float)).all():
                fail(f"{where}: array {name!r} is not finite", "finite numbers", "Define every feature.")
        try:
            written(seen)
        except (NotImplementedError, UnicodeEncodeError, TypeError) as error:
            fail(f"{where} cannot be recorded ({error})", "JSON values, text and Arrays", "Convert it.")


def check_vectors(step: Step, shapes: dict[str, tuple[int, ...]]) -> None:
    """Checks the numeric views: one axis, and always the same length for a seat; `shapes` remembers."""
    for agent, seen in step.observations.items():
        shape = np.shape(seen.arrays["vector"].values)
        if len(shape) != 1 or shapes.setdefault(agent, shape) != shape:
            fail(
                f"a vector of shape {shape} for {agent!r}",
                f"one axis, always of the same length ({shapes.get(agent, shape)})",
                "Give absent things zeros instead of leaving them out.",
            )


def _require_json(value: object, path: str) -> None:
    """Checks that a value comes back from JSON as it went in."""
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            fail(f"{path} is {value}", "a finite number", "JSON has no word for it; use None.")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _require_json(item, f"{path}[{place}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                fail(f"{path} has the key {key!r}", "text keys", "JSON turns other keys into text; use str(key).")
            _require_json(item, f"{path}[{key!r}]")
    else:
        fail(f"{path} is a {type(value).__name__}", "plain JSON (list, dict, text, number)", "Convert it; a tuple too.")
