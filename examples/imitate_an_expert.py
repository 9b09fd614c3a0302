"""A language model with random weights learns a trade by imitation, in some twenty seconds on a laptop.

Shows: synthetic data from a scripted expert, a tokenizer and a Llama of 58,000 parameters made on the spot, training on
the expert's words until a measured gate is passed, and a folder at the end that plain Transformers opens. The model is
the courier of lookout, on maps that it never saw while learning. Expect random weights to deliver next to nothing and
the pupil to deliver nearly everything beside an expert lookout.

    python examples/imitate_an_expert.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

import torch

from coterie.agents import Expert, Language
from coterie.evaluation import evaluate
from coterie.learners.torch import TorchLearner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Run, imitate

CODEC = CompactCodec()
EXPERTS = {"lookout": Expert(), "courier": Expert()}


def main(folder: Path) -> None:
    """Demonstrates, imitates, measures, saves."""
    torch.set_num_threads(1)  # so small a model is slower on several
    shown = sorted(gather("lookout", EXPERTS, range(1000), options={"maps": "train"}), key=lambda each: each.seed)
    turns = [turn for episode in shown for turn in episode.turns_of("courier")]
    texts = [CODEC.parts(turn.observation)[0][0][0].content for turn in turns]
    tokenizer = small_tokenizer([*texts, *shown[0].turns[1].observation.spec.move.options])
    model = small_model(len(tokenizer))
    policy = LocalPolicy(model, tokenizer, "courier", tokens_per_word=1)
    learner = TorchLearner(model, tokenizer, "courier", policy.publish, learning_rate=4e-3, minibatch=16)

    def deliveries(maps: str, seeds: range) -> float:
        minds = {**EXPERTS, "courier": Language(policy.at(temperature=0), CODEC)}
        report = evaluate("lookout", minds, seeds, options={"maps": maps}, metrics=["success"])
        return float(report.measures["success"].value)

    held_out = range(2_000_000, 2_000_100)
    print(f"before: {deliveries('held-out', held_out):.3f}")
    lessons = list(transcribe(shown, "courier", CODEC, policy.encode, policy.stop_id, "courier"))
    lesson = Lesson(gate=0.95, updates=400, check_every=20)
    run = Run(folder, {"example": "imitate_an_expert"})
    state = imitate(
        run, learner, lessons, lesson, lambda: deliveries("validation", range(64)), stage="courier",
        progress=lambda line: print(f"  update {line['iteration']}, loss {line['loss']:.3f}, {line['measure']:.2f}"),
    )  # fmt: skip
    print(f"updates: {state['updates']}")
    print(f"after: {deliveries('held-out', held_out):.3f}")
    learner.export(folder / "courier", codec="compact", tokens_per_word=1.0)
    print(f"saved in {folder / 'courier'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "run")
