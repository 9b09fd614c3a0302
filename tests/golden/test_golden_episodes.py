"""No world changes unnoticed: its golden episodes are played again, by the same players and from the record."""

import msgspec
import pytest
from record import golden, path

from coterie.agents import Replay
from coterie.core import decode_episode, encode_episode
from coterie.environments import environments
from coterie.rollout import play

CHANGED = "the world has changed: raise its version if its scores could change, then run tests/golden/record.py"


@pytest.mark.parametrize("id", environments())
def test_a_world_plays_its_golden_episodes(id):
    assert golden(id) == path(id).read_bytes().splitlines(), CHANGED


@pytest.mark.parametrize("id", environments())
def test_a_golden_episode_is_replayed_from_its_record(id):
    for line in path(id).read_bytes().splitlines():
        recorded = decode_episode(line)
        minds = {seat: Replay(recorded) for seat in recorded.seats}
        again = play(id, minds, recorded.seed, options=recorded.options)
        again = msgspec.structs.replace(again, coterie="", seats=recorded.seats)
        assert encode_episode(again).rstrip(b"\n") == line
