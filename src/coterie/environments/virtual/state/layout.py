"""A scene laid out for the simulation: everything that never changes, shared by all snapshots of an episode."""

from functools import cached_property, lru_cache
from typing import Any

import msgspec
import numpy as np

from coterie.environments.virtual.space import solids
from coterie.environments.virtual.space.geometry import Floors, Prisms
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.scene import Door, Place, Scene, Thing
from coterie.environments.virtual.space.solids import Solid
from coterie.environments.virtual.space.walkways import HEIGHT, RADIUS
from coterie.environments.virtual.state.sight import Targets

NOTABLE = {"pick", "heavy", "switch", "lever", "talk", "cart"}
"""Who is on the way stops for what can be taken, used or talked to when it first comes in view, not for furniture."""
SHARPNESS = 50.0
"""What is 1 m large can be made out from 50 m; a cup of 0.1 m from 5 m."""


class Layout:
    """Names, numbers and arrays of a scene and of the bodies that may be in it.

    Everything that can be seen has a number: bodies first, then things, then doors. Solids are the scene's, then the
    doors, then the solid things, in the order of the scene.
    """

    def __init__(self, scene: Scene, agents: tuple[str, ...], sight: float) -> None:
        """Lays a scene out.

        Args:
            scene: the world at its beginning.
            agents: everybody who may ever be in it.
            sight: from how far large things can be made out, metres.

        Raises:
            ValueError: a name stands for two.
        """
        self.scene, self.agents, self.sight = scene, agents, sight
        self.things: dict[str, Thing] = {thing.name: thing for thing in scene.things}
        self.doors: dict[str, Door] = {door.name: door for door in scene.doors}
        self.places: dict[str, Place] = {place.name: place for place in scene.places}
        self.talkers = [thing.name for thing in scene.things if "talk" in thing.affordances]
        self.middles = {
            place.name: (
                sum(x for x, _ in place.outline) / len(place.outline),
                sum(y for _, y in place.outline) / len(place.outline),
            )
            for place in scene.places
        }
        """The middle of every place in plan."""
        names: tuple[str, ...] = (*agents, *self.things, *self.doors, *self.places)
        self.numbers = {name: number for number, name in enumerate(names[: len(names) - len(scene.places)])}
        """Of everything that can be seen, its number."""
        self.seen_names = names[: len(names) - len(scene.places)]
        """The name of everything that can be seen, by number."""
        self.named = {name.casefold(): name for name in names}
        """What agents may write, whatever its capitals, to the name."""
        all_names = [*agents, *(thing.name for thing in scene.things), *(door.name for door in scene.doors)]
        all_names += [place.name for place in scene.places]
        if len(self.named) != len(all_names):
            double = next(name for place, name in enumerate(all_names) if name.casefold() in _folded(all_names[:place]))
            raise ValueError(f"{double!r} names two; every agent, thing, door and place needs a name of its own")
        self.solid_things = [thing.name for thing in scene.things if thing.solid]
        self.first_door = len(scene.solids)
        self.first_solid_thing = self.first_door + len(scene.doors)
        self.floors: Floors = solids.floors(scene.floors)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Layout":
        """Itself: nothing in it ever changes."""
        return self

    @cached_property
    def navigator(self) -> Navigator:
        """Finds ways; built when it is first asked."""
        return navigator_of(self.scene)

    def prisms(self, at: dict[str, tuple[float, float, float]]) -> Prisms:
        """Lays all solids out; `at` tells where solid things stand now that have been moved."""
        doors = [
            Solid(door.name, door.outline(), door.level, door.level + door.height, "door") for door in self.scene.doors
        ]
        return solids.prisms((*self.scene.solids, *doors, *(self._block(name, at) for name in self.solid_things)))

    def _block(self, name: str, at: dict[str, tuple[float, float, float]]) -> Solid:
        thing = self.things[name]
        (x, y, z), (width, depth, height) = at.get(name, thing.at), thing.size
        outline = solids.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
        return Solid(name, outline, z, z + height, "furniture")

    def targets(self) -> Targets:
        """Everything that can be seen, as it is before anybody has joined."""
        bodies, scene = len(self.agents), self.scene
        sizes = [(2 * RADIUS, HEIGHT)] * bodies
        sizes += [(max(thing.size[:2]), thing.size[2]) for thing in scene.things]
        sizes += [(door.width, door.height) for door in scene.doors]
        places = [(0.0, 0.0, 0.0)] * bodies + [thing.at for thing in scene.things]
        places += [(*door.at, door.level) for door in scene.doors]
        skips = [-1] * bodies
        skips += [self.solid_number(thing.name) for thing in scene.things]
        skips += [self.first_door + number for number in range(len(scene.doors))]
        count = len(sizes)
        carriers = np.full(count, -1, np.int64)
        carriers[:bodies] = np.arange(bodies)
        hidden = np.zeros(count, bool)
        hidden[:bodies] = True
        notable = [True] * bodies + [bool(NOTABLE & set(thing.affordances)) for thing in scene.things]
        return Targets(
            np.array(places, float).reshape(-1, 3),
            np.array([width for width, _ in sizes], float),
            np.array([height for _, height in sizes], float),
            carriers,
            np.array(skips, np.int64),
            np.array([min(self.sight, SHARPNESS * max(size)) for size in sizes], float),
            hidden,
            np.array(notable + [False] * len(scene.doors), bool),
        )

    def solid_number(self, name: str) -> int:
        """The number of the solid that a thing is; -1: it stops nobody."""
        if name not in self.things or not self.things[name].solid:
            return -1
        return self.first_solid_thing + self.solid_things.index(name)


def navigator_of(scene: Scene) -> Navigator:
    """The navigator of a scene; what stops nobody (a sign, a cup) makes no other one."""
    return _navigator(msgspec.structs.replace(scene, things=tuple(thing for thing in scene.things if thing.solid)))


@lru_cache(maxsize=16)
def _navigator(scene: Scene) -> Navigator:
    """Building one takes longer than many an episode, so the last few are kept."""
    return Navigator(scene)


def _folded(names: list[str]) -> set[str]:
    return {name.casefold() for name in names}
