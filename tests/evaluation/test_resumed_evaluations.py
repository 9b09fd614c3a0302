"""Evaluations that were interrupted go on where they stopped."""

import pytest

from coterie.agents import Expert, Random
from coterie.core import Channel, Mute, Noise, RecordError
from coterie.evaluation import evaluate
from coterie.evaluation.probes import Arm, Trial, value_of_talking
from coterie.evaluation.probes.arms import through
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


def test_an_arm_is_not_gone_on_with_by_other_minds_options_or_channel(tmp_path):
    trial = Trial("reference_game", range(6), {"items": 3}, folder=str(tmp_path))
    (first,) = trial.play([Arm("open", TEAM)]).values()
    assert trial.play([Arm("open", TEAM)])["open"] == first
    for other, arm in (
        ("minds", Arm("open", {**TEAM, "listener": Random()})),
        ("channel", Arm("open", TEAM, Channel((Mute(),)))),
        ("options", Arm("open", TEAM, options={"items": 4})),
    ):
        with pytest.raises(RecordError, match=f"played with other {other}"):
            trial.play([arm])


def test_an_evaluation_is_not_gone_on_with_by_other_minds(tmp_path):
    record = tmp_path / "a.jsonl.zst"
    evaluate("reference_game", TEAM, range(4), record=record, resume=True)
    with pytest.raises(RecordError, match=r"other minds: found .*, expected {'speaker': 'random'"):
        evaluate("reference_game", {**TEAM, "speaker": Random()}, range(4), record=record, resume=True)


def test_all_arms_of_a_trial_pass_through_its_channel_after_their_own(tmp_path):
    team, silent = {"speaker": Expert(), "listener": Expert()}, Channel((Mute(("speaker",)),), words_each=3)
    found = value_of_talking(Trial("reference_game", range(20), channel=silent), team)
    assert not found.verdicts["talk matters"]
    assert value_of_talking(Trial("reference_game", range(20)), team).verdicts["talk matters"]
    assert through(Channel((Noise(0.1),), cost=0.1), silent) == Channel((Noise(0.1), Mute(("speaker",))), 3, 0.1)
