"""Whether our lines of sight agree with rays through triangles, as trimesh traces them, and how fast those are.

    pip install trimesh==5.2.0 rtree scipy
    python benchmarks/peers/trimesh_sight.py LINES

LINES is a file of JSON that `benchmarks/virtual.py --sight-lines` writes: `prisms`, each an outline and two heights,
`lines`, pairs of points, and `clear`, what we say of each. A line that only grazes a prism (it is in it for less than
0.1 mm) may be called either way. Prints how many agree, how many differ, and lines a second of time on the core.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import trimesh

GRAZE = 1e-4


def prism(outline: list[list[float]], low: float, high: float) -> trimesh.Trimesh:
    """A prism as triangles, made by its corners alone: their convex hull."""
    return trimesh.convex.convex_hull(np.array([(x, y, z) for x, y in outline for z in (low, high)]))


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    meshes = [prism(*each) for each in given["prisms"]]
    owner = np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes])
    world = trimesh.util.concatenate(meshes)
    lines = np.array(given["lines"])
    start, way = lines[:, 0], lines[:, 1] - lines[:, 0]
    length = np.sqrt((way**2).sum(axis=1))
    begun = time.process_time()
    at, ray, face = world.ray.intersects_location(start, way, multiple_hits=True)
    seconds = time.process_time() - begun
    along = ((at - start[ray]) * way[ray]).sum(axis=1) / length[ray]
    spans: dict[tuple[int, int], list[float]] = {}
    for number, distance, which in zip(ray, along, owner[face], strict=True):
        spans.setdefault((int(number), int(which)), []).append(float(distance))
    inside = np.array([mesh.contains(start) for mesh in meshes])
    deepest = np.zeros(len(lines))
    for (number, which), distances in spans.items():
        enter, leave = min(distances), max(distances)
        if inside[which, number]:
            enter = 0.0
        deepest[number] = max(deepest[number], min(leave, length[number]) - max(enter, 0.0))
    clear, ours = deepest <= 0.0, np.array(given["clear"])
    differ = (clear != ours) & ~((deepest > 0.0) & (deepest < GRAZE))
    print(f"{len(lines) - differ.sum()} agree, {differ.sum()} differ, {(clear != ours).sum() - differ.sum()} graze")
    print(f"{len(lines) / seconds:.0f}")
    sys.exit(1 if differ.any() else 0)


if __name__ == "__main__":
    main()
