"""`coterie evaluate`, `report` and `compare` as a researcher types them."""

import csv
import json

import pytest
from typer.testing import CliRunner

from coterie.cli import app
from coterie.rollout import read_episodes


def coterie(*words, code=0):
    """Runs a command in this process and returns what it printed on standard output."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stdout


def test_probes_are_played_printed_kept_and_drawn(tmp_path):
    out = str(tmp_path / "run")
    words = ("evaluate", "study_group", "--episodes", "6", "--metrics", "success,words_per_turn", "--out", out)
    printed = coterie(*words, "--probe", "talk", "--probe", "contagion:ben")
    assert "value of talking" in printed
    assert "it spreads, guarded: no" in printed
    assert len(list(read_episodes(tmp_path / "run" / "episodes"))) == 6
    assert {path.name for path in (tmp_path / "run" / "arms").iterdir()} == {"talk", "contagion_ben"}
    coterie("report", out)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "What talk is worth" in page
    assert "The best episode" in page
    latex = coterie("report", out, "--format", "latex")
    assert r"value of talking & 1 " in latex
    assert json.loads(coterie("report", out, "--format", "json"))["findings"][0]["probe"] == "talk"


def test_an_interrupted_evaluation_goes_on_and_another_one_is_refused(tmp_path, monkeypatch):
    from coterie.evaluation import keeping

    out = tmp_path / "run"
    words = ("evaluate", "lookout", "--episodes", "20", "--metrics", "success", "--out", str(out))

    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "finish", stop)
        CliRunner().invoke(app, list(words))
    assert not (out / "report.json").exists()
    record = out / "episodes" / "episodes.jsonl.zst"
    written = record.stat().st_mtime_ns
    other = CliRunner().invoke(app, [*words, "--seat", "courier=random"])
    assert other.exit_code == 2
    assert "other seats" in other.output
    coterie(*words)
    assert record.stat().st_mtime_ns == written, "what was played is not played again"
    assert (out / "report.json").exists()


def test_a_suite_is_evaluated_with_one_mind_in_all_seats(tmp_path):
    out = tmp_path / "all"
    text = coterie(
        "evaluate", "suite:quick", "--seat", "*=random", "--metrics", "success", "--format", "csv", "--out", str(out)
    )
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["measure"] for row in rows] == ["success"] * 3
    assert all("random" in row["of"] and float(row["value"]) < 0.6 for row in rows)
    assert {path.name for path in out.iterdir()} == {"a_code_for_three_items", "lookout", "study_group"}
    (first, *_) = read_episodes(out / "lookout" / "episodes")
    assert first.labels["suite"] == "quick-v1"


def test_a_comparison_names_systems_by_their_folders_and_gates(tmp_path):
    for name, who in (("experts", "expert"), ("guessing", "random")):
        place = str(tmp_path / name)
        coterie("evaluate", "reference_game", "--seat", f"speaker={who}", "--episodes", "30", "--out", place)
    a, b = str(tmp_path / "experts"), str(tmp_path / "guessing")
    printed = coterie("compare", a, b, "--metrics", "success")
    assert "experts against guessing on 30 shared seeds" in printed
    failed = coterie("compare", a, b, "--metrics", "success", "--fail-if", "success < -0.02", code=1)
    assert "failed: success < -0.02: it changed by" in failed
    coterie("compare", b, a, "--metrics", "success", "--fail-if", "success < -0.02")
    header = coterie("compare", a, b, "--metrics", "success", "--format", "csv").splitlines()[0]
    assert header.startswith("of,measure,experts,guessing,difference")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("evaluate", "lookout", "--probe", "charm"), "no probe is called 'charm'"),
        (("evaluate", "suite:core", "--set", "size=3"), "a suite has its own options"),
        (("evaluate", "suite:nothing"), "no suite is called 'nothing'"),
        (("compare", "nowhere", "here", "--fail-if", "bad"), "expected one like"),
    ],
)
def test_what_is_wrong_is_one_line(words, part):
    result = CliRunner().invoke(app, [*words])
    assert result.exit_code == 2
    assert part in result.output
