"""Shortest ways against Dijkstra on a fine grid, bodies that follow them, and doors."""

import random
from math import hypot, inf

import pytest
from fine_grid import FineGrid
from walking import everything, walked

from coterie.core.chance import Chance
from coterie.environments.virtual.places.house import house
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.places.warehouse import warehouse
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box

SCENES = {
    "house": lambda seed: house(Chance(seed), rooms=6 + seed % 3),
    "two storeys": lambda seed: house(Chance(seed), rooms=5 + seed % 4, floors=2),
    "warehouse": lambda seed: warehouse(Chance(seed), aisles=1 + seed % 3, bays=2 + seed % 3),
    "block": lambda seed: town(Chance(seed), 30, 30 + seed % 10, shops=3, houses=1),
}


@pytest.mark.parametrize("kind", SCENES)
@pytest.mark.parametrize("seed", range(6))
def test_lengths_are_those_of_a_fine_grid_within_five_percent_whichever_doors_are_open(kind, seed):
    scene = SCENES[kind](seed)
    luck = random.Random(seed)
    doors = [door.name for door in scene.doors if luck.random() < 0.8]
    compare(scene, doors, luck)


def test_lengths_are_right_in_a_town_of_several_blocks():
    compare(town(Chance(5), 70, 70, shops=8, houses=1), ["the bank door"], random.Random(1), side=0.125, starts=2)


def compare(scene, doors, luck, side=0.06, starts=3):
    navigator, grid = Navigator(scene), FineGrid(scene, doors, side)
    near = [navigator.standing(each) for each in (*scene.starts, *(thing.at for thing in scene.things))]
    spots = [grid.spot(each) for each in near]
    for start in luck.sample(spots, starts):
        for goal, expected in zip(spots, grid.lengths(start, spots), strict=True):
            length = navigator.length(start, goal, doors)
            if expected == inf:
                assert length == inf
            elif expected > 20 * grid.side:  # shorter ways are longer on the grid than they are
                assert 0.95 * expected < length < 1.05 * expected, (start, goal)


@pytest.mark.parametrize("kind", SCENES)
@pytest.mark.parametrize("seed", range(3))
def test_a_body_that_follows_a_way_arrives(kind, seed):
    scene = SCENES[kind](seed)
    navigator = Navigator(scene)
    prisms, floors = everything(scene, [door.name for door in scene.doors])
    for start in scene.starts[:4]:
        for thing in scene.things:
            way = navigator.path(start, thing.at)
            end, far = walked(way, prisms, floors)
            assert max(abs(a - b) for a, b in zip(end, way[-1], strict=True)) < 1e-5
            assert far == pytest.approx(navigator.length(start, thing.at), abs=1e-4)


def two_rooms(*things, doors=1):
    walls = [Solid("wall", box(4, 0, 4.2, 4), 0, 3), Solid("wall", box(4, 5, 4.2, 9), 0, 3)]
    if doors == 2:
        walls[1:] = [Solid("wall", box(4, 5, 4.2, 7), 0, 3), Solid("wall", box(4, 8, 4.2, 9), 0, 3)]
    places = Place("west room", "room", box(0, 0, 4.1, 9)), Place("east room", "room", box(4.1, 0, 9, 9))
    joints = [Door(f"door {n}", (4.1, 4.5 + 3 * n), (0.0, 1.0), ("west room", "east room")) for n in range(doors)]
    return Scene(tuple(walls), (Floor(box(0, 0, 9, 9), 0.0),), places, tuple(joints), things)


def test_a_shut_door_is_walked_around():
    navigator = Navigator(two_rooms(doors=2))
    there, back = (3.0, 4.5, 0.0), (5.2, 4.5, 0.0)
    assert navigator.length(there, back) == pytest.approx(2.2)
    assert navigator.length(there, back, {"door 1"}) == pytest.approx(2 * hypot(1.1, 2.8), rel=0.06)
    assert navigator.path(there, back, ()) == []


def test_a_cup_on_a_table_is_reached_at_the_edge_of_the_table_in_its_room():
    shelf = Thing("the shelf", "shelf", (4.4, 7.0, 0.0), (0.4, 2.0, 1.8), solid=True)
    navigator = Navigator(two_rooms(shelf))
    x, y, z = navigator.path((1.0, 7.0, 0.0), (4.4, 7.0, 0.9))[-1]
    assert navigator.place_of((x, y, z)) == "east room"
    assert hypot(x - 4.4, y - 7.0) < 0.6
    assert z == 0.0


def test_who_touches_a_wall_still_finds_a_way():
    navigator = Navigator(two_rooms())
    assert navigator.length((3.75, 1.0, 0.0), (4.45, 1.0, 0.0)) < 8.0
    assert navigator.path((3.9, 1.0, 0.0), (1.0, 1.0, 0.0))


def test_outside_of_every_floor_there_is_no_way():
    navigator = Navigator(two_rooms())
    assert navigator.path((1.0, 1.0, 0.0), (20.0, 1.0, 0.0)) == []
    assert navigator.path((20.0, 1.0, 0.0), (1.0, 1.0, 0.0)) == []
    assert navigator.place_of((20.0, 1.0, 0.0)) == ""
    assert navigator.standing((1.0, 1.0, -5.0)) is None


def test_nobody_walks_over_ground_that_is_not_there():
    floors = Floor(box(0, 0, 2, 6), 0.0), Floor(box(2, 0, 4, 1), 0.0), Floor(box(4, 0, 6, 6), 0.0)
    navigator = Navigator(Scene((), floors, (Place("terrace", "park", box(0, 0, 6, 6)),)))
    assert navigator.length((1.0, 5.0, 0.0), (5.0, 5.0, 0.0)) == pytest.approx(2 + 2 * hypot(1, 4), rel=0.02)
