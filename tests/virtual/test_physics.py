"""What must hold in every world: nobody stands in anything, nothing vanishes, nothing is in two places."""

import copy
import random

import numpy as np
import pytest
from scattered import scattered

from coterie.core import Chance
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.skills.commands import PRIMITIVES, legal
from coterie.environments.virtual.skills.skill import FAIL_CODES
from coterie.environments.virtual.space import collision
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.state.moment import TICK

TICKS = 16_000
YARDS, TOWNS = 5, 3
SEATS = tuple(f"walker {number}" for number in range(8))
NONSENSE = (
    "go to nowhere",
    "pick up",
    "",
    "put on in",
    "give cup to",
    "take from",
    "use \ud800",
    "forward nan",
    "wait -1",
)


@compiled
def deepest(bodies, prisms):
    """How deep any body stands in a solid or in another body, metres."""
    worst = 0.0
    for who in range(bodies.at.shape[0]):
        x, y, z = bodies.at[who, 0], bodies.at[who, 1], bodies.at[who, 2]
        worst = max(worst, collision.touch(x, y, z, who, bodies, prisms)[2])
    return worst


def crowd(seed):
    """Eight bodies in a town, in a wide yard, or in a narrow one where they are always in each other's way."""
    if seed >= YARDS:
        scene = town(Chance(seed))
    else:
        scene = scattered(seed) if seed % 2 else scattered(seed, boxes=26, side=14.0, loose=14)
    simulation = Simulation(scene, SEATS)
    for agent, start in zip(SEATS, scene.starts, strict=False):
        simulation.join(agent, start, 45.0 * seed)
    return simulation


def choose(simulation, agent, luck):
    """Something to do: mostly what is listed, sometimes any step, sometimes nonsense."""
    draw = luck.random()
    if draw < 0.05:
        return luck.choice(NONSENSE)
    if draw < 0.45:
        return luck.choice((*PRIMITIVES, "forward 3", "turn left 90", "turn right 140", "forward 1.5"))
    seen = list(simulation.layout.numbers)
    visible = [name for name in seen if (name != agent and name in simulation.pitch) or luck.random() < 0.4]
    visible = [
        name for name in visible if name not in simulation.pitch or (name in simulation.present and name != agent)
    ]
    for name in simulation.things.states:
        simulation.memory[agent].setdefault(name, simulation.things.position(name))
    options = legal(simulation, agent, visible, "skills", tuple(simulation.layout.places))
    handling = [each for each in options if not each.startswith(("go to", "follow", "wait", "look", "say"))]
    return luck.choice(handling if handling and luck.random() < 0.5 else options)


def whole(simulation):
    """Every thing in exactly one place, everything held in the hands of exactly who holds it."""
    things = simulation.things
    held = [name for agent in SEATS for name in things.hands[agent]]
    for name, state in things.states.items():
        holders = things.holders(name)
        assert held.count(name) == len(holders) == (0 if state.relation != "held_by" else 1 + bool(state.second))
        assert len(holders) < 2 or things.can(name, "heavy")
        inside = [outer for outer, inner in things.inside.items() if name in inner]
        assert inside == ([state.target] if state.relation in ("on", "in") else [])
        assert np.isfinite(things.position(name)).all()
    for agent in SEATS:
        assert 0 <= things.free_hands(agent) <= 2
        assert len(things.hands[agent]) <= 2


@pytest.mark.parametrize("seed", range(YARDS + TOWNS))
def test_a_million_random_agent_ticks_leave_nobody_in_a_wall_and_every_thing_in_one_place(seed):
    simulation, luck = crowd(seed), random.Random(seed)
    worst, outcomes = 0.0, dict[str, int]()
    for _ in range(TICKS):
        for agent in simulation.free:
            simulation.command(agent, choose(simulation, agent, luck))
        simulation.tick()
        worst = max(worst, deepest(simulation.bodies, simulation.prisms))
        if simulation.events:
            whole(simulation)
            for event in simulation.events:
                if event.kind == "did":
                    outcomes[event.data["result"]] = outcomes.get(event.data["result"], 0) + 1
                else:
                    outcomes[event.kind] = outcomes.get(event.kind, 0) + 1
            simulation.events.clear()
        if luck.random() < 0.001:
            agent = luck.choice(SEATS)
            if agent in simulation.present:
                simulation.leave(agent)
            else:
                simulation.join(agent, luck.choice(simulation.layout.scene.starts))
    assert worst < 0.001
    assert simulation.ticks * TICK == pytest.approx(TICKS / 10)
    assert {"done", "interrupted", "unknown_target", "left", "joined"} <= outcomes.keys()
    if seed < YARDS and seed % 2 == 0:
        assert {"put", "lifted", "handed over", "door", "blocked", "not_visible", "occupied"} <= outcomes.keys()


def test_every_fail_code_turns_up_in_random_play():
    simulation, luck = crowd(2), random.Random(2)
    for _ in range(4_000):
        for agent in simulation.free:
            simulation.command(agent, choose(simulation, agent, luck))
        simulation.run(20)
    results = {event.data["result"] for event in simulation.events if event.kind == "did"}
    assert results == {"done", "interrupted", *FAIL_CODES}


def test_a_copy_made_in_the_middle_of_everything_goes_on_in_the_same_way():
    simulation, luck = crowd(4), random.Random(4)
    for _ in range(3000):
        for agent in simulation.free:
            simulation.command(agent, choose(simulation, agent, luck))
        simulation.tick()
    twin = copy.deepcopy(simulation)
    told = []
    for each in (simulation, twin):
        luck = random.Random(5)
        each.events = []
        for _ in range(1500):
            for agent in each.free:
                each.command(agent, choose(each, agent, luck))
            each.tick()
        told.append((each.events, each.bodies.at.tobytes(), each.frame()))
    assert told[0] == told[1]
    assert len(told[0][0]) > 100
