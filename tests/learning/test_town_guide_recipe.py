"""The recipe town_guide in its quick form: models from scratch imitate, and a shared reward makes them a team."""

import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from town_guide import Guesser, Settings, options, success, teach

from coterie.agents import Expert
from coterie.evaluation.report import Evaluation
from coterie.rollout import gather
from coterie.training import Run

pytestmark = pytest.mark.usefixtures("one_thread")

QUIET = lambda *note: None  # noqa: E731


def test_who_guesses_finds_one_door_in_four_or_so():
    minds = {"visitor": Guesser(), "guide": Expert()}
    assert 0.05 <= success(gather("town_guide", minds, range(60), options=options(Settings()))) <= 0.5


@pytest.mark.timeout(600)
def test_imitation_makes_two_models_useful_and_reward_makes_them_a_team(tmp_path):
    teach(Settings(), 0, tmp_path, QUIET)
    found = msgspec.json.decode((tmp_path / "evaluation.json").read_bytes(), type=Evaluation)
    success = {arm.name: arm.measures["success"].value for arm in found.arms}
    validation = [line["score"] for line in Run.read(tmp_path).lines("reinforcement") if line.get("validation")]
    assert max(validation[1:]) > validation[0]
    assert success["trained, sampled"] > success["before, sampled"]
    assert success["trained, greedy"] >= 0.8
    assert success["trained, channel muted"] <= success["trained, sampled"] - 0.2
    assert success["trained, words scrambled"] <= success["trained, sampled"] - 0.2
