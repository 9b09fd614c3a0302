"""What a chat endpoint answers, read with care: it may be a proxy, half a body, or a page of HTML."""

import email.utils
import re
import time
from typing import Annotated

import msgspec


class Reply(msgspec.Struct, frozen=True):
    """The part of a chat completion that counts."""

    text: str
    finish: str = "stop"
    log_probs: tuple[float, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_ids: tuple[int, ...] = ()
    """The whole chat as the model read it, where the server tells (`return_token_ids` of vLLM and `coterie serve`)."""
    token_ids: tuple[int, ...] = ()
    """The answer as the model wrote it."""


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Message(msgspec.Struct):
    content: str | None = None


class _TokenLogProb(msgspec.Struct):
    logprob: float
    token: str = ""


class _LogProbs(msgspec.Struct):
    content: list[_TokenLogProb] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: _LogProbs | None = None
    token_ids: list[_Count] | None = None


class _Tokens(msgspec.Struct):
    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]
    usage: _Tokens | None = None
    prompt_token_ids: list[_Count] | None = None


_decoder = msgspec.json.Decoder(_Completion)


def read_completion(body: bytes) -> tuple[Reply | None, str]:
    """Reads the body of an answer with status 200; returns the reply, or None and what was found instead.

    >>> read_completion(b'{"choices": [{"message": {"content": "north"}, "finish_reason": "length"}]}')[0].finish
    'length'
    >>> read_completion(b"<html>")
    (None, "a body that is no chat completion: JSON is malformed: invalid character (byte 0): '<html>'")
    """
    try:
        completion = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        shown = repr(body[:60].decode("utf-8", "replace"))
        return None, f"a body that is no chat completion: {error}: {shown}"
    choice, usage = completion.choices[0], completion.usage or _Tokens()
    tokens = (choice.logprobs.content if choice.logprobs else None) or []
    return Reply(
        choice.message.content or "",
        "length" if choice.finish_reason == "length" else "stop",
        tuple(token.logprob for token in tokens),
        usage.prompt_tokens,
        usage.completion_tokens,
        tuple(completion.prompt_token_ids or ()),
        tuple(choice.token_ids or _ids_in(tokens)),
    ), ""


def _ids_in(tokens: list[_TokenLogProb]) -> list[int]:
    """The ids of tokens that are written as `token_id:17`, as vLLM's `return_tokens_as_token_ids` has them."""
    ids = [int(token.token[9:]) for token in tokens if re.fullmatch(r"token_id:\d{1,9}", token.token)]
    return ids if len(ids) == len(tokens) else []


def retry_after_s(header: str) -> float:
    """Reads a Retry-After header, seconds or a date; 0 where it says nothing.

    >>> retry_after_s("2"), retry_after_s(""), retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT")
    (2.0, 0.0, 0.0)
    """
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
