"""The program on the page of the bridge to RLlib runs, with a ray of its own, and learns."""

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "bridges" / "rllib_language_team.py"


def test_the_program_on_the_page_learns():
    """In its small form: no processes beside its own, and few steps; the full figures stand on the page."""
    command = [sys.executable, str(EXAMPLE), "lookout", "16", "0", "0", "seat", "200"]
    environment = {**os.environ, "RAY_raylet_start_wait_time_s": "240", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {name: float(share) for name, share in re.findall(r"(before|after): ([\d.]+)", done.stdout)}
    assert found["before"] < 0.1
    assert found["after"] > 0.3
