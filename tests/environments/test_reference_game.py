"""The reference game: what each seat knows, and what is paid."""

import pytest

from coterie.agents import Expert, Random
from coterie.core import Action, Chance, ConfigError, Utterance
from coterie.environments import make
from coterie.rollout import gather


def start(target, **options):
    world = make("reference_game-v1", **options)
    return world, world.reset(0, Chance(0, fixed={"target 0": target}))


def say(word):
    return {"speaker": Action(say=(Utterance(word),))}


def test_only_the_speaker_sees_the_item_and_only_a_word_reaches_the_listener():
    world, step = start("square")
    assert step.observations["speaker"].text == "target square"
    step = world.step(say("ba"))
    seen = step.observations["listener"]
    assert (seen.text, seen.data) == ("", {"round": 0})
    assert [(message.speaker, message.text) for message in seen.heard] == [("speaker", "ba")]


@pytest.mark.parametrize(("pick", "paid"), [("square", 1), ("star", 0)])
def test_both_are_paid_for_the_right_item_and_nothing_for_another(pick, paid):
    world, _ = start("square")
    world.step(say("ba"))
    step = world.step({"listener": Action(pick)})
    assert step.rewards == {"speaker": paid, "listener": paid}
    assert step.events[-1].data == {"success": bool(paid), "score": paid, "steps": 1}


def test_silence_and_a_word_of_no_vocabulary_reach_nobody():
    for answer in (Action(), Action(say=(Utterance("square"),)), Action(say=(Utterance(" "),))):
        world, _ = start("square")
        step = world.step({"speaker": answer})
        assert step.observations["listener"].heard == ()
        assert step.events[0].kind == "rejected"


def test_no_accepted_pick_is_a_wrong_pick():
    world, _ = start("circle")
    world.step(say("ba"))
    assert world.step({"listener": Action("ba")}).rewards == {"speaker": 0, "listener": 0}


def test_after_a_round_both_are_told_what_it_was_and_what_was_picked():
    world, _ = start("square", rounds=2)
    world.step(say("ba"))
    step = world.step({"listener": Action("star")})
    assert step.observations["speaker"].text.startswith("was square picked star target ")
    step = world.step(say("do"))
    assert step.observations["listener"].text == "was square picked star"
    assert step.observations["listener"].budget == {"rounds": 1}


def test_experts_share_a_code_and_random_players_do_not():
    both = {"speaker": Expert(), "listener": Expert()}
    options = {"items": 5, "words": 5, "rounds": 3}
    assert all(episode.outcome["score"] == 1 for episode in gather("reference_game", both, range(20), options=options))
    half = {"speaker": Expert(), "listener": Random()}
    scores = [episode.outcome["score"] for episode in gather("reference_game", half, range(200), options=options)]
    assert 0.1 < sum(scores) / len(scores) < 0.3


def test_impossible_sizes_are_refused():
    with pytest.raises(ConfigError, match="items=1"):
        make("reference_game", items=1)
