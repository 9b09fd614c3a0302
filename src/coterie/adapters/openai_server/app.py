"""The routes of the server: models, chat completions whole and streamed, and errors as OpenAI's clients read them."""

import asyncio
import hmac
import logging
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec

from coterie.adapters.openai_server.protocol import (
    Answer,
    ChatRequest,
    RefusedError,
    chunk,
    completion,
    log_probs,
    read_request,
    usage,
)
from coterie.adapters.openai_server.seats import ServedSeat
from coterie.core import ConfigError, Json, PolicyError

try:
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response, StreamingResponse
    from starlette.routing import Route
except ImportError as error:
    raise ConfigError('coterie serve needs starlette; install it with: pip install "coterie[serve]"') from error

LOGGER = logging.getLogger(__name__)


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a server allows."""

    token: str = ""
    """What callers must show as `Authorization: Bearer TOKEN`; empty: nobody is asked."""
    hosts: tuple[str, ...] = ()
    """Names the server may be called by; a web page that was made to point here uses another. Empty: any."""
    at_once: int = 32
    """Most answers in the making at the same time."""
    waiting: int = 256
    """Most requests that wait for their turn; one more is told to come again (429)."""
    timeout_s: float = 120.0
    """Longest time for one answer, and for a caller to send its request."""
    most_bytes: int = 4_000_000
    """Longest body of a request."""


class _Server:
    """The team, and who waits for it."""

    def __init__(
        self, seats: Mapping[str, ServedSeat], described: Mapping[str, dict[str, Json]], settings: ServerSettings
    ) -> None:
        self.seats, self.described, self.settings = seats, described, settings
        self.places = asyncio.Semaphore(settings.at_once)
        self.begun, self.running = int(time.time()), 0

    # ---- routes -----------------------------------------------------------------------------------------------------

    async def health(self, request: Request) -> Response:
        return _json({"status": "ok"})

    async def models(self, request: Request) -> Response:
        self._admit(request)
        return _json({"object": "list", "data": [self._model(name) for name in self.seats]})

    async def model(self, request: Request) -> Response:
        self._admit(request)
        return _json(self._model(self._known(request.path_params["model"])))

    async def chat(self, request: Request) -> Response:
        self._admit(request)
        asked = read_request(await self._body(request))
        seat = self.seats[self._known(asked.model)]
        if self.running >= self.settings.at_once + self.settings.waiting:
            raise RefusedError(429, f"{self.running} requests are being answered; come again in a second", "busy")
        seed = random.SystemRandom().getrandbits(62) if asked.seed is None else asked.seed & (2**63 - 1)
        if asked.stream:
            return await self._stream(seat, asked, seed)
        count = asked.n or 1
        answers = await asyncio.gather(*(self._answer(seat, asked, seed + index) for index in range(count)))
        return _json(completion(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), asked, list(answers)))

    # ---- their parts ------------------------------------------------------------------------------------------------

    def _admit(self, request: Request) -> None:
        token, hosts = self.settings.token, self.settings.hosts
        if hosts and (called := (request.url.hostname or "").strip("[]")) not in hosts:
            raise RefusedError(403, f"found the host {called[:80]!r}, expected {' or '.join(hosts)}", "wrong_host")
        shown = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token and not hmac.compare_digest(shown.encode(), token.encode()):
            raise RefusedError(401, "found no valid token; send it as Authorization: Bearer TOKEN", "invalid_api_key")

    def _known(self, name: str) -> str:
        if name not in self.seats:
            known = ", ".join(self.seats)
            raise RefusedError(404, f"no model {name[:80]!r} here; there are {known}", "model_not_found", "model")
        return name

    def _model(self, name: str) -> dict[str, Json]:
        whole = {"id": name, "object": "model", "created": self.begun, "owned_by": "coterie"}
        return whole | self.described.get(name, {})

    async def _body(self, request: Request) -> bytes:
        """Reads the body, for as long and as much as is allowed."""
        read, most = bytearray(), self.settings.most_bytes
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                async for piece in request.stream():
                    read += piece
                    if len(read) > most:
                        raise RefusedError(
                            413, f"the body is longer than {most} bytes; send a shorter chat", "too_long"
                        )
        except TimeoutError as error:
            raise RefusedError(408, f"no whole request within {self.settings.timeout_s:g} s", "timeout") from error
        return bytes(read)

    async def _answer(
        self, seat: ServedSeat, asked: ChatRequest, seed: int, hear: Callable[[str], None] | None = None
    ) -> Answer:
        """Has a seat answer when there is a place; every failure becomes a refusal that says what happened."""
        self.running += 1
        try:
            async with self.places, asyncio.timeout(self.settings.timeout_s):
                return await seat.answer(asked, seed, hear)
        except RefusedError:
            raise
        except TimeoutError as error:
            raise RefusedError(504, f"no answer within {self.settings.timeout_s:g} s", "timeout") from error
        except PolicyError as error:
            code = "context_length_exceeded" if "positions for" in str(error) else "policy_error"
            raise RefusedError(400, str(error), code, "messages") from error
        except Exception as error:
            LOGGER.warning("%s failed", seat.seat, exc_info=True)
            raise RefusedError(500, f"{seat.seat} failed: {type(error).__name__}: {error}", "agent_failed") from error
        finally:
            self.running -= 1

    async def _stream(self, seat: ServedSeat, asked: ChatRequest, seed: int) -> Response:
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        # Log-probabilities are known with the whole answer; who wants them gets the pieces then.
        task = asyncio.create_task(self._answer(seat, asked, seed, None if asked.logprobs else heard.put_nowait))
        task.add_done_callback(lambda _: heard.put_nowait(None))
        first = await heard.get()  # so that what fails at once is answered with its status
        if first is None and (error := task.exception()) is not None:
            raise error
        return StreamingResponse(_events(asked, task, heard, first), media_type="text/event-stream")


async def _events(
    asked: ChatRequest, task: "asyncio.Task[Answer]", heard: "asyncio.Queue[str | None]", text: str | None
) -> AsyncIterator[bytes]:
    """An answer as server-sent events; whoever stops listening stops the answer."""
    id, created, said = f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), ""

    def event(delta: dict[str, Json], finish: str | None = None, **more: Json) -> bytes:
        piece = chunk(id, created, asked, delta, finish)
        piece["choices"][0].update(more)
        return _event(piece)

    try:
        yield event({"role": "assistant", "content": ""})
        while text is not None:
            if len(text) > len(said) and text.startswith(said):
                yield event({"content": text[len(said) :]})
                said = text
            text = await heard.get()
        try:
            answer = await task
        except RefusedError as error:
            yield _event(error.body)
            return
        if asked.logprobs and answer.pieces:
            for place, piece in enumerate(answer.pieces):
                yield event({"content": piece}, logprobs=log_probs(answer, place, place + 1))
        elif answer.text[len(said) :]:
            yield event({"content": answer.text[len(said) :]})
        ids = {"token_ids": answer.token_ids} if asked.return_token_ids and answer.token_ids else {}
        yield event({}, answer.finish, **ids)
        if asked.stream_options and asked.stream_options.include_usage:
            yield _event(chunk(id, created, asked, {}, None) | {"choices": []} | usage([answer]))
        yield b"data: [DONE]\n\n"
    finally:
        task.cancel()


def application(
    seats: Mapping[str, ServedSeat],
    described: Mapping[str, dict[str, Json]] | None = None,
    settings: ServerSettings | None = None,
) -> Starlette:
    """The server as an ASGI application, to be run by any server of such.

    Args:
        seats: by the names that callers use for them.
        described: what the list of models tells of each beside its name.
        settings: what is allowed; a token is the caller's business here, see `serve`.
    """
    rules = settings or ServerSettings()
    server = _Server(seats, described or {}, rules)
    routes = [
        Route("/health", _guarded(server.health)),
        Route("/v1/models", _guarded(server.models)),
        Route("/v1/models/{model:path}", _guarded(server.model)),
        Route("/v1/chat/completions", _guarded(server.chat), methods=["POST"]),
    ]
    handlers: Mapping[Any, Any] = {HTTPException: _unknown}
    return Starlette(routes=routes, exception_handlers=handlers)


def _guarded(route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """A route whose refusals are answers."""

    async def guarded(request: Request) -> Response:
        try:
            return await route(request)
        except RefusedError as error:
            headers = {"Retry-After": "1"} if error.status == 429 else {}
            return _json(error.body, error.status, headers)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is left to read it
        except Exception as error:
            LOGGER.warning("a request failed", exc_info=True)
            failed = RefusedError(500, f"the server failed: {type(error).__name__}: {error}", "server_failed")
            return _json(failed.body, failed.status)

    return guarded


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = f"{request.method} {request.url.path[:80]}: {error.detail}; see /v1/models and /v1/chat/completions"
    return _json(RefusedError(error.status_code, told).body, error.status_code)


def _json(content: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def _event(content: Json) -> bytes:
    return b"data: " + msgspec.json.encode(content) + b"\n\n"
