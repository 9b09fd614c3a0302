"""A run that is killed at any moment goes on and gives the same numbers as one that was left alone."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

TABLE = """
from coterie.agents import Language
from coterie.algorithms import QLearning
from coterie.learners import TabularLearner
from coterie.policies import CompactCodec, TabularPolicy
from coterie.training import Plan, Run, train

policy = TabularPolicy("walker", epsilon=0.3)
learners = [TabularLearner(policy)]
minds = {"walker": Language(policy, CompactCodec())}
world, options, algorithm = "finite_mdp", {"process": "corridor"}, QLearning(gamma=0.9)
plan = Plan(iterations=40, episodes=8, checkpoint_every=3, validate_every=7)
"""
MODEL = """
import torch
torch.set_num_threads(1)
from coterie.agents import Language
from coterie.algorithms import PPO
from coterie.learners.torch import TorchLearner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.training import Plan, Run, train

words = "map destination parcel courier lookout at blocked nothing says act say north south east west pick drop wait"
tokenizer = small_tokenizer([words, "c0 c1 r0 r1"])
minds, learners = {}, []
for index, seat in enumerate(("lookout", "courier")):
    model, head = small_model(len(tokenizer), hidden=16, heads=2, layers=1, seed=index), torch.nn.Linear(16, 1)
    torch.nn.init.zeros_(head.weight), torch.nn.init.zeros_(head.bias)
    policy = LocalPolicy(model, tokenizer, seat, value_head=head, tokens_per_word=1)
    learners.append(TorchLearner(model, tokenizer, seat, policy.publish, value_head=head, decay_over=12))
    minds[seat] = Language(policy, CompactCodec())
world, options, algorithm = "lookout", {"size": 2, "shaping": 0.1}, PPO()
plan = Plan(iterations=12, episodes=8, checkpoint_every=2, validate_every=3)
"""
LOOP = """
import sys
from coterie.rollout import gather

def validate(iteration):
    played = list(gather(world, minds, range(900, 906), options=options))
    return {"score": sum(sum(each.totals.values()) for each in played) / len(played)}

run = Run(sys.argv[1], {"what": "resume"})
state = train(run, world, minds, learners, algorithm, plan, options=options, validate=validate)
print("finished", state["iteration"])
"""


def start(script, folder):
    return subprocess.Popen([sys.executable, "-c", script + LOOP, str(folder)], stdout=subprocess.PIPE, text=True)


def numbers(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if not name.endswith("_seconds")} for line in lines]


@pytest.mark.parametrize(("script", "kills"), [(TABLE, (5, 17)), (MODEL, (4,))], ids=["table", "models"])
def test_a_killed_run_gives_the_numbers_of_an_uninterrupted_one(script, kills, tmp_path):
    straight = start(script, tmp_path / "straight")
    assert "finished" in straight.communicate(timeout=120)[0]
    for lines in kills:
        process = start(script, tmp_path / "killed")
        path = tmp_path / "killed" / "metrics.jsonl"
        deadline = time.monotonic() + 60
        while not (path.exists() and path.read_bytes().count(b"\n") >= lines) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    process = start(script, tmp_path / "killed")
    assert "finished" in process.communicate(timeout=120)[0]
    assert numbers(tmp_path / "killed") == numbers(tmp_path / "straight")


def test_a_folder_with_another_run_is_refused(tmp_path):
    from coterie.core import ConfigError
    from coterie.training import Run

    Run(tmp_path, {"size": 3, "seeds": (1, 2)})
    Run(tmp_path, {"size": 3, "seeds": [1, 2]})
    with pytest.raises(ConfigError, match="other settings \\(size\\)"):
        Run(tmp_path, {"size": 4, "seeds": [1, 2]})
