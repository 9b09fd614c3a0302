"""One seat of every world as a Gymnasium environment, and Gymnasium environments as worlds."""

import itertools
import math
import random
import re
import subprocess
import sys
import warnings

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from short_worlds import SEEDS, UNNUMBERED, short

from coterie.adapters.extras import MissingExtra, require
from coterie.adapters.gymnasium import GymnasiumWorld, SeatEnv, gymnasium_id
from coterie.adapters.spaces import answers_to
from coterie.agents import Random, Scripted
from coterie.core import Action, Channel, ConfigError, Mute, encode_episode
from coterie.environments import environments, make
from coterie.rollout import play
from coterie.testing import check_environment

SEATS = [(id, seat) for id in environments() for seat in make(id).agents]


def numbered(id, seat, **settings):
    """The seat with numbered actions, or the reason why they have no numbers."""
    try:
        return SeatEnv(id, seat, **settings)
    except ConfigError as error:
        return str(error)


def has_numbers(id, seat):
    return isinstance(numbered(id, seat), SeatEnv)


@pytest.mark.parametrize(("id", "seat"), SEATS)
def test_gymnasium_accepts_every_seat_as_text(id, seat):
    accepted(gymnasium.make(gymnasium_id(id), seat=seat, view="text"))


@pytest.mark.parametrize(("id", "seat"), SEATS)
def test_gymnasium_accepts_every_seat_in_numbers(id, seat):
    phrases = ("yes",) if "no phrase" in str(numbered(id, seat)) else ()
    if not has_numbers(id, seat) and not phrases:
        assert re.search(
            r"(is free text|are what is near, [^;]*); use the text form, or list answers", numbered(id, seat)
        )
        return
    for form in ({}, {"mask_in_view": True}, {"view": "bytes", "transcript": True}):
        accepted(gymnasium.make(gymnasium_id(id), seat=seat, phrases=phrases, **form))


def accepted(environment):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Advice on conventions for bounds and for the type of spaces.
        for advice in (".*Box observation space (minimum|maximum).*", ".*different from the unwrapped version.*"):
            warnings.filterwarnings("ignore", message=advice)
        check_env(environment.unwrapped, skip_render_check=True)
    environment.close()


def any_numbered(seed):
    luck = random.Random(seed)
    return lambda seen: luck.choice(list(answers_to(seen.spec)))


NUMBERED = Scripted(any_numbered)
"""Gives any answer that has a number: it says nothing where words are free."""


def same_game(id, seat, mind, **settings):
    """Plays seeds directly and through Gymnasium, and compares all that the seat saw, did and was paid.

    The seats of a world share its hundred seeds. Those in which a seat is never asked are no episodes for it.
    """
    options = short(id)
    world = GymnasiumWorld(lambda: SeatEnv(id, seat, **settings, **options), seat=seat, max_steps=10_000)
    seats = make(id).agents
    minds = {**dict.fromkeys(seats, Random()), seat: mind}
    wanted = math.ceil(SEEDS / len(seats))
    seeds = itertools.count(seats.index(seat), len(seats))
    asked = (each for each in (play(id, minds, seed, options=options) for seed in seeds) if each.turns_of(seat))
    for expected in itertools.islice(asked, wanted):
        found = play(lambda: world, {seat: mind}, expected.seed)
        assert found.failure is None
        assert told(found, seat) == told(expected, seat)


def told(episode, seat):
    """An episode as far as one seat goes, and all that truly happened; without the numbers of steps."""
    replace = msgspec.structs.replace
    turns = tuple(replace(turn, step=0) for turn in episode.turns_of(seat))
    # Several steps of the world are one of Gymnasium's, so pay is added in another order.
    turns = tuple(replace(turn, reward=round(turn.reward, 9), components=rounded(turn.components)) for turn in turns)
    return encode_episode(
        replace(
            episode,
            environment="",
            options={},
            seats={},
            steps=0,
            turns=turns,
            events=tuple(replace(event, step=0) for event in episode.events),
            totals={seat: round(episode.totals[seat], 9)},
            endings={seat: episode.endings[seat]},
        )
    )


def rounded(components):
    return {name: round(amount, 9) for name, amount in components.items()}


@pytest.mark.parametrize(("id", "seat"), SEATS)
def test_a_seat_plays_the_same_game_through_gymnasium_in_text(id, seat):
    same_game(id, seat, Random(), view="text")


@pytest.mark.parametrize(("id", "seat"), SEATS)
def test_a_seat_plays_the_same_game_through_gymnasium_in_numbers(id, seat):
    if not has_numbers(id, seat):
        assert "use the text form, or list answers" in numbered(id, seat)
        return
    same_game(id, seat, NUMBERED)


def test_a_channel_cuts_the_line_through_gymnasium_too():
    muted = SeatEnv("lookout", "courier", "expert", view="text", channel=Channel((Mute(),)))
    heard, silent = (
        environment.reset(seed=4)[0] for environment in (SeatEnv("lookout", "courier", "expert", view="text"), muted)
    )
    assert "lookout says" in heard
    assert silent == heard.partition("\n")[0]


def test_words_cost_what_the_world_says():
    environment = SeatEnv("lookout", "lookout", "random", view="text", word_cost=0.25)
    environment.reset(seed=1)
    _, reward, *_, info = environment.step('{"say": "go north now"}')
    assert info["components"]["speech"] == -0.75
    assert reward == pytest.approx(sum(info["components"].values()))


def test_what_is_paid_before_the_first_turn_is_told_and_not_credited():
    paid = [SeatEnv("hanabi", "bob").reset(seed=seed)[1].get("paid", 0.0) for seed in range(30)]
    assert set(paid) == {0.0, 1.0}  # whether ann's first card fitted


def test_an_illegal_number_has_the_declared_consequence():
    environment = SeatEnv("tic_tac_toe", "cross")
    environment.reset(seed=0)
    environment.step(4)
    *_, info = environment.step(4)
    assert info["ending"] == "cross forfeits: illegal"
    assert info["outcome"]["winner"] == "nought"


def test_masks_say_what_is_legal_and_follow_the_numbering():
    environment = SeatEnv("tic_tac_toe", "cross", mask_in_view=True)
    view, info = environment.reset(seed=3)
    assert view["action_mask"].sum() == 9
    view, *_, info = environment.step(0)
    free = [
        answer.move for answer, legal in zip(environment.numbers.answers, view["action_mask"], strict=True) if legal
    ]
    assert sorted(free) == sorted(info["observation"].spec.move.options)
    assert environment.action_masks().tolist() == view["action_mask"].astype(bool).tolist()


def test_a_seat_without_numbers_says_why_and_takes_a_menu():
    with pytest.raises(ConfigError, match=r"only asked for free words.*phrases="):
        SeatEnv("lookout", "lookout")
    with pytest.raises(ConfigError, match=r"free text.*text form"):
        SeatEnv("concierge", "assistant")
    environment = SeatEnv("lookout", "lookout", "expert", phrases=("north", "south", "east", "west", "pick", "drop"))
    assert environment.action_space.n == 7
    environment.reset(seed=0)
    _, _, terminated, truncated, _ = environment.step(1)
    assert not terminated
    assert not truncated


class Timed(type(make("tic_tac_toe"))):
    """As a world of bodies is: each acts in its own time."""

    timing = "timed"


class Declared(Timed):
    def repertoire(self, agent):
        return [Action(column + row) for column in "abc" for row in "123"]


def test_a_timed_world_is_numbered_only_where_it_declares_its_answers():
    """What may be done there is what is near: random play has found 18 of the 36 moves of `two_levers`."""
    with pytest.raises(ConfigError, match=UNNUMBERED):
        SeatEnv(Timed, "cross")
    assert SeatEnv(Declared, "cross").action_space.n == 9


def test_a_seed_is_the_seed_of_the_world():
    environment = SeatEnv("kuhn_poker", "first", view="text")
    for seed in range(5):
        assert environment.reset(seed=seed)[0] == make("kuhn_poker").reset(seed).observations["first"].text


def test_a_transcript_tells_the_whole_episode():
    environment = SeatEnv("tic_tac_toe", "cross", "expert", view="text", transcript=True)
    environment.reset(seed=0)
    view, *_ = environment.step("b2")
    assert view.splitlines()[:2] == ["you cross", "> b2"]
    assert view.splitlines()[2].startswith("nought ")


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_vector_environments_play_the_same_in_one_process_and_in_several(mode):
    id, settings = "coterie/TicTacToe-v1", {"seat": "cross", "others": "expert"}
    together = gymnasium.make_vec(id, 3, vectorization_mode=mode, **settings)
    alone = [gymnasium.make(id, **settings) for _ in range(3)]
    views, infos = together.reset(seed=[5, 6, 7])
    for place, environment in enumerate(alone):
        view, info = environment.reset(seed=5 + place)
        assert np.array_equal(views[place], view)
        assert np.array_equal(infos["action_mask"][place], info["action_mask"])
    views, rewards, *_ = together.step(np.array([4, 0, 8]))
    for place, environment in enumerate(alone):
        view, reward, *_ = environment.step([4, 0, 8][place])
        assert np.array_equal(views[place], view)
        assert rewards[place] == reward
    together.close()


def test_text_crosses_processes_without_shared_memory():
    made = gymnasium.make_vec(
        "coterie/KuhnPoker-v1",
        2,
        vectorization_mode="async",
        vector_kwargs={"shared_memory": False},
        seat="first",
        view="text",
    )
    views, _ = made.reset(seed=[1, 2])
    assert list(views) == [make("kuhn_poker").reset(seed).observations["first"].text for seed in (1, 2)]
    made.close()


WORDS = {
    "FrozenLake-v1": "frozen lake of 4 rows and 4 columns goal at r3 c3 holes at r1 c1, r1 c3, r2 c3, r3 c0 you are",
    "Blackjack-v1": "your cards make",
    "Taxi": "taxi at r",
    "CartPole-v1": "cart 0.0",
    "MiniGrid-DoorKey-5x5-v0": "mission use the key to open the door and then get to the goal facing ",
    "MountainCarContinuous-v0": "-0.",
}


@pytest.mark.parametrize("id", WORDS)
def test_an_environment_of_gymnasium_is_a_world_in_words(id):
    if id.startswith("MiniGrid"):
        pytest.importorskip("minigrid")
    world = GymnasiumWorld(id)
    assert world.reset(1).observations["player"].text.startswith(WORDS[id])
    # Episodes of some have hundreds of steps, and their snapshots are replays.
    check_environment(lambda: GymnasiumWorld(id, max_steps=20), episodes=2, expert=False, garbage=10)


def test_moves_mean_the_actions_they_name():
    lake = GymnasiumWorld("FrozenLake-v1", {"is_slippery": False})
    walk = iter(("south", "south", "east", "east", "south", "east"))
    episode = play(lambda: lake, {"player": Scripted(lambda seed: lambda seen: Action(next(walk)))})
    assert episode.outcome == {"success": True, "score": 1.0, "steps": 6}


def test_a_taxi_is_only_offered_what_changes_something():
    seen = GymnasiumWorld("Taxi").reset(0).observations["player"]
    assert "drop off" not in seen.spec.move.options


def test_a_missing_extra_is_one_line_with_the_command():
    with pytest.raises(MissingExtra, match=r'^no-such is not installed; run: pip install "coterie\[gymnasium\]"$'):
        require("no-such", "gymnasium")
    with pytest.raises(MissingExtra, match=r"^found gymnasium \S+, expected >=99; run:"):
        require("gymnasium", "gymnasium", at_least="99")
    with pytest.raises(MissingExtra, match=r"^found gymnasium \S+, expected >=0.1 and <1; run:"):
        require("gymnasium", "gymnasium", at_least="0.1", below="1")


BLOCKED = """
import importlib, sys
sys.modules[sys.argv[2]] = None
try:
    importlib.import_module(f"coterie.adapters.{sys.argv[1]}")
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("name", ["gymnasium", "pettingzoo", "stable_baselines3"])
def test_a_bridge_without_its_package_says_what_to_install(name):
    done = subprocess.run([sys.executable, "-c", BLOCKED, name, name], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MissingExtra ")
    assert done.stdout.endswith(f'run: pip install "coterie[{name}]"\n')
