"""How fast MiniWorld steps; `benchmarks/virtual.py --miniworld PYTHON` runs this with the Python that has it.

    pip install miniworld==2.1.0
    python benchmarks/peers/miniworld_speed.py STEPS SEED

Prints steps a second of time on the core: MiniWorld-Hallway-v0 without a window, uniform random actions, one picture of
80 x 60 a step; episodes are reset inside the measured time.
"""

import random
import sys
import time

import pyglet

pyglet.options["headless"] = True

import gymnasium  # noqa: E402
import miniworld  # noqa: E402, F401  # registers its worlds


def rate(steps: int, seed: int) -> float:
    environment = gymnasium.make("MiniWorld-Hallway-v0")
    luck = random.Random(seed)
    environment.reset(seed=seed)
    environment.step(0)
    start = time.process_time()
    for _ in range(steps):
        picture, _, terminated, truncated, _ = environment.step(luck.randrange(3))
        assert picture.shape == (60, 80, 3)
        if terminated or truncated:
            environment.reset()
    return steps / (time.process_time() - start)


if __name__ == "__main__":
    print(f"{rate(int(sys.argv[1]), int(sys.argv[2])):.0f}")
