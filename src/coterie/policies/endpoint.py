"""Words from any server that speaks the OpenAI chat protocol: `POST /v1/chat/completions`."""

import asyncio
import random
from urllib.parse import urlsplit

import msgspec

from coterie.core import ActionSpec, Choice, ConfigError, Json, PolicyError, Prompt, Sample
from coterie.policies.endpoint_connection import Connection
from coterie.policies.endpoint_replies import Reply


class EndpointSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How an endpoint is asked."""

    temperature: float | None = 1.0
    """None: whatever the server does by default."""
    max_tokens: int = 256
    """Longest answer; one that is cut off says so in `Sample.finish`."""
    seeded: bool = True
    """Whether every request carries a seed drawn from the conversation's own; a few servers refuse the field."""
    log_probs: bool = False
    """Whether to ask for log-probabilities; many servers refuse that. What comes unasked is kept as well."""
    token_ids: bool = False
    """Whether to ask for token ids (`return_token_ids`), as vLLM and `coterie serve` give them; others refuse that."""
    guided: bool = False
    """Whether a turn that is only a choice tells the server its options (`structured_outputs`, as vLLM and `coterie
    serve` read it), so that every answer is legal."""
    at_once: int = 32
    """Most requests on their way at the same time."""
    retries: int = 4
    """How often a request is sent again after status 408, 429 or 5xx, a broken connection or a broken answer."""
    first_wait_s: float = 0.5
    """Wait before the first new try; it doubles every time, less a jitter of up to half."""
    longest_wait_s: float = 30.0
    """No wait is longer, whatever the server asks for."""
    timeout_s: float = 120.0
    """Longest time for one try."""
    most_bytes: int = 16_000_000
    """A longer answer is broken off, whatever it says."""
    key_variable: str = "COTERIE_API_KEY"
    """The environment variable that holds the API key; unset: no key is sent. Keys never stand in a record."""
    prompt_price_usd: float | None = None
    """Price of a million tokens read."""
    completion_price_usd: float | None = None
    """Price of a million tokens written."""
    extra: dict[str, Json] = {}
    """Added to the body of every request; a value of None takes a field out."""


class Usage(msgspec.Struct):
    """What an endpoint has been used for so far."""

    answers: int = 0
    retries: int = 0
    """Tries that had to be made again."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unmetered: int = 0
    """Answers that came without a token count; their tokens are in no sum."""


class EndpointPolicy:
    """Asks a model behind a chat endpoint; it keeps the chat of every seat and episode.

    >>> policy = EndpointPolicy("http://127.0.0.1:8000/v1", "qwen", EndpointSettings(temperature=0.7))
    >>> policy.name, policy.trainable, policy.usage.answers
    ('qwen', False, 0)
    """

    version = 0
    trainable = False

    def __init__(
        self, base_url: str, model: str, settings: EndpointSettings | None = None, name: str | None = None
    ) -> None:
        """Names the server and the model; nothing is sent before the first turn.

        Args:
            base_url: up to and with `/v1`, such as `http://127.0.0.1:8000/v1`.
            model: the name the server knows the model by.
            settings: how it is asked.
            name: what samples and records call it; the name of the model unless given.

        Raises:
            ConfigError: the address is not one, holds a password, or the package httpx is missing.
        """
        try:
            import httpx  # noqa: F401  # only so that a miss is told before anybody sits down
        except ImportError as error:
            raise ConfigError(
                'a chat endpoint needs httpx; install it with: pip install "coterie[endpoint]"'
            ) from error
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ConfigError(f"found the address {base_url!r}, expected one like http://127.0.0.1:8000/v1")
        if "@" in parts.netloc:
            raise ConfigError(
                f"the address of {parts.hostname} holds a password; put the key into an environment variable"
            )
        if not model:
            raise ConfigError(f"no model is named for {base_url}; give the name the server knows it by")
        self.url = base_url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self.model, self.name = model, name or model
        self.settings = settings or EndpointSettings()
        self.usage = Usage()
        asked = self.settings
        self.connection = Connection(
            self.url, asked.key_variable, at_once=asked.at_once, timeout_s=asked.timeout_s, most_bytes=asked.most_bytes
        )

    @property
    def cost_usd(self) -> float | None:
        """What all answers so far cost; None when a price is not known, or an answer came without a token count."""
        prices, usage = (self.settings.prompt_price_usd, self.settings.completion_price_usd), self.usage
        if prices[0] is None or prices[1] is None or usage.unmetered:
            return None
        return (prices[0] * usage.prompt_tokens + prices[1] * usage.completion_tokens) / 1e6

    def open(self, seed: int) -> "EndpointConversation":
        """Starts a chat."""
        return EndpointConversation(self, seed)

    async def complete(
        self, messages: list[dict[str, str]], seed: int, jitter: random.Random, options: tuple[str, ...] = ()
    ) -> Reply:
        """Sends a chat and returns the answer, one of `options` where there are any; tries again where that can help.

        Raises:
            PolicyError: no usable answer came; the message says what was found, without the key.
        """
        body, settings = self._body(messages, seed, options), self.settings
        attempt = 0
        while True:
            found = await self.connection.ask(body)
            if isinstance(found, Reply):
                self._count(found)
                return found
            if not found.passing or attempt >= settings.retries:
                tries = f" in {attempt + 1} tries" if attempt else ""
                overloaded = "check that the server runs and is not overloaded"
                advice = overloaded if found.passing else "check address, model, key and settings"
                raise PolicyError(
                    f"{self.url} ({self.model}): found {found.problem}{tries}, expected a chat completion; {advice}"
                )
            self.usage.retries += 1
            wait_s = max(found.wait_s, settings.first_wait_s * 2**attempt * (1 - jitter.random() / 2))
            await asyncio.sleep(min(settings.longest_wait_s, wait_s))
            attempt += 1

    def _body(self, messages: list[dict[str, str]], seed: int, options: tuple[str, ...]) -> dict[str, Json]:
        settings = self.settings
        body: dict[str, Json] = {
            "model": self.model,
            "messages": messages,
            "max_tokens": settings.max_tokens,
            "temperature": settings.temperature,
            "seed": seed if settings.seeded else None,
            "logprobs": True if settings.log_probs else None,
            "return_token_ids": True if settings.token_ids else None,
            "structured_outputs": {"choice": list(options)} if options else None,
            **settings.extra,
        }
        return {field: value for field, value in body.items() if value is not None}

    def _count(self, reply: Reply) -> None:
        self.usage.answers += 1
        if reply.prompt_tokens is None or reply.completion_tokens is None:
            self.usage.unmetered += 1
            return
        self.usage.prompt_tokens += reply.prompt_tokens
        self.usage.completion_tokens += reply.completion_tokens


class EndpointConversation:
    """The chat of one seat in one episode."""

    def __init__(self, policy: EndpointPolicy, seed: int) -> None:
        """Starts an empty chat with its own luck: one stream for the server's seeds, one for the jitter of waits."""
        self.policy, self.history = policy, list[dict[str, str]]()
        self.seeds, self.jitter = random.Random(f"{seed} requests"), random.Random(f"{seed} waits")

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Adds what is new to the chat and asks for the answer.

        Raises:
            PolicyError: no usable answer came.
        """
        self._read(prompt)
        guided = self.policy.settings.guided and isinstance(spec.move, Choice) and spec.speech is None
        options = spec.move.options if guided and isinstance(spec.move, Choice) else ()
        reply = await self.policy.complete(self.history, self.seeds.getrandbits(31), self.jitter, options)
        self._note_answer(reply.text)
        return Sample(
            reply.text,
            self.policy.name,
            prompt_ids=reply.prompt_ids,
            token_ids=reply.token_ids,
            log_probs=reply.log_probs,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            fresh=bool(reply.prompt_ids),  # every request holds the whole chat
            finish=reply.finish,
        )

    def recall(self, prompt: Prompt, sample: Sample) -> None:
        """Takes a prompt and its recorded answer as its own past; nothing is sent."""
        self._read(prompt)
        self._note_answer(sample.text)

    def _read(self, prompt: Prompt) -> None:
        """Adds messages; chat templates want one system message, at the start, and no two user messages in a row."""
        for message in prompt:
            role, content = "user" if message.role == "plain" else message.role, message.content
            if role == "system" and self.history:
                if self.history[0] == {"role": role, "content": content}:
                    continue
                role = "user"
            if self.history and self.history[-1]["role"] == role == "user":
                content = f"{self.history.pop()['content']}\n\n{content}"
            self.history.append({"role": role, "content": content})

    def _note_answer(self, text: str) -> None:
        if text:  # servers refuse an empty message of the assistant in the next request
            self.history.append({"role": "assistant", "content": text})

    def close(self) -> None:
        """Forgets the chat."""
        self.history = []
