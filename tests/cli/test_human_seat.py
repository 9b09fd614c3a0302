"""A person at a seat, through the installed command in a process of its own: over pipes, and on a terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coterie.rollout import read_episodes

COTERIE = str(Path(sys.executable).with_name("coterie"))
PLAY = [COTERIE, "play", "lookout", "--seat", "courier=human", "--seed", "3"]
HEARD = re.compile(r"lookout says: (\w+)")
PATIENCE_S = 60


class Sitting:
    """Types into a running command and reads what it prints."""

    def __init__(self, command, terminal):
        self.terminal, self.text = terminal, ""
        if terminal:
            self.write, inside = pty.openpty()
            self.read = self.write
        else:
            self.read, outer = os.pipe()
            inside, self.write = os.pipe()
        out = inside if terminal else outer
        # A session of its own, with the terminal as its own, so that Ctrl-C reaches it and only it.
        settle = (lambda: os.close(os.open(os.ttyname(0), os.O_RDWR))) if terminal else None
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
        self.process = subprocess.Popen(
            command, stdin=inside, stdout=out, stderr=out, start_new_session=True, preexec_fn=settle, env=environment
        )
        for each in {inside, out}:
            os.close(each)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for each in {self.read, self.write}:
            if each is not None:
                os.close(each)

    def until(self, *endings):
        """Reads until the new text ends with a prompt, or holds the end; returns the new text."""
        start, limit = len(self.text), time.monotonic() + PATIENCE_S
        while not any(ending in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text[start:]) for ending in endings):
            ready, _, _ = select.select([self.read], [], [], 0.2)
            assert time.monotonic() < limit, self.text
            try:
                piece = os.read(self.read, 65536) if ready else b"-"
            except OSError:  # how a terminal tells that the other side is gone
                piece = b""
            if not piece:
                break
            self.text += piece.decode() if ready else ""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text[start:])

    def type(self, line):
        os.write(self.write, f"{line}\n".encode())

    def done(self):
        """Waits for the end and returns the exit code."""
        self.until("never printed")
        return self.process.wait(PATIENCE_S)


@pytest.fixture(params=["pipe", "terminal"])
def sitting(request, tmp_path):
    out = tmp_path / "game.jsonl"
    with Sitting([*PLAY, "--out", str(out)], terminal=request.param == "terminal") as sitting:
        sitting.out = out
        yield sitting


def test_a_person_who_does_what_it_hears_delivers_the_parcel(sitting):
    moves = []
    while True:
        shown = sitting.until("move> ", "recorded in")
        if "recorded in" in shown:
            break
        assert "lookout sees" not in shown, "the map is not for the courier"
        moves.append(HEARD.findall(shown)[-1])
        if len(moves) == 1:
            for mistyped, told in (
                ("nort west", "expected one of"),
                ("?", "undo   takes back"),
                ("undo", "nothing to"),
            ):
                sitting.type(mistyped)
                assert told in sitting.until("move> ")
        number = re.search(rf"(\d) {moves[-1]}", shown)[1]
        sitting.type(moves[-1][:3] if len(moves) % 2 else number)
    assert sitting.done() == 0
    (episode,) = read_episodes(sitting.out)
    assert [turn.action.move for turn in episode.turns_of("courier")] == moves
    assert episode.outcome["success"] is True
    assert episode.seats["courier"].mind == "human"
    assert all(turn.rejections == () for turn in episode.turns)


def test_quit_records_the_abandoned_episode(sitting):
    sitting.until("move> ")
    sitting.type("wait")
    sitting.until("move> ")
    sitting.type("quit")
    assert "broken off (agent, courier): AgentError: abandoned by the player" in sitting.until("recorded in")
    assert sitting.done() == 1
    (episode,) = read_episodes(sitting.out)
    assert episode.failure.error == "AgentError: abandoned by the player"
    assert len(episode.turns_of("courier")) == 1


def test_the_end_of_the_input_abandons_as_well(sitting):
    sitting.until("move> ")
    if sitting.terminal:
        os.write(sitting.write, b"\x04")
    else:
        os.close(sitting.write)
        sitting.write = None
    assert "abandoned by the player" in sitting.until("recorded in")
    assert sitting.done() == 1


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_ctrl_c_ends_at_once_and_cleanly(terminal):
    with Sitting(PLAY, terminal) as sitting:
        sitting.until("move> ")
        started = time.monotonic()
        if terminal:
            os.write(sitting.write, b"\x03")
        else:
            os.kill(sitting.process.pid, signal.SIGINT)
        assert sitting.done() not in (0, -signal.SIGKILL)
        assert time.monotonic() - started < 10
        assert "Traceback" not in sitting.text
        assert "Fatal" not in sitting.text


def test_a_whole_game_can_come_from_a_file():
    done = subprocess.run(PLAY, input="wait\n" * 50, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0
    assert "out of moves" in done.stdout
    assert done.stderr == ""
