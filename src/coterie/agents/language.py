"""Language agents: a policy for the words, a codec between words and the world."""

import msgspec

from coterie.core import (
    Action,
    Agent,
    Codec,
    Conversation,
    Decision,
    Environment,
    Observation,
    Policy,
    Rejection,
    Sample,
)


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
