"""ML-Agents' own Python side steps a Coterie world: every seat a behaviour, with decision steps and terminal steps.

Shows: `serve`, and both ways to answer it: by number, where the answers of a seat have numbers, and in words on a
raw-bytes side channel where they have not, as in virtual worlds, whose moves are what is near. ML-Agents runs in an
interpreter of its own (`make test-unity` makes one), which runs this file too and needs nothing of Coterie.

Expect a line for each behaviour: how often it was asked for a decision and what random moves were paid.

    COTERIE_MLAGENTS_PYTHON=.venv-mlagents/bin/python python examples/bridges/unity_peer.py [WORLD] [EPISODES]
"""

import json
import os
import random
import socket
import subprocess
import sys
import uuid
from collections import Counter

WORDS = uuid.UUID("32878a6a-cf91-5a98-a2ad-964cf48ed579")  # the channel on which Coterie tells and hears words


def main(world="warehouse_lift", episodes="5"):
    """Starts ML-Agents' side, which listens, and serves it a world, as a Unity build would."""
    from coterie.adapters.unity import serve

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    peer = os.environ.get("COTERIE_MLAGENTS_PYTHON") or sys.exit("COTERIE_MLAGENTS_PYTHON names no interpreter")
    with subprocess.Popen([peer, __file__, "--listen", str(port), episodes]) as side:
        try:
            serve(world, port=port, connect_s=60.0, answer_s=60.0)
            sys.exit(side.wait(30.0))
        finally:
            side.kill()


def listen(port, episodes):
    """ML-Agents' side: random moves, as a trainer would make them at the start."""
    import numpy as np
    from mlagents_envs.base_env import ActionTuple
    from mlagents_envs.environment import UnityEnvironment
    from mlagents_envs.side_channel.raw_bytes_channel import RawBytesChannel

    luck, words = random.Random(0), RawBytesChannel(WORDS)
    words.send_raw_data(b'{"listens": true}')
    environment = UnityEnvironment(None, base_port=port, seed=1, timeout_wait=60, side_channels=[words])
    environment.reset()
    asked, paid, ended = Counter(), Counter(), Counter()
    while not ended or min(ended.values()) < episodes:
        views, said = {}, {}
        for message in words.get_and_clear_received_messages():
            views = json.loads(message.decode()).get("views", {})
        for name in environment.behavior_specs:
            decisions, terminals = environment.get_steps(name)
            asked[name] += len(decisions)
            ended[name] += len(terminals)
            paid[name] += sum(float(each.reward.sum() + each.group_reward.sum()) for each in (decisions, terminals))
            if len(decisions) == 0:
                continue
            (masks,) = decisions.action_mask  # of the one branch; true: not now
            numbers = [luck.choice(np.flatnonzero(~mask)) for mask in masks]
            environment.set_actions(name, ActionTuple(discrete=np.array(numbers, np.int32).reshape(-1, 1)))
            if masks.shape[1] == 1:  # this behaviour has no numbers, and is named as its seat
                move = views[name]["spec"].get("move", {})
                said[name] = {"move": luck.choice(move["options"])} if "options" in move else {}
        if said:
            words.send_raw_data(json.dumps({"answers": said}).encode())
        environment.step()
    environment.close()
    for name in sorted(asked):
        print(f"{name} asked: {asked[name]}")
        print(f"{name} paid: {paid[name]:.3f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--listen"]:
        listen(*map(int, sys.argv[2:]))
    else:
        main(*sys.argv[1:])
