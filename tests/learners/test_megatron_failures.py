"""Whatever happens to a process of the Megatron learner, the one that asked hears of it, soon and in one line."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coterie.algorithms import Imitation
from coterie.core import PolicyError
from coterie.learners.batch import Sequence
from coterie.learners.megatron.layout import Layout
from coterie.learners.megatron.learner import MegatronLearner
from coterie.policies.local import small_model

pytestmark = pytest.mark.peer("megatron-core")
LINE = Sequence([2, 3, 4, 5], [2, 3], [0.0] * 2, [1.0] * 2, [0] * 2, [None] * 2, [1], [0.0])


def learner():
    model = small_model(20, hidden=16, heads=2)
    return MegatronLearner(model, None, "me", lambda *_: None, layout=Layout(tensor=2, timeout_s=120))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ended(pids, within_s=20):
    until = time.monotonic() + within_s
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_was_killed_is_named(victim):
    made = learner()
    pids = [process.pid for process in made.ranks.processes]
    folder = made.ranks.folder
    os.kill(pids[victim], signal.SIGKILL)
    time.sleep(0.2)
    started = time.monotonic()
    with pytest.raises(PolicyError, match=rf"Megatron process {victim} of 2 .*exit code -9.*all of them were ended"):
        made.measure(made.collate([LINE]))
    assert time.monotonic() - started < 15
    assert ended(pids)
    assert not folder.exists()
    with pytest.raises(PolicyError, match="have ended; make a new learner"):
        made.measure(made.collate([LINE]))


def test_a_process_that_dies_in_the_middle_of_work_is_named():
    made = learner()
    pids = [process.pid for process in made.ranks.processes]
    os.kill(pids[1], signal.SIGSTOP)  # the other now waits for it
    threading.Timer(1.0, os.kill, (pids[1], signal.SIGKILL)).start()
    with pytest.raises(PolicyError, match=r"Megatron process 1 of 2 died at measure \(exit code -9"):
        made.measure(made.collate([LINE]))
    assert ended(pids)


def test_a_process_that_hangs_is_ended_when_its_time_is_over():
    made = learner()
    made.ranks.timeout_s = 3  # to start takes longer than this
    pids = [process.pid for process in made.ranks.processes]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(PolicyError, match="gave no answer to measure within 3 s; all of them were ended"):
        made.ranks.tell("measure", bytes(10**7))  # more than waits in any pipe
    assert 2.9 < time.monotonic() - started < 15
    assert ended(pids)


def test_what_goes_wrong_in_a_process_is_told_in_its_words():
    made = learner()
    with pytest.raises(PolicyError, match=r"Megatron process [01] of 2 failed at load: .*(FileNotFound|No such file)"):
        made.ranks.tell("load", made.steps)


def test_a_word_outside_of_the_vocabulary_is_told_too():
    made = learner()
    beyond = Sequence([2, 3, 4, 99], [3], [0.0], [1.0], [0], [None], [1], [0.0])
    with pytest.raises(PolicyError, match=r"Megatron process [01] of 2 failed at measure: "):
        Imitation().loss(made.measure(made.collate([beyond])))


SCRIPT = """
from coterie.learners.megatron.learner import MegatronLearner
from coterie.policies.local import small_model
learner = MegatronLearner(small_model(20, hidden=16, heads=2), None, "me", lambda *_: None)
print(learner.ranks.processes[0].pid, learner.ranks.folder, flush=True)
input()
"""


def test_processes_end_with_the_program_that_started_them():
    program = subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    words = program.stdout.readline().split()
    pid, folder = int(words[0]), Path(words[1])
    assert alive(pid)
    assert folder.exists()
    program.kill()
    program.communicate()
    assert ended([pid])
    assert not folder.exists()


def test_processes_end_when_nobody_has_the_learner_any_more():
    made = learner()
    pids = [process.pid for process in made.ranks.processes]
    del made
    assert ended(pids)
