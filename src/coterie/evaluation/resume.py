"""Playing into a file that survives an interruption: what is in it is not played again."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from coterie.core import Environment, Episode, Mind, RecordError
from coterie.environments import make
from coterie.rollout import EpisodeWriter, read_episodes
from coterie.rollout.record import UNFINISHED

FLUSH_EVERY = 16
"""Episodes that a crash may cost."""


Told = Mapping[str, object]
"""What must be the same for a record to be gone on with, by what it is called in messages."""


def told_of(episode: Episode) -> Told:
    """What a record tells of how it was played: who sat there, and what speech passed through.

    >>> from coterie.core import Seat
    >>> told_of(Episode(environment="w-v1", seed=0, seats={"ann": Seat("x")}, labels={"channel": "open"}))
    {'world': 'w-v1', 'options': {}, 'minds': {'ann': 'x'}, 'channel': 'open'}
    """
    minds = {seat: each.mind for seat, each in episode.seats.items()}
    channel = episode.labels.get("through") or episode.labels.get("channel", "")
    return {"world": episode.environment, "options": episode.options, "minds": minds, "channel": channel}


def told_by(
    world: str | Callable[[], Environment], options: Mapping[str, Any], minds: Mapping[str, Mind], channel: str = ""
) -> Told:
    """What the record of such an evaluation tells of itself."""
    made = make(world, **options) if isinstance(world, str) else world()
    return {
        "world": made.id or type(made).__name__,
        "options": msgspec.json.decode(msgspec.json.encode(made.options)),  # as a record has them: tuples are lists
        "minds": {seat: minds[seat].name for seat in made.agents if seat in minds},
        "channel": channel,
    }


def keep(
    path: str | os.PathLike[str],
    seeds: Sequence[int],
    repeats: int,
    play: Callable[[list[int]], Iterable[Episode]],
    same: Told | None = None,
) -> Iterator[Episode]:
    """Yields the episodes of these seeds: those that the record at `path` holds, then those that are left to play.

    The record stands at `path` when it is complete; until then beside it, as `path.unfinished`. A seed of which only
    some repeats were played is played again, and gives the same episodes.

    Args:
        path: the record file.
        seeds: which episodes are wanted.
        repeats: how many of each seed.
        play: plays the seeds that are missing.
        same: what the episodes of the record must tell of themselves, as `told_of` has it.

    Raises:
        RecordError: the record at `path` holds other seeds than these, or was played otherwise.
    """
    target = Path(path)
    unfinished = target.with_name(target.name + UNFINISHED)
    source = target if target.exists() else unfinished
    counted = Counter(episode.seed for episode in _played(source) if _fits(episode, same or {}, source))
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


def _fits(episode: Episode, same: Told, source: Path) -> bool:
    """Yes, or an error that says what is other."""
    told = told_of(episode)
    for what, expected in same.items():
        if told[what] != expected:
            raise RecordError(
                f"{source} was played with other {what}: found {told[what]}, expected {expected}; take another folder"
            )
    return True


def _played(source: Path) -> Iterator[Episode]:
    """What a record holds; one that was cut off gives what is before the cut."""
    if source.exists():
        yield from read_episodes(source, skip_damaged=source.name.endswith(UNFINISHED))
