"""What kinds of floors and solids look like."""

from coterie.environments.virtual.pictures.materials import (
    BOARDS,
    BOOKS,
    DRAWERS,
    FACADE,
    GRASS,
    PAVING,
    PLAIN,
    SHELVES,
    STAIRS,
    STREET,
    WALL,
)

Colour = tuple[int, int, int]
CEILING: Colour = (232, 228, 219)
FLOORS: dict[str, tuple[Colour, int]] = {
    "floor": ((205, 176, 141), BOARDS),
    "street": ((128, 131, 136), STREET),
    "crossing": ((156, 158, 160), STREET),
    "pavement": ((196, 192, 184), PAVING),
    "tiles": ((214, 214, 208), PAVING),
    "concrete": ((182, 182, 178), STREET),
    "grass": ((140, 170, 108), GRASS),
    "stairs": ((178, 150, 120), STAIRS),
}
"""Colour and grain of each kind of floor."""
OTHER_FLOOR = (190, 184, 172), PLAIN
EVEN = {"tree", "body", "window", "roof"}
"""Kinds of solids that are not darker where they meet the floor."""


FRONTS = {
    "building": FACADE,
    "bookcase": BOOKS,
    **dict.fromkeys(("shelf", "shelves", "rack", "shoe rack"), SHELVES),
    **dict.fromkeys(
        ("cabinet", "cupboard", "wardrobe", "chest of drawers", "sideboard", "counter", "dresser", "desk", "fridge",
         "bedside table", "kitchen counter", "stove", "bench", "trunk", "chest", "crate", "locker", "till"), DRAWERS,
    ),
}  # fmt: skip
"""Grain of the sides of things."""


def floor_look(kind: str) -> tuple[Colour, int]:
    """Colour and grain of a kind of floor; a plain one for kinds that are not known."""
    return FLOORS.get(kind, OTHER_FLOOR)


def grain_of(kind: str) -> int:
    """The grain of the sides of a kind of solid."""
    return PLAIN if kind in EVEN else FRONTS.get(kind, WALL)
