"""What RLlib does not say by itself."""

import logging
from typing import Any

import ray
from ray.rllib.callbacks.callbacks import RLlibCallback

from coterie.core import WorldError


class NoSilentFailure(RLlibCallback):  # type: ignore[misc]  # as all of RLlib here, it has no types
    """Makes an iteration without a single step an error, and a runner that hangs one that died.

    Set it with `config.callbacks(NoSilentFailure)`. Where environment runners die or hang, RLlib restarts them or waits
    no longer than `sample_timeout_s`, and then goes on with what it has, if need be with nothing: the run looks healthy
    and learns nothing. One that hangs it takes to be well: it waits for it again in every round of every iteration, and
    in `algorithm.stop()` without limit. So a runner that says nothing for `sample_timeout_s` after an iteration is
    killed, and what `config.fault_tolerance` says of runners that die happens.
    """

    def on_train_result(self, *, algorithm: Any, result: dict[str, Any], **unused: Any) -> None:
        """Looks whether there was a step, and whether all runners answer."""
        group, turn = algorithm.env_runner_group, result.get("training_iteration", "?")
        runners = group._worker_manager.actors()
        if result.get("env_runners", {}).get("num_env_steps_sampled", 0) > 0:  # RLlib says not-a-number for none
            for number in _silent(runners, algorithm.config.sample_timeout_s):
                logging.getLogger(__name__).warning("environment runner %s hangs and is killed", number)
                ray.kill(runners[number], no_restart=False)
            return
        well, among = group.num_healthy_remote_workers(), group.num_remote_workers()
        for runner in runners.values():
            ray.kill(runner)
        raise WorldError(
            f"iteration {turn} brought not one step: {well} of {among} environment runners are well, and none answered "
            "within sample_timeout_s; look for the first error in the log of ray, or run with num_env_runners=0 to see "
            "it here"
        )


def _silent(runners: dict[int, Any], patience_s: float | None) -> list[int]:
    """The numbers of those that do not answer a call in time; one that died answers at once, with an error."""
    calls = {runner.ping.remote(): number for number, runner in runners.items()}
    if not calls:
        return []
    _, waiting = ray.wait([*calls], num_returns=len(calls), timeout=patience_s)
    return [calls[call] for call in waiting]
