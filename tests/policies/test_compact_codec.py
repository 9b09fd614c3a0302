"""The compact codec asks for one thing at a time and reads back what it wrote."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    Form,
    Message,
    Number,
    Observation,
    Rejection,
    Speech,
    Text,
    Utterance,
)
from coterie.policies import CompactCodec

CODEC = CompactCodec()
FORM = Form({"tool": Choice(("search", "book")), "words": Text(4), "price": Number(0, 100)})


def asked(observation):
    return [(prompt[0].content, spec) for prompt, spec in CODEC.parts(observation)]


def test_the_view_is_told_once_and_every_question_names_itself():
    heard = (Message("ann", "go on", ("bob",)),)
    seen = Observation(ActionSpec(FORM, Speech(3)), "a desk", heard=heard)
    texts = [text for text, _ in asked(seen)]
    assert texts == ["a desk ann says go on act tool", "act words", "act price", "say"]
    assert [spec.move for _, spec in asked(seen)] == [*FORM.fields.values(), None]


def test_a_move_alone_and_words_alone_are_one_question():
    assert [text for text, _ in asked(Observation(ActionSpec(Choice(("up",))), "here"))] == ["here act"]
    assert [text for text, _ in asked(Observation(ActionSpec(speech=Speech(3)), "here"))] == ["here say"]


@given(
    some.sampled_from(["search", "book"]),
    some.lists(some.sampled_from(["red", "hot", "7"]), max_size=4).map(" ".join),
    some.floats(0, 100),
    some.sampled_from([(), (Utterance("yes please"),)]),
)
def test_a_form_is_read_back_as_it_was_written(tool, words, price, say):
    spec = ActionSpec(FORM, Speech(3))
    action = Action({"tool": tool, "words": words, "price": price}, say)
    again = CODEC.parse(CODEC.replies(action, spec), spec)
    assert again == action
    assert spec.reject(again) is None


@pytest.mark.parametrize("spec", [ActionSpec(FORM), ActionSpec(Number(0, 5))])
def test_a_number_that_is_none_is_refused_and_does_not_raise(spec):
    found = CODEC.parse(["search", "red", "cheap"][-len(CODEC.parts(Observation(spec))) :], spec)
    assert found == Rejection("unparsable", "found 'cheap', expected a number")


def test_not_a_number_is_left_to_the_door():
    answer = CODEC.parse(["nan"], ActionSpec(Number(0, 5)))
    assert math.isnan(answer.move)
    assert ActionSpec(Number(0, 5)).reject(answer).code == "unparsable"
