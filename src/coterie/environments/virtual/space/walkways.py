"""Where a body can walk in a scene: storey by storey, what stands in its way, and the corners it can bend round.

A body is a point once everything in its way is grown by its radius; a corner becomes two, cut at the circle the body's
middle would take round it, so that ways are at most 2 % of a radius longer than round ones.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from coterie.environments.virtual.space import pathfinding
from coterie.environments.virtual.space.geometry import STEP_HEIGHT, Prisms
from coterie.environments.virtual.space.pathfinding import Corners
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.space.solids import Floor, Point, Solid, box, floors, prisms

RADIUS = 0.25
"""Of the bodies that ways are for, in metres."""
HEIGHT = 1.8
"""Of those bodies."""
MARGIN = 0.01
"""How far ways stay away from what could be touched; corners twice as far."""

FLUSH = 0.009
"""What sticks out less than this is no obstacle of its own."""

Outline = tuple[Point, ...]


class Storey(NamedTuple):
    """Floors of about one height, and what cannot be entered there."""

    low: float
    high: float
    """The heights of its lowest and its highest floor."""
    obstacles: Prisms
    """Everything in the way, grown by a body's radius."""
    begin: int
    end: int
    """Its corners are those from `begin` up to `end`."""


def standing_solids(scene: Scene) -> list[Solid]:
    """Everything that stops bodies at the beginning except doors: what never moves, then solid things.

    >>> from coterie.environments.virtual.space.scene import Thing
    >>> table = Thing("the table", "table", (1.0, 2.0, 0.0), (2.0, 1.0, 0.7), solid=True)
    >>> [solid.outline for solid in standing_solids(Scene((), (), (), things=(table,)))]
    [((0.0, 1.5), (2.0, 1.5), (2.0, 2.5), (0.0, 2.5))]
    """
    solids = list(scene.solids)
    for thing in scene.things:
        if thing.solid:
            (x, y, z), (width, depth, height) = thing.at, thing.size
            outline = box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
            solids.append(Solid(thing.name, outline, z, z + height, thing.kind, thing.colour))
    return solids


def storeys(scene: Scene) -> tuple[list[Storey], Corners]:
    """The storeys of a scene from the lowest up, and all corners a way can bend round."""
    solids = standing_solids(scene)
    ground = floors(scene.floors)
    made: list[Storey] = []
    corners: list[Corners] = []
    count = 0
    for level in levels(scene.floors):
        low, high = level[0].height, level[-1].height
        outlines = outermost(
            [each.outline for each in solids if each.low < high + HEIGHT and each.high > low + STEP_HEIGHT]
        )
        holes = voids(level)
        rims = [grown(each, RADIUS + 2 * MARGIN) for each in outlines] + [grown(each, MARGIN) for each in holes]
        obstacles = _prisms([grown(each, RADIUS + MARGIN) for each in outlines] + holes)
        found = _corners(rims)
        usable = np.zeros(len(found.at), bool)
        pathfinding.usable(found, obstacles, low, high, ground, usable)
        corners.append(Corners(*(each[usable] for each in found)))
        made.append(Storey(low, high, obstacles, count, count + int(usable.sum())))
        count = made[-1].end
    return made, Corners(*(np.concatenate(each) for each in zip(*corners, strict=True)))


def levels(floors: Sequence[Floor]) -> list[list[Floor]]:
    """Flat floors, gathered into storeys and sorted by height: those a step apart are of one storey.

    >>> [[each.height for each in level] for level in levels([Floor(box(0, 0, 9, 9), z) for z in (3.0, 0.1, 0.0)])]
    [[0.0, 0.1], [3.0]]
    """
    made: list[list[Floor]] = []
    for floor in sorted((each for each in floors if each.slope == (0.0, 0.0)), key=lambda each: each.height):
        if made and floor.height - made[-1][-1].height <= STEP_HEIGHT:
            made[-1].append(floor)
        else:
            made.append([floor])
    return made


def outermost(outlines: Sequence[Outline]) -> list[Outline]:
    """Outlines without those that lie inside another, or stick out less than ways stay away from it.

    >>> outermost([box(0, 0, 3, 3), box(1, 1, 2, 2), box(0, 0, 3, 3)])
    [((0, 0), (3, 0), (3, 3), (0, 3))]
    """
    distinct = list(dict.fromkeys(outlines))
    if not distinct:
        return []
    sides = np.array([(*np.min(each, axis=0), *np.max(each, axis=0)) for each in distinct])
    kept = []
    for number, outline in enumerate(distinct):
        west, south, east, north = sides[number]
        around = (sides[:, 0] <= west + FLUSH) & (sides[:, 1] <= south + FLUSH)
        around &= (sides[:, 2] >= east - FLUSH) & (sides[:, 3] >= north - FLUSH)
        if not any(
            other != number
            and _covers(distinct[other], outline)
            and not (other > number and _covers(outline, distinct[other]))
            for other in np.flatnonzero(around)
        ):
            kept.append(outline)
    return kept


def voids(level: Sequence[Floor]) -> list[Outline]:
    """Rectangles inside the bounds of a storey that no floor covers: stairwells, and the ground between two wings.

    Floors with slanting sides are taken to cover their whole bounds: let them lie on other ground, or be walled.

    >>> voids([Floor(box(0, 0, 2, 2), 0.0), Floor(box(2, 0, 3, 1), 0.0)])
    [((2.0, 1.0), (3.0, 1.0), (3.0, 2.0), (2.0, 2.0))]
    """
    sides = np.array([(*np.min(each.outline, axis=0), *np.max(each.outline, axis=0)) for each in level], float)
    xs, ys = np.unique(sides[:, [0, 2]]), np.unique(sides[:, [1, 3]])
    covered = np.zeros((len(ys) - 1, len(xs) - 1), bool)
    for west, south, east, north in sides:
        columns, rows = np.searchsorted(xs, (west, east)), np.searchsorted(ys, (south, north))
        covered[rows[0] : rows[1], columns[0] : columns[1]] = True
    found = []
    for row, cells in enumerate(covered):
        edges = np.flatnonzero(np.diff(np.concatenate(([True], cells, [True])).astype(int)))
        for west, east in zip(edges[::2], edges[1::2], strict=True):
            found.append(box(float(xs[west]), float(ys[row]), float(xs[east]), float(ys[row + 1])))
    return found


def grown(outline: Outline, by: float) -> Outline:
    """A convex outline moved outwards; what turns by more than 45 degrees gets its corner cut at that distance."""
    count = len(outline)
    normals = []
    for place in range(count):
        (ax, ay), (bx, by_) = outline[place], outline[(place + 1) % count]
        length = sqrt((bx - ax) ** 2 + (by_ - ay) ** 2)
        normals.append(((by_ - ay) / length, (ax - bx) / length))
    made: list[Point] = []
    for place, (x, y) in enumerate(outline):
        (ax, ay), (bx, by_) = normals[place - 1], normals[place]
        towards = sqrt((ax + bx) ** 2 + (ay + by_) ** 2)
        middle = ((ax + bx) / towards, (ay + by_) / towards)
        gentle = ax * bx + ay * by_ > 0.7
        sides = [((ax, ay), (bx, by_))] if gentle else [((ax, ay), middle), (middle, (bx, by_))]
        for (px, py), (qx, qy) in sides:
            far = by / (1.0 + px * qx + py * qy)
            made.append((x + far * (px + qx), y + far * (py + qy)))
    return tuple(made)


def _corners(rims: Sequence[Outline]) -> Corners:
    """All different corners of some outlines, at height 0."""
    rows = np.array(
        [(*corner, *rim[place - 1], *rim[(place + 1) % len(rim)]) for rim in rims for place, corner in enumerate(rim)],
        float,
    ).reshape(-1, 6)
    different = np.sort(np.unique(np.round(rows, 6), axis=0, return_index=True)[1])
    rows = rows[different]
    return Corners(np.hstack((rows[:, :2], np.zeros((len(rows), 1)))), rows[:, 2:4].copy(), rows[:, 4:].copy())


def holds(outline: Outline, point: Point) -> bool:
    """Whether a point is in a convex outline, its border included."""
    x, y = point
    for place, (ax, ay) in enumerate(outline):
        bx, by = outline[(place + 1) % len(outline)]
        if (bx - ax) * (y - ay) - (by - ay) * (x - ax) < -1e-9:
            return False
    return True


def _covers(outline: Outline, other: Outline) -> bool:
    """Whether an outline holds all corners of another, or nearly."""
    for place, (ax, ay) in enumerate(outline):
        bx, by = outline[(place + 1) % len(outline)]
        dx, dy = bx - ax, by - ay
        least = -FLUSH * sqrt(dx * dx + dy * dy)
        if any(dx * (y - ay) - dy * (x - ax) < least for x, y in other):
            return False
    return True


def _prisms(outlines: Sequence[Outline]) -> Prisms:
    return prisms([Solid("", outline, -1.0, 1.0) for outline in outlines])
