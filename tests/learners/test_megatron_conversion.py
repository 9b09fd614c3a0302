"""Weights go to Megatron-core's layout and come back bit by bit; what does not fit is said before anything starts."""

import importlib.metadata

import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from coterie.core import ConfigError
from coterie.learners import choose_learner
from coterie.learners.megatron.architecture import architecture_of
from coterie.learners.megatron.conversion import from_megatron, to_megatron
from coterie.learners.megatron.layout import Layout, check_layout
from coterie.learners.torch import TorchLearner
from coterie.policies.local import small_model

SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig(vocab_size=64, num_key_value_heads=4, **SIZES)),
    "llama, grouped, odd vocabulary, tied": (
        LlamaForCausalLM,
        LlamaConfig(vocab_size=51, num_key_value_heads=2, tie_word_embeddings=True, **SIZES),
    ),
    "llama, half precision, wide heads": (
        LlamaForCausalLM,
        LlamaConfig(vocab_size=33, num_key_value_heads=2, head_dim=16, dtype=torch.bfloat16, **SIZES),
    ),
    "qwen3, tied": (
        Qwen3ForCausalLM,
        Qwen3Config(vocab_size=57, num_key_value_heads=2, head_dim=8, tie_word_embeddings=True, **SIZES),
    ),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(vocab_size=127, num_key_value_heads=4, head_dim=16, **SIZES)),
}


def model(name):
    kind, config = MODELS[name]
    torch.manual_seed(1)
    made = kind._from_config(config)
    for each in made.parameters():
        torch.nn.init.normal_(each)
    return made


def weights(made):
    return {name: each.detach() for name, each in made.named_parameters()}


@pytest.mark.parametrize("tensor", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_weights_come_back_bit_by_bit(name, tensor):
    made = model(name)
    architecture = architecture_of(made)
    back = from_megatron(to_megatron(weights(made), architecture, tensor), architecture)
    fresh = type(made)._from_config(made.config)
    fresh.load_state_dict(back, strict=not architecture.tied)
    assert back.keys() == weights(made).keys()
    assert fresh.state_dict().keys() == made.state_dict().keys()
    for key, value in made.state_dict().items():
        assert fresh.state_dict()[key].dtype == value.dtype == back.get(key, value).dtype
        assert torch.equal(fresh.state_dict()[key], value), key


def test_each_query_group_has_its_queries_its_key_and_its_value_together():
    made = model("llama, grouped, odd vocabulary, tied")
    first, second = to_megatron(weights(made), architecture_of(made), tensor=2)
    attention = made.model.layers[1].self_attn
    name = "decoder.layers.1.self_attention.linear_qkv.weight"
    for group, share in enumerate((first[name], second[name])):
        own = slice(8 * group, 8 * group + 8)
        expected = (
            attention.q_proj.weight[16 * group :][:16],
            attention.k_proj.weight[own],
            attention.v_proj.weight[own],
        )
        assert torch.equal(share, torch.cat(expected))


def test_gate_and_up_are_cut_alike():
    made = model("llama")
    _, second = to_megatron(weights(made), architecture_of(made), tensor=2)
    layer = made.model.layers[0].mlp
    expected = torch.cat([layer.gate_proj.weight[24:], layer.up_proj.weight[24:]])
    assert torch.equal(second["decoder.layers.0.mlp.linear_fc1.weight"], expected)
    assert torch.equal(second["decoder.layers.0.mlp.linear_fc2.weight"], layer.down_proj.weight[:, 24:])


def test_the_vocabulary_is_padded_with_nothing():
    made = model("llama, grouped, odd vocabulary, tied")
    shares = to_megatron(weights(made), architecture_of(made), tensor=2)
    whole = torch.cat([each["embedding.word_embeddings.weight"] for each in shares])
    assert [len(each["output_layer.weight"]) for each in shares] == [32, 32]
    assert torch.equal(whole[:51], made.model.embed_tokens.weight)
    assert not whole[51:].any()


def test_a_missing_weight_is_named():
    made = model("llama")
    found = weights(made)
    del found["model.layers.1.mlp.up_proj.weight"]
    with pytest.raises(KeyError, match=r"model\.layers\.1\.mlp\.up_proj\.weight"):
        to_megatron(found, architecture_of(made))


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (Layout(tensor=3), "tensor=3 does not divide the model's 4 heads; choose a divisor of 4"),
        (Layout(tensor=4), "tensor=4 does not divide the model's 2 key-value heads"),
        (Layout(pipeline=3), "pipeline=3 does not divide the model's 2 layers"),
        (Layout(data=0), "found data=0, expected 1 or more"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(layout, message):
    with pytest.raises(ConfigError, match=message):
        check_layout(layout, architecture_of(model("llama, grouped, odd vocabulary, tied")))


def test_a_feed_forward_that_does_not_divide_is_refused():
    made = LlamaForCausalLM(LlamaConfig(vocab_size=9, **{**SIZES, "intermediate_size": 49}))
    with pytest.raises(ConfigError, match="tensor=2 does not divide the model's 49 columns of the feed-forward"):
        check_layout(Layout(tensor=2), architecture_of(made))


def missing(_):
    raise importlib.metadata.PackageNotFoundError


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (missing, r'needs megatron-core, which is not installed; run: pip install "coterie\[megatron\]"'),
        (lambda _: "0.19.2", r'found megatron-core 0\.19\.2, expected 0\.16; run: pip install "coterie\[megatron\]"'),
    ],
)
def test_without_the_right_megatron_core_there_is_one_line(version, message, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(ConfigError, match=message):
        choose_learner("megatron")(small_model(20), None, "me", lambda *_: None)


def frozen():
    made = model("llama")
    made.lm_head.weight.requires_grad_(False)
    return made


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            lambda: GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=2)),
            "found a gpt2 model, expected llama or qwen3",
        ),
        (lambda: MistralForCausalLM(MistralConfig(**SIZES)), "found a mistral model"),
        (
            lambda: LlamaForCausalLM(LlamaConfig(attention_bias=True, **SIZES)),
            "found a bias, which the Megatron learner",
        ),
        (lambda: LlamaForCausalLM(LlamaConfig(hidden_act="gelu", **SIZES)), "found the activation gelu"),
        (
            lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, use_sliding_window=True, max_window_layers=1)),
            "a sliding window",
        ),
        (
            lambda: LlamaForCausalLM(
                LlamaConfig(rope_parameters={"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0}, **SIZES)
            ),
            "found rotary positions of type yarn",
        ),
        (frozen, "found frozen weights or an adapter"),
    ],
)
def test_a_model_that_megatron_core_would_read_otherwise_is_refused(made, message):
    with pytest.raises(ConfigError, match=message):
        architecture_of(made())


def test_one_setting_chooses_the_learner():
    assert choose_learner("torch") is TorchLearner
    assert choose_learner("megatron:tensor=2,pipeline=4").keywords["layout"] == Layout(tensor=2, pipeline=4)
    for setting in ("mega", "megatron:tensor", "megatron:tensors=2", "megatron:tensor=two"):
        with pytest.raises(ConfigError, match=r"expected .*tensor=2,pipeline=1,data="):
            choose_learner(setting)
