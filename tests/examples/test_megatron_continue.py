"""The Megatron example in a small form: a run of the torch learner goes on with Megatron-core."""

import pytest
from test_examples import figures

pytestmark = pytest.mark.peer("megatron-core")


def test_megatron_core_continues_a_run_that_torch_began(tmp_path):
    found = figures("bridges/megatron_continue", tmp_path, 4, 0)
    assert found["delivered after 8 iterations, megatron"] > found["delivered after 4 iterations, torch"] + 0.05
    assert found["largest change of a weight since the first half"] > 1e-3
    assert found["largest difference between the two continuations"] < 1e-4
    assert (tmp_path / "run" / "checkpoints" / "reinforcement" / "000008").exists()
