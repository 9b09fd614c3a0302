"""Shortest ways on foot through a scene, on every storey, with whichever doors are passable at the moment.

Everything in the way is grown by a body's radius, then ways run straight from corner to corner; stairs join storeys.
Built once for a scene: what stands in the way stands where it does at the beginning; which doors can be passed is said
in each question. Lengths are in plan, as bodies walk.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from math import floor, hypot, inf

import numpy as np

from coterie.environments.virtual.space import obstacles
from coterie.environments.virtual.space.geometry import NO_FLOOR, STEP_HEIGHT, Flags, floor_under
from coterie.environments.virtual.space.network import Footing, Network, Spot
from coterie.environments.virtual.space.scene import Place, Scene
from coterie.environments.virtual.space.solids import Point, floors
from coterie.environments.virtual.space.walkways import MARGIN, holds

BUCKET = 8.0
"""Side of the squares that places are looked up by, in metres."""
ROOM = 1.3 * MARGIN
"""How far from what it cannot enter a way begins and ends, so that every corner it may bend round is ahead of it."""
FAR = 2.0
"""How far from a point that nobody can stand on its nearest standing place is sought, in metres."""


STEPS = [step / 10.0 for step in range(-20, 21)]
RINGS = sorted((hypot(x, y), x, y) for x in STEPS for y in STEPS if hypot(x, y) <= FAR)
"""Offsets round a point, the nearest first: how far, x, y."""


class Navigator:
    """Finds the shortest ways for a body among everything that stands in a scene.

    >>> from coterie.environments.virtual.space.scene import Door, Place
    >>> from coterie.environments.virtual.space.solids import Floor, Solid, box
    >>> walls = Solid("wall", box(4, 0, 4.2, 4), 0, 3), Solid("wall", box(4, 5, 4.2, 9), 0, 3)
    >>> door = Door("the door", (4.1, 4.5), (0.0, 1.0), ("west room", "east room"))
    >>> west, east = Place("west room", "room", box(0, 0, 4.1, 9)), Place("east room", "room", box(4.1, 0, 9, 9))
    >>> navigator = Navigator(Scene(walls, (Floor(box(0, 0, 9, 9), 0.0),), (west, east), (door,)))
    >>> [(round(x, 2), round(y, 2)) for x, y, z in navigator.path((2, 1, 0), (7, 4.5, 0))]
    [(2, 1), (3.73, 4.11), (3.89, 4.27), (7.0, 4.5)]
    >>> round(navigator.length((2, 1, 0), (7, 4.5, 0)), 2), navigator.length((2, 1, 0), (7, 4.5, 0), open_doors=())
    (6.9, inf)
    >>> navigator.place_of((7, 4.5, 0))
    'east room'
    """

    def __init__(self, scene: Scene) -> None:
        """Builds the graph of all straight ways in a scene."""
        self._places = _buckets(scene.places)
        self._doors = [door.name for door in scene.doors]
        self._floors = floors(scene.floors)
        self._network = Network(scene)

    def path(self, start: Spot, goal: Spot, open_doors: Collection[str] | None = None) -> list[Spot]:
        """The shortest way from a spot to another, both included; empty if there is none.

        A spot that nobody can stand on (a cup on a table) stands for the nearest one in the same place that a body can
        stand on: the way then ends there.

        Args:
            start: feet of who walks, metres.
            goal: where to.
            open_doors: names of the doors that can be passed; all of them if None.
        """
        shut: Flags = np.array([open_doors is not None and name not in open_doors for name in self._doors], bool)
        begin, end = self.standing(start), self.standing(goal)
        if begin is None or end is None:
            return []
        middle = self._network.bends(begin, self._footing(begin), end, self._footing(end), shut)
        if middle is None:
            return []
        way = [start, *([begin] if begin != start else []), *middle, end]
        return way

    def length(self, start: Spot, goal: Spot, open_doors: Collection[str] | None = None) -> float:
        """The length of the shortest way in plan, metres; infinite if there is none."""
        way = self.path(start, goal, open_doors)
        return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(way)) if way else inf

    def place_of(self, spot: Spot) -> str:
        """The name of the place a spot is in: the smallest on its storey that holds it; empty outside of all."""
        x, y, z = spot
        here = [
            (place, area)
            for place, area in self._places.get((floor(x / BUCKET), floor(y / BUCKET)), ())
            if place.level - STEP_HEIGHT <= z <= place.level + place.rise + 2.5 and holds(place.outline, (x, y))
        ]
        if not here:
            return ""
        top = max(place.level for place, _ in here)
        return min((area, place.name) for place, area in here if place.level > top - 0.5)[1]

    def standing(self, spot: Spot) -> Spot | None:
        """The nearest spot in the same place where a body can stand; None if there is none within two metres."""
        x, y = spot[:2]
        storey, stairs = self._footing(spot)
        if stairs is not None:
            return x, y, self._network.stairs[stairs].at(x, y)
        if storey is None:
            return None
        around = self._network.storeys[storey].obstacles
        if not obstacles.blocked(x, y, ROOM, around):
            return self._spot(x, y, storey)
        out_x, out_y, free = obstacles.pushed_out(x, y, ROOM, around)
        if free and hypot(out_x - x, out_y - y) < 0.1:
            return self._spot(out_x, out_y, storey)
        place = self.place_of((x, y, self._network.storeys[storey].high))
        for _, off_x, off_y in RINGS:
            if not obstacles.blocked(x + off_x, y + off_y, ROOM, around):
                found = self._spot(x + off_x, y + off_y, storey)
                if found is not None and self.place_of(found) == place:
                    return found
        return None

    def _spot(self, x: float, y: float, storey: int) -> Spot | None:
        low, high = self._network.storeys[storey].low, self._network.storeys[storey].high
        height = max(floor_under(x, y, low, self._floors), floor_under(x, y, high, self._floors))
        return None if height == NO_FLOOR else (float(x), float(y), float(height))

    def _footing(self, spot: Spot) -> Footing:
        """The storey, or else the stairs, whose floor is the highest not above a spot."""
        x, y, z = spot
        storey, stairs, best = None, None, NO_FLOOR
        for number in range(len(self._network.storeys)):
            on = self._spot(x, y, number)
            if on is not None and best < on[2] <= z + STEP_HEIGHT:
                storey, best = number, on[2]
        for number, flight in enumerate(self._network.stairs):
            if holds(flight.outline, (x, y)) and best <= flight.at(x, y) <= z + STEP_HEIGHT:
                storey, stairs, best = None, number, flight.at(x, y)
        return storey, stairs


def _buckets(places: Sequence[Place]) -> dict[tuple[int, int], list[tuple[Place, float]]]:
    """Places with their areas, by the squares of the plan they reach into."""
    made: dict[tuple[int, int], list[tuple[Place, float]]] = {}
    for place in places:
        area = _area(place.outline)
        xs, ys = zip(*place.outline, strict=True)
        for column in range(floor(min(xs) / BUCKET), floor(max(xs) / BUCKET) + 1):
            for row in range(floor(min(ys) / BUCKET), floor(max(ys) / BUCKET) + 1):
                made.setdefault((column, row), []).append((place, area))
    return made


def _area(outline: tuple[Point, ...]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise((*outline, outline[0]))) / 2
