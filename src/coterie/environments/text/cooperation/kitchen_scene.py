"""What a scripted cook makes of a view of the kitchen: what is wanted, who may go where, how far things are."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from coterie.environments.text.cooperation.kitchen_layouts import Layout
from coterie.environments.text.cooperation.kitchen_paths import FAR, Poses, Zones, between, steps_to
from coterie.environments.text.cooperation.kitchen_rules import SOURCES
from coterie.environments.text.grid import Cell

ROWS = {"counter_circuit": (3, 1)}
"""Where each cook stays in a row of its own, and things go over the counter between: shorter than all the way round."""


class Scene:
    """The work as it stands."""

    def __init__(self, layout: Layout, data: dict[str, Any], poses: Poses, alone: int | None = None) -> None:
        """Reads the view; `alone`: the one cook to plan for, the other is only in its way."""
        self.layout, self.poses, self.alone = layout, poses, alone
        self.held = [cook["holding"]["item"] if cook["holding"] else None for cook in data["cooks"].values()]
        self.lying: dict[Cell, str] = {tuple(thing["at"]): thing["item"] for thing in data["counters"]}
        self.needs: dict[Cell, Counter[str]] = {}
        """What each pot still lacks, less what is on its way."""
        self.soups: dict[Cell, int] = {}
        """The steps until each soup is ready for which no dish is on its way."""
        self.busy: dict[int, tuple[int, Cell]] = {}
        """In how many steps, and where, a cook that holds something has empty hands again."""
        self.unlit: list[Cell] = []
        """Pots that only want to be started."""
        for pot in data["pots"]:
            self._read(tuple(pot["at"]), pot)
        self.zones = self._zones()
        self.shared = self._shared()

    def _read(self, place: Cell, pot: dict[str, Any]) -> None:
        contents = pot["contents"]
        if pot["state"] in ("cooking", "ready"):
            self.soups[place] = pot["left"]
            return
        order = self.layout.can_become(contents)
        missing = Counter(order) - Counter(contents) if order else Counter[str]()
        if missing:
            self.needs[place] = missing
        else:
            self.unlit.append(place)
            self.soups[place] = self.layout.cook_time(contents)

    def _zones(self) -> Zones:
        """Where each cook works: its row while both keep to theirs, else anywhere."""
        floor = frozenset(self.layout.floor)
        if self.alone is not None:
            free = floor - {self.poses[1 - self.alone][0]}
            return (free, floor) if self.alone == 0 else (floor, free)
        rows = ROWS.get(self.layout.name)
        if rows is None or any(pose[0][1] != row for pose, row in zip(self.poses, rows, strict=True)):
            return floor, floor
        one, two = (frozenset(cell for cell in floor if cell[1] == row) for row in rows)
        return one, two

    def _shared(self) -> list[Cell]:
        """The counters over which things are handed; none where everybody can go everywhere."""
        somewhere = steps_to(self.layout, self.layout.pots[0], self.zones[0])
        if self.zones[0] == self.zones[1] and all((cell, "north") in somewhere for cell in self.zones[0]):
            return []
        counters = [place for place, kind in self.layout.kind.items() if kind == "counter"]
        return [place for place in counters if self.away(0, place) < FAR and self.away(1, place) < FAR]

    # ---- how far things are -----------------------------------------------------------------------------------------

    def away(self, cook: int, place: Cell) -> int:
        """Steps until a cook can use a place; FAR: never."""
        return steps_to(self.layout, place, self.zones[cook]).get(self.poses[cook], FAR)

    def between(self, cook: int, source: Cell, place: Cell) -> int:
        """Steps of a cook from having used one place until it can use another; FAR: there is no way."""
        return between(self.layout, source, place, self.zones[cook])

    def nearest(self, cook: int, places: Iterable[Cell]) -> Cell | None:
        """The place that a cook can use soonest, if any."""
        found = min(places, key=lambda place: (self.away(cook, place), place), default=None)
        return found if found is not None and self.away(cook, found) < FAR else None

    def places(self, kind: str) -> list[Cell]:
        """Where things of a kind stand."""
        return [place for place, other in self.layout.kind.items() if other == kind]

    def kept(self, item: str) -> list[Cell]:
        """Where any number of an item can be taken."""
        return [place for place, kind in self.layout.kind.items() if SOURCES.get(kind) == item]

    def sources(self, item: str) -> list[Cell]:
        """Where an item can be had: where it is kept, and counters it lies on."""
        return self.kept(item) + [place for place, lying in self.lying.items() if lying == item]

    def trip(self, cook: int, item: str, goal: Cell) -> tuple[int, Cell]:
        """The steps in which a cook can fetch an item and be ready to use it at the goal, and where it gets it."""
        trips = [
            (self.away(cook, source) + 1 + self.between(cook, source, goal), source) for source in self.sources(item)
        ]
        return min(trips, key=lambda trip: trip[0], default=(FAR, goal))
