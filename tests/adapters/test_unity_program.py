"""A program that plays Unity's part and dies, hangs, answers late or badly: a failed episode, never a hang."""

import shlex
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from unity_arena import ARENA, SEATS, play_arena

from coterie.adapters.unity import (
    Dialled,
    UnityBuild,
    UnityWorld,
    protocol,
)
from coterie.adapters.unity.line import Line
from coterie.agents import Random, Scripted
from coterie.core import ConfigError, WorldError
from coterie.rollout import gather, play

RANDOM = dict.fromkeys(SEATS, Random())


FAULTS = {
    "cut@4": "ended by itself with code 3",
    "hang@4": "said nothing for 1 s",
    "delay@4": "said nothing for 1 s",
    "garbage@4": "no ML-Agents message",
    "half@4": "no ML-Agents message",
    "empty@4": "ended the session",
    "goodbye@4": "ended the session",
    "cut@0": "ended by itself",
    "hang@0": "greeted and said nothing more",
    "garbage@-1": "no ML-Agents message",
    "half@-1": "no ML-Agents message",
    "never@0": "no Unity peer dialled in",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_that_fails_fails_its_episode_in_time(fault):
    # Those who never come, or only greet, are waited for as long as it may take others to start on a busy machine.
    connect_s = {"never@0": 2.0, "hang@0": 6.0}.get(fault, 30.0)
    with UnityBuild([*ARENA, "--fault", fault], connect_s=connect_s, answer_s=1.0) as build:
        began = time.monotonic()
        (episode,) = gather(lambda: UnityWorld(build, seats=SEATS), RANDOM, [0], at_once=1)
        assert time.monotonic() - began < connect_s + 10.0
    assert episode.failure.boundary == "world"
    assert FAULTS[fault] in episode.failure.error
    assert len(episode.turns) == (8 if fault.endswith("@4") else 0)


def test_a_build_that_hangs_up_while_agents_think_fails_the_episode():
    slow = Scripted(lambda seed: lambda seen: time.sleep(0.3) or seen.spec.fallback)
    with UnityBuild([*ARENA, "--fault", "hang_up@2"], connect_s=30.0, answer_s=2.0) as build:
        (episode,) = gather(lambda: UnityWorld(build, seats=SEATS), dict.fromkeys(SEATS, slow), [0], at_once=1)
    assert "the Unity peer hung up" in episode.failure.error


def test_the_episode_after_a_failure_has_a_build_that_was_started_anew():
    with UnityBuild([*ARENA, "--fault", "cut@4"], connect_s=30.0, answer_s=2.0) as build:
        episodes = list(gather(lambda: UnityWorld(build, seats=SEATS), RANDOM, range(2), at_once=1))
    assert [len(episode.turns) for episode in episodes] == [8, 8]
    assert all("ended by itself" in episode.failure.error for episode in episodes)


LEFT_OPEN = """
import threading
from coterie.adapters.unity import UnityBuild, UnityWorld
from unity_arena import play_arena
build = UnityBuild(port=0, connect_s=20.0)
threading.Thread(target=play_arena, args=(build.port,), daemon=True).start()
UnityWorld(build).reset(0)
print("over")
"""


def test_a_program_that_forgets_to_close_its_build_ends_all_the_same():
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "over\n"


def test_what_a_script_around_a_build_started_ends_with_it(tmp_path):
    """As with `xvfb-run`: the build is a child of what was started."""
    script, mark = tmp_path / "around", tmp_path / "pid"
    script.write_text(f'#!/bin/sh\n{shlex.join(ARENA)} --fault hang@2 "$@" &\necho $! > {mark}\nwait\n')
    script.chmod(0o755)
    with UnityBuild([str(script)], connect_s=30.0, answer_s=1.0) as build:
        episode = play(lambda: UnityWorld(build, seats=SEATS), RANDOM)
    assert "said nothing for 1 s" in episode.failure.error
    ended = time.monotonic() + 5.0
    while running(int(mark.read_text())) and time.monotonic() < ended:
        time.sleep(0.05)
    assert not running(int(mark.read_text()))


def running(process):
    """Whether a process is there and not only waiting to be forgotten."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_noise_on_the_socket_and_late_callers_do_not_keep_a_good_peer_out():
    with UnityBuild(port=0, connect_s=10.0, answer_s=5.0) as build:
        noise = socket.create_connection(("127.0.0.1", build.port))
        noise.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\xff half a frame")
        thread = threading.Thread(target=play_arena, args=(build.port,), daemon=True)
        thread.start()
        assert play(lambda: UnityWorld(build), RANDOM).failure is None
        noise.close()
    thread.join(10.0)
    assert not thread.is_alive()


def test_a_peer_of_another_version_is_refused():
    class Newer(Dialled):
        def _exchange(self, report):
            hello = report.hello and protocol.Hello(name="newer", version="2.0.0")
            return super()._exchange(protocol.Report(hello=hello))

    with UnityBuild(port=0, connect_s=10.0) as build:
        thread = threading.Thread(target=lambda: Newer(build.port).close(), daemon=True)
        thread.start()
        with pytest.raises(WorldError, match=r"version 2\.0\.0, expected 1\.5\.0"):
            UnityWorld(build)
        thread.join(10.0)


def test_nobody_but_this_machine_can_dial_in():
    line = Line()
    try:
        addresses = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in addresses - {"127.0.0.1"}:
            with pytest.raises(ConnectionRefusedError), socket.create_connection((address, line.port), timeout=1.0):
                pass
    finally:
        line.close()


def test_a_port_in_use_is_said_clearly():
    line = Line()
    try:
        with pytest.raises(ConfigError, match=f"port {line.port} is in use"):
            UnityBuild(port=line.port)
    finally:
        line.close()


def test_a_program_that_is_not_there_fails_the_episode_with_its_name():
    with UnityBuild(["/no/such/build"]) as build:
        episode = play(lambda: UnityWorld(build, seats=SEATS), RANDOM)
    assert "cannot start '/no/such/build'" in episode.failure.error


def test_nobody_listening_is_said_clearly():
    with pytest.raises(WorldError, match="nobody listens on port 1 "):
        Dialled(1, connect_s=0.3)
