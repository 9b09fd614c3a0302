"""Numbers for elsewhere: Markdown, CSV, LaTeX, JSON; and the gate for continuous integration."""

import csv
import json

import pytest

from coterie.agents import Expert, Random
from coterie.core import ConfigError, Measure
from coterie.environments import make
from coterie.evaluation import compare, evaluate
from coterie.evaluation.export import Grid, export, latex, markdown
from coterie.evaluation.gate import Condition, failures
from coterie.evaluation.probes import Finding
from coterie.evaluation.suites import SUITES, suite
from coterie.rollout import gather

EXPERTS = {"speaker": Expert(), "listener": Expert()}
LOST = {"speaker": Random(), "listener": Expert()}


@pytest.fixture(scope="module")
def comparison():
    return compare(
        gather("reference_game", EXPERTS, range(40)), gather("reference_game", LOST, range(40)), metrics=["success"]
    )


def test_every_result_is_written_in_every_format(comparison):
    report = evaluate("reference_game", EXPERTS, range(5), metrics=["success", "path_weighted_success"])
    finding = Finding(probe="talk", world="w-v1", measures={"a|b": Measure(1.0), "none": Measure(None, missing="why")})
    for found in ([report], [comparison], [finding], [report, finding]):
        assert json.loads(export(found, "json"))
        rows = list(csv.reader(export(found, "csv").splitlines()))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert export(found, "md").count("\n| --- |") == len(found)
        assert export(found, "latex").count(r"\begin{tabular}") == len(found)
    with pytest.raises(ConfigError, match="expected one of md, json, csv, latex"):
        export([report], "pdf")


def test_signs_with_a_meaning_are_written_out():
    grid = Grid("t", ("measure", "value"), [("a|b_50%", 0.25)])
    assert "a\\|b_50%" in markdown(grid)
    assert r"a|b\_50\%" in latex(grid)


def test_what_is_missing_stands_in_comments_of_latex_and_not_as_empty_cells():
    report = evaluate(
        "lookout", {"lookout": Expert(), "courier": Random()}, range(4), metrics=["words_per_success", "success"]
    )
    lines = export([report], "latex").splitlines()
    assert "% words_per_success: missing, no episode succeeded, so a success has no price" in lines
    assert not any(line.startswith("words") for line in lines)
    assert sum(line.startswith("success & 0 & 0 & 0.4899 & 4 & share") for line in lines) == 1


def test_what_a_gate_lets_pass_and_what_not(comparison):
    change = comparison.differences["success"].change.value
    assert change < -0.3
    assert failures(comparison, [Condition.read("success < -0.02")]) == [
        f"success < -0.02: it changed by {change:+.4g}"
    ]
    assert failures(comparison, [Condition.read("success > 2%"), Condition.read("success<=-1.5")]) == []
    with pytest.raises(ConfigError, match="beauty was not compared"):
        failures(comparison, [Condition.read("beauty < 0")])
    with pytest.raises(ConfigError, match="expected one like"):
        Condition.read("success is bad")


def test_a_change_that_cannot_be_computed_fails_the_gate():
    silent = compare(
        gather("kuhn_poker", dict.fromkeys(("first", "second"), Random()), range(5)),
        gather("kuhn_poker", dict.fromkeys(("first", "second"), Random()), range(5)),
        metrics=["success"],
    )
    assert "missing" in failures(silent, [Condition.read("success < -0.5")])[0]


def test_every_scenario_of_every_suite_can_be_made_and_versions_are_found_by_bare_names():
    for name, scenarios in SUITES.items():
        assert suite(name.rpartition("-v")[0]) == (name, scenarios)
        assert len({scenario.name for scenario in scenarios}) == len(scenarios)
        for scenario in scenarios:
            assert make(scenario.environment, **scenario.options).id == scenario.environment
            assert len(set(scenario.seeds)) == len(scenario.seeds) >= 30
    with pytest.raises(ConfigError, match="no suite is called"):
        suite("everything")


def test_suites_at_version_1_have_not_changed():
    """Numbers of a suite are compared across times and places: whoever changes one adds a version."""
    import hashlib

    told = repr([(name, SUITES[name]) for name in ("core-v1", "quick-v1", "talk-v1")])
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == "b8cb549d9951c366"
