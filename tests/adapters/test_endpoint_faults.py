"""An endpoint that is asked by an agent, and everything that can go wrong with it, in a process of its own."""

import resource
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from processes import process

from coterie.agents import Expert, Language
from coterie.core import decode_episode, encode_episode
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.endpoint import EndpointPolicy, EndpointSettings
from coterie.rollout import gather, play

SETTINGS = EndpointSettings(retries=2, first_wait_s=0.01, longest_wait_s=0.15, timeout_s=0.6, most_bytes=200_000)
PASSING = [
    *("cut", "reset", "half", "half_head", "short_length"),
    *("hang", "trickle", "endless", "bomb"),
    *("garbage", "html", "other_json", "null", "bad_gzip", "bad_chunks", "surrogate"),
    *("429", "429_late", "500", "502", "503"),
]


@pytest.fixture(scope="module")
def peer():
    with process(sys.executable, Path(__file__).with_name("faulty_peer.py")) as server:
        yield server


def team(url, plan, settings=SETTINGS):
    courier = Language(EndpointPolicy(url, plan, settings), ChatCodec(seat="courier"))
    return {"lookout": Expert(), "courier": courier}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_a_new_try_and_nothing_else(peer, fault):
    minds = team(peer.url, f"ok:1,{fault}")
    started = time.monotonic()
    episode = play("lookout", minds, seed=1)
    assert time.monotonic() - started < 5
    assert episode.failure is None
    assert episode.outcome["success"] is True
    usage = minds["courier"].policy.usage
    assert usage.retries == 1
    assert usage.answers == len(episode.turns_of("courier"))


@pytest.mark.parametrize("fault", [*PASSING, "401", "redirect"])
def test_a_fault_that_stays_is_a_recorded_failure_of_its_episode(peer, fault):
    started = time.monotonic()
    episode = play("lookout", team(peer.url, f"ok:1,{fault}!"), seed=2)
    assert time.monotonic() - started < 6  # three tries and their waits: nothing hangs
    assert (episode.failure.boundary, episode.failure.agent) == ("policy", "courier")
    assert "expected a chat completion" in episode.failure.error
    assert len(episode.turns_of("courier")) == 1  # what was played until then is kept
    assert decode_episode(encode_episode(episode)) == episode


def test_an_answer_that_is_late_is_waited_for(peer):
    episode = play("lookout", team(peer.url, "delay!"), seed=1)
    assert episode.outcome["success"] is True


def test_an_answer_without_a_move_has_the_declared_consequence_and_is_recorded(peer):
    episode = play("lookout", team(peer.url, "prose:2"), seed=1)
    first = episode.turns_of("courier")[0]
    assert episode.failure is None
    assert (first.action, first.rejections[0].code) == (None, "unparsable")
    assert first.samples[0].text.startswith("Well")
    assert episode.outcome["success"] is True  # it waited, and went on
    assert decode_episode(encode_episode(episode)) == episode


def test_faults_of_some_episodes_are_no_trouble_to_others(peer):
    started = time.monotonic()
    episodes = list(gather("lookout", team(peer.url, "ok:9,hang:2,cut:2,garbage:3,half:2"), range(8)))
    assert time.monotonic() - started < 20
    assert all(episode.outcome.get("success") or episode.failure for episode in episodes)
    assert sum(episode.failure is None for episode in episodes) >= 6


def test_an_endless_answer_does_not_fill_the_memory(peer):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    play("lookout", team(peer.url, "endless!"), seed=3)
    play("lookout", team(peer.url, "bomb!"), seed=3)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_a_server_that_dies_in_the_middle_of_an_episode_ends_it(tmp_path):
    with process(sys.executable, Path(__file__).with_name("faulty_peer.py")) as server:
        episode = play("lookout", team(server.url, "ok:2,die"), seed=1)
        assert server.process.wait(5) == 9
    assert episode.failure.boundary == "policy"
    assert len(episode.turns_of("courier")) == 2


def test_a_server_that_is_stopped_still_ends_the_episode_and_one_that_comes_back_is_used():
    with process(sys.executable, Path(__file__).with_name("faulty_peer.py")) as server:
        server.process.send_signal(signal.SIGSTOP)  # it accepts, and never answers
        started = time.monotonic()
        episode = play("lookout", team(server.url, "ok:1"), seed=1)
        assert time.monotonic() - started < 5
        assert "no answer within 0.6 s" in episode.failure.error
        threading.Timer(0.5, server.process.send_signal, [signal.SIGCONT]).start()
        assert play("lookout", team(server.url, "ok:1"), seed=1).failure is None
