"""What stands between a world and its agents: messages pass through it on their way to whoever may hear them.

The world does not know the channel. A `Channel` is a list of parts, each of which lets a message pass, changes it,
holds it back or stops it; `connect` opens it for one episode with its own luck.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from coterie.core.action import Action, Rejection
from coterie.core.speech import Message, Utterance
from coterie.core.step import Event, Step

Answers = Mapping[str, Action | Rejection]


class Part(Protocol):
    """One thing a channel does to a message on its way to one listener."""

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Returns the message as the listener gets it, or None when it does not arrive (now)."""


class Mute(msgspec.Struct, frozen=True):
    """Stops every message, or only those of some speakers."""

    speakers: tuple[str, ...] = ()

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Stops it."""
        return message if self.speakers and message.speaker not in self.speakers else None


class Scramble(msgspec.Struct, frozen=True):
    """Replaces what was said by something said in another episode, so that only the meaning is lost."""

    pool: tuple[str, ...]

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Swaps the text; everyone gets the same false text."""
        return msgspec.structs.replace(message, text=line.once(message, lambda: line.luck.choice(self.pool)))


class Noise(msgspec.Struct, frozen=True):
    """Loses each word with probability `rate`, for each listener anew."""

    rate: float

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Drops words; a message of which nothing is left does not arrive."""
        kept = " ".join(word for word in message.text.split() if line.luck.random() >= self.rate)
        return msgspec.structs.replace(message, text=kept) if kept else None


class Delay(msgspec.Struct, frozen=True):
    """Delivers a message only at the listener's `turns`-th next observation after the one it was due."""

    turns: int

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Holds the message back."""
        line.hold(message, listener, self.turns)
        return None


class Reach(msgspec.Struct, frozen=True):
    """Lets only certain listeners hear certain speakers: a topology, or a range."""

    links: dict[str, tuple[str, ...]]
    """Speaker to those who can hear it; a speaker not named here is heard by nobody."""

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Passes along a link."""
        return message if listener in self.links.get(message.speaker, ()) else None


class Guard(msgspec.Struct, frozen=True):
    """Shows every message to `inspect`, which returns it, a changed one, or None; what it stops is noted."""

    inspect: Callable[[Message, str], Message | None]
    name: str = "guard"

    def carry(self, message: Message, listener: str, line: "Line") -> Message | None:
        """Asks, and notes what was stopped or changed."""
        passed = self.inspect(message, listener)
        if passed != message:
            line.note(Event("guarded", listener, {"by": self.name, "speaker": message.speaker, "text": message.text}))
        return passed


class Channel(msgspec.Struct, frozen=True):
    """A line between agents: parts in order, a word budget per speaker and episode, and a price per word.

    >>> channel = Channel((Noise(0.5),), words_each=20, cost=0.01)
    >>> line = channel.connect(seed=0)
    """

    parts: tuple[Part, ...] = ()
    words_each: int | None = None
    """Words every speaker has for the episode; what goes over is not sent, and noted. None: no limit."""
    cost: float = 0.0
    """What a word costs the speaker, as reward component `speech`, beside the price the world declares."""

    def connect(self, seed: int) -> "Line":
        """Opens the channel for one episode."""
        return Line(self, seed)


class Line:
    """A channel open for one episode; it remembers what it holds back and what was spent."""

    def __init__(self, channel: Channel, seed: int) -> None:
        """Starts with nothing said."""
        self.channel = channel
        self.luck = random.Random(seed)
        self.spent: dict[str, int] = {}
        """Words sent so far by speaker."""
        self._charges: dict[str, float] = {}
        self._held: list[tuple[int, str, Message, int]] = []
        self._place = 0  # which part has the message now; one that is held goes on to the next part when it is due
        self._noted: list[Event] = []
        self._replaced: dict[Message, str] = {}
        self._memories: dict[int, dict[object, Any]] = {}

    def memory(self, part: Part) -> dict[object, Any]:
        """What a part remembers of this episode; it begins empty, and only this part sees it."""
        return self._memories.setdefault(id(part), {})

    def note(self, event: Event) -> None:
        """Adds an event to the next step."""
        self._noted.append(event)

    def hold(self, message: Message, listener: str, turns: int) -> None:
        """Keeps a message for a later observation of the listener."""
        self._held.append((turns, listener, message, self._place + 1))

    def once(self, message: Message, make: Callable[[], str]) -> str:
        """Makes a replacement text once per message, so that all listeners get the same."""
        return self._replaced.setdefault(message, make())

    def collect(self, answers: Answers, prices: Mapping[str, float]) -> Answers:
        """Meters what is about to be said: cuts it at the budget and charges for it."""
        collected: dict[str, Action | Rejection] = {}
        for agent, answer in answers.items():
            if isinstance(answer, Action) and answer.say:
                answer = msgspec.structs.replace(answer, say=self._meter(agent, answer.say, prices.get(agent, 0.0)))
            collected[agent] = answer
        return collected

    def _meter(self, agent: str, say: Sequence[Utterance], price: float) -> tuple[Utterance, ...]:
        limit = self.channel.words_each
        sent = []
        for utterance in say:
            words = len(utterance.text.split())
            if limit is not None and self.spent.get(agent, 0) + words > limit:
                self.note(Event("over_budget", agent, {"words": words, "left": limit - self.spent.get(agent, 0)}))
                continue
            self.spent[agent] = self.spent.get(agent, 0) + words
            self._charges[agent] = self._charges.get(agent, 0.0) + words * (price + self.channel.cost)
            sent.append(utterance)
        return tuple(sent)

    def deliver(self, step: Step) -> Step:
        """Carries every message of a step to its listener, and adds the charges and what was noted."""
        observations = {
            agent: seen
            if not (seen.heard or self._held)
            else msgspec.structs.replace(seen, heard=self._heard(agent, seen.heard))
            for agent, seen in step.observations.items()
        }
        rewards, components = step.rewards, step.components
        charges = {agent: charge for agent, charge in self._charges.items() if charge}
        if charges:
            rewards, components = dict(rewards), dict(components)
            for agent, charge in charges.items():
                parts = components.get(agent) or ({"world": rewards[agent]} if agent in rewards else {})
                components[agent] = {**parts, "speech": -charge}
                rewards[agent] = rewards.get(agent, 0.0) - charge
            self._charges = {}
        events = (*step.events, *self._noted)
        self._noted = []
        return msgspec.structs.replace(
            step, observations=observations, rewards=rewards, components=components, events=events
        )

    def _heard(self, listener: str, arriving: Sequence[Message]) -> tuple[Message, ...]:
        held, self._held = self._held, []
        due = []
        for turns, name, message, place in held:
            if name == listener and turns == 1:
                due.append((message, place))
            else:
                self._held.append((turns - (name == listener), name, message, place))
        passed = [self._carry(message, listener, place) for message, place in due]
        passed += [self._carry(message, listener, 0) for message in arriving]
        return tuple(message for message in passed if message is not None)

    def _carry(self, message: Message, listener: str, first: int) -> Message | None:
        for place, part in enumerate(self.channel.parts[first:], first):
            self._place = place
            passed = part.carry(message, listener, self)
            if passed is None:
                return None
            message = passed
        return message
