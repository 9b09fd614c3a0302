"""End to end: a tiny chat model, trained here, behind a real `transformers serve` on loopback."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from coterie.agents import Expert, Language
from coterie.core import ChatMessage
from coterie.environments import make
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.endpoint import EndpointPolicy, EndpointSettings
from coterie.rollout import play

TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
CODEC = ChatCodec(seat="courier")


def chats(count):
    """What experts would have said in a chat as courier, one chat an episode."""
    for seed in range(count):
        world = make("lookout", size=2)
        scripts = {agent: world.expert(agent, seed) for agent in world.agents}
        step, chat = world.reset(seed), []
        while step.observations:
            actions = {agent: scripts[agent](seen) for agent, seen in step.observations.items()}
            if seen := step.observations.get("courier"):
                [(prompt, spec)] = CODEC.parts(seen)
                chat += prompt if not chat else prompt[1:]
                chat += [ChatMessage("assistant", reply) for reply in CODEC.replies(actions["courier"], spec)]
            step = world.step(actions)
        yield [{"role": message.role, "content": message.content} for message in chat]


def train_tiny(folder):
    """Trains a Llama of some 100,000 parameters to answer with a legal move in JSON."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from coterie.policies.local.small import small_model

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a model is slower on several, and the server needs one to start
    data = list(chats(100))
    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=640, special_tokens=special, initial_alphabet=alphabet)
    pieces.train_from_iterator((message["content"] for chat in data for message in chat), trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, eos_token="<|end|>", pad_token="<|end|>")
    tokenizer.chat_template = TEMPLATE
    said, end = tokenizer.convert_tokens_to_ids(["<|assistant|>", "<|end|>"])
    model = small_model(len(tokenizer), hidden=64)
    model.config.eos_token_id = model.generation_config.eos_token_id = end
    optimiser = torch.optim.AdamW(model.parameters(), lr=8e-3, weight_decay=0.0)
    examples = [tokenizer.apply_chat_template(chat, return_dict=False)[:190] for chat in data]
    for step in range(40):
        part = [examples[(step * 12 + place) % len(examples)] for place in range(12)]
        longest = max(map(len, part))
        batch = torch.tensor([ids + [end] * (longest - len(ids)) for ids in part])
        own = torch.zeros_like(batch, dtype=torch.bool)  # the tokens of the assistant
        for row, ids in enumerate(part):
            speaking = False
            for place, token in enumerate(ids):
                own[row, place] = speaking
                speaking = token == said or (speaking and token != end)
        hidden = model.model(input_ids=batch).last_hidden_state[:, :-1]
        loss = torch.nn.functional.cross_entropy(model.lm_head(hidden[own[:, 1:]]), batch[:, 1:][own[:, 1:]])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.param_groups[0]["lr"] = 8e-3 * min(1.0, (step + 1) / 10) * (1 - 0.9 * step / 40)
        optimiser.step()
        optimiser.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A running server: its address and the folder of its model."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(
            [*command, "--device", "cpu"], stdout=log, stderr=log, env=os.environ | offline, start_new_session=True
        )
    try:
        train_tiny(folder / "model")  # while the server starts; it loads the model with the first request
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", timeout=1, trust_env=False)
                yield f"http://127.0.0.1:{port}/v1", str(folder / "model")
                return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{(folder / 'server.log').read_text()[-3000:]}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def test_a_served_model_plays_a_whole_episode(server):
    url, model = server
    settings = EndpointSettings(temperature=0.0, max_tokens=24, timeout_s=60)
    policy = EndpointPolicy(url, model, settings, name="tiny")
    minds = {"lookout": Expert(), "courier": Language(policy, CODEC, retries=1)}
    episode = play("lookout", minds, seed=17, options={"size": 2})
    assert episode.failure is None
    turns = episode.turns_of("courier")
    assert len(turns) >= 4
    for turn in turns:
        assert turn.rejections == ()
        assert turn.samples[-1].text == f'{{"move": "{turn.action.move}"}}'
    assert episode.seats["courier"].policy == "tiny"
    assert policy.usage.answers == sum(len(turn.samples) for turn in turns)
    assert policy.usage.prompt_tokens > 20 * policy.usage.answers
    assert policy.usage.unmetered == 0


def test_a_model_that_the_server_does_not_have_is_a_recorded_failure(server):
    url, _ = server
    policy = EndpointPolicy(url, "no/such-model", EndpointSettings(retries=1, first_wait_s=0.01, timeout_s=60))
    episode = play("lookout", {"lookout": Expert(), "courier": Language(policy, CODEC)}, seed=17)
    assert episode.failure.boundary == "policy"
    assert "no/such-model" in episode.failure.error
