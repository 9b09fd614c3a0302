"""Requests to a chat endpoint, one try each: connections, key, and limits of time and size."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from coterie.core import Json
from coterie.policies.endpoint_replies import Reply, read_completion, retry_after_s

if TYPE_CHECKING:
    import httpx


class Fault(NamedTuple):
    """Why a request brought no reply."""

    problem: str
    """What was found instead, without the key."""
    passing: bool = True
    """Whether the same request may succeed later."""
    wait_s: float = 0.0
    """How long the server asks to wait before."""


class _Line(NamedTuple):
    """What belongs to one event loop: connections, and places for requests on their way."""

    client: "httpx.AsyncClient"
    places: asyncio.Semaphore


class Connection:
    """The way to one address, from any event loop."""

    def __init__(self, url: str, key_variable: str, *, at_once: int, timeout_s: float, most_bytes: int) -> None:
        """Connects nothing yet.

        Args:
            url: of the chat completions.
            key_variable: the environment variable that holds the API key, read anew for every request.
            at_once: most requests on their way at the same time.
            timeout_s: longest time for one request.
            most_bytes: a longer answer is broken off.
        """
        self.url, self.key_variable = url, key_variable
        self.at_once, self.timeout_s, self.most_bytes = at_once, timeout_s, most_bytes
        self._lines: dict[asyncio.AbstractEventLoop, tuple[_Line, AsyncGenerator[_Line, None]]] = {}

    async def ask(self, body: Mapping[str, Json]) -> Reply | Fault:
        """Makes one request."""
        import httpx

        line = await self._line()
        key = os.environ.get(self.key_variable, "").strip()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            async with (
                line.places,
                asyncio.timeout(self.timeout_s),
                line.client.stream("POST", self.url, json=body, headers=headers) as response,
            ):
                content = await _read(response, self.most_bytes)
        except TimeoutError:
            return Fault(f"no answer within {self.timeout_s:g} s")
        except httpx.RequestError as error:
            return Fault(f"{type(error).__name__} ({str(error)[:200]})")
        except httpx.InvalidURL as error:
            return Fault(f"an address that cannot be used ({error})", passing=False)
        if content is None:
            return Fault(f"an answer of more than {self.most_bytes} bytes")
        if response.status_code == 200:
            reply, problem = read_completion(content)
            return reply or Fault(problem)
        told = content[:1000].decode("utf-8", "replace")[:300]
        told = told.replace(key, "***") if key else told
        passing = response.status_code in (408, 409, 425, 429) or response.status_code >= 500
        waiting = retry_after_s(response.headers.get("retry-after", ""))
        return Fault(f"status {response.status_code} ({told!r})", passing, waiting)

    async def _line(self) -> _Line:
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            lifetime = self._lifetime(loop)
            self._lines[loop] = (await anext(lifetime), lifetime)
        return self._lines[loop][0]

    async def _lifetime(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[_Line, None]:
        """Holds the connections of one event loop; a loop that ends closes its generators, and so the connections."""
        import httpx

        limits = httpx.Limits(max_connections=self.at_once)
        encrypted = self.url.startswith("https")  # where it is not, loading certificates would only cost time
        async with httpx.AsyncClient(timeout=None, limits=limits, verify=encrypted) as client:
            try:
                yield _Line(client, asyncio.Semaphore(self.at_once))
            finally:
                self._lines.pop(loop, None)


async def _read(response: "httpx.Response", most: int) -> bytes | None:
    """The body of a response; None where it is longer than allowed, so that no server can fill the memory."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)
