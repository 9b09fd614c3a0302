"""Between asyncio and the engine: whoever asks joins the next batch.

All engines used on one event loop take turns: the one with most rows waiting runs next, so that a team with a model per
seat decodes in few large batches instead of many small ones.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
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
Judgement = tuple[float, list[float]]
"""The value of a situation, and the log-probability of every path that was asked for."""
Question = tuple[Sequence[int], Sequence[Sequence[int]], asyncio.Future[Judgement]]
"""A prompt, the paths to score after it, and who waits."""


class Server:
    """One engine, its value head, and who waits for it."""

    def __init__(self, engine: Engine, value_head: torch.nn.Linear | None) -> None:
        """Takes the engine."""
        self.engine, self.version = engine, 0
        self.waiting: dict[int, asyncio.Future[Completion]] = {}
        self.judging: dict[int, Question] = {}
        self.listening: dict[int, Callable[[tuple[int, ...]], None]] = {}
        """Who wants to hear a reply while it is being sampled, by row."""
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
        forced: Sequence[int] = (),
        valued: bool = False,
        hear: Callable[[tuple[int, ...]], None] | None = None,
        also_stop: Sequence[int] = (),
        top_k: int = 0,
        top_p: float = 1.0,
    ) -> Answer:
        """Samples a reply in the next batch; returns it with the value of the situation and the weights' version.

        `valued` says that the situation has been judged already; `hear` is called with the tokens so far;
        `also_stop` are tokens that end a free reply as well.

        Raises:
            PolicyError: the row would outgrow the model.
        """
        value = None
        if self.value is not None and not valued:
            # The head reads the state after the prompt; what follows the prompt then begins from its last token.
            value, _ = await self.judge(row, prompt_ids, ())
            prompt_ids = ()
        loop, version = asyncio.get_running_loop(), self.version
        answer: asyncio.Future[Completion] = loop.create_future()
        try:
            self.engine.submit(
                row,
                prompt_ids,
                limit=limit,
                stop_ids=(stop_id, *also_stop),
                temperature=temperature,
                allowed=allowed,
                forced=forced,
                top_k=top_k,
                top_p=top_p,
            )
        except ValueError as error:
            raise PolicyError(str(error)) from error
        self.waiting[row] = answer
        if hear is not None:
            self.listening[row] = hear
        _Turns.of(loop).call(self)
        try:
            return await answer, value, version
        finally:
            self.waiting.pop(row, None)
            self.listening.pop(row, None)

    async def judge(self, row: int, prompt_ids: Sequence[int], paths: Sequence[Sequence[int]]) -> Judgement:
        """Reads a prompt in the next batch; returns the situation's value and the log-probability of each path.

        Raises:
            PolicyError: there is no value head, or the row would outgrow the model.
        """
        if self.value is None:
            raise PolicyError("action values need a value head; make the policy with value_head=...")
        judgement: asyncio.Future[Judgement] = asyncio.get_running_loop().create_future()
        self.judging[row] = (prompt_ids, paths, judgement)
        _Turns.of(asyncio.get_running_loop()).call(self)
        try:
            return await judgement
        finally:
            self.judging.pop(row, None)

    @property
    def work(self) -> int:
        """How many rows wait for this engine."""
        return self.engine.active + len(self.judging)

    def close(self, row: int) -> None:
        """Lets go of a row, also when somebody stopped waiting for it."""
        self.engine.close(row)

    def step(self) -> bool:
        """Runs one batch and hands out what is finished; says whether anything was."""
        if self.judging:
            self._judge()
            return True
        finished = self.engine.step()
        ended = {done.row for done in finished}
        for row, hear in list(self.listening.items()):
            if row not in ended:
                hear(self.engine.so_far(row))
        for done in finished:
            answer = self.waiting.get(done.row)
            if answer is not None and not answer.done():
                answer.set_result(done)
        return bool(finished)

    def _judge(self) -> None:
        asked, self.judging = self.judging, {}
        try:
            self._judge_together(asked)
        except ValueError:
            # Somebody's history has outgrown the model; the others are judged without it.
            for row, question in asked.items():
                try:
                    self._judge_together({row: question})
                except ValueError as error:
                    _fail([question], PolicyError(str(error)))
        except Exception as error:
            # They are no longer in `judging`, where a batch that fails would find them: nobody may wait for ever.
            _fail(asked.values(), PolicyError(f"the model failed: {type(error).__name__}: {error}"))

    def _judge_together(self, asked: Mapping[int, Question]) -> None:
        assert self.value is not None
        weight, bias = self.value
        hidden_RH = self.engine.final_hidden([(row, prompt) for row, (prompt, _, _) in asked.items()])
        values = (hidden_RH @ weight + bias).tolist()
        with_paths = [(row, (), paths) for row, (_, paths, _) in asked.items() if paths]
        found = self.engine.score(with_paths) if with_paths else []
        scores = {row: each for (row, _, _), each in zip(with_paths, found, strict=True)}
        for (row, (_, _, judgement)), value in zip(asked.items(), values, strict=True):
            if not judgement.done():
                judgement.set_result((value, scores.get(row, [])))


def _fail(questions: Iterable[Question], failure: PolicyError) -> None:
    for _, _, judgement in questions:
        if not judgement.done():
            judgement.set_exception(failure)


class _Turns:
    """Which engine of an event loop runs next."""

    _by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns]" = WeakKeyDictionary()

    def __init__(self) -> None:
        # In the order they were called: a set's order differs from process to process, and with it who shares a batch.
        self.servers: dict[Server, None] = {}
        self.turning = False

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "_Turns":
        if loop not in cls._by_loop:
            cls._by_loop[loop] = cls()
        return cls._by_loop[loop]

    def call(self, server: Server) -> None:
        self.servers[server] = None
        if not self.turning:
            self.turning = True
            asyncio.get_running_loop().call_soon(self._turn, HOPS)

    def _turn(self, hops: int) -> None:
        loop = asyncio.get_running_loop()
        if hops:
            loop.call_soon(self._turn, hops - 1)
            return
        server = max(self.servers, key=lambda each: each.work)
        finished = False
        try:
            finished = server.step()
        except Exception as error:
            # A batch that fails concerns everybody in it; they hear of it, and other engines go on.
            failure = PolicyError(f"the model failed: {type(error).__name__}: {error}")
            for answer in server.waiting.values():
                if not answer.done():
                    answer.set_exception(failure)
            _fail(server.judging.values(), failure)
            self.servers.pop(server, None)
        if not server.work:
            self.servers.pop(server, None)
        if self.servers:
            loop.call_soon(self._turn, HOPS if finished else 0)
        else:
            self.turning = False
