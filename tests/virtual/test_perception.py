"""What a body perceives: words, graph, map, vector."""

import numpy as np
import pytest
from handing_over import two_rooms
from scattered import scattered
from test_skills import does, rooms

from coterie.environments.virtual import perception, views
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space.scene import Thing


def shown(world, agent="ann", most=80, news=()):
    return perception.words(world, agent, perception.sights(world, agent), news, most)


def test_a_view_is_compact_words_with_distance_and_direction_new_things_first():
    world = rooms(heading=135.0)
    assert shown(world).split("\n") == [
        "in hall facing northwest",
        "new red key 4 m 12 oclock on table",
        "new table 3 m 12 oclock",
    ]
    does(world, "ann", "turn right 45")
    lines = shown(world).split("\n")
    assert lines[1] == "done turn right 45"
    assert [line.split()[0] for line in lines[2:]] == ["new", "see", "see"]
    assert lines[2].startswith("new box 4 m 1 oclock closed")


def test_what_is_behind_or_beside_is_not_seen_except_at_hand():
    cup = ("pick",)
    things = (
        Thing("ahead", "cup", (4.0, 5.0, 0.5), (0.2, 0.2, 0.2), cup),
        Thing("beside", "cup", (6.0, 3.0, 0.5), (0.2, 0.2, 0.2), cup),
        Thing("behind", "cup", (4.0, 1.0, 0.5), (0.2, 0.2, 0.2), cup),
        Thing("at hand", "cup", (4.0, 2.2, 0.5), (0.2, 0.2, 0.2), cup),
    )
    world = rooms(things=things)
    assert world.in_view("ann") == ["ahead", "at hand"]


def test_small_things_are_made_out_from_near_only():
    spots = (5.0, 5.4, 7.0)
    things = tuple(Thing(f"bead {y}", "bead", (4.0, y, 0.5), (0.05, 0.05, 0.05), ("pick",)) for y in spots)
    assert rooms(things=things).in_view("ann") == ["bead 5.0"]


def test_walls_closed_doors_and_closed_boxes_hide():
    world = rooms(ann=(6.0, 4.0), bob=(10.0, 4.0), heading=0.0)
    assert "bob" not in world.in_view("ann")
    world.things.hold("red key", "ann")
    does(world, "ann", "go to gate")
    does(world, "ann", "open gate")
    assert "bob" in world.in_view("ann")
    world.things.put("blue cup", "in", "box")
    assert world.targets.hidden[world.layout.numbers["blue cup"]]
    world.things.set_open("box", True)
    assert not world.targets.hidden[world.layout.numbers["blue cup"]]


def test_looking_round_tells_everything_around():
    world = rooms(heading=90.0)
    assert does(world, "ann", "look") == "done"
    names = {sight.name for sight in perception.sights(world, "ann", world.noticed["ann"])}
    assert names == {"table", "red key", "box", "blue cup", "sign", "gate"}


def test_what_others_hold_is_told_with_them():
    world = rooms(ann=(10.0, 4.0), heading=0.0)
    world.things.hold("red key", "bob")
    assert "new bob 4 m 12 oclock with red key" in shown(world)
    assert shown(world).count("red key") == 1


@pytest.mark.parametrize("most", [20, 25, 40, 80])
def test_no_view_has_more_words_than_its_budget(most):
    scene = scattered(3)
    world = Simulation(scene, ("ann", "bob"), field=360.0)
    for agent, start in zip(("ann", "bob"), scene.starts, strict=False):
        world.join(agent, start)
    news = ["a long tale " * 20, "another"]
    whole = perception.words(world, "ann", perception.sights(world, "ann"), (), 10_000)
    for told in ((), news):
        view = shown(world, most=most, news=told)
        assert len(view.split()) <= most
        if not told:
            left = int(view.split("and ")[-1].split()[0]) if " more" in view else 0
            assert len(view.split("\n")) + left - bool(left) == len(whole.split("\n"))


def test_the_graph_holds_nodes_and_relations():
    world = rooms(heading=135.0)
    graph = perception.graph(world, "ann", perception.sights(world, "ann"), ())
    assert graph["place"] == "hall"
    key = next(node for node in graph["sees"] if node["name"] == "red key")
    assert (key["kind"], key["relation"], key["target"], key["new"]) == ("key", "on", "table", True)


def test_the_map_shows_walls_floor_things_and_which_way_one_looks():
    world = rooms(ann=(4.5, 4.5), heading=180.0)
    lines = views.draw(world, "ann", radius=5).split("\n")
    assert lines[-1] == "r red key, t table"
    assert sum(line.count("<") for line in lines) == 1
    assert lines[0].strip() == "########"
    assert any("t" in line or "r" in line for line in lines[:-1])


def test_the_vector_tells_what_is_ahead_and_left_in_fixed_places():
    world = rooms(ann=(10.0, 4.0), heading=0.0)
    first = views.vector(world, "ann").values
    place = views.SELF_FEATURES
    assert first[place : place + 4] == pytest.approx([1.0, 0.2, 0.0, 0.2])
    does(world, "ann", "turn left 30")
    second = views.vector(world, "ann").values
    assert second.shape == first.shape
    assert second[place + 2] == pytest.approx(-0.1, abs=1e-6), "bob is on the right now"
    does(world, "ann", "turn left 90")
    assert not views.vector(world, "ann").values[place : place + views.BODY_FEATURES].any()
    assert np.isfinite(second).all()


def test_sights_agree_with_an_independent_check_of_the_two_rooms():
    """Between the rooms there is a wall; within a room only the table could hide anything, and it is low."""
    scene = two_rooms()
    luck = np.random.default_rng(0)
    world = Simulation(scene, ("ann", "bob"), field=360.0)
    world.join("ann", (4.0, 3.0, 0.0))
    world.join("bob", (14.0, 4.0, 0.0))
    for _ in range(300):
        for agent in ("ann", "bob"):
            while True:
                spot = (float(luck.uniform(0.4, 15.8)), float(luck.uniform(0.4, 7.6)), 0.0)
                if world.is_free(spot, agent):
                    break
            world.bodies.at[world.number(agent)] = spot
        together = world.place_of("ann") == world.place_of("bob")
        assert world.sees("ann", "bob") == together
