import asyncio

import pytest

from coterie.agents import Expert, Language
from coterie.core import ActionSpec, ChatMessage, Choice
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.codecs import CompactCodec
from coterie.policies.fake import FakePolicy
from coterie.rollout import gather, play

WAYS = ActionSpec(move=Choice(("north", "south")))


def texts(policy, seed, count):
    async def chat():
        conversation = policy.open(seed)
        return [(await conversation.sample((ChatMessage("user", str(n)),), WAYS)).text for n in range(count)]

    return asyncio.run(chat())


def test_every_conversation_begins_the_list_anew():
    policy = FakePolicy(["north", "south"])
    assert texts(policy, 1, 2) == texts(policy, 2, 2) == ["north", "south"]


def test_drawn_answers_follow_the_seed_of_the_conversation():
    policy = FakePolicy(["north", "south"], draw=True)
    assert texts(policy, 1, 20) == texts(policy, 1, 20) != texts(policy, 2, 20)
    assert set(texts(policy, 1, 20)) == {"north", "south"}


def test_a_function_sees_the_prompt_and_what_it_asks_for():
    policy = FakePolicy(lambda prompt, spec: f"{prompt[0].content} {spec.move.options[1]}")
    assert texts(policy, 1, 2) == ["0 south", "1 south"]


def test_a_list_that_ends_too_early_fails_the_episode_and_says_so():
    minds = {"lookout": Expert(), "courier": Language(FakePolicy(["wait"], name="short"), CompactCodec())}
    episode = play("lookout", minds, seed=1)
    assert episode.failure.boundary == "policy"
    assert "short: question 2 came, but there are only 1 answers" in episode.failure.error
    assert episode.turns_of("courier")[0].samples[0].policy == "short"


@pytest.mark.parametrize(
    ("codec", "obey"),
    [
        (CompactCodec(), lambda prompt, spec: prompt[-1].content.split()[-2]),  # "... lookout says north act"
        (ChatCodec(), lambda prompt, spec: prompt[-1].content.split('"')[1]),  # 'lookout said: "north" ...'
    ],
    ids=["compact", "chat"],
)
def test_a_fake_that_obeys_delivers_every_parcel(codec, obey):
    minds = {"lookout": Expert(), "courier": Language(FakePolicy(obey), codec)}
    assert all(episode.outcome["success"] for episode in gather("lookout", minds, range(10)))
