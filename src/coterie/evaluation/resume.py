"""Playing into a file that survives an interruption: what is in it is not played again."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from coterie.core import Episode, RecordError
from coterie.rollout import EpisodeWriter, read_episodes
from coterie.rollout.record import UNFINISHED

FLUSH_EVERY = 16
"""Episodes that a crash may cost."""


def keep(
    path: str | os.PathLike[str], seeds: Sequence[int], repeats: int, play: Callable[[list[int]], Iterable[Episode]]
) -> Iterator[Episode]:
    """Yields the episodes of these seeds: those that the record at `path` holds, then those that are left to play.

    The record stands at `path` when it is complete; until then beside it, as `path.unfinished`. A seed of which only
    some repeats were played is played again, and gives the same episodes.

    Args:
        path: the record file.
        seeds: which episodes are wanted.
        repeats: how many of each seed.
        play: plays the seeds that are missing.

    Raises:
        RecordError: the record at `path` holds other seeds than these.
    """
    target = Path(path)
    unfinished = target.with_name(target.name + UNFINISHED)
    source = target if target.exists() else unfinished
    counted = Counter(episode.seed for episode in _played(source))
    if strangers := sorted(counted.keys() - set(seeds)):
        raise RecordError(f"{source} holds seed {strangers[0]}, which is not asked for; take another folder")
    complete = {seed for seed, count in counted.items() if count >= repeats}
    if target.exists() and len(complete) == len(set(seeds)):
        yield from _played(target)
        return
    growing = target.with_name(f".{target.name}{UNFINISHED}")
    with EpisodeWriter(growing, flush_every=FLUSH_EVERY) as writer:
        for episode in _played(source):
            if episode.seed in complete:
                writer.write(episode)
                yield episode
        writer.flush()
        os.replace(growing, unfinished)  # from here on the file on disk has everything that was kept before
        for episode in play([seed for seed in seeds if seed not in complete]):
            writer.write(episode)
            yield episode
    os.replace(unfinished, target)


def _played(source: Path) -> Iterator[Episode]:
    """What a record holds; one that was cut off gives what is before the cut."""
    if source.exists():
        yield from read_episodes(source, skip_damaged=source.name.endswith(UNFINISHED))
