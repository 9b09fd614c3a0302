"""Ratings: against statsmodels and openskill, with planted strengths, and refused where they would mislead."""

import itertools
import math
import random

import numpy as np
import pytest
from openskill.models import PlackettLuce
from statsmodels.discrete.discrete_model import Logit

from coterie.agents import Expert, Random
from coterie.core import ConfigError, Episode, Event, Failure, Seat
from coterie.metrics.matches import Duel, Match, check_balance, duels, matches
from coterie.metrics.ranking import rank
from coterie.metrics.ratings import POINTS, bradley_terry, elo, skills
from coterie.rollout import gather

TRUTH = {"weak": 1300.0, "middle": 1450.0, "good": 1550.0, "strong": 1700.0}


def tournament(seed, games=30, truth=TRUTH):
    """Every pair plays every order of seats equally often; results follow the Bradley-Terry model."""
    luck = random.Random(seed)
    played = []
    for one, two in itertools.permutations(truth, 2):
        for game in range(games):
            won = float(luck.random() < 1 / (1 + 10 ** ((truth[two] - truth[one]) / 400)))
            played.append(Match(game, (one, two), (won, 1 - won)))
    return played


def test_matches_are_read_by_winner_or_by_returns():
    def episode(seed, totals, **outcome):
        seats = {"left": Seat("a"), "right": Seat("b")}
        events = (Event("outcome", data=outcome),) if outcome else ()
        return Episode(environment="w-v1", seed=seed, seats=seats, totals=totals, events=events)

    played = [episode(0, {"left": 5.0, "right": 1.0}, winner="right"), episode(1, {"left": 5.0, "right": 1.0})]
    played += [episode(2, {}, winner=None), episode(3, {})]
    played.append(Episode(environment="w-v1", seed=4, seats=played[0].seats, failure=Failure("world", "gone")))
    found = list(matches(played))
    assert [match.scores for match in found] == [(0.0, 1.0), (5.0, 1.0), (0.0, 0.0)]
    assert [duel.result for duel in duels(found)] == [0.0, 1.0, 0.5]


def test_a_match_of_three_is_three_duels_and_nobody_meets_itself():
    found = list(duels([Match(0, ("a", "b", "a"), (2.0, 1.0, 0.0))]))
    assert found == [Duel(0, "a", "b", 1.0), Duel(0, "b", "a", 1.0)]


def test_seats_must_be_balanced():
    one_way = [Match(seed, ("a", "b"), (1.0, 0.0)) for seed in range(3)]
    with pytest.raises(ConfigError, match="a - b was played 3 times, b - a 0 times"):
        check_balance(one_way)
    for rating in (elo, bradley_terry, skills):
        with pytest.raises(ConfigError, match="every order of seats"):
            rating(one_way)
    check_balance([*one_way, *(Match(seed, ("b", "a"), (1.0, 0.0)) for seed in range(3))])


def test_elo_by_hand():
    found = elo([Match(0, ("a", "b"), (1.0, 0.0)), Match(1, ("b", "a"), (0.0, 0.0))], k=32)
    drawn = 32 * (0.5 - 1 / (1 + 10 ** (32 / 400)))
    assert found["a"] == pytest.approx(1516 - drawn)
    assert found["a"] + found["b"] == pytest.approx(3000)


@pytest.mark.parametrize("seed", range(4))
def test_bradley_terry_is_the_logistic_regression_of_statsmodels(seed):
    played = tournament(seed)
    names = sorted(TRUTH)
    rows = [[(name == match.players[0]) - (name == match.players[1]) for name in names[1:]] for match in played]
    fit = Logit([match.scores[0] for match in played], np.array(rows, float)).fit(disp=0, tol=1e-12, maxiter=200)
    theirs = np.concatenate([[0.0], fit.params])
    ours = bradley_terry(played, rounds=0)
    assert [ours[name].value for name in names] == pytest.approx((theirs - theirs.mean()) * POINTS, abs=1e-5)


def test_intervals_hold_the_planted_strengths():
    centre = sum(TRUTH.values()) / len(TRUTH)
    held = [
        found[name].low <= TRUTH[name] - centre <= found[name].high
        for found in (bradley_terry(tournament(seed), rounds=200) for seed in range(15))
        for name in TRUTH
    ]
    assert np.mean(held) >= 0.85  # 60 intervals at 95 %, of which fours are not independent


def test_whom_the_games_do_not_tell_apart_is_not_ranked():
    close = {"a": 1500.0, "b": 1505.0, "c": 1900.0}
    tiers = rank(bradley_terry(tournament(1, games=40, truth=close)))
    assert tiers == [("c",), ("a", "b")]


def test_who_never_lost_has_no_finite_rating():
    unbeaten = [Match(0, ("a", "b"), (1.0, 0.0)), Match(0, ("b", "a"), (0.0, 1.0))]
    with pytest.raises(ConfigError, match="never lost"):
        bradley_terry(unbeaten)


def test_few_games_give_a_rating_without_a_false_interval():
    played = [Match(0, ("a", "b"), (1.0, 0.0)), Match(1, ("b", "a"), (1.0, 0.0)), Match(2, ("a", "b"), (1.0, 0.0))]
    played.append(Match(3, ("b", "a"), (0.0, 1.0)))
    found = bradley_terry(played)
    assert found["a"].value == pytest.approx(400 / math.log(10) * math.log(3) / 2)
    assert found["a"].low is None


def test_skills_are_openskills_and_show_what_is_sure():
    played = tournament(2, games=5)
    model = PlackettLuce()
    known = {name: model.rating() for name in TRUTH}
    for match in played:
        teams = model.rate([[known[name]] for name in match.players], scores=list(match.scores))
        known |= {name: team[0] for name, team in zip(match.players, teams, strict=True)}
    found = skills(played)
    for name, skill in found.items():
        assert (skill.mean, skill.deviation) == (known[name].mu, known[name].sigma)
        assert skill.shown == skill.mean - 3 * skill.deviation
    assert max(found, key=lambda name: found[name].mean) == "strong"


def test_skills_take_more_than_two_players():
    found = skills([Match(0, order, (3.0, 2.0, 1.0)) for order in [("a", "b", "c")] * 3], balanced=False)
    assert found["a"].mean > found["b"].mean > found["c"].mean


def test_the_expert_of_tic_tac_toe_is_rated_above_random_play():
    played = []
    for cross, nought in ((Expert(), Random()), (Random(), Expert())):
        played += matches(gather("tic_tac_toe", {"cross": cross, "nought": nought}, range(40)))
    assert elo(played)["expert"] > elo(played)["random"] + 100
    assert skills(played)["expert"].shown > skills(played)["random"].mean
