"""Where a body can put something down."""

from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from coterie.environments.virtual.space import collision, geometry, line_of_sight
from coterie.environments.virtual.space.geometry import Bodies
from coterie.environments.virtual.state.sight import HANDS
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.state.truth import Truth

LARGEST = 0.95
"""Half the diagonal of the largest solid thing that can be put down, metres; solids are only listed so near."""
ARM = 0.6
"""How far before a body its hands let go, metres."""
TURNS = ((1.0, 0.0), (0.7, 0.7), (0.7, -0.7), (0.0, 1.0), (0.0, -1.0), (-0.7, 0.7), (-0.7, -0.7), (-1.0, 0.0))
"""Where to look for room, ahead first."""


def free_spot(truth: "Truth", agent: str, name: str) -> Spot | None:
    """Finds room for a thing that a body puts down: before its feet, or else round it; None: there is none.

    What is solid must touch neither bodies nor solids, and may stand by whoever has its other end; anything else needs
    only a floor and no wall between, and lies at the feet where there is none.
    """
    solid = truth.layout.things[name].solid
    bearers = (agent, *(other for other in truth.things.holders(name) if other != agent and solid))
    spots = (_spot_by(truth, bearer, name) for bearer in bearers)
    return next((spot for spot in spots if spot is not None), None if solid else truth.at(agent))


def _spot_by(truth: "Truth", agent: str, name: str) -> Spot | None:
    """Room for a thing before a body or round it."""
    (x, y, z), (hx, hy) = truth.at(agent), truth.walkers.heading[truth.number(agent)]
    solid = truth.layout.things[name].solid
    size = truth.layout.things[name].size
    half = hypot(size[0], size[1]) / 2
    away = half + float(truth.bodies.radius[truth.number(agent)]) + 0.05 if solid else 0.5
    if solid and half > LARGEST:
        return None
    for ahead, left in TURNS:
        length = hypot(ahead, left)
        to_x = float(x + away * (ahead * hx - left * hy) / length)
        to_y = float(y + away * (ahead * hy + left * hx) / length)
        floor = geometry.floor_under(to_x, to_y, z, truth.layout.floors)
        if floor == geometry.NO_FLOOR:
            continue
        radius = half if solid else 0.05
        if _free(truth, (to_x, to_y, floor), radius, solid) and _in_sight(truth, agent, to_x, to_y):
            return to_x, to_y, floor
    return None


def letting_go(truth: "Truth", agent: str) -> Spot:
    """Where a thing leaves the hands of a body that drops it: before it, or over its feet if a wall is there."""
    (x, y, z), (hx, hy) = truth.at(agent), truth.walkers.heading[truth.number(agent)].tolist()
    to_x, to_y, height = x + ARM * hx, y + ARM * hy, z + HANDS
    clear = line_of_sight.clear(x, y, height, to_x, to_y, height, truth.prisms, -1)
    return (to_x, to_y, height) if clear else (x, y, height)


def _free(truth: "Truth", spot: Spot, radius: float, bodies_count: bool) -> bool:
    """Whether an upright cylinder at a spot would touch nothing."""
    bodies = truth.bodies
    at = np.vstack((bodies.at, np.array([spot])))
    if not bodies_count:
        at[:-1, 2] = -1e9
    grown = Bodies(at, np.append(bodies.radius, radius), np.append(bodies.height, 1.0))
    return bool(collision.touch(*spot, len(bodies.radius), grown, truth.prisms)[2] <= 0.0)


def _in_sight(truth: "Truth", agent: str, x: float, y: float) -> bool:
    """Whether no wall is between a body and a spot at the height of its knees."""
    own_x, own_y, z = truth.at(agent)
    return bool(line_of_sight.clear(own_x, own_y, z + 0.5, x, y, z + 0.5, truth.prisms, -1))
