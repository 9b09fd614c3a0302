"""Models of Transformers in seats: adapters, quantised, by hub name, with own settings; and trained runs out there."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
import small_team
import torch
from processes import QUIET
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    GenerationConfig,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from coterie.agents import Expert, Language
from coterie.core import ActionSpec, ChatMessage, ConfigError, PolicyError, Speech
from coterie.evaluation.minds import resolve_mind
from coterie.policies import CompactCodec
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.endpoint import EndpointPolicy, EndpointSettings
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.policies.local.sampling import narrowed
from coterie.rollout import gather, play

HEARD = "at c1 r1 blocked south east lookout says north act"
FREE = ActionSpec(speech=Speech(max_words=12))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return small_team.train(tmp_path_factory.mktemp("team") / "run")


@pytest.fixture
def courier(models, tmp_path):
    """A copy that a test may change."""
    return Path(shutil.copytree(models / "courier", tmp_path / "courier"))


def say(policy, count=1, seed=0):
    async def chat():
        return [await policy.open(seed + at).sample((ChatMessage("plain", HEARD),), FREE) for at in range(count)]

    return asyncio.run(chat())


# ---- out: trained runs where Transformers is -------------------------------------------------------------------------


def test_plain_transformers_opens_a_trained_seat_and_says_the_same(models):
    model, tokenizer = (kind.from_pretrained(models / "courier") for kind in (AutoModelForCausalLM, AutoTokenizer))
    chat = tokenizer.apply_chat_template([{"role": "user", "content": HEARD}], return_tensors="pt", return_dict=True)
    ids = model.generate(**chat, do_sample=False, max_new_tokens=8)[0, chat["input_ids"].shape[1] :]
    (sample,) = say(LocalPolicy.from_pretrained(models / "courier", temperature=0))
    assert tuple(ids.tolist()) == sample.token_ids
    assert sample.text == "north"


def test_the_template_of_a_small_tokenizer_is_what_its_policy_reads(models):
    policy = LocalPolicy.from_pretrained(models / "courier")
    chat = [{"role": "user", "content": HEARD}, {"role": "assistant", "content": "north"}]
    chat += [{"role": "system", "content": "be brief"}, {"role": "user", "content": "at c1 r0 act"}]
    ids = policy.tokenizer.apply_chat_template(chat, return_dict=False)
    assert ids == [*policy.encode(HEARD), *policy.encode("north"), policy.stop_id, *policy.encode("at c1 r0 act")]


def test_plain_transformers_teaches_a_small_model_where_a_reply_ends():
    tokenizer = small_tokenizer(["who walks the courier", "who sees the lookout and nobody else"])
    texts = ["who walks the courier <end>", "who sees the lookout and nobody else <end>"]
    batch = DataCollatorForLanguageModeling(tokenizer, mlm=False)([tokenizer(text) for text in texts])
    model = small_model(len(tokenizer)).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
    asked = tokenizer("who walks", return_tensors="pt")
    said = model.generate(**asked, do_sample=False, max_new_tokens=8)[0]
    assert said[asked["input_ids"].shape[1] :].tolist() == tokenizer.encode("the courier <end>")


def test_every_token_of_a_small_model_but_padding_is_learned_as_an_input():
    tokenizer = small_tokenizer(["go north"])
    model = small_model(len(tokenizer))
    ids = torch.arange(len(tokenizer))[None]
    # Without the output layer, which has the same weights: what reaches them came through the input.
    model.model(input_ids=ids).last_hidden_state.square().sum().backward()
    unmoved = (model.model.embed_tokens.weight.grad == 0).all(dim=1).nonzero()[:, 0].tolist()
    assert tokenizer.convert_ids_to_tokens(unmoved) == ["<padding>"]


def test_transformers_serve_serves_a_trained_seat_that_plays_as_here(models, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--host", "127.0.0.1"]
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--device", "cpu"],
            stdout=log, stderr=log, env=os.environ | QUIET, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(1200):
            assert server.poll() is None, (tmp_path / "log").read_text()[-2000:]
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", timeout=1, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        settings = EndpointSettings(temperature=0.0, max_tokens=7, timeout_s=60)
        seats = ("lookout", "courier")
        # The address that a local model has for this server is its folder.
        there = {
            seat: Language(EndpointPolicy(f"http://127.0.0.1:{port}/v1", str(models / seat), settings), CompactCodec())
            for seat in seats
        }
        here = {
            seat: Language(LocalPolicy.from_pretrained(models / seat, temperature=0), CompactCodec()) for seat in seats
        }
        for seed in range(3):
            ours, theirs = (play("lookout", minds, seed=seed, options={"size": 2}) for minds in (here, there))
            assert theirs.failure is None
            assert [turn.action for turn in theirs.turns] == [turn.action for turn in ours.turns]
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)


# ---- in: models of others -------------------------------------------------------------------------------------------


def test_an_adapter_folder_is_merged_into_the_model_it_was_made_for(courier, tmp_path):
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(courier)
    adapted = get_peft_model(base, LoraConfig(r=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=2.0)
    adapted.save_pretrained(tmp_path / "adapter")
    (tmp_path / "adapter" / "policy.json").write_text('{"policy": "bent", "codec": "compact", "tokens_per_word": 1}')
    mind = resolve_mind(f"{tmp_path / 'adapter'}@0", "courier", "lookout")
    assert (mind.name, mind.codec) == ("bent", CompactCodec())
    policy = mind.policy
    ids = torch.tensor([policy.encode(HEARD)])
    (scores,) = policy.server.engine.score(
        [(policy.open(0).row, policy.encode(HEARD), [(token,) for token in range(20)])]
    )
    with torch.no_grad():
        expected = torch.log_softmax(adapted(input_ids=ids).logits[0, -1], -1)[:20]
        plain = torch.log_softmax(AutoModelForCausalLM.from_pretrained(courier)(input_ids=ids).logits[0, -1], -1)[:20]
    assert scores == pytest.approx(expected.tolist(), abs=1e-3)
    assert scores != pytest.approx(plain.tolist(), abs=0.1)
    assert play("lookout", {"lookout": Expert(), "courier": mind}, seed=1, options={"size": 2}).failure is None


def test_an_adapter_that_names_no_model_and_a_missing_peft_are_told(courier, tmp_path, monkeypatch):
    (tmp_path / "adapter").mkdir()
    told = {"peft_type": "LORA", "base_model_name_or_path": None}
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(told))
    with pytest.raises(PolicyError, match="does not say which model"):
        LocalPolicy.from_pretrained(tmp_path / "adapter")
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(ConfigError, match=r'pip install "coterie\[train\]"'):
        LocalPolicy.from_pretrained(tmp_path / "adapter")


def test_a_name_on_the_hub_takes_a_seat(courier, tmp_path):
    """From the cache of downloads, as after a first use."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    place = tmp_path / "cache" / "models--somebody--courier"
    shutil.copytree(courier, place / "snapshots" / commit)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit)
    command = [str(Path(sys.executable).with_name("coterie")), "play", "lookout", "--set", "size=2"]
    seats = ["--seat", "courier=hub:somebody/courier@0"]
    cache = {"HF_HUB_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [*command, *seats], capture_output=True, text=True, timeout=120, env=os.environ | QUIET | cache
    )
    # A hub name has no folder beside which a card could stand: it is seated as a chat model.
    assert done.returncode == 0, done.stdout + done.stderr
    assert "outcome: success" in done.stdout
    unknown = subprocess.run(
        [*command, "--seat", "courier=hub:nobody/nothing"],
        capture_output=True, text=True, timeout=120, env=os.environ | QUIET | cache,
    )  # fmt: skip
    assert unknown.returncode == 2
    assert "cannot open a model at nobody/nothing" in unknown.stderr


@pytest.mark.parametrize("bits", ["8bit", "4bit"])
def test_a_quantised_model_plays(models, tmp_path, bits):
    pytest.importorskip("bitsandbytes")
    tokenizer = AutoTokenizer.from_pretrained(models / "courier")
    small_model(len(tokenizer), hidden=192).save_pretrained(tmp_path)  # a width that the packed kernels can take
    tokenizer.save_pretrained(tmp_path)
    whole, packed = (LocalPolicy.from_pretrained(tmp_path, temperature=0, quantised=each) for each in (None, bits))
    episode = play("lookout", {"lookout": Expert(), "courier": Language(packed, CompactCodec())}, 1, max_steps=6)
    assert episode.failure is None
    assert len(episode.turns_of("courier")) == 3
    one, other = (
        policy.server.engine.score([(policy.open(0).row, policy.encode(HEARD), [(token,) for token in range(20)])])[0]
        for policy in (whole, packed)
    )
    assert one != other
    assert one == pytest.approx(other, abs=0.5)


def test_a_model_that_breaks_is_a_recorded_failure_and_nobody_waits_for_ever(models, monkeypatch):
    """As a kernel does that cannot take the model's width: while the value head reads, and while words are drawn."""
    for broken in ("final_hidden", "step"):
        policy = LocalPolicy.from_pretrained(models / "courier")

        def fail(*_):
            raise AssertionError("N must be divisible by block_n")

        monkeypatch.setattr(policy.server.engine, broken, fail)
        minds = {"lookout": Expert(), "courier": Language(policy, CompactCodec())}
        for episode in gather("lookout", minds, range(3)):
            assert episode.failure.boundary == "policy"
            assert "the model failed: AssertionError: N must be divisible" in episode.failure.error


def test_without_the_package_or_the_hardware_quantised_loading_says_so(models, monkeypatch):
    with pytest.raises(ConfigError, match="expected one of 8bit, 4bit"):
        LocalPolicy.from_pretrained(models / "courier", quantised="2bit")
    from coterie.policies.local import opening

    monkeypatch.setattr(opening.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r'pip install "coterie\[quantised\]"'):
        LocalPolicy.from_pretrained(models / "courier", quantised="8bit")


# ---- generation settings and templates ------------------------------------------------------------------------------


def test_narrowing_leaves_what_transformers_leaves():
    torch.manual_seed(0)
    logits = 3 * torch.randn(64, 50)
    for temperature in (0.5, 1.0, 2.0):
        for top_k in (0, 1, 7):
            for top_p in (0.1, 0.6, 0.95, 1.0):
                expected = TemperatureLogitsWarper(temperature)(None, logits)
                expected = TopKLogitsWarper(top_k)(None, expected) if top_k else expected
                expected = TopPLogitsWarper(top_p)(None, expected) if top_p < 1 else expected
                count = np.ones(len(logits))
                found = narrowed(logits, temperature * count, (top_k * count).astype(int), top_p * count)
                assert torch.equal(found.isfinite(), expected.isfinite()), (temperature, top_k, top_p)


def test_a_model_decodes_as_its_own_settings_say_and_then_does_not_train(courier):
    GenerationConfig(do_sample=True, temperature=500.0, top_k=2, top_p=1.0).save_pretrained(courier)
    own = LocalPolicy.from_pretrained(courier, temperature=None)
    assert (own.temperature, own.top_k, own.top_p, own.trainable) == (500.0, 2, 1.0, False)
    first = {sample.text.split()[0] if sample.text else "" for sample in say(own, 60)}
    hot = {sample.text.split()[0] if sample.text else "" for sample in say(own.at(500.0, 1.0), 60)}
    assert len(first) == len(hot) == 2
    free = {
        sample.text.split()[0] if sample.text else ""
        for sample in say(LocalPolicy.from_pretrained(courier).at(500.0), 60)
    }
    assert len(free) > 8
    for sample in say(own, 5):  # probabilities are those of what was drawn from
        assert sample.log_probs[0] == pytest.approx(np.log(0.5), abs=0.1)
    GenerationConfig(do_sample=False).save_pretrained(courier)
    assert LocalPolicy.from_pretrained(courier, temperature=None).temperature == 0
    mind = resolve_mind(f"{courier}@own", "courier", "lookout")
    assert mind.policy.temperature == 0


def test_a_reply_ends_at_any_of_the_models_own_end_tokens(courier):
    tokenizer = AutoTokenizer.from_pretrained(courier)
    north = tokenizer.convert_tokens_to_ids("north")
    GenerationConfig(eos_token_id=[tokenizer.eos_token_id, north]).save_pretrained(courier)
    (sample,) = say(LocalPolicy.from_pretrained(courier, temperature=0))
    assert (sample.token_ids, sample.finish, sample.text) == ((north,), "stop", "")


@pytest.mark.parametrize(
    ("template", "found"),
    [(None, "has no chat template"), ("{{ raise_exception('roles must alternate') }}", "roles must alternate")],
)
def test_a_chat_that_the_model_cannot_read_is_a_recorded_failure(courier, template, found):
    policy = LocalPolicy.from_pretrained(courier)
    policy.tokenizer.chat_template = template
    episode = play("lookout", {"lookout": Expert(), "courier": Language(policy, ChatCodec("courier"))}, seed=1)
    assert episode.failure.boundary == "policy"
    assert found in episode.failure.error
