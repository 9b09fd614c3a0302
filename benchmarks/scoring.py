"""The whole suite of metrics over recorded episodes: seconds, episodes a second, and peak memory, on two cores.

    python benchmarks/scoring.py --episodes 100000

Two thousand episodes of two seats and twelve turns are really played (an expert lookout with a good courier, and with
one that errs), get the tokens of a language model, and are written again and again under new seeds. They are then read
from disk and scored, each looked at once. The limit is 60 s and 2 GiB for 100,000.
"""

import argparse
import itertools
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from coterie.agents import Expert, Random
from coterie.core import Episode, Mind, Sample, Turn
from coterie.evaluation import measure
from coterie.metrics import METRICS
from coterie.rollout import gather, read_episodes, write_episodes

PLAYED = 1000
TURNS = 12


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--episodes", type=int, default=100_000)
    arguments.add_argument("--quick", action="store_true", help="a fiftieth of the work")
    arguments.add_argument("--score", type=Path, help="only score this record, and print what it took")
    chosen = arguments.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    if chosen.score:
        score(chosen.score)
        return
    count = chosen.episodes // 50 if chosen.quick else chosen.episodes
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "episodes.jsonl.zst"
        write_episodes(record, episodes(count))
        print(f"{count:,} episodes, {record.stat().st_size / 2**20:.0f} MiB on disk, {len(METRICS)} metrics")
        # In a process of its own, so that playing and writing do not count.
        subprocess.run([sys.executable, __file__, "--score", str(record)], check=True)


def score(record: Path) -> None:
    """Scores a record and prints what it took."""
    before, start, busy = peak_mib(), time.perf_counter(), time.process_time()
    report = measure(read_episodes(record))
    took, busy = time.perf_counter() - start, time.process_time() - busy
    told = sum(each.value is not None for each in report.measures.values())
    print(f"scored in {took:.1f} s ({busy:.1f} s on the core, the rest is waiting for it); {told} metrics have a value")
    print(f"peak memory {peak_mib():.0f} MiB, {before:.0f} MiB of it before the first episode")
    scale = 100_000 / report.count
    print(f"for 100,000 episodes: {scale * took:.1f} s ({scale * busy:.1f} s on the core) of at most 60 s")


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def episodes(count: int) -> Iterator[Episode]:
    """Episodes with seeds of their own."""
    luck = random.Random(0)
    teams: list[dict[str, Mind]] = [
        {"lookout": Expert(), "courier": Expert()},
        {"lookout": Expert(), "courier": Random()},
    ]
    played = [
        with_tokens(episode, luck)
        for minds in teams
        for episode in gather("lookout", minds, range(min(PLAYED, count)), options={"size": 6}, max_steps=TURNS)
        if len(episode.turns) == TURNS
    ]
    for seed, episode in zip(range(count), itertools.cycle(played), strict=False):
        yield msgspec.structs.replace(episode, seed=seed)


def with_tokens(episode: Episode, luck: random.Random) -> Episode:
    """The same episode as if language models had played it."""

    def told(turn: Turn) -> Turn:
        words = [each.text for each in turn.action.say] if turn.action else []
        moves = [str(turn.action.move)] if turn.action and turn.action.move is not None else []
        samples = tuple(
            Sample(
                text,
                "model",
                prompt_ids=tuple(luck.randrange(50_000) for _ in range(12)),
                token_ids=tuple(luck.randrange(50_000) for _ in range(1 + len(text.split()))),
                log_probs=tuple(-luck.random() for _ in range(1 + len(text.split()))),
            )
            for text in (*moves, *words)
        )
        return msgspec.structs.replace(turn, samples=samples)

    return msgspec.structs.replace(episode, turns=tuple(told(turn) for turn in episode.turns))


if __name__ == "__main__":
    main()
