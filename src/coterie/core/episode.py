"""The frozen record of one episode: one JSON line. Metrics, algorithms and viewers read this and nothing else.

The same seed, the same minds and the same luck give the same bytes; so wall-clock times are not in here.
"""

import base64
from typing import Any

import msgspec
import numpy as np

from coterie.core.action import Action, Json, Rejection
from coterie.core.agent import Sample
from coterie.core.speech import Message
from coterie.core.step import Ending, Event, Observation

SCHEMA = 1
"""The version of the record; it grows when a field changes its meaning."""


class Seat(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who sat there."""

    mind: str
    policy: str = ""
    """The name of the policy behind a language or tabular agent."""
    version: int = 0
    """The policy's version when the episode began."""
    trainable: bool = False


class Turn(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One decision of one agent, and what came of it."""

    agent: str
    step: int
    """Which step of the world the decision went into; agents that act together share it."""
    observation: Observation
    action: Action | None = None
    """What was done; None: every try was refused, and the world's declared consequence followed."""
    rejections: tuple[Rejection, ...] = ()
    samples: tuple[Sample, ...] = ()
    reward: float = 0.0
    """All that the agent was paid from this action until its next one, or the end."""
    components: dict[str, float] = {}


class Failure(msgspec.Struct, frozen=True, gc=False):
    """Why an episode could not be played to its end; its siblings went on."""

    boundary: str
    """Where it was raised: world, agent, policy."""
    error: str
    agent: str | None = None


class Episode(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One episode, complete."""

    schema: int = SCHEMA
    coterie: str = ""
    """The version of the library that played it."""
    environment: str
    options: dict[str, Json] = {}
    seed: int
    repeat: int = 0
    """Which of several plays of the same seed: the world begins the same, the agents' luck differs."""
    seats: dict[str, Seat]
    turns: tuple[Turn, ...] = ()
    events: tuple[Event, ...] = ()
    totals: dict[str, float] = {}
    """The return of every agent: the sum of its rewards."""
    endings: dict[str, Ending] = {}
    steps: int = 0
    """How many steps the world made."""
    failure: Failure | None = None
    labels: dict[str, str] = {}
    """What the one who played wants to find again: scenario, iteration, arm."""

    @property
    def outcome(self) -> dict[str, Json]:
        """What the world says of the task as a whole: the data of its `outcome` event, or nothing."""
        return next((event.data for event in reversed(self.events) if event.kind == "outcome"), {})

    @property
    def messages(self) -> list[Message]:
        """Everything that was said, in order, as the speakers said it."""
        return [
            Message(turn.agent, utterance.text, utterance.to, float(turn.step))
            for turn in self.turns
            if turn.action
            for utterance in turn.action.say
        ]

    def turns_of(self, agent: str) -> list[Turn]:
        """The decisions of one agent, in order."""
        return [turn for turn in self.turns if turn.agent == agent]


def _to_json(value: object) -> Any:
    """Writes what JSON has no word for: arrays, as shape, type and bytes."""
    if isinstance(value, np.ndarray):
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"shape": value.shape, "dtype": value.dtype.str, "base64": data}
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} cannot be recorded; use JSON values and Arrays")


def _from_json(kind: type, value: Any) -> object:
    """Reads an array back."""
    return np.frombuffer(base64.b64decode(value["base64"]), value["dtype"]).reshape(value["shape"])


_encoder = msgspec.json.Encoder(enc_hook=_to_json, order="deterministic")
_decoder = msgspec.json.Decoder(Episode, dec_hook=_from_json)


def encode_episode(episode: Episode) -> bytes:
    """Writes an episode as one line of JSON, without the line end."""
    return _encoder.encode(episode)


def decode_episode(line: bytes) -> Episode:
    """Reads one line back; checks every field.

    >>> episode = Episode(environment="kuhn_poker-v1", seed=7, seats={"first": Seat("random")})
    >>> decode_episode(encode_episode(episode)) == episode
    True

    Raises:
        msgspec.DecodeError: the line is not JSON, or a field is not what the schema says.
    """
    return _decoder.decode(line)


def episode_schema() -> dict[str, Any]:
    """The JSON Schema of a record line, for readers in other languages."""

    def array(kind: type) -> dict[str, Any]:
        return {"type": "object", "required": ["shape", "dtype", "base64"]}

    return msgspec.json.schema(Episode, schema_hook=array)
