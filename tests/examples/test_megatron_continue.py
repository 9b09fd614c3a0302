"""What a user types: a run of the torch learner goes on with Megatron-core; the demo trains with it by one setting."""

import sys
from pathlib import Path

import pytest
from test_examples import figures

pytestmark = pytest.mark.peer("megatron-core")


def test_megatron_core_continues_a_run_that_torch_began(tmp_path):
    found = figures("bridges/megatron_continue", tmp_path, 4, 0, within_s=280)
    assert found["delivered after 8 iterations by megatron"] > found["delivered after 4 iterations by torch"] + 0.05
    assert found["largest change of a weight since the first half"] > 1e-3
    assert found["largest difference between the two continuations"] < 1e-4
    assert (tmp_path / "run" / "checkpoints" / "reinforcement" / "000008").exists()


def test_the_demo_learns_the_same_with_either_learner(tmp_path, monkeypatch):
    import torch
    from transformers import AutoModelForCausalLM

    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "recipes"))
    from first_words import SEATS, Settings, Team

    small = {"size": 2, "demonstrations": 40, "gate": 0.0, "hidden": 16, "layers": 1, "imitation_updates": 4}
    short = {"iterations": 2, "episodes": 4, "validation_episodes": 4}
    for setting in ("torch", "megatron"):
        folder = tmp_path / setting
        Team(Settings(learner=setting, **small, **short), 0, folder, lambda *note: None).learn()
    sys.modules.pop("first_words")
    for seat in SEATS:
        of_torch, of_megatron, begun = (
            AutoModelForCausalLM.from_pretrained(tmp_path / place / seat).state_dict()
            for place in ("torch/models/reinforcement", "megatron/models/reinforcement", "torch/models/imitation")
        )
        for name, value in of_torch.items():
            assert torch.allclose(of_megatron[name], value, atol=1e-4), name
        assert not torch.equal(begun["model.norm.weight"], of_torch["model.norm.weight"])
