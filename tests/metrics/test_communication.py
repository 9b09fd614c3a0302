"""What talk costs, and whether words go with what their speaker sees and does: by hand, and with planted truth."""

import random

import numpy as np
import pytest
from scipy import stats

from coterie.agents import Expert, Random
from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    Episode,
    Event,
    Message,
    Observation,
    Sample,
    Seat,
    Speech,
    Turn,
    Utterance,
)
from coterie.metrics import METRICS
from coterie.metrics.signalling import baseline, signalling, speaker_consistency
from coterie.metrics.tokens import Price, cost_per_success, message_tokens
from coterie.rollout import gather

MOVES = Choice(("left", "right", "up", "down"))
FREE = ActionSpec(move=MOVES, speech=Speech(max_words=9))


def turn(say="", move=None, text="", agent="ann", heard=(), samples=(), step=0):
    words = (Utterance(say),) if say else ()
    return Turn(agent, step, Observation(FREE, text, heard=tuple(heard)), Action(move, words), samples=tuple(samples))


def episode(*turns, seed=0, success=True):
    outcome = Event("outcome", data={"success": success})
    return Episode(environment="hand-v1", seed=seed, seats={"ann": Seat("x")}, turns=turns, events=(outcome,))


def value(name, *episodes):
    return METRICS[name].compute(episodes).value


def test_rate_length_and_reach_by_hand():
    heard = [Message("ann", "go left now", ("bob", "carl"))]
    played = episode(
        turn("go left now"), turn("", "left", agent="bob", heard=heard), turn("ok", agent="carl", heard=heard), turn()
    )
    assert value("messages_per_turn", played) == 0.5
    assert value("words_per_message", played) == 2.0
    assert value("reach", played) == 1.0  # one message arrived twice, the other nowhere


def test_a_team_that_says_nothing_has_no_length_of_messages():
    assert METRICS["words_per_message"].compute([episode(turn())]).missing == "nobody said anything"
    assert value("messages_per_turn", episode(turn())) == 0.0


def sample(text, read, written, policy="small"):
    return Sample(text, policy, prompt_ids=(1,) * read, token_ids=(2,) * written, log_probs=(0.0,) * written)


def test_tokens_of_messages_and_of_all_by_hand():
    apart = turn("go left", "up", samples=[sample("up", 10, 1), sample("go left", 2, 3)])
    together = turn("hm", "up", samples=[sample("junk", 9, 4), sample('{"move": "up", "say": "hm"}', 5, 12)])
    silent = turn("", "up", samples=[sample("up", 10, 1)])
    assert [message_tokens(each) for each in (apart, together, silent)] == [3, 12, 0]
    played = [episode(apart, together, silent), episode(silent, seed=1, success=False)]
    assert value("message_tokens_per_success", *played) == 15.0
    assert value("tokens_per_success", *played) == 57.0 + 11.0


def test_the_length_of_messages_in_tokens_by_hand():
    apart = turn("go left", "up", samples=[sample("up", 10, 1), sample("go left", 2, 3)])
    together = turn("hm", "up", samples=[sample('{"move": "up", "say": "hm"}', 5, 12)])
    assert value("tokens_per_message", episode(apart, together, turn("", "up"))) == 7.5
    assert METRICS["tokens_per_message"].compute([episode(apart, turn("go"))]).missing  # a script spoke too


def test_tokens_that_a_server_counts_cost_what_ids_would():
    server = Sample("go", "small", prompt_tokens=1_000_000, completion_tokens=500_000)
    played = episode(turn("go", samples=[server]), turn("go", samples=[server]))
    assert cost_per_success({"small": Price(2.0, 6.0)}).compute([played]).value == pytest.approx(10.0)
    assert value("tokens_per_success", played) == 3_000_000
    half = Sample("go", "small", prompt_tokens=1_000_000)
    assert value("tokens_per_success", episode(turn("go", samples=[half]))) is None


def test_money_needs_a_price_for_every_policy():
    played = episode(turn("go", samples=[sample("go", 1_000_000, 500_000)]))
    assert cost_per_success({"small": Price(2.0, 6.0)}).compute([played]).value == pytest.approx(5.0)
    assert "prices" in cost_per_success({"large": Price(2.0, 6.0)}).compute([played]).missing


def test_unknown_tokens_are_not_free():
    unknown = episode(turn("go", samples=[Sample("go", "endpoint")]))
    assert METRICS["tokens_per_success"].compute([unknown]).value is None
    scripted = episode(turn("go"))
    assert METRICS["tokens_per_success"].compute([scripted]).value is None


# ---- positive signalling ----


@pytest.mark.parametrize("seed", range(5))
def test_speaker_consistency_is_the_mutual_information_of_scipys_entropies(seed):
    luck = np.random.default_rng(seed)
    messages, actions = luck.integers(0, 5, 400), luck.integers(0, 3, 400)
    actions = np.where(luck.random(400) < 0.5, messages % 3, actions)
    table = np.zeros((5, 3))
    np.add.at(table, (messages, actions), 1)
    theirs = sum(stats.entropy(table.sum(axis), base=2) for axis in (0, 1)) - stats.entropy(table.ravel(), base=2)
    ours = speaker_consistency(np.zeros(400, np.int64), messages, actions)
    assert ours == pytest.approx(theirs, abs=1e-9)
    # and the closed form of a G test against independence
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert ours == pytest.approx(g / (2 * 400 * np.log(2)), abs=1e-9)


def test_a_noisy_channel_signals_its_capacity():
    luck = np.random.default_rng(1)
    meant = luck.integers(0, 2, 200_000)
    said = np.where(luck.random(200_000) < 0.11, 1 - meant, meant)
    found = speaker_consistency(np.zeros(200_000, np.int64), said, meant)
    assert found == pytest.approx(1 - stats.entropy([0.11, 0.89], base=2), abs=0.005)


def test_two_speakers_with_opposite_codes_both_signal():
    speakers = np.array([0, 0, 1, 1])
    assert speaker_consistency(speakers, np.array([0, 1, 0, 1]), np.array([0, 1, 1, 0])) == 1.0


def test_the_baseline_is_what_chance_gives_a_small_sample():
    luck = np.random.default_rng(2)
    speakers, messages, actions = np.zeros(30, np.int64), luck.integers(0, 6, 30), luck.integers(0, 6, 30)
    chance = [speaker_consistency(speakers, luck.permutation(messages), actions) for _ in range(300)]
    assert baseline(speakers, messages, actions) == pytest.approx(np.mean(chance), abs=0.05)
    assert baseline(speakers, messages, actions) > 0.4  # plain mutual information would call this signalling


def talkers(honesty, seed, episodes=40):
    """A speaker that names its next move, with probability `honesty`, else any."""
    luck = random.Random(seed)
    for number in range(episodes):
        turns = []
        for _ in range(4):
            move = luck.choice(MOVES.options)
            turns.append(turn(f"i go {move if luck.random() < honesty else luck.choice(MOVES.options)}", move))
        yield episode(*turns, seed=number)


def test_who_announces_its_moves_signals_and_who_babbles_does_not():
    metric = METRICS["signalling/move"]
    announcing = [metric.compute(list(talkers(0.8, seed))) for seed in range(20)]
    babbling = [metric.compute(list(talkers(0.0, seed))) for seed in range(20)]
    assert all(found.low > 0.2 for found in announcing)
    assert sum(found.low <= 0 <= found.high for found in babbling) >= 17
    assert abs(np.mean([found.value for found in babbling])) < 0.01


def test_the_speaker_of_the_reference_game_signals_what_it_sees():
    world = {"items": 3, "words": 3}
    expert = list(gather("reference_game", {"speaker": Expert(), "listener": Expert()}, range(60), options=world))
    assert METRICS["signalling/view"].compute(expert).value > 0.9
    babble = list(gather("reference_game", {"speaker": Random(), "listener": Expert()}, range(60), options=world))
    found = METRICS["signalling/view"].compute(babble)
    assert found.low <= 0 <= found.high


def test_a_deaf_listener_does_not_make_the_speaker_signal_less():
    world = {"items": 3, "words": 3}
    deaf = list(gather("reference_game", {"speaker": Expert(), "listener": Random()}, range(60), options=world))
    assert METRICS["signalling/view"].compute(deaf).value > 0.9


def test_words_that_are_never_repeated_or_never_change_tell_nothing():
    once = [episode(turn(f"word {number}", "up"), seed=number) for number in range(9)]
    same = [episode(turn("hm", "up"), seed=number) for number in range(9)]
    assert "twice" in METRICS["signalling/move"].compute(once).missing
    assert "the same" in METRICS["signalling/move"].compute(same).missing


def test_a_message_before_the_move_counts_for_the_next_move():
    talk = Observation(ActionSpec(speech=Speech(max_words=3)), "talk")
    announced = Turn("ann", 0, talk, Action(say=(Utterance("Up"),)))
    played = [episode(announced, turn("", "up"), seed=1), episode(turn("down", "down"), seed=2)] * 4
    assert METRICS["signalling/move"].compute(played).value > 0.5


@pytest.mark.parametrize(("contexts", "part"), [((0, 1, 2, 3), "met twice"), ((7, 7, 7, 7), "always met the same")])
def test_where_nothing_can_be_signalled_there_is_no_zero(contexts, part):
    """Moves that are all different go with any words, and one that never changes goes with none."""
    rows = np.array([(0, message, context) for message, context in zip((0, 0, 1, 1), contexts, strict=True)])
    found = signalling(np.arange(4), rows)
    assert found.value is None
    assert part in found.missing


def test_the_interval_of_signalling_holds_the_planted_value():
    honesty = 0.6
    named = honesty + (1 - honesty) / 4
    truth = 1 - stats.entropy([named, *[(1 - named) / 3] * 3], base=2) / 2
    found = [METRICS["signalling/move"].compute(list(talkers(honesty, seed))) for seed in range(100)]
    assert np.mean([each.low <= truth <= each.high for each in found]) >= 0.9
    assert np.mean([each.value for each in found]) == pytest.approx(truth, abs=0.02)
