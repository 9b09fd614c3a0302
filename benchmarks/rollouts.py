"""How fast language agents play, beside what a user would write instead: python benchmarks/rollouts.py [--quick].

Sixty-four dialogues at once between two seats that take turns. A turn is 24 new tokens to read and 8 to sample, the end
of text ignored; every seat has a history of its own that only grows. One Qwen3 of 1.1 million random weights, one
thread. Ours is the public path: `coterie.gather` with a world, a tokenizer, a codec and complete records. The peers are
given ready token ids and keep nothing but the tokens:

- re-encoding: `generate` of Transformers on the whole history every turn;
- cache kept: the same with `past_key_values` kept for every seat;
- bare loop: plain torch by hand, fused projections, a cache per seat, nothing else.

Contestants take turns in one process; the median of three rounds after a warm-up counts. Rates are by time on the core,
so that a busy machine disturbs little; the share of the peak counts 2 operations a parameter for every token once.

A peer in another environment: --vllm PYTHON, an interpreter that can import vllm.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch

NEW, REPLY, VOCABULARY = 24, 8, 1024
SEATS = ("ann", "bob")
VLLM_ELSEWHERE = "0.70 to 0.72"
"""vLLM's CPU build over a bare loop like ours in float32, measured on another machine; a reference, nothing more."""

RATES = "sampled tokens a second: "

Play = Callable[[int, int, int], int]
"""Plays so many episodes of so many turns with a seed; returns how many tokens it sampled."""


def qwen(seed: int = 0) -> Any:
    """The model that all contestants run."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(config).eval()


# ---- ours ---------------------------------------------------------------------------------------------------------


def known_words() -> Any:
    """A tokenizer with a word for every token of the model; the end of text is a token that the model cannot say."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<unknown>", *SEATS, "says", "say"]
    words += [f"w{index}" for index in range(len(words), VOCABULARY)]
    level = Tokenizer(models.WordLevel({word: index for index, word in enumerate([*words, "<end>"])}, "<unknown>"))
    level.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=level, unk_token="<unknown>", eos_token="<end>", clean_up_tokenization_spaces=False
    )


def dialogue(turns: int) -> Callable[[], Any]:
    """A world in which two seats speak in turn; a view has as many words as make 24 tokens with what was heard."""
    from coterie.core import ActionSpec, Ending, Environment, Event, Message, Observation, Speech, Step

    spec = ActionSpec(speech=Speech(max_words=REPLY))

    class Dialogue(Environment):
        id: ClassVar[str] = "benchmark_dialogue-v1"
        agents = SEATS

        def begin(self) -> Step:
            self.place = self.chance.draw("place", range(VOCABULARY))
            self.turn = 0
            return Step(observations={SEATS[0]: self._view(())})

        def advance(self, actions: Mapping[str, Any]) -> Step:
            speaker = SEATS[self.turn % 2]
            listener = SEATS[1 - self.turn % 2]
            text = actions[speaker].say[0].text
            self.turn += 1
            # Something to learn from, so that episodes of a group differ: agreeing in the parity of the words.
            rewards = dict.fromkeys(SEATS, sum(map(len, text.split())) % 5 / 4)
            if self.turn == turns:
                done = Ending("terminated", "all turns taken")
                return Step(rewards=rewards, endings=dict.fromkeys(SEATS, done), events=(Event("outcome", None, {}),))
            heard = (Message(speaker, text, (listener,), float(self.turn)),)
            return Step(observations={listener: self._view(heard)}, rewards=rewards)

        def _view(self, heard: tuple[Message, ...]) -> Observation:
            # One token asks for words; what was heard takes two more than the words themselves.
            count = NEW - 1 - (REPLY + 2 if heard else 0)
            first = self.place + self.turn * count
            words = (f"w{5 + (first + step) % (VOCABULARY - 5)}" for step in range(count))
            return Observation(spec, text=" ".join(words), heard=heard)

    return Dialogue


def ours(dtype: torch.dtype) -> Play:
    from coterie import gather
    from coterie.agents import Language
    from coterie.policies.codecs import CompactCodec
    from coterie.policies.local import LocalPolicy

    # So many tokens a word that a reply of 8 words is 8 tokens: the token to stop with, which never comes, is one.
    policy = LocalPolicy(qwen(), known_words(), "talker", tokens_per_word=(REPLY - 1) / REPLY, dtype=dtype)
    minds = dict.fromkeys(SEATS, Language(policy, CompactCodec()))

    def play(episodes: int, turns: int, seed: int) -> int:
        sampled = 0
        for episode in gather(dialogue(turns), minds, range(seed, seed + episodes), at_once=episodes):
            samples = [sample for turn in episode.turns for sample in turn.samples]
            assert episode.failure is None, episode.failure
            assert len(samples) == turns
            assert all(len(sample.token_ids) == REPLY for sample in samples)
            assert all(len(sample.prompt_ids) == NEW for sample in samples)
            sampled += sum(len(sample.token_ids) for sample in samples)
        return sampled

    return play


# ---- peers --------------------------------------------------------------------------------------------------------


def generating(keep_cache: bool) -> Play:
    """`generate` on the whole history, or only on what is new with the cache of each seat kept."""
    from transformers import DynamicCache

    model = qwen()
    settings = {"do_sample": True, "top_k": 0, "top_p": 1.0, "temperature": 1.0, "max_new_tokens": REPLY}

    def play(episodes: int, turns: int, seed: int) -> int:
        luck = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)
        history = [torch.zeros(episodes, 0, dtype=torch.long) for _ in SEATS]
        caches = [DynamicCache(config=model.config) for _ in SEATS]
        for turn in range(turns):
            seat = turn % 2
            new = torch.randint(VOCABULARY, (episodes, NEW), generator=luck)
            history[seat] = torch.cat([history[seat], new], dim=1)
            kept = {"past_key_values": caches[seat]} if keep_cache else {}
            history[seat] = model.generate(
                history[seat], attention_mask=torch.ones_like(history[seat]), **settings, **kept
            )
        return episodes * (sum(each.shape[1] for each in history) - turns * NEW)

    return torch.inference_mode()(play)


class BareLoop:
    """Qwen3 by hand: what is left when a library does nothing but the model.

    Legend: B episode, L new token, T token of the history, H head, D width of a head, M width of the model.
    """

    def __init__(self, model: Any) -> None:
        """Takes the weights of a model of Transformers."""
        config = model.config
        self.heads, self.shared, self.width = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self.layers = [
            (
                layer.input_layernorm,
                torch.cat([getattr(layer.self_attn, f"{kind}_proj").weight for kind in "qkv"]),
                layer.self_attn.q_norm,
                layer.self_attn.k_norm,
                layer.self_attn.o_proj.weight,
                layer.post_attention_layernorm,
                torch.cat([layer.mlp.gate_proj.weight, layer.mlp.up_proj.weight]),
                layer.mlp.down_proj.weight,
            )
            for layer in model.model.layers
        ]
        self.embeddings, self.norm, self.epsilon = model.model.embed_tokens.weight, model.model.norm, 1e-6
        angles = torch.arange(config.max_position_embeddings)[:, None] * model.model.rotary_emb.inv_freq
        self.cosine, self.sine = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)

    def cache(self, episodes: int, length: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Room for keys and values of every layer."""
        shape = (episodes, self.shared, length, self.width)
        return [(torch.zeros(shape), torch.zeros(shape)) for _ in self.layers]

    def __call__(self, ids_BL: torch.Tensor, cache: Any, start: int) -> torch.Tensor:
        """Logits after the last token."""
        count, end = ids_BL.shape[1], start + ids_BL.shape[1]
        rotation = self.cosine[start:end], self.sine[start:end]
        mask_LT = None
        if count > 1:
            mask_LT = torch.arange(end) <= torch.arange(start, end)[:, None]
        hidden_BLM = self.embeddings[ids_BL]
        sizes = [self.heads, self.shared, self.shared]
        for (norm, fused, query_norm, key_norm, output, second_norm, raised, lowered), (keys, values) in zip(
            self.layers, cache, strict=True
        ):
            mixed = torch.nn.functional.linear(self._norm(hidden_BLM, norm), fused)
            mixed = mixed.view(len(ids_BL), count, -1, self.width).transpose(1, 2)
            query_BHLD, key_BHLD, value_BHLD = mixed.split(sizes, dim=1)
            keys[:, :, start:end] = self._turned(self._norm(key_BHLD, key_norm), rotation)
            values[:, :, start:end] = value_BHLD
            seen = torch.nn.functional.scaled_dot_product_attention(
                self._turned(self._norm(query_BHLD, query_norm), rotation),
                keys[:, :, :end],
                values[:, :, :end],
                attn_mask=mask_LT,
                enable_gqa=True,
            )
            hidden_BLM = hidden_BLM + torch.nn.functional.linear(seen.transpose(1, 2).flatten(2), output)
            gate, up = torch.nn.functional.linear(self._norm(hidden_BLM, second_norm), raised).chunk(2, -1)
            hidden_BLM = hidden_BLM + torch.nn.functional.linear(torch.nn.functional.silu(gate) * up, lowered)
        return torch.nn.functional.linear(self._norm(hidden_BLM[:, -1], self.norm), self.embeddings)

    def _norm(self, inputs: torch.Tensor, norm: Any) -> torch.Tensor:
        return torch.nn.functional.rms_norm(inputs, norm.weight.shape, norm.weight, self.epsilon)

    def _turned(self, heads_BHLD: torch.Tensor, rotation: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        first, second = heads_BHLD.chunk(2, -1)
        return heads_BHLD * rotation[0] + torch.cat([-second, first], -1) * rotation[1]


def bare_loop() -> Play:
    model = BareLoop(qwen())

    def play(episodes: int, turns: int, seed: int) -> int:
        luck = torch.Generator().manual_seed(seed)
        length = (turns + 1) // 2 * (NEW + REPLY)
        caches = [model.cache(episodes, length) for _ in SEATS]
        starts, last = [0, 0], [torch.zeros(episodes, 0, dtype=torch.long) for _ in SEATS]
        sampled = 0
        for turn in range(turns):
            seat = turn % 2
            new = torch.randint(VOCABULARY, (episodes, NEW), generator=luck)
            ids_BL = torch.cat([last[seat], new], dim=1)
            for _ in range(REPLY):
                probabilities = model(ids_BL, caches[seat], starts[seat]).softmax(-1)
                starts[seat] += ids_BL.shape[1]
                # An exponential race draws as `multinomial` does, and faster.
                ids_BL = (probabilities / torch.empty_like(probabilities).exponential_(generator=luck)).argmax(-1)[
                    :, None
                ]
                sampled += len(ids_BL)
            last[seat] = ids_BL
        return sampled

    return torch.inference_mode()(play)


def check_bare_loop() -> None:
    """The loop by hand computes the model: otherwise its speed means nothing."""
    model, ids = qwen(), torch.randint(VOCABULARY, (2, 40), generator=torch.Generator().manual_seed(1))
    loop, cache = BareLoop(model), None
    with torch.inference_mode():
        cache = loop.cache(2, 40)
        loop(ids[:, :30], cache, 0)
        loop(ids[:, 30:39], cache, 30)
        found, expected = loop(ids[:, 39:], cache, 39), model(ids).logits[:, -1]
    assert torch.allclose(found, expected, atol=1e-4), float((found - expected).abs().max())


# ---- vLLM, in another environment ---------------------------------------------------------------------------------


def vllm_rates(python: str, episodes: int, turns: int, rounds: int) -> list[float]:
    """Sampled tokens a second of vLLM's offline engine, run by another interpreter on the same model."""
    with tempfile.TemporaryDirectory() as folder:
        qwen().save_pretrained(folder)
        command = [python, __file__, "--serve-vllm", folder, str(episodes), str(turns), str(rounds)]
        one_core = {"VLLM_CPU_OMP_THREADS_BIND": str(min(os.sched_getaffinity(0)))}
        told = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | one_core)
    if told.returncode:
        print(f"  vLLM left out: {python} ended with {told.returncode}: {told.stderr.strip()[-300:]}")
        return []
    # Its processes write to the same stream, also after the last line of ours.
    (line,) = [line for line in told.stdout.splitlines() if line.startswith(RATES)]
    return [float(rate) for rate in json.loads(line.removeprefix(RATES))]


def serve_vllm(folder: str, episodes: int, turns: int, rounds: int) -> None:
    """The other side: plays with prefix caching, and prints the rates as JSON."""
    import random

    from vllm import LLM, SamplingParams

    engine = LLM(
        folder,
        skip_tokenizer_init=True,
        dtype="float32",
        enable_prefix_caching=True,
        block_size=32,
        max_model_len=1024,
        gpu_memory_utilization=0.25,  # on a processor: the share of its memory
    )
    settings = SamplingParams(max_tokens=REPLY, ignore_eos=True, temperature=1.0, detokenize=False)
    rates = []
    for number in range(-1, rounds):
        luck = random.Random(number)
        histories = [[list[int]() for _ in range(episodes)] for _ in SEATS]
        start = time.perf_counter()
        for turn in range(turns):
            for history in histories[turn % 2]:
                history += [luck.randrange(VOCABULARY) for _ in range(NEW)]
            prompts = [{"prompt_token_ids": history} for history in histories[turn % 2]]
            for history, answer in zip(
                histories[turn % 2], engine.generate(prompts, settings, use_tqdm=False), strict=True
            ):
                history += answer.outputs[0].token_ids
        if number >= 0:
            rates.append(episodes * turns * REPLY / (time.perf_counter() - start))
    print("\n" + RATES + json.dumps(rates), flush=True)


# ---- measuring ----------------------------------------------------------------------------------------------------


def peak(dtype: torch.dtype) -> float:
    """The best that a matrix product reaches on this core, in operations a second, by either library torch has."""
    best = 0.0
    for count, inner, outer in ((1024, 1024, 1024), (1600, 128, 512), (2048, 512, 1024)):
        left, right = torch.randn(count, inner, dtype=dtype), torch.randn(outer, inner, dtype=dtype)
        products: list[Callable[[], Any]] = [lambda left=left, right=right: torch.nn.functional.linear(left, right)]
        if hasattr(torch.ops.mkldnn, "_linear_pointwise"):
            products.append(
                lambda left=left, right=right: torch.ops.mkldnn._linear_pointwise(left, right, None, "none", [], "")
            )
        for product in products:
            product()
            for _ in range(5):
                start = time.process_time()
                for _ in range(4):
                    product()
                best = max(best, 8 * count * inner * outer / (time.process_time() - start))
    return best


def measure(contestants: Mapping[str, Play], episodes: int, turns: int, rounds: int) -> dict[str, list[list[float]]]:
    """Lets everybody play in turn; returns sampled tokens a second, by time on the core and by the clock."""
    rates: dict[str, list[list[float]]] = {name: [[], []] for name in contestants}
    for number in range(-1, rounds):  # the round before the first warms caches and kernels and is not counted
        for name, play in contestants.items():
            start, clock = time.process_time(), time.perf_counter()
            sampled = play(episodes, turns, 1000 * (number + 2))
            spent = time.process_time() - start, time.perf_counter() - clock
            assert sampled == episodes * turns * REPLY, (name, sampled)
            if number >= 0:
                for kept, seconds in zip(rates[name], spent, strict=True):
                    kept.append(sampled / seconds)
    return rates


def report(rates: Mapping[str, list[list[float]]], turns: int, parameters: int, peaks: Mapping[str, float]) -> None:
    print(f"  {'':22s}{'sampled tokens/s':>18s}{'range':>16s}{'by the clock':>14s}{'episodes/s':>12s}{'of peak':>9s}")
    for name, (on_core, by_clock) in rates.items():
        found = on_core or by_clock
        middle = statistics.median(found)
        useful = 2 * parameters * middle * (NEW + REPLY) / REPLY
        share = useful / peaks["bfloat16" if "bfloat16" in name else "float32"]
        spread = f"[{min(found):.0f}..{max(found):.0f}]"
        ratio = ""
        if "ours" in rates and name != "ours":
            same_clock = rates["ours"][0 if on_core else 1]
            ratio = f"   ours is {statistics.median(same_clock) / middle:.2f} times as fast"
        print(
            f"  {name:22s}{middle:18.0f}{spread:>16s}{statistics.median(by_clock):14.0f}"
            f"{middle / REPLY / turns:12.1f}{100 * share:8.1f}%{ratio}"
        )


CONTESTANTS: dict[str, Callable[[], Play]] = {
    "ours": lambda: ours(torch.float32),
    "ours, bfloat16": lambda: ours(torch.bfloat16),
    "bare loop": bare_loop,
    "generate, cache kept": lambda: generating(True),
    "generate, re-encoding": lambda: generating(False),
}


def main() -> None:
    if sys.argv[1:2] == ["--serve-vllm"]:
        serve_vllm(sys.argv[2], *map(int, sys.argv[3:]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="16 episodes, one round")
    parser.add_argument("--episodes", type=int, help="how many at once; 64, or 16 when quick")
    parser.add_argument("--turns", type=int, nargs="*", default=[12, 48])
    parser.add_argument("--rounds", type=int, help="3, or 1 when quick")
    parser.add_argument("--only", nargs="*", default=list(CONTESTANTS), choices=list(CONTESTANTS), help="who; all")
    parser.add_argument("--vllm", type=Path, metavar="PYTHON", help="an interpreter that can import vllm")
    chosen = parser.parse_args()
    episodes = chosen.episodes or (16 if chosen.quick else 64)
    rounds = chosen.rounds or (1 if chosen.quick else 3)
    torch.set_num_threads(1)
    check_bare_loop()
    contestants = {name: CONTESTANTS[name]() for name in chosen.only}
    parameters = sum(each.numel() for each in qwen().parameters())
    peaks = {str(dtype).removeprefix("torch."): peak(dtype) for dtype in (torch.float32, torch.bfloat16)}
    told = ", ".join(f"{name} {value / 1e9:.0f}" for name, value in peaks.items())
    print(f"{parameters / 1e6:.2f} million parameters, one thread, peak of a matrix product in GFLOP/s: {told}")
    for turns in chosen.turns:
        print(f"{episodes} episodes at once, {turns} turns each, {turns // 2 * (NEW + REPLY)} tokens a seat")
        rates = measure(contestants, episodes, turns, rounds)
        if chosen.vllm:
            if found := vllm_rates(str(chosen.vllm), episodes, turns, rounds):
                rates["vLLM"] = [[], found]  # several processes: only the clock counts them all
        else:
            print(f"  vLLM left out (no --vllm); elsewhere it ran at {VLLM_ELSEWHERE} of a bare loop, float32")
        report(rates, turns, parameters, peaks)


if __name__ == "__main__":
    main()
