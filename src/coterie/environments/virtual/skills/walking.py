"""Walking somewhere: go to; alone, or as one of two who carry something."""

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.following import NEXT_TO, Follow, partner_of
from coterie.environments.virtual.skills.passing import change_places, get_by, in_the_way
from coterie.environments.virtual.skills.skill import PATIENCE, FailCode, Result, Skill
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

OPENING = 8
"""Ticks that opening a door on the way takes."""
OVERDUE = 30
"""Ticks over twice the time that a straight piece of way takes, after which one who only dodges to and fro is stuck."""
RETRIES = 3
"""How often one who is stuck tries another way."""
DETOUR = 0.5
"""How much farther than straight the way to one's partner is who stands behind something, metres."""
BESIDE = 0.3
"""How near one goes to a thing, metres from where one can stand by it."""
WITHIN = 0.5
"""How near one goes to the middle of a place, metres."""


class GoTo(Skill):
    """Walks the shortest way to a place, thing, door or body; opens closed doors on the way; ends when it is there."""

    def __init__(self, text: str, goal: str) -> None:
        """Keeps where to."""
        super().__init__(text)
        self.goal = goal
        self.route: list[Spot] = []
        self.near = 0.0
        self.opening = ""
        self.retries = RETRIES
        self.waited = 0
        self.ready = False

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Plans the way, or takes up again the one it was on."""
        self.ready, self.opening = True, ""
        if partner := partner_of(simulation, agent):
            self.route, self.waited = [], 0
            return self._walk_with(simulation, agent, partner)
        if not self.route:
            return self._plan(simulation, agent)
        self._next(simulation, agent)
        return None

    def _target(self, simulation: "Simulation", agent: str) -> Spot | FailCode:
        """Where to, and how near."""
        layout = simulation.layout
        if self.goal in layout.places:
            place = layout.places[self.goal]
            self.near = WITHIN
            return *layout.middles[self.goal], place.level + place.rise / 2
        self.near = BESIDE if self.goal in layout.things else NEXT_TO
        if self.goal in layout.doors or simulation.sees(agent, self.goal):
            return simulation.spot_of(self.goal)
        return simulation.memory[agent].get(self.goal, "not_visible")

    def _plan(self, simulation: "Simulation", agent: str) -> Result | None:
        target = self._target(simulation, agent)
        if isinstance(target, str):
            return self.fail(target)
        way = simulation.way(agent, target)
        if not way:
            if simulation.shut_out[agent] and simulation.navigator.path(simulation.at(agent), target):
                return self.fail("locked", ", ".join(sorted(simulation.shut_out[agent])))
            return self.fail("blocked")
        self.route = way[1:] or way
        self._next(simulation, agent)
        return None

    def displaced(self, simulation: "Simulation", agent: str) -> None:
        """Finds its way from where it is now."""
        self.retries = RETRIES
        if not self.opening:
            self._plan(simulation, agent)

    def _next(self, simulation: "Simulation", agent: str) -> None:
        (x, y, _), (to_x, to_y, _) = simulation.at(agent), self.route[0]
        simulation.walk(agent, self.route[0], self.near if len(self.route) == 1 else 0.05)
        pace = float(simulation.walkers.pace[simulation.number(agent)])
        self.ring(simulation, agent, OVERDUE + round(2 * hypot(to_x - x, to_y - y) / pace))

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Takes the next bend, opens a door, gets round what is in the way, or ends."""
        if flags & motion.TURNED:
            return self.done()
        if partner := partner_of(simulation, agent):
            failed = self._walk_with(simulation, agent, partner)
            if failed is not None or not self.route:
                return failed
        if self.opening and flags & motion.RANG:
            return self._open(simulation, agent)
        if flags & motion.RANG and not self.route:
            return self._plan(simulation, agent)  # its partner, for whom it waited, has let go of the load
        if flags & motion.ARRIVED and self.route:
            self.route.pop(0)
            if not self.route:
                return self._arrive(simulation, agent)
            self.waited = 0
            self._next(simulation, agent)
        elif flags & motion.DOOR and not self.opening:
            self.opening = simulation.met(agent)
            simulation.halt(agent)
            self.ring(simulation, agent, OPENING)
        elif flags & (motion.STUCK | motion.RANG):
            return self._get_round(simulation, agent)
        return None

    def _arrive(self, simulation: "Simulation", agent: str) -> Result | None:
        if self.goal in simulation.layout.numbers and not simulation.sees(agent, self.goal):
            simulation.memory[agent].pop(self.goal, None)
            return self.fail("not_visible")
        if partner := partner_of(simulation, agent):
            other = simulation.skills.get(partner)
            if isinstance(other, GoTo | Follow):
                simulation.finish(partner)
        if self.goal in simulation.layout.places:
            return self.done()
        simulation.face(agent, self.goal)
        return None

    def _open(self, simulation: "Simulation", agent: str) -> Result | None:
        """Opens the door it stands before, and goes on."""
        door, self.opening = self.opening, ""
        if not simulation.doors.open(door, agent, simulation):
            simulation.shut_out[agent].add(door)
            return self.fail("locked", door)
        self._next(simulation, agent)
        simulation.walkers.alert[simulation.number(agent)] = True
        return None

    def _is_nearer(self, simulation: "Simulation", agent: str, partner: str) -> bool:
        """Whether a body has a shorter way to the goal than its partner: it goes ahead then."""
        goal = self._target(simulation, agent)
        if isinstance(goal, str):
            return simulation.number(agent) < simulation.number(partner)
        lengths = [(simulation.navigator.length(simulation.at(each), goal), each) for each in (agent, partner)]
        return min(lengths)[1] == agent

    def _get_round(self, simulation: "Simulation", agent: str) -> Result | None:
        partner = partner_of(simulation, agent)
        other = in_the_way(simulation, agent, self.route[0]) or simulation.met(agent)
        if partner and simulation.distance(agent, partner) > motion.TETHER - 0.2:
            between = simulation.way(agent, simulation.at(partner))
            length = sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(between))
            if length > simulation.distance(agent, partner) + DETOUR and self.retries > 0:
                # They stand on two sides of something: it goes back to the other, and on from there.
                self.retries -= 1
                self.route = [*between[1:-1], *simulation.navigator.path(between[-2], self.route[-1])[1:]]
                self._next(simulation, agent)
                return None
            if self.waited < PATIENCE:  # the one ahead has only waited for the one behind
                self.waited += motion.STUCK_TICKS
                self._next(simulation, agent)
                return None
        in_place = self.goal in simulation.layout.places and simulation.place_of(agent) == self.goal
        if (in_place and not (partner and self.retries > 0)) or (other and other == self.goal):
            return self.done()
        at_hand = self.goal in simulation.layout.things and simulation.reaches(agent, self.goal)
        if other and at_hand and simulation.sees(agent, self.goal):
            return self._arrive(simulation, agent)  # somebody stands where it wanted to stand, and it is near enough
        self.retries -= 1
        if self.retries < 0 and not change_places(simulation, agent, other):
            return self.fail("blocked", other)
        if self.retries < 0:
            if other != partner:
                self.displaced(simulation, agent)
                return None
            self.retries = RETRIES  # past the one that has the other end, on the way it was on
            self._next(simulation, agent)
            return None
        bends = get_by(simulation, agent, other, self.route) if other in simulation.present else None
        if bends is not None:
            self.route = [*bends, *self.route]
            self._next(simulation, agent)
            return None
        return self._plan(simulation, agent)

    def _walk_with(self, simulation: "Simulation", agent: str, partner: str) -> Result | None:
        """Walks as one of two who carry something, once the other has the same in mind."""
        other = simulation.skills.get(partner)
        agreed = (isinstance(other, GoTo) and other.ready and other.goal == self.goal) or (
            isinstance(other, Follow) and other.goal == agent
        )
        if self.goal == partner:  # who comes nearer to the other pulls at nothing
            return None if self.route else self._plan(simulation, agent)
        number = simulation.number(agent)
        if not agreed:
            self.route, self.waited = [], self.waited + 2
            simulation.walkers.mode[number] = motion.STANDS
            self.ring(simulation, agent, 2)
            return self.fail("occupied", partner) if self.waited > PATIENCE else None
        simulation.walkers.partner[number] = simulation.number(partner)
        if not self.route:
            if isinstance(other, Follow) or self._is_nearer(simulation, agent, partner):
                return self._plan(simulation, agent)
            if isinstance(other, GoTo) and other.route:
                # The one behind walks the same way, so that a load never gets to two sides of a corner.
                way = simulation.way(agent, simulation.at(partner))[1:]
                self.near, self.route = other.near, [*way, *other.route]
                self._next(simulation, agent)
            else:
                self.ring(simulation, agent, 2)
        return None
