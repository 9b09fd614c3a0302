"""The engine against the plain model: same tokens, same log-probabilities, whatever joins and leaves the batch."""

import copy
import random

import numpy as np
import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from coterie.policies.local import ContextLengthError, Engine, RowStateError, TokenTrie
from coterie.policies.local.cache import Cache
from coterie.policies.local.generic import Generic
from coterie.policies.local.sampling import draw, uniforms
from coterie.policies.local.transformer import Transformer

VOCABULARY = 97
SIZES = {"vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
IDS = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": 0}


def llama():
    return LlamaForCausalLM(LlamaConfig(**SIZES, **IDS, num_attention_heads=4, attention_bias=True, mlp_bias=True))


def qwen3():
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16}
    return Qwen3ForCausalLM(Qwen3Config(**SIZES, **IDS, **heads, tie_word_embeddings=True))


def gpt2():
    return GPT2LMHeadModel(GPT2Config(**IDS, vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=512))


def gpt_neox():
    return GPTNeoXForCausalLM(GPTNeoXConfig(**SIZES, **IDS, num_attention_heads=4, max_position_embeddings=512))


def sliding_mistral():
    return MistralForCausalLM(MistralConfig(**SIZES, **IDS, num_attention_heads=4, sliding_window=8))


FAST, GENERIC = [llama, qwen3, gpt2], [gpt_neox]


def sharpened(make):
    """A random model that is sure of some things: at its initial size every token is about as likely."""
    torch.manual_seed(0)
    model = make().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.mul_(5)
    return model


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Such small products are slower on several threads, and wait for each other when tests run side by side."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=FAST + GENERIC, ids=lambda make: make.__name__)
def model(request):
    return sharpened(request.param)


@pytest.fixture(scope="module")
def small():
    return sharpened(qwen3)


def converse(engine, *, rows, turns, temperature, seed, longest=30):
    """Rows that talk at their own pace; returns per row its list of (prompt, completion)."""
    luck = random.Random(seed)
    talks = {engine.open(seed=index): [] for index in range(rows)}
    replying = set()
    while any(len(talk) < turns for talk in talks.values()) or engine.active:
        for row, talk in talks.items():
            if row not in replying and len(talk) < turns and luck.random() < 0.4:
                prompt = [luck.randrange(VOCABULARY) for _ in range(luck.randrange(1, longest))]
                engine.submit(row, prompt, limit=luck.randrange(1, 9), temperature=temperature)
                talk.append((prompt, None))
                replying.add(row)
        for completion in engine.step():
            replying.discard(completion.row)
            talks[completion.row][-1] = (talks[completion.row][-1][0], completion)
    return list(talks.values())


def replies_in_context(talk):
    """Yields the history before each reply, and the reply."""
    history = []
    for prompt, completion in talk:
        history = history + prompt
        yield history, completion
        history = history + list(completion.token_ids)


@torch.inference_mode()
def plain_log_probs(model, history, reply, temperature=1.0):
    logits = model(torch.tensor([[*history, *reply]])).logits[0].float() / temperature
    picked = torch.log_softmax(logits, -1)[len(history) - 1 : -1]
    return [picked[place, token].item() for place, token in enumerate(reply)]


def test_the_llama_family_and_gpt2_run_on_the_engines_own_pass_and_others_on_the_models():
    assert all(isinstance(Engine(make())._backend, Transformer) for make in FAST)
    assert all(isinstance(Engine(make())._backend, Generic) for make in (*GENERIC, sliding_mistral))


def test_greedy_replies_equal_generate_over_many_turns(model):
    talks = converse(Engine(model), rows=6, turns=4, temperature=0, seed=1)
    for talk in talks:
        for history, completion in replies_in_context(talk):
            ids = torch.tensor([history])
            expected = model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=len(completion.token_ids)
            )
            assert completion.token_ids == tuple(expected[0, len(history) :].tolist())


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_log_probs_equal_the_plain_models_at_the_sampling_temperature(model, temperature):
    for talk in converse(Engine(model), rows=12, turns=3, temperature=temperature, seed=2):
        for history, completion in replies_in_context(talk):
            expected = plain_log_probs(model, history, completion.token_ids, temperature)
            assert completion.log_probs == pytest.approx(expected, abs=1e-4)


def test_long_and_short_rows_share_a_batch_without_disturbing_each_other(small):
    talks = converse(Engine(small), rows=8, turns=6, temperature=1, seed=3, longest=200)
    assert max(len(history) for talk in talks for history, _ in replies_in_context(talk)) > 500
    for talk in talks:
        *_, (history, completion) = replies_in_context(talk)
        expected = plain_log_probs(small, history, completion.token_ids)
        assert completion.log_probs == pytest.approx(expected, abs=1e-4)


def test_a_prompt_longer_than_one_pass_is_read_in_parts(small):
    engine = Engine(small)
    prompts = [[(row * step) % VOCABULARY for step in range(length)] for row, length in enumerate((2500, 3, 1100))]
    rows = [engine.open(seed) for seed in range(3)]
    scores = engine.score([(row, prompt, OPTIONS) for row, prompt in zip(rows, prompts, strict=True)])
    for prompt, values in zip(prompts, scores, strict=True):
        assert values == pytest.approx([sum(plain_log_probs(small, prompt, option)) for option in OPTIONS], abs=1e-4)


@pytest.mark.parametrize("make", [*FAST, *GENERIC], ids=lambda make: make.__name__)
def test_bfloat16_stays_near_float32(make):
    model = sharpened(make)
    for talk in converse(Engine(model, torch.bfloat16), rows=8, turns=3, temperature=1, seed=4):
        for history, completion in replies_in_context(talk):
            expected = plain_log_probs(model, history, completion.token_ids)
            assert completion.log_probs == pytest.approx(expected, abs=0.15)


def test_a_rows_tokens_do_not_depend_on_the_batch_it_is_in(model):
    """Rounding could change a token once in about ten million; here none of some thousand does."""
    engine = Engine(model)
    luck = random.Random(5)
    prompts = [[luck.randrange(VOCABULARY) for _ in range(luck.randrange(1, 20))] for _ in range(64)]

    def sample(members):
        rows = {engine.open(seed=member): member for member in members}
        found = {}
        for _ in range(2):
            for row, member in rows.items():
                engine.submit(row, prompts[member], limit=8)
            while engine.active:
                for done in engine.step():
                    found.setdefault(rows[done.row], []).extend(done.token_ids)
        for row in rows:
            engine.close(row)
        return found

    alone = {member: sample([member])[member] for member in range(64)}
    for _ in range(64 if isinstance(engine._backend, Transformer) else 4):
        members = luck.sample(range(64), luck.randrange(1, 65))
        assert sample(members) == {member: alone[member] for member in members}


def test_tokens_come_as_often_as_the_model_says(small):
    engine = Engine(small)
    prompt, count = [3, 1, 4, 1, 5], 3000
    for seed in range(count):
        engine.submit(engine.open(seed), prompt, limit=1)
    seen = np.bincount([done.token_ids[0] for done in engine.step()], minlength=VOCABULARY) / count
    with torch.inference_mode():
        expected = torch.softmax(small(torch.tensor([prompt])).logits[0, -1], -1).numpy()
    assert np.abs(seen - expected).max() < 4 * np.sqrt(0.25 / count)


def test_every_token_of_a_reply_has_luck_of_its_own():
    torch.manual_seed(0)
    engine = Engine(gpt2().eval())  # At its initial size: every token is about as likely, whatever came before.
    row = engine.open(seed=0)
    for _ in range(2):
        engine.submit(row, [1], limit=20)
        while engine.active:
            finished = engine.step()
    assert len(set(finished[0].token_ids)) > 12


def test_no_impossible_token_is_drawn_at_either_end_of_the_stream():
    logits_RV = torch.tensor([[-torch.inf, 0.0, -torch.inf, 0.0, -torch.inf]] * 2)
    edges_R = np.array([0.0, 1 - 2.0**-52])
    assert draw(logits_RV, edges_R, np.ones(2), {}).tokens_R.tolist() == [1, 3]


def test_uniform_numbers_fill_the_unit_interval_and_differ_between_neighbouring_seeds():
    seeds = np.arange(1000, dtype=np.uint64)
    first, second = uniforms(seeds, np.zeros(1000, dtype=np.int64)), uniforms(seeds, np.ones(1000, dtype=np.int64))
    assert 0 <= first.min() < 0.01 < 0.99 < first.max() < 1
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.1
    assert abs(np.corrcoef(first[1:], second[:-1])[0, 1]) < 0.1


def test_a_reply_ends_after_a_stop_id_and_keeps_it(model):
    engine = Engine(model)
    row = engine.open(seed=0)
    engine.submit(row, [1, 2, 3], limit=6)
    while engine.active:
        free = engine.step()
    again = engine.open(seed=0)
    stop = free[0].token_ids[2]
    engine.submit(again, [1, 2, 3], limit=6, stop_ids=[stop])
    while engine.active:
        stopped = engine.step()
    assert free[0].finish == "length"
    assert stopped[0].finish == "stop"
    assert stopped[0].token_ids == free[0].token_ids[: free[0].token_ids.index(stop) + 1]


OPTIONS = [[5, 6, 7], [5, 6], [8], [9, 10, 11, 12], [9, 10, 13]]


def test_scores_are_sums_of_log_probs_and_leave_no_trace_of_the_options(model):
    engine = Engine(model)
    rows = [engine.open(seed) for seed in range(5)]
    prompts = [[seed + 1] * (3 * seed + 1) for seed in range(5)]
    histories = [[] for _ in rows]
    for _ in range(2):
        scores = engine.score([(row, prompt, OPTIONS) for row, prompt in zip(rows, prompts, strict=True)])
        histories = [history + prompt for history, prompt in zip(histories, prompts, strict=True)]
        for history, values in zip(histories, scores, strict=True):
            expected = [sum(plain_log_probs(model, history, option)) for option in OPTIONS]
            assert values == pytest.approx(expected, abs=1e-4)
    for row in rows:
        engine.submit(row, [], limit=4)
    while engine.active:
        for done in engine.step():
            expected = plain_log_probs(model, histories[rows.index(done.row)], done.token_ids)
            assert done.log_probs == pytest.approx(expected, abs=1e-4)


def test_final_hidden_is_the_normed_state_at_the_last_prompt_token(model):
    engine = Engine(model)
    rows = [engine.open(seed) for seed in range(3)]
    prompts = [[7], [1, 2, 3], list(range(20))]
    hidden_RH = engine.final_hidden(list(zip(rows, prompts, strict=True)))
    for hidden_H, prompt in zip(hidden_RH, prompts, strict=True):
        with torch.inference_mode():
            expected = model(torch.tensor([prompt]), output_hidden_states=True).hidden_states[-1][0, -1]
        assert torch.allclose(hidden_H, expected, atol=1e-4)


def test_a_constrained_reply_is_one_of_the_options_with_renormalised_log_probs(model):
    engine = Engine(model)
    trie = TokenTrie.of(OPTIONS, stop_id=0)
    rows = [engine.open(seed) for seed in range(20)]
    for row in rows:
        engine.submit(row, [1, 2, row], limit=8, allowed=trie)
    free = engine.open(seed=99)
    engine.submit(free, [4], limit=8)
    finished = {}
    while engine.active:
        finished |= {done.row: done for done in engine.step()}
    assert finished.pop(free).allowed is None
    for row, done in finished.items():
        assert list(done.token_ids[:-1]) in OPTIONS
        assert (done.token_ids[-1], done.finish) == (0, "stop")
        history = [1, 2, row]
        for token, log_prob, allowed in zip(done.token_ids, done.log_probs, done.allowed, strict=True):
            among = [plain_log_probs(model, history, [each])[0] for each in allowed]
            expected = among[allowed.index(token)] - np.logaddexp.reduce(among)
            assert log_prob == pytest.approx(expected, abs=1e-4)
            history = [*history, token]


def test_a_reply_without_alternative_needs_no_model(small):
    engine = Engine(small)
    row = engine.open(seed=0)
    engine.submit(row, [1], limit=5, allowed=TokenTrie.of([[5, 6]], stop_id=0))
    engine._backend.logits = None
    (done,) = engine.step()
    assert (done.token_ids, done.log_probs, done.finish) == ((5, 6, 0), (0.0, 0.0, 0.0), "stop")


def test_tries_of_the_same_options_are_built_once():
    assert TokenTrie.of([[1, 2], [3]], stop_id=0) is TokenTrie.of([(1, 2), (3,)], stop_id=0)
    for options in ([], [[]], [[1, 0]]):
        with pytest.raises(ValueError, match="option"):
            TokenTrie.of(options, stop_id=0)


def test_forced_tokens_get_the_log_probs_they_would_be_sampled_with(model):
    engine = Engine(model)
    row = engine.open(seed=0)
    forced = [11, 22, 33]
    engine.submit(row, [1, 2], limit=5, forced=forced, temperature=0.8)
    while engine.active:
        finished = engine.step()
    assert list(finished[0].token_ids[:3]) == forced
    expected = plain_log_probs(model, [1, 2], finished[0].token_ids, 0.8)
    assert finished[0].log_probs == pytest.approx(expected, abs=1e-4)


def test_training_changes_nothing_until_load_and_everything_after(model):
    trained = copy.deepcopy(model)
    engine = Engine(trained)
    row, prompt = engine.open(seed=0), [1, 2, 3]
    before = engine.score([(row, prompt, OPTIONS)])[0]
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter.mul_(0.7)
    assert engine.score([(engine.open(seed=0), prompt, OPTIONS)])[0] == pytest.approx(before, abs=1e-5)
    engine.load(trained)
    after = engine.score([(row, [4], OPTIONS)])[0]
    expected = [sum(plain_log_probs(trained, [*prompt, 4], option)) for option in OPTIONS]
    assert after == pytest.approx(expected, abs=1e-4)
    engine.load(model.state_dict())
    restored = engine.score([(engine.open(seed=0), prompt, OPTIONS)])[0]
    assert restored == pytest.approx(before, abs=1e-5)


def test_new_weights_are_refused_while_rows_are_at_work(small):
    engine = Engine(small)
    engine.submit(engine.open(seed=0), [1])
    with pytest.raises(RowStateError, match="1 rows are at work"):
        engine.load(small)


def test_a_state_dict_of_another_model_is_refused_by_name(small):
    with pytest.raises(KeyError, match=r"model.layers.0.self_attn.q_norm.weight"):
        Engine(small).load(sharpened(llama).state_dict())


def test_a_row_that_would_outgrow_the_model_is_refused_before_anything_happens(model):
    engine = Engine(model)
    row, most = engine.open(seed=0), model.config.max_position_embeddings
    engine.submit(row, [1] * 5, limit=1)
    engine.step()
    with pytest.raises(ContextLengthError, match=f"would hold {most + 1} tokens .* has positions for {most}"):
        engine.submit(row, [1] * (most - 13), limit=8)
    engine.submit(row, [1, 2], limit=1)
    assert len(engine.step()) == 1


def test_requests_that_cannot_be_met_are_refused(small):
    engine = Engine(small)
    row = engine.open(seed=0)
    with pytest.raises(ValueError, match="begin with at least one token"):
        engine.submit(row, [])
    with pytest.raises(ValueError, match=r"token ids \[97\]"):
        engine.submit(row, [1, 97])
    for request in ({"forced": [97]}, {"allowed": TokenTrie.of([[97]], stop_id=0)}):
        with pytest.raises(ValueError, match=r"token ids \[97\]"):
            engine.submit(row, [1], **request)
    with pytest.raises(ValueError, match=r"token ids \[-1\]"):
        engine.score([(row, [1], [[2, -1]])])
    with pytest.raises(ValueError, match="begin none of the allowed options"):
        engine.submit(row, [1], allowed=TokenTrie.of([[5]], stop_id=0), forced=[6])
    with pytest.raises(RowStateError, match="comes twice"):
        engine.score([(row, [1], [[2]]), (row, [1], [[3]])])
    engine.submit(row, [1])
    with pytest.raises(RowStateError, match="is at work"):
        engine.submit(row, [1])
    engine.close(row)
    assert engine.active == 0
    with pytest.raises(RowStateError, match="is not open"):
        engine.submit(row, [1])


def test_ten_thousand_rows_take_no_more_memory_than_were_open_at_once(small):
    engine = Engine(small)
    for _ in range(200):
        rows = [engine.open(seed) for seed in range(50)]
        for row in rows:
            engine.submit(row, [1], limit=1)
        assert len(engine.step()) == 50
        for row in rows:
            engine.close(row)
    (arena,) = engine._backend._cache.arenas.values()
    assert len(arena.owners_S) <= 64
    assert len(engine._rows.handle_R) <= 64


def test_rows_moved_in_the_cache_keep_their_contents():
    cache = Cache(layers=1, heads=1, width=1, like=torch.empty(0))
    rows = np.arange(32)
    cache.reserve(rows, np.zeros(32, dtype=np.int64), np.full(32, 100))
    (arena,) = cache.arenas.values()
    arena.values[0][cache.slot_R[rows], 0, 0, 0] = torch.arange(32.0)
    cache.tighten(arena, rows[::3])
    assert cache.slot_R[rows[::3]].max() == len(rows[::3]) - 1
    assert arena.values[0][cache.slot_R[rows], 0, 0, 0].tolist() == rows.tolist()
    cache.reserve(rows[:5], np.full(5, 100), np.full(5, 300))
    assert set(cache.capacity_R[rows].tolist()) == {128, 512}
    assert cache.arenas[512].values[0][cache.slot_R[rows[:5]], 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
