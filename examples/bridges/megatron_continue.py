"""A run that the torch learner began is continued by Megatron-core, on two processes that share every layer.

Shows: a learner chosen by one setting, checkpoints that either learner reads, and the learned weights back in play.

The courier of lookout imitates an expert, then practises beside it; torch does both for some iterations. The same
program then goes on with `megatron:tensor=2` from the checkpoint in the run folder, weights, moments of the optimiser
and all; beside it, torch goes on in a copy of the folder. Expect the courier to deliver more often after each half, and
both continuations to end with the same weights to the fifth decimal or closer.

    python examples/bridges/megatron_continue.py [FOLDER] [ITERATIONS] [SEED] [LEARNER]
"""

import shutil
import sys
import tempfile
from pathlib import Path

import torch

from coterie.agents import Expert, Language
from coterie.algorithms import Reinforce
from coterie.evaluation import evaluate
from coterie.learners import choose_learner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Plan, Run, imitate, train

CODEC = CompactCodec()
EXPERTS = {"lookout": Expert(), "courier": Expert()}
HELD_OUT = range(2_000_000, 2_000_200)


def learn(folder: Path, setting: str, iterations: int, seed: int) -> dict[str, torch.Tensor]:
    """Begins a run, or continues it, until so many iterations are done; prints what the courier can do."""
    shown = sorted(gather("lookout", EXPERTS, range(200), options={"maps": "train"}), key=lambda each: each.seed)
    texts = [CODEC.parts(turn.observation)[0][0][0].content for each in shown for turn in each.turns_of("courier")]
    tokenizer = small_tokenizer([*texts, *shown[0].turns[1].observation.spec.move.options])
    model = small_model(len(tokenizer), seed=seed)
    policy = LocalPolicy(model, tokenizer, "courier", tokens_per_word=1)
    learner = choose_learner(setting)(model, tokenizer, "courier", policy.publish, learning_rate=4e-3, seed=seed)
    run = Run(folder, {"example": "megatron_continue", "seed": seed})
    lessons = list(transcribe(shown, "courier", CODEC, policy.encode, policy.stop_id, "courier"))
    imitate(run, learner, lessons, Lesson(gate=2.0, updates=40), lambda: 0.0, stage="imitation", seed=seed)
    learner = learner.again(learning_rate=1e-3)
    minds = {"lookout": Expert(), "courier": Language(policy, CODEC)}
    plan = Plan(iterations, episodes=32, first_seed=1_000_000 * seed, checkpoint_every=iterations)
    train(run, "lookout", minds, [learner], Reinforce(gamma=0.9), plan, options={"maps": "train", "shaping": 0.1})
    report = evaluate("lookout", minds, HELD_OUT, options={"maps": "held-out"}, metrics=["success"])
    print(f"delivered after {iterations} iterations by {setting.split(':')[0]}: {report.measures['success'].value:.3f}")
    return {name: each.detach().clone() for name, each in model.named_parameters()}


def main(folder: str = "", iterations: str = "8", seed: str = "0", setting: str = "megatron:tensor=2") -> None:
    """Begins with torch, continues with Megatron-core and, in a copy, with torch."""
    torch.set_num_threads(1)  # so small a model is slower on several
    place, half = Path(folder or tempfile.mkdtemp()), int(iterations)
    begun = learn(place / "run", "torch", half, int(seed))
    shutil.copytree(place / "run", place / "copy")
    torch_way = learn(place / "copy", "torch", 2 * half, int(seed))
    other_way = learn(place / "run", setting, 2 * half, int(seed))
    moved = max(float((other_way[name] - begun[name]).abs().max()) for name in begun)
    apart = max(float((other_way[name] - torch_way[name]).abs().max()) for name in begun)
    print(f"largest change of a weight since the first half: {moved:.6f}")
    print(f"largest difference between the two continuations: {apart:.8f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
