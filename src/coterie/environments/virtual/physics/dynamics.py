"""Time by MuJoCo: the same ticks as `motion.run`, with bodies that push, and things that slide, fall and stack.

What bodies want is decided as ever; MuJoCo says what comes of it. Skills know nothing of it: where they put a thing, it
is set down, and falls if nothing carries it.
"""

import copy
from math import atan2, degrees, dist, hypot
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from coterie.environments.virtual.physics.model import PARKED, STEPS, model_of, movable, slides
from coterie.environments.virtual.space.collision import move
from coterie.environments.virtual.space.geometry import Floats, Integers
from coterie.environments.virtual.space.scene import Thing
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.moment import TICK
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.state.truth import Truth

AT_REST = 0.05
"""Metres a second below which a thing has come to rest."""
STAYS = 0.005
"""What has moved less than this since it came to rest last has not moved; metres."""
FELL, PUSHED = 0.2, 0.2
"""How far a thing must have fallen, or been pushed, for it to be told; metres."""
ON_TOP = 0.03
"""How near the top of one thing the bottom of another is that lies on it; metres."""


class Slot(NamedTuple):
    """Where the state of something that moves stands in MuJoCo's arrays."""

    position: int
    speed: int
    origin: Spot
    """What positions are relative to."""
    free: bool
    """Whether it can turn: then a quaternion follows its position."""


class Dynamics:
    """The MuJoCo side of one episode: what moves, and how fast."""

    def __init__(self, truth: "Truth") -> None:
        """Builds the model of the scene; everything is where the truth says.

        Raises:
            ImportError: MuJoCo is not installed.
        """
        layout = truth.layout
        self.model = model_of(layout)
        import mujoco

        self.data = mujoco.MjData(self.model)
        self.things: dict[str, Thing] = {thing.name: thing for thing in layout.scene.things if movable(thing)}
        self.slots = {
            **{name: self._slot(name, "x" if slides(thing) else "free") for name, thing in self.things.items()},
            **{agent: self._slot(agent, "x") for agent in layout.agents},
        }
        self.written: dict[str, Spot] = {}
        """Where each thing was after the last tick; one that is elsewhere now was moved by a skill."""
        self.rested: dict[str, Spot] = {}
        """Where each thing has come to rest last."""
        self.pushers: dict[str, str] = {}
        """Who touched each thing last since it came to rest."""
        self.resisted = [False] * len(layout.agents)
        """Whether each body came less far than it wanted in the last tick."""
        self.people = frozenset(layout.agents)
        self._touched = {
            self.model.geom(f"{kind} {name}").id: name
            for kind, names in (("thing", self.things), ("body", self.people))
            for name in names
        }
        """Of a geometry, whose it is."""

    def _slot(self, name: str, joint: str) -> Slot:
        found = self.model.joint(f"{name} {joint}")
        free = joint == "free"
        origin = (0.0, 0.0, 0.0) if free else tuple(self.model.body(found.bodyid[0]).pos.tolist())
        return Slot(int(found.qposadr[0]), int(found.dofadr[0]), origin, free)

    def run(self, truth: "Truth", wanted: Floats, hits: Integers, ticks: int) -> int:
        """Lets time pass until somebody needs a thought, at most `ticks`; returns how many ticks passed.

        Args:
            truth: the world, which changes.
            wanted: room for the displacements of a tick [body, 2].
            hits: what each met last [body], as `move` says it.
            ticks: most ticks to pass.
        """
        bodies, walkers, layout = truth.bodies, truth.walkers, truth.layout
        doors = (layout.first_door, layout.first_solid_thing)
        for passed in range(1, ticks + 1):
            motion.aim(bodies, walkers, wanted)
            before = bodies.at.copy()
            self._tick(truth, wanted, hits)
            clock = truth.ticks + passed
            if motion.judge(
                bodies, walkers, before, hits, truth.prisms, truth.targets, truth.seen, truth.cosine, doors, clock
            ):
                return passed
        return ticks

    def heading(self, name: str) -> float:
        """How far a thing has been turned, degrees counter-clockwise, seen from above."""
        if name not in self.written or not self.slots[name].free:
            return 0.0
        w, x, y, z = self.data.qpos[self.slots[name].position + 3 : self.slots[name].position + 7].tolist()
        return degrees(atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))) % 360.0

    def __deepcopy__(self, memo: dict[int, Any]) -> "Dynamics":
        """Copies what can change; a snapshot of a world calls it."""
        copied = copy.copy(self)
        copied.data = copy.copy(self.data)
        copied.written, copied.rested, copied.pushers = dict(self.written), dict(self.rested), dict(self.pushers)
        copied.resisted = list(self.resisted)
        return copied

    # ---- one tick ----------------------------------------------------------------------------------------------------

    def _tick(self, truth: "Truth", wanted: Floats, hits: Integers) -> None:
        import mujoco

        for number, name in enumerate(truth.layout.doors):
            self.data.mocap_pos[number] = (0.0, 0.0, PARKED if truth.doors.states[name].open else 0.0)
        self._yield(truth)
        for number, name in enumerate(self.things):
            self._set_thing(truth, name, PARKED - 10.0 * number)
        for number, agent in enumerate(truth.layout.agents):
            slot, (x, y, z) = self.slots[agent], truth.at(agent)
            self.data.qpos[slot.position : slot.position + 3] = (x, y, max(z, 2 * PARKED - 10.0 * number))
            self.data.ctrl[2 * number : 2 * number + 2] = wanted[number] / TICK
            if not self.resisted[number]:
                # Legs start and stop at once; only against something does their strength count.
                self.data.qvel[slot.speed : slot.speed + 2] = wanted[number] / TICK
        feet = [self.slots[agent] for agent in truth.layout.agents]
        heights = [self.data.qpos[slot.position + 2] for slot in feet]
        for _ in range(STEPS):
            mujoco.mj_step(self.model, self.data)
            for slot, height in zip(feet, heights, strict=True):
                self.data.qpos[slot.position + 2], self.data.qvel[slot.speed + 2] = height, 0.0
        for agent in truth.present:
            self._read_body(truth, agent, wanted)
        move(truth.bodies, wanted, truth.prisms, truth.layout.floors, hits)
        self._note_pushers()
        for name in self.written:
            x, y, z = self._found(name)
            truth.things.drift(name, (x, y, z))
            self.written[name] = (x, y, z)
        for name in list(self.written):
            if dist(self.written[name], self.rested[name]) > STAYS and self._speed(name) < AT_REST:
                self._rest(truth, name)

    def _set_thing(self, truth: "Truth", name: str, parked: float) -> None:
        """Takes over what skills did with a thing since the last tick."""
        slot, things = self.slots[name], truth.things
        here = self.data.qpos[slot.position : slot.position + (7 if slot.free else 3)]
        if things.bearer(name) or things.states[name].relation == "in":
            self.written.pop(name, None)
            here[:3], self.data.qvel[slot.speed : slot.speed + (6 if slot.free else 3)] = (0.0, 0.0, parked), 0.0
            return
        at = things.position(name)
        if self.written.get(name) == at:
            return
        here[:3] = np.array((at[0], at[1], at[2] + self.things[name].size[2] / 2)) - slot.origin
        if slot.free:
            here[3:] = (1.0, 0.0, 0.0, 0.0)
        self.data.qvel[slot.speed : slot.speed + (6 if slot.free else 3)] = 0.0
        self.written[name] = self.rested[name] = at
        self.pushers.pop(name, None)

    def _found(self, name: str) -> Spot:
        """Where a thing is: the middle of its bottom, however it lies."""
        slot, size = self.slots[name], self.things[name].size
        x, y, z = (self.data.qpos[slot.position : slot.position + 3] + slot.origin).tolist()
        if not slot.free:
            return x, y, z - size[2] / 2
        a, b, c, d = self.data.qpos[slot.position + 3 : slot.position + 7].tolist()
        up = (2.0 * (b * d - a * c), 2.0 * (c * d + a * b), 1.0 - 2.0 * (b * b + c * c))
        return x, y, z - sum(abs(part) * side / 2 for part, side in zip(up, size, strict=True))

    def _speed(self, name: str) -> float:
        """How fast a thing moves, metres a second."""
        slot = self.slots[name]
        return float(np.linalg.norm(self.data.qvel[slot.speed : slot.speed + 3]))

    def _read_body(self, truth: "Truth", agent: str, wanted: Floats) -> None:
        """How far a body came against what it pushes; what stands and who is there is met afterwards."""
        slot, number = self.slots[agent], truth.number(agent)
        came: Floats = self.data.qpos[slot.position : slot.position + 2] - truth.bodies.at[number, :2]
        wish = float(wanted[number] @ wanted[number])
        self.resisted[number] = wish > 0.0 and float(came @ wanted[number]) < 0.9 * wish
        if self.resisted[number]:
            wanted[number] = came

    def _note_pushers(self) -> None:
        """Who touches what."""
        for contact in self.data.contact:
            pair = self._touched.get(contact.geom1), self._touched.get(contact.geom2)
            for one, other in (pair, pair[::-1]):
                if one in self.people and other in self.things:
                    self.pushers[other] = one

    def _rest(self, truth: "Truth", name: str) -> None:
        """Notes that a thing has come to rest elsewhere: on what, who pushed it, how far it fell."""
        at, was = self.written[name], self.rested[name]
        support = next((each for each in truth.things.states if self._lies_on(truth, name, each)), "")
        truth.things.rest(name, support)
        self.rested[name] = at
        fallen, pushed = was[2] - at[2], hypot(at[0] - was[0], at[1] - was[1])
        who = self.pushers.pop(name, None)
        if fallen >= FELL:
            truth.tell("fell", who, name=name, metres=round(fallen, 2), on=support)
        elif pushed >= PUSHED:
            truth.tell("pushed", who, name=name, metres=round(pushed, 2), on=support)
        truth.settle(name)

    def _yield(self, truth: "Truth") -> None:
        """Lets nothing that moves stop people as a wall does; MuJoCo says how much it gives way."""
        for name in self.things:
            if (solid := truth.layout.solid_number(name)) >= 0:
                truth.prisms.active[solid] = False

    def _lies_on(self, truth: "Truth", name: str, other: str) -> bool:
        """Whether a thing lies on another that things can be put on."""
        things = truth.things
        if other == name or not things.can(other, "surface") or things.bearer(other) or things.within(other, name):
            return False
        (x, y, z), top = self.written[name], things.position(other)[2] + truth.layout.things[other].size[2]
        return abs(z - top) < ON_TOP and things.distance(other, x, y) == 0.0
