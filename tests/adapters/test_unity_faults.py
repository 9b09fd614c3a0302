"""The wire to a Unity peer is cut, delayed, garbled, or stops in the middle of a message."""

import contextlib
import threading
import time

import pytest
from faulty_wire import FaultyWire

from coterie.adapters.unity import Dialled, UnityBuild, UnityWorld, serve
from coterie.agents import Random
from coterie.core import WorldError
from coterie.rollout import gather

SEATS = ("cross", "nought")
MINDS = dict.fromkeys(SEATS, Random())
CONNECT_S, ANSWER_S = 2.5, 1.5


@contextlib.contextmanager
def over_a_wire(fault, after, backwards):
    """A build that is a served world at the other end of a wire; and what the service ended with."""
    ends = []

    def run(port):
        try:
            ends.append(serve("tic_tac_toe", port=port, connect_s=CONNECT_S, answer_s=ANSWER_S))
        except WorldError as error:
            ends.append(error)

    with UnityBuild(port=0, connect_s=CONNECT_S, answer_s=ANSWER_S) as build:
        wire = FaultyWire(build.port, fault, after, backwards)
        peer = threading.Thread(target=run, args=(wire.port,), daemon=True)
        peer.start()
        yield build, wire, ends
    wire.close()
    peer.join(15.0)
    assert not peer.is_alive(), "the served world hangs"


def played(build, count):
    """Some episodes, in the order in which they were played."""
    episodes = list(gather(lambda: UnityWorld(build, seats=SEATS), MINDS, range(count), at_once=1))
    return sorted(episodes, key=lambda each: each.seed)


PLACES = {False: {"greeting": 300, "play": 9000}, True: {"greeting": 200, "play": 3000}}
"""Backwards or not: what happens after so many bytes."""


@pytest.mark.parametrize("place", ["greeting", "play"])
@pytest.mark.parametrize("backwards", [False, True], ids=["to_python", "to_unity"])
@pytest.mark.parametrize("fault", ["cut", "hang", "garbage", "half"])
def test_a_broken_wire_fails_episodes_in_time_and_hangs_nobody(fault, backwards, place):
    with over_a_wire(fault, PLACES[backwards][place], backwards) as (build, wire, ends):
        episodes = played(build, 1 if place == "greeting" else 4)
        assert wire.happened.is_set()
        failed = [each for each in episodes if each.failure is not None]
        assert failed
        for each in failed:
            assert each.failure.boundary == "world"
            assert any(
                told in each.failure.error
                for told in ("hung up", "said nothing", "ended the session", "no Unity peer", "greeted and said")
            ), each.failure.error
        if place == "play":
            assert episodes[0].failure is None
            assert episodes[0].outcome
    assert len(ends) == 1


def test_an_episode_that_fails_on_the_wire_keeps_what_was_played():
    with over_a_wire("cut", 9000, False) as (build, _, _):
        episodes = played(build, 4)
    broken = next(each for each in episodes if each.failure is not None)
    assert [each.failure is None for each in episodes] == [each.seed < broken.seed for each in episodes]
    assert broken.turns


@pytest.mark.parametrize("backwards", [False, True], ids=["to_python", "to_unity"])
def test_a_delay_within_the_limit_changes_nothing(backwards):
    with over_a_wire("delay", 2000, backwards) as (build, wire, ends):
        episodes = played(build, 4)
        assert wire.happened.is_set()
        assert [each.failure for each in episodes] == [None] * 4
    assert len(ends) == 1


def test_the_next_peer_plays_on_after_a_broken_wire():
    with over_a_wire("cut", 2000, False) as (build, _, _):
        episodes = played(build, 3)
        assert episodes[-1].failure is not None
        second = threading.Thread(target=serve, args=("tic_tac_toe",), kwargs={"port": build.port}, daemon=True)
        second.start()
        episodes = played(build, 3)
        assert [each.failure for each in episodes] == [None] * 3
    second.join(10.0)
    assert not second.is_alive()


def test_somebody_who_listens_and_never_greets_is_given_up():
    with UnityBuild(port=0) as build:  # it listens; but no episode begins, so it answers no greeting
        began = time.monotonic()
        with pytest.raises(WorldError, match="gave no order for"):
            Dialled(build.port, connect_s=1.0)
        assert time.monotonic() - began < 5.0
