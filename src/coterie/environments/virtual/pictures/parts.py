"""Everything of a scene laid out to be drawn, and kept up to date from one moment to the next.

Solids never move and are laid out once. Doors, things and bodies each have places of their own behind them, and only
what has changed since the last picture is written again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np

from coterie.environments.virtual.pictures.canvas import Ground, Shapes
from coterie.environments.virtual.pictures.materials import (
    BASE,
    COLUMNS,
    GRAIN,
    PLAIN,
    SHADE,
    SUN_ADDS,
    Materials,
    finish,
    tones,
)
from coterie.environments.virtual.pictures.palette import CEILING, floor_look, grain_of
from coterie.environments.virtual.pictures.shapes import (
    BODY_PARTS,
    TRAY_PARTS,
    body_colours,
    body_parts,
    door_shape,
    thing_parts,
)
from coterie.environments.virtual.space.geometry import Outlines
from coterie.environments.virtual.space.scene import Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid
from coterie.environments.virtual.space.solids import floors as laid_out
from coterie.environments.virtual.state.frame import BodyAt, Frame

BODY_CORNERS = 8


class Parts:
    """The arrays that one scene is drawn from."""

    def __init__(self, scene: Scene, cast: tuple[str, ...]) -> None:
        """Lays out the scene as it is at the beginning, with room for the cast."""
        self.scene, self.cast = scene, cast
        self.ground = _ground(scene.floors)
        self._levels = np.unique(self.ground.low)
        self._fixed = (
            "",
            *dict.fromkeys(
                chain(
                    (floor.kind for floor in scene.floors),
                    (solid.name for solid in scene.solids),
                    (door.name for door in scene.doors),
                    (thing.name for thing in scene.things),
                )
            ),
        )
        self._number = {name: number for number, name in enumerate(self._fixed)}
        self.names: tuple[str, ...] = self._fixed
        """Whose surfaces there are, by number."""
        self._frame: Frame | None = None
        self._present: tuple[str, ...] | None = None
        self._seats: dict[str, int] = {}
        self._bodies: dict[str, BodyAt] = {}
        self._lay_out(len(cast))
        self.show(None)

    def show(self, frame: Frame | None) -> None:
        """Brings everything to where it is at a moment; None: the beginning."""
        if frame is None:
            frame = Frame(0.0, ())
        if frame is self._frame:
            return
        names = tuple(body.name for body in frame.bodies)
        if names != self._present:
            self._seat(names)
        changed: list[int] = []
        last = self._frame
        if last is None or frame.doors != last.doors:
            for slot, door in enumerate(self.scene.doors, self._first_door):
                self.shapes.drawn[slot] = not frame.doors.get(door.name, door.open)
        if last is None or frame.things != last.things or frame.states != last.states:
            self._show_things(frame, changed)
        for body in frame.bodies:
            if self._bodies.get(body.name) != body:
                self._bodies[body.name] = body
                slot = self._seats[body.name]
                self._write(slot, BODY_PARTS, body_parts(body, self._colours[body.name]), body.name, changed)
        self._frame = frame
        if changed:
            finish(np.array(changed), self.shapes, self._albedo, self._levels, self.materials)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Leaves a body out of what is drawn meanwhile."""
        seat = self._seats.get(name)
        if seat is None:
            yield
            return
        own = self.shapes.drawn[seat : seat + BODY_PARTS]
        before = own.copy()
        own[:] = False
        yield
        own[:] = before

    def _show_things(self, frame: Frame, changed: list[int]) -> None:
        at, states = {thing.name: thing for thing in frame.things}, frame.states
        for number, thing in enumerate(self.scene.things):
            now = at.get(thing.name), states.get(thing.name, thing.open or thing.on)
            if self._things[number] != now:
                self._things[number] = now
                room = _room(thing)
                self._write(self._thing_slots[number], room, thing_parts(thing, *now), thing.name, changed)

    def _seat(self, names: tuple[str, ...]) -> None:
        """Gives every body present its place and number; bodies that have left are not drawn."""
        order = tuple(dict.fromkeys((*self.cast, *names)))
        if len(order) > self._capacity:
            self._lay_out(max(len(order), 2 * self._capacity))
        self._present, self.names = names, (*self._fixed, *order)
        self._seats = {name: self._first_body + BODY_PARTS * place for place, name in enumerate(order)}
        self._number.update((name, len(self._fixed) + place) for place, name in enumerate(order))
        self._colours = body_colours(names, self.cast)
        self._bodies = {}
        self.shapes.drawn[self._first_body :] = False

    def _lay_out(self, capacity: int) -> None:
        """Makes the arrays, with everything in it that is there at the beginning."""
        scene = self.scene
        doors = [door_shape(door) for door in scene.doors]
        still: list[Solid] = [*scene.solids, *doors]
        self._first_door = len(scene.solids)
        rooms = [_room(thing) for thing in scene.things]
        self._thing_slots = [len(still) + sum(rooms[:number]) for number in range(len(rooms))]
        self._first_body = len(still) + sum(rooms)
        corners = [len(solid.outline) for solid in still] + [4] * sum(rooms)
        corners += [BODY_CORNERS] * (BODY_PARTS * capacity)
        count, sizes = len(corners), np.array(corners, np.int64)
        first = np.cumsum(sizes) - sizes
        surface = 1 + 2 * len(scene.floors) + first + 2 * np.arange(count)
        surfaces = 1 + 2 * len(scene.floors) + int(sizes.sum()) + 2 * count
        self.shapes = Shapes(
            Outlines(np.zeros((int(sizes.sum()), 2)), first, sizes),
            np.zeros(count), np.ones(count), np.zeros((count, 3)), np.zeros(count, bool), np.zeros(count, bool),
            np.zeros(count, bool), np.zeros(count), surface,
        )  # fmt: skip
        self._albedo = np.zeros((count, 6))
        self.materials = Materials(np.zeros((surfaces, COLUMNS)), np.zeros(surfaces, np.int64))
        self._capacity, self._frame = capacity, None
        self._things: list[Any] = [None] * len(scene.things)
        self.shapes.casts[len(still) :] = True
        changed: list[int] = []
        for slot, solid in enumerate(still):
            self._write(slot, 1, [solid], solid.name, changed)
        finish(np.array(changed, np.int64), self.shapes, self._albedo, self._levels, self.materials)
        self._pave()

    def _write(self, slot: int, room: int, solids: Sequence[Solid], name: str, changed: list[int]) -> None:
        """Puts solids into the places of one item."""
        shapes, instance = self.shapes, self._number[name]
        foot = min(solid.low for solid in solids)
        shapes.drawn[slot + len(solids) : slot + room] = False
        for which, solid in enumerate(solids, slot):
            begin, count = shapes.outlines.first[which], len(solid.outline)
            shapes.outlines.corners[begin : begin + count] = solid.outline
            shapes.outlines.sizes[which] = count
            shapes.low[which], shapes.high[which], shapes.foot[which] = solid.low, solid.high, foot
            shapes.drawn[which], shapes.clear[which] = True, not solid.opaque
            self._albedo[which] = (*solid.colour, *(CEILING if solid.kind == "roof" else solid.colour))
            surface = shapes.surface[which]
            self.materials.table[surface : surface + count, GRAIN] = grain_of(solid.kind)
            self.materials.table[surface + count : surface + count + 2, GRAIN] = PLAIN
            self.materials.instance[surface : surface + count + 2] = instance
            changed.append(which)

    def _pave(self) -> None:
        """The looks of floors, from above and from below."""
        for number, floor in enumerate(self.scene.floors):
            look, grain = floor_look(floor.kind)
            above = 1 + 2 * number
            self.materials.instance[above : above + 2] = self._number[floor.kind]
            table = self.materials.table
            table[above, GRAIN], table[above : above + 2, BASE] = grain, floor.height
            for surface, colour, up in ((above, look, 1.0), (above + 1, CEILING, -1.0)):
                shade, sun = tones(colour, (0.0, 0.0, up))
                table[surface, SHADE : SHADE + 3], table[surface, SUN_ADDS : SUN_ADDS + 3] = shade, sun


def _room(thing: Thing) -> int:
    """How many prisms a thing is drawn as at most."""
    return TRAY_PARTS if "container" in thing.affordances else 1


def _ground(floors: Sequence[Floor]) -> Ground:
    """Floors laid out to be drawn."""
    out = laid_out(floors)
    rounds = np.zeros((len(floors), 3))
    for number, floor in enumerate(floors):
        corners = np.array(floor.outline)
        middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
        rounds[number] = (*middle, np.sqrt(((corners - middle) ** 2).sum(axis=1)).max())
    low = np.array([min(floor.at(*corner) for corner in floor.outline) for floor in floors])
    return Ground(out.outlines, out.planes, low, rounds, np.ones(len(floors), bool), 1 + 2 * np.arange(len(floors)))
