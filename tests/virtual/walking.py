"""What every generated scene must be: walkable, named, free where somebody starts and at every door."""

from math import hypot

import numpy as np

from coterie.environments.virtual.space import collision, geometry, solids
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.solids import Solid
from coterie.environments.virtual.space.walkways import HEIGHT, RADIUS, standing_solids

STRIDE = 0.14
"""How far bodies walk in a tick, metres."""


def everything(scene, open_doors):
    """All that stops a body, and all that carries it."""
    shut = [
        Solid(door.name, door.outline(), door.level, door.level + door.height)
        for door in scene.doors
        if door.name not in open_doors
    ]
    return solids.prisms([*standing_solids(scene), *shut]), solids.floors(scene.floors)


def walked(way, prisms, floors):
    """Where a body ends that follows a way by `move`, and how far it walked."""
    body = geometry.Bodies(np.array([way[0]], float), np.array([RADIUS]), np.array([HEIGHT]))
    hits, far = np.zeros(1, np.int64), 0.0
    for x, y, _ in way[1:]:
        for _ in range(int(hypot(x - body.at[0, 0], y - body.at[0, 1]) / STRIDE) + 40):
            left = hypot(x - body.at[0, 0], y - body.at[0, 1])
            if left < 1e-6:
                break
            part = min(1.0, STRIDE / left)
            before = body.at[0].copy()
            wanted = np.array([[(x - before[0]) * part, (y - before[1]) * part]])
            collision.move(body, wanted, prisms, floors, hits)
            far += hypot(body.at[0, 0] - before[0], body.at[0, 1] - before[1])
    return tuple(body.at[0]), far


def depth(prisms, spot):
    """How deep a body at a spot stands in something, metres."""
    body = geometry.Bodies(np.array([spot], float), np.array([RADIUS]), np.array([HEIGHT]))
    return collision.touch(*spot, 0, body, prisms)[2]


def assert_sound(scene):
    """Everybody starts free and gets everywhere, every name is used once, every standing place has a name."""
    navigator = Navigator(scene)
    prisms, floors = everything(scene, [door.name for door in scene.doors])
    names = [each.name for each in (*scene.places, *scene.doors, *scene.things)]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and len(name) <= 40 and name.replace(" ", "").isalnum() for name in names)
    for number, start in enumerate(scene.starts):
        assert depth(prisms, start) == 0.0
        assert geometry.floor_under(*start, floors) == start[2]
        assert all(hypot(start[0] - x, start[1] - y) >= 1.0 or start[2] != z for x, y, z in scene.starts[:number])
    spots = {thing.name: thing.at for thing in scene.things} | dict(enumerate(scene.starts))
    for place in scene.places:
        x, y = (sum(corner[axis] for corner in place.outline) / len(place.outline) for axis in (0, 1))
        spots[place.name] = (x, y, place.level + place.rise / 2)
    for name, spot in spots.items():
        way = navigator.path(scene.starts[0], spot)
        assert way, f"{name} cannot be reached"
        assert hypot(way[-1][0] - spot[0], way[-1][1] - spot[1]) < 1.7
        assert all(navigator.place_of(each) for each in (way[-1], spot))
        assert depth(prisms, way[-1]) == 0.0
    for door in scene.doors:
        sides = [
            (door.at[0] - side * door.along[1], door.at[1] + side * door.along[0], door.level)
            for side in (-0.6, 0.0, 0.6)
        ]
        assert all(depth(prisms, side) == 0.0 for side in sides), f"{door.name} is blocked"
        assert navigator.length(sides[0], sides[2]) < 1.3
        for name, (x, y, z) in zip(door.between, (sides[0], sides[2]), strict=True):
            there = {navigator.place_of((x, y, z)) for x, y, z in (sides[0], sides[2])}
            assert name in there or any(place.name == name for place in scene.places)
    places = {place.name for place in scene.places}
    for one, other, (x, y) in scene.openings:
        assert {one, other} <= places, (one, other)
        level = next(place.level for place in scene.places if place.name == other)
        assert navigator.path(scene.starts[0], (x, y, level))
    return navigator
