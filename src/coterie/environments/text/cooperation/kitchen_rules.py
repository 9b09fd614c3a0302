"""The rules of the kitchen without seats or views: those of Overcooked-AI 1.1.0, step by step.

Within a step all `interact` come first, cook 0 before cook 1; then both move at once; then the pots cook.
"""

from coterie.core import Event, Json
from coterie.environments.text.cooperation.kitchen_layouts import FULL, Layout
from coterie.environments.text.grid import DIRECTIONS, Cell

COOKS = ("blue", "green")
SOURCES = {"onions": "onion", "tomatoes": "tomato", "dishes": "dish"}
POTTED, USEFUL_DISH, PLATED = 3, 3, 5
"""The published shaped rewards: an ingredient put in a pot, a dish taken when one is needed, a soup plated."""


class Thing:
    """Something that can be held: an onion, a tomato, a dish, or a soup; numbered in the order of appearance."""

    __slots__ = ("contents", "cooked", "name", "number", "time")

    def __init__(self, name: str, number: int) -> None:
        """Is raw and empty."""
        self.name, self.number = name, number
        self.contents: list[Thing] = []
        self.cooked = -1
        """Steps it has cooked; -1: not started."""
        self.time = 0
        """Steps it cooks in all; known when it is started."""

    def __str__(self) -> str:
        """Its name with its number, which tells it from all others of the episode."""
        return f"{self.name} {self.number}"

    @property
    def ingredients(self) -> list[str]:
        """What is in a soup, in the order it was put in."""
        return [each.name for each in self.contents]

    def seen(self) -> dict[str, Json]:
        """What somebody sees of it when it is held or lies on a counter."""
        return {"item": self.name, "contents": self.ingredients} if self.contents else {"item": self.name}


class Kitchen:
    """One kitchen in use."""

    def __init__(self, layout: Layout) -> None:
        """Both cooks at their places, facing north, with empty hands."""
        self.layout = layout
        self.at: list[Cell] = list(layout.starts)
        self.facing = ["north", "north"]
        self.held: list[Thing | None] = [None, None]
        self.counters: dict[Cell, Thing] = {}
        self.pots: dict[Cell, Thing] = {}
        """The soups in the pots; an empty pot is not in it."""
        self.things = 0
        # What the last step brought:
        self.paid = 0
        self.shaped = [0, 0]
        self.changed: dict[Cell, None] = {}
        self.events: list[Event] = []

    def step(self, moves: tuple[str, str]) -> None:
        """Moves on by one step; afterwards `paid`, `shaped`, `changed` and `events` tell what it brought."""
        self.paid, self.shaped, self.changed, self.events = 0, [0, 0], {}, []
        if "interact" in moves:
            # Whether a dish is needed is judged by the pots as they were before anybody interacted.
            waiting = sum(soup.cooked >= 0 or len(soup.contents) < FULL for soup in self.pots.values())
            for cook in (0, 1):
                if moves[cook] == "interact":
                    self._interact(cook, waiting)
        self._move(moves)
        for place, soup in self.pots.items():
            if 0 <= soup.cooked < soup.time:
                soup.cooked += 1
                if soup.cooked == soup.time:
                    self.changed[place] = None
                    self.events.append(Event("cooked", None, {"item": str(soup), "at": list(place)}))

    def _move(self, moves: tuple[str, str]) -> None:
        """Turns both and moves both, or neither when they would meet or swap."""
        (one, two), to = self.at, self.layout.to
        there, other = to[one][moves[0]], to[two][moves[1]]
        for cook in (0, 1):
            if moves[cook] in DIRECTIONS:
                self.facing[cook] = moves[cook]
        if there == other or (there == two and other == one):
            self.events.append(Event("collided", None, {"cooks": list(COOKS), "at": [list(one), list(two)]}))
        else:
            self.at = [there, other]

    def _interact(self, cook: int, waiting: int) -> None:
        """Uses what is in front of a cook."""
        place = self.layout.ahead[self.at[cook]][self.facing[cook]]
        kind, held = self.layout.kind[place], self.held[cook]
        if kind == "counter":
            self._use_counter(cook, place, held)
        elif kind == "pot":
            self._use_pot(cook, place, held)
        elif kind == "serving":
            if held is not None and held.name == "soup":
                self._serve(cook, held)
        elif kind in SOURCES and held is None:
            if kind == "dishes" and self._dish_is_useful(waiting):
                self.shaped[cook] += USEFUL_DISH
            taken = self._new(SOURCES[kind])
            self.held[cook] = taken
            self._tell("took", cook, place, taken, (), _with(taken, cook))

    def _dish_is_useful(self, waiting: int) -> bool:
        dishes = sum(thing is not None and thing.name == "dish" for thing in self.held)
        return dishes < waiting and all(thing.name != "dish" for thing in self.counters.values())

    def _use_counter(self, cook: int, place: Cell, held: Thing | None) -> None:
        lying = self.counters.get(place)
        if held is not None and lying is None:
            self.held[cook], self.counters[place] = None, held
            self._tell("put down", cook, place, held, (_with(held, cook),), _on(held, place))
        elif held is None and lying is not None:
            self.held[cook] = self.counters.pop(place)
            self._tell("picked up", cook, place, lying, (_on(lying, place),), _with(lying, cook))
        else:
            return
        self.changed[place] = None

    def _use_pot(self, cook: int, place: Cell, held: Thing | None) -> None:
        soup = self.pots.get(place)
        if held is None:
            if soup is not None and soup.cooked < 0:
                soup.cooked, soup.time = 0, self.layout.cook_time(soup.ingredients)
                self.changed[place] = None
                used = tuple(f"{each} in {soup}" for each in soup.contents)
                self._tell("started", cook, place, soup, used, f"{soup} cooking")
        elif held.name == "dish":
            if soup is not None and 0 <= soup.cooked == soup.time:
                self.held[cook] = self.pots.pop(place)
                self.shaped[cook] += PLATED
                self.changed[place] = None
                self._tell("plated", cook, place, soup, (f"{soup} cooking", _with(held, cook)), _with(soup, cook))
        elif held.name != "soup":
            if soup is None:
                soup = self.pots[place] = self._new("soup")
            if soup.cooked < 0 and len(soup.contents) < FULL:
                self.held[cook] = None
                soup.contents.append(held)
                self.shaped[cook] += POTTED
                self.changed[place] = None
                self._tell("potted", cook, place, held, (_with(held, cook),), f"{held} in {soup}")

    def _serve(self, cook: int, soup: Thing) -> None:
        self.held[cook] = None
        pays = self.layout.pays(soup.ingredients)
        self.paid += pays
        facts: dict[str, Json] = {"used": [_with(soup, cook)], "made": [f"{soup} served"]}
        self.events.append(Event("served", COOKS[cook], {"item": str(soup), "pays": pays, **facts}))

    def _new(self, name: str) -> Thing:
        self.things += 1
        return Thing(name, self.things)

    def _tell(self, kind: str, cook: int, place: Cell, thing: Thing, used: tuple[str, ...], made: str) -> None:
        data: dict[str, Json] = {"item": str(thing), "at": list(place), "used": list(used), "made": [made]}
        self.events.append(Event(kind, COOKS[cook], data))


def _with(thing: Thing, cook: int) -> str:
    return f"{thing} with {COOKS[cook]}"


def _on(thing: Thing, place: Cell) -> str:
    return f"{thing} on counter {place[0]} {place[1]}"
