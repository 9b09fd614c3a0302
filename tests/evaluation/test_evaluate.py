import tracemalloc

import pytest
import rich

from coterie.agents import Expert, Random, Scripted
from coterie.core import AgentError, Channel, ConfigError, Mute, Scenario
from coterie.environments.text.cooperation.lookout_experts import Guide
from coterie.evaluation import Report, evaluate, evaluate_scenario, measure
from coterie.metrics import METRICS
from coterie.rollout import read_episodes

EXPERTS = {"lookout": Expert(), "courier": Expert()}
MUTED = Channel((Mute(),))


def test_experts_always_succeed_and_the_muted_ones_do_not():
    open_line = evaluate("lookout", EXPERTS, range(100))
    muted = evaluate("lookout", EXPERTS, range(100), channel=MUTED)
    assert open_line.measures["success"].value == 1.0
    assert open_line.measures["path_weighted_success"].value == 1.0
    assert muted.measures["success"].high < open_line.measures["success"].low
    assert open_line.measures["success"].count == open_line.count == 100


def test_all_metrics_are_told_with_the_return_of_every_seat():
    report = evaluate("lookout", EXPERTS, range(5))
    assert set(report.measures) == {*METRICS, "mean_return/lookout", "mean_return/courier"}


def test_a_report_survives_json():
    report = evaluate("lookout", EXPERTS, range(20), options={"size": 4}, channel=MUTED)
    assert Report.from_json(report.to_json()) == report
    assert report.scenario.options["size"] == 4
    assert report.scenario.seeds == tuple(range(20))
    assert report.seats["courier"].mind == "expert"


def test_the_episodes_are_recorded_as_they_were_measured(tmp_path):
    report = evaluate("lookout", EXPERTS, range(30), labels={"arm": "expert"}, record=tmp_path / "a.jsonl.zst")
    episodes = list(read_episodes(report.record))
    assert {episode.seed for episode in episodes} == set(range(30))
    assert all(episode.labels == {"arm": "expert"} for episode in episodes)
    assert measure(episodes).measures == report.measures


def test_failing_agents_are_counted_by_what_broke_them():
    def moody(seed):
        def script(seen):
            raise AgentError("lost the map")

        return script if seed % 2 else Guide(seed)

    minds = {"lookout": Scripted(moody), "courier": Expert()}
    report = evaluate("lookout", minds, range(40))
    broken = report.failures["agent: AgentError: lost the map"]
    assert 0 < broken < 40
    assert report.measures["failed"].value == broken / 40
    assert report.measures["success"].value == 1 - broken / 40
    assert "lost the map" in str(report)


def test_repeats_of_a_seed_do_not_narrow_the_interval_as_new_seeds_would():
    blind = {"lookout": Scripted(lambda seed: Guide(seed, blind=True)), "courier": Expert()}
    walled = {"size": 4, "walls": 5}
    repeated = evaluate("lookout", blind, range(30), repeats=8, options=walled).measures["success"]
    fresh = evaluate("lookout", blind, range(240), options=walled).measures["success"]
    assert repeated.count == fresh.count == 240
    assert repeated.high - repeated.low > 1.5 * (fresh.high - fresh.low)


def test_no_seeds_and_empty_seats_are_refused():
    with pytest.raises(ConfigError, match="no seeds"):
        evaluate("lookout", EXPERTS, [])
    with pytest.raises(ConfigError, match="courier"):
        evaluate("lookout", {"lookout": Expert()}, [1])
    with pytest.raises(ConfigError, match="no metric"):
        evaluate("lookout", EXPERTS, [1], metrics=["happiness"])


def test_memory_does_not_grow_with_the_number_of_episodes():
    def peak(count):
        tracemalloc.start()
        evaluate("lookout", EXPERTS, range(count), options={"size": 2}, at_once=8)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(20)
    small, large = peak(100), peak(600)
    assert (large - small) / 500 < 4_000, "bytes an episode leaves behind; its record is about 6,000"


def test_a_scenario_names_world_seeds_options_and_seats():
    scenario = Scenario("lookout-v1", tuple(range(9)), {"lookout": "ann", "courier": "bob"}, {"size": 2}, "tiny")
    report = evaluate_scenario(scenario, {"ann": Expert("ann"), "bob": Random("bob")})
    assert (report.scenario.name, report.count, report.scenario.options["size"]) == ("tiny", 9, 2)
    assert report.seats["courier"].mind == "bob"
    with pytest.raises(ConfigError, match="bob"):
        evaluate_scenario(scenario, {"ann": Expert()})


def test_a_report_reads_well_on_a_terminal(capsys):
    report = evaluate("lookout", EXPERTS, range(20), options={"size": 2})
    rich.print(report.table())
    shown = capsys.readouterr().out
    assert "100.0" in shown
    assert "[83.9, 100.0]" in shown
    assert "success" in str(report)


def test_names_with_markup_are_shown_as_they_are(capsys):
    minds = {"lookout": Expert("[bold]x[/bold]"), "courier": Expert()}
    rich.print(evaluate("lookout", minds, range(3)).table())
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_progress_goes_to_standard_error_only(capsys):
    evaluate("lookout", EXPERTS, range(3), progress=True)
    assert capsys.readouterr().out == ""


def test_episodes_of_two_worlds_are_not_measured_together(tmp_path):
    evaluate("lookout", EXPERTS, range(3), record=tmp_path / "a.jsonl.zst")
    evaluate("lookout", EXPERTS, range(3), options={"size": 4}, record=tmp_path / "b.jsonl.zst")
    with pytest.raises(ConfigError, match="mixed"):
        measure(read_episodes(tmp_path))
