"""The inner loop of colour: sun and shade, the grain of floors, haze, and the sky, for every pixel that was drawn.

It goes down the columns in runs of one surface: along an upright side, all but the height is the same for a whole run.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coterie.environments.virtual.pictures.canvas import GLASS, NUMBER, SHADOW, Canvas
from coterie.environments.virtual.pictures.grain import books, drawers, glass, grained, window
from coterie.environments.virtual.pictures.lens import Lens
from coterie.environments.virtual.pictures.light import Light, overhead
from coterie.environments.virtual.pictures.materials import (
    BASE,
    BOOKS,
    DRAWERS,
    FACADE,
    GRAIN,
    OUTWARD,
    PLAIN,
    SHADE,
    SHELVES,
    SPAN,
    SUN_ADDS,
    UPRIGHT,
    Materials,
)
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Floats

Pixels = npt.NDArray[np.uint8]
Depths = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
LAMP = 1.17
"""How much brighter the shade is under a roof, where lamps burn."""
GROUND = -0.5, 0.3
"""Heights between which corners are darker, metres."""


class Air(NamedTuple):
    """What lies between the eye and everything; colours of 0 to 255."""

    haze: Floats
    """Colour of the horizon [3]."""
    zenith: Floats
    below: Floats
    """What is seen where there is no floor [3]."""
    thin: float
    """One by the distance at which half of a colour is haze, in metres."""


@compiled
def colour(
    through: Lens, canvas: Canvas, materials: Materials, light: Light, air: Air, rgb: Pixels, depth: Depths,
    instances: Numbers,
) -> None:  # fmt: skip
    """Writes what was drawn as a picture [row, column, 3], distances ahead [row, column] and whose it is."""
    width, height = canvas.depth.shape
    sky(through, air, canvas.sky)
    table = materials.table
    for column in range(width):
        row = 0
        while row < height:
            surface, stop = canvas.surface[column, row], row + 1
            while stop < height and canvas.surface[column, stop] == surface:
                stop += 1
            number = surface & NUMBER
            instance = materials.instance[number]
            for place in range(row, stop):
                depth[place, column] = canvas.depth[column, place]
                instances[place, column] = instance
            if number == 0:
                for place in range(row, stop):
                    for channel in range(3):
                        rgb[place, column, channel] = int(canvas.sky[place, channel])
            elif table[number, UPRIGHT] != 0.0:
                side(
                    through,
                    canvas.depth[column],
                    table[number],
                    light,
                    air.haze,
                    air.thin,
                    rgb[:, column],
                    column,
                    row,
                    stop,
                )
            else:
                plane(
                    through,
                    canvas.depth[column],
                    table[number],
                    surface & SHADOW != 0,
                    light,
                    air.haze,
                    air.thin,
                    rgb[:, column],
                    column,
                    row,
                    stop,
                )
            if surface & GLASS:
                for place in range(row, stop):
                    rgb[place, column, 0] = int(0.74 * rgb[place, column, 0] + 48.0)
                    rgb[place, column, 1] = int(0.76 * rgb[place, column, 1] + 54.0)
                    rgb[place, column, 2] = int(0.78 * rgb[place, column, 2] + 56.0)
            row = stop


@compiled
def sky(through: Lens, air: Air, out: Floats) -> None:
    """The colour of the sky in every row [row, 3]."""
    for row in range(out.shape[0]):
        slope = through.slopes[row]
        part = 1.0
        if through.numbers[0] != 0.0:
            part = min(1.0, 1.3 * abs(slope) / (0.35 + abs(slope)))
        for channel in range(3):
            edge = air.zenith[channel] if slope > 0.0 else air.below[channel]
            out[row, channel] = air.haze[channel] + (edge - air.haze[channel]) * part


@compiled
def side(
    through: Lens,
    depths: Floats,
    look: Floats,
    light: Light,
    haze: Floats,
    thin: float,
    out: Pixels,
    column: int,
    row: int,
    stop: int,
) -> None:
    """Colours a run of one upright side, or of two in line with each other."""
    view, grain, base = through.numbers, look[GRAIN], look[BASE]
    shade0, shade1, shade2 = look[SHADE], look[SHADE + 1], look[SHADE + 2]
    sun0, sun1, sun2 = look[SUN_ADDS], look[SUN_ADDS + 1], look[SUN_ADDS + 2]
    haze0, haze1, haze2 = haze[0], haze[1], haze[2]
    u, at = (column + 0.5 - view[7]) * view[8], -1.0
    near, top, roof, wide, across = 0.0, 0.0, 0.0, 0.0, 0.0
    for place in range(row, stop):
        t = depths[place]
        if t != at:
            at = t
            far = t * thin
            near = 1.0 / (1.0 + far * far)
            out_x, out_y = look[OUTWARD], look[OUTWARD + 1]
            off, aside = 3.5 * light.grid[2], u * (t * view[0] + 1.0 - view[0])
            x = view[1] + t * view[4] + aside * view[5] + off * out_x
            y = view[2] + t * view[5] - aside * view[4] + off * out_y
            top, roof = overhead(x, y, light)
            along, wide = y * out_x - x * out_y - look[SPAN], (t * view[0] + 1.0 - view[0]) * view[8]
            if grain == FACADE:
                across = window(along, look[SPAN + 1])
        z = through.starts[place] + through.slopes[place] * t
        lit, bright, hazy, blue = min(1.0, max(0.0, (z - top) * 5.0)), near, 1.0 - near, 0.0
        if z < roof:
            bright *= LAMP
        if grain != PLAIN:
            high = z - base
            bright *= 0.88 + 0.12 * min(1.0, high * 1.6)
            if grain == FACADE:
                if across < 0.23:
                    pane = glass(across, high, wide)
                    bright *= 1.0 - 0.6 * pane
                    blue = 16.0 * pane * near
                    hazy += 0.14 * pane * near
            elif grain == DRAWERS:
                bright *= drawers(along, high, wide)
            elif grain == BOOKS:
                bright *= books(along, high, 2.6, 20.0, wide)
            elif grain == SHELVES:
                bright *= books(along, high, 1.2, 1.9, wide)
        out[place, 0] = int(min(255.0, (shade0 + lit * sun0) * bright + hazy * haze0))
        out[place, 1] = int(min(255.0, (shade1 + lit * sun1) * bright + hazy * haze1 + blue))
        out[place, 2] = int(min(255.0, (shade2 + lit * sun2) * bright + hazy * haze2 + 2.0 * blue))


@compiled
def plane(
    through: Lens,
    depths: Floats,
    look: Floats,
    shadowed: bool,
    light: Light,
    haze: Floats,
    thin: float,
    out: Pixels,
    column: int,
    row: int,
    stop: int,
) -> None:
    """Colours a run of one level or sloping surface."""
    view = through.numbers
    grain = look[GRAIN]
    shade0, shade1, shade2 = look[SHADE], look[SHADE + 1], look[SHADE + 2]
    sun0, sun1, sun2 = look[SUN_ADDS], look[SUN_ADDS + 1], look[SUN_ADDS + 2]
    sunny = sun0 > 0.0 and not shadowed
    dim = 0.93 if shadowed else 1.0
    haze0, haze1, haze2 = haze[0], haze[1], haze[2]
    u, flat = (column + 0.5 - view[7]) * view[8], 1.0 - view[0]
    start_x, start_y = view[1] + flat * u * view[5], view[2] - flat * u * view[4]
    step_x, step_y = view[4] + view[0] * u * view[5], view[5] - view[0] * u * view[4]
    maps = light.maps
    often, west, south = light.grid[5], light.grid[0], light.grid[1]
    columns, rows = light.grid[3] - 1.0, light.grid[4] - 1.0
    for place in range(row, stop):
        t = depths[place]
        x, y, z = start_x + t * step_x, start_y + t * step_y, through.starts[place] + through.slopes[place] * t
        far = t * thin
        near = dim / (1.0 + far * far)
        hazy = dim - near
        if grain:
            near *= grained(grain, x, y, (t * view[0] + flat) * view[8])
        lit, across, along = 0.0, (x - west) * often, (y - south) * often
        if across >= 0.0 and along >= 0.0 and across < columns and along < rows:
            # Written out here: a call that hands all of the light on costs more than what it does.
            i, j = int(along), int(across)
            part_x, part_y = across - j, along - i
            if grain and GROUND[0] < z < GROUND[1]:
                near *= 1.0 - 0.4 * maps[i, j, 2]
            if z < maps[i, j, 1] - 0.1:
                near *= LAMP
            elif sunny:
                below = maps[i, j, 0] + (maps[i, j + 1, 0] - maps[i, j, 0]) * part_x
                above = maps[i + 1, j, 0] + (maps[i + 1, j + 1, 0] - maps[i + 1, j, 0]) * part_x
                lit = min(1.0, max(0.0, (z + 0.22 - below - (above - below) * part_y) * 5.0))
        elif sunny:
            lit = 1.0
        out[place, 0] = int(min(255.0, (shade0 + lit * sun0) * near + hazy * haze0))
        out[place, 1] = int(min(255.0, (shade1 + lit * sun1) * near + hazy * haze1))
        out[place, 2] = int(min(255.0, (shade2 + lit * sun2) * near + hazy * haze2))
