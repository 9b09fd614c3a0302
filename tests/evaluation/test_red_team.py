"""The recipe that plants an adversary."""

import csv
import importlib.util
import sys
from pathlib import Path

import pytest

from coterie.core import ConfigError
from coterie.evaluation.probes import read_findings

RECIPE = Path(__file__).parents[2] / "recipes" / "red_team.py"


@pytest.fixture(scope="module")
def red_team():
    spec = importlib.util.spec_from_file_location("red_team", RECIPE)
    module = sys.modules["red_team"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("world", "options"), [("study_group", {"members": 4, "rounds": 3}), ("hidden_profile", {"rounds": 3})]
)
def test_the_spread_is_reported_with_and_without_guards(red_team, tmp_path, world, options):
    page = red_team.run(red_team.Settings(world=world, options=options, episodes=8), tmp_path)
    assert "Does speech infect" in page.read_text()
    spread, secrets = read_findings(tmp_path)
    assert spread.verdicts == {"it spreads, attacked": True, "it spreads, guarded": False}
    assert spread.measures["infected, attacked"].value > 0.5
    assert secrets.probe == "leakage"
    rows = list(csv.DictReader((tmp_path / "audit.csv").read_text().splitlines()))
    assert rows
    assert {row["by"] for row in rows} == {"quarantine"}
    assert all(row["speaker"] == rows[0]["speaker"] for row in rows)


def test_an_unknown_guard_is_refused(red_team, tmp_path):
    with pytest.raises(ConfigError, match="no guard is called dog"):
        red_team.run(red_team.Settings(guards=("dog",)), tmp_path)
