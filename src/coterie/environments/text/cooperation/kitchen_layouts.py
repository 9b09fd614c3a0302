"""The published kitchens: who starts where, what stands where, what is ordered, what it pays and how long it cooks."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from coterie.environments.text.grid import DIRECTIONS, Cell, beside, cells

MOVES = (*DIRECTIONS, "stay", "interact")
KINDS = {
    " ": "floor",
    "X": "counter",
    "O": "onions",
    "T": "tomatoes",
    "D": "dishes",
    "P": "pot",
    "S": "serving",
}
FULL = 3
"""How many ingredients a pot holds."""
ONIONS = ("onion", "onion", "onion")


class Layout:
    """A kitchen that never changes; drawn as rows of the letters of `KINDS`, 1 and 2 being where the cooks start.

    >>> room = LAYOUTS["cramped_room"]
    >>> room.starts, room.pots, room.kind[0, 1], room.pays(ONIONS), room.cook_time(ONIONS)
    (((1, 2), (3, 1)), ((2, 0),), 'onions', 20, 20)
    """

    def __init__(
        self,
        name: str,
        rows: Sequence[str],
        orders: Sequence[tuple[str, ...]] = (ONIONS,),
        bonus: Sequence[tuple[str, ...]] = (),
        values: tuple[int, int] | None = None,
        times: tuple[int, int] | None = None,
    ) -> None:
        """Reads the drawing.

        Args:
            name: what the layout is called where it was published.
            rows: the drawing, from north to south.
            orders: the soups that are paid for, ingredients in alphabetical order.
            bonus: those of them that are paid double.
            values: what an onion and a tomato in a soup are worth; None: any soup is worth 20.
            times: how many steps an onion and a tomato add to the cooking; None: any soup cooks 20.
        """
        drawn = {cell: rows[cell[1]][cell[0]] for cell in cells(len(rows[0]), len(rows))}
        self.name, self.orders, self.bonus, self.values, self.times = name, orders, bonus, values, times
        self.size = (len(rows[0]), len(rows))
        self.starts = tuple(next(cell for cell, mark in drawn.items() if mark == who) for who in "12")
        self.kind = {cell: KINDS.get(mark, "floor") for cell, mark in drawn.items()}
        self.floor = tuple(cell for cell, kind in self.kind.items() if kind == "floor")
        self.pots = tuple(cell for cell, kind in self.kind.items() if kind == "pot")
        self.called = {cell: f"c{cell[0]} r{cell[1]}" for cell in drawn}
        self.ahead = {cell: {way: beside(cell, way) for way in DIRECTIONS} for cell in self.floor}
        """What is in front of who stands on a cell and faces a direction."""
        self.to = {cell: {move: self._after(cell, move) for move in MOVES} for cell in self.floor}
        """Where a move leads when nobody is in the way."""

    def _after(self, cell: Cell, move: str) -> Cell:
        there = self.ahead[cell].get(move, cell)
        return there if self.kind[there] == "floor" else cell

    def __deepcopy__(self, memo: dict[int, Any]) -> "Layout":
        """Is shared by all snapshots, as it never changes."""
        return self

    def pays(self, soup: Sequence[str]) -> int:
        """What serving a soup pays; nothing for what nobody ordered."""
        made = tuple(sorted(soup))
        if made not in self.orders:
            return 0
        return (2 if made in self.bonus else 1) * self._sum(soup, self.values)

    def cook_time(self, soup: Sequence[str]) -> int:
        """How many steps a soup cooks."""
        return self._sum(soup, self.times)

    @staticmethod
    def _sum(soup: Sequence[str], each: tuple[int, int] | None) -> int:
        return 20 if each is None else sum(each[name == "tomato"] for name in soup)

    def can_become(self, soup: Sequence[str]) -> tuple[str, ...] | None:
        """The best ordered soup that a pot with these contents can still become, None if none.

        Best is the most pay, then the fewest ingredients.

        >>> LAYOUTS["counter_circuit"].can_become(["tomato", "tomato"])
        ('onion', 'tomato', 'tomato')
        """
        possible = [order for order in self.orders if not Counter(soup) - Counter(order)]
        return max(possible, key=lambda order: (self.pays(order), -len(order)), default=None)


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("cramped_room", ("XXPXX", "O  2O", "X1  X", "XDXSX")),
        Layout("asymmetric_advantages", ("XXXXXXXXX", "O XSXOX S", "X   P 1 X", "X2  P   X", "XXXDXDXXX")),
        Layout("coordination_ring", ("XXXPX", "X 1 P", "D2X X", "O   X", "XOSXX")),
        Layout("forced_coordination", ("XXXPX", "O X1P", "O2X X", "D X X", "XXXSX")),
        Layout(
            "counter_circuit",
            ("XXXPDPXXX", "X   2   X", "X XXXXX X", "X   1   X", "XXXOSTXXX"),
            orders=(("onion", "tomato", "tomato"), ("onion", "onion", "tomato"), ("onion", "tomato")),
            bonus=(("onion", "tomato"),),
            values=(21, 13),
            times=(15, 7),
        ),
        Layout("counter_circuit_o_1order", ("XXXPPXXX", "X  2   X", "D XXXX S", "X  1   X", "XXXOOXXX")),
    )
}
"""The layouts of Overcooked-AI 1.1.0 by their published names; the last is the one of the first human-AI studies."""
