"""A Unity build as a world: what its numbers, masks, groups, interruptions, pictures and side channels become."""

import asyncio
import shlex
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
import psutil
import pytest
from unity_arena import BEHAVIOURS, GUARD, LENGTH, RUNNER, Arena, Pictures, png

from coterie.adapters.extras import MissingExtra
from coterie.adapters.unity import (
    Answer,
    Behaviour,
    Describer,
    Dialled,
    Engine,
    Info,
    Sensed,
    UnityBuild,
    UnityWorld,
    channels,
    codec,
    pictures,
    protocol,
    words,
)
from coterie.adapters.unity.describing import Actions
from coterie.adapters.unity.line import Line
from coterie.agents import Random, Scripted
from coterie.core import Action, Choice, ConfigError, Decision, Form, Number, Speech, Utterance, WorldError
from coterie.rollout import gather, play

ARENA = [sys.executable, str(Path(__file__).with_name("unity_arena.py"))]
SEATS = ("Guard_team1", "Runner_1", "Runner_2")
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


def play_arena(port, talks=True):
    with Pictures(port, "arena") as dialled:
        Arena(dialled, talks).play()


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


# ---- faults ---------------------------------------------------------------------------------------------------------

FAULTS = {
    "cut@4": "ended by itself with code 3",
    "hang@4": "said nothing for 1 s",
    "delay@4": "said nothing for 1 s",
    "garbage@4": "no ML-Agents message",
    "half@4": "no ML-Agents message",
    "empty@4": "ended the session",
    "goodbye@4": "ended the session",
    "cut@0": "ended by itself",
    "hang@0": "greeted and said nothing more",
    "garbage@-1": "no ML-Agents message",
    "half@-1": "no ML-Agents message",
    "never@0": "no Unity peer dialled in",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_that_fails_fails_its_episode_in_time(fault):
    with UnityBuild([*ARENA, "--fault", fault], connect_s=4.0, answer_s=1.0) as build:
        began = time.monotonic()
        (episode,) = gather(lambda: UnityWorld(build, seats=SEATS), RANDOM, [0], at_once=1)
        assert time.monotonic() - began < 10.0
    assert episode.failure.boundary == "world"
    assert FAULTS[fault] in episode.failure.error
    assert len(episode.turns) == (8 if fault.endswith("@4") else 0)


def test_a_build_that_hangs_up_while_agents_think_fails_the_episode():
    slow = Scripted(lambda seed: lambda seen: time.sleep(0.3) or seen.spec.fallback)
    with UnityBuild([*ARENA, "--fault", "hang_up@2"], connect_s=10.0, answer_s=2.0) as build:
        (episode,) = gather(lambda: UnityWorld(build, seats=SEATS), dict.fromkeys(SEATS, slow), [0], at_once=1)
    assert "the Unity peer hung up" in episode.failure.error


def test_the_episode_after_a_failure_has_a_build_that_was_started_anew():
    with UnityBuild([*ARENA, "--fault", "cut@4"], connect_s=10.0, answer_s=2.0) as build:
        episodes = list(gather(lambda: UnityWorld(build, seats=SEATS), RANDOM, range(2), at_once=1))
    assert [len(episode.turns) for episode in episodes] == [8, 8]
    assert all("ended by itself" in episode.failure.error for episode in episodes)


LEFT_OPEN = """
import threading
from test_unity import UnityBuild, UnityWorld, play_arena
build = UnityBuild(port=0, connect_s=20.0)
threading.Thread(target=play_arena, args=(build.port,), daemon=True).start()
UnityWorld(build).reset(0)
print("over")
"""


def test_a_program_that_forgets_to_close_its_build_ends_all_the_same():
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "over\n"


def test_what_a_script_around_a_build_started_ends_with_it(tmp_path):
    """As with `xvfb-run`: the build is a child of what was started."""
    script, mark = tmp_path / "around", tmp_path / "pid"
    script.write_text(f'#!/bin/sh\n{shlex.join(ARENA)} --fault hang@2 "$@" &\necho $! > {mark}\nwait\n')
    script.chmod(0o755)
    with UnityBuild([str(script)], connect_s=10.0, answer_s=1.0) as build:
        episode = play(lambda: UnityWorld(build, seats=SEATS), RANDOM)
    assert "said nothing for 1 s" in episode.failure.error
    ended = time.monotonic() + 5.0
    while running(int(mark.read_text())) and time.monotonic() < ended:
        time.sleep(0.05)
    assert not running(int(mark.read_text()))


def running(process):
    """Whether a process is there and not only waiting to be forgotten."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_noise_on_the_socket_and_late_callers_do_not_keep_a_good_peer_out():
    with UnityBuild(port=0, connect_s=10.0, answer_s=5.0) as build:
        noise = socket.create_connection(("127.0.0.1", build.port))
        noise.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\xff half a frame")
        thread = threading.Thread(target=play_arena, args=(build.port,), daemon=True)
        thread.start()
        assert play(lambda: UnityWorld(build), RANDOM).failure is None
        noise.close()
    thread.join(10.0)
    assert not thread.is_alive()


def test_a_peer_of_another_version_is_refused():
    class Newer(Dialled):
        def _exchange(self, report):
            hello = report.hello and protocol.Hello(name="newer", version="2.0.0")
            return super()._exchange(protocol.Report(hello=hello))

    with UnityBuild(port=0, connect_s=10.0) as build:
        thread = threading.Thread(target=lambda: Newer(build.port).close(), daemon=True)
        thread.start()
        with pytest.raises(WorldError, match=r"version 2\.0\.0, expected 1\.5\.0"):
            UnityWorld(build)
        thread.join(10.0)


def test_nobody_but_this_machine_can_dial_in():
    line = Line()
    try:
        addresses = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in addresses - {"127.0.0.1"}:
            with pytest.raises(ConnectionRefusedError), socket.create_connection((address, line.port), timeout=1.0):
                pass
    finally:
        line.close()


def test_a_port_in_use_is_said_clearly():
    line = Line()
    try:
        with pytest.raises(ConfigError, match=f"port {line.port} is in use"):
            UnityBuild(port=line.port)
    finally:
        line.close()


def test_a_program_that_is_not_there_fails_the_episode_with_its_name():
    with UnityBuild(["/no/such/build"]) as build:
        episode = play(lambda: UnityWorld(build, seats=SEATS), RANDOM)
    assert "cannot start '/no/such/build'" in episode.failure.error


def test_nobody_listening_is_said_clearly():
    with pytest.raises(WorldError, match="nobody listens on port 1 "):
        Dialled(1, connect_s=0.3)


# ---- messages -------------------------------------------------------------------------------------------------------


def test_reports_and_orders_survive_the_wire():
    senses = (Sensed(name="x", values=np.arange(6, dtype=np.float32).reshape(1, 2, 3), goal=True),)
    info = Info(id=7, reward=0.5, group=2, group_reward=0.25, done=True, interrupted=True, forbidden=(True, False))
    info = Info(**{name: getattr(info, name) for name in info.__slots__} | {"senses": senses})
    posts = (channels.Post(UUID(int=5), b"hello"),)
    behaviour = Behaviour(name="Seer", continuous=2, branches=(2,), descriptions=("a", "b"))
    read = codec.read_report(
        codec.write_report(protocol.Report(infos={"Seer": (info,)}, behaviours=(behaviour,), posts=posts))
    )
    (again,) = read.infos["Seer"]
    assert (read.behaviours, read.posts, again.id, again.forbidden) == ((behaviour,), posts, 7, (True, False))
    assert (again.reward, again.group, again.group_reward, again.done, again.interrupted) == (0.5, 2, 0.25, True, True)
    assert again.senses[0].goal
    assert again.senses[0].values.tolist() == senses[0].values.tolist()
    order = protocol.Order(command="RESET", answers={"Seer": (Answer((0.5, 0.25), (1,)),)}, posts=posts)
    assert codec.read_order(codec.write_order(order)) == order
    assert codec.read_order(codec.write_order(protocol.Order(seed=9))).seed == 9


SQUARE = np.zeros((2, 2, 3), np.uint8)


def report(**changes):
    """A message of one agent, some of it changed to what should not be."""
    message = codec.UnityMessage()
    message.header.status = 200
    info = message.unity_output.rl_output.agentInfos["Seer"].value.add(id=1)
    seen = info.observations.add(shape=[2])
    seen.float_data.data.extend([0.0, 1.0])
    for name, value in changes.items():
        match name:
            case "reward":
                info.reward = value
            case "shape":
                del seen.shape[:]
                seen.shape.extend(value)
            case "data":
                seen.float_data.data[0] = value
            case "picture":
                seen.compression_type, seen.compressed_data = 1, value
            case "side":
                message.unity_output.rl_output.side_channel = value
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reward": float("nan")}, "is paid nan"),
        ({"shape": []}, "has shape"),
        ({"shape": [3]}, "holds 2 numbers"),
        ({"shape": [-1, 2]}, "has shape"),
        ({"shape": [100_000, 100_000]}, "has shape"),
        ({"data": float("inf")}, "not finite"),
        ({"picture": b"no picture"}, "hold no picture"),
        ({"picture": b"\x89PNG\r\n\x1a\n broken"}, "cannot be read"),
        ({"picture": png(np.zeros((2, 4, 3), np.uint8)), "shape": [3, 4, 2]}, "holds pictures of"),
        ({"picture": png(SQUARE) + png(SQUARE[:1]), "shape": [6, 2, 2]}, "different sizes"),
        ({"side": b"\x01\x02"}, "end within a message"),
        ({"side": bytes(16) + struct.pack("<i", 9) + b"short"}, "end within a message"),
        ({"side": bytes(16) + struct.pack("<i", -9)}, "end within a message"),
    ],
)
def test_a_message_that_promises_what_it_does_not_hold_is_refused(changes, told):
    with pytest.raises(WorldError, match=told):
        codec.read_report(report(**changes))


def test_every_beginning_of_a_message_is_read_or_refused():
    whole = report()
    for length in range(len(whole)):
        try:
            codec.read_report(whole[:length])
        except WorldError:
            continue


@pytest.mark.parametrize("text", [b"[1]", b"{", b'{"views": 3}', b'{"seats": {"1": 2}}', b"\xff"])
def test_words_that_cannot_be_read_are_refused(text):
    with pytest.raises(WorldError, match="words on the side channel"):
        words.read((channels.Post(channels.WORDS, text),), words.Told)


KINDS = {
    "nothing": (Behaviour(name="X"), None, None, Answer()),
    "one number": (Behaviour(name="X", continuous=1), Number(-1.0, 1.0), 0.25, Answer((0.25,), ())),
    "two numbers": (
        Behaviour(name="X", continuous=2),
        Form({"number 1": Number(-1.0, 1.0), "number 2": Number(-1.0, 1.0)}),
        {"number 1": 0.25, "number 2": -1},
        Answer((0.25, -1.0), ()),
    ),
    "one choice": (Behaviour(name="X", branches=(3,)), Choice(("move 0", "move 2")), "move 2", Answer((), (2,))),
    "hybrid": (
        Behaviour(name="X", continuous=1, branches=(3,)),
        Form({"number 1": Number(-1.0, 1.0), "choice 1": Choice(("move 0", "move 2"))}),
        {"number 1": 1.0, "choice 1": "move 2"},
        Answer((1.0,), (2,)),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_continuous_discrete_and_hybrid_actions_are_numbers_choices_and_forms(kind):
    behaviour, expected, move, numbers = KINDS[kind]
    known = Actions(behaviour, Describer())
    spec = known.spec(Info(id=1, forbidden=(False, True, False) if behaviour.branches else ()))
    assert spec.move == expected
    assert spec.reject(Action(move)) is None
    assert spec.reject(spec.fallback) is None
    assert known.answer(move) == numbers


def test_choices_that_a_build_does_not_tell_apart_go_by_their_numbers():
    for names in ((), ("left", "left"), ("left", ""), ("left", "right", "up")):
        told = Actions(Behaviour(name="Walker", branches=(2,), descriptions=names), Describer())
        assert told.choices == [("move 0", "move 1")]
    told = Actions(Behaviour(name="Walker", branches=(2, 1), descriptions=("left", "right", "left")), Describer())
    assert told.choices == [("left", "right"), ("left",)]


@pytest.mark.parametrize("data", [b"", struct.pack("<i", -3), struct.pack("<i", 1) + b"a" + struct.pack("<fi", 1, 9)])
def test_a_statistic_that_cannot_be_read_is_refused(data):
    with pytest.raises(WorldError, match="statistic"):
        channels.statistic(data)


def test_messages_of_several_agents_are_one():
    posts = [words.post(words.Told(views={name: words.View(f"I am {name}")})) for name in "12"]
    assert {name: view.text for name, view in words.read(tuple(posts), words.Told).views.items()} == {
        "1": "I am 1",
        "2": "I am 2",
    }


def test_stacked_pictures_are_cut_averaged_or_made_grey():
    shades = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    layers = np.moveaxis(shades / 255.0, -1, 0)
    two = png(shades) + png(shades + 60)
    later = np.moveaxis((shades + 60) / 255.0, -1, 0)
    np.testing.assert_allclose(pictures.unfolded(png(shades), 3, (), "eyes"), layers, atol=1e-6)
    np.testing.assert_allclose(pictures.unfolded(png(shades), 1, (), "eyes")[0], layers.mean(0), atol=1e-6)
    np.testing.assert_allclose(pictures.unfolded(two, 4, (), "eyes"), [*layers, later[0]], atol=1e-6)
    mapped = pictures.unfolded(two, 2, (0, 0, 0, 1, -1, -1), "eyes")
    np.testing.assert_allclose(mapped, [layers.mean(0), later[0]], atol=1e-6)
    with pytest.raises(WorldError, match="mapped to"):
        pictures.unfolded(two, 2, (0, 5), "eyes")


def test_actions_of_old_builds_are_read_from_their_old_fields():
    message = codec.UnityMessage()
    message.header.status = 200
    told = message.unity_output.rl_initialization_output.brain_parameters
    told.add(brain_name="Old", vector_action_size_deprecated=[2], vector_action_space_type_deprecated=1)
    told.add(brain_name="Older", vector_action_size_deprecated=[3, 2], vector_action_space_type_deprecated=0)
    read = codec.read_report(message.SerializeToString()).behaviours
    assert read == (Behaviour(name="Old", continuous=2), Behaviour(name="Older", branches=(3, 2)))


def test_a_missing_package_is_one_line_with_the_command(monkeypatch):
    import importlib.metadata

    import coterie.adapters.extras as extras

    def gone(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(extras.importlib.metadata, "version", gone)
    with pytest.raises(MissingExtra, match=r'pip install "coterie\[unity\]"'):
        extras.require("grpcio", "unity")
