"""How long a step of training takes, beside TRL's GRPO trainer: python benchmarks/training.py [--quick].

The game, the model and the work are those of rollouts.py: dialogues of 12 turns between two seats, 192 tokens a seat,
both seats trained. A step of 32 episodes is 64 samples in groups of 8: they are played, given group-relative credit,
and one AdamW step is taken over all of them; one thread, float32. Contestants:

- ours: `gather`, `write_episodes`, `GroupRelative.credit`, `TorchLearner.update`, new weights handed to the sampler;
- TRL, re-encoding: a `rollout_func` that calls `generate` on the whole history every turn;
- TRL, cache kept: the same with `past_key_values` kept for every seat.

TRL knows one agent, so the two seats of an episode are handed to it as two samples; it is given ready token ids, and
needs no log-probabilities of the sampler. Ours steps between the steps of TRL in one process; medians after a warm-up
count, in seconds on the core, so that a busy machine disturbs little.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from rollouts import NEW, REPLY, SEATS, VOCABULARY, dialogue, known_words, peak, qwen

GROUP = 8
RATE = 1e-4
Split = tuple[float, float, float]
"""Seconds of a step: rollout; credit, batching and recording; update."""


# ---- ours ---------------------------------------------------------------------------------------------------------


class Ours:
    """A team of one trained policy in both seats."""

    def __init__(self, episodes: int, turns: int, folder: Path) -> None:
        """Makes the policy and its learner."""
        from coterie.algorithms import GroupRelative
        from coterie.learners.torch import TorchLearner
        from coterie.policies.local import LocalPolicy

        self.episodes, self.turns, self.folder, self.steps = episodes, turns, folder, 0
        model, tokenizer = qwen(), known_words()
        self.policy = LocalPolicy(model, tokenizer, "talker", tokens_per_word=(REPLY - 1) / REPLY)
        self.learner = TorchLearner(
            model, tokenizer, "talker", self.policy.publish, learning_rate=RATE, minibatch=2 * episodes
        )
        self.algorithm = GroupRelative()

    def step(self) -> Split:
        """Plays, records, gives credit and learns; returns how long that took."""
        from coterie import gather
        from coterie.agents import Language
        from coterie.learners.batch import collate, sequences
        from coterie.policies.codecs import CompactCodec
        from coterie.rollout import write_episodes

        minds = dict.fromkeys(SEATS, Language(self.policy, CompactCodec()))
        seeds = range(self.steps * self.episodes, self.steps * self.episodes + self.episodes // GROUP)
        times = [time.process_time()]
        played = list(gather(dialogue(self.turns), minds, seeds, repeats=GROUP))
        times.append(time.process_time())
        write_episodes(self.folder / f"{self.steps}.jsonl.zst", played)
        credit = self.algorithm.credit(played)
        times.append(time.process_time())
        statistics_of_step = self.learner.update(played, credit, self.algorithm)
        times.append(time.process_time())
        # A group whose plays are all worth the same would not train, and the step would be unfairly short.
        assert statistics_of_step["tokens"] == self.episodes * self.turns * REPLY, statistics_of_step
        # Batching is a part of the update; it is done once more, only to know its time.
        collate(sequences(played, credit, "talker"), torch.device("cpu"))
        times.append(time.process_time())
        self.steps += 1
        rollout, kept, update, batching = (end - start for start, end in pairwise(times))
        return rollout, kept + batching, update - batching


# ---- TRL ----------------------------------------------------------------------------------------------------------


def play_tokens(model: Any, episodes: int, turns: int, keep_cache: bool) -> dict[str, Any]:
    """Plays the dialogues in tokens; seats of an episode are neighbouring samples."""
    from transformers import DynamicCache

    settings = {"do_sample": True, "top_k": 0, "top_p": 1.0, "temperature": 1.0, "max_new_tokens": REPLY}
    settings |= {"eos_token_id": None, "pad_token_id": 0}
    history = [torch.zeros(episodes, 0, dtype=torch.long) for _ in SEATS]
    caches = [DynamicCache(config=model.config) for _ in SEATS]
    with torch.inference_mode():
        for turn in range(turns):
            seat = turn % 2
            history[seat] = torch.cat([history[seat], torch.randint(VOCABULARY, (episodes, NEW))], dim=1)
            kept = {"past_key_values": caches[seat]} if keep_cache else {}
            history[seat] = model.generate(
                history[seat], attention_mask=torch.ones_like(history[seat]), **settings, **kept
            )
    samples = torch.stack(history, dim=1).flatten(0, 1)
    mask = ([0] * NEW + [1] * REPLY) * (turns // 2)
    return {
        "prompt_ids": samples[:, :NEW].tolist(),
        "completion_ids": samples[:, NEW:].tolist(),
        "logprobs": None,
        "env_mask": [mask[NEW:]] * len(samples),
        "score": samples[:, -REPLY:].sum(1).remainder(5).tolist(),
    }


def train_with_trl(
    episodes: int, turns: int, steps: int, keep_cache: bool, after_step: Callable[[], None]
) -> list[Split]:
    """Takes `steps` steps and some work after each that is not counted; returns their times, the first left out."""
    from datasets import Dataset
    from transformers import PrinterCallback, TrainerCallback
    from transformers.utils import logging
    from trl import GRPOConfig, GRPOTrainer

    spent: list[Split] = []
    rollout = begun = 0.0

    class Clock(TrainerCallback):
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            nonlocal begun
            begun = time.process_time()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            spent.append((rollout, 0.0, time.process_time() - begun - rollout))
            after_step()

    def play(prompts: list[str], trainer: Any) -> dict[str, Any]:
        nonlocal rollout
        assert len(prompts) == 2 * episodes
        start = time.process_time()
        played = play_tokens(trainer.model, episodes, turns, keep_cache)
        rollout = time.process_time() - start
        return played

    def score(completions: list[str], score: list[float], **_: Any) -> list[float]:
        return [float(each) for each in score]

    logging.set_verbosity_error()
    tokenizer = known_words()
    tokenizer.pad_token = tokenizer.unk_token
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = GRPOConfig(
            output_dir=folder,
            use_cpu=True,
            bf16=False,
            per_device_train_batch_size=2 * episodes,
            gradient_accumulation_steps=1,
            num_generations=GROUP,
            max_completion_length=turns // 2 * (NEW + REPLY) - NEW,
            max_steps=1 + steps,
            learning_rate=RATE,
            beta=0.0,
            gradient_checkpointing=False,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        trainer = GRPOTrainer(
            model=qwen(),
            processing_class=tokenizer,
            reward_funcs=score,
            args=settings,
            train_dataset=Dataset.from_dict({"prompt": ["say"] * (2 * episodes // GROUP * (2 + steps))}),
            rollout_func=play,
            callbacks=[Clock()],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return spent[1:]


# ---- measuring ----------------------------------------------------------------------------------------------------


PEERS = {"TRL, re-encoding": False, "TRL, cache kept": True}
"""Whether each keeps the cache."""


def measure(episodes: int, turns: int, steps: int, peers: Iterable[str] = tuple(PEERS)) -> dict[str, list[Split]]:
    """Lets everybody take so many steps, ours after each of TRL's."""
    found: dict[str, list[Split]] = {"ours": []}
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(episodes, turns, Path(folder))
        ours.step()
        for name in peers:
            try:
                found[name] = train_with_trl(
                    episodes, turns, steps, PEERS[name], lambda: found["ours"].append(ours.step())
                )
            except ImportError as error:
                print(f"  {name}: not measured ({error})")
        if not found["ours"]:
            found["ours"] = [ours.step() for _ in range(steps)]
    return found


def report(found: dict[str, list[Split]]) -> None:
    middle = {name: statistics.median(map(sum, splits)) for name, splits in found.items()}
    print(f"  {'':18s}{'s a step':>9s}{'range':>15s}{'rollout':>9s}{'credit, batching, recording':>29s}{'update':>8s}")
    for name, splits in found.items():
        totals = [sum(split) for split in splits]
        rollout, kept, update = (statistics.median(parts) for parts in zip(*splits, strict=True))
        between = f"{kept:.3f} ({100 * kept / middle[name]:.1f}%)" if name == "ours" else "in the update"
        ratio = "" if name == "ours" else f"   ours is {middle[name] / middle['ours']:.2f} times as fast"
        spread = f"[{min(totals):.2f}..{max(totals):.2f}]"
        print(f"  {name:18s}{middle[name]:9.2f}{spread:>15s}{rollout:9.2f}{between:>29s}{update:8.2f}{ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="8 episodes, one step")
    parser.add_argument("--episodes", type=int, help=f"a multiple of {GROUP}; 32, or 8 when quick")
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--steps", type=int, help="3, or 1 when quick")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS), help="beside whom; all")
    chosen = parser.parse_args()
    episodes = chosen.episodes or (8 if chosen.quick else 32)
    if episodes % GROUP or chosen.turns % 2:
        parser.error(f"episodes come in groups of {GROUP}, and both seats speak equally often")
    torch.set_num_threads(1)
    print(
        f"one step over {2 * episodes} samples of {chosen.turns // 2 * (NEW + REPLY)} tokens, one thread, float32, "
        f"peak of a matrix product {peak(torch.float32) / 1e9:.0f} GFLOP/s"
    )
    report(measure(episodes, chosen.turns, chosen.steps or (1 if chosen.quick else 3), chosen.peers))


if __name__ == "__main__":
    main()
