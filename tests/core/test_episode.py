"""The record: every episode comes back from its line as it went in."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Episode,
    Event,
    Failure,
    Form,
    Message,
    Number,
    Observation,
    Rejection,
    Sample,
    Seat,
    Speech,
    Text,
    Turn,
    Utterance,
    decode_episode,
    encode_episode,
    episode_schema,
)
from coterie.core.episode import SCHEMA

names = some.text(min_size=1, max_size=6)
floats = some.floats(allow_nan=False, allow_infinity=False)
json_values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | floats | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
data = some.dictionaries(names, json_values, max_size=3)
utterances = some.builds(Utterance, text=some.text(), to=some.lists(names, max_size=2).map(tuple))
actions = some.builds(
    Action, move=some.none() | some.text() | floats | data, say=some.lists(utterances, max_size=2).map(tuple)
)
plain_moves = some.one_of(
    some.builds(Choice, options=some.lists(names, max_size=3).map(tuple)),
    some.builds(Text, max_words=some.integers(1, 9)),
    some.builds(Number, low=floats, high=floats, integer=some.booleans(), unit=names),
)
specs = some.builds(
    ActionSpec,
    move=some.none() | plain_moves | some.builds(Form, fields=some.dictionaries(names, plain_moves, max_size=2)),
    speech=some.none() | some.builds(Speech, max_words=some.integers(1, 9), cost=floats, required=some.booleans()),
    fallback=some.none() | actions,
)
messages = some.builds(Message, speaker=names, text=some.text(), audience=some.just(("bob",)), time=floats)
kinds = some.sampled_from([np.dtype(kind) for kind in ("f4", "f8", "u1", "i8", "?")])
values = kinds.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=1, max_dims=3, max_side=4)))
views = some.builds(Array, values=values, axes=some.just(("row",)), unit=names)
observations = some.builds(
    Observation,
    spec=specs,
    text=some.text(),
    data=data,
    heard=some.lists(messages, max_size=2).map(tuple),
    arrays=some.dictionaries(names, views, max_size=2),
    budget=some.dictionaries(names, floats, max_size=2),
)
rejections = some.builds(Rejection, code=some.sampled_from(["illegal", "timeout"]), reason=some.text())
samples = some.builds(
    Sample,
    text=some.text(),
    version=some.integers(0, 9),
    token_ids=some.lists(some.integers(0, 99), max_size=3).map(tuple),
    log_probs=some.lists(floats, max_size=3).map(tuple),
    allowed=some.none() | some.just((None, (1, 2))),
    scores=some.none() | some.dictionaries(names, floats, max_size=2),
    value=some.none() | floats,
)
turns = some.builds(
    Turn,
    agent=names,
    step=some.integers(0, 99),
    observation=observations,
    action=some.none() | actions,
    rejections=some.lists(rejections, max_size=2).map(tuple),
    samples=some.lists(samples, max_size=2).map(tuple),
    reward=floats,
    components=some.dictionaries(names, floats, max_size=2),
)
episodes = some.builds(
    Episode,
    environment=names,
    options=data,
    seed=some.integers(0, 2**62),
    seats=some.dictionaries(names, some.builds(Seat, mind=names, trainable=some.booleans()), max_size=2),
    turns=some.lists(turns, max_size=3).map(tuple),
    events=some.lists(some.builds(Event, kind=names, agent=some.none() | names, data=data), max_size=2).map(tuple),
    totals=some.dictionaries(names, floats, max_size=2),
    endings=some.dictionaries(names, some.just(Ending("truncated", "time")), max_size=2),
    failure=some.none() | some.builds(Failure, boundary=names, error=some.text()),
    labels=some.dictionaries(names, names, max_size=2),
)


@given(episodes)
def test_an_episode_comes_back_from_its_line(episode):
    line = encode_episode(episode)
    assert b"\n" not in line
    back = decode_episode(line)
    assert encode_episode(back) == line
    for turn, read in zip(episode.turns, back.turns, strict=True):
        for name, view in turn.observation.arrays.items():
            found = read.observation.arrays[name].values
            assert found.dtype == view.values.dtype
            np.testing.assert_array_equal(found, view.values)
        bare = [msgspec.structs.replace(each.observation, arrays={}) for each in (turn, read)]
        assert bare[0] == bare[1]
        assert turn.action == read.action
        assert turn.samples == read.samples


@given(episodes)
def test_any_tool_can_read_a_line_as_json(episode):
    assert json.loads(encode_episode(episode))["seed"] == episode.seed


EPISODE = Episode(environment="w-v1", seed=1, seats={"ann": Seat("random")})


def test_a_line_says_its_schema_unless_it_is_the_first_one():
    assert msgspec.structs.replace(EPISODE, schema=SCHEMA + 1).schema == SCHEMA + 1
    newer = decode_episode(encode_episode(msgspec.structs.replace(EPISODE, schema=7)))
    assert newer.schema == 7
    assert decode_episode(encode_episode(EPISODE)).schema == SCHEMA == 1


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b'{"environment": "w"}', encode_episode(EPISODE).replace(b'"seed":1', b'"seed":"one"')],
)
def test_a_damaged_line_is_refused(line):
    with pytest.raises(msgspec.DecodeError):
        decode_episode(line)


def test_what_json_has_no_word_for_is_refused_with_advice():
    for strange in (object(), 3j):
        with pytest.raises(NotImplementedError, match="use JSON values and Arrays"):
            encode_episode(msgspec.structs.replace(EPISODE, options={"thing": strange}))


def test_the_outcome_is_the_last_one_told_and_messages_are_what_was_said():
    spec = ActionSpec(speech=Speech(3))
    spoken = Turn("ann", 2, Observation(spec), Action(say=(Utterance("hello", ("bob",)),)))
    refused = Turn("ann", 3, Observation(spec), None, (Rejection("illegal"),))
    events = (Event("outcome", None, {"success": False}), Event("outcome", None, {"success": True}), Event("end"))
    episode = msgspec.structs.replace(EPISODE, turns=(spoken, refused), events=events)
    assert episode.outcome == {"success": True}
    assert episode.messages == [Message("ann", "hello", ("bob",), 2.0)]
    assert episode.turns_of("bob") == []
    assert EPISODE.outcome == {}


def test_the_schema_for_other_languages_names_every_field():
    definitions = episode_schema()["$defs"]
    assert set(definitions["Episode"]["properties"]) == set(Episode.__struct_fields__)
    assert set(definitions["Turn"]["properties"]) == set(Turn.__struct_fields__)
