"""What has an environment of its own is skipped elsewhere, with the reason, and never there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = """
import pytest

@pytest.mark.peer("no-such-package")
def test_needs_what_is_not_there():
    pass

@pytest.mark.peer("pytest")
def test_needs_what_is_there():
    pass

def test_needs_nothing():
    pass
"""


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        ([], "2 passed, 1 skipped"),
        (["--peer", "pytest"], "1 passed, 2 deselected"),
        (["--peer", "no-such-package", "--no-skips"], "1 failed, 2 deselected|2 deselected, 1 error"),
        (["--peer", "another"], "3 deselected"),
    ],
)
def test_a_peer_is_skipped_unless_it_is_asked_for(words, summary, tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-rs", "-p", "no:cacheprovider", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert re.search(summary, done.stdout), done.stdout + done.stderr
    assert (done.returncode == 0) == ("passed" in summary)
    if "passed, 1 skipped" in summary or "failed" in summary:
        assert "no-such-package is not installed here; `make test-peers` runs this" in done.stdout


def test_megatron_is_tested_with_the_versions_that_all_else_is_tested_with():
    def versions(file):
        lines = (HERE.parent / file).read_text().lower().replace("_", "-")
        return dict(re.findall(r"^([\w.-]+)==(\S+)$", lines, re.MULTILINE))

    ours, theirs = versions("constraints.txt"), versions("constraints-megatron.txt")
    assert {"torch", "transformers", "numpy"} <= theirs.keys()
    assert {name: version for name, version in theirs.items() if ours.get(name, version) != version} == {}
