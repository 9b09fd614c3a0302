"""All straight ways of a scene that shortest ways are made of: corner to corner, up and down stairs, through gates.

A gate is a doorway: whether it can be passed is said in each question.
"""

from collections.abc import Callable
from math import ceil, hypot, inf

import numpy as np

from coterie.environments.virtual.space import pathfinding
from coterie.environments.virtual.space.collision import touch
from coterie.environments.virtual.space.geometry import STEP_HEIGHT, Bodies, Flags, Floats, Integers
from coterie.environments.virtual.space.obstacles import blocked
from coterie.environments.virtual.space.pathfinding import Corners, Ways
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.space.solids import Floor, prisms
from coterie.environments.virtual.space.walkways import HEIGHT, RADIUS, Storey, standing_solids, storeys

Spot = tuple[float, float, float]
Footing = tuple[int | None, int | None]
"""The number of the storey, or else of the stairs, that somebody stands on."""


class Network:
    """The ways of a scene as it is at the beginning."""

    def __init__(self, scene: Scene) -> None:
        """Finds all straight ways."""
        self.storeys, corners = storeys(scene)
        self.stairs = [flight for flight in scene.floors if flight.slope != (0.0, 0.0)]
        self._gates: Floats = np.array(
            [(*door.at, *door.along, door.width / 2, door.level) for door in scene.doors], float
        ).reshape(-1, 6)
        self._corners, self._landings = self._with_landings(corners)
        self._ways = self._joined(scene)

    def bends(self, begin: Spot, from_here: Footing, end: Spot, to_there: Footing, shut: Flags) -> list[Spot] | None:
        """The bends of the shortest way between two standing places; None if there is no way.

        Args:
            begin: from where.
            from_here: what it is on.
            end: to where.
            to_there: what that is on.
            shut: which gates cannot be passed [gate], in the order of the scene's doors.
        """
        if from_here == to_there:
            storey = from_here[0]
            if storey is None or pathfinding.straight(
                *begin[:2], *end[:2], begin[2], self.storeys[storey].obstacles, self._gates, shut
            ):
                return []
        came: Integers = np.full(len(self._corners.at) + 1, -1, np.int64)
        leaving, arriving = self._reach(begin, from_here, shut), self._reach(end, to_there, shut)
        length = pathfinding.cheapest(self._corners, self._ways, leaving, arriving, end[0], end[1], shut, came)
        if length == inf:
            return None
        found, corner = [], int(came[-1])
        while corner >= 0:
            x, y, z = self._corners.at[corner]
            found.append((float(x), float(y), float(z)))
            corner = int(came[corner])
        return found[::-1]

    def _reach(self, spot: Spot, footing: Footing, shut: Flags) -> Floats:
        """How far each corner is straight from a spot; infinite where there is no straight way."""
        out: Floats = np.full(len(self._corners.at), inf)
        number, stairs = footing
        for landing, landing_storey, landing_stairs in self._landings:
            x, y = self._corners.at[landing, :2]
            if landing_stairs == stairs or (
                landing_storey == number
                and pathfinding.straight(
                    *spot[:2], x, y, spot[2], self.storeys[landing_storey].obstacles, self._gates, shut
                )
            ):
                out[landing] = hypot(x - spot[0], y - spot[1])
        if number is not None:
            storey = self.storeys[number]
            pathfinding.reach(*spot, self._corners, storey.begin, storey.end, storey.obstacles, self._gates, shut, out)
        return out

    def _with_landings(self, corners: Corners) -> tuple[Corners, list[tuple[int, int, int]]]:
        """The corners with the ends of all stairs added, and of these each one's number, storey and stairs."""
        spots: list[Spot] = []
        landings = []
        for number, flight in enumerate(self.stairs):
            for spot in _ends(flight):
                for storey, each in enumerate(self.storeys):
                    level = each.low - STEP_HEIGHT <= spot[2] <= each.high + STEP_HEIGHT
                    if level and not blocked(spot[0], spot[1], 0.0, each.obstacles):
                        landings.append((len(corners.at) + len(spots), storey, number))
                        spots.append(spot)
                        break
        added: Floats = np.array(spots, float).reshape(-1, 3)
        return Corners(
            np.concatenate((corners.at, added)),
            np.concatenate((corners.before, added[:, :2])),
            np.concatenate((corners.after, added[:, :2])),
        ), landings

    def _joined(self, scene: Scene) -> Ways:
        """All straight ways between corners."""
        pairs = [self._seen(storey) for storey in self.storeys]
        nothing_shut: Flags = np.zeros(len(self._gates), bool)
        for landing, storey, _ in self._landings:
            reached = self._reach(tuple(self._corners.at[landing]), (storey, None), nothing_shut)
            others = np.flatnonzero(reached < inf)
            pairs.append(np.column_stack((np.full(len(others), landing), others))[others < landing])
        pairs.append(self._flights(scene))
        both = np.concatenate([*pairs, *(each[:, ::-1] for each in pairs)])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        starts, ends = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
        count = len(self._corners.at)
        crossed = _grow(lambda out: pathfinding.gates_on(self._corners, starts, ends, self._gates, out), len(ends))
        ahead = self._corners.at[ends, :2] - self._corners.at[starts, :2]
        return Ways(
            np.searchsorted(starts, np.arange(count + 1)).astype(np.int64),
            ends,
            np.sqrt((ahead**2).sum(axis=1)),
            np.searchsorted(crossed[:, 0], np.arange(len(ends) + 1)).astype(np.int64),
            np.ascontiguousarray(crossed[:, 1]),
        )

    def _seen(self, storey: Storey) -> Integers:
        """Pairs of corners of a storey with a straight way between them."""
        room = 16 * (storey.end - storey.begin)
        return _grow(lambda out: pathfinding.join(self._corners, storey.begin, storey.end, storey.obstacles, out), room)

    def _flights(self, scene: Scene) -> Integers:
        """Pairs of lower and upper ends of the same stairs that a body can walk between."""
        if not self._landings:
            return np.zeros((0, 2), np.int64)
        sides = [
            (*np.min(flight.outline, axis=0) - 1.0, *np.max(flight.outline, axis=0) + 1.0) for flight in self.stairs
        ]
        solids = prisms(
            [
                solid
                for solid in standing_solids(scene)
                if any(
                    max(x for x, _ in solid.outline) > west
                    and min(x for x, _ in solid.outline) < east
                    and max(y for _, y in solid.outline) > south
                    and min(y for _, y in solid.outline) < north
                    for west, south, east, north in sides
                )
            ]
        )
        found = []
        for one, _, stairs in self._landings:
            for other, _, same in self._landings:
                (ax, ay, az), (bx, by, bz) = self._corners.at[one], self._corners.at[other]
                if stairs != same or az >= bz:
                    continue
                body = Bodies(np.zeros((1, 3)), np.array([RADIUS]), np.array([HEIGHT]))
                steps = ceil(hypot(bx - ax, by - ay) / 0.1)
                if all(
                    touch(ax + part * (bx - ax), ay + part * (by - ay), az + part * (bz - az), 0, body, solids)[2]
                    == 0.0
                    for part in (step / steps for step in range(steps + 1))
                ):
                    found.append((one, other))
        return np.array(found, np.int64).reshape(-1, 2)


def _ends(stairs: Floor) -> list[Spot]:
    """Three spots at the lower end of some stairs and three at the upper one."""
    heights = [stairs.at(*corner) for corner in stairs.outline]
    ends = []
    for height in (min(heights), max(heights)):
        (ax, ay), (bx, by) = (
            corner for corner, each in zip(stairs.outline, heights, strict=True) if abs(each - height) < 1e-6
        )
        free = max(0.0, 0.5 - 0.3 / hypot(bx - ax, by - ay))
        ends += [(ax + part * (bx - ax), ay + part * (by - ay), height) for part in (0.5 - free, 0.5, 0.5 + free)]
    return ends


def _grow(fill: Callable[[Integers], int], room: int) -> Integers:
    """The rows a function finds [row, 2]; it is called again with more room if it found more than it could write."""
    out: Integers = np.zeros((room, 2), np.int64)
    count = fill(out)
    if count > len(out):
        out = np.zeros((count, 2), np.int64)
        fill(out)
    return out[:count]
