"""Generated towns, houses and warehouses: sound, varied, quick, and the same for the same number."""

import time

import msgspec
import pytest
from walking import assert_sound

from coterie.core.chance import Chance
from coterie.environments.virtual.places.building import DOOR_HEIGHT
from coterie.environments.virtual.places.house import house
from coterie.environments.virtual.places.town import town
from coterie.environments.virtual.places.warehouse import warehouse
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.solids import prisms

HALVES = pytest.mark.parametrize("part", range(2))


@HALVES
def test_houses_are_sound(part):
    for seed in range(100 * part, 100 * part + 100):
        assert_sound(house(Chance(seed), rooms=1 + seed % 8, floors=2 if seed % 8 >= 3 and seed % 2 else 1))


@HALVES
def test_warehouses_are_sound(part):
    for seed in range(100 * part, 100 * part + 100):
        assert_sound(warehouse(Chance(seed), 1 + seed % 4, 1 + seed % 5, loads=1 + seed % 16, objects=seed % 12))


@HALVES
def test_towns_are_sound(part):
    for seed in range(100 * part, 100 * part + 100):
        assert_sound(town(Chance(seed), 66 if seed % 5 == 0 else 30 + seed % 20, 30 + seed % 9, seed % 6, seed % 2))


def test_the_largest_town_is_sound_and_made_within_a_second():
    begin = time.process_time()
    scene = town(Chance(1), 200, 200, shops=30, houses=6)
    assert time.process_time() - begin < 1.0
    assert_sound(scene)
    kinds = {place.kind for place in scene.places}
    assert {"street", "crossing", "park", "square", "shop", "stairs", "yard", "doorstep"} <= kinds
    assert sum(place.kind == "shop" for place in scene.places) == 36


@pytest.mark.parametrize(
    "make", [lambda seed: town(Chance(seed)), lambda seed: house(Chance(seed)), lambda seed: warehouse(Chance(seed))]
)
def test_the_same_number_gives_the_same_scene_and_another_another(make):
    encode = msgspec.json.encode
    assert encode(make(3)) == encode(make(3))
    assert len({encode(make(seed)) for seed in range(20)}) == 20


def test_every_scene_can_be_laid_out_for_the_inner_loops():
    for seed in range(5):
        for scene in (town(Chance(seed)), house(Chance(seed), 8, 2), warehouse(Chance(seed))):
            prisms(scene.solids)


def test_a_scene_is_one_draw():
    chance = Chance(4)
    house(chance)
    assert [name for name, *_ in chance.drawn] == ["house"]


@pytest.mark.parametrize("rooms", range(1, 9))
def test_a_house_has_the_rooms_that_were_asked_for(rooms):
    for seed in range(10):
        places = house(Chance(seed), rooms).places
        assert sum(place.kind in ("room", "hall") for place in places) == rooms


def test_upper_rooms_are_reached_by_the_stairs_alone():
    scene = house(Chance(2), rooms=8, floors=2)
    above = next(place for place in scene.places if place.name == "landing")
    x, y = above.outline[0][0] + 0.8, above.outline[0][1] + 0.8
    start = next(start for start in scene.starts if start[2] == 0.0)
    way = Navigator(scene).path(start, (x, y, above.level))
    assert any(point[2] == 0.0 for point in way)
    assert way[-1][2] == above.level
    without = msgspec.structs.replace(scene, floors=tuple(each for each in scene.floors if each.kind != "stairs"))
    assert Navigator(without).path(start, (x, y, above.level)) == []


def test_heavy_loads_and_bays_are_in_a_warehouse():
    scene = warehouse(Chance(1), loads=3)
    assert sum("heavy" in thing.affordances for thing in scene.things) == 3
    assert any(place.kind == "bay" for place in scene.places)


def test_addresses_count_along_their_street_odd_on_one_side_and_even_on_the_other():
    scene = town(Chance(3), 100, 100)
    steps = [place for place in scene.places if place.kind == "doorstep"]
    assert len(steps) > 20
    for step in steps:
        street, number = step.name.rsplit(" ", 1)
        assert any(place.name == street for place in scene.places)
        assert int(number) > 0


def test_doors_are_as_high_as_their_openings():
    assert all(door.height == DOOR_HEIGHT for door in town(Chance(1)).doors)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: house(Chance(1), rooms=9), "9 rooms"),
        (lambda: house(Chance(1), rooms=3, floors=2), "at least 4 rooms"),
        (lambda: town(Chance(1), width=20), "20 x 100.0 m"),
        (lambda: town(Chance(1), shops=31), "31 shops"),
        (lambda: warehouse(Chance(1), aisles=0), "0 aisles"),
    ],
)
def test_options_out_of_range_are_refused_with_what_was_found(make, message):
    with pytest.raises(ValueError, match=message):
        make()
