"""What answers a specification and what does not, with the code of the refusal."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from coterie.core import Action, ActionSpec, Choice, Form, Number, Rejection, Speech, Text, Utterance

NORTH = ActionSpec(move=Choice(("north", "south")))
TALK = ActionSpec(speech=Speech(max_words=3, audiences=("bob", "carl")))
FORM = ActionSpec(move=Form({"price": Number(0, 10), "note": Text(4), "item": Choice(("apple", "pear"))}))


def say(*texts, to=()):
    return Action(say=tuple(Utterance(text, to) for text in texts))


def code(spec, answer):
    rejection = spec.reject(answer)
    return None if rejection is None else rejection.code


@pytest.mark.parametrize(
    ("spec", "answer", "expected"),
    [
        (NORTH, Action("north"), None),
        (NORTH, Action("North"), "illegal"),
        (NORTH, Action(), "illegal"),
        (NORTH, Action(3.0), "illegal"),
        (NORTH, "north", "unparsable"),
        (NORTH, None, "unparsable"),
        (NORTH, Action("north", (Utterance("hello"),)), "illegal"),
        (NORTH, Action("north", None), "unparsable"),
        (NORTH, Action("north", []), "unparsable"),
        (TALK, say("one two three"), None),
        (TALK, Action(), None),
        (TALK, say("one two three four"), "over_budget"),
        (TALK, say("one two", "three four"), "over_budget"),
        (TALK, say("a", "b", "c"), "over_budget"),
        (TALK, say("x" * 121), "over_budget"),
        (TALK, say("hello", to=("bob",)), None),
        (TALK, say("hello", to=("dora",)), "illegal"),
        (TALK, Action("north"), "illegal"),
        (TALK, Action(say="hello"), "unparsable"),
        (TALK, Action(say=("hello",)), "unparsable"),
        (TALK, Action(say=(Utterance(5),)), "unparsable"),
        (TALK, Action(say=(Utterance("hello", "bob"),)), "unparsable"),
        (TALK, say("\ud800"), "unparsable"),
        (ActionSpec(speech=Speech(2, vocabulary=("ba", "do"))), say("ba do"), None),
        (ActionSpec(speech=Speech(2, vocabulary=("ba", "do"))), say("ba di"), "illegal"),
        (ActionSpec(speech=Speech(2, required=True)), Action(), "illegal"),
        (ActionSpec(speech=Speech(2, required=True)), say(" \n"), "illegal"),
        (ActionSpec(speech=Speech(2, required=True)), say("yes"), None),
        (ActionSpec(move=Text(2)), Action("two words"), None),
        (ActionSpec(move=Text(2)), Action("two words more"), "over_budget"),
        (ActionSpec(move=Text(2)), Action("w" * 81), "over_budget"),
        (ActionSpec(move=Text(2)), Action(2.0), "unparsable"),
        (ActionSpec(move=Text(2)), Action("\udfff"), "unparsable"),
        (ActionSpec(move=Number(0, 1)), Action(0.5), None),
        (ActionSpec(move=Number(0, 1)), Action(1), None),
        (ActionSpec(move=Number(0, 1)), Action(1.01), "illegal"),
        (ActionSpec(move=Number(0, 1)), Action(math.nan), "unparsable"),
        (ActionSpec(move=Number(0, 1)), Action(math.inf), "unparsable"),
        (ActionSpec(move=Number(0, 1)), Action(True), "unparsable"),
        (ActionSpec(move=Number(0, 1)), Action("0.5"), "unparsable"),
        (ActionSpec(move=Number(0, 9, integer=True)), Action(3.0), None),
        (ActionSpec(move=Number(0, 9, integer=True)), Action(3.5), "illegal"),
        (ActionSpec(move=Number(0, 9)), Action(10**5000), "illegal"),
        (FORM, Action({"price": 3, "note": "a gift", "item": "pear"}), None),
        (FORM, Action({"price": 3, "note": "a gift"}), "unparsable"),
        (FORM, Action({"price": 3, "note": "a gift", "item": "pear", "more": 1}), "unparsable"),
        (FORM, Action({"price": 30, "note": "a gift", "item": "pear"}), "illegal"),
        (FORM, Action({"price": 3, "note": "a b c d e", "item": "pear"}), "over_budget"),
        (FORM, Action("pear"), "unparsable"),
        (ActionSpec(), Action(), None),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isprintable() else "",
)
def test_an_answer_is_accepted_or_refused_with_its_code(spec, answer, expected):
    assert code(spec, answer) == expected


def test_a_rejection_stays_the_rejection_that_it_is():
    rejection = Rejection("timeout", "no answer within 3 s")
    assert NORTH.reject(rejection) is rejection


def test_the_reason_says_what_was_found_and_what_was_expected():
    assert NORTH.reject(Action("up")).reason == "found move 'up', expected one of: north, south"
    nested = FORM.reject(Action({"price": 30, "note": "", "item": "pear"})).reason
    assert nested == "field price: found 30, expected a number from 0 to 10"


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.binary() | some.builds(object),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner) | some.tuples(inner),
    max_leaves=5,
)
moves = some.one_of(
    some.none(),
    some.lists(some.text(max_size=5), min_size=1, unique=True).map(lambda options: Choice(tuple(options))),
    some.integers(1, 5).map(Text),
    some.tuples(some.floats(-9, 0), some.floats(0, 9), some.booleans()).map(lambda bounds: Number(*bounds)),
)
speeches = some.none() | some.builds(
    Speech,
    max_words=some.integers(1, 5),
    vocabulary=some.sampled_from([(), ("ba", "do")]),
    audiences=some.sampled_from([(), ("bob",)]),
    required=some.booleans(),
)
specs = some.builds(ActionSpec, move=moves, speech=speeches)
utterances = some.builds(Utterance, text=some.text() | anything, to=some.just(()) | some.tuples(some.text()) | anything)
answers = anything | some.builds(Action, move=anything, say=some.lists(utterances, max_size=3).map(tuple) | anything)


@given(spec=specs, answer=answers)
def test_rejecting_never_raises_and_what_is_accepted_can_be_recorded(spec, answer):
    rejection = spec.reject(answer)
    if rejection is None:
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Action) is not None
    else:
        assert isinstance(rejection.reason, str)
        assert rejection.code in ("unparsable", "illegal", "over_budget", "timeout")


@given(options=some.lists(some.text(max_size=8), min_size=1, unique=True), move=some.text(max_size=8))
def test_a_choice_accepts_its_options_and_nothing_else(options, move):
    spec = ActionSpec(move=Choice(tuple(options)))
    assert all(spec.reject(Action(option)) is None for option in options)
    assert (spec.reject(Action(move)) is None) == (move in options)


@given(words=some.lists(some.sampled_from(["go", "north", "now"]), max_size=12), limit=some.integers(1, 8))
def test_speech_is_limited_by_its_words(words, limit):
    spec = ActionSpec(speech=Speech(max_words=limit))
    assert code(spec, say(" ".join(words))) == (None if len(words) <= limit else "over_budget")


@given(spec=specs)
def test_a_specification_survives_json(spec):
    assert msgspec.json.decode(msgspec.json.encode(spec), type=ActionSpec) == spec
