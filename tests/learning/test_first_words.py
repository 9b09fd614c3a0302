"""The demo in its quick form: two language models find a common language, and only because they can talk.

The thresholds stand below what eleven seeds gave (160 held-out episodes each): before at most 0.01 sampled and 0.0
greedy; after 0.86 to 1.0 sampled and 0.88 to 1.0 greedy, ten of them at least 0.95; muted 0.0.
"""

import json
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from first_words import HELD_OUT, MUTED, SEATS, Settings, Team, options, success

from coterie.agents import Language
from coterie.algorithms import Reinforce
from coterie.learners.batch import collate, sequences
from coterie.policies import CompactCodec
from coterie.rollout import gather

pytestmark = pytest.mark.usefixtures("one_thread")

QUIET = lambda *note: None  # noqa: E731


@pytest.mark.timeout(600)
def test_two_language_models_find_a_common_language(tmp_path):
    settings = Settings(validation_episodes=64, stop_at=0.95)
    team = Team(settings, 2, tmp_path, QUIET)
    team.learn()

    def held_out(stage, temperature, channel=None):
        minds = {seat: team.model(f"{stage}/{seat}", temperature) for seat in SEATS}
        seeds = range(HELD_OUT, HELD_OUT + 160)
        return success(gather("lookout", minds, seeds, options=options(settings, "held-out"), channel=channel))

    assert held_out("imitation", 1.0) <= 0.2
    assert held_out("imitation", 0.0) <= 0.2
    assert held_out("reinforcement", 1.0) >= 0.8
    assert held_out("reinforcement", 0.0) >= 0.8
    assert held_out("reinforcement", 1.0, MUTED) <= 0.15
    for line in team.run.lines():
        if line["stage"] in ("imitation-lookout", "imitation-courier"):
            craft = line["measure"]
    assert craft >= settings.gate

    minds = {seat: Language(team.policies[seat], CompactCodec()) for seat in SEATS}
    played = list(gather("lookout", minds, range(50, 74), options=options(settings, "train")))
    for seat, learner in team.learners.items():
        lines = sequences(played, Reinforce().credit(played), seat)
        tokens = learner.measure(collate(lines, torch.device("cpu")))
        assert (tokens.log_probs_N - tokens.old_log_probs_N).abs().max() < 1e-4


@pytest.mark.timeout(300)
def test_the_same_seed_teaches_the_same_team(tmp_path):
    settings = Settings(
        demonstrations=200, gate=0.0, imitation_updates=20, iterations=2, episodes=16, validation_episodes=16
    )
    logged = []
    for name in ("one", "two"):
        team = Team(settings, 5, tmp_path / name, QUIET)
        team.learn()
        Team(settings, 5, tmp_path / name / "twin", QUIET).learn_unheard()
        lines = [json.loads(line) for line in (tmp_path / name / "metrics.jsonl").read_text().splitlines()]
        logged.append([{key: value for key, value in line.items() if "seconds" not in key} for line in lines])
    assert logged[0] == logged[1]
