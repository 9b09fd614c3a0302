"""Both directions against the real `mlagents_envs` 1.1.0, which needs an interpreter of its own (`make test-peers`)."""

import ast
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numeric_worlds import DRONE, FLIGHT, ROUNDS, WANTED, Auction, fly
from short_worlds import short
from unity_arena import ARENA, GUARD, LENGTH, RUNNER, Arena, Pictures

from coterie.adapters.unity import Dialled, Served, UnityBuild, UnityWorld, channels, serve, words
from coterie.adapters.unity.answering import ByNumber
from coterie.adapters.unity.wire import ENUMS, MESSAGES
from coterie.core import Action
from coterie.environments import environments, make
from coterie.rollout.play import stream

PYTHON = os.environ.get("COTERIE_MLAGENTS_PYTHON", "")
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="COTERIE_MLAGENTS_PYTHON names no interpreter that has mlagents-envs; see docs/bridges/unity.md"
)
SIDE = Path(__file__).with_name("mlagents_side.py")
EXAMPLE = Path(__file__).parents[2] / "examples" / "bridges" / "unity_peer.py"
DESCRIBE = """
import importlib, json, pkgutil
from google.protobuf import descriptor_pb2
import mlagents_envs.communicator_objects as objects
found = {}
def read(message):
    name = message.name
    found[name] = {f.name: [f.number, f.type, f.label, f.type_name.split(".")[-1]] for f in message.field}
    for inner in message.nested_type:
        read(inner)
for module in pkgutil.iter_modules(objects.__path__):
    if module.name.endswith("_pb2"):
        file = descriptor_pb2.FileDescriptorProto()
        file.ParseFromString(importlib.import_module(objects.__name__ + "." + module.name).DESCRIPTOR.serialized_pb)
        for message in file.message_type:
            read(message)
        for enum in file.enum_type:
            found[enum.name] = {value.name: value.number for value in enum.value}
print(json.dumps(found))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(port, steps, *more):
    command = [PYTHON, str(SIDE), str(port), str(steps), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(side):
    out, error = side.communicate(timeout=60)
    assert side.returncode == 0, error[-2000:]
    return json.loads(out)


def trained_on(id, steps, more=(), **settings):
    """What ML-Agents' Python side saw of a served world."""
    port = free_port()
    side = start(port, steps, *more)
    serve(id, port=port, connect_s=60.0, answer_s=30.0, **settings)
    return result(side)


def test_our_messages_are_those_of_the_package():
    done = subprocess.run([PYTHON, "-c", DESCRIBE], capture_output=True, text=True, timeout=60, check=True)
    theirs = json.loads(done.stdout)
    from coterie.adapters.unity import wire

    for name in MESSAGES:
        ours = {
            f.name: [f.number, f.type, 3 if f.is_repeated else 1, kind(f)] for f in wire.message(name).DESCRIPTOR.fields
        }
        assert ours == theirs[name], name
    for name, values in ENUMS.items():
        assert {value: number for number, value in enumerate(values)} == theirs[name]


def kind(field):
    return (field.message_type or field.enum_type).name if field.message_type or field.enum_type else ""


def test_a_build_reads_the_same_in_the_package_and_here():
    """The same scripted peer, the same actions: shapes, masks, rewards, groups, pictures, ends agree in every step."""
    port = free_port()
    side = start(port, LENGTH + 1)
    with Pictures(port, "arena", connect_s=60.0) as dialled:
        Arena(dialled).play()
    theirs = result(side)
    assert theirs["statistics"]["ball"][0] == 3.0
    actions = iter(theirs["trace"])

    with UnityBuild(ARENA, seed=3, connect_s=60.0, answer_s=10.0) as build:
        world = UnityWorld(build)
        step, steps = world.reset(0), 0
        while step.observations:
            seen = next(actions)
            steps += 1
            for behaviour, seats in ((RUNNER, ("Runner_1", "Runner_2")), (GUARD, ("Guard_team1",))):
                for seat, told in zip(seats, seen[behaviour]["decisions"], strict=False):
                    agree(step, seat, told)
            answers = {}
            for seat in step.observations:
                behaviour, place = (GUARD, 0) if seat == "Guard_team1" else (RUNNER, int(seat[-1]) - 1)
                answers[seat] = chosen(step.observations[seat].spec, seen[behaviour]["decisions"][place])
            step = world.step(answers)
        last = next(actions)
    assert steps == LENGTH
    for behaviour, seats in ((RUNNER, ("Runner_1", "Runner_2")), (GUARD, ("Guard_team1",))):
        for seat, told in zip(seats, last[behaviour]["terminals"], strict=True):
            assert step.rewards[seat] == pytest.approx(told["reward"] + told["group_reward"])
            assert (step.endings[seat].kind == "truncated") == told["interrupted"]


def agree(step, seat, told):
    seen = step.observations[seat]
    for ours, theirs in zip([v for n, v in seen.arrays.items() if n != "vector"], told["senses"], strict=True):
        np.testing.assert_allclose(ours.values, theirs, atol=1e-6)
    assert step.rewards[seat] == pytest.approx(told["reward"] + told["group_reward"])
    branches = [field.options for name, field in seen.spec.move.fields.items() if name.startswith("choice")]
    assert [len(options) for options in branches] == [mask.count(False) for mask in told["mask"]]


def chosen(spec, told):
    """The answer that the package gave, in words."""
    names = {"Runner": [["move 0", "move 1", "move 2"]], "Guard": [["left", "right"], ["stand", "jump"]]}
    branches = names["Runner" if told["continuous"] else "Guard"]
    move = {f"number {place + 1}": value for place, value in enumerate(told["continuous"])}
    for place, (listed, number) in enumerate(zip(branches, told["discrete"], strict=True)):
        move[f"choice {place + 1}"] = listed[number]
    return Action(move)


@pytest.mark.parametrize("count", [1, 2])
def test_a_build_with_continuous_actions_only_reads_the_same_in_the_package_and_here(count):
    """The numbers that the package sends, given by seats of ours, arrive as the same numbers with the same effect."""
    there, here = [], []
    port = free_port()
    side = start(port, FLIGHT + 1)
    with Dialled(port, "drones", connect_s=60.0) as dialled:
        fly(dialled, count, there)
    theirs = result(side)
    assert theirs["specs"][DRONE.name] | {"senses": None} == {"continuous": 2, "branches": [], "senses": None}
    told = [seen[DRONE.name] for seen in theirs["trace"]]

    def peer():
        with Dialled(build.port, "drones", connect_s=60.0) as dialled:
            fly(dialled, count, here)

    with UnityBuild(port=0, connect_s=60.0, answer_s=10.0) as build:
        thread = threading.Thread(target=peer, daemon=True)
        thread.start()
        world = UnityWorld(build)
        step, at = world.reset(0), 0
        while step.observations:
            assert len(step.observations) == count
            answers = {}
            for seat, sent in zip(world.agents, told[at]["decisions"], strict=True):
                agree(step, seat, sent)
                x, y = sent["continuous"]
                answers[seat] = Action({"number 1": x, "number 2": y})
            step, at = world.step(answers), at + 1
        assert at == FLIGHT
        for seat, end in zip(world.agents, told[FLIGHT]["terminals"], strict=True):
            assert step.rewards[seat] == pytest.approx(end["reward"])
            assert step.endings[seat].kind == "terminated"
    thread.join(20.0)
    assert [each.continuous for each in here] == [each.continuous for each in there[: len(here)]]
    assert len(here) == FLIGHT * count
    assert all(each.continuous == pytest.approx((0.1, 0.2)) for each in here)


def test_a_world_that_asks_for_numbers_has_continuous_actions_in_the_package():
    """Its trace is played again on the bare world: bounds that move, masks of choices beside, and what all was paid."""
    found = trained_on(Auction, 2 * ROUNDS + 2)
    kinds = {name: (spec["continuous"], spec["branches"]) for name, spec in found["specs"].items()}
    assert kinds == {"bidder": (2, [len(WANTED)]), "dial": (1, [])}
    world, count = Auction(), 0
    step = begin(world, 0)
    for seen in found["trace"]:
        for seat in world.agents:
            for each in (*seen[seat]["decisions"], *seen[seat]["terminals"]):
                np.testing.assert_allclose(each["senses"][0], world.vector(seat).values, atol=1e-5)
                assert each["reward"] == pytest.approx(step.rewards.get(seat, 0.0), abs=1e-5)
        if not step.observations:
            assert all(seen[seat]["terminals"][0]["interrupted"] for seat in world.agents)
            count += 1
            step = begin(world, count)
            continue
        (bid,), (turn,) = seen["bidder"]["decisions"], seen["dial"]["decisions"]
        fields = step.observations["bidder"].spec.move.fields
        assert bid["mask"] == [[name not in fields["what"].options for name in WANTED]]
        assert turn["mask"] == []
        # 0.1 and 0.2 of the way from the middle to the end, the second as a whole number from 1 to 4.
        middle = (1.0 + fields["price"].high) / 2
        price = middle + 0.1 * (fields["price"].high - middle)
        move = {"what": WANTED[bid["discrete"][0]], "price": price, "pieces": 3}
        step = world.step({"bidder": Action(move), "dial": Action(-30.0 + 0.1 * 60.0)})
    assert count == 2


@pytest.mark.parametrize("id", environments())
def test_the_package_plays_every_world_and_sees_what_the_world_says(id):
    """Its trace is played again on the bare world: what it sensed, what was masked, what it was paid, how it ended."""
    world, options = make(id, **short(id)), short(id)
    menus = {}
    if world.timing == "timed":
        menus = {"answers": dict.fromkeys(world.agents, (Action("wait"), Action("look"), Action()))}
    trace = trained_on(id, 25, options=options, **menus)["trace"]
    served = Served(lambda: make(id, **options), **menus)
    episodes = itertools.count()
    step, owed, asked = begin(world, next(episodes)), dict.fromkeys(world.agents, 0.0), 0
    endings = {}
    for seen in trace:
        endings |= step.endings
        for seat, amount in step.rewards.items():
            owed[seat] += amount
        answers = {}
        for seat in world.agents:
            told = seen.get(seat, {"decisions": [], "terminals": []})
            assert len(told["decisions"]) == (seat in step.observations)
            for each in (*told["decisions"], *told["terminals"]):
                np.testing.assert_allclose(each["senses"][0], world.vector(seat).values.reshape(-1), atol=1e-6)
                assert each["reward"] == pytest.approx(owed[seat], abs=1e-4)
                owed[seat] = 0.0
            for each in told["terminals"]:
                assert each["interrupted"] == (endings[seat].kind == "truncated")
            for each in told["decisions"]:
                asked += 1
                how = served.answering[seat]
                if isinstance(how, ByNumber):
                    allowed = how.numbers.mask(step.observations[seat].spec).astype(bool)
                    assert each["mask"] == [(~allowed).tolist()]
                    answers[seat] = how.numbers.action(each["discrete"][0])
        step = world.step(answers) if step.observations else begin(world, next(episodes))
    assert asked > 10


def begin(world, episode):
    """The start of an episode whose seed a served world chose itself."""
    return world.reset(stream(3, "episode", episode) % 2**31)


def test_teams_and_what_they_are_paid_arrive_in_the_package():
    """The seats of two teams share a name; the same pay is the group's where there is a group, else each one's own."""
    behaviours = {"row": "Player?team=0", "column": "Player?team=1"}
    told = {
        number: trained_on("matrix_game-v1", 20, options={"game": "stag_hunt"}, behaviours=behaviours, groups=groups)[
            "trace"
        ]
        for number, groups in {0: {}, 7: {"row": 7, "column": 7}}.items()
    }
    for number, trace in told.items():
        assert [*trace[0]] == ["Player?team=0", "Player?team=1"]
        ends = [end for seen in trace for each in seen.values() for end in each["terminals"]]
        assert {end["group"] for end in ends} == {number}
        assert any(end["group_reward"] for end in ends) == (number != 0)
    alone, together = (
        [end["reward"] + end["group_reward"] for seen in trace for each in seen.values() for end in each["terminals"]]
        for trace in told.values()
    )
    assert alone == pytest.approx(together)
    assert any(alone)


@pytest.mark.parametrize("id", [None, "lookout-v1", "tic_tac_toe-v1", "two_levers-v1"])
def test_the_example_steps_a_world_of_two_behaviours(id):
    """By number, and in words where a seat has no numbers; by default a virtual world of two bodies."""
    arguments = [] if id is None else [id, "3"]
    found = subprocess.run([sys.executable, EXAMPLE, *arguments], capture_output=True, text=True, timeout=100)
    assert found.returncode == 0, found.stderr
    told = {key: float(value) for key, value in re.findall(r"^(\w+ \w+): (-?[\d.]+)$", found.stdout, re.MULTILINE)}
    world = make(id or "warehouse_lift-v1")
    first, second = world.agents
    assert set(told) == {f"{seat} {what}" for seat in world.agents for what in ("asked", "paid")}
    assert min(told[f"{first} asked"], told[f"{second} asked"]) >= 3
    if id is None:
        assert world.application == "virtual"
        assert min(told["ann asked"], told["bob asked"]) > 25  # in five episodes: each body again and again
    if id == "tic_tac_toe-v1":
        assert told["cross paid"] == -told["nought paid"]
        assert told["cross asked"] >= 9  # three episodes of at least three moves: none was lost by a refused answer
    if id == "lookout-v1":
        assert told["lookout paid"] == told["courier paid"] < 0


def test_words_travel_beside_the_numbers_on_a_raw_bytes_channel():
    asked = msgspec.json.encode(words.Asked(listens=True)).decode()
    heard = trained_on("lookout-v1", 4, more=("--words", asked))["heard"]
    told = [words.read((channels.Post(channels.WORDS, each.encode()),), words.Told) for each in heard]
    assert told[0].views["lookout"].text.startswith("map destination")
    assert told[1].views["courier"].text.startswith("at c")


def test_the_package_starts_a_served_world_like_a_build(tmp_path):
    script = tmp_path / "tic.x86_64"
    script.write_text(
        f'#!/bin/sh\nexec {sys.executable} -m coterie.adapters.unity tic_tac_toe --seat nought=random "$@"\n'
    )
    script.chmod(0o755)
    told = result(start(free_port(), 20, "--build", str(script)))
    assert list(told["specs"]) == ["cross"]
    assert told["specs"]["cross"]["branches"] == [9]
    assert sum(len(seen["cross"]["terminals"]) for seen in told["trace"] if "cross" in seen) >= 2


def test_the_side_that_plays_uses_nothing_of_ours():
    names = [node.module or "" for node in ast.walk(ast.parse(SIDE.read_text())) if isinstance(node, ast.ImportFrom)]
    assert not any(name.startswith("coterie") for name in names)
