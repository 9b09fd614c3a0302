"""What is said over the ML-Agents wire: written and read again, and refused where it is not what it promises."""

import struct
import subprocess
import sys
from uuid import UUID

import numpy as np
import pytest
from unity_arena import png

from coterie.adapters.unity import (
    Answer,
    Behaviour,
    Describer,
    Info,
    Sensed,
    channels,
    codec,
    pictures,
    protocol,
    words,
)
from coterie.adapters.unity.describing import Actions
from coterie.core import Action, Choice, Form, Number, WorldError


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


WITHOUT = """
import importlib.metadata, sys
found = importlib.metadata.version
def version(name):
    if name == sys.argv[1]:
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)
importlib.metadata.version = version
try:
    import coterie.adapters.unity
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("package", ["grpcio", "protobuf"])
def test_a_missing_package_is_one_line_with_the_command(package):
    done = subprocess.run([sys.executable, "-c", WITHOUT, package], capture_output=True, text=True, check=True)
    assert done.stdout == f'MissingExtra {package} is not installed; run: pip install "coterie[unity]"\n'
