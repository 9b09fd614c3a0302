"""What the inner loops of drawing read and write."""

from math import inf
from typing import NamedTuple

from coterie.environments.virtual.space.geometry import Flags, Floats, Integers, Outlines

FAR = inf
"""The depth of the sky."""
GLASS, SHADOW = 1 << 28, 1 << 29
"""Bits of a surface's number: it is seen through a window; something movable keeps the sun from it."""
NUMBER = GLASS - 1
"""The other bits."""


class Shapes(NamedTuple):
    """Prisms to draw. Surfaces of one that begins at s with n sides: s + side, s + n on top, s + n + 1 below."""

    outlines: Outlines
    low: Floats
    high: Floats
    rounds: Floats
    """x, y of a middle and the radius of a circle around the outline, and its shadow if it casts one [shape, 3]."""
    drawn: Flags
    clear: Flags
    """Whether it is glass: it does not hide what is behind."""
    casts: Flags
    """Whether it throws a shadow of its own on what it stands on."""
    foot: Floats
    """Height of the floor that a shadow of its own falls on [shape], metres."""
    surface: Integers
    """Its first surface."""


class Ground(NamedTuple):
    """Floors to draw; surface s from above, s + 1 from below."""

    outlines: Outlines
    planes: Floats
    """a, b, c of height = a + b x + c y [floor, 3]."""
    low: Floats
    """Height of the lowest corner [floor]."""
    rounds: Floats
    drawn: Flags
    surface: Integers


class Canvas(NamedTuple):
    """What is drawn, and room to work in."""

    depth: Floats
    """Distance ahead [column, row], metres."""
    surface: Integers
    """What is seen [column, row]; 0: the sky."""
    enter: Floats
    leave: Floats
    side: Integers
    """Of the outline at work, where each column enters and leaves it, and by which side [column]; -1: by none."""
    sky: Floats
    """The colour of the sky [row, 3]."""
    outline: Outlines
    """Room for the outline of one shadow."""
