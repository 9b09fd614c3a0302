"""Floor plans of houses: which rooms lie where, and where one can go from one to another.

Two families: rooms on both sides of a hall, and rooms cut out of one block. Houses with two storeys have a hall with
stairs in it and a landing above.
"""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from coterie.environments.virtual.places.building import RUN, STAIRS_WIDTH
from coterie.environments.virtual.places.furniture import Rectangle
from coterie.environments.virtual.space.solids import Point

OUTER, INNER = 0.24, 0.14
"""Thickness of walls in metres."""
DOOR = 0.95
KINDS = ("living room", "kitchen", "bedroom", "bathroom", "study", "guest room", "dining room", "storeroom")
WIDTHS = {"living room": 5.6, "kitchen": 4.4, "bedroom": 4.4, "dining room": 4.2, "guest room": 3.8, "study": 3.6}
"""How wide rooms are by wish, in metres; others 2.8."""
HALL, STAIR_HALL = 1.7, 2.75


class Room(NamedTuple):
    """A room of a plan."""

    name: str
    kind: str
    area: Rectangle
    """To the middles of its walls."""


class Storey(NamedTuple):
    """A storey of a plan; its hall, if it has one, is its first room."""

    rooms: list[Room]
    doors: list[tuple[int, int]]
    """Pairs of rooms that a door joins."""
    stairs: Rectangle | None = None
    """Where stairs go up, eastwards."""


class Edge(NamedTuple):
    """A straight piece of wall, westernmost or southernmost end first."""

    start: Point
    end: Point
    outer: bool
    windows: list[tuple[float, float]]
    """Where a window could be: the middle along the axis, and the length of the wall there."""


def plan(luck: Random, rooms: int, floors: int) -> list[Storey]:
    """The storeys of a house from the ground up."""
    if floors == 1 and (rooms <= 3 or luck.random() < 0.35):
        return [_clustered(luck, KINDS[:rooms])]
    if floors == 1:
        return _along_halls(luck, [KINDS[: rooms - 1]])
    below = (rooms + 1) // 2 - 1
    ground = [kind for kind in KINDS if kind in ("living room", "kitchen", "dining room", "storeroom")]
    above = [kind for kind in KINDS if kind not in ground]
    return _along_halls(luck, [ground[:below], above[: rooms - 2 - below]])


def edges(storey: Storey) -> list[Edge]:
    """The walls of a storey: every line that is the side of a room, as long as what is beyond it is of one sort."""
    found = []
    for across in (True, False):
        sides = [_turned(room.area, across) for room in storey.rooms]
        for line in sorted({side[end] for side in sides for end in (0, 2)}):
            marks = sorted({mark for side in sides if line in (side[0], side[2]) for mark in (side[1], side[3])})
            run: Edge | None = None
            for low, high in pairwise(marks):
                touching = sum(line in (s[0], s[2]) and s[1] < high and s[3] > low for s in sides)
                start, end = ((line, low), (line, high)) if across else ((low, line), (high, line))
                window = [((low + high) / 2, high - low)] if touching == 1 else []
                if run is not None and touching and run.outer == (touching == 1):
                    run = run._replace(end=end, windows=run.windows + window)
                    continue
                found += [run] if run is not None else []
                run = Edge(start, end, touching == 1, window) if touching else None
            found += [run] if run is not None else []
    return found


def _along_halls(luck: Random, kinds: Sequence[Sequence[str]]) -> list[Storey]:
    """Storeys with a hall each from west to east, and rooms north and south of it."""
    climbing = len(kinds) > 1
    rows = [_rows(luck, each, climbing) for each in kinds]
    wish = max(sum(WIDTHS.get(kind, 2.8) for kind in row) for pair in rows for row in pair)
    width = round(max(wish, RUN + 3.6 if climbing else 5.0) * (0.95 + 0.15 * luck.random()), 2)
    south, north = (round(3.5 + 1.1 * luck.random(), 2) for _ in range(2))
    if not any(pair[1] for pair in rows):
        south = 0.0
    hall = STAIR_HALL if climbing else HALL
    storeys = []
    for number, (upper, lower) in enumerate(rows):
        kind = "landing" if number else "hall"
        rooms = [Room(kind, kind, (0.0, south, width, south + hall))]
        for row, low, high in ((upper, south + hall, south + hall + north), (lower, 0.0, south)):
            total, west = sum(WIDTHS.get(each, 2.8) for each in row), 0.0
            for place, each in enumerate(row):
                east = width if place + 1 == len(row) else round(west + width * WIDTHS.get(each, 2.8) / total, 2)
                rooms.append(Room(each, each, (west, round(low, 2), east, round(high, 2))))
                west = east
        rooms[0] = rooms[0]._replace(area=(0.0, round(south, 2), width, round(south + hall, 2)))
        doors = [(0, each) for each in range(1, len(rooms))]
        for one in range(1, len(rooms) - 1):
            if rooms[one].area[1] == rooms[one + 1].area[1] and luck.random() < 0.3:
                doors.append((one, one + 1))
        stairs = None
        if climbing and number == 0:
            top = round(south + hall, 2) - INNER / 2
            stairs = (width - 1.3 - RUN, top - STAIRS_WIDTH, width - 1.3, top)
        storeys.append(Storey(rooms, doors, stairs))
    return storeys


def _rows(luck: Random, kinds: Sequence[str], climbing: bool) -> tuple[list[str], list[str]]:
    """Kinds of rooms shared out to the two sides of a hall, about equally wide; with stairs, one room north."""
    shuffled = luck.sample(list(kinds), len(kinds))
    if climbing:
        largest = max(kinds, key=lambda kind: WIDTHS.get(kind, 2.8))
        return [largest], [kind for kind in shuffled if kind != largest]
    rows: tuple[list[str], list[str]] = ([], [])
    for kind in sorted(shuffled, key=lambda kind: -WIDTHS.get(kind, 2.8)):
        min(rows, key=lambda row: sum(WIDTHS.get(each, 2.8) for each in row)).append(kind)
    return luck.sample(rows[0], len(rows[0])), luck.sample(rows[1], len(rows[1]))


def _clustered(luck: Random, kinds: Sequence[str]) -> Storey:
    """Rooms cut out of one block, each to be reached through another."""
    area = 15.0 * len(kinds) * (0.95 + 0.2 * luck.random())
    depth = area**0.5 * (0.8 + 0.2 * luck.random())
    areas = _cut(luck, (0.0, 0.0, round(area / depth, 2), round(depth, 2)), len(kinds))
    areas.sort(key=lambda each: -(each[2] - each[0]) * (each[3] - each[1]))
    ranked = sorted(kinds, key=lambda kind: -WIDTHS.get(kind, 2.8))
    rooms = [Room(kind, kind, each) for kind, each in zip(ranked, areas, strict=True)]
    beside = [
        (one, other)
        for one in range(len(rooms))
        for other in range(one)
        if _border(rooms[one].area, rooms[other].area) >= 1.8
    ]
    doors: list[tuple[int, int]] = []
    joined = {0}
    while len(joined) < len(rooms):
        able = [pair for pair in beside if (pair[0] in joined) != (pair[1] in joined)]
        pair = min(able, key=lambda each: (min(each), luck.random()))  # through the large rooms rather than the small
        doors.append(pair)
        joined.update(pair)
    doors += [pair for pair in beside if pair not in doors and luck.random() < 0.2]
    return Storey(rooms, doors)


def _cut(luck: Random, area: Rectangle, count: int) -> list[Rectangle]:
    """A rectangle cut into a number of rooms, the longer side first."""
    if count == 1:
        return [area]
    west, south, east, north = area
    first = count // 2 if luck.random() < 0.5 else (count + 1) // 2
    part = first / count + 0.12 * (luck.random() - 0.5)
    if east - west >= north - south:
        at = round(west + part * (east - west), 2)
        halves = (west, south, at, north), (at, south, east, north)
    else:
        at = round(south + part * (north - south), 2)
        halves = (west, south, east, at), (west, at, east, north)
    return _cut(luck, halves[0], first) + _cut(luck, halves[1], count - first)


def _border(one: Rectangle, other: Rectangle) -> float:
    """The length of the wall between two rooms, 0 if they do not touch along one."""
    wide, tall = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, tall) if min(wide, tall) == 0.0 and max(wide, tall) > 0.0 else 0.0


def _turned(area: Rectangle, across: bool) -> Rectangle:
    """A rectangle, or the same with x and y exchanged."""
    return area if across else (area[1], area[0], area[3], area[2])
