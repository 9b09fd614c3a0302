"""The OpenAI chat protocol as values: what is asked, what is answered, and how a refusal looks."""

from typing import Annotated, Any, Literal

import msgspec

from coterie.core import Json

Positive = Annotated[int, msgspec.Meta(ge=1)]
MOST_TOKENS = 256
"""Longest answer where the caller names no limit."""


class RefusedError(Exception):
    """A request that is answered with an error; `status` is that of HTTP."""

    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        """Says what was found and what is expected."""
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param

    @property
    def body(self) -> dict[str, Json]:
        """The error as OpenAI's clients read it."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        kind = "rate_limit_error" if self.status == 429 else kind
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


class ContentPart(msgspec.Struct):
    """A piece of a message."""

    type: str
    text: str = ""


class ChatLine(msgspec.Struct):
    """One message of the chat that was sent."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Its words.

        Raises:
            RefusedError: it holds something else, such as a picture.
        """
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        if other := [part.type for part in self.content if part.type != "text"]:
            raise RefusedError(400, f"found a message part of type {other[0]!r}, expected text", param="messages")
        return "".join(part.text for part in self.content)


class StreamOptions(msgspec.Struct):
    """What a stream tells beside the words."""

    include_usage: bool = False


class Structure(msgspec.Struct):
    """How an answer is constrained; the field is named as vLLM names it."""

    choice: list[str] | None = None


class ResponseFormat(msgspec.Struct):
    """The form that is asked of an answer."""

    type: str = "text"


class ChatRequest(msgspec.Struct):
    """The body of a request; unknown fields are ignored, those that would change the answer are refused."""

    model: str
    messages: Annotated[list[ChatLine], msgspec.Meta(min_length=1)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: Positive | None = None
    max_completion_tokens: Positive | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=16)] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    tools: list[Any] | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: Structure | None = None
    return_token_ids: bool | None = None

    @property
    def limit(self) -> int | None:
        """Longest answer in tokens, where one is named."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        """Texts at which an answer ends."""
        texts = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(text for text in texts if text)

    @property
    def options(self) -> tuple[str, ...]:
        """What an answer must be one of; empty: anything."""
        return tuple(self.structured_outputs.choice or ()) if self.structured_outputs else ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent answered."""

    text: str
    finish: str = "stop"
    pieces: tuple[str, ...] = ()
    """The text token by token, where there are tokens; the end token is an empty piece."""
    token_ids: tuple[int, ...] = ()
    prompt_ids: tuple[int, ...] = ()
    """Everything that was read, as tokens."""
    log_probs: tuple[float, ...] = ()


_decoder = msgspec.json.Decoder(ChatRequest)


def read_request(body: bytes) -> ChatRequest:
    """Reads the body of a request.

    Raises:
        RefusedError: it is not one, or it asks for what no agent here can do.
    """
    try:
        request = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"the body is no chat request: {error}", code="invalid_body") from error
    impossible = {
        "tools": (request.tools, "agents here have no tools"),
        "top_logprobs": (request.top_logprobs, "only the chosen tokens have log-probabilities"),
        "response_format": (
            request.response_format and request.response_format.type != "text",
            "answers are text; structured_outputs.choice gives the options an answer must be one of",
        ),
    }
    for field, (asked, reason) in impossible.items():
        if asked:
            raise RefusedError(400, f"{field} cannot be granted: {reason}", code="unsupported_parameter", param=field)
    if request.stream and (request.n or 1) > 1:
        raise RefusedError(400, "found n above 1 in a stream, expected 1", code="unsupported_parameter", param="n")
    if request.messages[-1].role == "assistant":
        raise RefusedError(400, "the last message is the agent's own, expected one to answer", param="messages")
    return request


def completion(id: str, created: int, request: ChatRequest, answers: list[Answer]) -> dict[str, Json]:
    """The whole answer to a request that does not stream."""
    choices = []
    for index, answer in enumerate(answers):
        choice: dict[str, Json] = {
            "index": index,
            "message": {"role": "assistant", "content": answer.text, "refusal": None},
            "finish_reason": answer.finish,
            "logprobs": log_probs(answer, 0, len(answer.log_probs)) if request.logprobs else None,
        }
        if request.return_token_ids:
            choice["token_ids"] = answer.token_ids or None
        choices.append(choice)
    body: dict[str, Json] = {
        "id": id,
        "object": "chat.completion",
        "created": created,
        "model": request.model,
        "choices": choices,
    }
    if request.return_token_ids:
        body["prompt_token_ids"] = answers[0].prompt_ids or None
    return body | usage(answers)


def chunk(id: str, created: int, request: ChatRequest, delta: dict[str, Json], finish: str | None) -> dict[str, Json]:
    """One piece of an answer that streams."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {
        "id": id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": request.model,
        "choices": [choice],
    }


def usage(answers: list[Answer]) -> dict[str, Json]:
    """How many tokens were read and written; nothing where the agent has no tokens."""
    if not all(answer.token_ids for answer in answers):
        return {}
    read, written = len(answers[0].prompt_ids), sum(len(answer.token_ids) for answer in answers)
    return {"usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}}


def log_probs(answer: Answer, begin: int, end: int) -> dict[str, Json]:
    """The log-probabilities of some tokens of an answer."""
    rows = zip(answer.pieces[begin:end], answer.log_probs[begin:end], strict=True)
    return {
        "content": [
            {"token": piece, "logprob": log_prob, "bytes": list(piece.encode()), "top_logprobs": []}
            for piece, log_prob in rows
        ],
        "refusal": None,
    }
