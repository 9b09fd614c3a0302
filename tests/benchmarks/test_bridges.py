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
