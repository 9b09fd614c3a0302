"""Megatron-core says and learns what Transformers and the torch learner do, however the model is cut."""

import json

import pytest
import torch
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from coterie.agents import Expert, Language
from coterie.algorithms import PPO, Imitation, QLearning, Reinforce
from coterie.learners import choose_learner
from coterie.learners.batch import Sequence
from coterie.policies.codecs import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather

pytestmark = [pytest.mark.peer("megatron-core"), pytest.mark.usefixtures("one_thread")]
WORDS = "map destination parcel courier lookout at blocked nothing says act say north south east west pick drop wait"
TOKENIZER = small_tokenizer([WORDS, "c0 c1 c2 r0 r1 r2"])
SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
LAYOUTS = ["tensor=1", "tensor=2", "pipeline=2", "data=2", "tensor=2,pipeline=2,data=2"]


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def rotation(theta, **more):
    return {"rope_type": "default", "rope_theta": theta, **more}


LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16, "factor": 8.0}
MODELS = {
    "llama, grouped, tied": LlamaConfig(
        vocab_size=51, num_key_value_heads=2, tie_word_embeddings=True, pad_token_id=1, **SIZES
    ),
    "llama 3, theta 500000": LlamaConfig(
        vocab_size=64,
        num_key_value_heads=2,
        rope_parameters=rotation(5e5, **{**LLAMA3, "rope_type": "llama3"}),
        **SIZES,
    ),
    "qwen3, grouped, tied": Qwen3Config(
        vocab_size=57, num_key_value_heads=2, head_dim=16, tie_word_embeddings=True, **SIZES
    ),
    "qwen3, theta 1000000": Qwen3Config(
        vocab_size=39, num_key_value_heads=4, head_dim=8, rope_parameters=rotation(1e6), **SIZES
    ),
}


def model(name):
    """A model whose norms are not all ones: an exchange of queries and keys must show."""
    config = MODELS[name]
    torch.manual_seed(2)
    made = (Qwen3ForCausalLM if config.model_type == "qwen3" else LlamaForCausalLM)._from_config(config)
    for key, each in made.named_parameters():
        torch.nn.init.normal_(each, 1.0 if "norm" in key else 0.0, 0.3)
    return made


def everything(vocabulary, length=24):
    """As many sequences as words, that end in each of them: the whole distribution at the end, one word before it."""
    luck = torch.Generator().manual_seed(5)
    start = torch.randint(2, vocabulary, (length,), generator=luck).tolist()
    own = list(range(1, length + 1))
    return [
        Sequence([*start, last], own, [0.0] * length, [1.0] * length, [0] * length, [None] * length, [length], [0.0])
        for last in range(vocabulary)
    ]


def learner(kind, made, head=True, **settings):
    torch.manual_seed(3)
    value_head = torch.nn.Linear(made.config.hidden_size, 1) if head else None
    policy = LocalPolicy(made, TOKENIZER, "courier", value_head=value_head, tokens_per_word=1)
    return choose_learner(kind)(made, TOKENIZER, "courier", policy.publish, value_head=value_head, **settings), policy


@pytest.mark.parametrize("tensor", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_megatron_core_says_what_transformers_says(name, tensor):
    made = model(name)
    lines = everything(made.config.vocab_size)
    ids = torch.tensor([line.ids for line in lines])
    expected = made(ids, output_hidden_states=True)
    log_probs_BLV = expected.logits[:, :-1].log_softmax(-1)
    log_probs_BL = log_probs_BLV.gather(2, ids[:, 1:, None])[..., 0]
    other, _ = learner(f"megatron:tensor={tensor}", made)
    found = other.measure(other.collate(lines))
    other.close()
    assert log_probs_BLV[0].min() < -4  # something is said
    assert (found.log_probs_N.view_as(log_probs_BL) - log_probs_BL).abs().max() < 1e-4
    entropy_BL = -(log_probs_BLV.exp() * log_probs_BLV).sum(-1)
    assert (found.entropy_N.view_as(entropy_BL) - entropy_BL).abs().max() < 1e-4
    values_B = other.value_head(expected.hidden_states[-1][:, -1])[:, 0]
    assert (found.values_D - values_B).abs().max() < 1e-4


def play(policy, seeds):
    minds = {"lookout": Expert(), "courier": Language(policy, CompactCodec())}
    played = gather("lookout", minds, seeds, options={"size": 3, "maps": "train"})
    return sorted(played, key=lambda episode: episode.seed)


def difference(one, other):
    return max(
        float((one.parameters[name].detach() - other.parameters[name].detach()).abs().max()) for name in one.parameters
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_learns_what_the_torch_learner_learns(layout):
    """Four algorithms in turn, three optimiser steps each, some with values and some without."""
    torch_learner, policy = learner("torch", small_model(len(TOKENIZER), hidden=32), minibatch=8)
    other, _ = learner(f"megatron:{layout}", small_model(len(TOKENIZER), hidden=32), minibatch=8)
    before = {name: each.detach().clone() for name, each in other.parameters.items()}
    episodes = play(policy, range(24))
    for algorithm in (Reinforce(), PPO(entropy_weight=0.01), Imitation(), QLearning()):
        credit = algorithm.credit(episodes)
        expected = torch_learner.update(episodes, credit, algorithm)
        found = other.update(episodes, credit, algorithm)
        assert found == pytest.approx(expected, abs=1e-4)
        assert difference(torch_learner, other) < 1e-4
    other.close()
    assert min(float((before[name] - each.detach()).abs().max()) for name, each in other.parameters.items()) > 1e-4


@pytest.mark.parametrize("tensor", [1, 2])
def test_queries_and_keys_that_are_normed_learn_alike_too(tensor):
    """A norm that every device holds, but uses for its own heads only, has its gradient in pieces."""
    torch_learner, _ = learner("torch", model("qwen3, grouped, tied"))
    other, _ = learner(f"megatron:tensor={tensor}", model("qwen3, grouped, tied"))
    for each in (torch_learner, other):
        for _ in range(3):
            loss, _ = PPO().loss(each.measure(each.collate(everything(57)[:20])))
            norm = each.step(loss, 1e-3)
        each.finish()
    assert difference(torch_learner, other) < 1e-4
    assert norm > 0
    other.close()


def test_the_sampler_plays_with_what_was_learned():
    other, policy = learner("megatron:tensor=2", small_model(len(TOKENIZER), hidden=32), learning_rate=1e-2)
    first = play(policy, range(12))
    other.update(first, PPO().credit(first), PPO())
    again = play(policy, range(100, 112))
    assert policy.version == 1
    assert {sample.version for each in again for turn in each.turns_of("courier") for sample in turn.samples} == {1}
    from coterie.learners.batch import sequences

    tokens = other.measure(other.collate(sequences(again, PPO().credit(again), "courier")))
    recorded = [turn.samples[0].value for each in again for turn in each.turns_of("courier")]
    other.close()
    assert (tokens.log_probs_N - tokens.old_log_probs_N).abs().max() < 1e-4
    assert torch.allclose(tokens.values_D, torch.tensor(recorded), atol=1e-4)


@pytest.mark.parametrize(("layout", "algorithm"), [("tensor=2", PPO()), ("pipeline=2", Reinforce())])
def test_either_learner_goes_on_where_the_other_stopped(layout, algorithm, tmp_path):
    """Weights, moments and their number of steps travel: Adam's next step depends on all three."""
    made = [small_model(len(TOKENIZER), hidden=32) for _ in range(2)]
    (torch_learner, policy), (other, _) = learner("torch", made[0]), learner(f"megatron:{layout}", made[1])
    episodes = play(policy, range(12))
    credit = algorithm.credit(episodes)
    for _ in range(3):
        torch_learner.update(episodes, credit, algorithm)
    torch_learner.save(str(tmp_path / "torch"))
    other.load(str(tmp_path / "torch"))
    assert other.version == 3
    for each in (torch_learner, other):
        each.update(episodes, credit, algorithm)
    assert difference(torch_learner, other) < 1e-4
    torch_learner.save(str(tmp_path / "torch"))
    other.save(str(tmp_path / "megatron"))
    assert json.loads((tmp_path / "megatron" / "learner.json").read_text())["version"] == 4
    theirs, ours = (load_file(tmp_path / each / "optimizer.safetensors") for each in ("megatron", "torch"))
    assert theirs.keys() == ours.keys()
    for name, value in ours.items():
        assert torch.allclose(theirs[name], value, atol=1e-4), name
    torch_learner.load(str(tmp_path / "megatron"))
    for each in (torch_learner, other):
        each.update(episodes, credit, algorithm)
    assert difference(torch_learner, other) < 1e-4
    other.close()


def test_the_next_lesson_begins_with_a_fresh_optimiser():
    (torch_learner, policy), (other, _) = (
        learner(kind, small_model(len(TOKENIZER), hidden=32)) for kind in ("torch", "megatron")
    )
    episodes = play(policy, range(12))
    for algorithm in (Imitation(), Reinforce()):
        for each in (torch_learner, other):
            each.update(episodes, algorithm.credit(episodes), algorithm)
        torch_learner, other = torch_learner.again(2e-3, decay_over=4), other.again(2e-3, decay_over=4)
    assert other.version == 0
    assert difference(torch_learner, other) < 1e-4
    other.close()
