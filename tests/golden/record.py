"""Records the golden episodes: what experts and random players do in every world, kept byte for byte.

A world whose golden episodes change has changed: raise its version, or put right what changed it, then record anew.

    python tests/golden/record.py [WORLD ...]
"""

import sys
from pathlib import Path

import msgspec

from coterie.agents import Expert, Random
from coterie.core import encode_episode
from coterie.environments import environments, make, world_class
from coterie.rollout import play

FOLDER = Path(__file__).parent / "episodes"
PLAYED = ((Expert(), 0), (Random(), 1))
"""Who plays, and the seed."""
WANDERING_S = 4
"""Simulated seconds of random play that are kept of a timed world; experts end when they are done."""
SMALLER = {
    "evacuation-v1": {"exits": 3, "sight": 3, "radio_words": 6},
    "market-v1": {"stalls": 2},
    "rescue-v1": {"hurt": 1, "rooms": 4, "shut": 1.0},
}
"""Options with which everything there is to a world happens in fewer turns than with its own."""


def golden(id: str) -> list[bytes]:
    """The golden episodes of a world, as lines of a record; they do not name the version of the library."""
    smaller, episodes = SMALLER.get(id, {}), []
    seats = make(id, **smaller).agents
    for mind, seed in PLAYED:
        wanders = mind.name == "random" and world_class(id).timing == "timed"
        options = {**smaller, "limit_s": WANDERING_S} if wanders else smaller
        episodes.append(play(id, dict.fromkeys(seats, mind), seed, options=options))
    return [encode_episode(msgspec.structs.replace(episode, coterie="")).rstrip(b"\n") for episode in episodes]


def path(id: str) -> Path:
    """Where they are kept."""
    return FOLDER / f"{id}.jsonl"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for id in sys.argv[1:] or environments():
        path(id).write_bytes(b"".join(line + b"\n" for line in golden(id)))
        print(path(id).name)
