"""How fast virtual worlds move, see and draw, beside peers: python benchmarks/virtual.py [--quick] [--PEER PYTHON ...].

One process, one thread. Contestants take turns; the median of three rounds counts, time is time on the core. Peers are
optional, and each may live in an environment of its own:

    --miniworld PYTHON   pip install miniworld==2.1.0    pictures of 80 x 60 in its Hallway, whole steps
    --minigrid PYTHON    pip install minigrid==3.2.0     steps of a world of cells, for comparison with agent-ticks
    --mujoco PYTHON      pip install mujoco==4.0.0       agent-ticks, rays and pictures among the same boxes
    --trimesh PYTHON     pip install trimesh==5.2.0 rtree scipy    rays, and whether they agree with ours

What is measured of ours: agent-ticks of eight bodies that walk at random among 120 boxes and bump into them; lines of
sight there; pictures of 128 x 128 from random places there; and whole steps (walk or turn, collide, see, reward, reset)
with a picture of 80 x 60 in a hallway of MiniWorld's size. At the end, without peers and beside its limit each: what a
view in words takes in a town of 200 x 200 m, what making such a town takes, and how large the record of an episode is.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from coterie.agents import Expert, Random
from coterie.core import Chance, Observation, encode_episode
from coterie.environments import make
from coterie.environments.virtual.pictures.lens import Eye
from coterie.environments.virtual.pictures.render import Painter
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.space import collision, geometry, line_of_sight, solids
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.world import VirtualWorld
from coterie.rollout import play

ROUNDS = 3
SIDE = 60.0
FACADES = ((214, 190, 150), (190, 120, 100), (150, 170, 190), (220, 214, 200), (170, 180, 140))
PEERS = Path(__file__).parent / "peers"
Contestant = tuple[str, Callable[[int, int], float]]
"""A name, and what gives a rate for a count and a seed."""


def boxes() -> Scene:
    """120 boxes on a square of 60 m."""
    luck, made = random.Random(3), []
    for number in range(120):
        x, y, width, depth = luck.uniform(0, SIDE), luck.uniform(0, SIDE), luck.uniform(1, 4), luck.uniform(1, 4)
        outline = box(x, y, x + width, y + depth)
        made.append(Solid(f"box {number}", outline, 0.0, luck.uniform(1.0, 6.0), "building", luck.choice(FACADES)))
    ground = Floor(box(-5, -5, SIDE + 5, SIDE + 5), 0.0, kind="pavement")
    return Scene(tuple(made), (ground,), (Place("square", "park", ground.outline),))


def hallway() -> Scene:
    """MiniWorld's Hallway: 12 x 4 m, with a red box in it."""
    walls = [box(-0.2, -0.2, 0, 4.2), box(12, -0.2, 12.2, 4.2), box(0, -0.2, 12, 0), box(0, 4, 12, 4.2)]
    made = [Solid(f"wall {number}", outline, 0.0, 2.75) for number, outline in enumerate(walls)]
    made.append(Solid("ceiling", box(-0.2, -0.2, 12.2, 4.2), 2.75, 2.85, "roof"))
    goal = Thing("red box", "box", (10.0, 2.0, 0.0), (0.8, 0.8, 0.8), solid=True, colour=(200, 50, 40))
    inner = box(0, 0, 12, 4)
    return Scene(tuple(made), (Floor(inner, 0.0),), (Place("hall", "hall", inner),), things=(goal,))


def agent_ticks(count: int, seed: int) -> float:
    """Eight bodies at 0.14 m a tick, each on a new way every two seconds."""
    scene, luck = boxes(), np.random.default_rng(seed)
    walls, ground = solids.prisms(scene.solids), solids.floors(scene.floors)
    agents = 8
    at = np.array([(-2.0, -2.0 + 3 * number, 0.0) for number in range(agents)])
    bodies = geometry.Bodies(at, np.full(agents, 0.25), np.full(agents, 1.8))
    hits, wanted = np.full(agents, -1), np.zeros((agents, 2))
    collision.move(bodies, wanted + 0.01, walls, ground, hits)
    start = time.process_time()
    for tick in range(count // agents):
        if tick % 20 == 0:
            ways = luck.normal(size=(agents, 2))
            wanted[:] = 0.14 * ways / np.sqrt((ways**2).sum(axis=1))[:, None]
        collision.move(bodies, wanted, walls, ground, hits)
    return count / (time.process_time() - start)


def some_lines(count: int, seed: int) -> tuple[Scene, np.ndarray, np.ndarray]:
    """Lines of sight from eyes to random points 0 to 5 m high: the lines [line, 2, 3], and which are clear."""
    scene, luck = boxes(), np.random.default_rng(seed)
    walls = solids.prisms(scene.solids)
    lines = np.concatenate([luck.uniform(0, SIDE, (count, 2, 2)), luck.uniform(0.05, 5.0, (count, 2, 1))], axis=2)
    clear = np.zeros(count, bool)
    for number in range(count):
        out = clear[number : number + 1]
        line_of_sight.clear_lines(lines[number, 0], lines[number, 1:], np.array([-1]), walls, out)
    return scene, lines, clear


def sight_lines(count: int, seed: int) -> float:
    """From 1.6 m to a thousand points about as high, again and again."""
    walls, luck = solids.prisms(boxes().solids), np.random.default_rng(seed)
    skips, out = np.full(1000, -1), np.zeros(1000, bool)
    points = np.concatenate([luck.uniform(0, SIDE, (1000, 2)), np.full((1000, 1), 1.0)], axis=1)
    line_of_sight.clear_lines(points[0], points, skips, walls, out)
    start = time.process_time()
    for _ in range(count // 1000):
        line_of_sight.clear_lines(np.array([*luck.uniform(0, SIDE, 2), 1.6]), points, skips, walls, out)
    return count / (time.process_time() - start)


def pictures(count: int, seed: int) -> float:
    """128 x 128 from random free places, looking round."""
    painter, luck = Painter(boxes()), random.Random(seed)
    painter.picture(Eye(-3.0, -3.0, 1.6))
    start = time.process_time()
    for number in range(count):
        if number % 50 == 0:
            x, y = luck.uniform(0, SIDE), luck.uniform(0, SIDE)
        painter.picture(Eye(x, y, 1.6, 7.2 * number))
    return count / (time.process_time() - start)


def hallway_steps(count: int, seed: int) -> float:
    """Whole steps: 0.15 m ahead or a turn of 15 degrees, an episode of 250 at most, done within 1 m of the box."""
    scene, luck = hallway(), random.Random(seed)
    painter, goal = Painter(scene), scene.things[0]
    block = Solid("red box", box(9.6, 1.6, 10.4, 2.4), 0.0, 0.8)
    walls, ground = solids.prisms((*scene.solids, block)), solids.floors(scene.floors)
    at, wanted, hits = np.zeros((1, 3)), np.zeros((1, 2)), np.zeros(1, np.int64)
    bodies = geometry.Bodies(at, np.full(1, 0.25), np.full(1, 1.8))
    ways = {angle: (cos(radians(angle)), sin(radians(angle))) for angle in range(0, 360, 15)}
    reward, left, heading = 0.0, 0, 0
    painter.picture(Eye(1.0, 2.0, 1.6, width=80, height=60))
    collision.move(bodies, wanted + 0.01, walls, ground, hits)
    start = time.process_time()
    for _ in range(count):
        if left == 0:
            at[0], heading, left = (
                (luck.uniform(0.5, 8.0), luck.uniform(0.5, 3.5), 0.0),
                luck.randrange(0, 360, 15),
                250,
            )
        action = int(luck.random() * 3)
        if action == 2:
            wanted[0] = ways[heading]
            wanted *= 0.15
            collision.move(bodies, wanted, walls, ground, hits)
        else:
            heading = (heading + (15 if action else -15)) % 360
        x, y, _ = at[0].tolist()
        picture = painter.picture(Eye(x, y, 1.5, heading, 0.0, 75.0, 80, 60))
        assert picture.rgb.shape == (60, 80, 3)
        left -= 1
        if (x - goal.at[0]) ** 2 + (y - goal.at[1]) ** 2 < 1.0:
            reward, left = reward + 1.0, 0
    return count / (time.process_time() - start)


def largest_town() -> Iterator[tuple[str, float, float, str]]:
    """What is told of a town of 200 x 200 m: what, how much, its limit, and the unit."""
    options: dict[str, Any] = {"size": 200, "agents": 8}
    world = make("town_meeting", **options)
    assert isinstance(world, VirtualWorld)
    took = []
    observe = world._observe

    def timed(agent: str) -> Observation:
        start = time.process_time_ns()
        seen = observe(agent)
        took.append((time.process_time_ns() - start) / 1e3)
        return seen

    world._observe = timed  # type: ignore[method-assign]
    for seed in range(4):
        play(lambda: world, dict.fromkeys(world.agents, Random()), seed)
    yield "a view in words, with what may be done (median)", statistics.median(took), 200.0, "microseconds"
    making = []
    for seed in range(ROUNDS):
        start = time.process_time()
        town(Chance(seed), 200, 200, shops=30, houses=6)
        making.append(time.process_time() - start)
    yield "making the town", statistics.median(making), 1.0, "s"
    episode = play("town_meeting", dict.fromkeys(world.agents, Expert()), 0, options=options)
    yield "record of an episode", len(zstandard.compress(encode_episode(episode))) / 1000, 300.0, "kB"


def peer(python: str, script: str, *given: str) -> float:
    """What a script of `peers` prints last, run by another Python."""
    command = [python, str(PEERS / script), *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr.strip()[-300:]}")
    return float(done.stdout.split()[-1])


def contests(pythons: argparse.Namespace, folder: Path) -> dict[str, tuple[str, int, list[Contestant]]]:
    """Every contest: its unit, how many of it a round has, and who takes part, ours first."""
    layout = folder / "boxes.json"
    prisms = [(*solid.outline[0], *solid.outline[2], solid.high) for solid in boxes().solids]
    layout.write_text(json.dumps(prisms))

    def mujoco(what: str, part: float) -> list[Contestant]:
        run = [str(layout), what]
        return [
            ("MuJoCo", lambda count, _: peer(pythons.mujoco, "mujoco_speed.py", *run, str(int(count * part))))
        ] * bool(pythons.mujoco)

    def alone(name: str, python: str | None, script: str, part: float) -> list[Contestant]:
        return [(name, lambda count, seed: peer(str(python), script, str(int(count * part)), str(seed)))] * bool(python)

    return {
        "walking among 120 boxes": (
            "agent-ticks/s", 400_000,
            [("coterie", agent_ticks), *mujoco("ticks", 0.02),
             *alone("MiniGrid (steps)", pythons.minigrid, "minigrid_speed.py", 0.02)],
        ),
        "lines of sight among 120 boxes": (
            "lines/s", 1_000_000, [("coterie", sight_lines), *mujoco("lines", 0.2)],
        ),
        "a hallway with pictures of 80 x 60": (
            "steps/s", 5_000,
            [("coterie", hallway_steps), *alone("MiniWorld", pythons.miniworld, "miniworld_speed.py", 0.4)],
        ),
        "pictures of 128 x 128 among 120 boxes": (
            "frames/s", 2_000, [("coterie", pictures), *mujoco("frames", 0.05)],
        ),
    }  # fmt: skip


def compare(title: str, unit: str, count: int, contestants: list[Contestant]) -> None:
    rates: dict[str, list[float]] = {}
    for number in range(-1, ROUNDS):  # the round before the first warms caches and is not counted
        for name, run in contestants:
            found = run(count if number >= 0 else max(2000, count // 10), 1000 * (number + 1))
            if number >= 0:
                rates.setdefault(name, []).append(found)
    own = statistics.median(rates["coterie"])
    print(title)
    for name, found in rates.items():
        middle = statistics.median(found)
        ratio = "" if name == "coterie" else f"   coterie is {own / middle:.1f} times as fast"
        print(f"  {name:17s} {middle:11,.0f} {unit:14s} [{min(found):,.0f}..{max(found):,.0f}]{ratio}", flush=True)


def write_lines(path: Path, count: int) -> None:
    scene, lines, clear = some_lines(count, 0)
    prisms = [(solid.outline, solid.low, solid.high) for solid in scene.solids]
    path.write_text(json.dumps({"prisms": prisms, "lines": lines.tolist(), "clear": clear.tolist()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--sight-lines", metavar="FILE", type=Path, help="only write 10,000 lines of sight as JSON")
    for name in ("miniworld", "minigrid", "mujoco", "trimesh"):
        parser.add_argument(f"--{name}", metavar="PYTHON", help="the Python that has it")
    arguments = parser.parse_args()
    if arguments.sight_lines:
        write_lines(arguments.sight_lines, 10_000)
        return
    with tempfile.TemporaryDirectory() as folder:
        for title, (unit, count, contestants) in contests(arguments, Path(folder)).items():
            compare(title, unit, count // 10 if arguments.quick else count, contestants)
        print("a town of 200 x 200 m")
        for what, found, limit, unit in largest_town():
            verdict = "within" if found < limit else "OVER"
            print(f"  {what}: {found:,.3g} {unit}, {verdict} {limit:g}", flush=True)
        if arguments.trimesh:
            path = Path(folder) / "lines.json"
            write_lines(path, 10_000)
            command = [arguments.trimesh, str(PEERS / "trimesh_sight.py"), str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            found, _, speed = told.stdout.strip().partition("\n")
            print(f"10,000 lines of sight beside trimesh: {found or told.stderr[-300:]}; trimesh {speed} lines/s")
            sys.exit(told.returncode)


if __name__ == "__main__":
    main()
