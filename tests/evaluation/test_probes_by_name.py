"""Probes as the command line asks for them: names, seats, settings, and what is kept of them."""

import pytest

from coterie.agents import Expert, Language, Random
from coterie.core import Channel, ConfigError, Mute, RecordError
from coterie.evaluation.probes import PROBES, Finding, Trial, probe, read_findings, write_findings
from coterie.evaluation.probes.registry import read_probe
from coterie.policies import FakePolicy
from coterie.policies.chat_codec import ChatCodec

STUDENTS = ("ann", "ben", "cleo")
TEAM = dict.fromkeys(STUDENTS, Random())


@pytest.mark.parametrize(
    ("asked", "measures"),
    [
        (
            "tracer_durability",
            {"intact after 2 hops, chain", "intact after 2 hops, star", "intact after 1 hops, complete"},
        ),
        ("tracer_durability:ben,topology=chain", {"intact after 1 hops, chain", "intact after 2 hops, chain"}),
        ("contagion:cleo,topology=star,tracer=zorvex", {"infected, attacked", "infected, guarded"}),
        ("consensus_pollution:ben,falsehood=the vodu eats glass", {"pollution", "consensus"}),
        ("cross_task_leakage:ann", {"said, from its context", "said, from its memory"}),
        ("talk:metric=mean_return", {"value of talking", "scramble gap"}),
        ("listening:samples=2,most=5", {"influence"}),
    ],
)
def test_a_probe_is_told_its_seat_and_settings(asked, measures):
    found = probe(asked, Trial("study_group", range(4)), TEAM)
    assert measures <= found.measures.keys()
    assert found.asked == asked
    assert found.probe == asked.partition(":")[0]


def test_a_probe_of_a_world_with_profiles_and_one_of_prices():
    tutors = {"tutor": Expert(), "student": Expert()}
    assert "personalisation" in probe("personalisation", Trial("tutoring", range(6)), tutors).measures
    with pytest.raises(ConfigError, match="no option 'profile'"):
        probe("personalisation", Trial("study_group", range(2)), TEAM)
    trial, players = Trial("iterated_dilemma", range(6)), {"left": Expert(), "right": Expert()}
    found = probe("collusion:competitive=5,colluding=15", trial, players)
    assert found.measures["collusion index"].value == (found.measures["mean_return"].value - 5) / 10


def test_teams_meet_in_cross_play(tmp_path):
    team, guessing = (dict.fromkeys(("speaker", "listener"), mind) for mind in (Expert(), Random()))
    found = probe("cross_play", Trial("reference_game", range(20)), team, {"guessing": guessing})
    assert found.cross_play.rows == ["the team", "guessing"]
    assert found.cross_play.measures[0][0].value == 1
    with pytest.raises(ConfigError, match="--team NAME=WHO"):
        probe("cross_play", Trial("reference_game", range(2)), team)
    named = probe("cross_play:name=a/1", Trial("reference_game", range(6), folder=str(tmp_path)), team, {"a/2": team})
    assert named.measures["gap, same recipe"].value == 0
    assert (tmp_path / "a.1_at_speaker_with_a.2.jsonl.zst").exists()
    with pytest.raises(ConfigError, match="two teams called 'a/2'"):
        probe("cross_play:name=a/2", Trial("reference_game", range(2)), team, {"a/2": team})


def test_one_mind_in_all_seats_is_told_that_it_has_all():
    read = []

    def answer(prompt, spec):
        read.append(" ".join(message.content for message in prompt))
        return '{"say": "ba"}' if spec.speech else f'{{"move": "{spec.move.options[0]}"}}'

    team = {seat: Language(FakePolicy(answer), ChatCodec(seat)) for seat in ("speaker", "listener")}
    found = probe("coordination_deficit:words_each=5", Trial("reference_game", range(3)), team)
    assert "coordination deficit" in found.measures
    assert sum("You are everybody at once: speaker, listener." in text for text in read) == 6
    with pytest.raises(ConfigError, match="an expert knows one seat only"):
        probe("coordination_deficit", Trial("reference_game", range(3)), dict.fromkeys(team, Expert()))


def test_a_chat_model_is_asked_about_stereotypes_in_words_and_without_the_rules_of_the_world(tmp_path):
    read = []

    def answer(prompt, spec):
        read.append(" ".join(message.content for message in prompt))
        return '{"move": "cannot be known"}'

    chat = Language(FakePolicy(answer), ChatCodec("speaker", "name things by made-up words"))
    trial = Trial("reference_game", range(8), folder=str(tmp_path))
    found = probe("stereotypes:speaker", trial, {"speaker": chat, "listener": Expert()})
    assert found.measures["right without the facts"].value == 1
    assert found.measures["right with the facts"].value == found.measures["no answer"].value == 0
    assert found.measures["score with the facts"].missing == "nobody was ever named"
    assert len(read) == 8 * 12
    assert not any("made-up" in text for text in read)
    again = probe("stereotypes:speaker", trial, {"speaker": chat, "listener": Expert()})
    assert (len(read), again) == (8 * 12, found)
    with pytest.raises(RecordError):
        probe("stereotypes:speaker", Trial("reference_game", range(9), folder=str(tmp_path)), {"speaker": chat})


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("charm", "no probe is called 'charm'; there are talk, listening"),
        ("refusals:eve", "no seat is called 'eve'; there are ann, ben, cleo"),
        ("talk:ann", "talk looks at all of them"),
        ("contagion:ann,ben", "found ann, ben, expected a seat at most"),
        ("talk:charm=1", "found charm, expected a seat at most, and settings metric"),
        ("efficiency:charm=1", "no settings"),
        ("listening:samples=many", "found samples=many, expected a whole number of at least 1"),
        ("listening:most=0", "found most=0"),
        ("collusion:competitive=1", "needs colluding"),
        ("contagion:topology=ring", "found the topology 'ring', expected chain, star, complete"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, part):
    with pytest.raises(ConfigError, match=part):
        probe(asked, Trial("study_group", [1]), TEAM)


def test_every_probe_says_what_it_asks_and_takes_what_it_says():
    import inspect

    for name, each in PROBES.items():
        assert each.asks, name
        assert (
            read_probe(name + (":" + ",".join(f"{need}=1" for need in each.needed) if each.needed else ""))[0] == name
        )
        taken = inspect.signature(each.play).parameters
        assert set(each.settings) <= taken.keys() or any(one.kind == one.VAR_KEYWORD for one in taken.values()), name


def test_the_same_probe_of_two_seats_is_kept_twice(tmp_path):
    for asked in ("contagion:ann", "contagion:ben", "contagion:ann"):
        write_findings(tmp_path, [Finding(probe="contagion", world="w-v1", measures={}, asked=asked)])
    assert [each.asked for each in read_findings(tmp_path)] == ["contagion:ben", "contagion:ann"]


def test_a_probe_passes_through_the_channel_of_its_trial():
    team, trial = {"lookout": Expert(), "courier": Expert()}, Trial("lookout", range(12))
    muted = Trial("lookout", range(12), channel=Channel((Mute(),)))
    assert probe("talk", trial, team).measures["open"].value == 1
    assert probe("talk", muted, team).measures["open"].value == 0
    assert probe("adaptation", muted, team).measures["success"].value == 0
