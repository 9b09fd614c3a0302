"""A virtual world at one moment: bodies, doors and things, and who can reach and see what."""

import copy
from math import atan2, cos, degrees, hypot, radians
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.core import Event, Message
from coterie.environments.virtual.space import collision, geometry
from coterie.environments.virtual.space.geometry import Bodies, Floats
from coterie.environments.virtual.space.navigation import Navigator
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.space.walkways import HEIGHT, RADIUS
from coterie.environments.virtual.state import motion, sight
from coterie.environments.virtual.state.doors import Doors
from coterie.environments.virtual.state.frame import BodyAt, Frame, Said, ThingAt
from coterie.environments.virtual.state.layout import Layout
from coterie.environments.virtual.state.things import Spot, Things

if TYPE_CHECKING:
    from coterie.environments.virtual.physics import Dynamics
    from coterie.environments.virtual.skills.skill import Result, Skill

TICK = 0.1
"""Seconds."""
REACH = 1.5
"""How far hands reach, metres in plan."""
ABSENT = -1e6
"""The height of bodies that are not in the world, times 1, 2, 3: nothing is there to meet, not even each other."""
WALK, CART, HEAVY = 0.14, 0.10, 0.05
"""Metres a tick: on foot, with a cart, with a heavy load between two."""


class Moment:
    """Bodies, doors and things of one episode as they are now."""

    def __init__(self, scene: Scene, agents: tuple[str, ...], field: float = 90.0, sight: float = 30.0) -> None:
        """Lays out a scene; nobody is in it until `join`.

        Args:
            scene: the world at its beginning.
            agents: everybody who may ever be in it.
            field: the field of view, degrees.
            sight: from how far large things can be made out, metres.

        Raises:
            ValueError: the scene is not sound: a name stands for two, an outline is not convex, or the like.
        """
        self.layout = Layout(scene, agents, sight)
        count, layout = len(agents), self.layout
        nowhere = np.array([(0.0, 0.0, ABSENT * (number + 1)) for number in range(count)]).reshape(-1, 3)
        self.bodies = Bodies(nowhere, np.full(count, RADIUS), np.full(count, HEIGHT))
        self.walkers = motion.standing(count, WALK)
        self.pitch: dict[str, float] = dict.fromkeys(agents, 0.0)
        self.speeds: dict[str, float] = dict.fromkeys(agents, WALK)
        """Metres a tick that each walks with its hands free."""
        self.prisms = layout.prisms({})
        self.targets = layout.targets()
        self.cosine = cos(radians(field / 2))
        self.seen = np.full((count, len(self.targets.width)), motion.NEVER, np.int64)
        """When everybody last saw what, for surprises [body, target]."""
        self.shown = self.seen.copy()
        """When everybody was last shown what [body, target]."""
        self.noticed: dict[str, list[str]] = {agent: [] for agent in agents}
        """What everybody saw when it last looked round, until it is shown."""
        self.things = Things(layout, self.targets, self.bodies)
        self.doors = Doors(layout, self.prisms, self.bodies, self.things)
        self.ticks = 0
        self.skills: dict[str, Skill] = {}
        """What everybody is doing; who is in the world and not here is free."""
        self.results: dict[str, Result] = {}
        """How everybody's last skill ended."""
        self.paused: dict[str, Skill] = {}
        """What everybody did when it was last interrupted; `go on` takes it up again."""
        self.present: list[str] = []
        self.levers: dict[str, str] = {}
        """Who holds which lever."""
        self.memory: dict[str, dict[str, Spot]] = {agent: {} for agent in agents}
        """Where everybody last saw what."""
        self.maps: dict[str, set[str] | None] = dict.fromkeys(agents)
        """The places everybody knows of; None: all of them. Who comes to a place knows it then."""
        self.speaking: dict[str, int] = dict.fromkeys(agents, 0)
        """The tick at which everybody has said what it is saying."""
        self.shut_out: dict[str, set[str]] = {agent: set() for agent in agents}
        """Doors that everybody has found locked."""
        self.voices: list[tuple[int, Message, str]] = []
        """What is being said: when it is out, the message, and how loud or by which channel."""
        self.inbox: dict[str, list[Message]] = {agent: [] for agent in agents}
        """What everybody has heard and not been shown yet."""
        self.events: list[Event] = []
        """What happened; whoever reads them empties the list."""
        self._said: list[Said] = []
        self._moved: dict[str, Spot] = {}
        self._where: dict[str, tuple[Spot, str]] = {}
        self._navigator: Navigator | None = None
        self._wanted: Floats = np.zeros((count, 2))
        self._hits = np.full(count, -1, np.int64)
        self._door_range = (layout.first_door, layout.first_solid_thing)
        self.physics: Dynamics | None = None
        """What moves bodies and things where they have mass; None: bodies slide, and things stay where they are put."""

    def number(self, agent: str) -> int:
        """The number of a body."""
        return self.layout.numbers[agent]

    def at(self, agent: str) -> Spot:
        """Where the feet of a body are."""
        x, y, z = self.bodies.at[self.layout.numbers[agent]].tolist()
        return x, y, z

    def heading(self, agent: str) -> float:
        """Where a body looks, in degrees counter-clockwise from east, from 0 to 360."""
        x, y = self.walkers.heading[self.number(agent)]
        return round(degrees(atan2(y, x)), 3) % 360.0

    def place_of(self, agent: str) -> str:
        """The place a body is in."""
        at = self.at(agent)
        if self._where.get(agent, ((), ""))[0] != at:
            self._where[agent] = at, self.navigator.place_of(at)
        return self._where[agent][1]

    def is_free(self, spot: Spot, agent: str) -> bool:
        """Whether a body could stand at a spot."""
        x, y, z = spot
        if geometry.floor_under(x, y, z, self.layout.floors) == geometry.NO_FLOOR:
            return False
        return bool(collision.touch(x, y, z, self.number(agent), self.bodies, self.prisms)[2] <= 0.0)

    def met(self, agent: str) -> str:
        """The body or door that a body met in the last tick; empty: another solid or nothing."""
        hit = int(self._hits[self.number(agent)])
        if hit >= len(self.prisms.low):
            return self.layout.agents[hit - len(self.prisms.low)]
        first, last = self._door_range
        return self.layout.scene.doors[hit - first].name if first <= hit < last else ""

    def in_view(self, agent: str) -> list[str]:
        """The names of what a body sees now, without itself and what it holds: bodies, then things, then doors."""
        out = np.zeros(len(self.targets.width), bool)
        number = self.number(agent)
        sight.look(number, self.bodies, self.walkers.heading, self.targets, self.cosine, self.prisms, out)
        carrier, names = self.targets.carrier, self.layout.seen_names
        return [names[target] for target in np.flatnonzero(out) if carrier[target] != number]

    def distance(self, agent: str, name: str) -> float:
        """How far a body, a thing or a door is from a body, metres in plan."""
        x, y, _ = self.at(agent)
        if name in self.things.states:
            return self.things.distance(name, x, y)
        if name in self.layout.doors:
            return self.doors.distance(name, x, y)
        other_x, other_y, _ = self.at(name)
        return hypot(other_x - x, other_y - y)

    def reaches(self, agent: str, name: str) -> bool:
        """Whether something is within reach of a body's hands; what is heavy, from the floor it stands on only."""
        height = self.spot_of(name)[2] - self.at(agent)[2]
        heavy = name in self.things.states and self.things.can(name, "heavy")
        return -0.5 <= height <= (0.5 if heavy else 2.2) and self.distance(agent, name) <= REACH

    def spot_of(self, name: str) -> Spot:
        """Where a body, thing or door is: the middle of its bottom."""
        if name in self.things.states:
            return self.things.position(name)
        if name in self.layout.doors:
            door = self.layout.doors[name]
            return *door.at, door.level
        return self.at(name)

    def sees(self, agent: str, name: str) -> bool:
        """Whether a body would see something if it turned to it."""
        number, target = self.layout.numbers[agent], self.layout.numbers[name]
        heading, targets = self.walkers.heading, self.targets
        return bool(sight.sees(number, target, self.bodies, heading, targets, -2.0, self.prisms))

    @property
    def navigator(self) -> Navigator:
        """Finds ways among everything that stands about now."""
        return self._navigator or self.layout.navigator

    def way(self, agent: str, goal: Spot) -> list[Spot]:
        """The shortest way for a body by all doors that it has not found locked; empty: there is none."""
        shut = self.shut_out[agent]
        passable = [name for name in self.layout.doors if name not in shut] if shut else None
        return self.navigator.path(self.at(agent), goal, passable)

    @property
    def seconds(self) -> float:
        """The time that has passed."""
        return round(self.ticks * TICK, 1)

    def frame(self) -> Frame:
        """A picture of this moment; what was said since the last one is in it."""
        said, self._said = tuple(self._said), []
        bodies = tuple(
            BodyAt(agent, *self.at(agent), self.heading(agent), self.pitch[agent], self._posture(agent))
            for agent in self.present
        )
        things = tuple(
            ThingAt(
                name,
                *self.things.position(name),
                self.physics.heading(name) if self.physics and name in self.physics.things else 0.0,
                "+".join(self.things.holders(name)),
            )
            for name in self.things.states
        )
        states = {name: state.open or state.on for name, state in self.things.states.items()}
        return Frame(self.seconds, bodies, self.doors.stand_open(), things, said, states)

    def _posture(self, agent: str) -> Any:
        if self.things.hands[agent]:
            return "carrying"
        return "walking" if self.walkers.mode[self.number(agent)] == motion.WALKS else "standing"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Moment":
        """Copies what can change; a snapshot of a world calls it."""
        prisms = self.prisms
        for fixed in (*prisms.outlines, prisms.low, prisms.high, *prisms.cells, self._navigator, self._moved):
            memo[id(fixed)] = fixed
        # Spots and what is told never change once they are made.
        memo[id(self.memory)] = {agent: dict(seen) for agent, seen in self.memory.items()}
        memo[id(self.events)] = list(self.events)
        memo[id(self._said)] = list(self._said)
        memo[id(self.inbox)] = {agent: list(messages) for agent, messages in self.inbox.items()}
        memo[id(self.voices)] = list(self.voices)
        copied = object.__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update({name: copy.deepcopy(value, memo) for name, value in self.__dict__.items()})
        return copied


def rounded(spot: Spot, digits: int = 2) -> list[float]:
    """A spot as records hold it."""
    return [round(each, digits) for each in spot]
