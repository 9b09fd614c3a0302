"""Local language models in seats: exact prompts, legal choices, and failures that stay with their episode."""

import asyncio

import pytest
import torch

from coterie.agents import Language
from coterie.core import ActionSpec, ChatMessage, Choice, Speech
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather

pytestmark = pytest.mark.usefixtures("one_thread")

WORDS = "map destination parcel courier lookout at blocked nothing says act say north south east west pick drop wait"
TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}> {{ message.content }}"
    "{% if message.role == 'assistant' %}<end>{% else %} {% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant> {% endif %}"
)


def policy(context=512, **settings):
    tokenizer = small_tokenizer([WORDS, "<system> <user> <assistant> be brief", "c0 c1 c2 r0 r1 r2"])
    tokenizer.chat_template = TEMPLATE
    model = small_model(len(tokenizer), hidden=32, context=context, seed=5)
    return LocalPolicy(model, tokenizer, "small", tokens_per_word=1, **settings)


def test_a_chat_is_encoded_piece_by_piece_exactly_as_its_template_writes_it_whole():
    small = policy()
    spec = ActionSpec(move=Choice(("north", "south")))

    async def talk():
        conversation = small.open(3)
        samples = []
        for turn in ("at c0 r0", "at c0 r1", "at c1 r1"):
            prompt = (ChatMessage("system", "be brief"), ChatMessage("user", turn))
            samples.append(await conversation.sample(prompt, spec))
        return conversation, samples

    conversation, samples = asyncio.run(talk())
    assert [sample.fresh for sample in samples] == [True, False, False]
    seen = [token for sample in samples for token in (*sample.prompt_ids, *sample.token_ids)]
    whole = small.tokenizer.apply_chat_template(conversation.chat, tokenize=False)
    assert [message["role"] for message in conversation.chat].count("system") == 1
    assert small.tokenizer.decode(seen).split() == whole.replace("<end>", " <end> ").split()


def test_a_choice_is_always_legal_and_greedy_takes_the_likeliest():
    small = policy()
    spec = ActionSpec(move=Choice(("north", "south", "wait")))

    async def ask(seed, temperature):
        return await small.at(temperature).open(seed).sample((ChatMessage("plain", "at c0 r0 act"),), spec)

    async def ask_all():
        return await asyncio.gather(*(ask(seed, 1.0) for seed in range(30)), *(ask(seed, 0.0) for seed in range(3)))

    *sampled, one, two, three = asyncio.run(ask_all())
    assert {sample.text for sample in sampled} <= {"north", "south", "wait"}
    assert len({sample.text for sample in sampled}) > 1
    assert one.text == two.text == three.text
    assert one.log_probs[0] == max(sample.log_probs[0] for sample in [*sampled, one])


def test_speech_is_sampled_no_further_than_its_limit_and_the_stop():
    small = policy()
    spec = ActionSpec(speech=Speech(max_words=4))

    async def ask_all():
        prompt = (ChatMessage("plain", "parcel c0 r0 say"),)
        return await asyncio.gather(*(small.open(seed).sample(prompt, spec) for seed in range(20)))

    assert all(len(sample.text.split()) <= 5 for sample in asyncio.run(ask_all()))


@pytest.mark.parametrize("valued", [False, True])
def test_a_history_too_long_for_the_model_ends_its_episode_only(valued):
    head = torch.nn.Linear(32, 1) if valued else None
    small = policy(context=90, value_head=head)
    minds = {"lookout": Language(small, CompactCodec()), "courier": Language(small, CompactCodec())}
    episodes = list(gather("lookout", minds, range(12), options={"size": 3}))
    assert len(episodes) == 12
    failed = [episode for episode in episodes if episode.failure]
    assert failed
    assert {episode.failure.boundary for episode in failed} == {"policy"}
    assert all("longer context" in episode.failure.error for episode in failed)
    assert len(failed) < 12 or all(len(episode.turns) > 4 for episode in failed)
    # The policy still serves whoever comes next.
    again = list(gather("lookout", minds, [1], options={"size": 2}, max_steps=4))
    assert again[0].failure is None
