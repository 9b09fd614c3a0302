import pytest
import rich

from coterie.agents import Expert, Random
from coterie.core import Channel, ConfigError, Measure, Metric, Mute, Noise
from coterie.environments import make
from coterie.evaluation import compare, compare_scenarios, evaluate
from coterie.metrics import HEADLINES
from coterie.metrics.paired import difference, holm
from coterie.rollout import gather

EXPERTS = {"lookout": Expert(), "courier": Expert()}
WANDERER = {"lookout": Expert(), "courier": Random()}
MUTED = Channel((Mute(),))


def episodes(minds, seeds, channel=None, **options):
    return gather("lookout", minds, seeds, options=options, channel=channel)


def test_the_value_of_talking_is_the_paired_difference_of_success():
    found = compare(episodes(EXPERTS, range(60), MUTED), episodes(EXPERTS, range(60)), metrics=["success"])
    difference = found.differences["success"]
    assert difference.change.value == difference.b.value - difference.a.value
    assert difference.change.low > 0.5
    assert difference.test == "exact McNemar"
    assert difference.p < 1e-6
    assert difference.better == "b"


def test_a_system_compared_with_itself_shows_nothing():
    found = compare(episodes(EXPERTS, range(30)), episodes(EXPERTS, range(30)))
    for name, each in found.differences.items():
        assert each.change.value in (0.0, None), name
        assert each.p in (1.0, None), name
        assert not each.better


def test_only_shared_seeds_count():
    found = compare(episodes(EXPERTS, range(20)), episodes(WANDERER, range(10, 40)), metrics=["success", "mean_return"])
    assert (found.shared, found.left_out) == (10, 30)
    assert found.differences["success"].a.count == 10
    assert found.differences["mean_return"].change.count == 10


def test_the_order_of_the_episodes_does_not_matter():
    forward = list(episodes(WANDERER, range(25)))
    once = compare(episodes(EXPERTS, range(25)), forward)
    assert compare(episodes(EXPERTS, range(25)), forward[::-1]) == once


def test_without_a_shared_seed_there_is_no_comparison():
    with pytest.raises(ConfigError, match="share no seed"):
        compare(episodes(EXPERTS, range(5)), episodes(EXPERTS, range(5, 9)))


def test_different_worlds_are_not_paired():
    with pytest.raises(ConfigError, match="different worlds"):
        compare(episodes(EXPERTS, range(5)), episodes(EXPERTS, range(5), size=4))


def test_words_per_success_is_compared_as_a_ratio():
    noisy = episodes(EXPERTS, range(40), Channel((Noise(0.5),)))
    found = compare(noisy, episodes(EXPERTS, range(40)), metrics=["words_per_success"])
    difference = found.differences["words_per_success"]
    assert difference.test == "permutation"
    assert difference.change.value == pytest.approx(difference.b.value - difference.a.value)
    assert difference.change.value < 0
    assert difference.better == "b"


def test_p_values_are_corrected_for_how_many_measures_there_are():
    found = compare(episodes(WANDERER, range(30)), episodes(EXPERTS, range(30)))
    raw = {name: each.p for name, each in found.differences.items() if each.p is not None}
    assert len(raw) > 3
    assert {name: found.differences[name].p_holm for name in raw} == holm(raw)


def test_reports_are_compared_by_their_records(tmp_path):
    before = evaluate("lookout", WANDERER, range(20), record=tmp_path / "before.jsonl.zst")
    after = evaluate("lookout", EXPERTS, range(20), record=tmp_path / "after.jsonl.zst")
    found = compare(before, after, names=("before", "after"))
    assert found == compare(tmp_path / "before.jsonl.zst", str(tmp_path / "after.jsonl.zst"), names=("before", "after"))
    assert found.differences["success"].better == "b"
    with pytest.raises(ConfigError, match="record="):
        compare(before, evaluate("lookout", EXPERTS, range(20)))


def test_several_tries_at_a_seed_are_averaged_before_pairing():
    tries = gather("lookout", WANDERER, range(12), repeats=5)
    found = compare(tries, gather("lookout", EXPERTS, range(12), repeats=5), metrics=["success"])
    difference = found.differences["success"]
    assert difference.test == "permutation"
    assert difference.change.count == 12
    assert difference.a.count == 60


def test_a_measure_that_neither_tells_stays_missing():
    players = {"lookout": Expert(), "courier": Expert()}
    found = compare(
        episodes(players, range(5), MUTED), episodes(players, range(5), MUTED), metrics=["words_per_success"]
    )
    difference = found.differences["words_per_success"]
    if difference.a.value is None:
        assert difference.change.value is None
        assert difference.p is None


def test_a_metric_that_needs_all_episodes_cannot_be_paired():
    with pytest.raises(ConfigError, match="longest"):
        compare([], [], metrics=[Metric("longest", lambda episodes: Measure(1.0))])


def test_a_comparison_reads_well_on_a_terminal(capsys):
    found = compare(episodes(WANDERER, range(30)), episodes(EXPERTS, range(30)), names=("random", "expert"))
    rich.print(found.table())
    assert "random against expert on 30 shared seeds" in capsys.readouterr().out
    assert "exact McNemar, Holm" in str(found)


def test_a_comparison_says_how_small_a_difference_it_could_have_seen():
    found = compare(episodes(WANDERER, range(40)), episodes(EXPERTS, range(40)), metrics=["success"])
    assert "p < 0.001 (exact McNemar, Holm)" in str(found)
    assert "40 seeds show" in str(found)
    assert "80 % power" in str(found)
    without = compare(episodes(WANDERER, range(10)), episodes(EXPERTS, range(10)), metrics=["mean_return"])
    assert without.sight == ""


def test_one_seat_can_be_compared():
    names = ["mean_return/courier", "milestones/courier"]
    found = compare(episodes(WANDERER, range(20)), episodes(EXPERTS, range(20)), metrics=names)
    assert [each.better for each in found.differences.values()] == ["b", "b"]


def test_without_names_only_headlines_are_compared_so_that_correction_costs_little():
    found = compare(episodes(WANDERER, range(12)), episodes(EXPERTS, range(12)))
    assert set(found.differences) == set(HEADLINES)
    assert found.differences["success"].p_holm < 0.05


def test_scenarios_are_compared_one_by_one_and_corrected_together():
    one = {name: list(play(name, "first", range(30))) for name in ("kuhn_poker", "tic_tac_toe")}
    other = {name: list(play(name, "nobody", range(30))) for name in ("kuhn_poker", "tic_tac_toe", "leduc_poker")}
    wanted = ["mean_return", "episode_length"]
    found = compare_scenarios(one, other, metrics=wanted)
    assert list(found) == ["kuhn_poker", "tic_tac_toe"]
    alone = {name: compare(one[name], other[name], metrics=wanted) for name in found}
    raw = {(at, name): each.p for at, one in alone.items() for name, each in one.differences.items()}
    together = {
        (at, name): each.p_holm
        for at, one in found.items()
        for name, each in one.differences.items()
        if each.p_holm is not None
    }
    assert together == holm({name: p for name, p in raw.items() if p is not None})
    assert found["kuhn_poker"].title.startswith("kuhn_poker: a against b on 30 shared seeds")
    with pytest.raises(ConfigError, match="no scenario in common"):
        compare_scenarios({"x": []}, {"y": []})


def play(world, expert, seeds):
    seats = make(world).agents
    return gather(world, {seat: Expert() if seat == expert else Random() for seat in seats}, seeds)


def test_two_shares_are_at_most_a_hundred_points_apart():
    never = [0.0] * 29 + [0.1]
    always = [1.0] * 30
    assert difference(never, always).high > 1
    assert difference(never, always, -1.0, 1.0).high == 1
    assert difference(always, never, -1.0, 1.0).low == -1
    found = compare(episodes(EXPERTS, range(30)), episodes(WANDERER, range(30)), metrics=["progress"]).differences
    assert -1 <= found["progress"].change.low < found["progress"].change.value < -0.9


def test_a_ratio_that_never_differs_has_no_interval_of_no_width():
    team = {"lookout": Expert(), "courier": Expert()}
    played = [list(gather("lookout", team, range(12))) for _ in "ab"]
    change = compare(*played, metrics=["silence"]).differences["silence"].change
    assert (change.value, change.low, change.high, change.count) == (0, None, None, 12)


def test_a_measure_without_a_better_is_not_called_better_however_sure_the_difference():
    lost = gather("lookout", {"lookout": Random(), "courier": Expert()}, range(20))
    found = compare(lost, gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(20)))
    assert found.differences["episode_length"].p_holm < 0.05
    assert found.differences["episode_length"].better == ""
    assert found.differences["success"].better == "b"
