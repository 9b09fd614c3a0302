"""The scene as the page draws it: what stands there, in what colour and with what grain."""

from typing import Any

from coterie.environments.virtual.pictures import materials
from coterie.environments.virtual.pictures.palette import floor_look, grain_of
from coterie.environments.virtual.pictures.shapes import DOOR_COLOUR
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.space.solids import Point

GRAINS = {
    materials.PLAIN: "plain",
    materials.WALL: "wall",
    materials.BOARDS: "boards",
    materials.STREET: "street",
    materials.PAVING: "paving",
    materials.GRASS: "grass",
    materials.STAIRS: "stairs",
    materials.DRAWERS: "drawers",
    materials.BOOKS: "books",
    materials.FACADE: "facade",
    materials.SHELVES: "shelves",
}


def setting(scene: Scene) -> dict[str, Any]:
    """The scene as JSON values: outlines as one list of numbers, x and y in turn."""
    floors = []
    for floor in scene.floors:
        colour, grain = floor_look(floor.kind)
        heights = [round(floor.at(x, y), 3) for x, y in floor.outline]
        floors.append({"o": _flat(floor.outline), "z": heights, "c": list(colour), "g": GRAINS[grain]})
    return {
        "solids": [
            {
                "o": _flat(solid.outline),
                "l": round(solid.low, 3),
                "h": round(solid.high, 3),
                "k": solid.kind,
                "c": list(solid.colour),
                "g": GRAINS[grain_of(solid.kind)],
                **({} if solid.opaque else {"clear": 1}),
            }
            for solid in scene.solids
        ],
        "floors": floors,
        "places": [
            {"name": place.name, "kind": place.kind, "o": _flat(place.outline), "z": place.level, "rise": place.rise}
            for place in scene.places
        ],
        "doors": [
            {
                "name": door.name,
                "at": list(door.at),
                "along": list(door.along),
                "width": door.width,
                "z": door.level,
                "height": door.height,
                "thick": door.thickness,
                "open": door.open,
                "c": list(DOOR_COLOUR),
            }
            for door in scene.doors
        ],
        "things": [
            {
                "name": thing.name,
                "kind": thing.kind,
                "at": list(thing.at),
                "size": list(thing.size),
                "c": list(thing.colour),
                "can": list(thing.affordances),
                "on": thing.open or thing.on,
                "text": thing.text,
                "g": GRAINS[grain_of(thing.kind)],
            }
            for thing in scene.things
        ],
    }


def _flat(outline: tuple[Point, ...]) -> list[float]:
    return [round(number, 3) for corner in outline for number in corner]
