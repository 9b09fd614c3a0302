"""The viewer in the package is what its sources make."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

VIEWER = Path(__file__).parents[2] / "viewer"
BUNDLE = files("coterie.evaluation.replay").joinpath("viewer.js")


@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm, which fetches what the viewer is made of")
def test_the_bundle_is_what_the_sources_make(tmp_path):
    workshop = tmp_path / "viewer"
    shutil.copytree(VIEWER, workshop, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=workshop, check=True, timeout=240)
    subprocess.run(["node", "build.mjs", str(tmp_path / "viewer.js")], cwd=workshop, check=True, timeout=120)
    made, committed = (tmp_path / "viewer.js").read_bytes(), BUNDLE.read_bytes()
    assert made == committed, "viewer.js is not what viewer/src makes: cd viewer && npm ci && npm run build"


def test_the_licence_of_what_is_in_the_bundle_goes_with_it():
    text = BUNDLE.read_text(encoding="ascii")
    assert "Copyright (c) 2010-2026 three.js authors" in text
    assert "The above copyright notice and this permission notice shall be included in" in text
