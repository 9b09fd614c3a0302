"""Passing: round a body, past one that steps aside, and squeezing past where there is no room."""

import pytest

from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space.scene import Place, Scene
from coterie.environments.virtual.space.solids import Floor, Solid, box


def alley(width):
    """An alley of 10 m from west to east, so wide."""
    walls = (Solid("wall", box(0, -0.2, 10, 0), 0.0, 3.0), Solid("wall", box(0, width, 10, width + 0.2), 0.0, 3.0))
    ends = (
        Place("west end", "yard", box(-3, -2, 0, width + 2)),
        Place("alley", "yard", box(0, 0, 10, width)),
        Place("east end", "yard", box(10, -2, 13, width + 2)),
    )
    return Scene(walls, (Floor(box(-3, -2, 13, width + 2), 0.0),), ends)


def walked(simulation, seconds=60):
    """Lets time pass until ann has done what she does; sights stop nobody, and who has done something waits."""
    while simulation.seconds < seconds:
        simulation.run(10)
        for agent in simulation.free:
            seen = simulation.results[agent].code == "interrupted"
            if agent == "ann" and not seen:
                return simulation.results[agent].code
            simulation.command(agent, "go on" if seen else "wait")
    return "never"


def told(simulation, kind):
    return [event for event in simulation.events if event.kind == kind]


@pytest.fixture
def narrow():
    """Bob waits in the middle of an alley that only one can walk through; ann comes from the west."""
    simulation = Simulation(alley(0.8), ("ann", "bob"))
    simulation.join("ann", (-1.5, 0.4, 0.0), 0.0)
    simulation.join("bob", (5.0, 0.4, 0.0), 0.0)
    return simulation


def test_one_squeezes_past_who_waits_in_a_narrow_alley(narrow):
    narrow.command("bob", "wait")
    narrow.command("ann", "go to east end")
    assert walked(narrow) == "done"
    assert narrow.place_of("ann") == "east end"
    assert 4.0 < narrow.at("bob")[0] < 5.0
    assert [event.data["other"] for event in told(narrow, "squeezed past")] == ["bob"]


def test_two_who_meet_in_a_narrow_alley_both_get_through(narrow):
    narrow.command("bob", "go to west end")
    narrow.command("ann", "go to east end")
    assert walked(narrow) == "done"
    assert (narrow.place_of("ann"), narrow.place_of("bob")) == ("east end", "west end")


def test_two_who_walk_the_same_way_do_not_change_places(narrow):
    narrow.speeds["bob"] = 0.02
    narrow.command("bob", "go to east end")
    narrow.command("ann", "go to east end")
    walked(narrow, 40)
    assert told(narrow, "squeezed past") == []


def test_who_waits_steps_aside_where_there_is_room_and_goes_on_waiting():
    """Bob stands in a gap; behind it is room for him, and in it there is none."""
    posts = (Solid("post", box(5, 0, 5.4, 1.7), 0.0, 3.0), Solid("post", box(5, 2.3, 5.4, 4.0), 0.0, 3.0))
    scene = alley(4.0)
    simulation = Simulation(Scene((*scene.solids, *posts), scene.floors, scene.places), ("ann", "bob"))
    simulation.join("ann", (1.0, 2.0, 0.0), 0.0)
    simulation.join("bob", (5.75, 2.0, 0.0), 0.0)
    simulation.command("bob", "wait 30")
    simulation.walkers.alert[1] = False  # no sight ends his waiting
    simulation.command("ann", "go to east end")
    assert walked(simulation, 29) == "done"
    assert told(simulation, "squeezed past") == []
    assert abs(simulation.at("bob")[1] - 2.0) > 0.3
    assert type(simulation.skills["bob"]).__name__ == "Wait"
    simulation.command("ann", "wait 60")
    simulation.run(1000)
    assert simulation.results["bob"].code == "done"
    assert simulation.seconds == 30.0


def test_who_works_with_the_hands_is_not_moved():
    simulation = Simulation(alley(0.8), ("ann", "bob"))
    simulation.join("ann", (4.4, 0.4, 0.0), 0.0)
    simulation.join("bob", (5.0, 0.4, 0.0), 0.0)
    simulation.levers["bob"] = "lever"
    from coterie.environments.virtual.skills.passing import change_places

    simulation.command("bob", "wait")
    assert not change_places(simulation, "ann", "bob")
    del simulation.levers["bob"]
    assert change_places(simulation, "ann", "bob")
    assert simulation.at("ann") == (5.0, 0.4, 0.0)


def test_nobody_overlaps_anybody_while_many_pass_in_a_crowd():
    seats = ("ann", "bob", "cid", "dan", "eva", "fay")
    simulation = Simulation(alley(1.1), seats)
    for number, agent in enumerate(seats):
        simulation.join(agent, (-1.5 if number % 2 else 11.5, 0.5 + number / 4, 0.0), 0.0)
        simulation.command(agent, "go to east end" if number % 2 else "go to west end")
    while simulation.skills and simulation.seconds < 200:
        simulation.tick()
        for agent in simulation.free:
            if simulation.results[agent].code in ("interrupted", "blocked"):
                simulation.command(agent, simulation.results[agent].command)
        spots = [simulation.at(agent) for agent in seats]
        near = min((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for n, a in enumerate(spots) for b in spots[n + 1 :]) ** 0.5
        assert near > 0.499
    assert [simulation.place_of(agent) for agent in seats] == ["west end", "east end"] * 3
