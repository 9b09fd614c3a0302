"""Prisms and floors as triangles, for graphics libraries and for files."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coterie.environments.virtual.space.geometry import Floats
from coterie.environments.virtual.space.solids import Floor, Point, Solid


class Mesh(NamedTuple):
    """Triangles, counter-clockwise as seen from outside; corners are not shared between faces."""

    points: Floats
    """Corners [corner, 3], metres."""
    normals: Floats
    """Where the face of each corner looks [corner, 3], unit vectors."""
    triangles: npt.NDArray[np.int64]
    """Three corners each [triangle, 3]."""


def prism_mesh(outline: Sequence[Point], low: float, high: float) -> Mesh:
    """An upright prism: its sides in the order of its corners, then its top, then its bottom.

    >>> from coterie.environments.virtual.space.solids import box
    >>> mesh = prism_mesh(box(0, 0, 2, 1), 0.0, 1.0)
    >>> mesh.points.shape, mesh.triangles.shape
    ((24, 3), (12, 3))
    """
    plan = np.array(outline, float)
    count = len(plan)
    following = np.roll(plan, -1, axis=0)
    along = following - plan
    along /= np.sqrt((along**2).sum(axis=1))[:, None]
    outward = np.stack([along[:, 1], -along[:, 0], np.zeros(count)], axis=1)
    bottom, top = _at(plan, low), _at(plan, high)
    sides = np.stack([bottom, _at(following, low), _at(following, high), top], axis=1).reshape(-1, 3)
    quads = 4 * np.arange(count)[:, None]
    fan = _fan(count)
    triangles = [quads + np.array((0, 1, 2)), quads + np.array((0, 2, 3)), 4 * count + fan, 5 * count + fan[:, ::-1]]
    level = np.zeros((2 * count, 3))
    level[:count, 2], level[count:, 2] = 1.0, -1.0
    return Mesh(
        np.concatenate([sides, top, bottom]),
        np.concatenate([np.repeat(outward, 4, axis=0), level]),
        np.concatenate(triangles).astype(np.int64),
    )


def floor_mesh(floor: Floor) -> Mesh:
    """A floor, from above and from below."""
    points = np.array([(x, y, floor.at(x, y)) for x, y in floor.outline])
    normal = np.array([-floor.slope[0], -floor.slope[1], 1.0])
    normal /= np.sqrt((normal**2).sum())
    count, fan = len(points), _fan(len(points))
    normals = np.concatenate([np.tile(normal, (count, 1)), np.tile(-normal, (count, 1))])
    return Mesh(np.concatenate([points, points]), normals, np.concatenate([fan, count + fan[:, ::-1]]))


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([start + mesh.triangles for start, mesh in zip(starts[:-1], meshes, strict=True)]),
    )


def solid_mesh(solid: Solid) -> Mesh:
    """The prism of a solid."""
    return prism_mesh(solid.outline, solid.low, solid.high)


def _at(plan: Floats, height: float) -> Floats:
    return np.concatenate([plan, np.full((len(plan), 1), height)], axis=1)


def _fan(count: int) -> npt.NDArray[np.int64]:
    """The triangles of a convex outline."""
    second = np.arange(1, count - 1)
    return np.stack([np.zeros_like(second), second, second + 1], axis=1)
