"""The benchmark of the bridges runs, and what it measures stays below its limit on the smallest world."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "bridges.py"


def test_a_bridge_costs_less_than_25_microseconds_a_step():
    command = [sys.executable, str(SCRIPT), "--quick", "tic_tac_toe", "kuhn_poker"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    costs = re.findall(r"^(\w+) +(Gymnasium|Parallel|AEC) +(-?[\d.]+) us a step", done.stdout, re.MULTILINE)
    assert len(costs) == 6
    assert all(float(cost) < 25 for *_, cost in costs), done.stdout


def test_the_environment_of_rllib_takes_hardly_longer_than_a_world_with_something_to_do():
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "kitchen"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (times,) = re.findall(r"RLlib +([\d.]+) times our own", done.stdout)
    assert float(times) < 1.3
