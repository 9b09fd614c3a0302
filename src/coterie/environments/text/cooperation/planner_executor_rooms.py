"""Planner and executor: the map of rooms, how one moves in it, the shortest way, and how a map is drawn."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from typing import NamedTuple

from coterie.core import Chance, Json
from coterie.environments.text.grid import DIRECTIONS, Cell, beside, cells, distances
from coterie.environments.text.search import shortest_way

COLOURS = ("red", "green", "blue")


class Place(NamedTuple):
    """Where somebody is, the keys it holds, sorted, and whether it has finished at the goal."""

    cell: Cell
    held: tuple[str, ...] = ()
    finished: bool = False


class Rooms:
    """A map: what never changes in an episode."""

    def __init__(
        self,
        size: int,
        walls: Iterable[Cell],
        doors: Mapping[Cell, str],
        keys: Mapping[Cell, str],
        start: Cell,
        goal: Cell,
    ) -> None:
        """Puts everything in its place, and remembers which cells lie side by side without a wall between."""
        self.size, self.walls, self.start, self.goal = size, sorted(walls), start, goal
        self.doors, self.keys = dict(doors), dict(keys)
        free = dict.fromkeys(cell for cell in cells(size, size) if cell not in self.walls)
        self.around: dict[Cell, dict[str, Cell]] = {
            cell: {way: there for way in DIRECTIONS if (there := beside(cell, way)) in free} for cell in free
        }

    def __deepcopy__(self, memo: object) -> "Rooms":
        """A map never changes, so that a snapshot can share it."""
        return self

    @classmethod
    def read(cls, data: Mapping[str, Json]) -> "Rooms":
        """The map that `data` tells."""
        return cls(
            size=data["size"],
            walls=[_cell(each) for each in data["walls"]],
            doors={_cell(each): colour for colour, each in data["doors"].items()},
            keys={_cell(each): colour for colour, each in data["keys"].items()},
            start=_cell(data["start"]),
            goal=_cell(data["goal"]),
        )

    def data(self) -> dict[str, Json]:
        """The map as JSON."""
        return {
            "size": self.size,
            "walls": [list(cell) for cell in self.walls],
            "doors": {colour: list(cell) for cell, colour in self.doors.items()},
            "keys": {colour: list(cell) for cell, colour in self.keys.items()},
            "start": list(self.start),
            "goal": list(self.goal),
        }

    def beyond(self, place: Place, way: str) -> Cell | None:
        """The cell that a step leads to; None: a wall, the edge or a locked door."""
        there = self.around[place.cell].get(way)
        return None if there in self.doors and self.doors[there] not in place.held else there

    def key(self, place: Place) -> str | None:
        """The key that lies where somebody stands and was not taken."""
        colour = self.keys.get(place.cell)
        return None if colour in place.held else colour

    def after(self, place: Place, move: str) -> Place:
        """Where a move leads; a move that is not possible changes nothing."""
        if move in DIRECTIONS:
            there = self.beyond(place, move)
            return place if there is None else Place(there, place.held)
        if move == "finish" and place.cell == self.goal:
            return Place(place.cell, place.held, finished=True)
        colour = self.key(place) if move == "take" else None
        return place if colour is None else Place(place.cell, tuple(sorted((*place.held, colour))))

    def following(self, place: Place) -> Iterator[tuple[str, Place]]:
        """Every move that changes something, and where it leads."""
        here, held, _ = place
        for move, there in self.around[here].items():
            if there not in self.doors or self.doors[there] in held:
                yield move, Place(there, held)
        if here in self.keys and self.keys[here] not in held:
            yield "take", self.after(place, "take")
        if here == self.goal:
            yield "finish", self.after(place, "finish")

    def way(self, place: Place) -> list[str]:
        """The moves of a shortest way to finish at the goal; every map that is drawn has one from everywhere."""
        column, row = self.goal

        def least(here: Place) -> float:
            return 0.0 if here.finished else abs(here.cell[0] - column) + abs(here.cell[1] - row) + 1.0

        return shortest_way(place, self.following, least) or []


def _cell(pair: list[int]) -> Cell:
    return pair[0], pair[1]


def draw_rooms(chance: Chance, size: int, count: int, colours: tuple[str, ...]) -> Rooms:
    """Draws a map with `count` walls inside the rooms, and a room before and behind every door.

    Walls leave all other cells connected, and everything else is drawn after them: whatever it falls on can be reached.
    """
    everywhere = cells(size, size)
    divisions = [
        columns
        for columns in combinations(range(1, size - 1), len(colours))
        if all(other - one > 1 for one, other in pairwise(columns))
    ]
    columns = chance.draw("columns", divisions) if colours else ()
    doors = [
        (column, chance.draw(f"{colour} door", range(size))) for column, colour in zip(columns, colours, strict=True)
    ]
    between = [cell for cell in everywhere if cell[0] in columns and cell not in doors]
    free = dict.fromkeys(cell for cell in everywhere if cell not in between)
    # Beside a door there is no wall, so that every room has a cell for a key, or for the goal.
    passages = [beside(door, way) for door in doors for way in ("east", "west")]
    inside = [cell for cell in free if cell[0] not in columns and cell not in passages]
    walls = _draw_walls(chance, free, count, inside)
    floor = [cell for cell in free if cell not in doors]
    first, last = (columns[0], columns[-1]) if columns else (size, -1)
    start = chance.draw("start", [cell for cell in floor if cell[0] < first])
    keys: list[Cell] = []
    for column, colour in zip(columns, colours, strict=True):
        keys.append(chance.draw(f"{colour} key", [cell for cell in floor if cell[0] < column and cell not in keys]))
    goal = chance.draw("goal", [cell for cell in floor if cell[0] > last and cell != start])
    mirrored = chance.draw("side", ("east", "west")) == "west"

    def placed(cell: Cell) -> Cell:
        return (size - 1 - cell[0], cell[1]) if mirrored else cell

    return Rooms(
        size=size,
        walls=[placed(cell) for cell in (*walls, *between)],
        doors={placed(cell): colour for cell, colour in zip(doors, colours, strict=True)},
        keys={placed(cell): colour for cell, colour in zip(keys, colours, strict=True)},
        start=placed(start),
        goal=placed(goal),
    )


def _draw_walls(chance: Chance, free: dict[Cell, None], count: int, inside: list[Cell]) -> list[Cell]:
    """Takes walls out of `free`, one after another, where they cut nothing off; fewer where there is no such cell."""
    walls: list[Cell] = []
    left, tries = list(inside), 0
    while len(walls) < count and left:
        cell = chance.draw(f"wall {tries}", left)
        left.remove(cell)
        tries += 1
        rest = {each: None for each in free if each != cell}
        if len(distances(next(iter(rest)), rest)) == len(rest):
            walls.append(cell)
            del free[cell]
            left = [each for each in inside if each in free]
    return walls
