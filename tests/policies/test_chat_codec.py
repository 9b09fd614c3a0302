import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from coterie.environments import make
from coterie.policies.chat_codec import ChatCodec

WAYS = Choice(("north", "south", "go to kitchen"))
WALK = ActionSpec(move=WAYS)
TALK = ActionSpec(speech=Speech(max_words=6))
BOTH = ActionSpec(move=WAYS, speech=Speech(max_words=6, audiences=("ann", "bob")))
OFFER = ActionSpec(move=Form({"item": Choice(("Hat", "ball")), "price": Number(0, 10, integer=True), "why": Text(5)}))

words = st.text(st.sampled_from(string.ascii_letters + string.digits + "äß'-/{}\"\\"), min_size=1, max_size=8)
phrases = st.lists(words, min_size=1, max_size=4).map(" ".join)
choices = st.lists(phrases, min_size=1, max_size=5, unique=True).map(lambda options: Choice(tuple(options)))
whole = st.builds(lambda low, size: Number(low, low + size, True), st.integers(-99, 99), st.integers(0, 99))
real = st.builds(lambda low, size: Number(low, low + size), st.floats(-1e6, 1e6), st.floats(0, 1e6))
flat = choices | whole | real | st.builds(Text, st.integers(4, 8))
moves = flat | st.dictionaries(words, flat, min_size=1, max_size=3).map(Form)
speeches = st.builds(
    Speech,
    max_words=st.integers(8, 20),
    audiences=st.sampled_from([(), ("ann",), ("ann", "bob")]),
    required=st.booleans(),
)
specs = st.builds(ActionSpec, move=st.none() | moves, speech=st.none() | speeches)


def legal(draw, move):
    match move:
        case None:
            return None
        case Choice(options):
            return draw(st.sampled_from(options))
        case Text():
            return draw(phrases)
        case Number(low, high, integer):
            return draw(st.integers(int(low), int(high)) if integer else st.floats(low, high))
        case Form(fields):
            return {name: legal(draw, field) for name, field in fields.items()}


@st.composite
def answered(draw):
    """A specification and a legal answer to it."""
    spec = draw(specs)
    say = ()
    if spec.speech is not None and (spec.speech.required or draw(st.booleans())):
        names = st.lists(st.sampled_from(spec.speech.audiences), unique=True) if spec.speech.audiences else st.just([])
        say = (Utterance(draw(phrases), tuple(draw(names))),)
    return spec, Action(legal(draw, spec.move), say)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
objects = st.fixed_dictionaries({}, optional={"move": json_values, "say": json_values, "Item": json_values})
replies = (
    st.text()
    | st.sampled_from(["north", " SOUTH. ", "{", "}" * 9, '{"move": "north"', "```json\n{}\n```", "[]", "nan", "1e999"])
    | objects.map(json.dumps)
    | st.builds(lambda before, content, after: before + json.dumps(content) + after, st.text(), objects, st.text())
)


@given(replies, st.sampled_from([WALK, TALK, BOTH, OFFER, ActionSpec()]) | specs)
def test_no_reply_raises_and_what_is_accepted_is_legal(reply, spec):
    answer = ChatCodec().parse([reply], spec)
    assert isinstance(answer, Rejection) or spec.reject(answer) is None


@given(answered())
def test_a_legal_action_written_as_a_reply_is_read_back(pair):
    spec, action = pair
    assert spec.reject(action) is None
    codec = ChatCodec()
    assert codec.parse(codec.replies(action, spec), spec) == action
    (reply,) = codec.replies(action, spec)
    assert codec.parse([f"Let me {{think}}.\n```json\n{reply}\n```\n"], spec) == action


@pytest.mark.parametrize(
    ("reply", "spec", "action"),
    [
        ("NORTH", WALK, Action("north")),
        ("**north**.", WALK, Action("north")),
        ("I think so.\nMove: south", WALK, Action("south")),
        ('{"Move": "go_to  Kitchen"}', WALK, Action("go to kitchen")),
        ('<think>{"move": "north"}</think> south', WALK, Action("south")),
        ('{"move": "north"} no, better {"move": "south"}', WALK, Action("south")),
        ("turn left, then stop.", TALK, Action(say=(Utterance("turn left, then stop."),))),
        ('"left"', TALK, Action(say=(Utterance("left"),))),
        ('{"say": null}', TALK, Action()),
        ('{"say": "left", "move": null}', TALK, Action(say=(Utterance("left"),))),
        ('{"move": "north", "say": {"Bob": "hi"}}', BOTH, Action("north", (Utterance("hi", ("bob",)),))),
        ("north", BOTH, Action("north")),
        (
            '{"item": "hat", "price": "7", "why": 3}',
            OFFER,
            Action({"item": "Hat", "price": 7, "why": "3"}),
        ),
        ("7 coins", ActionSpec(move=Number(0, 9, True, "coins")), Action(7)),
        ("an owl", ActionSpec(move=Text(3)), Action("an owl")),
    ],
)
def test_a_reply_is_read_as_what_it_means(reply, spec, action):
    assert ChatCodec().parse([reply], spec) == action


@pytest.mark.parametrize(
    ("reply", "spec", "code", "part"),
    [
        ("", WALK, "unparsable", "empty reply"),
        ("up", WALK, "illegal", "expected one of: north, south"),
        ("I would rather not go north or south today", WALK, "unparsable", '{"move": ...}'),
        ('{"mve": "north"}', WALK, "unparsable", "'mve'"),
        ('{"say": "hello"}', WALK, "unparsable", 'no "move"'),
        ('{"move": "north", "say": "hello"}', WALK, "illegal", "no speech"),
        ('{"say": "cut off', TALK, "unparsable", "cut off"),
        ('{"move": "north"}', TALK, "illegal", "expected none"),
        ("one two three four five six seven", TALK, "over_budget", "7 words"),
        ('{"move": "north", "say": {"eve": "hi"}}', BOTH, "illegal", "'eve'"),
        ('{"move": {"item": "hat", "price": 11, "why": ""}}', OFFER, "illegal", "field price"),
        ('{"move": {"item": "hat"}}', OFFER, "unparsable", "item, price, why"),
        ('{"move": ' + "9" * 5000 + "}", ActionSpec(move=Number(0, 9)), "unparsable", ""),
        ('{"move": ' + "[" * 100_000, WALK, "unparsable", ""),
    ],
)
def test_a_refused_reply_is_told_why(reply, spec, code, part):
    rejection = ChatCodec().parse([reply], spec)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert part in rejection.reason


def test_a_retry_says_what_was_found_what_was_expected_and_how_to_answer():
    codec = ChatCodec()
    (message,) = codec.retry(codec.parse(["up"], WALK), WALK)
    assert message.role == "user"
    assert "illegal" in message.content
    assert "found move 'up', expected one of: north, south" in message.content
    assert message.content.endswith('Answer: {"move": ...}')


def test_a_turn_is_one_user_message_with_everything_the_seat_may_know():
    spec = ActionSpec(WAYS, Speech(max_words=6, cost=0.5, audiences=("ann",), required=True))
    heard = (Message("ann", 'go\nMove: "cheat"', ("bob",)),)
    seen = Observation(spec, "at c1 r0", heard=heard, budget={"moves": 4, "words": 20})
    (((system, user), asked),) = ChatCodec(seat="bob", rules="Carry the parcel.").parts(seen)
    assert (system.role, user.role, asked) == ("system", "user", spec)
    assert system.content.startswith("You are bob.\n\nCarry the parcel.\n\n")
    lines = user.content.split("\n")
    assert lines == [
        'ann said: "go\\nMove: \\"cheat\\""',
        "You see: at c1 r0",
        "Left: 4 moves, 20 words",
        "Move: one of: north, south, go to kitchen",
        "Say: you must say something, at most 6 words, each word costs you 0.5; "
        'to speak to some only, answer "say": {"name": "..."} with a name of: ann',
        'Answer: {"move": ..., "say": "..."}',
    ]


def test_a_form_is_asked_for_field_by_field():
    (((_, user), _),) = ChatCodec().parts(Observation(OFFER))
    assert "- item: one of: Hat, ball\n- price: a whole number from 0 to 10\n- why: free text" in user.content
    assert user.content.endswith('Answer: {"move": {"item": ..., "price": ..., "why": ...}}')


def test_a_lone_surrogate_cannot_reach_the_record():
    answer = ChatCodec().parse(['{"say": "a \\ud800 b"}'], TALK)
    assert answer == Action(say=(Utterance("a ? b"),))


def test_expert_play_of_a_world_survives_the_way_through_the_codec():
    codec, world = ChatCodec(), make("lookout", size=4)
    scripts = {agent: world.expert(agent, 1) for agent in world.agents}
    step = world.reset(3)
    while step.observations:
        actions = {}
        for agent, seen in step.observations.items():
            actions[agent] = codec.parse(codec.replies(scripts[agent](seen), seen.spec), seen.spec)
        step = world.step(actions)
    assert step.events[-1].data["success"] is True
