"""What a world says after every step: who sees what, who is paid what, what truly happened."""

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.core.action import ActionSpec, Json
from coterie.core.speech import Message


class Array(msgspec.Struct, frozen=True, gc=False):
    """A numeric view with the names of its axes and the unit of its numbers.

    >>> Array(np.zeros((60, 80, 3), np.uint8), axes=("row", "column", "colour"), unit="0-255").values.shape
    (60, 80, 3)
    """

    values: npt.NDArray[np.generic]
    axes: tuple[str, ...]
    unit: str = ""


class Observation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What one agent perceives: what is new since its last observation, and what it may do now."""

    spec: ActionSpec
    """What may be done."""
    text: str = ""
    """The view in words. What was heard is never in it: that arrives in `heard`, through the channel."""
    data: dict[str, Json] = {}
    """The same view as structured data."""
    heard: tuple[Message, ...] = ()
    """Messages delivered since the agent's last observation."""
    arrays: dict[str, Array] = {}
    """Numeric views by name: `vector`, `image`, `depth`."""
    budget: dict[str, int | float] = {}
    """What is left of limited things, by name: turns, words."""


class Ending(msgspec.Struct, frozen=True, gc=False):
    """Why an agent's part in an episode is over.

    `terminated`: by the rules. `truncated`: by a limit from outside (time, an interruption), so that the future would
    have had value.
    """

    kind: Literal["terminated", "truncated"]
    reason: str


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that truly happened, for metrics and viewers; agents never see events.

    Where one agent's work can enable another's, `data` names facts: those the action needed in `used`, those it made
    true in `made`, as two lists of texts that are equal when the facts are the same.

    The kind `outcome` closes an episode: its data holds `success` where there is a task to succeed at, and where known
    `winner`, `score`, `steps` and `shortest` (the fewest steps that an oracle needs).
    """

    kind: str
    agent: str | None = None
    data: dict[str, Json] = {}
    step: int = 0
    """Which step of the world it belongs to; filled in by whoever plays."""


class Subgoal(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A part of a task: what it weighs, whether it is true now, and whose action made it so."""

    done: bool
    weight: float = 1.0
    by: str | None = None
    """Who is credited; None: nobody in particular."""


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What happened. The agents shown an observation act next; when nobody is shown one, the episode is over."""

    observations: dict[str, Observation] = {}
    rewards: dict[str, float] = {}
    """What each agent is paid for what just happened; absent: nothing."""
    components: dict[str, dict[str, float]] = {}
    """Agent to the named parts that its reward is the sum of; optional."""
    endings: dict[str, Ending] = {}
    """Agents whose part ended with this step."""
    events: tuple[Event, ...] = ()
    time: float = 0.0
    """Simulated time: the step number, or seconds in timed worlds."""
