"""Who should use what next in a kitchen, for the scripted cooks."""

from collections import Counter
from collections.abc import Callable

from coterie.environments.text.cooperation.kitchen_paths import FAR, Goals
from coterie.environments.text.cooperation.kitchen_scene import Scene
from coterie.environments.text.grid import Cell

DISH_TIME = 12
"""How many steps before a soup is ready a supplier sees to the dish."""


class Plan(Scene):
    """The work as it stands, shared out once."""

    def goals(self) -> Goals:
        """The place that each cook should use next; None: nothing, or not yet."""
        cooks = (0, 1) if self.alone is None else (self.alone,)
        found: list[Cell | None] = [None, None]
        idle, spare = [], []
        for cook in sorted(cooks, key=lambda cook: self._order(cook)):
            item = self.held[cook]
            if item is None:
                idle.append(cook)
                continue
            found[cook], useful = self._bring(cook, item)
            if not useful:
                spare.append(cook)
        for pot in self.unlit:
            able = [cook for cook in idle if self.away(cook, pot) < FAR]
            if able:
                cook = min(able, key=lambda cook: self.away(cook, pot))
                found[cook] = pot
                idle.remove(cook)
        for cook in sorted(idle, key=lambda cook: self._dish_steps(cook)):
            found[cook] = self._fetch(cook)
        for cook in spare:
            if self._hands_are_wanted(cook, self.held[cook] or ""):
                empty = [place for place in self.places("counter") if place not in self.lying]
                found[cook] = self.nearest(cook, [place for place in empty if place not in self.shared] or empty)
        return found[0], found[1]

    def _order(self, cook: int) -> int:
        """Who is first to claim where its item goes: the one that is there first."""
        item = self.held[cook]
        wanted = self._wanted(item) if item else []
        return min((max(self.away(cook, place), self.soups.get(place, 0)) for place in wanted), default=FAR)

    def _wanted(self, item: str) -> list[Cell]:
        """Where an item is of use."""
        if item == "soup":
            return self.places("serving")
        if item == "dish":
            return list(self.soups)
        return [place for place, missing in self.needs.items() if missing[item] > 0]

    def _bring(self, cook: int, item: str) -> tuple[Cell | None, bool]:
        """Where a cook takes what it holds, and whether that is of use."""
        wanted = self._wanted(item)
        place = min((place for place in wanted if self.away(cook, place) < FAR), key=self._soonest(cook), default=None)
        if place is not None:
            left, away = self.soups.get(place, 0), self.away(cook, place)
            self._claim(place, item)
            self._note_busy(cook, item, place, max(away, left))
            return (place if left <= away else None), True
        if wanted:
            self._claim(wanted[0], item)
            return self._handing_place(cook, wanted[0]), True
        if self.shared and item not in ("dish", "soup") and self.nearest(cook, self.layout.pots) is None:
            return self._handing_place(cook, self.layout.pots[0]), True
        return None, False

    def _soonest(self, cook: int) -> Callable[[Cell], tuple[int, int, Cell]]:
        """Sorts places by when a cook can do something there; among pots equally near, the fullest comes first."""
        return lambda place: (max(self.away(cook, place), self.soups.get(place, 0)), self._lacks(place), place)

    def _note_busy(self, cook: int, item: str, place: Cell, steps: int) -> None:
        """Keeps when and where a cook has empty hands again."""
        if item != "dish":
            self.busy[cook] = (steps + 1, place)
            return
        way, serving = min((self.between(cook, place, serving), serving) for serving in self.places("serving"))
        if way < FAR:
            self.busy[cook] = (steps + 1 + way + 1, serving)

    def _handing_place(self, cook: int, goal: Cell) -> Cell | None:
        """The empty counter over which something comes to its goal soonest."""
        empty = [
            (self.away(cook, place) + self.between(1 - cook, place, goal), place)
            for place in self.shared
            if place not in self.lying
        ]
        return min(empty)[1] if empty else None

    def _wanting(self) -> bool:
        """Whether some pot lacks what nobody is bringing."""
        return any(missing.total() > 0 for missing in self.needs.values())

    def _lacks(self, place: Cell) -> int:
        """How many ingredients a pot lacks that nobody is bringing."""
        return self.needs[place].total() if place in self.needs else 0

    def _claim(self, place: Cell, item: str) -> None:
        """Notes that something is on its way."""
        if item == "dish":
            self.soups.pop(place)
        elif item != "soup":
            self.needs[place][item] -= 1

    def _dish_steps(self, cook: int) -> int:
        """How soon a cook could be at a pot with a dish."""
        return min((self.trip(cook, "dish", pot)[0] for pot in self.soups), default=FAR)

    def _fetch(self, cook: int) -> Cell | None:
        """What a cook with empty hands does next."""
        if self.nearest(cook, self.places("serving")) and (soup := self.nearest(cook, self.sources("soup"))):
            return soup
        if self.nearest(cook, self.layout.pots) is None:
            return self._supply(cook)
        spare, pot, source = self._dish(cook)
        if spare <= 1:
            self._claim(pot, "dish")
            return source
        trips = [
            (self._lacks(place), *self.trip(cook, item, place), place, item)
            for place, missing in self.needs.items()
            for item in missing
            if missing[item] > 0
        ]
        trips = [trip for trip in trips if trip[1] < FAR]
        if trips:
            _, _, source, pot, item = min(trips, key=lambda trip: trip[:2])
            self._claim(pot, item)
            return source
        if spare < FAR and not (self.shared and self._wanting()):
            self._claim(pot, "dish")
            return source
        return None if self.soups else self._ahead(cook)

    def _dish(self, cook: int) -> tuple[int, Cell, Cell]:
        """The soup a cook should see to: the steps to spare, the pot, where the dish is; FAR: none.

        A soup that the other cook could serve as soon, after what it does now, is left to it.
        """
        found = (FAR, self.layout.pots[0], self.layout.pots[0])
        for pot, left in self.soups.items():
            steps, source = self.trip(cook, "dish", pot)
            if steps < FAR and max(steps, left) + self._serving_steps(cook, pot) < self._other_serves(1 - cook, pot):
                found = min(found, (left - steps, pot, source))
        return found

    def _serving_steps(self, cook: int, pot: Cell) -> int:
        """From plating at a pot until the soup is served."""
        return min(self.between(cook, pot, place) for place in self.places("serving"))

    def _other_serves(self, other: int, pot: Cell) -> int:
        """When the other cook, if it is counted on, could have served a soup after what it does now."""
        if other not in self.busy:
            return 2 * FAR
        steps, last = self.busy[other]
        ways = [self.between(other, last, dish) + 1 + self.between(other, dish, pot) for dish in self.sources("dish")]
        return max(steps + min(ways, default=FAR), self.soups[pot]) + self._serving_steps(other, pot)

    def _ahead(self, cook: int) -> Cell | None:
        """The first ingredient of the next soup, when there is nothing better to do."""
        order = self.layout.can_become([])
        return self.nearest(cook, self.sources(order[0])) if order else None

    def _supply(self, cook: int) -> Cell | None:
        """What a cook without a way to the pots fetches: a dish when one is wanted, ingredients while there is room."""
        stock = Counter(self.lying[place] for place in self.shared if place in self.lying)
        room = len(self.shared) - stock.total()
        other = 1 - cook
        if self.nearest(other, self.places("dishes")) is None:
            soon = min(self.soups.values(), default=FAR) <= DISH_TIME or not self._wanting()
            if len(self.soups) > stock["dish"] and room and soon:
                return self.nearest(cook, self.places("dishes"))
            room -= not stock["dish"]  # a counter stays free for the dish
        room -= self.nearest(other, self.places("serving")) is None  # and for the soup, if that comes back this way
        order = self.layout.can_become([]) or ()
        needed = list((sum(self.needs.values(), Counter[str]()) - stock).elements())
        further = list((Counter(order) - stock).elements())
        item = next(iter([*needed, *further]), None)
        return self.nearest(cook, self.kept(item)) if item and room > 0 else None

    def _hands_are_wanted(self, cook: int, item: str) -> bool:
        """Whether what a cook holds is in the way of work that nobody does."""
        if self.nearest(cook, self.layout.pots) is None:
            return "soup" in self.lying.values()
        if self.alone is None and self.held[1 - cook] is None:
            return False
        return self._wanting() if item == "dish" else bool(self.soups)
