"""Where things have mass: they are pushed, fall, stack and carry each other, and nothing else changes."""

import copy
import random
import subprocess
import sys

import msgspec
import numpy as np
import pytest
from scattered import scattered

from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space import collision
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box

CRATE = Thing("crate", "crate", (5.0, 5.0, 0.0), (0.6, 0.6, 0.6), ("pick", "surface"), capacity=1)
BLOCK = Thing("block", "crate", (2.0, 2.0, 0.0), (0.4, 0.4, 0.4), ("pick", "surface"), capacity=1)
TABLE = Thing("table", "table", (2.0, 8.0, 0.0), (1.2, 0.8, 0.8), ("surface",), capacity=4, solid=True)
PALLET = Thing("pallet", "pallet", (7.0, 2.0, 0.0), (1.0, 1.0, 0.8), ("heavy",), solid=True)
CUP = Thing("cup", "cup", (2.0, 3.0, 0.0), (0.1, 0.1, 0.1), ("pick",))


def hall(*things, at=(3.0, 5.0), heading=0.0, physics="mujoco"):
    """A walled hall of 10 x 10 m with ann in it."""
    ends = ((-0.2, -0.2, 0, 10.2), (10, -0.2, 10.2, 10.2), (0, -0.2, 10, 0), (0, 10, 10, 10.2))
    walls = tuple(Solid(f"wall {number}", box(*end), 0.0, 3.0) for number, end in enumerate(ends))
    ground = Floor(box(-0.2, -0.2, 10.2, 10.2), 0.0)
    scene = Scene(walls, (ground,), (Place("hall", "hall", box(0, 0, 10, 10)),), things=things)
    simulation = Simulation(scene, ("ann",), physics=physics)
    simulation.join("ann", (*at, 0.0), heading)
    return simulation


def does(simulation, *commands, ticks=80):
    """Ann carries out commands one after another, whatever she sees; then everything comes to rest."""
    for command in commands:
        simulation.command("ann", command)
        for _ in range(ticks):
            simulation.walkers.alert[:] = False
            simulation.tick()
            if not simulation.skills:
                break
    for _ in range(20):
        simulation.tick()
    return simulation.results["ann"].code


def told(simulation, kind):
    return [(event.agent, event.data["name"], event.data["on"]) for event in simulation.events if event.kind == kind]


def test_who_walks_against_a_crate_pushes_it():
    world = hall(CRATE)
    assert does(world, "forward 4") == "done"
    x, y, z = world.things.position("crate")
    assert x > 7.4
    assert abs(y - 5.0) < 0.2
    assert abs(z) < 0.01
    assert told(world, "pushed") == [("ann", "crate", "")]


def test_without_mass_the_same_crate_stays():
    world = hall(CRATE, physics="kinematic")
    assert does(world, "forward 4") == "done"
    assert world.things.position("crate") == (5.0, 5.0, 0.0)


def test_a_wall_holds_what_is_pushed_against_it_and_who_pushes():
    world = hall(CRATE)
    assert does(world, "forward 10", ticks=200) == "blocked"
    assert world.things.position("crate")[0] < 9.75
    assert world.at("ann")[0] < 9.76


def test_a_heavy_load_is_pushed_slowly_and_found_where_it_came_to_rest():
    world = hall(PALLET, at=(5.0, 2.0))
    does(world, "forward 2", ticks=60)
    x, y, _ = world.things.position("pallet")
    assert 7.3 < x < 8.5
    assert y == pytest.approx(2.0, abs=0.01)
    ahead = world.navigator.length((1.0, 2.0, 0.0), (9.8, 2.0, 0.0))
    assert ahead > 8.8  # the way leads round it


def test_what_is_dropped_falls_to_the_ground():
    world = hall(CUP)
    world.things.hold("cup", "ann")
    assert does(world, "drop cup") == "done"
    assert world.things.position("cup")[2] == pytest.approx(0.0, abs=0.01)
    assert world.things.states["cup"].relation == "at"
    assert told(world, "fell") == [(None, "cup", "")]


def test_what_is_dropped_over_a_table_lies_on_it():
    world = hall(TABLE, CUP, at=(3.05, 8.0), heading=180.0)
    world.things.hold("cup", "ann")
    assert does(world, "drop cup") == "done"
    assert (world.things.states["cup"].relation, world.things.states["cup"].target) == ("on", "table")
    assert world.things.position("cup")[2] == pytest.approx(0.8, abs=0.01)


def test_a_stack_stands_and_is_carried_along_when_its_foot_is_pushed():
    world = hall(CRATE, BLOCK)
    world.things.hold("block", "ann")
    assert does(world, "forward 1", "put block on crate") == "done"
    assert world.things.position("block")[2] == pytest.approx(0.6, abs=0.01)
    assert world.things.states["block"].target == "crate"
    does(world, "forward 2")
    (x, _, _), (on_x, _, height) = world.things.position("crate"), world.things.position("block")
    assert x > 5.5
    assert on_x == pytest.approx(x, abs=0.25)
    assert height == pytest.approx(0.6, abs=0.01)
    assert world.things.states["block"].target == "crate"


def test_what_nothing_carries_any_more_falls():
    world = hall(CRATE, BLOCK, at=(4.0, 5.0))
    world.things.put("block", "on", "crate")
    does(world, "wait 1")
    world.things.hold("crate", "ann")
    world.things.hold("block", "ann")
    world.things.lay("crate", (8.0, 8.0, 0.0))
    world.things.lay("block", (5.0, 5.0, 0.6))
    does(world, "wait 2")
    assert world.things.position("block")[2] == pytest.approx(0.0, abs=0.01)


def test_hands_do_what_they_do_without_mass():
    world = hall(TABLE, CUP, CRATE)
    assert does(world, "go to cup", "pick up cup", "go to crate", "put cup on crate", ticks=200) == "done"
    assert world.things.states["cup"].target == "crate"
    assert world.things.position("cup")[2] == pytest.approx(0.6, abs=0.01)


def random_play(simulation, seed, ticks):
    """Everybody walks about at random; yields after every tick."""
    luck = random.Random(seed)
    for _ in range(ticks):
        for agent in simulation.free:
            simulation.command(agent, luck.choice(("forward 3", f"turn left {luck.randrange(360)}", "go on")))
        simulation.tick()
        yield


@pytest.mark.parametrize("seed", range(3))
def test_nothing_vanishes_sinks_or_gets_into_a_wall(seed):
    scene = scattered(seed, boxes=40, side=16.0, loose=10)
    agents = ("ann", "bob", "cleo")
    simulation = Simulation(scene, agents, physics="mujoco")
    for agent, start in zip(agents, scene.starts, strict=False):
        simulation.join(agent, start, 0.0)
    deepest = 0.0
    for _ in random_play(simulation, seed, 400):
        for number in range(3):
            found = collision.touch(*simulation.bodies.at[number], number, simulation.bodies, simulation.prisms)
            if 0 <= found[3] < simulation.layout.first_solid_thing:
                deepest = max(deepest, found[2])
        for name in simulation.things.states:
            x, y, z = simulation.things.position(name)
            assert -0.2 < x < 16.2
            assert -0.2 < y < 16.2
            assert -0.02 < z < 3.0
    assert deepest < 0.001
    moved = [thing for thing in scene.things if simulation.things.position(thing.name) != thing.at]
    assert moved, "nobody pushed anything"


def test_what_lies_still_stays_still():
    world = hall(CRATE, BLOCK, TABLE, CUP)
    does(world, *["wait 10"] * 3, ticks=100)
    spots = {name: world.things.position(name) for name in world.things.states}
    does(world, *["wait 10"] * 3, ticks=100)
    for name, spot in spots.items():
        assert world.things.position(name) == pytest.approx(spot, abs=1e-4), name
    assert not told(world, "pushed")
    assert not told(world, "fell")
    assert float(np.abs(world.physics.data.qvel).max()) < 0.01


def test_a_snapshot_in_mid_fall_goes_on_as_the_episode_did():
    world = hall(CRATE, CUP)
    world.things.hold("cup", "ann")
    world.command("ann", "drop cup")
    while world.things.states["cup"].relation == "held_by":
        world.tick()
    for _ in range(2):
        world.tick()
    assert 0.1 < world.things.position("cup")[2] < 1.0
    kept = copy.deepcopy(world)
    first = [(world.tick(), world.things.position("cup"))[1] for _ in range(20)]
    assert [(kept.tick(), kept.things.position("cup"))[1] for _ in range(20)] == first


def test_the_same_play_gives_the_same_bytes():
    def play():
        simulation = Simulation(scattered(1, boxes=30, side=16.0, loose=8), ("ann", "bob"), physics="mujoco")
        for agent, start in zip(("ann", "bob"), simulation.layout.scene.starts, strict=False):
            simulation.join(agent, start, 0.0)
        return b"".join(msgspec.json.encode(simulation.frame()) for _ in random_play(simulation, 7, 150))

    assert play() == play()


def test_without_mujoco_one_line_says_what_to_install():
    code = (
        "import sys; sys.modules['mujoco'] = None\n"
        "from coterie.environments.virtual.simulation import Simulation\n"
        "from coterie.environments.virtual.space.scene import Scene\n"
        "Simulation(Scene((), (), ()), ('ann',), physics='mujoco')"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = found.stderr.strip().splitlines()[-1]
    assert last == 'ImportError: physics="mujoco" needs MuJoCo: pip install "coterie[physics]"'
