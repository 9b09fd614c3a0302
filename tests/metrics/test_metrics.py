from pathlib import Path

import msgspec
import pytest

from coterie.agents import Expert, Random, Scripted
from coterie.core import (
    Action,
    ActionSpec,
    AgentError,
    Choice,
    ConfigError,
    Ending,
    Episode,
    Event,
    Failure,
    Measure,
    Metric,
    Observation,
    Rejection,
    Seat,
    Speech,
    Turn,
    Utterance,
)
from coterie.metrics import METRICS, Tally, metrics
from coterie.rollout import gather, read_episodes

SPEAK = Observation(ActionSpec(speech=Speech(max_words=9), fallback=Action()))
MOVE = Observation(ActionSpec(move=Choice(("left", "right"))))


def episode(seed=0, success=None, steps=4, shortest=2, turns=(), **fields):
    closing = {} if success is None else {"success": success, "steps": steps, "shortest": shortest}
    fields.setdefault("endings", {"ann": Ending("terminated", "over")})
    return Episode(
        environment="hand-v1",
        seed=seed,
        seats={"ann": Seat("x"), "bob": Seat("y")},
        turns=tuple(turns),
        events=(Event("outcome", None, closing),) if closing else (),
        steps=steps,
        **fields,
    )


def said(*texts):
    return [
        Turn("ann", place, SPEAK, Action(say=(Utterance(text),) if text else ())) for place, text in enumerate(texts)
    ]


CRASH = Failure("policy", "PolicyError: gone", "ann")


def value(name, *episodes):
    return METRICS[name].compute(episodes).value


def test_quality_counts_only_what_was_played_and_the_product_counts_all():
    done, half = episode(0, success=True), episode(1, success=False)
    crashed = episode(2, failure=CRASH, endings={})
    assert value("quality", done, half, crashed) == 0.5
    assert value("played_quality", done, half, crashed) == pytest.approx(1 / 3)
    played = value("played", done, half, crashed)
    assert value("played_quality", done, half, crashed) == pytest.approx(played * value("quality", done, half, crashed))


def test_success_is_the_share_of_episodes_whose_task_was_done():
    measure = METRICS["success"].compute([episode(1, True), episode(2, False), episode(3, True), episode(4, True)])
    assert (measure.value, measure.count) == (0.75, 4)
    assert (measure.low, measure.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_a_failed_or_interrupted_episode_is_no_success():
    interrupted = episode(3, endings={"ann": Ending("truncated", "stopped after 4 steps")})
    assert value("success", episode(1, True), episode(2, failure=CRASH), interrupted) == pytest.approx(1 / 3)
    assert value("success", episode(2, failure=CRASH)) == 0.0


def test_success_is_missing_where_the_world_has_none():
    measure = METRICS["success"].compute([episode(1), episode(2, failure=CRASH)])
    assert measure.value is None
    assert "outcome" in measure.missing


def test_path_weighted_success_halves_for_twice_the_shortest_way():
    episodes = [episode(1, True, steps=4, shortest=2), episode(2, True, steps=3, shortest=3), episode(3, False)]
    assert value("path_weighted_success", *episodes) == pytest.approx((0.5 + 1 + 0) / 3)


def test_returns_are_told_for_every_seat_and_over_all():
    both = [episode(1, totals={"ann": 1.0, "bob": 3.0}), episode(2, totals={"ann": 2.0, "bob": -3.0})]
    found = {metric.name: metric.compute(both).value for metric in metrics(None, seats=("ann", "bob"))}
    assert (found["mean_return/ann"], found["mean_return/bob"], found["mean_return"]) == (1.5, 0.0, 0.75)


def test_a_seat_wins_alone_or_not_at_all():
    (metric,) = metrics(["win_rate/ann"], seats=["ann", "bob"])
    won = episode(totals={"ann": 2.0, "bob": 1.0})
    drawn = episode(totals={"ann": 1.0, "bob": 1.0})
    said = msgspec.structs.replace(won, events=(Event("outcome", None, {"winner": "bob"}),))
    assert metric.compute([won, drawn, said, won]).value == 0.5
    assert metric.compute([episode(failure=CRASH)]).missing


def test_a_return_cut_short_by_a_failure_does_not_count():
    measure = METRICS["mean_return"].compute([episode(1, totals={"ann": 1.0}), episode(2, totals={}, failure=CRASH)])
    assert (measure.value, measure.count) == (1.0, 1)


def test_refused_tries_are_counted_by_reason_with_their_retries():
    turns = [
        Turn("ann", 0, MOVE, Action("left"), (Rejection("unparsable"), Rejection("illegal"))),
        Turn("ann", 1, MOVE, None, (Rejection("illegal"),)),
    ]
    assert value("invalid_actions", episode(turns=turns)) == 0.75
    assert value("invalid_actions/illegal", episode(turns=turns)) == 0.5
    assert value("invalid_actions/unparsable", episode(turns=turns)) == 0.25
    assert value("invalid_actions/timeout", episode(turns=turns)) == 0.0


def test_forfeits_failures_and_interruptions_were_not_played_to_the_end():
    forfeit = msgspec.structs.replace(
        episode(2, False), events=(Event("outcome", None, {"success": False, "forfeit": "ann"}),)
    )
    interrupted = episode(4, endings={"ann": Ending("truncated", "stopped after 4 steps")})
    out_of_moves = episode(5, False, endings={"ann": Ending("truncated", "out of moves")})
    assert value("played", episode(1, True), forfeit, episode(3, failure=CRASH), interrupted, out_of_moves) == 0.4
    assert value("failed", episode(1, True), episode(3, failure=CRASH)) == 0.5


def test_words_per_success_counts_the_words_of_failures_too():
    talk = [episode(1, True, turns=said("go west")), episode(2, False, turns=said("no no", "four words in here"))]
    assert value("words_per_success", *talk) == 8.0
    assert value("words_per_success", *talk, episode(3, turns=said("lost words"), failure=CRASH)) == 10.0


def test_without_a_success_its_price_is_missing():
    measure = METRICS["words_per_success"].compute([episode(1, False, turns=said("go"))])
    assert measure.value is None
    assert "no episode succeeded" in measure.missing


def test_words_per_turn_and_silence_look_only_at_turns_with_the_right_to_speak():
    turns = [*said("one two three", "", "four"), Turn("bob", 3, MOVE, Action("left"))]
    assert value("words_per_turn", episode(turns=turns)) == pytest.approx(4 / 3)
    assert value("silence", episode(turns=turns)) == pytest.approx(1 / 3)
    assert METRICS["silence"].compute([episode(turns=[Turn("bob", 0, MOVE, Action("left"))])]).missing


@pytest.mark.parametrize("name", list(METRICS))
def test_without_episodes_every_metric_is_missing(name):
    measure = METRICS[name].compute([])
    assert measure.value is None
    assert measure.missing


GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "episodes").glob("*.jsonl"))


@pytest.mark.parametrize("record", GOLDEN, ids=lambda path: path.stem)
def test_on_every_world_a_metric_stays_in_its_range_or_says_why_it_is_missing(record):
    episodes = list(read_episodes(record))
    for metric in METRICS.values():
        measure = metric.compute(episodes)
        if measure.value is None:
            assert measure.missing, metric.name
            continue
        assert measure.count > 0, metric.name
        ends = [end for end in (measure.low, measure.value, measure.high) if end is not None]
        assert all(metric.low <= end <= metric.high for end in ends), (metric.name, measure)
        assert ends == sorted(ends), (metric.name, measure)


def test_every_metric_says_what_it_is():
    for metric in METRICS.values():
        assert metric.summary.endswith("."), metric.name
        assert metric.unit, metric.name
        assert metric.compute.missing, f"{metric.name} does not say what it needs"
        assert "Source:" not in metric.summary, f"{metric.name} has a field for its source"


def test_a_tally_sees_each_episode_once_and_agrees_with_the_metrics():
    def once():
        yield from episodes

    episodes = list(gather("lookout", {"lookout": Random(), "courier": Expert()}, range(60)))
    tally = Tally(metrics())
    for each in once():
        tally.add(each)
    assert tally.measures() == {name: metric.compute(episodes) for name, metric in METRICS.items()}


def test_a_metric_of_your_own_gets_all_episodes():
    longest = Metric("longest", lambda episodes: Measure(max(each.steps for each in episodes), count=len(episodes)))
    tally = Tally(metrics(["success", longest]))
    for seed, steps in enumerate((3, 9, 5)):
        tally.add(episode(seed, True, steps=steps))
    assert tally.measures()["longest"] == Measure(9, count=3)
    assert tally.measures()["success"].value == 1.0


def test_an_unknown_metric_is_refused_with_the_names_there_are():
    with pytest.raises(ConfigError, match=r"'sucess'.*success"):
        metrics(["sucess"])


def test_real_crashes_are_counted_apart():
    def breaks(seed):
        def script(seen):
            raise AgentError("lost")

        return script

    episodes = list(gather("lookout", {"lookout": Scripted(breaks), "courier": Expert()}, range(5)))
    assert (value("failed", *episodes), value("success", *episodes), value("played", *episodes)) == (1.0, 0.0, 0.0)
