"""How fast Overcooked-AI steps; `benchmarks/worlds.py --overcooked PYTHON` runs this with the Python that has it.

    pip install overcooked-ai==1.1.0
    python benchmarks/peers/overcooked_speed.py LAYOUT STEPS SEED

Prints joint steps a second of time on the core: both cooks draw uniformly among their six actions, episodes of 400
steps are reset inside the measured time, and the state that a player would read is read as it is, not featurised.
"""

import random
import sys
import time

import numpy

numpy.Inf = numpy.inf  # the peer was written for numpy 1

from overcooked_ai_py.mdp.actions import Action  # noqa: E402
from overcooked_ai_py.mdp.overcooked_env import OvercookedEnv  # noqa: E402
from overcooked_ai_py.mdp.overcooked_mdp import OvercookedGridworld  # noqa: E402


def rate(layout: str, steps: int, seed: int) -> float:
    environment = OvercookedEnv.from_mdp(OvercookedGridworld.from_layout_name(layout), horizon=400, info_level=0)
    environment.mp  # noqa: B018  # plans all ways at the first use, once; not part of stepping
    draw, actions, done = random.Random(seed).random, Action.ALL_ACTIONS, 0
    start = time.process_time()
    while done < steps:
        # The plan of all ways stays: only a new map needs another.
        environment.reset(regen_mdp=False)
        over = False
        while not over:
            chosen = (actions[int(draw() * 6)], actions[int(draw() * 6)])
            state, _, over, _ = environment.step(chosen)
            assert state.players
            done += 1
    return done / (time.process_time() - start)


if __name__ == "__main__":
    print(f"{rate(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])):.0f}")
