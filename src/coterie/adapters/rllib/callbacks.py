"""What RLlib does not say by itself."""

from typing import Any

import ray
from ray.rllib.callbacks.callbacks import RLlibCallback

from coterie.core import WorldError


class NoSilentFailure(RLlibCallback):  # type: ignore[misc]  # as all of RLlib here, it has no types
    """Makes an iteration without a single step an error: `config.callbacks(NoSilentFailure)`.

    Where environment runners die or hang, RLlib restarts them or waits no longer than `sample_timeout_s`, and then goes
    on with what it has, if need be with nothing: the run looks healthy and learns nothing. Before the error is raised
    the runners are killed, because `algorithm.stop()` waits without limit for one that hangs.
    """

    def on_train_result(self, *, algorithm: Any, result: dict[str, Any], **unused: Any) -> None:
        """Looks whether there was a step."""
        if result.get("env_runners", {}).get("num_env_steps_sampled", 0) > 0:  # RLlib says not-a-number for none
            return
        group, turn = algorithm.env_runner_group, result.get("training_iteration", "?")
        well, among = group.num_healthy_remote_workers(), group.num_remote_workers()
        for runner in group._worker_manager.actors().values():
            ray.kill(runner)
        raise WorldError(
            f"iteration {turn} brought not one step: {well} of {among} environment runners are well, and none answered "
            "within sample_timeout_s; look for the first error in the log of ray, or run with num_env_runners=0 to see "
            "it here"
        )
