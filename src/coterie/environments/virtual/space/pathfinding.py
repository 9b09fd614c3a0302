"""The inner loops of path finding: which corners see each other, which doors lie between, and the cheapest way.

A shortest way among solids bends only round their corners, and only so that it stays tight like a string; lines that
would not be tight are left out before anything is measured (the tangent visibility graph of Liu and Arimoto, "Path
planning using a tangent graph for mobile robots among polygonal and curved obstacles", 1992).
"""

from heapq import heappop, heappush
from math import sqrt
from typing import NamedTuple

import numpy as np

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import NO_FLOOR, Flags, Floats, Floors, Integers, Prisms, floor_under
from coterie.environments.virtual.space.obstacles import blocked, hits, obstacle_between

RECENT = 6


class Corners(NamedTuple):
    """Where a shortest way can bend."""

    at: Floats
    """x, y, z [corner, 3]."""
    before: Floats
    """The corner before it on its outline [corner, 2]; the same point where a way may bend as it likes."""
    after: Floats
    """The corner after it [corner, 2]."""


class Ways(NamedTuple):
    """Straight ways between corners, both directions, sorted by where they begin."""

    first: Integers
    """The first way from each corner [corners + 1]."""
    to: Integers
    lengths: Floats
    gate_first: Integers
    """The first gate on each way [ways + 1]."""
    gates: Integers


@compiled
def taut(corners: Corners, which: int, x: float, y: float) -> bool:
    """Whether a string from a point can bend round a corner: its outline then lies on one side of the string."""
    at_x, at_y = corners.at[which, 0], corners.at[which, 1]
    dx, dy = x - at_x, y - at_y
    one = dx * (corners.before[which, 1] - at_y) - dy * (corners.before[which, 0] - at_x)
    other = dx * (corners.after[which, 1] - at_y) - dy * (corners.after[which, 0] - at_x)
    return bool(one * other >= -1e-9)


@compiled
def usable(corners: Corners, obstacles: Prisms, low: float, high: float, floors: Floors, out: Flags) -> None:
    """Writes which corners a way can bend round: outside everything, on a floor, with room along both of their sides.

    Sets their heights. Where two walls meet flush, the corners of each are on the other's side, and useless.
    """
    for corner in range(corners.at.shape[0]):
        x, y = corners.at[corner, 0], corners.at[corner, 1]
        out[corner] = not blocked(x, y, 0.0, obstacles)
        for side in (corners.before, corners.after):
            dx, dy = side[corner, 0] - x, side[corner, 1] - y
            # Far enough along a flush wall to be inside it, and no farther: at corners where two walls overlap and
            # neither is quite flush, both of their corners are needed.
            part = 0.0155 / sqrt(dx * dx + dy * dy)
            out[corner] = out[corner] and not blocked(x + part * dx, y + part * dy, 0.0, obstacles)
        height = max(floor_under(x, y, low, floors), floor_under(x, y, high, floors))
        out[corner] = out[corner] and height != NO_FLOOR
        corners.at[corner, 2] = height


@compiled
def gate_between(ax: float, ay: float, bx: float, by: float, z: float, gates: Floats, which: int) -> bool:
    """Whether a line goes through a gate: x, y, unit vector along it, half its width, its level."""
    ux, uy = gates[which, 2], gates[which, 3]
    if abs(gates[which, 5] - z) > 1.5:
        return False
    side_a = ux * (ay - gates[which, 1]) - uy * (ax - gates[which, 0])
    side_b = ux * (by - gates[which, 1]) - uy * (bx - gates[which, 0])
    if side_a * side_b > 0.0 or side_a == side_b:
        return False
    part = side_a / (side_a - side_b)
    x, y = ax + part * (bx - ax), ay + part * (by - ay)
    along = (x - gates[which, 0]) * ux + (y - gates[which, 1]) * uy
    return bool(abs(along) <= gates[which, 4])


@compiled
def join(corners: Corners, begin: int, end: int, prisms: Prisms, pairs: Integers) -> int:
    """Writes the pairs of corners from `begin` to `end` with a taut clear line between; returns how many there are.

    More than `pairs` [pair, 2] can hold are counted, not written.
    """
    found = 0
    recent = np.full(RECENT, -1)  # what was in the way of the last pairs is likely in the way of the next
    for one in range(begin, end):
        x, y = corners.at[one, 0], corners.at[one, 1]
        for other in range(one + 1, end):
            to_x, to_y = corners.at[other, 0], corners.at[other, 1]
            if not taut(corners, one, to_x, to_y) or not taut(corners, other, x, y):
                continue
            before = -1
            for place in range(RECENT):
                if recent[place] >= 0 and hits(x, y, to_x, to_y, prisms, recent[place]):
                    before = place
                    break
            which = recent[before] if before >= 0 else obstacle_between(x, y, to_x, to_y, prisms)
            if which < 0:
                if found < pairs.shape[0]:
                    pairs[found, 0], pairs[found, 1] = one, other
                found += 1
                continue
            for place in range(before if before >= 0 else RECENT - 1, 0, -1):
                recent[place] = recent[place - 1]
            recent[0] = which
    return found


@compiled
def gates_on(corners: Corners, starts: Integers, ends: Integers, gates: Floats, found: Integers) -> int:
    """Writes which way goes through which gate to `found` [pair, 2], ways in order; returns how many there are."""
    count = 0
    for way in range(starts.shape[0]):
        ax, ay = corners.at[starts[way], 0], corners.at[starts[way], 1]
        bx, by = corners.at[ends[way], 0], corners.at[ends[way], 1]
        for gate in range(gates.shape[0]):
            if gate_between(ax, ay, bx, by, corners.at[starts[way], 2], gates, gate):
                if count < found.shape[0]:
                    found[count, 0], found[count, 1] = way, gate
                count += 1
    return count


@compiled
def straight(ax: float, ay: float, bx: float, by: float, z: float, prisms: Prisms, gates: Floats, shut: Flags) -> bool:
    """Whether the straight line from a to b can be walked on one storey."""
    for gate in range(gates.shape[0]):
        if shut[gate] and gate_between(ax, ay, bx, by, z, gates, gate):
            return False
    return obstacle_between(ax, ay, bx, by, prisms) < 0


@compiled
def reach(
    x: float, y: float, z: float, corners: Corners, begin: int, end: int, prisms: Prisms, gates: Floats, shut: Flags,
    out: Floats,
) -> None:  # fmt: skip
    """Writes how far each corner of a storey is on a straight taut line from a point [corner]; others are left."""
    for corner in range(begin, end):
        to_x, to_y = corners.at[corner, 0], corners.at[corner, 1]
        if taut(corners, corner, x, y) and straight(x, y, to_x, to_y, z, prisms, gates, shut):
            out[corner] = sqrt((x - to_x) ** 2 + (y - to_y) ** 2)


@compiled
def cheapest(
    corners: Corners, ways: Ways, leaving: Floats, arriving: Floats, x: float, y: float, shut: Flags, came: Integers
) -> float:
    """The length of the shortest way (A*), infinite if there is none; `came` [corners + 1] tells it from its end.

    Args:
        corners: where it may bend.
        ways: between them.
        leaving: from the start to each corner [corner], infinite where there is no straight way.
        arriving: from each corner to the goal [corner].
        x: of the goal.
        y: of the goal.
        shut: the gates that cannot be passed [gate].
        came: the corner before each corner on the shortest way, -1 for the start; the last entry is the goal's.
    """
    count = corners.at.shape[0]
    best = np.full(count + 1, np.inf)
    done = np.zeros(count + 1, np.bool_)
    heap: list[tuple[float, int]] = [(np.inf, count)]
    for corner in range(count):
        if leaving[corner] < np.inf:
            best[corner], came[corner] = leaving[corner], -1
            left = sqrt((corners.at[corner, 0] - x) ** 2 + (corners.at[corner, 1] - y) ** 2)
            heappush(heap, (leaving[corner] + left, corner))
    while len(heap) > 0:
        corner = heappop(heap)[1]
        if corner == count:
            break
        if done[corner]:
            continue
        done[corner] = True
        if best[corner] + arriving[corner] < best[count]:
            best[count], came[count] = best[corner] + arriving[corner], corner
            heappush(heap, (float(best[count]), count))
        for way in range(ways.first[corner], ways.first[corner + 1]):
            to = ways.to[way]
            cost = best[corner] + ways.lengths[way]
            if done[to] or cost >= best[to]:
                continue
            passable = True
            for item in range(ways.gate_first[way], ways.gate_first[way + 1]):
                if shut[ways.gates[item]]:
                    passable = False
            if passable:
                best[to], came[to] = cost, corner
                left = sqrt((corners.at[to, 0] - x) ** 2 + (corners.at[to, 1] - y) ** 2)
                heappush(heap, (cost + left, to))
    return float(best[count])
