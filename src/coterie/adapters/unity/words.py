"""Text over a raw-bytes side channel, as JSON: what a build says in words, and what agents answer in words.

Two uses. A Unity build may send `{"views": {"7": {"text": "a door, closed"}}}` to give its agent 7 a view in words, and
read `{"answers": {"7": {"say": [{"text": "open it"}]}}}`. A Coterie world served as a peer sends its whole Step, so
that nothing is lost on the way: names of seats, exact rewards, events.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from coterie.adapters.unity.channels import WORDS, Post
from coterie.core import (
    Action,
    ActionSpec,
    Ending,
    Event,
    Json,
    Message,
    Observation,
    Rejection,
    Utterance,
    WorldError,
)

Kind = TypeVar("Kind", bound=msgspec.Struct)


class View(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one agent perceives, beside its numbers."""

    text: str = ""
    data: dict[str, Json] = {}
    heard: tuple[Message, ...] = ()
    budget: dict[str, int | float] = {}
    spec: ActionSpec | None = None
    """What it may do; None: what the masks say."""


class Hosted(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which Coterie world is served."""

    id: str
    agents: tuple[str, ...]
    options: dict[str, Json] = {}
    axes: dict[str, tuple[str, ...]] = {}
    """Seat to the names of the axes of its vector."""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Unity's side says in words; a build needs no more than `views`."""

    views: dict[str, View] = {}
    """By the number of the agent, or by its seat where `seats` are told."""
    seats: dict[str, str] = {}
    """Number of an agent to the name of its seat."""
    world: Hosted | None = None
    """Of a served Coterie world, told with the first step of an episode."""
    rewards: dict[str, float] = {}
    components: dict[str, dict[str, float]] = {}
    endings: dict[str, Ending] = {}
    events: tuple[Event, ...] = ()
    time: int | float = 0.0


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer of one agent, as far as numbers do not say it."""

    move: Json = None
    say: tuple[Utterance, ...] = ()
    rejection: Rejection | None = None
    """Why there is no answer."""


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Python's side says in words."""

    seed: int | None = None
    """Of the episode that begins."""
    listens: bool = False
    """Whether words are wanted; told when an episode begins."""
    charges: bool = False
    """Whether the listener books itself what words cost, as Coterie's own players do."""
    answers: dict[str, Said] = {}
    """By the number of the agent, or by its seat where seats were told."""

    def action(self, who: str, numbered: Json) -> Action | Rejection:
        """The answer of one agent; `numbered` is the move that its numbers say."""
        said = self.answers.get(who)
        if said is None:
            return Action(numbered)
        return said.rejection or Action(numbered if said.move is None else said.move, said.say)


def view(seen: Observation, charged: bool) -> View:
    """An observation as words; a player who was charged for its words already is not charged again by the reader."""
    spec = seen.spec
    if charged and spec.speech is not None and spec.speech.cost:
        spec = msgspec.structs.replace(spec, speech=msgspec.structs.replace(spec.speech, cost=0.0))
    return View(seen.text, seen.data, seen.heard, seen.budget, spec)


def post(words: Told | Asked) -> Post:
    """Writes words as a message.

    >>> read((post(Asked(seed=7)),), Asked).seed
    7
    """
    return Post(WORDS, msgspec.json.encode(words))


def read(posts: tuple[Post, ...], kind: type[Kind]) -> Kind | None:
    """Reads the words among messages; None where there are none.

    Raises:
        WorldError: they are not of this kind.
    """
    found = [each.data for each in posts if each.channel == WORDS]
    if not found:
        return None
    try:
        merged = [msgspec.json.decode(data) for data in found]
        if not all(isinstance(each, Mapping) for each in merged):
            raise msgspec.ValidationError("expected a JSON object")
        whole: dict[str, Json] = {}
        for each in merged:  # a build may send one message for each of its agents
            for name, value in each.items():
                known = whole.get(name)
                whole[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
        return msgspec.convert(whole, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WorldError(f"words on the side channel that cannot be read: {error}") from error
