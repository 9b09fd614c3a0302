"""Small models from scratch: where their weights begin."""

import pytest
import torch

from coterie.policies.local import small_model

pytestmark = pytest.mark.usefixtures("one_thread")


def looks(model, tokens=40):
    """Attention of the first layer, `[head, position, looked at]`, mean over ten texts of different random words."""
    generator = torch.Generator().manual_seed(0)
    texts = torch.stack([torch.randperm(model.config.vocab_size, generator=generator)[:tokens] for _ in range(10)])
    model.set_attn_implementation("eager")
    with torch.no_grad():
        return model(input_ids=texts, output_attentions=True).attentions[0].mean(0)


@pytest.mark.parametrize("hidden", [48, 64])
def test_a_reader_begins_by_looking_one_word_back_and_two_and_three(hidden):
    attention = looks(small_model(80, hidden, 3, 4, seed=1, reader=True))
    for head, back in enumerate((1, 2, 3)):
        weights = [float(attention[head].diagonal(-other)[10:].mean()) for other in range(10)]
        there = weights.pop(back)
        assert there > 0.3
        assert there > 2 * max(weights)


def test_the_last_head_of_a_reader_and_all_of_a_plain_model_look_everywhere():
    reader, plain = looks(small_model(80, 64, 3, 4, seed=1, reader=True)), looks(small_model(80, 64, 3, 4, seed=1))
    for attention in (reader[3:], plain):
        for back in (1, 2, 3):
            assert attention.diagonal(-back, 1, 2)[:, 3:].mean() < 0.2


def test_keys_of_a_reader_begin_as_queries_in_every_layer():
    for layer in small_model(30, layers=3, reader=True).model.layers:
        assert torch.equal(layer.self_attn.k_proj.weight, layer.self_attn.q_proj.weight)
    for layer in small_model(30, layers=3).model.layers:
        assert not torch.equal(layer.self_attn.k_proj.weight, layer.self_attn.q_proj.weight)


def test_a_reader_comes_from_its_seed_and_leaves_the_callers_luck_alone():
    state = torch.random.get_rng_state()
    first, again, other = (small_model(30, seed=seed, reader=True) for seed in (3, 3, 4))
    assert torch.equal(state, torch.random.get_rng_state())
    for (name, one), two in zip(first.named_parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two), name
    assert not torch.equal(first.model.embed_tokens.weight, other.model.embed_tokens.weight)
