"""A Coterie world served over the Unity protocol and read back as a world is the same world."""

import random
import sys
from collections import Counter

import msgspec
import numpy as np
import pytest
from short_worlds import SEEDS, short
from unity_served import served

from coterie.adapters.unity import Served, UnityBuild, UnityWorld
from coterie.agents import Random, Scripted
from coterie.agents.random import RandomAgent
from coterie.core import (
    Action,
    Choice,
    ConfigError,
    Utterance,
    decode_episode,
    encode_episode,
)
from coterie.environments import environments, make
from coterie.rollout import gather, play
from coterie.rollout.play import stream
from coterie.testing.driving import decide


def line(episode):
    """The record as it is read from disk: a whole number in a field of fractions is a fraction."""
    return encode_episode(decode_episode(encode_episode(episode)))


def same_episodes(id, minds, seeds, options=None, vectors=False):
    options = options or {}

    def there():
        world = UnityWorld(build)
        world.vectors = vectors
        return world

    with served(id, options) as build:
        far = {each.seed: line(each) for each in gather(there, minds, seeds, at_once=1)}
    near = {each.seed: line(each) for each in gather(lambda: make(id, vectors=vectors, **options), minds, seeds)}
    assert far == near
    assert len(far) == len(seeds)
    return [decode_episode(each) for each in far.values()]


@pytest.mark.parametrize("id", environments())
def test_a_hundred_episodes_of_every_world_are_the_same_over_the_wire(id):
    minds = dict.fromkeys(make(id).agents, Random())
    for episode in same_episodes(id, minds, range(SEEDS), short(id)):
        assert episode.failure is None


@pytest.mark.parametrize("id", environments())
def test_what_every_world_shows_in_numbers_is_the_same_over_the_wire(id):
    minds = dict.fromkeys(make(id).agents, Random())
    for episode in same_episodes(id, minds, range(2), short(id), vectors=True):
        assert all("vector" in turn.observation.arrays for turn in episode.turns)


def test_words_that_cost_something_are_charged_alike_over_the_wire():
    options = {"word_cost": 0.01}
    episodes = same_episodes("lookout-v1", dict.fromkeys(make("lookout").agents, Random()), range(10), options)
    assert any("speech" in turn.components for each in episodes for turn in each.turns)


class Careless:
    """Answers by chance, now and then with something that is not allowed."""

    name = "careless"

    def join(self, environment, agent, seed):
        luck, usual = random.Random(seed), RandomAgent(seed)

        def answer(seen):
            kind = luck.choice(("legal", "legal", "legal", "move", "say", "nothing"))
            legal = decide(usual, seen)
            if kind == "move":
                return Action("no such move \u2603", legal.say)
            if kind == "say":
                return Action(legal.move, (Utterance("word " * 500),))
            return Action() if kind == "nothing" else legal

        return Scripted(lambda seed: answer).join(environment, agent, seed)


@pytest.mark.parametrize("id", ["tic_tac_toe-v1", "lookout-v1", "hidden_roles-v1", "bargain-v1"])
def test_refused_answers_have_the_same_consequences_over_the_wire(id):
    minds = dict.fromkeys(make(id).agents, Careless())
    episodes = same_episodes(id, minds, range(20))
    assert Counter(event.kind for each in episodes for event in each.events)["rejected"] > 10


def test_experts_succeed_over_the_wire():
    minds = {
        seat: Scripted(lambda seed, seat=seat: make("lookout").expert(seat, seed), "expert")
        for seat in ("lookout", "courier")
    }
    for episode in same_episodes("lookout-v1", minds, range(10), {"size": 4}):
        assert episode.outcome["success"]


def turning(seed):
    """Takes each time another of the choices, in the order of their letters."""
    count = 0

    def answer(seen):
        nonlocal count
        count += 1
        assert isinstance(seen.spec.move, Choice)
        options = sorted(seen.spec.move.options)
        return Action(options[count % len(options)])

    return answer


@pytest.mark.parametrize("id", ["tic_tac_toe-v1", "connect_four-v1", "kuhn_poker-v1", "leduc_poker-v1", "kitchen-v1"])
def test_the_numbers_alone_play_the_same_game(id):
    """Without words: choices by number, masks, rewards of 32 bits, ends; what any Unity build has."""
    seats, count = make(id).agents, 10
    minds = dict.fromkeys(seats, Scripted(turning))
    options = {"horizon": 20} if id == "kitchen-v1" else {}
    with served(id, options) as build:
        far = list(gather(lambda: UnityWorld(build, seats=seats, words=False), minds, range(count), at_once=1))
    seeds = [stream(0, "episode", place) % 2**31 for place in range(count)]
    near = sorted(gather(id, minds, seeds, options=options), key=lambda each: seeds.index(each.seed))
    for one, other in zip(sorted(far, key=lambda each: each.seed), near, strict=True):
        assert one.failure is None
        moves = [[(turn.agent, turn.step, turn.action.move) for turn in each.turns] for each in (one, other)]
        # Where several act at once, the wire lists them by behaviour.
        assert sorted(moves[0], key=lambda each: each[1::-1]) == sorted(moves[1], key=lambda each: each[1::-1])
        assert one.totals == pytest.approx(other.totals, abs=1e-5)
        assert {seat: end.kind for seat, end in one.endings.items()} == {s: e.kind for s, e in other.endings.items()}


def test_minds_sit_in_the_other_seats_and_words_are_charged_once():
    options, minds = {"word_cost": 0.01}, {"lookout": "expert"}
    courier = Scripted(lambda seed: make("lookout").expert("courier", seed), "expert")
    with served("lookout-v1", options, minds=minds) as build:
        episode = play(lambda: UnityWorld(build), {"courier": courier}, seed=5)
    whole = play(
        lambda: make("lookout", **options),
        {
            "lookout": Scripted(lambda seed: make("lookout").expert("lookout", seed)),
            "courier": courier,
        },
        seed=5,
    )
    assert episode.failure is None
    assert episode.outcome["success"]
    assert episode.totals == {"courier": pytest.approx(whole.totals["courier"])}


def test_what_may_be_said_gets_numbers_where_phrases_are_given():
    phrases = {"lookout": ("go north", "go south")}
    told = Served(lambda: make("lookout"), phrases=phrases).behaviours["lookout"]
    assert told.descriptions == ("nothing", "say go north", "say go south")
    assert Served(lambda: make("lookout")).behaviours["lookout"].descriptions == ("in words",)


def test_what_a_team_is_paid_alike_is_the_group_s_reward():
    seats = make("lookout").agents
    minds = {"courier": Scripted(turning), "lookout": Scripted(lambda seed: lambda seen: seen.spec.fallback)}
    totals = []
    for groups in ({}, dict.fromkeys(seats, 4)):
        with served("lookout-v1", groups=groups) as build:
            world = UnityWorld(build, seats=seats, words=False)
            episode = play(lambda world=world: world, minds)
            assert {info.group for info in world.sitting.infos.values()} == set(groups.values() or {0})
            assert any("group" in turn.components for turn in episode.turns) == bool(groups)
            totals.append(episode.totals)
    assert totals[0] == pytest.approx(totals[1], abs=1e-5)


def test_seats_of_one_behaviour_share_their_numbers():
    teams = {"cross": "Player?team=0", "nought": "Player?team=1"}
    told = Served(lambda: make("tic_tac_toe"), behaviours=teams).behaviours
    assert {name: each.descriptions for name, each in told.items()} == dict.fromkeys(
        teams.values(), ("a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3")
    )
    with served("tic_tac_toe-v1", behaviours=teams) as build:
        world = UnityWorld(build, seats=("Player", "Player_team1"), words=False)
        assert play(lambda: world, dict.fromkeys(world.agents, Random())).failure is None


def test_settings_that_do_not_fit_the_world_are_refused():
    with pytest.raises(ConfigError, match="views of different length"):
        Served(lambda: make("lookout"), behaviours={"lookout": "one", "courier": "one"})
    for settings in ({"behaviours": {"zoe": "x"}}, {"groups": {"zoe": 1}}):
        with pytest.raises(ConfigError, match="zoe"):
            Served(lambda: make("lookout"), **settings)


def test_a_world_is_served_from_the_command_line():
    command = [sys.executable, "-m", "coterie.adapters.unity", "tic_tac_toe", "--seat", "nought=random"]
    with UnityBuild(command, connect_s=60.0, answer_s=30.0) as build:
        episodes = list(gather(lambda: UnityWorld(build), {"cross": Random()}, range(3), at_once=1))
    assert [each.environment for each in episodes] == ["tic_tac_toe-v1"] * 3
    assert all(each.failure is None and each.outcome for each in episodes)


def test_words_that_contradict_the_numbers_end_the_episode(monkeypatch):
    whole = Served._take

    def false_pay(self, step, hosted=None):
        posts = whole(self, step, hosted)
        self.own["cross"] += 0.5
        return posts

    monkeypatch.setattr(Served, "_take", false_pay)
    with served("tic_tac_toe-v1") as build:
        episode = play(
            lambda: UnityWorld(build, seats=("cross", "nought")), dict.fromkeys(("cross", "nought"), Random())
        )
    assert "is paid 0.5 in numbers, 0.0 in words" in episode.failure.error


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seats": {"one": "cross"}}, "about agent 'one'"),
        ({"seats": {"0": "zoe"}}, "words about ['zoe']"),
        ({"rewards": {"zoe": 1.0}}, "words about ['zoe']"),
        ({"views": {}}, "numbers ask ['cross'], words ask []"),
    ],
)
def test_words_about_nobody_end_the_episode(monkeypatch, change, told):
    whole = Served._told

    def other(self, step, hosted):
        return msgspec.structs.replace(whole(self, step, hosted), **change)

    monkeypatch.setattr(Served, "_told", other)
    with served("tic_tac_toe-v1") as build:
        minds = dict.fromkeys(("cross", "nought"), Random())
        episode = play(lambda: UnityWorld(build, seats=tuple(minds)), minds)
    assert episode.failure.boundary == "world"
    assert told in episode.failure.error


def test_a_vector_is_what_the_world_says():
    with served("kuhn_poker-v1") as build:
        world, here = UnityWorld(build), make("kuhn_poker", vectors=True)
        world.vectors = True
        far, near = world.reset(3).observations["first"], here.reset(3).observations["first"]
    assert far.arrays["vector"].axes == near.arrays["vector"].axes
    np.testing.assert_array_equal(far.arrays["vector"].values, near.arrays["vector"].values)
