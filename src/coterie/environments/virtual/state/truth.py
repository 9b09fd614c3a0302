"""What changes in a virtual world: who comes and goes, walks and turns, what is put where, and what is told of it.

Time passes in `simulation`.
"""

from math import cos, hypot, radians, sin

import msgspec

from coterie.core import Event, Json
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.layout import navigator_of
from coterie.environments.virtual.state.moment import ABSENT, CART, HEAVY, Moment, rounded
from coterie.environments.virtual.state.placing import free_spot
from coterie.environments.virtual.state.things import Spot


class Truth(Moment):
    """Bodies, doors and things of one episode, and how they change."""

    def tell(self, kind: str, agent: str | None, **data: Json) -> None:
        """Notes something that happened."""
        self.events.append(Event(kind, agent, {**data, "time": self.seconds}))

    def join(self, agent: str, at: Spot, heading: float = 0.0) -> None:
        """Puts a body into the world, at the nearest free spot.

        Raises:
            ValueError: it is in already, nobody of that name can be, or there is no free spot near.
        """
        if agent in self.present or agent not in self.pitch:
            raise ValueError(f"{agent!r} cannot join: in are {self.present}, known are {self.layout.agents}")
        number = self.number(agent)
        spot = self.room_for(agent, at)
        if spot is None:
            raise ValueError(f"{agent!r} cannot join: nobody can stand within 3 m of {at}")
        self.bodies.at[number] = spot
        self.walkers.heading[number] = cos(radians(heading)), sin(radians(heading))
        self.targets.hidden[number] = False
        self.present.append(agent)
        self.present.sort(key=self.number)
        self.halt(agent)
        self.tell("joined", agent, at=rounded(spot))

    def room_for(self, agent: str, at: Spot) -> Spot | None:
        """The nearest spot, at most 3 m away, where a body could join; None: there is none."""
        return next((spot for spot in _around(at) if self.is_free(spot, agent)), None)

    def leave(self, agent: str) -> None:
        """Takes a body out of the world; what it holds stays where it stood."""
        self.skills.pop(agent, None)
        self.paused.pop(agent, None)
        self.let_go(agent)
        for name in list(self.things.hands[agent]):
            spot = free_spot(self, agent, name)
            if spot is None:
                self.things.lay(name, self.at(agent))  # no room for something solid: it lies there and stops nobody
            else:
                self.lay(name, spot)
        self.tell("left", agent, at=rounded(self.at(agent)))
        self.present.remove(agent)
        number = self.number(agent)
        self.halt(agent)
        self.bodies.at[number] = 0.0, 0.0, ABSENT * (number + 1)
        self.targets.hidden[number] = True

    def halt(self, agent: str) -> None:
        """Lets a body stand where it is, with nothing to think about."""
        number, walkers = self.number(agent), self.walkers
        walkers.mode[number] = motion.STANDS
        walkers.timer[number] = walkers.stuck[number] = walkers.dodge[number] = walkers.flags[number] = 0
        walkers.partner[number] = -1
        walkers.alert[number] = False

    def walk(self, agent: str, goal: Spot, near: float) -> None:
        """Sets a body walking straight to a spot."""
        number, walkers = self.number(agent), self.walkers
        walkers.goal[number] = goal[:2]
        walkers.near[number] = near
        walkers.mode[number] = motion.WALKS
        walkers.stuck[number] = 0
        held = self.things.hands[agent]
        slow = HEAVY if any(self.things.can(name, "heavy") for name in held) else self.speeds[agent]
        walkers.pace[number] = min(slow, CART) if any(self.things.can(name, "cart") for name in held) else slow

    def turn(self, agent: str, x: float, y: float) -> None:
        """Sets a body turning to a direction."""
        number, length = self.number(agent), hypot(x, y)
        self.walkers.facing[number] = (x / length, y / length) if length > 1e-9 else self.walkers.heading[number]
        self.walkers.mode[number] = motion.TURNS

    def face(self, agent: str, name: str) -> None:
        """Sets a body turning to something."""
        (x, y, _), (to_x, to_y, _) = self.at(agent), self.spot_of(name)
        self.turn(agent, to_x - x, to_y - y)

    def lay(self, name: str, at: Spot) -> None:
        """Puts a thing on the ground; a solid one stops bodies again, where nobody stands."""
        self.things.lay(name, at)
        self.settle(name)

    def settle(self, name: str) -> None:
        """Lets a thing that was taken or put stop bodies, or no more stop them."""
        solid = self.layout.solid_number(name)
        if solid < 0:
            return
        stands = self.things.states[name].relation == "at"
        if stands:
            active, opaque = self.prisms.active.copy(), self.prisms.opaque.copy()
            self._moved = {**self._moved, name: self.things.position(name)}
            made = self.layout.prisms(self._moved)
            made.active[:], made.opaque[:] = active, opaque
            self.prisms = self.doors.prisms = made
            self._navigator = navigator_of(self._scene_now())
        self.prisms.active[solid] = self.prisms.opaque[solid] = stands

    def _scene_now(self) -> Scene:
        """The scene with all solid things where they stand now."""
        things = tuple(
            msgspec.structs.replace(thing, at=self._moved.get(thing.name, thing.at))
            for thing in self.layout.scene.things
        )
        return msgspec.structs.replace(self.layout.scene, things=things)

    def hold_lever(self, agent: str, lever: str) -> None:
        """Lets a body hold a lever until it does something else."""
        self.levers[agent] = lever
        self.things.states[lever].on = True
        self.doors.obey(set(self.levers.values()), self)

    def let_go(self, agent: str) -> None:
        """Lets a body let go of the lever it holds, if it holds one."""
        lever = self.levers.pop(agent, None)
        if lever is not None:
            self.things.states[lever].on = lever in self.levers.values()
            self.tell("let go", agent, name=lever)
            self.doors.obey(set(self.levers.values()), self)


def _around(spot: Spot) -> list[Spot]:
    """A spot, and others nearer and farther round it."""
    x, y, z = spot
    steps = [step * 0.25 for step in range(-12, 13)]
    offsets = sorted((a * a + b * b, a, b) for a in steps for b in steps if a * a + b * b <= 9.0)
    return [(x + a, y + b, z) for _, a, b in offsets]
