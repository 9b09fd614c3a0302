"""Language agents: a policy for the words, a codec between words and the world."""

from typing import Protocol, runtime_checkable

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    Agent,
    AgentError,
    Choice,
    Codec,
    Conversation,
    Decision,
    Environment,
    Observation,
    Policy,
    Prompt,
    Rejection,
    Sample,
    Turn,
)


@runtime_checkable
class Recalling(Protocol):
    """A conversation that can take over a past that was recorded elsewhere."""

    def recall(self, prompt: Prompt, sample: Sample) -> None:
        """Takes a prompt and its recorded answer as its own past."""


@runtime_checkable
class Weighing(Protocol):
    """A conversation that can say how likely each legal option is, without choosing one."""

    async def weigh(self, prompt: Prompt, spec: ActionSpec) -> dict[str, float]:
        """Returns the probability of each option of a choice; they sum to 1."""


class LanguageAgent:
    """Reads what is new, answers in words, and tries again when its answer is refused."""

    def __init__(self, conversation: Conversation, codec: Codec, retries: int) -> None:
        """Takes a conversation of its own."""
        self.conversation, self.codec, self.retries = conversation, codec, retries

    async def act(self, observation: Observation) -> Decision:
        """Renders, samples, parses; at most `retries` more times."""
        samples: list[Sample] = []
        rejections: list[Rejection] = []
        parts = self.codec.parts(observation)
        while True:
            replies = []
            for prompt, spec in parts:
                sample = await self.conversation.sample(prompt, spec)
                samples.append(sample)
                replies.append(sample.text)
            answer = self.codec.parse(replies, observation.spec)
            if isinstance(answer, Action):
                answer = observation.spec.reject(answer) or answer
            if isinstance(answer, Action) or len(rejections) >= self.retries:
                return Decision(answer, tuple(samples), tuple(rejections))
            rejections.append(answer)
            told = self.codec.retry(answer, observation.spec)
            parts = [(told if place == 0 else prompt, spec) for place, (prompt, spec) in enumerate(parts)]

    def recall(self, turn: Turn) -> None:
        """Takes a recorded turn as its own past, without sampling it again.

        Raises:
            AgentError: the policy cannot take over a past.
        """
        if not isinstance(self.conversation, Recalling):
            raise AgentError(f"{type(self.conversation).__name__} cannot take over a past; give it a `recall` method")
        parts, samples = self.codec.parts(turn.observation), iter(turn.samples)
        for rejection in (None, *turn.rejections):
            if rejection is not None:
                told = self.codec.retry(rejection, turn.observation.spec)
                parts = [(told if place == 0 else prompt, spec) for place, (prompt, spec) in enumerate(parts)]
            for prompt, _ in parts:
                if (sample := next(samples, None)) is None:
                    return
                self.conversation.recall(prompt, sample)

    async def weigh(self, observation: Observation) -> dict[str, float] | None:
        """The probability of every legal move; None where the policy, or the kind of move, does not tell."""
        prompt, spec = self.codec.parts(observation)[0]
        if not isinstance(self.conversation, Weighing) or not isinstance(spec.move, Choice) or spec.speech is not None:
            return None
        return await self.conversation.weigh(prompt, spec)

    def close(self) -> None:
        """Lets the policy forget the conversation."""
        self.conversation.close()


class Language(msgspec.Struct, frozen=True):
    """Seats a language agent; several seats and episodes may share the policy."""

    policy: Policy
    codec: Codec
    retries: int = 0
    """How many refused answers it may replace in a turn; each is counted."""

    @property
    def name(self) -> str:
        """The name of its policy, with the version once it has been trained."""
        return f"{self.policy.name}@{self.policy.version}" if self.policy.version else self.policy.name

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        return LanguageAgent(self.policy.open(seed), self.codec, self.retries)
