"""The viewer in the package is what its sources make."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

VIEWER = Path(__file__).parents[2] / "viewer"
BUNDLE = files("coterie.evaluation.replay").joinpath("viewer.js")


def test_the_bundle_is_what_the_sources_make(tmp_path):
    node = shutil.which("node")
    if node is None or not (VIEWER / "node_modules").is_dir():
        pytest.skip("no node, or its packages are not there: cd viewer && npm ci")
    subprocess.run([node, "build.mjs", str(tmp_path / "viewer.js")], cwd=VIEWER, check=True, timeout=120)
    made, committed = (tmp_path / "viewer.js").read_bytes(), BUNDLE.read_bytes()
    assert made == committed, "viewer.js is not what viewer/src makes: cd viewer && npm ci && npm run build"


def test_the_licence_of_what_is_in_the_bundle_goes_with_it():
    text = BUNDLE.read_text(encoding="ascii")
    assert "Copyright (c) 2010-2026 three.js authors" in text
    assert "The above copyright notice and this permission notice shall be included in" in text
