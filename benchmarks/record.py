"""The record against plain JSON lines in gzip: episodes a second each way on one core, bytes, and peak memory.

    python benchmarks/record.py --episodes 100000

Two thousand episodes are really played (two experts of lookout, 3x3) and then written again and again under new seeds.
Ours and the peer run in turn, in blocks, so that a busy machine slows both alike; time is time on the core.
"""

import argparse
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from coterie.agents import Expert
from coterie.core import Episode
from coterie.rollout import EpisodeWriter, gather, read_episodes

BLOCK = 2000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--episodes", type=int, default=100_000)
    arguments.add_argument("--peer-episodes", type=int, default=10_000, help="gzip is slow; its rate needs fewer")
    arguments.add_argument("--memory", choices=("write", "read"), help="only this, and print the peak memory in MiB")
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the work, rougher numbers")
    chosen = arguments.parse_args()
    if chosen.quick:
        chosen.episodes, chosen.peer_episodes = chosen.episodes // 10, chosen.peer_episodes // 10
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if chosen.memory:
        print(peak_memory(chosen.memory, chosen.episodes, chosen.folder))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), chosen.episodes, chosen.peer_episodes)
        for way in ("write", "read"):
            few, many = (memory_of(way, count, Path(folder)) for count in (chosen.episodes // 10, chosen.episodes))
            print(f"peak memory, {way:5}: {few:.0f} MiB for {chosen.episodes // 10:,}, {many:.0f} MiB for all")


def compare(folder: Path, count: int, peer_count: int) -> None:
    """Writes and reads in turn, and prints the rates."""
    ours, theirs = folder / "ours.jsonl.zst", folder / "theirs.jsonl.gz"
    spent = dict.fromkeys(("our writing", "peer writing", "our reading", "peer reading"), 0.0)
    with EpisodeWriter(ours) as writer, gzip.open(theirs, "wb") as peer:
        left = peer_count
        for block in blocks(count):
            start = time.process_time()
            for episode in block:
                writer.write(episode)
            spent["our writing"] += time.process_time() - start
            # The peer is given builtin values, as a library without typed records would have them.
            plain = [msgspec.to_builtins(episode) for episode in block[: min(left, BLOCK // 10)]]
            left -= len(plain)
            start = time.process_time()
            for each in plain:
                peer.write(json.dumps(each).encode() + b"\n")
            spent["peer writing"] += time.process_time() - start
        start = time.process_time()
    spent["our writing"] += time.process_time() - start
    peer_count -= left
    reader, peer_lines = read_episodes(ours), gzip_lines(theirs)
    read = peer_read = 0
    while True:
        start = time.process_time()
        taken = sum(1 for _ in itertools.islice(reader, BLOCK))
        spent["our reading"] += time.process_time() - start
        read += taken
        start = time.process_time()
        peer_read += sum(1 for _ in map(json.loads, itertools.islice(peer_lines, BLOCK // 10)))
        spent["peer reading"] += time.process_time() - start
        if not taken:
            break
    assert (read, peer_read) == (count, peer_count), "something was lost"
    print(f"{count:,} episodes of ours, {peer_count:,} of json + gzip, in turn, on one core")
    for way in ("writing", "reading"):
        we, they = count / spent[f"our {way}"], peer_count / spent[f"peer {way}"]
        print(f"{way}: {we:,.0f} episodes/s, json + gzip {they:,.0f} episodes/s, ratio {we / they:.1f}")
    sizes = ours.stat().st_size / count, theirs.stat().st_size / peer_count
    print(f"size: {sizes[0]:.0f} bytes an episode, json + gzip {sizes[1]:.0f}")


def gzip_lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as lines:
        yield from lines


def blocks(count: int) -> Iterator[list[Episode]]:
    """Real episodes under ever new seeds, a block at a time."""
    experts = {"lookout": Expert(), "courier": Expert()}
    played = list(gather("lookout", experts, range(BLOCK)))
    for start in range(0, count, BLOCK):
        block = played[: min(BLOCK, count - start)]
        yield [msgspec.structs.replace(episode, seed=start + place) for place, episode in enumerate(block)]


def memory_of(way: str, count: int, folder: Path) -> float:
    """Peak memory of a fresh process that only writes, or only reads."""
    command = [sys.executable, __file__, "--memory", way, "--episodes", str(count), "--folder", str(folder)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_memory(way: str, count: int, folder: Path) -> float:
    if way == "write":
        with EpisodeWriter(folder / f"{count}.jsonl.zst") as writer:
            for block in blocks(count):
                for episode in block:
                    writer.write(episode)
    else:
        found = sum(1 for _ in read_episodes(folder / f"{count}.jsonl.zst"))
        assert found == count
    status = Path("/proc/self/status").read_text()  # of this process alone; getrusage also knows its parent's peak
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
