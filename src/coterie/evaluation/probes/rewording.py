"""Other words for the same things: what a mind sees and says is renamed both ways, and the world does not know.

The record keeps the world's own names; what a model really read stands on its samples.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from coterie.agents import Expert, Language
from coterie.core import (
    Action,
    ActionSpec,
    Agent,
    ChatMessage,
    Choice,
    Codec,
    ConfigError,
    Decision,
    Environment,
    Form,
    Json,
    Message,
    Move,
    Observation,
    Prompt,
    Rejection,
    Utterance,
)
from coterie.core import Mind as MindProtocol
from coterie.evaluation.probes.briefing import BriefedAgent


class Rewording(msgspec.Struct, frozen=True, dict=True):
    """A one-to-one exchange of whole words; small and capital beginnings stay as they were.

    >>> swap = Rewording({"ann": "emily"})
    >>> swap.there("Ann gives ann's box to annie"), swap.back("Emily")
    ("Emily gives emily's box to annie", 'Ann')

    Raises:
        ConfigError: two words become the same one, so that there is no way back.
    """

    words: dict[str, str]

    def __post_init__(self) -> None:
        """Checks that there is a way back."""
        if len(set(self.words.values())) < len(self.words):
            raise ConfigError(f"two words become the same one in {self.words}; give each a word of its own")

    def there(self, text: str) -> str:
        """From the world's words to those of the mind."""
        return _replaced(text, self._there)

    def back(self, text: str) -> str:
        """From the mind's words to those of the world."""
        return _replaced(text, self._back)

    @cached_property
    def _there(self) -> tuple[re.Pattern[str], dict[str, str]]:
        return _pattern(self.words), self.words

    @cached_property
    def _back(self) -> tuple[re.Pattern[str], dict[str, str]]:
        words = {new: old for old, new in self.words.items()}
        return _pattern(words), words

    def seen(self, observation: Observation) -> Observation:
        """What a mind sees in place of an observation."""
        return msgspec.structs.replace(
            observation,
            spec=self.spec(observation.spec),
            text=self.there(observation.text),
            data=self._json(observation.data),
            heard=tuple(
                Message(
                    self.there(each.speaker), self.there(each.text), tuple(map(self.there, each.audience)), each.time
                )
                for each in observation.heard
            ),
        )

    def spec(self, spec: ActionSpec) -> ActionSpec:
        """The same right to act, in other words."""
        speech = spec.speech and msgspec.structs.replace(
            spec.speech,
            vocabulary=tuple(map(self.there, spec.speech.vocabulary)),
            audiences=tuple(map(self.there, spec.speech.audiences)),
        )
        fallback = spec.fallback and self._action(spec.fallback, self.there)
        return ActionSpec(spec.move and self._move(spec.move), speech, fallback)

    def done(self, action: Action) -> Action:
        """What the world is told in place of an action of the mind."""
        return self._action(action, self.back)

    def _action(self, action: Action, change: Any) -> Action:
        said = tuple(Utterance(change(each.text), tuple(map(change, each.to))) for each in action.say)
        return Action(_changed(action.move, change), said)

    def _move(self, move: Move) -> Move:
        if isinstance(move, Choice):
            return Choice(tuple(map(self.there, move.options)))
        if isinstance(move, Form):
            return Form({name: self._move(field) for name, field in move.fields.items()})  # type: ignore[misc]
        return move

    def _json(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {self.there(key): self._json(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._json(each) for each in value]
        return self.there(value) if isinstance(value, str) else value


def _changed(move: Json, change: Any) -> Json:
    if isinstance(move, dict):
        return {name: _changed(each, change) for name, each in move.items()}
    return change(move) if isinstance(move, str) else move


def _pattern(words: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, longest_first)) + r")\b" if words else r"(?!)", re.IGNORECASE)


def _replaced(text: str, by: tuple[re.Pattern[str], dict[str, str]]) -> str:
    pattern, words = by

    def other(match: re.Match[str]) -> str:
        found = match.group()
        word = words.get(found) or words[found.lower()]
        return word[:1].upper() + word[1:] if found[:1].isupper() and found not in words else word

    return pattern.sub(other, text)


class Reworded(msgspec.Struct, frozen=True):
    """A mind that lives among other words, and may be told something at the start.

    The world's own experts know only the world's words; they are left as they are.
    """

    mind: MindProtocol
    rewording: Rewording
    told: str = ""
    """What it is told at the head of its first view, in the world's words."""

    @property
    def name(self) -> str:
        """The mind's own."""
        return self.mind.name

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        mind = self.mind
        if isinstance(mind, Expert):
            return mind.join(environment, agent, seed)
        if isinstance(mind, Language):
            # A codec may tell the model names and rules: all that a model reads is reworded, not the view alone.
            spoken = msgspec.structs.replace(mind, codec=_RewordedCodec(mind.codec, self.rewording))
            return BriefedAgent(spoken.join(environment, agent, seed), self.told)
        return BriefedAgent(_RewordedAgent(mind.join(environment, agent, seed), self.rewording), self.told)


class _RewordedAgent:
    def __init__(self, agent: Agent, rewording: Rewording) -> None:
        self.agent, self.rewording = agent, rewording

    async def act(self, observation: Observation) -> Decision:
        decision = await self.agent.act(self.rewording.seen(observation))
        if isinstance(decision.action, Action):
            return msgspec.structs.replace(decision, action=self.rewording.done(decision.action))
        return decision

    def close(self) -> None:
        self.agent.close()


class _RewordedCodec(msgspec.Struct, frozen=True):
    codec: Codec
    rewording: Rewording

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        return [(self._there(prompt), self.rewording.spec(spec)) for prompt, spec in self.codec.parts(observation)]

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        return self.codec.parse([self.rewording.back(reply) for reply in replies], spec)

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        return [self.rewording.there(reply) for reply in self.codec.replies(action, spec)]

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        return self._there(self.codec.retry(rejection, spec))

    def _there(self, prompt: Prompt) -> Prompt:
        return tuple(ChatMessage(each.role, self.rewording.there(each.content)) for each in prompt)
