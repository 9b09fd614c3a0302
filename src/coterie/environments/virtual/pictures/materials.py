"""What surfaces look like in the sun and in the shade."""

from math import sqrt
from typing import NamedTuple

from coterie.environments.virtual.pictures.canvas import Shapes
from coterie.environments.virtual.pictures.light import SHADOW, SUN
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Floats, Integers

WARM, COOL = (1.07, 1.0, 0.88), (0.97, 0.99, 1.04)
"""The tints of sunlight and of the light of the sky."""


PLAIN, WALL, BOARDS, STREET, PAVING, GRASS, STAIRS, DRAWERS, BOOKS, FACADE, SHELVES = range(11)
"""The grain of a surface: even, darker where it meets the floor, or what its name says."""


SHADE, SUN_ADDS, GRAIN, UPRIGHT, OUTWARD, BASE, SPAN = 0, 3, 6, 7, 8, 10, 11
"""Columns of the table of surfaces."""
COLUMNS = 13


class Materials(NamedTuple):
    """What surfaces look like; surface 0 is the sky. One table, because loops hand it on a thousand times a picture."""

    table: Floats
    """Of each surface [surface, 13]: colour in the shade (3) and what the sun adds (3), 0 to 255; its grain; whether it
    is a side; where that faces (2, a unit vector in plan); height of the floor below it in metres; of a side, how far
    along its own direction its middle is, and half its length (2), metres."""
    instance: Integers
    """Whose surface it is [surface]; 0: the sky's."""


@compiled
def tones(
    colour: tuple[float, float, float], normal: tuple[float, float, float]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """What a surface of a colour looks like in the shade, and what the sun adds to that, 0 to 255."""
    towards = normal[0] * SUN[0] + normal[1] * SUN[1] + normal[2] * SUN[2]
    shade, sun = 0.72 + 0.13 * towards, 0.34 * max(0.0, towards)
    red, green, blue = colour
    return (
        (red * COOL[0] * shade, green * COOL[1] * shade, blue * COOL[2] * shade),
        (red * WARM[0] * sun, green * WARM[1] * sun, blue * WARM[2] * sun),
    )


@compiled
def finish(changed: Integers, shapes: Shapes, albedo: Floats, levels: Floats, materials: Materials) -> None:
    """Works out what follows from the outlines and colours of prisms: circles around them, and light on every side.

    Args:
        changed: the numbers of the prisms.
        shapes: all prisms; writes `rounds`.
        albedo: their own colours, and those of their undersides [shape, 6], 0 to 255.
        levels: heights of floors, from low to high.
        materials: of their surfaces; writes everything but grain and instance.
    """
    corners = shapes.outlines.corners
    for which in changed:
        begin, count, surface = shapes.outlines.first[which], shapes.outlines.sizes[which], shapes.surface[which]
        own = (albedo[which, 0], albedo[which, 1], albedo[which, 2])
        underside = (albedo[which, 3], albedo[which, 4], albedo[which, 5])
        base = shapes.low[which]
        for level in levels:
            if level <= shapes.low[which] + 0.3:
                base = level
        x, y = 0.0, 0.0
        for place in range(count):
            x, y = x + corners[begin + place, 0] / count, y + corners[begin + place, 1] / count
        radius = 0.0
        for side in range(count + 2):
            if side < count:
                ax, ay = corners[begin + side, 0], corners[begin + side, 1]
                following = begin + (side + 1) % count
                dx, dy = corners[following, 0] - ax, corners[following, 1] - ay
                length = sqrt(dx * dx + dy * dy)
                normal = (dy / length, -dx / length, 0.0)
                materials.table[surface + side, SPAN] = (dx * (ax + 0.5 * dx) + dy * (ay + 0.5 * dy)) / length
                materials.table[surface + side, SPAN + 1] = 0.5 * length
                radius = max(radius, sqrt((ax - x) ** 2 + (ay - y) ** 2))
            else:
                normal = (0.0, 0.0, 1.0 if side == count else -1.0)
            shade, sun = tones(own if side <= count else underside, normal)
            look = materials.table[surface + side]
            for channel in range(3):
                look[SHADE + channel], look[SUN_ADDS + channel] = shade[channel], sun[channel]
            look[UPRIGHT] = 1.0 if side < count else 0.0
            look[OUTWARD], look[OUTWARD + 1], look[BASE] = normal[0], normal[1], base
        if shapes.casts[which]:
            radius += (shapes.high[which] - shapes.foot[which]) * (abs(SHADOW[0]) + abs(SHADOW[1]))
        shapes.rounds[which, 0], shapes.rounds[which, 1], shapes.rounds[which, 2] = x, y, radius
