"""A Unity build as a world: what its numbers, masks, groups, interruptions, pictures and side channels become."""

import asyncio
import struct
import threading

import msgspec
import numpy as np
import pytest
from unity_arena import BEHAVIOURS, GUARD, LENGTH, RUNNER, SEATS, play_arena

from coterie.adapters.unity import (
    Describer,
    Dialled,
    Engine,
    Info,
    Sensed,
    UnityBuild,
    UnityWorld,
    channels,
)
from coterie.agents import Random
from coterie.core import Action, Choice, ConfigError, Decision, Form, Number, Speech, Utterance, WorldError
from coterie.rollout import play

RANDOM = dict.fromkeys(SEATS, Random())


@pytest.fixture(scope="module")
def arena():
    """One build that plays the episodes of many tests, as the editor does: it dials in."""
    with UnityBuild(port=0, seed=3, connect_s=20.0, answer_s=10.0) as build:
        peer = threading.Thread(target=lambda: play_arena(build.port), daemon=True)
        peer.start()
        yield build
    peer.join(10.0)
    assert not peer.is_alive()


def steps_of(world, answer, seed=0):
    """Plays one episode with the same rule for everybody; returns its steps."""
    steps = [world.reset(seed)]
    while steps[-1].observations:
        steps.append(world.step({seat: answer(seat, seen) for seat, seen in steps[-1].observations.items()}))
    return steps


def still(seat, seen):
    return seen.spec.fallback


def test_the_agents_that_ask_first_are_the_seats(arena):
    assert UnityWorld(arena).agents == SEATS


def test_an_episode_ends_when_all_agents_are_done_whatever_begins_after_them(arena):
    episode = play(lambda: UnityWorld(arena), RANDOM, seed=1)
    assert episode.failure is None
    assert episode.steps == LENGTH
    assert {turn.agent for turn in episode.turns} == set(SEATS)
    assert [event.kind for event in episode.events].count("outcome") == 1
    assert [event for event in episode.events if event.kind == "unseated"] != []


def test_an_interruption_is_a_truncation(arena):
    steps = steps_of(UnityWorld(arena), still)
    assert {seat: ending.kind for seat, ending in steps[-1].endings.items()} == {
        "Guard_team1": "truncated",
        "Runner_1": "terminated",
        "Runner_2": "terminated",
    }


def test_only_who_asks_for_a_decision_acts_next(arena):
    asked = [set(step.observations) for step in steps_of(UnityWorld(arena), still)]
    everybody, runners = set(SEATS), {"Runner_1", "Runner_2"}
    assert asked == [everybody, runners] * (LENGTH // 2) + [set()]


def test_what_is_masked_is_not_offered(arena):
    steps = steps_of(UnityWorld(arena), still)
    kicks = [step.observations["Runner_1"].spec.move.fields["choice 1"].options for step in steps[:-1]]
    assert kicks == [("move 0", "move 1", "move 2"), ("move 0", "move 1")] * (LENGTH // 2)


def test_hybrid_actions_arrive_as_they_were_chosen(arena):
    def push(seat, seen):
        if seat == "Guard_team1":
            return Action({"choice 1": "right", "choice 2": "jump"})
        return Action({"number 1": 0.25, "choice 1": "move 1"})

    balls = [
        float(step.observations["Runner_1"].arrays["place"].values[0])
        for step in steps_of(UnityWorld(arena), push)[:-1]
    ]
    # Both push 0.25 and kick 1; the guard blocks 2, but only in every other step.
    assert np.diff(balls).tolist() == [0.5, 2.5, 0.5, 2.5, 0.5]


def test_own_and_group_rewards_are_paid_and_told_apart(arena):
    def push(seat, seen):
        return seen.spec.fallback if seat == "Guard_team1" else Action({"number 1": 0.5, "choice 1": "move 1"})

    steps = steps_of(UnityWorld(arena), push)
    assert steps[0].rewards["Runner_1"] == 0.0
    for step in steps[1:]:
        assert step.rewards["Runner_1"] == step.rewards["Runner_2"] == 1.25
        assert step.components["Runner_1"] == {"own": 1.0, "group": 0.25}


def test_pictures_arrive_as_numbers_between_0_and_1(arena):
    first = UnityWorld(arena).reset(0)
    eyes = first.observations["Guard_team1"].arrays["eyes"]
    assert eyes.axes == ("channel", "row", "column")
    np.testing.assert_allclose(eyes.values, np.arange(36).reshape(3, 3, 4) / 255.0, atol=1e-6)
    assert first.observations["Guard_team1"].arrays["vector"].values.tolist() == [3.0, 0.0]


def test_statistics_of_the_build_are_events(arena):
    (told,) = [event for event in UnityWorld(arena).reset(0).events if event.kind == "statistic"]
    assert told.data == {"name": "ball", "value": 3.0, "how": "latest"}


def test_what_a_build_says_in_words_is_the_view_of_its_agent_and_what_is_said_reaches_it(arena):
    def speak(seat, seen):
        said = (Utterance("over here"),) if seat == "Runner_2" else ()
        return msgspec.structs.replace(seen.spec.fallback, say=said)

    world = UnityWorld(arena, describer=Describer(speech=Speech(max_words=4)))
    steps = steps_of(world, speak)
    texts = [step.observations["Runner_1"].text for step in steps[:-1]]
    assert texts[0].startswith("the ball is at 3; heard ")
    assert texts[1].endswith("over here")
    assert steps[0].observations["Runner_2"].text == "place 3 0\ngoal 1"


def test_a_describer_gives_views_actions_and_outcomes_their_words(arena):
    describer = Describer(
        view=lambda seat, senses: f"{seat} sees the ball at {senses['place'][0]:.0f}",
        choices={"Runner": [("roll", "kick", "shoot")]},
        fields={"Runner": ("push", "kick"), "Guard": ("go", "do")},
        outcome=lambda returns: {"success": returns["Guard_team1"] < 0},
    )
    world = UnityWorld(arena, describer=describer, words=False)
    first = world.reset(0).observations
    assert first["Runner_1"].text == "Runner_1 sees the ball at 3"
    assert first["Runner_1"].spec.move == Form({"push": Number(-1.0, 1.0), "kick": Choice(("roll", "kick", "shoot"))})
    assert first["Guard_team1"].spec.move == Form({"go": Choice(("left", "right")), "do": Choice(("stand", "jump"))})
    assert play(lambda: world, RANDOM).outcome == {"success": True, "steps": LENGTH}


def test_a_refused_answer_does_as_little_as_can_be_said(arena):
    world = UnityWorld(arena)
    first = world.reset(0)
    step = world.step(dict.fromkeys(first.observations, Action("fly")))
    assert [event.agent for event in step.events if event.kind == "rejected"] == [*SEATS]
    assert step.observations["Runner_1"].arrays["place"].values.tolist() == [3.0, 1.0]


def test_an_episode_without_end_is_truncated(arena):
    steps = steps_of(UnityWorld(arena, most_steps=3), still)
    assert {ending.kind for ending in steps[-1].endings.values()} == {"truncated"}
    assert len(steps) == 3


def test_a_build_plays_one_episode_at_a_time(arena):
    world = UnityWorld(arena)
    world.reset(0)
    with pytest.raises(WorldError, match="at_once=1"):
        UnityWorld(arena).reset(0)
    del world  # an episode that nobody goes on with is no obstacle
    assert play(lambda: UnityWorld(arena), RANDOM).failure is None


def test_seats_that_no_agent_takes_are_reported_and_strangers_do_nothing(arena):
    world = UnityWorld(arena, seats=("Runner",))
    episode = play(lambda: world, {"Runner": Random()})
    assert episode.failure is None
    assert {turn.agent for turn in episode.turns} == {"Runner"}
    strangers = {event.data["behaviour"] for event in episode.events if event.kind == "unseated"}
    assert strangers == {RUNNER, GUARD}


def test_names_that_do_not_fit_a_behaviour_are_refused(arena):
    for describer in (Describer(choices={"Runner": [("a", "b")]}), Describer(fields={"Runner": ("a", "a")})):
        with pytest.raises(ConfigError, match="different names"):
            UnityWorld(arena, describer=describer).reset(0)


def test_a_build_has_no_snapshots(arena):
    world = UnityWorld(arena)
    world.reset(0)
    with pytest.raises(WorldError, match="no snapshots"):
        world.snapshot()


def test_parameters_and_engine_reach_the_build_with_the_first_step():
    orders = []

    def peer(port):
        with Dialled(port) as dialled:
            orders.append(dialled.order)
            info = Info(id=1, senses=(Sensed(name="x", values=np.zeros(1, np.float32)),))
            orders.append(dialled.tell({GUARD: (info,)}, BEHAVIOURS))

    engine = Engine(width=80, height=60, quality=1, time_scale=20.0, frame_rate=-1, capture_rate=60)
    with UnityBuild(port=0, connect_s=10.0, answer_s=10.0, parameters={"gravity": 9.5}, engine=engine) as build:
        thread = threading.Thread(target=peer, args=(build.port,), daemon=True)
        thread.start()
        UnityWorld(build, words=False)
    thread.join(10.0)
    assert [order.command for order in orders[:1]] == ["RESET"]
    assert orders[1].over
    posts = orders[0].posts
    assert [post.channel for post in posts] == [channels.ENGINE] * 5 + [channels.PARAMETERS]
    assert posts[-1].data == struct.pack("<i", 7) + b"gravity" + struct.pack("<if", 0, 9.5)


def test_an_engine_needs_both_sides_of_its_window():
    with pytest.raises(ValueError, match="both or none"):
        Engine(width=80).posts()


def test_a_language_agent_plays_with_a_mind_that_answers_late(arena):
    """The build waits while agents think; here the thinking takes longer than a glance of the line."""

    class Slow:
        async def act(self, observation):
            await asyncio.sleep(0.3)
            return Decision(observation.spec.fallback)

        def close(self):
            pass

    class SlowMind:
        name = "slow"

        def join(self, environment, agent, seed):
            return Slow()

    assert play(lambda: UnityWorld(arena), dict.fromkeys(SEATS, SlowMind())).failure is None
