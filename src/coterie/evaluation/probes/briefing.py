"""Minds with something added: a text at the head of their first view, or words of ours beside their own."""

from collections.abc import Callable

import msgspec

from coterie.agents import Expert
from coterie.core import Action, Agent, Decision, Environment, Measure, Mind, Observation, Speech, Utterance

UNTOLD = Measure(None, missing="the world's own expert understands nothing but the world, so it could not be told")
"""What is found of a mind that was told nothing: a 0 would speak of what never happened."""


class Briefed(msgspec.Struct, frozen=True):
    """A mind that is told something at the head of its first view; the record keeps the world's own view.

    The world's own experts understand nothing but the world, and are told nothing.
    """

    mind: Mind
    brief: str | Callable[[Environment, str], str]
    """The text, or a function of the world (its `seed` is that of the episode) and the seat."""

    @property
    def name(self) -> str:
        """The mind's own."""
        return self.mind.name

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        joined = self.mind.join(environment, agent, seed)
        text = self.brief if isinstance(self.brief, str) else self.brief(environment, agent)
        return joined if isinstance(self.mind, Expert) or not text else BriefedAgent(joined, text)


class BriefedAgent:
    """Puts a text before the first view."""

    def __init__(self, agent: Agent, brief: str) -> None:
        """Takes the agent and the text."""
        self.agent, self.brief = agent, brief

    async def act(self, observation: Observation) -> Decision:
        """Lets the agent act."""
        if self.brief:
            text = f"{self.brief} {observation.text}".rstrip()
            observation, self.brief = msgspec.structs.replace(observation, text=text), ""
        return await self.agent.act(observation)

    def close(self) -> None:
        """Closes the agent."""
        self.agent.close()


class Saying(msgspec.Struct, frozen=True):
    """A mind whose words are replaced: it moves as it would, but says `text` whenever it may speak."""

    mind: Mind
    text: str

    @property
    def name(self) -> str:
        """Says that it is not the mind alone."""
        return f"compromised {self.mind.name}"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return _SayingAgent(self.mind.join(environment, agent, seed), self.text)


class _SayingAgent:
    def __init__(self, agent: Agent, text: str) -> None:
        self.agent, self.text = agent, text

    async def act(self, observation: Observation) -> Decision:
        decision, speech = await self.agent.act(observation), observation.spec.speech
        if speech is None or not isinstance(decision.action, Action):
            return decision
        said = (Utterance(fitting(self.text, speech)),)
        return Decision(Action(decision.action.move, said), decision.samples, decision.rejections)

    def close(self) -> None:
        self.agent.close()


def fitting(text: str, speech: Speech) -> str:
    """As much of a text as may be said: its first words, those of the vocabulary only where there is one.

    >>> fitting("ba tracer do", Speech(1, vocabulary=("ba", "do")))
    'ba'
    """
    words = [word for word in text.split() if not speech.vocabulary or word in speech.vocabulary]
    return " ".join(words[: speech.max_words])
