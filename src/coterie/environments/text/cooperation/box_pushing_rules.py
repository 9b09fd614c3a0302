"""Box pushing: how two agents and their boxes move at once, the shortest joint plan, and the numbered levels."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import permutations
from typing import NamedTuple

from coterie.core import Chance
from coterie.environments.text.grid import DIRECTIONS, Cell, beside, cells
from coterie.environments.text.search import shortest_way

WAYS = ("wait", *DIRECTIONS)
MOST = 20_000
"""How many scenes the planner looks into; levels that need more are not used."""

Pair = tuple[str, str]
"""What both do at once, in the order of the seats."""


class Scene(NamedTuple):
    """Everything that moves; boxes of a kind are alike and stand sorted."""

    agents: tuple[Cell, Cell]
    light: tuple[Cell, ...]
    heavy: tuple[Cell, ...]


class Push(NamedTuple):
    """A box that moved."""

    heavy: bool
    start: Cell
    end: Cell


class Attempt(NamedTuple):
    """What an agent would do if nothing came in its way: where it goes, and where the box goes that it pushes."""

    there: Cell
    beyond: Cell | None = None
    heavy: bool = False


class Hall(NamedTuple):
    """What never moves."""

    size: int
    walls: tuple[Cell, ...]
    goals: tuple[Cell, ...]


class Floor:
    """A hall with what is worked out about it once."""

    def __init__(self, hall: Hall) -> None:
        """Finds which cells lie side by side."""
        self.hall = hall
        free = dict.fromkeys(cell for cell in cells(hall.size, hall.size) if cell not in hall.walls)
        self.around = {
            cell: {way: there for way in DIRECTIONS if (there := beside(cell, way)) in free} for cell in free
        }
        self.bounds: dict[tuple[tuple[Cell, ...], tuple[Cell, ...]], float] = {}

    def after(self, scene: Scene, ways: Pair) -> tuple[Scene, list[Push | None]]:
        """What happens when both act at once, and what each of them pushed."""
        return self._together(scene, self._attempt(scene, 0, ways[0]), self._attempt(scene, 1, ways[1]))

    def _together(self, scene: Scene, first: Attempt | None, second: Attempt | None) -> tuple[Scene, list[Push | None]]:
        if first is not None and first.heavy and not _in_line(scene.agents[1], scene.agents[0], first, second):
            first = None
        if second is not None and second.heavy and not _in_line(scene.agents[0], scene.agents[1], second, first):
            second = None
        if first is not None and second is not None:
            meets = first.there in second or (first.beyond is not None and first.beyond in second)
            swaps = first.there == scene.agents[1] and second.there == scene.agents[0]
            if meets or swaps:
                return scene, [None, None]
        # Into the other's cell only when the other leaves it.
        if first is not None and second is None and first.there == scene.agents[1]:
            first = None
        if second is not None and first is None and second.there == scene.agents[0]:
            second = None
        if first is None and second is None:
            return scene, [None, None]
        light, heavy = scene.light, scene.heavy
        pushes: list[Push | None] = [None, None]
        for number, attempt in enumerate((first, second)):
            if attempt is None or (beyond := attempt.beyond) is None:
                continue
            there = attempt.there
            if there in heavy:
                heavy = _moved(heavy, there, beyond)
                pushes = [Push(True, there, beyond)] * 2
            else:
                light = _moved(light, there, beyond)
                pushes[number] = Push(False, there, beyond)
        agents = (first.there if first else scene.agents[0], second.there if second else scene.agents[1])
        return Scene(agents, light, heavy), pushes

    def _attempt(self, scene: Scene, number: int, way: str) -> Attempt | None:
        """What one agent would do; None: it stays, or a wall or a box that cannot move is in its way."""
        there = self.around[scene.agents[number]].get(way)
        if there is None:
            return None
        heavy = there in scene.heavy
        if not heavy and there not in scene.light:
            return Attempt(there)
        beyond = self.around[there].get(way)
        if beyond is None or beyond in scene.light or beyond in scene.heavy or beyond in scene.agents:
            return None
        return Attempt(there, beyond, heavy)

    def following(self, scene: Scene) -> Iterator[tuple[Pair, Scene]]:
        """Every scene that one joint move can lead to, once; whoever cannot move is taken to wait."""
        attempts = [
            [(way, attempt) for way in WAYS if (attempt := self._attempt(scene, number, way)) or way == "wait"]
            for number in (0, 1)
        ]
        found = {scene: None}
        for one, first in attempts[0]:
            for other, second in attempts[1]:
                there, _ = self._together(scene, first, second)
                if there not in found:
                    found[there] = None
                    yield (one, other), there

    def least(self, scene: Scene) -> float:
        """Never more than the steps still needed; infinite where a box is lost in a corner."""
        boxes = scene.light, scene.heavy
        bound = self.bounds.get(boxes)
        if bound is None:
            bound = self.bounds[boxes] = self._pushes(scene)
        return bound + self._approach(scene) if bound else 0.0

    def _pushes(self, scene: Scene) -> float:
        """Fewest steps of pushing: a heavy box takes both agents, two light ones can move in the same step."""
        best = float("inf")
        lights, heavies = len(scene.light), len(scene.heavy)
        for goals in permutations(self.hall.goals, lights + heavies):
            light = sum(
                self.pushes[1][goal].get(box, float("inf"))
                for box, goal in zip(scene.light, goals[:lights], strict=True)
            )
            heavy = sum(
                self.pushes[2][goal].get(box, float("inf"))
                for box, goal in zip(scene.heavy, goals[lights:], strict=True)
            )
            best = min(best, heavy + (light + light % 2) / 2 if light < float("inf") else best)
        return best

    def _approach(self, scene: Scene) -> int:
        """Fewest steps until any box can be pushed."""

        def away(number: int, box: Cell) -> int:
            here = scene.agents[number]
            return abs(here[0] - box[0]) + abs(here[1] - box[1])

        near = [min(away(0, box), away(1, box)) - 1 for box in scene.light]
        near += [
            min(max(away(0, box) - 1, away(1, box) - 2), max(away(1, box) - 1, away(0, box) - 2)) for box in scene.heavy
        ]
        return min(near)

    @cached_property
    def pushes(self) -> dict[int, dict[Cell, dict[Cell, int]]]:
        """For one and for two pushers in line: goal to box to the fewest pushes, as if it were alone."""
        return {count: {goal: self._pulled(goal, count) for goal in self.hall.goals} for count in (1, 2)}

    def _pulled(self, goal: Cell, count: int) -> dict[Cell, int]:
        """Searches backwards: a box came from the cell behind it if there was room for the pushers behind that."""
        found, border = {goal: 0}, deque([goal])
        while border:
            here = border.popleft()
            for way in DIRECTIONS:
                line = [here]
                while len(line) < count + 2 and (behind := self.around[line[-1]].get(way)) is not None:
                    line.append(behind)
                if len(line) == count + 2 and line[1] not in found:
                    found[line[1]] = found[here] + 1
                    border.append(line[1])
        return found


def _in_line(behind: Cell, here: Cell, pusher: Attempt, helper: Attempt | None) -> bool:
    """Whether the helper goes from right behind the pusher into the pusher's cell, the same way as the pusher."""
    if helper is None or helper.there != here:
        return False
    return pusher.there[0] - here[0] == here[0] - behind[0] and pusher.there[1] - here[1] == here[1] - behind[1]


def _moved(boxes: tuple[Cell, ...], start: Cell, end: Cell) -> tuple[Cell, ...]:
    return tuple(sorted([end if box == start else box for box in boxes]))


@lru_cache(maxsize=4096)
def floor(hall: Hall) -> Floor:
    """What is worked out about a hall, kept for the next who asks."""
    return Floor(hall)


@lru_cache(maxsize=4096)
def plan(hall: Hall, scene: Scene) -> tuple[Pair, ...] | None:
    """The joint moves of a shortest plan, the same for whoever asks; None: there is none, or it takes too long to find.

    >>> hall = Hall(3, (), ((2, 1),))
    >>> plan(hall, Scene(((0, 1), (2, 2)), light=((1, 1),), heavy=()))
    (('east', 'wait'),)
    """
    here = floor(hall)
    moves = shortest_way(scene, here.following, here.least, MOST)
    return None if moves is None else tuple(moves)


class Level(NamedTuple):
    """A numbered layout that can be solved."""

    hall: Hall
    start: Scene
    shortest: int


@lru_cache(maxsize=4096)
def level(number: int, size: int, walls: int, light: int, heavy: int) -> Level:
    """Draws layouts, the same for the same number and sizes, until the planner finds one solved in 3 steps or more."""
    chance, everywhere, attempt = Chance(number), cells(size, size), 0
    while True:
        attempt += 1
        drawn = chance.sample(f"layout {attempt}", everywhere, walls + light + heavy)
        hall = Hall(size, tuple(sorted(drawn[:walls])), tuple(sorted(drawn[walls:])))
        start = _draw_scene(chance, floor(hall), attempt, light, heavy)
        moves = None if start is None else plan(hall, start)
        if start is not None and moves is not None and len(moves) >= 3:
            return Level(hall, start, len(moves))


def _draw_scene(chance: Chance, here: Floor, attempt: int, light: int, heavy: int) -> Scene | None:
    """Puts boxes where each alone could be pushed to some goal, and agents anywhere; None: there is no room."""
    taken: list[Cell] = []
    for number, count in enumerate([1] * light + [2] * heavy):
        fit = [cell for cell in here.around if cell not in taken and cell not in here.hall.goals]
        fit = [cell for cell in fit if any(cell in pulled for pulled in here.pushes[count].values())]
        if not fit:
            return None
        taken.append(chance.draw(f"box {attempt} {number}", fit))
    left = [cell for cell in here.around if cell not in taken]
    agents: Sequence[Cell] = chance.sample(f"agent {attempt}", left, 2)
    return Scene((agents[0], agents[1]), tuple(sorted(taken[:light])), tuple(sorted(taken[light:])))
