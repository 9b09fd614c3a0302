"""What is drawn of a moment: doors that are closed, things as boxes, bodies as upright prisms with a lighter head.

Every renderer and the export draw exactly these prisms, so that all of them show the same world.
"""

from collections.abc import Iterator
from math import cos, radians, sin

from coterie.environments.virtual.space.scene import Door, Scene, Thing
from coterie.environments.virtual.space.solids import Point, Solid, box
from coterie.environments.virtual.state.frame import BodyAt, Frame, ThingAt

Colour = tuple[int, int, int]
DOOR_COLOUR: Colour = (150, 106, 74)
COLOURS: tuple[Colour, ...] = (
    (214, 108, 84),
    (72, 126, 176),
    (226, 172, 74),
    (98, 154, 104),
    (154, 112, 170),
    (64, 156, 158),
    (206, 124, 150),
    (122, 122, 134),
)
"""Of the clothes of bodies, in their order: brick, blue, ochre, green, plum, teal, rose, slate."""
BODY_PARTS = 4
"""The most prisms that one body is drawn as."""
TRAY_PARTS = 5
"""The prisms that an open container is drawn as: a bottom and four sides."""
NEAR_SIDE, FAR_SIDE = 0.38268343236508984, 0.9238795325112867
OCTAGON = (
    (FAR_SIDE, -NEAR_SIDE), (FAR_SIDE, NEAR_SIDE), (NEAR_SIDE, FAR_SIDE), (-NEAR_SIDE, FAR_SIDE),
    (-FAR_SIDE, NEAR_SIDE), (-FAR_SIDE, -NEAR_SIDE), (-NEAR_SIDE, -FAR_SIDE), (NEAR_SIDE, -FAR_SIDE),
)  # fmt: skip


def moving(scene: Scene, frame: Frame | None = None, cast: tuple[str, ...] = ()) -> Iterator[Solid]:
    """All that is drawn beside the scene's own solids and floors.

    Args:
        scene: the world at its beginning.
        frame: the moment; None: the beginning, with nobody in it.
        cast: the bodies in the order of their colours; the others follow.
    """
    at = {} if frame is None else {thing.name: thing for thing in frame.things}
    doors = {} if frame is None else frame.doors
    states = {} if frame is None else frame.states
    for door in scene.doors:
        if not doors.get(door.name, door.open):
            yield door_shape(door)
    for thing in scene.things:
        yield from thing_parts(thing, at.get(thing.name), states.get(thing.name, thing.open or thing.on))
    bodies = () if frame is None else frame.bodies
    colours = body_colours(tuple(body.name for body in bodies), cast)
    for body in bodies:
        yield from body_parts(body, colours[body.name])


def body_colours(names: tuple[str, ...], cast: tuple[str, ...]) -> dict[str, Colour]:
    """The colour of each body, the cast first.

    >>> body_colours(("ben", "ann"), cast=("ann",))["ann"] == COLOURS[0]
    True
    """
    order = dict.fromkeys((*cast, *names))
    return {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(order)}


def door_shape(door: Door) -> Solid:
    """A closed door."""
    return Solid(door.name, door.outline(), door.level, door.level + door.height, "door", DOOR_COLOUR)


def thing_parts(thing: Thing, at: ThingAt | None = None, active: bool = False) -> list[Solid]:
    """A thing where it is: a box, or a box without a lid if it is a container that stands open.

    Args:
        thing: what it is.
        at: where it is now; None: where it was at the beginning.
        active: whether it stands open or is on; what is on is brighter.
    """
    (x, y, z), (width, depth, height) = thing.at, thing.size
    heading = 0.0
    if at is not None:
        x, y, z, heading = at.x, at.y, at.z, at.heading
    spot, turn, top, wide, deep = (x, y), _turn(heading), z + height, width / 2, depth / 2
    colour = thing.colour
    if active and "container" in thing.affordances:
        wall = min(0.04, width / 5, depth / 5, height / 5)
        inner_wide, inner_deep = wide - wall, deep - wall
        outlines = (
            box(-inner_wide, -inner_deep, inner_wide, inner_deep),
            box(-wide, -deep, wide, -inner_deep),
            box(-wide, inner_deep, wide, deep),
            box(-wide, -inner_deep, -inner_wide, inner_deep),
            box(inner_wide, -inner_deep, wide, inner_deep),
        )
        return [
            Solid(thing.name, _placed(outline, spot, turn), z, z + wall if number == 0 else top, thing.kind, colour)
            for number, outline in enumerate(outlines)
        ]
    if active:
        colour = _lighter(colour, 0.5)
    return [Solid(thing.name, _placed(box(-wide, -deep, wide, deep), spot, turn), z, top, thing.kind, colour)]


def body_parts(body: BodyAt, colour: Colour) -> list[Solid]:
    """A body: legs, trunk, a lighter head, and dark eyes on the side where it looks."""
    name, spot, z, turn = body.name, (body.x, body.y), body.z, _turn(body.heading)
    skin, dark = _lighter(colour, 0.62), _darker(colour, 0.45)
    if body.posture == "lying":
        return [
            Solid(name, _placed(box(-0.85, -0.18, 0.0, 0.18), spot, turn), z, z + 0.2, "body", _darker(colour, 0.7)),
            Solid(name, _placed(box(0.0, -0.24, 0.55, 0.24), spot, turn), z, z + 0.24, "body", colour),
            Solid(name, _placed(box(0.6, -0.12, 0.85, 0.12), spot, turn), z, z + 0.22, "body", skin),
        ]
    return [
        Solid(name, _round(spot, 0.19), z, z + 0.8, "body", _darker(colour, 0.7)),
        Solid(name, _round(spot, 0.25), z + 0.8, z + 1.42, "body", colour),
        Solid(name, _round(spot, 0.145), z + 1.46, z + 1.8, "body", skin),
        Solid(name, _placed(box(0.06, -0.1, 0.15, 0.1), spot, turn), z + 1.6, z + 1.67, "body", dark),
    ]


def _turn(heading: float) -> Point:
    """The unit vector of a heading; exact along east, which is how most things stand."""
    return (cos(radians(heading)), sin(radians(heading))) if heading else (1.0, 0.0)


def _placed(outline: tuple[Point, ...], spot: Point, turn: Point) -> tuple[Point, ...]:
    (x, y), (ux, uy) = spot, turn
    return tuple([(x + a * ux - b * uy, y + a * uy + b * ux) for a, b in outline])


def _round(spot: Point, radius: float) -> tuple[Point, ...]:
    x, y = spot
    return tuple([(x + a * radius, y + b * radius) for a, b in OCTAGON])


def _lighter(colour: Colour, part: float) -> Colour:
    """Mixed with a warm white."""
    red, green, blue = colour
    return int(red + (250 - red) * part), int(green + (240 - green) * part), int(blue + (226 - blue) * part)


def _darker(colour: Colour, part: float) -> Colour:
    return int(colour[0] * part), int(colour[1] * part), int(colour[2] * part)
