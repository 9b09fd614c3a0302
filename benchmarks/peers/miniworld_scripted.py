"""What a scripted policy achieves in MiniWorld's Hallway and PickupObjects; tests compare our rebuilt ones with it.

    pip install miniworld==2.1.0
    python benchmarks/peers/miniworld_scripted.py 200 tests/virtual/miniworld_runs.jsonl

Writes a line an episode: the task, the seed, where everything stood at the beginning (metres, x east, y north, heading
in degrees), whether it succeeded, and after how many steps.
"""

import json
import sys
from math import degrees
from pathlib import Path

import pyglet

pyglet.options["headless"] = True

import gymnasium  # noqa: E402
import miniworld  # noqa: E402, F401  # registers its worlds

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "virtual"))
from scripted_walker import Walker  # noqa: E402

TASKS = {"Hallway": "MiniWorld-Hallway-v0", "PickupObjects": "MiniWorld-PickupObjects-v0"}
ACTIONS = {"left": 0, "right": 1, "forward": 2, "take": 4}


def played(task: str, environment: gymnasium.Env, seed: int) -> dict:
    """One episode."""
    environment.reset(seed=seed)
    world = environment.unwrapped

    def targets() -> dict:
        found = [each for each in world.entities if each is not world.agent]
        return {f"{type(each).__name__.lower()} {number[id(each)]}": spot(each) for each in found}

    def spot(each: object) -> tuple:
        return float(each.pos[0]), float(-each.pos[2]), float(each.radius)

    number = {id(each): place for place, each in enumerate(each for each in world.entities if each is not world.agent)}
    start = (*spot(world.agent)[:2], degrees(float(world.agent.dir)))
    begin = {name: [round(part, 4) for part in where] for name, where in targets().items()}
    walker, success, steps, over = Walker(), False, 0, False
    while not over:
        x, y, _ = spot(world.agent)
        action, _ = walker(x, y, degrees(float(world.agent.dir)), targets())
        if task == "Hallway" and action == "take":
            action = "forward"
        _, _, success, truncated, _ = environment.step(ACTIONS[action])
        steps, over = steps + 1, success or truncated
    return {
        "task": task,
        "seed": seed,
        "start": [round(part, 4) for part in start],
        "things": begin,
        "success": bool(success),
        "steps": steps,
    }


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w") as file:
        for task, name in TASKS.items():
            environment = gymnasium.make(name)
            for seed in range(int(sys.argv[1])):
                file.write(json.dumps(played(task, environment, seed)) + "\n")
