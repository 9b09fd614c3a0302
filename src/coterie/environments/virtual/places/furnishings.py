"""What rooms are furnished with, and what lies about in them: kinds, sizes, colours, and what can be done with them."""

from typing import NamedTuple

from coterie.environments.virtual.places.building import Colour
from coterie.environments.virtual.space.scene import Affordance

Size = tuple[float, float, float]
"""Width east, depth north, height, in metres."""
OAK, PINE, LINEN, SLATE, SAGE, CREAM, STEEL, CLAY = (
    (156, 118, 82), (196, 164, 120), (201, 188, 170), (108, 122, 138),
    (138, 158, 132), (226, 218, 202), (170, 178, 184), (178, 118, 96),
)  # fmt: skip


class Piece(NamedTuple):
    """A kind of furniture."""

    kind: str
    width: float
    depth: float
    height: float
    colour: Colour
    affordances: tuple[Affordance, ...] = ()
    capacity: int = 0
    free: bool = False
    """Whether it stands in the middle of a room rather than against a wall."""


SURFACE: tuple[Affordance, ...] = ("surface",)
CONTAINER: tuple[Affordance, ...] = ("container", "open")
BASKET: tuple[Affordance, ...] = ("container",)

PIECES: dict[str, tuple[Piece, ...]] = {
    "living room": (
        Piece("sofa", 2.0, 0.9, 0.75, SLATE, SURFACE, 3),
        Piece("coffee table", 1.1, 0.6, 0.45, OAK, SURFACE, 4, free=True),
        Piece("bookcase", 1.2, 0.35, 1.9, OAK, SURFACE, 5),
        Piece("lamp", 0.35, 0.35, 1.6, CREAM, ("switch",)),
        Piece("cabinet", 1.1, 0.45, 0.9, PINE, CONTAINER, 5),
        Piece("armchair", 0.85, 0.85, 0.8, SAGE, SURFACE, 1),
    ),
    "kitchen": (
        Piece("counter", 2.0, 0.6, 0.9, CREAM, SURFACE, 6),
        Piece("fridge", 0.7, 0.7, 1.8, STEEL, CONTAINER, 5),
        Piece("kitchen table", 1.3, 0.8, 0.75, PINE, SURFACE, 5, free=True),
        Piece("cupboard", 0.9, 0.5, 1.9, SAGE, CONTAINER, 5),
        Piece("stove", 0.6, 0.6, 0.9, STEEL, ("switch",)),
    ),
    "bedroom": (
        Piece("bed", 1.5, 2.0, 0.5, LINEN, SURFACE, 4),
        Piece("wardrobe", 1.4, 0.6, 2.0, OAK, CONTAINER, 6),
        Piece("bedside table", 0.45, 0.45, 0.5, OAK, SURFACE, 2),
        Piece("chest of drawers", 0.9, 0.5, 0.9, PINE, CONTAINER, 5),
    ),
    "bathroom": (
        Piece("bath", 1.6, 0.75, 0.55, CREAM, BASKET, 3),
        Piece("washstand", 0.7, 0.45, 0.85, CREAM, SURFACE, 3),
        Piece("laundry basket", 0.45, 0.45, 0.6, PINE, BASKET, 4),
    ),
    "study": (
        Piece("desk", 1.4, 0.7, 0.75, OAK, SURFACE, 5),
        Piece("bookcase", 1.2, 0.35, 1.9, OAK, SURFACE, 5),
        Piece("trunk", 0.9, 0.5, 0.5, CLAY, CONTAINER, 5),
    ),
    "dining room": (
        Piece("dining table", 1.7, 0.9, 0.75, OAK, SURFACE, 6, free=True),
        Piece("sideboard", 1.4, 0.45, 0.9, OAK, CONTAINER, 5),
        Piece("plant stand", 0.4, 0.4, 0.8, SAGE, SURFACE, 1),
    ),
    "guest room": (
        Piece("bed", 1.2, 2.0, 0.5, LINEN, SURFACE, 4),
        Piece("wardrobe", 1.0, 0.6, 2.0, PINE, CONTAINER, 6),
        Piece("stool", 0.4, 0.4, 0.45, PINE, SURFACE, 1),
    ),
    "storeroom": (
        Piece("shelf", 1.2, 0.4, 1.8, PINE, SURFACE, 6),
        Piece("crate", 0.6, 0.5, 0.5, PINE, CONTAINER, 4),
        Piece("barrel", 0.55, 0.55, 0.8, OAK, BASKET, 3),
    ),
    "hall": (
        Piece("shoe rack", 0.8, 0.32, 0.5, OAK, SURFACE, 3),
        Piece("hall table", 0.8, 0.32, 0.8, OAK, SURFACE, 2),
    ),
    "landing": (Piece("linen chest", 0.8, 0.35, 0.6, PINE, CONTAINER, 4),),
}

COLOURS: dict[str, Colour] = {
    "red": (178, 84, 78), "blue": (88, 122, 168), "green": (106, 146, 104), "yellow": (212, 180, 98),
    "white": (232, 228, 218), "black": (70, 70, 74), "brown": (138, 102, 76), "purple": (134, 108, 156),
}  # fmt: skip
OBJECTS: dict[str, Size] = {
    "cup": (0.09, 0.09, 0.1), "plate": (0.24, 0.24, 0.04), "bowl": (0.18, 0.18, 0.09), "book": (0.16, 0.22, 0.04),
    "ball": (0.2, 0.2, 0.2), "candle": (0.07, 0.07, 0.18), "bottle": (0.08, 0.08, 0.28), "vase": (0.14, 0.14, 0.26),
    "hat": (0.26, 0.26, 0.14), "apple": (0.08, 0.08, 0.08), "brush": (0.06, 0.2, 0.05), "towel": (0.3, 0.22, 0.06),
    "box": (0.24, 0.18, 0.14), "clock": (0.16, 0.1, 0.18), "scarf": (0.26, 0.2, 0.06), "toy train": (0.24, 0.1, 0.12),
}  # fmt: skip
"""Things one can pick up, with their sizes in metres."""
