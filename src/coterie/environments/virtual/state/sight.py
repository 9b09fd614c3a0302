"""What bodies see: whether a target is in range, in the field of view, and on a clear line.

Headings are unit vectors here, as in `motion`.
"""

from math import sqrt
from typing import NamedTuple

from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Bodies, Flags, Floats, Integers, Prisms
from coterie.environments.virtual.space.line_of_sight import clear

EYES = 1.6
"""Height of the eyes above the feet, metres."""
HANDS = 1.0
"""Height of the hands above the feet, metres."""
AT_HAND = 1.0
"""What is nearer than this is noticed in every direction, metres."""


class Targets(NamedTuple):
    """What can be seen [target]: all bodies, then all things, then all doors."""

    at: Floats
    """The middle of its bottom [target, 3]; of a body and of what is carried, where the body is instead."""
    width: Floats
    """Its largest side in plan, metres."""
    height: Floats
    carrier: Integers
    """The body it is, or that carries it; -1: it stands for itself."""
    skip: Integers
    """The solid that does not hide it: its own, or the one it is in; -1: none."""
    limit: Floats
    """From how far it can be made out, metres."""
    hidden: Flags
    """Whether it cannot be seen at all: absent, or in something closed."""
    notable: Flags
    """Whether its first sight is a surprise."""


@compiled
def sees(
    who: int, target: int, bodies: Bodies, heading: Floats, targets: Targets, cosine: float, prisms: Prisms
) -> bool:
    """Whether a body sees a target: in range, in its field of view, and a clear line to one of five points of it."""
    if targets.hidden[target]:
        return False
    ex, ey, ez = bodies.at[who, 0], bodies.at[who, 1], bodies.at[who, 2] + EYES
    x, y, z = targets.at[target, 0], targets.at[target, 1], targets.at[target, 2]
    carrier = targets.carrier[target]
    if carrier == who:
        return target != who
    if carrier >= 0:
        x, y, z = bodies.at[carrier, 0], bodies.at[carrier, 1], bodies.at[carrier, 2]
        if target != carrier:
            z += HANDS
    dx, dy = x - ex, y - ey
    apart = sqrt(dx * dx + dy * dy)
    rise = z - ez
    if apart * apart + rise * rise > targets.limit[target] * targets.limit[target]:
        return False
    if apart > AT_HAND and dx * heading[who, 0] + dy * heading[who, 1] < cosine * apart:
        return False
    across_x, across_y = 0.0, 0.0
    if apart > 1e-9:
        across_x, across_y = -dy / apart * 0.4 * targets.width[target], dx / apart * 0.4 * targets.width[target]
    skip, height = targets.skip[target], targets.height[target]
    return (
        clear(ex, ey, ez, x, y, z + 0.5 * height, prisms, skip)
        or clear(ex, ey, ez, x, y, z + 0.95 * height, prisms, skip)
        or clear(ex, ey, ez, x + across_x, y + across_y, z + 0.6 * height, prisms, skip)
        or clear(ex, ey, ez, x - across_x, y - across_y, z + 0.6 * height, prisms, skip)
        or clear(ex, ey, ez, x, y, z + 0.15 * height, prisms, skip)
    )


@compiled
def look(
    who: int, bodies: Bodies, heading: Floats, targets: Targets, cosine: float, prisms: Prisms, out: Flags
) -> None:
    """Whether a body sees each target [target]; writes `out`."""
    for target in range(out.shape[0]):
        out[target] = sees(who, target, bodies, heading, targets, cosine, prisms)
