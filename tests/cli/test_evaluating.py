"""`coterie evaluate`, `report` and `compare` as a researcher types them."""

import csv
import json
import shutil

import msgspec
import pytest
from typer.testing import CliRunner

from coterie.cli import app
from coterie.core import Event
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
    assert "One episode" in page, "all ended alike"
    assert "The best episode" not in page
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
    coterie("report", str(out))
    page = (out / "report.html").read_text()
    assert "3 scenarios of quick-v1, played by random." in page
    for name in ("a_code_for_three_items", "lookout", "study_group"):
        assert f'href="{name}/report.html"' in page
        assert (out / name / "report.html").exists()
    again = csv.DictReader(coterie("report", str(out), "--format", "csv").splitlines())
    assert [row["value"] for row in again] == [row["value"] for row in rows]


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
        (("evaluate", "haggle", "--probe", "collusion"), "needs competitive, colluding"),
        (("evaluate", "lookout", "--probe", "cross_play"), "--team NAME=WHO"),
        (("evaluate", "lookout", "--team", "a=b"), "expected random, expert, human"),
        (("evaluate", "lookout", "--team", "a=random"), "ask for --probe cross_play too"),
        (("evaluate", "lookout", "--probe", "refusals:eve"), "no seat is called 'eve'; there are lookout, courier"),
        (("evaluate", "lookout", "--format", "word"), "expected one of md, json, csv, latex"),
        (("evaluate", "haggle", "--probe", "collusion:competitive=low,colluding=1"), "found competitive='low'"),
        (("measure", "nowhere", "--rubric", "planning"), "name one with --judge WHO"),
        (("measure", "nowhere.jsonl"), "no record in nowhere.jsonl"),
        (("evaluate", "lookout", "--price", "qwen=cheap"), "expected two numbers such as 0.5,1.5"),
        (("evaluate", "lookout", "--price", "qwen=-1,1"), "expected two amounts"),
        (("evaluate", "suite:core", "--set", "size=3"), "a suite has its own options"),
        (("evaluate", "suite:nothing"), "no suite is called 'nothing'"),
        (("compare", "nowhere", "here", "--fail-if", "bad"), "expected one like"),
    ],
)
def test_what_is_wrong_is_one_line(words, part):
    result = CliRunner().invoke(app, [*words])
    assert result.exit_code == 2
    assert part in result.output


def test_probes_that_need_more_are_told_it_and_teams_meet(tmp_path):
    out = str(tmp_path / "run")
    words = ("evaluate", "reference_game", "--episodes", "12", "--metrics", "success", "--out", out)
    printed = coterie(*words, "--probe", "cross_play", "--team", "guessing=random", "--team", "half=listener=random")
    assert "strangers do worse: yes" in printed
    found = json.loads(coterie("report", out, "--format", "json"))["findings"][0]
    assert found["cross_play"]["rows"] == ["the team", "guessing", "half"]
    assert len(list((tmp_path / "run" / "arms" / "cross_play").iterdir())) == 9
    printed = coterie("evaluate", "study_group", "--episodes", "4", "--probe", "tracer_durability:ben,topology=chain")
    assert "intact after 2 hops, chain" in printed
    printed = coterie(
        "evaluate", "iterated_dilemma", "--episodes", "4", "--probe", "collusion:competitive=5,colluding=15"
    )
    assert "collusion index, muted" in printed


def test_the_channel_holds_for_probes_too():
    printed = coterie(
        "evaluate", "lookout", "--episodes", "8", "--channel", "mute", "--metrics", "success", "--probe", "talk"
    )
    assert "talk matters: no" in printed
    assert "talk matters: yes" in coterie("evaluate", "lookout", "--episodes", "8", "--probe", "talk")


def test_what_a_probe_found_before_an_interruption_is_not_played_again(tmp_path, monkeypatch):
    from coterie.evaluation import keeping

    out = tmp_path / "run"
    words = ("evaluate", "lookout", "--episodes", "6", "--metrics", "success", "--probe", "talk", "--out", str(out))

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "finish", stop)
        CliRunner().invoke(app, list(words))
    kept = out / "findings.json"
    kept.write_text(kept.read_text().replace("talk matters", "kept as it was"))
    assert "kept as it was: yes" in coterie(*words)


def test_a_suite_that_was_interrupted_goes_on_with_the_scenario_it_stopped_at(tmp_path, monkeypatch):
    from coterie.evaluation import keeping

    out, told = tmp_path / "all", []
    words = ("evaluate", "suite:quick", "--metrics", "success", "--out", str(out))
    real = keeping.finish

    def stop(folder, *more):
        if told:
            raise KeyboardInterrupt
        told.append(folder)
        real(folder, *more)

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "finish", stop)
        CliRunner().invoke(app, list(words))
    (first,) = out.glob("*/report.json")
    written = first.stat().st_mtime_ns
    assert coterie(*words).count("success") >= 3
    assert first.stat().st_mtime_ns == written
    assert len(list(out.glob("*/report.json"))) == 3
    refused = CliRunner().invoke(app, [*words, "--seat", "*=random"])
    assert refused.exit_code == 2


def test_a_price_makes_money_of_recorded_tokens(tmp_path):
    from coterie.agents import Expert
    from coterie.core import Sample
    from coterie.rollout import gather, write_episodes

    def counted(turn):
        return msgspec.structs.replace(turn, samples=(Sample("x", "qwen", prompt_tokens=1000, completion_tokens=100),))

    played = gather("kuhn_poker", {"first": Expert(), "second": Expert()}, range(3))
    outcome = Event("outcome", None, {"success": True})
    write_episodes(
        tmp_path / "a.jsonl",
        (
            msgspec.structs.replace(each, turns=tuple(map(counted, each.turns[:2])), events=(outcome,))
            for each in played
        ),
    )
    words = ("measure", str(tmp_path), "--metrics", "cost_per_success", "--format", "csv")
    (row,) = csv.DictReader(coterie(*words, "--price", "qwen=2,10").splitlines())
    assert float(row["value"]) == pytest.approx(2 * (1000 * 2 + 100 * 10) / 1e6)
    assert row["unit"] == "USD"
    (unknown,) = csv.DictReader(coterie(*words).splitlines())
    assert "prices for all its policies" in unknown["missing"]


def test_two_evaluations_of_a_suite_are_compared_scenario_by_scenario_and_gate(tmp_path):
    for name, who in (("experts", "expert"), ("guessing", "random")):
        coterie("evaluate", "suite:quick", "--seat", f"*={who}", "--metrics", "success", "--out", str(tmp_path / name))
    a, b = str(tmp_path / "experts"), str(tmp_path / "guessing")
    rows = list(csv.DictReader(coterie("compare", a, b, "--metrics", "success", "--format", "csv").splitlines()))
    assert [row["of"].partition(":")[0] for row in rows] == ["a code for three items", "lookout", "study group"]
    assert all(float(row["p (Holm)"]) >= float(row["p"]) and float(row["difference"]) < 0 for row in rows)
    failed = coterie("compare", a, b, "--metrics", "success", "--fail-if", "success < -0.02", code=1)
    assert "failed: lookout: success < -0.02: it changed by" in failed
    shutil.rmtree(tmp_path / "guessing" / "lookout")
    assert "left out, because only one of them has it: lookout" in coterie("compare", a, b, "--metrics", "success")
    one = CliRunner().invoke(app, ["compare", a, f"{b}/study_group"])
    assert one.exit_code == 2
    assert "holds a suite" in one.output


def test_of_a_run_folder_the_episodes_are_measured_and_not_the_arms_of_probes(tmp_path):
    out = str(tmp_path / "run")
    words = ("evaluate", "lookout", "--episodes", "8", "--metrics", "success", "--format", "json", "--out", out)
    coterie(*words, "--probe", "talk")
    again = json.loads(coterie("measure", out, "--metrics", "success", "--format", "json"))
    assert (again["count"], again["measures"]["success"]["value"]) == (8, 1)
    arms = CliRunner().invoke(app, ["measure", str(tmp_path / "run" / "arms" / "talk")])
    assert arms.exit_code == 2
    assert "episodes of the arms muted and open are mixed" in arms.output
    both = str(tmp_path / "run" / "arms" / "talk")
    refused = CliRunner().invoke(app, ["compare", both, both, "--metrics", "success"])
    assert "holds the arms muted, open" in refused.output


def test_names_of_measures_are_never_cut_on_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    printed = coterie("evaluate", "lookout", "--episodes", "4", "--probe", "lazy_agents")
    assert "invalid_actions/over_budget" in printed
    assert "message_tokens_per_success, tokens_per_success: missing" in printed
    assert "\u2026" not in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "taken").write_text("")
    result = CliRunner().invoke(app, ["evaluate", "lookout", "--episodes", "2", "--out", str(tmp_path / "taken")])
    assert result.exit_code == 2
    assert result.output.startswith("error: ")
    assert "taken" in result.output
