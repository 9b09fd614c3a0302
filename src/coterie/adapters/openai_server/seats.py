"""What a chat means for an agent: the messages of the user are what it perceives, its own are what it answered.

A message of the user that holds an observation as JSON (see `policies.observation_codec`) is perceived as in an
episode: the agent's own codec renders it, only legal answers are drawn, and the reply is the JSON object
`{"move", "say"}`. Any other message is read as it stands: a model with a chat template reads it through the template, a
model of the compact codec reads the bare words that it was trained on. Scripts have no ears for words; they need
observations.
"""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from coterie.adapters.openai_server.protocol import MOST_TOKENS, Answer, ChatLine, ChatRequest, RefusedError
from coterie.agents import Language
from coterie.agents.language import LanguageAgent, Recalling
from coterie.agents.rules import rules_of
from coterie.core import (
    Action,
    ActionSpec,
    Agent,
    ChatMessage,
    Choice,
    Environment,
    Mind,
    Observation,
    Policy,
    PolicyError,
    Rejection,
    Sample,
    Speech,
    Turn,
)
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.codecs import CompactCodec
from coterie.policies.observation_codec import read_observations

if TYPE_CHECKING:
    from coterie.policies.local import LocalPolicy

Hear = Callable[[str], None]
"""Called with the text so far, while it is being written."""


class ServedSeat:
    """One seat of a team, as a model of a server; every request is a conversation of its own."""

    def __init__(self, seat: str, mind: Mind, make: Callable[[], Environment]) -> None:
        """Takes the mind and what makes the world it sits in."""
        self.seat, self.mind, self.make = seat, mind, make
        self.compact = isinstance(mind, Language) and isinstance(mind.codec, CompactCodec)

    @property
    def kind(self) -> str:
        """Which words it understands: `compact`, `chat`, or `observations` only."""
        if not isinstance(self.mind, Language):
            return "observations"
        return "compact" if self.compact else "chat"

    async def answer(self, request: ChatRequest, seed: int, hear: Hear | None = None) -> Answer:
        """Reads the chat and answers it; `hear` is called while a model of this process is writing free words.

        Raises:
            RefusedError: the chat holds what this agent cannot read.
            PolicyError: its policy failed, such as by a chat that is too long.
        """
        mind = self._tempered(request.temperature, request.top_p)
        world = self.make()
        world.reset(seed)
        agent = mind.join(world, self.seat, seed)
        try:
            past, now = self._told(request)
            for lines, reply in past:
                await self._recall(agent, lines, reply)
            if (seen := _seen(now)) is not None:
                return await self._observe(agent, seen)
            return await self._read(agent, now, request, hear)
        finally:
            agent.close()

    def _tempered(self, temperature: float | None, top_p: float | None) -> Mind:
        """The mind as it is to decode; only models of this process can be told."""
        mind = self.mind
        if (temperature, top_p) == (None, None) or not isinstance(mind, Language):
            return mind
        if (local := _local(mind.policy)) is None:
            return mind
        told = local.at(local.temperature if temperature is None else temperature, top_p)
        return Language(told, mind.codec, mind.retries)

    def _told(self, request: ChatRequest) -> tuple[list[tuple[list[ChatMessage], str]], list[ChatMessage]]:
        """The rounds that are over, each with its reply, and what is to be answered."""
        past, now = list[tuple[list[ChatMessage], str]](), list[ChatMessage]()
        if self.kind == "chat" and not any(line.role in ("system", "developer") for line in request.messages):
            who = f"You are {self.seat}.\n\n{rules_of(type(self.make()))}"
            now.append(ChatMessage("system", who))
        for line in request.messages:
            if line.role == "assistant":
                past.append((now, line.text))
                now = []
            elif (message := self._message(line)) is not None:
                now.append(message)
        return past, now

    def _message(self, line: ChatLine) -> ChatMessage | None:
        if line.role in ("system", "developer"):
            # The words of a small world do not hold instructions; an observation brings the agent's own system message.
            return None if self.kind != "chat" else ChatMessage("system", line.text)
        return ChatMessage("plain" if self.compact else "user", line.text)

    async def _recall(self, agent: Agent, lines: list[ChatMessage], reply: str) -> None:
        """Lets the agent take a round that is over as its own past."""
        seen = _seen(lines)
        if not isinstance(agent, LanguageAgent):
            for each in seen or _deaf(self.seat):
                await agent.act(each)  # a script remembers by playing
            return
        if not isinstance(agent.conversation, Recalling):
            raise RefusedError(400, f"{self.seat} cannot take over a past; send one message", param="messages")
        if seen is None:
            agent.conversation.recall(tuple(lines), Sample(reply))
            return
        for each in seen:
            action = ChatCodec().parse([reply], each.spec)
            if isinstance(action, Rejection):
                told = f"found the answer {reply[:60]!r} to an observation, expected the JSON object that was sent"
                raise RefusedError(400, told, param="messages")
            samples = tuple(Sample(text) for text in agent.codec.replies(action, each.spec))
            agent.recall(Turn(self.seat, 0, each, action, samples=samples))

    async def _observe(self, agent: Agent, seen: list[Observation]) -> Answer:
        """Acts on an observation as in an episode; earlier ones that nobody answered are acted on before."""
        try:
            decisions = [await agent.act(each) for each in seen]
        except (PolicyError, RefusedError):
            raise
        except Exception as error:  # a script was shown what its world never shows
            told = f"{self.seat} cannot act on this observation: {type(error).__name__}: {error}"
            raise RefusedError(400, told, param="messages") from error
        decision, spec = decisions[-1], seen[-1].spec
        if isinstance(decision.action, Action):
            (text,) = ChatCodec().replies(decision.action, spec)
        else:  # what the policy wrote; whoever reads it refuses it again
            text = decision.samples[-1].text if decision.samples else ""
        # Of several samples no single list of tokens is true.
        return self._answer(agent, text, decision.samples[-1] if len(decision.samples) == 1 else Sample(text))

    async def _read(self, agent: Agent, lines: list[ChatMessage], request: ChatRequest, hear: Hear | None) -> Answer:
        """Answers words with words."""
        if not isinstance(agent, LanguageAgent):
            _deaf(self.seat)
        conversation: Any = agent.conversation
        if (local := _local(conversation.policy)) is None:
            spec = ActionSpec(speech=Speech(request.limit or MOST_TOKENS))
            if request.options:
                spec = ActionSpec(move=Choice(request.options))
            return self._cut(agent, await conversation.sample(tuple(lines), spec), request.stops)
        limit, trie = request.limit or min(MOST_TOKENS, (local.longest or 4 * MOST_TOKENS) // 4), None
        if request.options:
            limit, trie = local.ask(ActionSpec(move=Choice(request.options)))
        told = None if hear is None else _following(local, request.stops, hear)
        sample = await conversation.reply(tuple(lines), limit, trie, told)
        return self._cut(agent, sample, request.stops)

    def _cut(self, agent: Agent, sample: Sample, stops: tuple[str, ...]) -> Answer:
        """The answer up to the first stop; its tokens are those that were drawn."""
        text, answer = before(sample.text, stops), self._answer(agent, sample.text, sample)
        return answer if text == sample.text else msgspec.structs.replace(answer, text=text, finish="stop")

    def _answer(self, agent: Agent, text: str, sample: Sample) -> Answer:
        local = _local(agent.conversation.policy) if isinstance(agent, LanguageAgent) else None  # type: ignore[attr-defined]
        pieces = tuple(_pieces(local, sample)) if local is not None else ()
        return Answer(
            text=text,
            finish=sample.finish,
            pieces=pieces or ((text,) if len(sample.log_probs) == 1 else ()),
            token_ids=sample.token_ids,
            prompt_ids=sample.prompt_ids,
            log_probs=sample.log_probs if pieces or len(sample.log_probs) == 1 else (),
        )


def _seen(lines: list[ChatMessage]) -> list[Observation] | None:
    """The observations in what was told; None where somebody used words."""
    found = [read_observations(line.content) for line in lines if line.role != "system"]
    if not found or any(each is None for each in found):
        return None
    return [seen for each in found for seen in each or ()]


def _deaf(seat: str) -> NoReturn:
    raise RefusedError(
        400,
        f"{seat} is a script and reads no words, expected an observation as JSON; see the model's `example`",
        code="observation_expected",
        param="messages",
    )


def _local(policy: Policy) -> "LocalPolicy | None":
    """The policy as a language model of this process; its module is loaded only where somebody opened one."""
    module = sys.modules.get("coterie.policies.local.policy")
    return policy if module is not None and isinstance(policy, module.LocalPolicy) else None


def before(text: str, stops: tuple[str, ...]) -> str:
    """The part of a text before the first stop in it.

    >>> before("yes. no", (".", "n"))
    'yes'
    """
    return text[: min((text.index(stop) for stop in stops if stop in text), default=len(text))]


def _following(local: "LocalPolicy", stops: tuple[str, ...], hear: Hear) -> Callable[[tuple[int, ...]], None]:
    longest = max(map(len, stops), default=0)

    def told(token_ids: tuple[int, ...]) -> None:
        text = before(str(local.tokenizer.decode(list(token_ids))), stops)
        # The end may be half a character, or the beginning of a stop; it is told when it is whole.
        hear(text.rstrip("\ufffd")[: max(0, len(text) - max(0, longest - 1))])

    return told


def _pieces(local: "LocalPolicy", sample: Sample) -> Iterator[str]:
    """The text token by token: what each adds to the text before it."""
    said = ""
    for end in range(1, len(sample.token_ids) + 1):
        if sample.finish == "stop" and end == len(sample.token_ids):
            yield ""
            return
        text = str(local.tokenizer.decode(list(sample.token_ids[:end])))
        whole = text if not text.endswith("\ufffd") or end == len(sample.token_ids) else said
        yield whole[len(said) :]
        said = whole
