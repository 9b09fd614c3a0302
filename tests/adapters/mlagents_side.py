"""ML-Agents' own Python side, run by an interpreter of its own: plays a Unity peer and prints what it saw, as JSON.

    python mlagents_side.py PORT STEPS [--build FILE]

Every agent takes, in the COUNT-th decision of its behaviour, the (COUNT mod n)-th of its n allowed choices in each
branch, and the numbers 0.1, 0.2, ... in its continuous actions. A raw-bytes channel sends `--words` and prints what
comes back.
"""

import argparse
import json
import logging
import uuid

import numpy as np

WORDS = uuid.UUID("32878a6a-cf91-5a98-a2ad-964cf48ed579")


def told(steps, number):
    """One agent of a batch of decision or terminal steps."""
    return {
        "id": int(steps.agent_id[number]),
        "reward": float(steps.reward[number]),
        "group": int(steps.group_id[number]),
        "group_reward": float(steps.group_reward[number]),
        "senses": [each[number].tolist() for each in steps.obs],
    }


def act(spec, decisions, count):
    from mlagents_envs.base_env import ActionTuple

    discrete = np.zeros((len(decisions), len(spec.action_spec.discrete_branches)), np.int32)
    for branch in range(discrete.shape[1]):
        for agent in range(len(decisions)):
            allowed = np.flatnonzero(~decisions.action_mask[branch][agent])
            discrete[agent, branch] = allowed[count % len(allowed)]
    row = np.arange(1, spec.action_spec.continuous_size + 1, dtype=np.float32) / 10
    return ActionTuple(continuous=np.tile(row, (len(decisions), 1)), discrete=discrete)


def main():
    # Imported here, because those who collect tests read this file where the package is not installed.
    from mlagents_envs.environment import UnityEnvironment
    from mlagents_envs.side_channel.environment_parameters_channel import EnvironmentParametersChannel
    from mlagents_envs.side_channel.raw_bytes_channel import RawBytesChannel
    from mlagents_envs.side_channel.stats_side_channel import StatsSideChannel

    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("--build", default=None)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--words", default="")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    words, stats, parameters = RawBytesChannel(WORDS), StatsSideChannel(), EnvironmentParametersChannel()
    if given.words:
        words.send_raw_data(given.words.encode())
    parameters.set_float_parameter("gravity", 9.5)
    environment = UnityEnvironment(
        given.build, base_port=given.port, seed=given.seed, timeout_wait=30, side_channels=[words, stats, parameters]
    )
    counts, trace = {}, []
    environment.reset()
    for _ in range(given.steps):
        seen = {}
        for name in sorted(environment.behavior_specs):
            decisions, terminals = environment.get_steps(name)
            spec = environment.behavior_specs[name]
            action = act(spec, decisions, counts.get(name, 0))
            counts[name] = counts.get(name, 0) + 1 if len(decisions) else counts.get(name, 0)
            environment.set_actions(name, action)
            masks = [each.tolist() for each in decisions.action_mask] if decisions.action_mask else []
            seen[name] = {
                "decisions": [
                    {
                        **told(decisions, number),
                        "mask": [branch[number] for branch in masks],
                        "discrete": action.discrete[number].tolist(),
                        "continuous": action.continuous[number].tolist(),
                    }
                    for number in range(len(decisions))
                ],
                "terminals": [
                    {**told(terminals, number), "interrupted": bool(terminals.interrupted[number])}
                    for number in range(len(terminals))
                ],
            }
        trace.append(seen)
        environment.step()
    specs = {
        name: {
            "continuous": spec.action_spec.continuous_size,
            "branches": list(spec.action_spec.discrete_branches),
            "senses": [
                {"name": each.name, "shape": list(each.shape), "goal": each.observation_type.value == 1}
                for each in spec.observation_specs
            ],
        }
        for name, spec in environment.behavior_specs.items()
    }
    heard = [bytes(each).decode() for each in words.get_and_clear_received_messages()]
    statistics = {name: [value for value, _ in values] for name, values in stats.get_and_reset_stats().items()}
    environment.close()
    print(json.dumps({"specs": specs, "trace": trace, "heard": heard, "statistics": statistics}))


if __name__ == "__main__":
    main()
