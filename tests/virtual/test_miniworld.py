"""MiniWorld's Hallway and PickupObjects, rebuilt here, are solved by the same scripted policy as there.

`miniworld_runs.jsonl` holds 200 episodes of each that MiniWorld 2.1.0 played; benchmarks/peers/miniworld_scripted.py
makes it.
"""

import json
from math import hypot, sqrt
from pathlib import Path
from statistics import mean, median

import pytest
from scripted_walker import Walker

from coterie.core import Action
from coterie.environments.virtual.settings import Settings
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.world import VirtualWorld

RUNS = [json.loads(line) for line in (Path(__file__).parent / "miniworld_runs.jsonl").read_text().splitlines()]
ROOMS = {"Hallway": (-1.0, -2.0, 11.0, 2.0), "PickupObjects": (0.0, -12.0, 12.0, 0.0)}
STEPS = {"Hallway": 250, "PickupObjects": 400}
NEAR = 0.4 + 1.1 * 0.15
"""How near the edge of the box is near, metres: MiniWorld's robot and a little more than a step."""
COMMANDS = {"left": "turn left 15", "right": "turn right 15", "forward": "forward 0.15"}


class Rebuilt(VirtualWorld):
    """One of the two tasks, with everything where an episode of MiniWorld had it."""

    id = "rebuilt-v1"
    agents = ("robot",)

    def __init__(self, run):
        super().__init__(Settings(limit_s=1000, tier="both", moves="written", max_words=0))
        self.run = run

    def build(self):
        west, south, east, north = ROOMS[self.run["task"]]
        sides = (
            (west - 0.2, south - 0.2, west, north + 0.2),
            (east, south - 0.2, east + 0.2, north + 0.2),
            (west, south - 0.2, east, south),
            (west, north, east, north + 0.2),
        )
        walls = tuple(Solid(f"wall {number}", box(*side), 0.0, 2.75) for number, side in enumerate(sides))
        room = box(west, south, east, north)
        things = [Thing("bag", "bag", (west + 0.1, south + 0.1, 0.0), (0.1, 0.1, 0.1), ("container",), capacity=9)]
        for name, (x, y, radius) in self.run["things"].items():
            side = sqrt(2.0) * radius  # MiniWorld's radius goes through the corners
            things.append(Thing(name, name, (x, y, 0.0), (side, side, side), ("pick",), solid=True))
        return Scene(walls, (Floor(room, 0.0),), (Place("room", "room", room),), (), tuple(things))

    def enter(self):
        x, y, heading = self.run["start"]
        self.steps = 0
        self.simulation.join("robot", (x, y, 0.0), heading)

    def targets(self):
        """What is not picked up yet: name to where it is, and its radius."""
        states = self.simulation.things.states
        return {
            name: (*self.simulation.things.position(name)[:2], self.run["things"][name][2])
            for name in self.run["things"]
            if states[name].relation == "at"
        }

    def happened(self, events):
        for event in events:
            self.steps += event.kind == "did" and event.data["result"] != "interrupted"
            if event.kind == "picked up":
                self.simulation.things.put(event.data["name"], "in", "bag")

    def over(self):
        targets = self.targets()
        if self.run["task"] == "Hallway":
            x, y, _ = self.simulation.at("robot")
            ((to_x, to_y, radius),) = targets.values()
            solved = hypot(to_x - x, to_y - y) - radius < NEAR
        else:
            solved = not targets
        return "solved" if solved else "too many steps" if self.steps >= STEPS[self.run["task"]] else None

    def outcome(self, reason):
        return {"success": reason == "solved"}


def played(run):
    """Plays one episode; returns whether it was solved, and after how many steps."""
    world, walker = Rebuilt(run), Walker()
    step = world.reset(0)
    while step.observations:
        x, y, _ = world.simulation.at("robot")
        action, goal = walker(x, y, world.simulation.heading("robot"), world.targets())
        if action == "take":
            command = "forward 0.15" if run["task"] == "Hallway" else f"pick up {goal}"
        else:
            command = COMMANDS[action]
        step = world.step({"robot": Action(command)})
        while step.observations and world.simulation.results["robot"].code == "interrupted":
            step = world.step({"robot": Action("go on")})
    return step.events[-1].data["success"], world.steps


@pytest.mark.parametrize("task", ROOMS)
def test_the_same_policy_solves_the_same_task(task):
    runs = [run for run in RUNS if run["task"] == task]
    assert len(runs) == 200
    ours = [played(run) for run in runs]
    assert [solved for solved, _ in ours] == [run["success"] for run in runs]
    counts, theirs = [count for _, count in ours], [run["steps"] for run in runs]
    assert mean(counts) == pytest.approx(mean(theirs), rel=0.05)
    # With half the episodes out of time, as many would be in time here as there.
    limit = median(theirs)
    assert sum(count <= limit for count in counts) == pytest.approx(sum(count <= limit for count in theirs), abs=12)
