"""The random reference, score 0: any legal answer, all equally likely."""

import random

import msgspec

from coterie.core import Action, Agent, Choice, Decision, Environment, Form, Json, Move, Number, Observation, Utterance

WORDS = ("yes", "no", "left", "right", "one", "two")
"""What it says where a world lets it use any word."""


class RandomAgent:
    """Picks any legal answer."""

    def __init__(self, seed: int) -> None:
        """Takes its own luck."""
        self.luck = random.Random(seed)

    async def act(self, observation: Observation) -> Decision:
        """Draws a move, and where it may speak, a few words or none."""
        spec = observation.spec
        say: tuple[Utterance, ...] = ()
        if spec.speech is not None:
            count = self.luck.randint(1 if spec.speech.required else 0, spec.speech.max_words)
            words = self.luck.choices(spec.speech.vocabulary or WORDS, k=count)
            say = (Utterance(" ".join(words)),) if words else ()
        return Decision(Action(None if spec.move is None else self._draw(spec.move), say))

    def _draw(self, move: Move) -> Json:
        match move:
            case Choice(options):
                return self.luck.choice(options)
            case Number(low, high, integer):
                return self.luck.randint(int(low), int(high)) if integer else self.luck.uniform(low, high)
            case Form(fields):
                return {name: self._draw(field) for name, field in fields.items()}
            case _:
                return self.luck.choice(WORDS)

    def close(self) -> None:
        """Holds nothing."""


class Random(msgspec.Struct, frozen=True):
    """Seats a random player."""

    name: str = "random"

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return RandomAgent(seed)
