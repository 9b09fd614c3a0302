"""A team of two tiny language models that learned their trade in some seconds, kept as a run on disk."""

from pathlib import Path

import msgspec
import torch

from coterie.agents import Expert, Language
from coterie.evaluation import evaluate
from coterie.evaluation.report import Arm, Evaluation
from coterie.learners.torch import TorchLearner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather
from coterie.rollout.transcribe import transcribe
from coterie.training import Lesson, Run, imitate

CODEC = CompactCodec()
EXPERTS = {"lookout": Expert(), "courier": Expert()}
OPTIONS = {"size": 2}


def train(folder: Path) -> Path:
    """Teaches both seats by imitation; returns the folder of the models, one a seat."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    run = Run(folder, {"updates": 200, "size": 2}, "Small team", "Two models imitate the experts of lookout.")
    shown = sorted(gather("lookout", EXPERTS, range(200), options=OPTIONS), key=lambda episode: episode.seed)
    texts = [
        text
        for episode in shown
        for turn in episode.turns
        for text in (CODEC.parts(turn.observation)[0][0][0].content, *CODEC.replies(turn.action, turn.observation.spec))
    ]
    tokenizer = small_tokenizer(texts)
    team = dict(EXPERTS)
    for number, seat in enumerate(EXPERTS):
        model = small_model(len(tokenizer), seed=number)
        policy = LocalPolicy(model, tokenizer, seat, tokens_per_word=1)
        learner = TorchLearner(model, tokenizer, seat, policy.publish, learning_rate=6e-3, minibatch=32)
        lessons = list(transcribe(shown, seat, CODEC, policy.encode, policy.stop_id, seat))
        imitate(run, learner, lessons, Lesson(gate=2.0, updates=200, batch=32, check_every=50), lambda: 0.0, stage=seat)
        learner.export(folder / "models" / seat, codec="compact", tokens_per_word=1.0, world="lookout-v1", seat=seat)
        team[seat] = Language(policy.at(0), CODEC)
    report = evaluate("lookout", team, range(1000, 1040), options=OPTIONS, metrics=["success"])
    arm = Arm("trained, greedy", "trained", 0, dict(report.measures))
    (folder / "evaluation.json").write_bytes(msgspec.json.encode(Evaluation([arm])))
    torch.set_num_threads(threads)
    return folder / "models"
