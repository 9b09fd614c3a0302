"""A policy without a model, for tests and documentation: it says what it was given to say."""

import random
from collections.abc import Callable, Sequence

from coterie.core import ActionSpec, PolicyError, Prompt, Sample

Answer = Callable[[Prompt, ActionSpec], str]


class FakePolicy:
    """Answers from a list, in order or drawn, or by a function of the prompt and what it asks for.

    >>> import asyncio
    >>> chat = FakePolicy(["north", "south"]).open(seed=1)
    >>> asyncio.run(chat.sample((), ActionSpec())).text, asyncio.run(chat.sample((), ActionSpec())).text
    ('north', 'south')
    """

    version = 0
    trainable = False

    def __init__(self, answers: Sequence[str] | Answer, *, draw: bool = False, name: str = "fake") -> None:
        """Takes the answers.

        Args:
            answers: a list, which every conversation begins anew, or a function `(prompt, spec) -> text`.
            draw: takes each answer from the list by chance, seeded by the conversation, instead of in order.
            name: what samples call it.
        """
        self.answers, self.draw, self.name = answers, draw, name

    def open(self, seed: int) -> "FakeConversation":
        """Starts a conversation; the same seed draws the same answers."""
        return FakeConversation(self, seed)


class FakeConversation:
    """One seat of one episode; it keeps what it was asked, to be looked at by a test."""

    def __init__(self, policy: FakePolicy, seed: int) -> None:
        """Takes its own luck."""
        self.policy, self.luck, self.asked = policy, random.Random(seed), list[Prompt]()

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Gives the next answer.

        Raises:
            PolicyError: the list is at its end.
        """
        answers, place = self.policy.answers, len(self.asked)
        self.asked.append(prompt)
        if callable(answers):
            return Sample(answers(prompt, spec), self.policy.name)
        if self.policy.draw and answers:
            return Sample(self.luck.choice(answers), self.policy.name)
        if place >= len(answers):
            found = f"question {place + 1} came, but there are only {len(answers)} answers"
            raise PolicyError(f"{self.policy.name}: {found}; give more of them, or a function")
        return Sample(answers[place], self.policy.name)

    def recall(self, prompt: Prompt, sample: Sample) -> None:
        """Takes a prompt and its recorded answer as its own past."""
        self.asked.append(prompt)

    def close(self) -> None:
        """Forgets what it was asked."""
        self.asked = []
