"""Seats of a served world that are asked for numbers: continuous actions, what they mean, what is refused."""

import math

import pytest
from numeric_worlds import ROUNDS, WANTED, Auction
from unity_served import served

from coterie.adapters.unity import Answer, Served, UnityWorld
from coterie.adapters.unity.answering import FilledIn, InWords
from coterie.agents import Random, Scripted
from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    ConfigError,
    Form,
    Number,
    Observation,
    Rejection,
    Speech,
    Text,
    decode_episode,
    encode_episode,
)
from coterie.environments import make
from coterie.rollout import gather, play

TRADE = ActionSpec(Form({"what": Choice(WANTED), "price": Number(0.0, 10.0), "pieces": Number(1, 6, integer=True)}))


def test_numbers_become_continuous_actions_and_choices_branches():
    told = Served(Auction).behaviours
    assert {name: (each.continuous, each.branches, each.descriptions) for name, each in told.items()} == {
        "bidder": (2, (3,), WANTED),
        "dial": (1, (), ()),
    }


@pytest.mark.parametrize(
    ("continuous", "price", "pieces"),
    [((0.0, 0.0), 5.0, 4), ((-1.0, 1.0), 0.0, 6), ((1.0, -1.0), 10.0, 1), ((3.0, -7.0), 10.0, 1), ((0.1, 0.2), 5.5, 4)],
)
def test_a_continuous_action_lies_between_the_bounds_and_what_is_beyond_is_the_end(continuous, price, pieces):
    found = FilledIn(TRADE).decided(TRADE, Answer(continuous, (2,)))
    assert found == Action({"what": "plum", "price": pytest.approx(price), "pieces": pieces})
    assert TRADE.reject(found) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer((0.0,), (1,)),
        Answer((0.0, 0.0), ()),
        Answer((0.0, math.nan), (1,)),
        Answer((math.inf, 0.0), (1,)),
        Answer((0.0, 0.0), (3,)),
        Answer((0.0, 0.0), (-1,)),
    ],
)
def test_what_does_not_fill_the_form_is_refused(answer):
    found = FilledIn(TRADE).decided(TRADE, answer)
    assert isinstance(found, Rejection)
    assert found.code == "illegal"


@pytest.mark.parametrize(
    "later",
    [
        ActionSpec(Number(0.0, 10.0)),
        ActionSpec(Form({"what": Choice(("fig",)), "price": Number(0.0, 1.0), "pieces": Number(1, 6, integer=True)})),
        ActionSpec(Form({"what": Choice(WANTED), "pieces": Number(0.0, 1.0), "price": Number(1, 6, integer=True)})),
        ActionSpec(),
    ],
)
def test_a_form_that_changes_is_an_error_that_names_the_way_out(later):
    with pytest.raises(ConfigError, match=r"words \(answers=\{behaviour: \(\)\}\)"):
        FilledIn(TRADE).forbidden(later)


class Asking(Auction):
    """Both seats are asked this, round after round."""

    def __init__(self, spec):
        self.spec = spec

    def advance(self, actions):
        self.round += 1
        return self.ask(dict.fromkeys(self.agents, 0.0))

    def ask(self, rewards):
        step = super().ask(rewards)
        for seat in step.observations:
            step.observations[seat] = Observation(self.spec, "")
        return step


@pytest.mark.parametrize(
    "spec",
    [
        ActionSpec(Form({"price": Number(0.0, 1.0), "why": Text(5)})),
        ActionSpec(Number(0.0, 1.0), speech=Speech(max_words=5, required=True)),
        ActionSpec(Text(5)),
    ],
)
def test_free_words_beside_the_numbers_are_answered_in_words(spec):
    assert isinstance(Served(lambda: Asking(spec)).answering["dial"], InWords)


class Wavering(Asking):
    """After the first round another thing is asked."""

    def ask(self, rewards):
        step = super().ask(rewards)
        return step if self.round else Auction.ask(self, rewards)


def test_numbers_that_are_not_asked_for_throughout_are_answered_in_words():
    assert isinstance(Served(lambda: Wavering(ActionSpec(Choice(("left", "right"))))).answering["dial"], InWords)


def test_a_menu_takes_the_place_of_continuous_actions():
    told = Served(Auction, answers={"dial": (Action(-45.0), Action(0.0)), "bidder": ()}).behaviours
    assert told["dial"].descriptions == ("-45.0", "0.0")
    assert told["bidder"].descriptions == ("in words",)


def test_a_menu_that_cannot_be_numbered_is_refused():
    with pytest.raises(ConfigError, match="none twice"):
        Served(Auction, answers={"dial": (Action(0.0), Action(0.0))})


def test_seats_with_other_forms_do_not_share_a_behaviour_of_numbers():
    told = Served(Auction, behaviours={"bidder": "one", "dial": "one"}).behaviours
    assert told["one"].descriptions == ("in words",)


def test_an_episode_of_numbers_is_the_same_over_the_wire():
    minds = dict.fromkeys(Auction.agents, Random())
    with served(Auction) as build:
        far = list(gather(lambda: UnityWorld(build), minds, range(20), at_once=1))
    near = {each.seed: each for each in gather(Auction, minds, range(20))}
    for each in far:
        assert each.failure is None
        assert encode_episode(decode_episode(encode_episode(each))) == encode_episode(
            decode_episode(encode_episode(near[each.seed]))
        )


def test_the_numbers_alone_are_played_by_seats_that_know_nothing_of_the_world():
    """Without words the fields have the names and bounds of any Unity build."""
    moves = {
        "bidder": lambda seen: Action({"number 1": 1.0, "number 2": -1.0, "choice 1": WANTED[2]}),
        "dial": lambda seen: Action(-1.0),
    }
    minds = {seat: Scripted(lambda seed, seat=seat: moves[seat]) for seat in moves}
    with served(Auction) as build:
        episode = play(lambda: UnityWorld(build, seats=Auction.agents, words=False), minds)
    assert episode.failure is None
    assert episode.totals["dial"] == -90.0 * ROUNDS
    # It pays the most that is allowed, 5, 4, 3 and 2, for one plum each time.
    left = {10.0 + more - each for more in (0, 1, 2) for each in (5.12, 9.24, 12.36, 14.48)}
    paid = [turn.reward for turn in episode.turns if turn.agent == "bidder"]
    assert len(paid) == ROUNDS
    assert all(min(abs(reward - each) for each in left) < 1e-4 for reward in paid)


def test_a_seat_of_choices_is_still_answered_by_number():
    assert Served(lambda: make("tic_tac_toe")).behaviours["cross"].continuous == 0
