"""What a cook sees of a kitchen: in words, as data, as numbers."""

from collections.abc import Mapping

from coterie.core import Array, Json
from coterie.environments.text.cooperation.kitchen_layouts import FULL, KINDS, Layout
from coterie.environments.text.cooperation.kitchen_rules import COOKS, Kitchen
from coterie.environments.text.grid import DIRECTIONS, Cell, drawn

HELD = ("onion", "tomato", "dish", "soup")
STATIONS = ("onions", "tomatoes", "dishes", "serving")
AHEAD = ("floor", "counter", "pot", *STATIONS)
POTS = 2
"""No published layout has more."""


def map_text(layout: Layout) -> str:
    """Where everything stands, and what is ordered."""
    told = []
    for kind in ("pot", *STATIONS):
        places = [layout.called[place] for place, other in layout.kind.items() if other == kind]
        told += [f"{kind} {' '.join(places)}"] if places else []
    for row in sorted({row for _, row in layout.floor}):
        told.append(" ".join([f"floor r{row}", *(f"c{column}" for column, other in layout.floor if other == row)]))
    told += [f"order {' '.join(order)} pays {layout.pays(order)}" for order in layout.orders]
    return " ".join(told)


def own_text(kitchen: Kitchen, cook: int) -> str:
    """Where a cook is, what it faces and what it holds."""
    layout = kitchen.layout
    at, facing, held = kitchen.at[cook], kitchen.facing[cook], kitchen.held[cook]
    ahead = layout.ahead[at][facing]
    seen = layout.kind[ahead]
    if seen == "pot":
        seen = f"pot {filling(kitchen, ahead)}"
    elif ahead in kitchen.counters:
        seen = f"counter {kitchen.counters[ahead].name}"
    elif ahead == kitchen.at[1 - cook]:
        seen = COOKS[1 - cook]
    return f"at {layout.called[at]} facing {facing} {seen} holding {held.name if held else 'nothing'}"


def other_text(kitchen: Kitchen, cook: int) -> str:
    """Where a cook is and what it holds, for the other one."""
    held = kitchen.held[cook]
    return f"{COOKS[cook]} {kitchen.layout.called[kitchen.at[cook]]} holding {held.name if held else 'nothing'}"


def place_text(kitchen: Kitchen, place: Cell) -> str:
    """What is in a pot or on a counter."""
    kind, called = kitchen.layout.kind[place], kitchen.layout.called[place]
    if kind == "pot":
        return f"pot {called} {filling(kitchen, place)}"
    lying = kitchen.counters.get(place)
    return f"counter {called} {lying.name if lying else 'empty'}"


def filling(kitchen: Kitchen, place: Cell) -> str:
    """What is in a pot, how many steps it still cooks, or that it is ready."""
    soup = kitchen.pots.get(place)
    if soup is None:
        return "empty"
    if soup.cooked < 0:
        return " ".join(soup.ingredients)
    return f"cooking {soup.time - soup.cooked}" if soup.cooked < soup.time else "ready"


def picture(layout: Layout, data: Mapping[str, Json]) -> str:
    """The kitchen in letters, from what a cook sees; a small letter is what lies on a counter."""
    letters = {name: letter for letter, name in KINDS.items() if name != "floor"}
    marks = {cell: letters[kind] for cell, kind in layout.kind.items() if kind != "floor"}
    marks |= {tuple(thing["at"]): thing["item"][0] for thing in data["counters"]}
    marks |= {tuple(cook["at"]): name[0].upper() for name, cook in data["cooks"].items()}
    return drawn(*layout.size, marks)


def view(kitchen: Kitchen) -> dict[str, Json]:
    """The whole kitchen; what never changes is said by the name of the layout."""
    cooks: dict[str, Json] = {}
    for cook, at, facing, held in zip(COOKS, kitchen.at, kitchen.facing, kitchen.held, strict=True):
        cooks[cook] = {"at": list(at), "facing": facing, "holding": held.seen() if held else None}
    return {
        "layout": kitchen.layout.name,
        "cooks": cooks,
        "pots": [_pot(kitchen, place) for place in kitchen.layout.pots],
        "counters": [{"at": list(place), **thing.seen()} for place, thing in kitchen.counters.items()],
    }


def _pot(kitchen: Kitchen, place: Cell) -> dict[str, Json]:
    soup = kitchen.pots.get(place)
    if soup is None:
        return {"at": list(place), "state": "empty", "contents": []}
    seen: dict[str, Json] = {"at": list(place), "state": "filling", "contents": soup.ingredients}
    if soup.cooked >= 0:
        left = soup.time - soup.cooked
        seen["state"] = "cooking" if left else "ready"
        seen["left"] = left
    return seen


def vector(kitchen: Kitchen, cook: int, left: float) -> Array:
    """Both cooks, own first; the ways to the nearest of everything; the pots; `left`, the share of time that is left.

    A way is (columns, rows) divided by the width and height, after a 1 if there is such a thing, else three zeros.
    """
    import numpy as np

    layout = kitchen.layout
    at = kitchen.at[cook]
    numbers: list[float] = [left]
    for each in (cook, 1 - cook):
        held = kitchen.held[each]
        ahead = layout.ahead[kitchen.at[each]][kitchen.facing[each]]
        numbers += _way(layout, at, kitchen.at[each])
        numbers += [float(kitchen.facing[each] == way) for way in DIRECTIONS]
        numbers += [float(held is not None and held.name == name) for name in HELD]
        numbers += [float(layout.kind[ahead] == kind) for kind in AHEAD]
    for kind in STATIONS:
        numbers += _nearest(layout, at, [place for place, other in layout.kind.items() if other == kind])
    for name in HELD:
        numbers += _nearest(layout, at, [place for place, thing in kitchen.counters.items() if thing.name == name])
    for number in range(POTS):
        numbers += _pot_numbers(kitchen, at, layout.pots[number]) if number < len(layout.pots) else [0.0] * 9
    numbers += [place / size for place, size in zip(at, layout.size, strict=True)]
    return Array(np.array(numbers, np.float32), axes=("feature",))


def _pot_numbers(kitchen: Kitchen, at: Cell, place: Cell) -> list[float]:
    way, soup = _way(kitchen.layout, at, place), kitchen.pots.get(place)
    if soup is None:
        return [*way, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    contents = [soup.ingredients.count(name) / FULL for name in HELD[:2]]
    started, ready = soup.cooked >= 0, 0 <= soup.cooked == soup.time
    part = (soup.time - soup.cooked) / soup.time if started else 0.0
    return [*way, *contents, 0.0, float(started), float(ready), part]


def _nearest(layout: Layout, at: Cell, places: list[Cell]) -> list[float]:
    if not places:
        return [0.0, 0.0, 0.0]
    return _way(layout, at, min(places, key=lambda place: abs(place[0] - at[0]) + abs(place[1] - at[1])))


def _way(layout: Layout, at: Cell, place: Cell) -> list[float]:
    return [1.0, (place[0] - at[0]) / layout.size[0], (place[1] - at[1]) / layout.size[1]]
