"""Every world as Parallel and as AEC, and PettingZoo environments as worlds."""

import random
import types
import warnings

import msgspec
import numpy as np
import pytest
from pettingzoo.test import api_test, max_cycles_test, parallel_api_test, parallel_seed_test, seed_test
from pettingzoo.utils import parallel_to_aec
from short_worlds import SEEDS, short

from coterie.adapters.describing import Plain
from coterie.adapters.pettingzoo import PettingZooWorld, Team, Turns, env, parallel_env
from coterie.adapters.repertoires import answers_to
from coterie.agents import Random, Scripted
from coterie.core import Action, ConfigError, encode_episode
from coterie.environments import environments, make
from coterie.rollout import play
from coterie.testing import check_environment


def cycles(id):
    """Steps that the checkers of PettingZoo make."""
    return 6 if make(id).timing == "timed" else 25


def spoken(id):
    """Phrases for the seats that are only asked for words, so that they have numbers too; None: some have none."""
    world = make(id)
    phrases = {}
    for _ in world.agents:
        try:
            Team(id, phrases=phrases)
        except ConfigError as error:
            seat = next(name for name in world.agents if f"of {name!r} in" in str(error))
            if "no phrase" not in str(error):
                return None
            phrases[seat] = ("yes", "no")
    return phrases


NUMBERS = {id: spoken(id) for id in environments()}
NUMBERED = [id for id, phrases in NUMBERS.items() if phrases is not None]
TEXT_ONLY = [id for id, phrases in NUMBERS.items() if phrases is None]


def quiet():
    """Makes warnings errors, but for advice that does not fit: names of agents, bounds, views that begin with zeros."""
    warnings.simplefilter("error")
    advice = (
        "We recommend agents to be named",
        "Observation space for each agent",
        "Agent's m..imum observation space",
    )
    others = ("Agents have different", "Observation numpy array is all zeros", "Action mask is a single number")
    more = ("Observations are different shapes", "Observation is not a NumPy array", "Agent space for each agent")
    for message in (*advice, *others, *more):
        warnings.filterwarnings("ignore", message=message)


@pytest.mark.parametrize("id", environments())
def test_pettingzoo_accepts_every_world_as_parallel_text(id):
    with warnings.catch_warnings():
        quiet()
        parallel_api_test(parallel_env(id, view="text"), num_cycles=cycles(id))
        parallel_seed_test(lambda: parallel_env(id, view="text"), num_cycles=cycles(id))


@pytest.mark.parametrize(
    "form", [{}, {"mask_in_view": True, "alike": True}, {"view": "bytes", "transcript": True}], ids=str
)
@pytest.mark.parametrize("id", NUMBERED)
def test_pettingzoo_accepts_every_world_in_numbers(id, form):
    settings = {"phrases": NUMBERS[id], **form}
    with warnings.catch_warnings():
        quiet()
        parallel_api_test(parallel_env(id, **settings), num_cycles=cycles(id))
        parallel_seed_test(lambda: parallel_env(id, **settings), num_cycles=cycles(id))
        api_test(env(id, **settings), num_cycles=cycles(id))
        seed_test(lambda: env(id, **settings), num_cycles=cycles(id))


@pytest.mark.parametrize("id", TEXT_ONLY)
def test_a_world_of_free_text_passes_as_aec_with_bytes_for_views(id):
    """The checker's own look at a text view fails on any AEC environment, because text has no dtype."""
    with warnings.catch_warnings():
        quiet()
        seed_test(lambda: env(id, view="text"), num_cycles=cycles(id))


LASTING = [
    id
    for id in NUMBERED
    if make(id).timing == "simultaneous"
    and all(play(id, dict.fromkeys(make(id).agents, Random()), seed).steps > 4 for seed in range(5))
]


def test_some_worlds_are_simultaneous_and_last():
    assert {"kitchen-v1", "box_pushing-v1"} <= set(LASTING)


@pytest.mark.parametrize("id", LASTING)
def test_cycles_are_limited_where_all_act_at_once(id):
    """In other worlds a seat that is not asked takes no step, so that steps cannot be counted by agent."""
    made = types.SimpleNamespace(
        parallel_env=lambda max_cycles: parallel_env(id, max_cycles=max_cycles),
        env=lambda max_cycles: parallel_to_aec(parallel_env(id, max_cycles=max_cycles)),
    )
    max_cycles_test(made)
    made.env = lambda max_cycles: env(id, max_cycles=max_cycles)
    max_cycles_test(made)


def any_numbered(phrases):
    def script(seed):
        luck = random.Random(seed)
        return lambda seen: luck.choice(list(answers_to(seen.spec, phrases)))

    return Scripted(script)


def minds_of(id, form):
    if form == "text":
        return dict.fromkeys(make(id).agents, Random())
    return {seat: any_numbered(NUMBERS[id].get(seat, ())) for seat in make(id).agents}


def bare(episode, steps=True):
    """An episode without the name of its world; where seats that act together were asked in turn, without steps."""
    replace = msgspec.structs.replace
    episode = replace(episode, environment="", options={})
    if steps:
        return encode_episode(episode)
    turns = sorted((replace(turn, step=0) for turn in episode.turns), key=lambda turn: turn.agent)
    events = tuple(replace(event, step=0) for event in episode.events)
    return encode_episode(replace(episode, turns=tuple(turns), events=events, steps=0))


@pytest.mark.parametrize("form", ["text", "vector"])
@pytest.mark.parametrize("id", environments())
def test_a_world_plays_the_same_game_through_pettingzoo(id, form):
    if form == "vector" and NUMBERS[id] is None:
        with pytest.raises(ConfigError, match="use the text form, or list answers"):
            Team(id, view=form)
        return
    minds, phrases = minds_of(id, form), NUMBERS[id] or {}
    settings = {"view": form, "phrases": phrases, **short(id)}
    parallel, turns = PettingZooWorld(lambda: Team(id, **settings)), PettingZooWorld(lambda: Turns(id, **settings))
    for seed in range(SEEDS):
        expected = play(id, minds, seed, options=short(id))
        assert bare(play(lambda: parallel, minds, seed)) == bare(expected)
        assert bare(play(lambda: turns, minds, seed), steps=False) == bare(expected, steps=False)


def test_who_is_not_asked_may_only_wait():
    team = Team("tic_tac_toe")
    _, infos = team.reset(seed=0)
    assert infos["cross"]["action_mask"].tolist() == [1] * 9 + [0]
    assert infos["nought"]["action_mask"].tolist() == [0] * 9 + [1]
    assert "observation" not in infos["nought"]


def test_who_waits_when_asked_has_the_declared_consequence():
    team = Team("tic_tac_toe")
    team.reset(seed=0)
    _, rewards, terminations, _, infos = team.step({"cross": 9, "nought": 9})
    assert rewards == {"cross": -1.0, "nought": 1.0}
    assert terminations == {"cross": True, "nought": True}
    assert infos["cross"]["ending"] == "cross forfeits: illegal"


def test_seats_alike_share_their_spaces_and_know_who_they_are():
    team = Team("liars_dice", alike=True)
    assert team.action_space("first") == team.action_space("second")
    views, _ = team.reset(seed=1)
    assert [views[seat][-2:].tolist() for seat in ("first", "second")] == [[1, 0], [0, 1]]


def test_minds_fill_some_of_the_seats():
    team = Team("hidden_roles", minds={"bob": "expert", "carl": Random()})
    team.reset(seed=3)
    assert team.agents == ["ann", "dora", "emil"]
    with pytest.raises(ConfigError, match="has no seat 'zoe'"):
        Team("hidden_roles", minds={"zoe": "random"})


def test_the_state_is_what_all_seats_see():
    team = Team("kuhn_poker")
    views, _ = team.reset(seed=1)
    assert np.array_equal(team.state(), np.concatenate([views["first"], views["second"]]))


def test_turns_keep_what_was_chosen_secret_until_all_have_chosen():
    game = Turns("matrix_game", game="stag_hunt")
    game.reset(seed=0)
    before = game.observe("column").tolist()
    game.step(1)
    assert game.agent_selection == "column"
    assert game.observe("column").tolist() == before
    assert set(game.rewards.values()) == {0.0}
    game.step(0)
    assert game.terminations == {"row": True, "column": True}


class Board(Plain):
    """Tic-tac-toe of PettingZoo in words; its cells are numbered column by column."""

    moves = tuple(f"{column}{row}" for column in "abc" for row in "123")

    def text(self, seen, info):
        marks = seen["observation"]
        own, other = (np.flatnonzero(marks[:, :, plane]) for plane in (0, 1))
        named = [" ".join(self.moves[place] for place in places) or "none" for places in (own, other)]
        return f"you {named[0]} other {named[1]}"


WORLDS = {
    "classic/tictactoe-v3": {},
    "classic/connect_four-v3": {},
    "classic/rps-v2": {"max_cycles": 5},
    "classic/leduc_holdem-v4": {},
}


@pytest.mark.parametrize("module", WORLDS)
def test_an_environment_of_pettingzoo_is_a_world(module):
    check_environment(
        lambda: PettingZooWorld(module, WORLDS[module], max_steps=60),
        episodes=3,
        expert=False,
        garbage=10,
        vectors=True,
    )


def test_illegal_moves_of_theirs_are_not_offered_and_the_winner_is_named():
    world = PettingZooWorld("classic/tictactoe-v3", describer=Board)
    moves = iter(("a1", "b1", "a2", "b2", "a3"))
    episode = play(lambda: world, dict.fromkeys(world.agents, Scripted(lambda seed: lambda seen: Action(next(moves)))))
    assert episode.outcome["winner"] == "player_1"
    assert [turn.observation.text for turn in episode.turns][2] == "you a1 other b1"
    assert "a1" not in episode.turns[1].observation.spec.move.options


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match=r"cannot open 'classic/nothing-v1'"):
        PettingZooWorld("classic/nothing-v1")
