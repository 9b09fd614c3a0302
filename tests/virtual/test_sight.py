"""Lines of sight agree with an independent check that knows no grid and clips no line: it cuts all faces."""

import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pictures import yard

from coterie.environments.virtual.pictures.shapes import moving
from coterie.environments.virtual.space import line_of_sight, solids

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
GRAZE = 1e-6
"""A line that is in a prism for less than this part of its length may be called either way."""


def inside(points, solid):
    """Whether points are in a prism, by the angles at which they see its corners [point]."""
    corners = np.array(solid.outline)[None] - points[:, None, :2]
    following = np.roll(corners, -1, axis=1)
    cross = corners[..., 0] * following[..., 1] - corners[..., 1] * following[..., 0]
    turned = np.arctan2(cross, (corners * following).sum(axis=2)).sum(axis=1)
    return (turned > np.pi) & (points[:, 2] > solid.low) & (points[:, 2] < solid.high)


def length_inside(starts, ends, solid):
    """How much of each line, as a part of it, is in a prism: cuts with every face, then middles of what is between."""
    way = ends - starts
    cuts = [np.zeros(len(starts)), np.ones(len(starts))]
    with np.errstate(divide="ignore", invalid="ignore"):
        for height in (solid.low, solid.high):
            cuts.append((height - starts[:, 2]) / way[:, 2])
        for (ax, ay), (bx, by) in zip(solid.outline, (*solid.outline[1:], solid.outline[0]), strict=True):
            edge = bx - ax, by - ay
            under = way[:, 0] * edge[1] - way[:, 1] * edge[0]
            cuts.append(((ax - starts[:, 0]) * edge[1] - (ay - starts[:, 1]) * edge[0]) / under)
    sorted_cuts = np.sort(np.clip(np.nan_to_num(np.array(cuts), nan=0.0), 0.0, 1.0), axis=0)
    total = np.zeros(len(starts))
    for before, after in pairwise(sorted_cuts):
        middle = starts + way * ((before + after) / 2)[:, None]
        total += np.where(inside(middle, solid), after - before, 0.0)
    return total


@pytest.mark.parametrize("seed", [0, 1])
def test_ten_thousand_random_lines_are_clear_exactly_when_no_opaque_prism_is_on_them(seed):
    scene = yard(seed, count=60)
    everything = (*scene.solids, *moving(scene))
    walls, luck = solids.prisms(everything), np.random.default_rng(seed)
    count = 5_000
    lines = np.concatenate([luck.uniform(-2, 32, (count, 2, 2)), luck.uniform(0.05, 5.0, (count, 2, 1))], axis=2)
    lines[: count // 20, 1, 2] = lines[: count // 20, 0, 2]  # level ones
    lines[count // 20 : count // 10, 1, 0] = lines[count // 20 : count // 10, 0, 0]  # along the grid
    skips = luck.integers(-1, len(everything), count)
    found = np.zeros(count, bool)
    for number in range(count):
        out = found[number : number + 1]
        line_of_sight.clear_lines(lines[number, 0], lines[number, 1:], skips[number : number + 1], walls, out)
    deepest = np.zeros(count)
    for number, solid in enumerate(everything):
        if solid.opaque:
            deepest = np.maximum(
                deepest, np.where(skips == number, 0.0, length_inside(lines[:, 0], lines[:, 1], solid))
            )
    grazes = (deepest > 0.0) & (deepest < GRAZE)
    assert (found == (deepest == 0.0))[~grazes].all()
    assert grazes.mean() < 0.001
    assert 0.2 < found.mean() < 0.9


def test_a_line_is_clear_both_ways():
    scene = yard(2)
    walls, luck = solids.prisms(scene.solids), random.Random(2)
    for _ in range(500):
        one, other = (np.array([luck.uniform(0, 30), luck.uniform(0, 30), luck.uniform(0, 4)]) for _ in range(2))
        out = np.zeros(2, bool)
        line_of_sight.clear_lines(one, other[None], np.array([-1]), walls, out[:1])
        line_of_sight.clear_lines(other, one[None], np.array([-1]), walls, out[1:])
        assert out[0] == out[1]


def test_the_rays_of_trimesh_find_the_same_ten_thousand_lines_clear(tmp_path):
    lines = tmp_path / "lines.json"
    subprocess.run([sys.executable, str(BENCHMARKS / "virtual.py"), "--sight-lines", str(lines)], check=True)
    peer = [sys.executable, str(BENCHMARKS / "peers" / "trimesh_sight.py"), str(lines)]
    told = subprocess.run(peer, capture_output=True, text=True, check=False)
    assert told.stdout.startswith("10000 agree, 0 differ"), told.stdout + told.stderr
