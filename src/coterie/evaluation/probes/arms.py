"""Arms: the same seeds under several conditions, so that what differs between two arms is the condition alone.

A probe is a measure that needs play: it lets several arms play the same seeds and compares them in pairs.
"""

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from coterie.core import Channel, ConfigError, Environment, Episode, Json, Mind
from coterie.environments import make
from coterie.evaluation.bar import bar
from coterie.evaluation.resume import keep, told_by
from coterie.rollout import gather
from coterie.rollout.record import SUFFIX


class Arm(msgspec.Struct, frozen=True):
    """One condition: who sits where, what speech passes through, which options of the world are other."""

    name: str
    minds: Mapping[str, Mind]
    channel: Channel | None = None
    options: dict[str, Json] = {}
    """Options of the world that differ from those of the other arms."""


class Trial(msgspec.Struct, frozen=True):
    """What all arms of a probe share: the world, the seeds, how they are played, where they are kept."""

    world: str | Callable[[], Environment]
    seeds: Sequence[int]
    options: dict[str, Json] = {}
    repeats: int = 1
    folder: str | None = None
    at_once: int = 256
    timeout_s: float | None = None
    max_steps: int | None = None
    channel: Channel | None = None
    """What speech passes through in every arm, after what the arm itself puts in its way."""
    progress: bool = False
    """Whether a bar is shown for every arm."""

    def play(self, arms: Sequence[Arm]) -> dict[str, list[Episode]]:
        """Plays these arms; see `play_arms`."""
        return play_arms(
            self.world,
            arms,
            self.seeds,
            repeats=self.repeats,
            options=self.options,
            folder=self.folder,
            at_once=self.at_once,
            timeout_s=self.timeout_s,
            max_steps=self.max_steps,
            channel=self.channel,
            progress=self.progress,
        )

    def make(self) -> Environment:
        """Makes one world of the trial, to see its seats."""
        return make(self.world, **self.options) if isinstance(self.world, str) else self.world()


def play_arms(
    world: str | Callable[[], Environment],
    arms: Sequence[Arm],
    seeds: Iterable[int],
    *,
    repeats: int = 1,
    options: Mapping[str, Any] | None = None,
    folder: str | os.PathLike[str] | None = None,
    at_once: int = 256,
    timeout_s: float | None = None,
    max_steps: int | None = None,
    channel: Channel | None = None,
    progress: bool = False,
) -> dict[str, list[Episode]]:
    """Plays every arm on the same seeds and returns the episodes by the name of the arm, in the order of the seeds.

    >>> from coterie.agents import Expert, Random
    >>> arms = [Arm("expert", {"lookout": Expert(), "courier": Expert()})]
    >>> [episode.labels["arm"] for episode in play_arms("lookout", arms, range(2))["expert"]]
    ['expert', 'expert']

    Args:
        world: a name for `make`, or a function that makes a fresh world (arms then have no options).
        arms: the conditions; their names differ.
        seeds: which episodes.
        repeats: plays every seed so often.
        options: settings of the world that all arms share.
        folder: keeps the record of every arm there as `ARM.jsonl.zst`; what it already holds is not played again.
        at_once: how many episodes run together.
        timeout_s: longest time for one decision.
        max_steps: ends an episode after so many steps of the world.
        channel: what speech passes through in every arm, after the arm's own.
        progress: shows a bar for every arm.

    Raises:
        ConfigError: two arms have the same name, there are no seeds, or the world or a seat is not as declared.
        RecordError: the folder holds episodes of an arm that were played with other minds, options or channel.
    """
    chosen = list(seeds)
    if len({arm.name for arm in arms}) < len(arms) or not chosen:
        raise ConfigError(
            f"arms {', '.join(arm.name for arm in arms)} on {len(chosen)} seeds; names differ, seeds exist"
        )
    if not isinstance(world, str) and any(arm.options for arm in arms):
        raise ConfigError("arms with options need a world that is made by name")

    found: dict[str, list[Episode]] = {}
    place = {seed: number for number, seed in enumerate(chosen)}
    for arm in arms:
        settings, speech = {**(options or {}), **arm.options}, through(arm.channel, channel)
        play = partial(
            gather,
            world,
            arm.minds,
            repeats=repeats,
            options=settings,
            channel=speech,
            at_once=at_once,
            timeout_s=timeout_s,
            max_steps=max_steps,
            labels={"arm": arm.name} | ({"through": _described(speech)} if speech else {}),
        )
        with bar(len(chosen) * repeats, progress, arm.name.replace("_", " ")) as advance:
            if folder is None:
                played = play(chosen)
            else:
                same = told_by(world, settings, arm.minds, "" if speech is None else _described(speech))
                played = keep(Path(folder) / f"{arm.name}{SUFFIX}", chosen, repeats, play, same)
            found[arm.name] = sorted(_counted(played, advance), key=lambda each: (place[each.seed], each.repeat))
    return found


def through(first: Channel | None, then: Channel | None) -> Channel | None:
    """One channel of two: the parts of both in order, the smaller budget, both prices.

    >>> from coterie.core import Mute, Noise
    >>> through(Channel((Mute(),), words_each=9), Channel((Noise(0.5),), words_each=5)).words_each
    5
    """
    if first is None or then is None:
        return first or then
    budgets = [each.words_each for each in (first, then) if each.words_each is not None]
    return Channel((*first.parts, *then.parts), min(budgets, default=None), first.cost + then.cost)


def _described(channel: Channel) -> str:
    """A channel in a few words that are the same whenever the channel is: its parts, and a check sum of all of it."""
    parts = " ".join(type(part).__name__ for part in channel.parts) or "open"
    told = re.sub(r" at 0x[0-9a-f]+", "", repr(channel))  # functions print where they lie in memory
    return f"{parts} {zlib.crc32(told.encode()):08x}"


def _counted(episodes: Iterable[Episode], advance: Callable[[], None]) -> Iterator[Episode]:
    for episode in episodes:
        advance()
        yield episode
