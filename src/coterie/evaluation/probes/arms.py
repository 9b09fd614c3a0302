"""Arms: the same seeds under several conditions, so that what differs between two arms is the condition alone.

A probe is a measure that needs play: it lets several arms play the same seeds and compares them in pairs.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from coterie.core import Channel, ConfigError, Environment, Episode, Json, Mind
from coterie.environments import make
from coterie.evaluation.resume import keep
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

    Raises:
        ConfigError: two arms have the same name, there are no seeds, or the world or a seat is not as declared.
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
        play = partial(
            gather,
            world,
            arm.minds,
            repeats=repeats,
            options={**(options or {}), **arm.options},
            channel=arm.channel,
            at_once=at_once,
            timeout_s=timeout_s,
            max_steps=max_steps,
            labels={"arm": arm.name},
        )
        played = play(chosen) if folder is None else keep(Path(folder) / f"{arm.name}{SUFFIX}", chosen, repeats, play)
        found[arm.name] = sorted(played, key=lambda episode: (place[episode.seed], episode.repeat))
    return found
