"""Capsules that slide along prisms and each other: the inner loop of whoever walks."""

from math import ceil, sqrt

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import (
    NO_FLOOR,
    STEP_HEIGHT,
    Bodies,
    Floats,
    Floors,
    Integers,
    Prisms,
    cell_of,
    floor_under,
    push,
)

TOLERANCE = 5e-4
"""How deep a body may stand in something before the move is taken back, in metres."""


@compiled
def touch(x: float, y: float, z: float, who: int, bodies: Bodies, prisms: Prisms) -> tuple[float, float, float, int]:
    """The deepest contact of one body: the push out of it, its depth, and with what (a solid, or solids + body)."""
    best, best_x, best_y, what = 0.0, 0.0, 0.0, -1
    at, radius, top = bodies.at, bodies.radius[who], z + bodies.height[who]
    cell = cell_of(x, y, prisms.cells.grid)
    for item in range(prisms.cells.first[cell], prisms.cells.first[cell + 1]):
        which = prisms.cells.items[item]
        if not prisms.active[which] or prisms.high[which] <= z + STEP_HEIGHT or prisms.low[which] >= top:
            continue
        push_x, push_y, depth = push(x, y, radius, prisms.outlines, which)
        if depth > best:
            best, best_x, best_y, what = depth, push_x, push_y, which
    for other in range(at.shape[0]):
        if other == who or at[other, 2] >= top or at[other, 2] + bodies.height[other] <= z:
            continue
        off_x, off_y = x - at[other, 0], y - at[other, 1]
        reach = radius + bodies.radius[other]
        apart = off_x * off_x + off_y * off_y
        if apart < reach * reach and reach - sqrt(apart) > best:
            distance = sqrt(apart)
            best = reach - distance
            if distance < 1e-9:
                off_x, off_y, distance = 1.0, 0.0, 1.0
            best_x, best_y = off_x / distance * best, off_y / distance * best
            what = prisms.low.shape[0] + other
    return best_x, best_y, best, what


@compiled
def move(bodies: Bodies, wanted: Floats, prisms: Prisms, floors: Floors, hits: Integers) -> None:
    """Moves every body by what it wants, one after another; it slides along what it meets. Changes `bodies` and `hits`.

    No body ever ends deeper than `TOLERANCE` in a solid or another body if it did not start so: a part of a move that
    sliding cannot resolve, or that leads where there is no floor, is taken back.

    Args:
        bodies: where they are.
        wanted: displacement in plan [body, 2], metres.
        prisms: what stops them.
        floors: what carries them.
        hits: what each body met last [body]: -1 nothing, a solid, or the number of solids + a body.
    """
    at = bodies.at
    for who in range(at.shape[0]):
        hits[who] = -1
        length = sqrt(wanted[who, 0] ** 2 + wanted[who, 1] ** 2)
        if length == 0.0:
            continue
        # A part of a move is at most half a radius, so that nobody ever gets to the other side of a thin wall.
        parts = ceil(length / (0.5 * bodies.radius[who]))
        for _ in range(parts):
            x, y, z = at[who, 0] + wanted[who, 0] / parts, at[who, 1] + wanted[who, 1] / parts, at[who, 2]
            free = False
            for _ in range(6):
                push_x, push_y, depth, what = touch(x, y, z, who, bodies, prisms)
                free = depth <= 1e-12
                if free:
                    break
                hits[who] = what
                # A hair more than needed, so that rounding does not leave it touching.
                x, y = x + push_x * (1.0 + 1e-9), y + push_y * (1.0 + 1e-9)
            if not free:
                free = touch(x, y, z, who, bodies, prisms)[2] <= TOLERANCE
            under = floor_under(x, y, z, floors)
            if not free or under == NO_FLOOR:
                break
            at[who, 0], at[who, 1], at[who, 2] = x, y, under
