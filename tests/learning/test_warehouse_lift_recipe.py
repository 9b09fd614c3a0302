"""The recipe warehouse_lift in its quick form: half its steps teach two bodies to lift together."""

import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from warehouse_lift import OPTIONS, Settings, teach

from coterie.adapters.stable_baselines3 import load
from coterie.agents import Random
from coterie.evaluation.report import Evaluation
from coterie.rollout import gather

pytestmark = pytest.mark.usefixtures("one_thread")

QUIET = lambda *note: None  # noqa: E731


@pytest.mark.timeout(600)
def test_two_bodies_learn_to_lift_together_and_neither_does_it_alone(tmp_path):
    settings = Settings(steps=16_384, checks=1, validation_episodes=10, evaluation_episodes=60)
    teach(settings, 0, tmp_path, QUIET)
    found = msgspec.json.decode((tmp_path / "evaluation.json").read_bytes(), type=Evaluation)
    success = {arm.name: arm.measures["success"].value for arm in found.arms}
    assert success["before, sampled"] <= 0.1
    assert success["trained, sampled"] >= 0.8
    assert success["trained, greedy"] >= 0.8
    assert success["trained ann beside a random partner"] <= 0.4
    saved = load(tmp_path / "model")
    again = gather("warehouse_lift", {"ann": saved, "bob": saved}, range(3_000_000, 3_000_020), options=OPTIONS)
    assert sum(bool(episode.outcome["success"]) for episode in again) >= 16
    alone = gather("warehouse_lift", {"ann": Random(), "bob": saved}, range(3_000_000, 3_000_020), options=OPTIONS)
    assert sum(bool(episode.outcome["success"]) for episode in alone) <= 10
