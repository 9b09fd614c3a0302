"""Between asyncio and the engine: whoever asks joins the next batch.

All engines used on one event loop take turns: the one with most rows waiting runs next, so that a team with a model per
seat decodes in few large batches instead of many small ones.
"""

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import torch
from transformers import PreTrainedModel

from coterie.core import PolicyError
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.engine import Engine
from coterie.policies.local.rows import Completion

HOPS = 6
"""How often the event loop turns before a batch runs: from a finished reply to the next request takes a few turns, and
whoever asks in the meantime joins the batch."""

Answer = tuple[Completion, float | None, int]


class Server:
    """One engine, its value head, and who waits for it."""

    def __init__(self, engine: Engine, value_head: torch.nn.Linear | None) -> None:
        """Takes the engine."""
        self.engine, self.version = engine, 0
        self.waiting: dict[int, asyncio.Future[Answer]] = {}
        self._take_head(value_head)

    def load(self, model: PreTrainedModel, value_head: torch.nn.Linear | None, version: int) -> None:
        """Takes new weights."""
        self.engine.load(model)
        self._take_head(value_head)
        self.version = version

    def _take_head(self, value_head: torch.nn.Linear | None) -> None:
        self.value: tuple[torch.Tensor, float] | None = None
        if value_head is not None:
            self.value = (value_head.weight.detach()[0].float().clone(), float(value_head.bias.detach()))

    async def complete(
        self,
        row: int,
        prompt_ids: Sequence[int],
        limit: int,
        stop_id: int,
        temperature: float,
        allowed: TokenTrie | None,
    ) -> Answer:
        """Samples a reply in the next batch; returns it with the value of the situation and the weights' version.

        Raises:
            PolicyError: the row would outgrow the model.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        try:
            self.engine.submit(
                row, prompt_ids, limit=limit, stop_ids=(stop_id,), temperature=temperature, allowed=allowed
            )
        except ValueError as error:
            raise PolicyError(str(error)) from error
        self.waiting[row] = answer
        _Turns.of(loop).call(self)
        try:
            return await answer
        finally:
            self.waiting.pop(row, None)

    def close(self, row: int) -> None:
        """Lets go of a row, also when somebody stopped waiting for it."""
        self.engine.close(row)

    def step(self) -> bool:
        """Runs one batch and hands out what is finished; says whether anything was."""
        finished = self.engine.step()
        values = self._values(finished)
        for done, value in zip(finished, values, strict=True):
            answer = self.waiting.get(done.row)
            if answer is not None and not answer.done():
                answer.set_result((done, value, self.version))
        return bool(finished)

    def _values(self, finished: Sequence[Completion]) -> Sequence[float | None]:
        if self.value is None or not finished:
            return [None] * len(finished)
        weight, bias = self.value
        hidden = torch.zeros(len(finished), len(weight))
        values: list[float] = (hidden @ weight + bias).tolist()
        return list(values)


class _Turns:
    """Which engine of an event loop runs next."""

    _by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns]" = WeakKeyDictionary()

    def __init__(self) -> None:
        self.servers: set[Server] = set()
        self.turning = False

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "_Turns":
        if loop not in cls._by_loop:
            cls._by_loop[loop] = cls()
        return cls._by_loop[loop]

    def call(self, server: Server) -> None:
        self.servers.add(server)
        if not self.turning:
            self.turning = True
            asyncio.get_running_loop().call_soon(self._turn, HOPS)

    def _turn(self, hops: int) -> None:
        loop = asyncio.get_running_loop()
        if hops:
            loop.call_soon(self._turn, hops - 1)
            return
        server = max(self.servers, key=lambda each: each.engine.active)
        finished = False
        try:
            finished = server.step()
        except Exception as error:
            # A batch that fails concerns everybody in it; they hear of it, and other engines go on.
            for answer in server.waiting.values():
                if not answer.done():
                    answer.set_exception(PolicyError(f"the model failed: {type(error).__name__}: {error}"))
            self.servers.discard(server)
        if not server.engine.active:
            self.servers.discard(server)
        if self.servers:
            loop.call_soon(self._turn, HOPS if finished else 0)
        else:
            self.turning = False
