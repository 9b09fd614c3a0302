"""Every example runs as it stands, in a process of its own, and its claim holds in numbers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"


def figures(name, *arguments, within_s=120):
    """Runs an example and returns what it printed as `name: number`."""
    found = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=within_s,
    )
    assert found.returncode == 0, found.stderr
    return {key: float(value) for key, value in re.findall(r"^([\w ]+): (-?[\d.]+)", found.stdout, re.MULTILINE)}


def a_table_walks_as_well_as_can_be(folder):
    found = figures("teach_a_table_to_walk", 100)
    assert found["before"] < 0 < 0.95 * found["optimum"] < found["after"] <= found["optimum"]


def independent_learners_miss_the_optimum(folder):
    found = figures("independent_learners_fail", 10)
    assert found["share at the optimum"] <= 0.1
    assert 4.5 <= found["mean payoff"] < 7 < found["optimum"]


def two_tables_agree_on_a_code(folder):
    found = figures("a_code_emerges", 120)
    assert found["before"] < 0.35
    assert found["after"] > 0.95


def a_world_of_your_own_keeps_the_contract(folder):
    found = figures("your_own_world", 200)
    assert found["experts"] == 1.0
    assert found["random"] < 0.4


def a_muted_team_fails(folder):
    found = figures("is_the_talk_worth_anything", 100)
    assert found["success lost when muted"] > 0.9
    assert found["success lost when noisy"] < 0.2
    assert found["p when muted"] < 0.001


def a_model_learns_its_trade(folder):
    found = figures("imitate_an_expert", folder / "run")
    assert found["before"] < 0.1
    assert found["after"] > 0.85
    assert (folder / "run" / "courier" / "model.safetensors").exists()


CLAIMS = {
    "teach_a_table_to_walk": a_table_walks_as_well_as_can_be,
    "independent_learners_fail": independent_learners_miss_the_optimum,
    "a_code_emerges": two_tables_agree_on_a_code,
    "your_own_world": a_world_of_your_own_keeps_the_contract,
    "is_the_talk_worth_anything": a_muted_team_fails,
    "imitate_an_expert": a_model_learns_its_trade,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_an_example_shows_what_it_says(name, tmp_path):
    assert name in CLAIMS, f"say in CLAIMS what examples/{name}.py shows, in numbers"
    CLAIMS[name](tmp_path)


def test_every_example_says_what_to_expect():
    for path in FOLDER.glob("*.py"):
        assert {"Shows:", "Expect "} <= set(re.findall(r"Shows:|Expect ", path.read_text())), path.name
