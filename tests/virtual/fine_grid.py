"""Shortest ways the slow way: Dijkstra on a fine grid of standing places, told nothing by the code it checks."""

from math import ceil, hypot, inf

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

RADIUS, HEIGHT, STEP = 0.25, 1.8, 0.3
MOVES = [(a, b) for a in range(-3, 4) for b in range(-3, 4) if np.gcd(a, b) == 1 and (a, b) > (0, 0)]
"""In 32 directions, there and back: at most 1.3 % longer than straight lines."""


class FineGrid:
    """All standing places of a scene, `side` metres apart, on all storeys."""

    def __init__(self, scene, open_doors, side):
        self.side = side
        xs, ys = zip(*(corner for floor in scene.floors for corner in floor.outline), strict=True)
        self.west, self.south = min(xs), min(ys)
        self.columns, self.rows = (ceil((max(each) - min(each)) / side) + 1 for each in (xs, ys))
        solids = [(solid.outline, solid.low, solid.high) for solid in scene.solids]
        solids += [
            (door.outline(), door.level, door.level + door.height)
            for door in scene.doors
            if door.name not in open_doors
        ]
        for thing in scene.things:
            if thing.solid:
                (x, y, z), (w, d, h) = thing.at, (each / 2 for each in thing.size)
                solids.append((((x - w, y - d), (x + w, y - d), (x + w, y + d), (x - w, y + d)), z, z + 2 * h))
        flat = [floor for floor in scene.floors if floor.slope == (0.0, 0.0)]
        self.levels = []
        for height in sorted({floor.height for floor in flat}):
            if not self.levels or height - self.levels[-1][-1] > STEP:
                self.levels.append([])
            self.levels[-1].append(height)
        free = [self._free(level, flat, solids) for level in self.levels]
        self.free = np.concatenate([each.ravel() for each in free])
        rows, columns, lengths = [], [], []
        number = np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        for storey, here in enumerate(free):
            for a, b in MOVES:
                one = (slice(max(0, -b), self.rows - max(0, b)), slice(max(0, -a), self.columns - max(0, a)))
                other = (slice(max(0, b), self.rows - max(0, -b)), slice(max(0, a), self.columns - max(0, -a)))
                both = here[one] & here[other]
                for c, d in ((a // 2, b // 2), (a - a // 2, b - b // 2)):  # no cutting of corners on the way
                    both &= here[one[0].start + d : one[0].stop + d, one[1].start + c : one[1].stop + c]
                rows.append(number[one][both] + storey * number.size)
                columns.append(number[other][both] + storey * number.size)
                lengths.append(np.full(both.sum(), hypot(a, b) * side))
        for floor in scene.floors:
            if floor.slope[0] > 0.0:  # stairs here climb eastwards
                (west, south), (east, north) = floor.outline[0], floor.outline[2]
                for y in np.arange(south + 0.3, north - 0.25, side):
                    low, high = (
                        self.cell((west - 0.05, y, floor.at(west, y))),
                        self.cell((east + 0.05, y, floor.at(east, y))),
                    )
                    rows.append([low])
                    columns.append([high])
                    lengths.append([east - west + 0.1])
        size = len(self.free)
        parts = np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))
        self.graph = coo_matrix(parts, shape=(size, size)).tocsr()

    def lengths(self, start, goals):
        """The length of the shortest way to each goal, metres."""
        distances = dijkstra(self.graph, directed=False, indices=self.cell(start))
        return [float(distances[self.cell(goal)]) for goal in goals]

    def spot(self, near):
        """The free place nearest to a spot, in metres."""
        row, column = divmod(self.cell(near) % (self.rows * self.columns), self.columns)
        return self.west + column * self.side, self.south + row * self.side, near[2]

    def cell(self, spot):
        """The free place nearest to a spot."""
        x, y, z = spot
        storey = min(range(len(self.levels)), key=lambda each: abs(self.levels[each][0] - z))
        column, row = round((x - self.west) / self.side), round((y - self.south) / self.side)
        near = []
        for a in range(-3, 4):
            for b in range(-3, 4):
                if 0 <= column + a < self.columns and 0 <= row + b < self.rows:
                    cell = (storey * self.rows + row + b) * self.columns + column + a
                    if self.free[cell]:
                        near.append((hypot(a, b), cell))
        return min(near)[1] if near else inf

    def _free(self, level, floors, solids):
        ground = np.zeros((self.rows, self.columns), bool)
        for floor in floors:
            if floor.height in level:
                window, distance = self._distance(floor.outline, 0.0)
                ground[window] |= distance <= 1e-9
        for outline, low, high in solids:
            if low < level[-1] + HEIGHT and high > level[0] + STEP:
                window, distance = self._distance(outline, RADIUS)
                ground[window] &= distance > RADIUS
        return ground

    def _distance(self, outline, margin):
        """How far the places around a convex outline are from it."""
        xs, ys = zip(*outline, strict=True)
        first_column = max(0, int((min(xs) - margin - self.west) / self.side) - 1)
        last_column = min(self.columns, int((max(xs) + margin - self.west) / self.side) + 2)
        first_row = max(0, int((min(ys) - margin - self.south) / self.side) - 1)
        last_row = min(self.rows, int((max(ys) + margin - self.south) / self.side) + 2)
        x = (self.west + np.arange(first_column, last_column) * self.side)[None, :]
        y = (self.south + np.arange(first_row, last_row) * self.side)[:, None]
        inside = np.ones((y.size, x.size), bool)
        distance = np.full((y.size, x.size), np.inf)
        for place, (ax, ay) in enumerate(outline):
            bx, by = outline[(place + 1) % len(outline)]
            dx, dy = bx - ax, by - ay
            inside &= dx * (y - ay) - dy * (x - ax) >= -1e-9
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
            distance = np.minimum(distance, np.hypot(x - ax - along * dx, y - ay - along * dy))
        distance[inside] = 0.0
        return (slice(first_row, last_row), slice(first_column, last_column)), distance
