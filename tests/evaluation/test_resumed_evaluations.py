"""Evaluations that were interrupted go on where they stopped."""

import pytest

from coterie.agents import Expert
from coterie.core import RecordError
from coterie.evaluation.resume import keep
from coterie.rollout import gather, read_episodes

TEAM = {"speaker": Expert(), "listener": Expert()}


def player(played):
    def play(seeds):
        for episode in gather("reference_game", TEAM, seeds, repeats=2):
            played.append(episode.seed)
            yield episode

    return play


def interrupted(path, after):
    """Starts an evaluation and leaves it after so many episodes."""
    run = keep(path, range(10), 2, player([]))
    for _ in range(after):
        next(run)
    run.close()


@pytest.mark.parametrize("name", ["a.jsonl.zst", "a.jsonl"])
@pytest.mark.parametrize("after", [1, 7, 13])
def test_what_was_played_before_an_interruption_is_not_played_again(tmp_path, name, after):
    interrupted(tmp_path / name, after)
    assert not (tmp_path / name).exists()
    played = []
    episodes = list(keep(tmp_path / name, range(10), 2, player(played)))
    assert len(played) == 20 - 2 * (after // 2)
    whole = list(gather("reference_game", TEAM, range(10), repeats=2))
    assert sorted(episodes, key=str) == sorted(whole, key=str)
    assert sorted(read_episodes(tmp_path), key=str) == sorted(whole, key=str)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_complete_record_is_read_and_not_played(tmp_path):
    list(keep(tmp_path / "a.jsonl.zst", range(10), 2, player([])))
    played = []
    assert len(list(keep(tmp_path / "a.jsonl.zst", range(10), 2, player(played)))) == 20
    assert played == []


def test_a_record_of_other_seeds_is_not_mixed_in(tmp_path):
    list(keep(tmp_path / "a.jsonl.zst", range(10), 2, player([])))
    with pytest.raises(RecordError, match="holds seed 5, which is not asked for"):
        next(keep(tmp_path / "a.jsonl.zst", range(5), 2, player([])))


def test_a_record_that_was_cut_off_gives_what_is_before_the_cut(tmp_path):
    interrupted(tmp_path / "a.jsonl", 10)
    unfinished = tmp_path / "a.jsonl.unfinished"
    unfinished.write_bytes(unfinished.read_bytes()[:-100])
    played = []
    assert len(list(keep(tmp_path / "a.jsonl", range(10), 2, player(played)))) == 20
    assert len(played) == 12
