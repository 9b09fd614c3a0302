"""How fast MiniGrid steps; `benchmarks/virtual.py --minigrid PYTHON` runs this with the Python that has it.

    pip install minigrid==3.2.0
    python benchmarks/peers/minigrid_speed.py STEPS SEED

Prints steps a second of time on the core: MiniGrid-FourRooms-v0, uniform random actions, its own view of 7 x 7 cells;
episodes are reset inside the measured time.
"""

import random
import sys
import time

import gymnasium
import minigrid  # noqa: F401  # registers its worlds


def rate(steps: int, seed: int) -> float:
    environment = gymnasium.make("MiniGrid-FourRooms-v0")
    luck = random.Random(seed)
    environment.reset(seed=seed)
    start = time.process_time()
    for _ in range(steps):
        _, _, terminated, truncated, _ = environment.step(luck.randrange(3))
        if terminated or truncated:
            environment.reset()
    return steps / (time.process_time() - start)


if __name__ == "__main__":
    print(f"{rate(int(sys.argv[1]), int(sys.argv[2])):.0f}")
