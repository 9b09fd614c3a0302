"""The benchmarks still run, at sizes that measure nothing; what they assert about the work done holds."""

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"


def run(name, *arguments):
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_rollouts_reports_every_contestant_beside_ours():
    peers = ("bare loop", "generate, cache kept", "generate, re-encoding")
    told = run("rollouts", "--episodes", "2", "--turns", "2", "--rounds", "1", "--only", "ours", *peers)
    for name in peers:
        (line,) = [line for line in told.splitlines() if name in line and "times as fast" in line]
        assert "ours is" in line
    assert "vLLM left out" in told


def test_training_reports_a_step_split_in_its_parts():
    peer = "TRL, cache kept"
    told = run("training", "--episodes", "8", "--turns", "4", "--steps", "1", "--peers", peer)
    for name in ("ours", peer) if importlib.util.find_spec("trl") else ("ours",):
        (line,) = [line for line in told.splitlines() if line.strip().startswith(name) and "[" in line]
        assert ("times as fast" in line) == (name != "ours")


def test_worlds_reports_our_steps_a_second():
    told = run("worlds", "--quick", "kuhn_poker", "taboo")
    assert told.count("coterie  ") == 2
    assert "thousand steps/s" in told


def test_the_virtual_world_reports_every_rate():
    told = run("virtual", "--quick")
    assert told.count("coterie") == 4


def test_the_record_loses_nothing():
    told = run("record", "--episodes", "2000", "--peer-episodes", "200")
    assert "2,000 episodes of ours, 200 of json + gzip" in told


def test_training_refuses_episodes_that_do_not_fill_groups():
    command = [sys.executable, str(FOLDER / "training.py"), "--episodes", "12"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "groups of 8" in done.stderr


def test_scoring_reports_seconds_and_memory():
    told = run("scoring", "--episodes", "200")
    assert "200 episodes" in told
    assert "peak memory" in told
    assert "at most 60 s" in told
