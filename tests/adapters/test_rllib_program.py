"""The program on the page of the bridge to RLlib runs, with a ray of its own, and learns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "bridges" / "rllib_language_team.py"


def told(*arguments):
    """What the program prints, in a run that repeats."""
    command = [sys.executable, str(EXAMPLE), *arguments]
    environment = {**os.environ, "RAY_raylet_start_wait_time_s": "240", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(("by", "iterations"), [("PPO", "16"), ("DQN", "12")])
def test_the_program_on_the_page_learns(by, iterations):
    """In its small form: no processes beside its own, and few steps; the full figures stand on the page."""
    shown = told("lookout", iterations, "0", "0", "seat", "200", by)
    found = {name: (float(low), float(high)) for name, low, high in re.findall(r"(\w+): \S+ \[(.+)\.\.(.+)\]", shown)}
    assert found["before"][1] < 0.1
    assert found["after"][0] > 0.3


@pytest.mark.parametrize("sharing", ["shared", "seat"])
def test_four_environment_runners_with_four_worlds_each_teach_modules_that_are_shared_or_one_a_seat(sharing):
    shown = told("reference_game", "2", "0", "4", sharing, "40")
    assert "worlds of each environment runner: [4, 4, 4, 4]" in shown
    assert re.findall(r"steps (\d+)", shown) == ["256", "512"]
    assert re.search(r"after: \d", shown)
