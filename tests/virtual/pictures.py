"""Scenes for the tests of pictures, and a slow renderer that works in another way: one ray a pixel, no columns."""

import math
import random

import numpy as np

from coterie.environments.virtual.pictures.lens import Bird, Eye
from coterie.environments.virtual.pictures.shapes import moving
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.state.frame import BodyAt, Frame, ThingAt


def polygon(middle, radius, corners, turn):
    """A convex outline, counter-clockwise."""
    x, y = middle
    angles = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
    return tuple((x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles)


def yard(seed=0, count=40, side=30.0):
    """Boxes and polygons of all kinds on grass, paving and a ramp, with a door, things and a window."""
    luck = random.Random(seed)
    solids = [Solid("pane", box(1.0, 1.0, 1.1, 5.0), 0.5, 2.5, "window", opaque=False)]
    for number in range(count):
        x, y, low = luck.uniform(0, side), luck.uniform(0, side), luck.choice((0.0, 0.0, 0.0, 1.0, 2.5))
        colour = tuple(luck.randrange(60, 240) for _ in range(3))
        if number % 3:
            outline = box(x, y, x + luck.uniform(0.2, 3), y + luck.uniform(0.2, 3))
        else:
            outline = polygon((x, y), luck.uniform(0.2, 2), luck.randrange(3, 9), luck.uniform(0, 6))
        kind = luck.choice(("wall", "building", "tree", "furniture", "roof"))
        solids.append(Solid(f"solid {number}", outline, low, low + luck.uniform(0.3, 4), kind, colour))
    half = side / 2
    floors = (
        Floor(box(0, 0, half, side), 0.0, kind="grass"),
        Floor(box(half, 0, side, half), 0.0, kind="pavement"),
        Floor(box(half, half, side, side), 0.0, (0.1, 0.05), "stairs"),
        Floor(box(2, 2, 8, 8), 3.0, kind="floor"),
    )
    doors = (
        Door("gate", (half, half), (0.6, 0.8), ("yard", "yard"), open=False),
        Door("arch", (5, 5), (1, 0), ("yard", "yard")),
    )
    things = (
        Thing(
            "chest", "trunk", (12.0, 9.0, 0.0), (0.8, 0.5, 0.5), ("container", "open"), solid=True, colour=(150, 90, 60)
        ),
        Thing("lamp", "lamp", (14.0, 9.0, 0.0), (0.3, 0.3, 1.5), ("switch",)),
        Thing("cup", "cup", (12.0, 9.0, 0.5), (0.1, 0.1, 0.12)),
    )
    return Scene(tuple(solids), floors, (Place("yard", "park", box(0, 0, side, side)),), doors, things)


def moment(seed=0, side=30.0):
    """Three bodies, one of them on the ground, an open chest and a turned cup."""
    luck = random.Random(seed)
    bodies = tuple(
        BodyAt(name, luck.uniform(0, side), luck.uniform(0, side), 0.0, luck.uniform(0, 360), posture=posture)
        for name, posture in (("ann", "standing"), ("ben", "lying"), ("cat", "walking"))
    )
    return Frame(
        1.0, bodies, {"gate": True}, (ThingAt("cup", 13.0, 9.5, 0.9, 30.0),), states={"chest": True, "lamp": True}
    )


def rays(view):
    """Where the ray of every pixel begins and where it goes [row, column, 3]; its length counts metres ahead."""
    turn = math.radians(view.heading)
    ahead, right = np.array([math.cos(turn), math.sin(turn), 0]), np.array([math.sin(turn), -math.cos(turn), 0])
    up, columns, rows = np.array([0, 0, 1.0]), np.arange(view.width) + 0.5, np.arange(view.height) + 0.5
    across, down = (columns - view.width / 2)[None, :, None], (view.height / 2 - rows)[:, None, None]
    middle = np.array([view.x, view.y, view.z])
    if isinstance(view, Eye):
        pixel = 2 * math.tan(math.radians(view.view / 2)) / view.width
        lift = math.tan(math.radians(view.pitch))
        way = ahead + across * pixel * right + (down * pixel + lift) * up
        return np.broadcast_to(middle, way.shape), way
    pixel, steep = view.across / view.width, math.radians(view.steep)
    start = middle + across * pixel * right + down * pixel / math.cos(steep) * up
    return start, np.broadcast_to(ahead - math.tan(steep) * up, start.shape)


def traced(scene, frame, view):
    """Distance ahead and name of what every ray meets first, by clipping it at the half spaces of every prism."""
    start, way = rays(view)
    depth, names = np.full(start.shape[:2], np.inf), np.full(start.shape[:2], "", object)
    nearest = 0.05 if isinstance(view, Eye) else -1e9
    cut = view.cut if isinstance(view, Bird) else np.inf
    with np.errstate(divide="ignore", invalid="ignore"):
        for floor in scene.floors:
            if min(floor.at(*corner) for corner in floor.outline) >= cut:
                continue
            (ox, oy), (east, north) = floor.outline[0], floor.slope
            over = start[..., 2] - floor.height - east * (start[..., 0] - ox) - north * (start[..., 1] - oy)
            t = -over / (way[..., 2] - east * way[..., 0] - north * way[..., 1])
            point = start + t[..., None] * way
            hit = (t > nearest) & (t < depth)
            for (ax, ay), (bx, by) in zip(floor.outline, (*floor.outline[1:], floor.outline[0]), strict=True):
                hit &= (bx - ax) * (point[..., 1] - ay) - (by - ay) * (point[..., 0] - ax) >= 0
            depth[hit], names[hit] = t[hit], floor.kind
        for solid in (*scene.solids, *moving(scene, frame)):
            if not solid.opaque or solid.name == view.owner or solid.low >= cut:
                continue
            enter, leave = np.full(depth.shape, -np.inf), np.full(depth.shape, np.inf)
            planes = [((0, 0, 1), min(solid.high, cut)), ((0, 0, -1), -solid.low)]
            for (ax, ay), (bx, by) in zip(solid.outline, (*solid.outline[1:], solid.outline[0]), strict=True):
                planes.append(((by - ay, ax - bx, 0), (by - ay) * ax + (ax - bx) * ay))
            for normal, offset in planes:
                slope, gap = way @ np.array(normal, float), offset - start @ np.array(normal, float)
                t = gap / slope
                enter = np.where(slope < 0, np.maximum(enter, t), enter)
                leave = np.where(slope > 0, np.minimum(leave, t), leave)
                leave = np.where((slope == 0) & (gap < 0), -np.inf, leave)
            hit = (enter < leave) & (enter > nearest) & (enter < depth)
            depth[hit], names[hit] = enter[hit], solid.name
    return depth, names
