"""Many episodes at once: the only scheduler."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from coterie.core import Channel, ConfigError, Environment, Episode, Mind
from coterie.environments import make
from coterie.rollout.play import play_episode

Result = TypeVar("Result")
World = str | Callable[[], Environment]


def gather(
    world: World,
    minds: Mapping[str, Mind],
    seeds: Iterable[int],
    *,
    repeats: int = 1,
    options: Mapping[str, Any] | None = None,
    channel: Channel | None = None,
    at_once: int = 256,
    timeout_s: float | None = None,
    max_steps: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> Iterator[Episode]:
    """Plays one episode per seed, many at once, and yields each as soon as it is finished.

    Agents of all running episodes are awaited together, so that one policy answers them in one batch. At most `at_once`
    episodes are in memory; an interrupt (Ctrl-C) stops cleanly, and what was yielded before is complete.

    Args:
        world: a name for `make`, or a function that makes a fresh world.
        minds: who sits where; every seat needs somebody.
        seeds: one episode each; the same seed gives the same episode whatever plays beside it.
        repeats: plays every seed so often: the same start, other luck of the agents (groups to compare within).
        options: settings of the world, where `world` is a name.
        channel: what speech passes through; None: everything arrives as said.
        at_once: how many episodes run together.
        timeout_s: longest time for one decision; over it the world's declared consequence follows.
        max_steps: ends an episode (truncated) after so many steps of the world.
        labels: noted on every record.

    Raises:
        ConfigError: the world does not exist, or a seat has nobody in it.
    """
    if isinstance(world, str):
        name, settings = world, dict(options or {})

        def create() -> Environment:
            return make(name, **settings)
    else:
        create = world
    first = create()
    if empty := [agent for agent in first.agents if agent not in minds]:
        raise ConfigError(f"nobody sits at {', '.join(empty)} of {first.id}; name somebody for each of {first.agents}")
    if strangers := [agent for agent in minds if agent not in first.agents]:
        raise ConfigError(f"{first.id} has no seat {', '.join(strangers)}; its seats are {', '.join(first.agents)}")

    def episode(seed: int, repeat: int) -> Coroutine[Any, Any, Episode]:
        return play_episode(create(), minds, seed, channel, timeout_s, max_steps, labels, repeat)

    return _schedule(episode, ((seed, repeat) for seed in seeds for repeat in range(repeats)), at_once)


def play(
    world: World,
    minds: Mapping[str, Mind],
    seed: int = 0,
    *,
    options: Mapping[str, Any] | None = None,
    channel: Channel | None = None,
    timeout_s: float | None = None,
    max_steps: int | None = None,
) -> Episode:
    """Plays one episode and returns its record.

    >>> from coterie.agents import Expert
    >>> play("lookout", {"lookout": Expert(), "courier": Expert()}, seed=1).outcome["success"]
    True
    """
    (episode,) = gather(
        world, minds, [seed], options=options, channel=channel, timeout_s=timeout_s, max_steps=max_steps
    )
    return episode


def _schedule(
    episode: Callable[[int, int], Coroutine[Any, Any, Episode]], plays: Iterator[tuple[int, int]], at_once: int
) -> Iterator[Episode]:
    """Runs episodes on an event loop that stands still while the consumer works."""
    with Loop() as loop:
        running: set[asyncio.Task[Episode]] = set()

        async def next_finished() -> list[Episode]:
            while len(running) < at_once and (each := next(plays, None)) is not None:
                running.add(asyncio.ensure_future(episode(*each)))
            if not running:
                return []
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running.difference_update(done)
            return [task.result() for task in sorted(done, key=lambda task: int(task.get_name().rpartition("-")[2]))]

        while finished := loop.run(next_finished):
            yield from finished


class Loop:
    """An event loop that can be used from plain code, and from code that already runs in one (a notebook)."""

    def __enter__(self) -> "Loop":
        """Starts; in a thread of its own where a loop already runs."""
        self.runner = asyncio.Runner()
        self.thread: ThreadPoolExecutor | None = None
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self
        self.thread = ThreadPoolExecutor(1, thread_name_prefix=f"coterie-{threading.get_ident()}")
        return self

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Waits for what `work` makes."""
        if self.thread is None:
            return self.runner.run(work())
        return self.thread.submit(lambda: self.runner.run(work())).result()

    def __exit__(self, *_: object) -> None:
        """Ends."""
        if self.thread is None:
            self.runner.close()
        else:
            self.thread.submit(self.runner.close).result()
            self.thread.shutdown()
