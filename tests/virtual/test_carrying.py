"""Two with a heavy thing: who lets go, who stands on the other side of something, where there is room for it."""

from math import hypot

import pytest

from coterie.agents import Expert
from coterie.environments import make
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.rollout import play

GROUND = (Floor(box(0, 0, 20, 10), 0.0),)


def yard(*solids, ann=(4.0, 5.0), bob=(5.4, 5.0), floors=GROUND, crate=(4.7, 5.0, 0.0)):
    """Ann and bob in a yard, with a crate between them."""
    places = (Place("yard", "park", box(0, 0, 10, 10)), Place("dock", "park", box(10, 0, 20, 10)))
    things = (
        Thing("crate", "crate", crate, (0.7, 0.7, 0.7), ("heavy",), solid=True),
        Thing("cup", "cup", (1.0, 1.0, 1.7), (0.1, 0.1, 0.1), ("pick",)),
    )
    simulation = Simulation(Scene(solids, floors, places, things=things), ("ann", "bob"))
    simulation.join("ann", (*ann, 0.0), 0.0)
    simulation.join("bob", (*bob, 0.0), 0.0)
    return simulation


def carry(simulation):
    simulation.things.hold("crate", "ann", "bob")
    simulation.settle("crate")
    return simulation


def until(simulation, agent, seconds=60, others=()):
    """Lets time pass until a body has done what it does, whatever it sees; others begin anew what they do."""
    for _ in range(seconds * 10):
        simulation.walkers.alert[:] = False
        simulation.tick()
        if agent not in simulation.skills:
            return simulation.results[agent].code
        for other, command in others:
            if other not in simulation.skills:
                simulation.command(other, command)
    return "never"


def test_who_waits_for_a_partner_that_puts_the_thing_down_walks_on_alone():
    simulation = carry(yard())
    simulation.command("ann", "put down crate")
    simulation.command("bob", "go to dock")
    assert until(simulation, "bob", others=[("ann", "wait")]) == "done"
    assert simulation.place_of("bob") == "dock"


def test_who_has_one_end_can_come_nearer_to_who_has_the_other():
    simulation = carry(yard(ann=(4.0, 5.0), bob=(5.9, 5.0)))
    simulation.command("bob", "wait 30")
    simulation.command("ann", "go to bob")
    assert until(simulation, "ann") == "done"
    assert simulation.distance("ann", "bob") < 1.1


def test_two_on_two_sides_of_something_come_together_again():
    """Straight they are as far apart as a load lets them, and the way of who follows begins away from the other."""
    pillar = Solid("pillar", box(4.55, 3.0, 5.35, 5.3), 0.0, 0.9)
    simulation = carry(yard(pillar, ann=(5.94, 3.9), bob=(3.96, 3.9), crate=(1.0, 8.0, 0.0)))
    orders = {"ann": "go to dock", "bob": "follow ann"}
    while simulation.place_of("ann") != "dock":
        assert simulation.seconds < 60
        for agent in simulation.free:
            simulation.command(agent, orders[agent])
        simulation.run(10)
    (ax, ay, _), (bx, by, _) = simulation.at("ann"), simulation.at("bob")
    assert hypot(ax - bx, ay - by) < 2.1


def test_a_heavy_thing_is_put_down_beside_the_other_where_the_first_has_no_room():
    nook = (
        Solid("wall", box(1.0, 4.0, 4.4, 4.6), 0.0, 3.0),
        Solid("wall", box(1.0, 5.4, 4.4, 6.0), 0.0, 3.0),
        Solid("wall", box(1.0, 4.6, 1.2, 5.4), 0.0, 3.0),
    )
    simulation = carry(yard(*nook, ann=(3.6, 5.0), bob=(5.5, 5.0), crate=(1.0, 8.0, 0.0)))
    simulation.command("bob", "wait 30")
    simulation.command("ann", "put down crate")
    assert until(simulation, "ann") == "done"
    assert simulation.distance("bob", "crate") < simulation.distance("ann", "crate")


def test_what_is_heavy_is_not_lifted_from_the_floor_below():
    floors = Floor(box(0, 0, 20, 4.0), 0.0), Floor(box(0, 4.0, 20, 10), 1.7)
    simulation = yard(ann=(1.0, 3.5), bob=(12.0, 1.0), floors=floors, crate=(1.0, 4.6, 1.7))
    assert simulation.distance("ann", "crate") < 1.5
    assert not simulation.reaches("ann", "crate")
    assert "pick up crate" not in simulation.things.states
    simulation.bodies.at[0] = 1.0, 2.0, 0.0
    assert simulation.reaches("ann", "cup"), "what is light is taken from above"


WERE_STUCK = [
    ("warehouse_lift", {"agents": 3, "loads": 2}, 1),  # bob waited for ever for ann, who had put the load down
    ("warehouse_lift", {"agents": 8, "loads": 6}, 20),  # ann forgot a load that stood behind a shelf
    ("warehouse_lift", {"loads": 6, "aisles": 1}, 22),  # no room left at the two places they knew of
    ("warehouse_lift", {"agents": 5, "loads": 4, "aisles": 3, "bays": 3, "numbered": True}, 26),  # short of the dock
    ("warehouse_lift", {"agents": 8, "loads": 6, "aisles": 6, "bays": 7}, 17),  # dodging to and fro
    ("rescue", {"hurt": 6, "rooms": 6}, 12),  # each reported another while the radio was busy
    ("rescue", {"hurt": 6, "rooms": 6}, 18),  # lifted over the threshold, laid down inside
    ("rescue", {"hurt": 6, "rooms": 8, "floors": 2}, 106),  # one on the stairs, one on the landing above
    ("rescue", {"hurt": 1, "rooms": 8}, 109),  # behind a table
    ("rescue", {"agents": 4, "hurt": 5, "rooms": 7, "floors": 2}, 12),  # another than the partner had lifted
]


@pytest.mark.parametrize(("id", "options", "seed"), WERE_STUCK, ids=str)
def test_experts_get_out_of_where_they_were_stuck(id, options, seed):
    seats = make(id, **options).agents
    assert play(id, dict.fromkeys(seats, Expert()), seed, options=options).outcome["success"]
