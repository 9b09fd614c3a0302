"""Ways for two through a kitchen: each to a place to use it, together as early as they can, without bumping.

A pose is (cell, direction faced). A goal is a place that a cook wants to face and use, or None: it only makes way.
"""

import heapq
from collections import deque
from functools import cache, lru_cache

from coterie.environments.text.cooperation.kitchen_layouts import Layout
from coterie.environments.text.grid import DIRECTIONS, Cell

Pose = tuple[Cell, str]
Poses = tuple[Pose, Pose]
Goals = tuple[Cell | None, Cell | None]
Zones = tuple[frozenset[Cell], frozenset[Cell]]
Table = dict[Pose, int] | None
FAR = 10**6
"""More steps than any way has."""
STILL = ("stay", *DIRECTIONS)
MOST_STATES = 4000
"""How far a joint search goes before it lets one cook wait for the other."""


@cache
def steps_to(layout: Layout, place: Cell, zone: frozenset[Cell]) -> dict[Pose, int]:
    """Steps from every pose in a zone until a cook faces a place; poses without a way are not in it.

    >>> from coterie.environments.text.cooperation.kitchen_layouts import LAYOUTS
    >>> room = LAYOUTS["cramped_room"]
    >>> steps_to(room, (2, 0), frozenset(room.floor))[(1, 2), "west"]
    2
    """
    before: dict[Pose, list[Pose]] = {}
    found: dict[Pose, int] = {}
    for cell in layout.floor:
        for way in DIRECTIONS if cell in zone else ():
            if layout.ahead[cell][way] == place:
                found[cell, way] = 0
            for move in DIRECTIONS:
                before.setdefault((layout.to[cell][move], move), []).append((cell, way))
    border = deque(found)
    while border:
        here = border.popleft()
        for there in before.get(here, ()):
            if there not in found:
                found[there] = found[here] + 1
                border.append(there)
    return found


@cache
def between(layout: Layout, source: Cell, place: Cell, zone: frozenset[Cell]) -> int:
    """Steps from having used one place until another can be used; FAR: there is no way.

    >>> from coterie.environments.text.cooperation.kitchen_layouts import LAYOUTS
    >>> room = LAYOUTS["cramped_room"]
    >>> between(room, (0, 1), (2, 0), frozenset(room.floor))
    2
    """
    after = steps_to(layout, place, zone)
    ways = [after[pose] for pose, steps in steps_to(layout, source, zone).items() if not steps and pose in after]
    return min(ways, default=FAR)


def moved(layout: Layout, poses: Poses, moves: tuple[str, str]) -> Poses:
    """Where both are after their moves; who would meet or swap stays, and turns all the same."""
    (one, facing), (two, other_facing) = poses
    there, other = layout.to[one][moves[0]], layout.to[two][moves[1]]
    if there == other or (there == two and other == one):
        there, other = one, two
    return (
        (there, moves[0] if moves[0] in DIRECTIONS else facing),
        (other, moves[1] if moves[1] in DIRECTIONS else other_facing),
    )


def first_moves(layout: Layout, zones: Zones, poses: Poses, goals: Goals) -> tuple[str, str]:
    """The first moves of a joint plan that reaches both goals in the fewest steps, summed over both."""
    one, two = (_table(layout, goal, zone) for goal, zone in zip(goals, zones, strict=True))
    return _each_alone(layout, poses, (one, two)) or _together(layout, zones, poses, goals)


def _table(layout: Layout, goal: Cell | None, zone: frozenset[Cell]) -> Table:
    return None if goal is None else steps_to(layout, goal, zone)


def _each_alone(layout: Layout, poses: Poses, tables: tuple[Table, Table]) -> tuple[str, str] | None:
    """The first moves when both may simply go their own shortest ways; None when they would meet."""
    first: tuple[str, str] | None = None
    one_done, two_done = tables[0] is None, tables[1] is None
    while not (one_done and two_done):
        one = "stay" if one_done else _downhill(layout, poses[0], tables[0])
        two = "stay" if two_done else _downhill(layout, poses[1], tables[1])
        first = first or (one, two)
        one_done, two_done = one_done or one == "interact", two_done or two == "interact"
        wished = (layout.to[poses[0][0]][one], layout.to[poses[1][0]][two])
        poses = moved(layout, poses, (one, two))
        if (poses[0][0], poses[1][0]) != wished:
            return None
    return first or ("stay", "stay")


def _downhill(layout: Layout, pose: Pose, table: Table) -> str:
    """The next move of a cook that has the kitchen to itself."""
    if table is None:
        return "stay"
    left = table[pose]
    if not left:
        return "interact"
    return next(way for way in DIRECTIONS if table.get((layout.to[pose[0]][way], way), left) < left)


@lru_cache(maxsize=20_000)
def _together(layout: Layout, zones: Zones, poses: Poses, goals: Goals) -> tuple[str, str]:
    """A* over the poses of both and who has used its goal; nobody is sooner there than alone, so it is exact."""
    one, two = (_table(layout, goal, zone) for goal, zone in zip(goals, zones, strict=True))
    done = (one is None, two is None)
    best: dict[tuple[Poses, tuple[bool, bool]], int] = {(poses, done): 0}
    border: list[tuple[int, int, int, Poses, tuple[bool, bool], tuple[str, str] | None]] = [
        (0, 0, 0, poses, done, None)
    ]
    while border and len(best) < MOST_STATES:
        _, _, _, here, done, first = heapq.heappop(border)
        if all(done):
            return first or ("stay", "stay")
        cost = best[here, done] + 2 - sum(done)
        for moves in _joint((one, two), here, done):
            there = moved(layout, here, moves)
            now = (done[0] or moves[0] == "interact", done[1] or moves[1] == "interact")
            left = _left(one, there[0], now[0]) + _left(two, there[1], now[1])
            if left < FAR and cost < best.get((there, now), FAR):
                best[there, now] = cost
                # Among equals the one that is further on, then the one found first.
                heapq.heappush(border, (cost + left, -cost, len(best), there, now, first or moves))
    # No way for both at once: who is nearer goes, the other makes way.
    if one is None or two is None:
        return _downhill(layout, poses[0], one), _downhill(layout, poses[1], two)
    return first_moves(layout, zones, poses, (goals[0], None) if one[poses[0]] <= two[poses[1]] else (None, goals[1]))


def _left(table: Table, pose: Pose, done: bool) -> int:
    """Steps a cook still needs at least to have used its goal."""
    return 0 if done or table is None else table.get(pose, FAR) + 1


def _joint(tables: tuple[Table, Table], poses: Poses, done: tuple[bool, bool]) -> list[tuple[str, str]]:
    """The moves worth a thought: nobody interacts before it faces its goal."""
    one, two = (
        (*STILL, "interact") if table is not None and not used and not table[pose] else STILL
        for table, pose, used in zip(tables, poses, done, strict=True)
    )
    return [(first, second) for first in one for second in two]
