"""Passing: how one who walks gets by a body in its way, and how one who waits steps aside for it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, cos, hypot, pi, sin
from typing import TYPE_CHECKING

from coterie.environments.virtual.skills.skill import Result, Skill
from coterie.environments.virtual.space.walkways import RADIUS
from coterie.environments.virtual.state import motion
from coterie.environments.virtual.state.things import Spot

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

LANE = 2 * RADIUS + 0.02
"""How far apart two must be to pass, middle to middle, metres."""
TOUCHING = 2 * RADIUS + 0.15
"""How near a body is in the way that one has not run into but dodged, metres."""
BESIDE, ASIDE = (0.55, 0.75), (0.3, 0.6, 0.9, 1.2, 1.5)
"""How far from it one passes a body, how far one steps aside, metres; the first that will do."""
SIDES = 16
"""Directions that are tried."""
AHEAD = 1.0
"""How far beyond the body in the way one looks for room, metres."""
WORTH = 0.1
"""To step aside without clearing the way helps if it clears so much of it, metres."""


class StepAside(Skill):
    """Walks a step to the side while what a body was waiting for goes on."""

    keeps_lever = True

    def __init__(self, waiting: Skill, spot: Spot) -> None:
        """Keeps what the body was doing, and where it steps to."""
        super().__init__(waiting.text)
        self.waiting, self.spot = waiting, spot

    def start(self, simulation: "Simulation", agent: str) -> Result | None:
        """Sets off."""
        simulation.walk(agent, self.spot, 0.05)
        return None

    def displaced(self, simulation: "Simulation", agent: str) -> None:
        """Goes on waiting where it is now."""
        simulation.walkers.mode[simulation.number(agent)] = motion.STANDS
        simulation.skills[agent] = self.waiting

    def can_stand(self, simulation: "Simulation", spot: Spot) -> bool:
        """As what it was waiting for."""
        return self.waiting.can_stand(simulation, spot)

    def proceed(self, simulation: "Simulation", agent: str, flags: int) -> Result | None:
        """Goes on waiting when it is there or cannot get there, unless it need not wait any longer."""
        result = self.waiting.advance(simulation, agent, motion.RANG) if flags & motion.RANG else None
        if result is not None:
            return result
        if flags & (motion.ARRIVED | motion.STUCK | motion.DOOR):
            simulation.walkers.mode[simulation.number(agent)] = motion.STANDS
            simulation.skills[agent] = self.waiting
        return None


def change_places(simulation: "Simulation", agent: str, other: str) -> bool:
    """Two squeeze past each other where there is no room to pass otherwise; says whether they do.

    Each then stands where the other stood, so that nobody comes nearer to anybody or to a wall. Nobody is moved who
    walks the same way, holds a lever, works with the hands, or would be too far from what it lifts or from whom it
    carries with.
    """
    skill = simulation.skills.get(other)
    if skill is None or not (skill.interruptible or skill.gives_way) or other in simulation.levers:
        return False
    number, second = simulation.number(agent), simulation.number(other)
    at, there = simulation.at(agent), simulation.at(other)
    if not skill.can_stand(simulation, at) or hypot(at[0] - there[0], at[1] - there[1]) > TOUCHING:
        return False
    if simulation.walkers.mode[second] == motion.WALKS:
        goal_x, goal_y = simulation.walkers.goal[second].tolist()
        if (goal_x - there[0]) * (at[0] - there[0]) + (goal_y - there[1]) * (at[1] - there[1]) <= 0.0:
            return False
    for one, spot in ((agent, there), (other, at)):
        for name in simulation.things.hands[one]:
            for bearer in simulation.things.holders(name):
                x, y, _ = simulation.at(bearer)
                if bearer not in (agent, other) and hypot(spot[0] - x, spot[1] - y) > motion.TETHER:
                    return False
    simulation.bodies.at[number], simulation.bodies.at[second] = there, at
    simulation.tell("squeezed past", agent, other=other)
    skill.displaced(simulation, other)
    return True


def in_the_way(simulation: "Simulation", agent: str, goal: Spot) -> str:
    """The body that a body has met, or that stands close before it on its way to a spot; empty: none."""
    met = simulation.met(agent)
    if met in simulation.present:
        return met
    x, y, z = simulation.at(agent)
    near = list[tuple[float, str]]()
    for other in simulation.present:
        ox, oy, oz = simulation.at(other)
        away = hypot(ox - x, oy - y)
        before = (ox - x) * (goal[0] - x) + (oy - y) * (goal[1] - y) > 0.0
        if other != agent and before and away < TOUCHING and abs(oz - z) < 1.0:
            near.append((away, other))
    return min(near)[1] if near else ""


def get_by(simulation: "Simulation", agent: str, other: str, route: Sequence[Spot]) -> list[Spot] | None:
    """How a body gets by another in its way: round it, as it is when the other steps aside, or a step aside itself.

    Args:
        simulation: the world now.
        agent: who wants by.
        other: who is in the way.
        route: the next bends of its way.

    Returns:
        Bends to walk before those; None if there is no way past.
    """
    if (spot := _round(simulation, agent, other, route[0])) is not None:
        return [spot]
    if _let_by(simulation, other, agent, route):
        return []
    if _right_of_way(simulation, agent) < _right_of_way(simulation, other):
        return None  # of two who meet in a narrow way one steps aside, always the same one
    onward: Sequence[Spot] = getattr(simulation.skills.get(other), "route", ())[:2] or (simulation.at(agent),)
    spot = _aside(simulation, agent, (simulation.at(other), *onward))
    return None if spot is None else [spot]


def _right_of_way(simulation: "Simulation", agent: str) -> tuple[bool, int]:
    """Who goes first, the smaller of two: those with heavy loads, then by seat."""
    loaded = any(simulation.things.can(name, "heavy") for name in simulation.things.hands[agent])
    return not loaded, simulation.number(agent)


def _round(simulation: "Simulation", agent: str, other: str, goal: Spot) -> Spot | None:
    """A spot beside a body by which the way to a goal leads past it; None: there is no room."""
    at, found = simulation.at(agent), list[tuple[float, Spot]]()
    body = simulation.at(other)
    for spot in _ring(body, BESIDE):
        onward = hypot(goal[0] - spot[0], goal[1] - spot[1])
        share = min(1.0, AHEAD / onward) if onward > 0.0 else 0.0
        beyond = (spot[0] + share * (goal[0] - spot[0]), spot[1] + share * (goal[1] - spot[1]), at[2])
        free = _from_way(body, (at, spot, beyond)) >= min(LANE, hypot(at[0] - body[0], at[1] - body[1]) - 1e-6)
        if free and _can_walk(simulation, agent, spot) and _can_walk(simulation, agent, beyond, spot):
            found.append((hypot(spot[0] - at[0], spot[1] - at[1]) + onward, spot))
    return min(found)[1] if found else None


def _let_by(simulation: "Simulation", waiting: str, agent: str, route: Sequence[Spot]) -> bool:
    """Makes a body that waits step aside; says whether it does."""
    skill = simulation.skills.get(waiting)
    if isinstance(skill, StepAside):
        return True
    if skill is None or not skill.gives_way or waiting in simulation.levers:
        return False
    spot = _aside(simulation, waiting, (simulation.at(agent), *route[:2]), skill)
    if spot is None:
        return False
    aside = simulation.skills[waiting] = StepAside(skill, spot)
    aside.start(simulation, waiting)
    return True


def _aside(simulation: "Simulation", agent: str, lane: Sequence[Spot], waiting: Skill | None = None) -> Spot | None:
    """The nearest spot at which a body clears a way, or clears most of it; None: nowhere is better than here.

    Args:
        simulation: the world now.
        agent: who steps aside.
        lane: the way to clear.
        waiting: what it goes on with at that spot.
    """
    at = simulation.at(agent)
    near = _from_way(at, lane)
    if near >= LANE:
        return None
    best, far = None, min(near + WORTH, LANE - 1e-9)
    for spot in _ring(at, ASIDE):
        away = min(LANE, _from_way(spot, lane))
        fits = waiting is None or waiting.can_stand(simulation, spot)
        if away > far and fits and _can_walk(simulation, agent, spot):
            best, far = spot, away
            if away == LANE:
                break
    return best


def _ring(at: Spot, lengths: Sequence[float]) -> Iterator[Spot]:
    """Spots round another, the nearest first."""
    for length in lengths:
        for side in range(SIDES):
            angle = 2 * pi * side / SIDES
            yield round(at[0] + length * cos(angle), 3), round(at[1] + length * sin(angle), 3), at[2]


def _can_walk(simulation: "Simulation", agent: str, goal: Spot, start: Spot | None = None) -> bool:
    """Whether nothing stands on the straight way from where a body is, or from another spot, to a spot near by."""
    (x, y, z), (to_x, to_y, _) = start or simulation.at(agent), goal
    count = ceil(hypot(to_x - x, to_y - y) / RADIUS)
    return all(
        simulation.is_free((x + (to_x - x) * part / count, y + (to_y - y) * part / count, z), agent)
        for part in range(count, 0, -1)
    )


def _from_way(spot: Spot, way: Sequence[Spot]) -> float:
    """How far a spot is from a way of straight pieces, in plan."""
    x, y, _ = spot
    found = []
    for (ax, ay, _), (bx, by, _) in pairwise(way):
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        along = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / square)) if square > 0.0 else 0.0
        found.append(hypot(x - ax - along * dx, y - ay - along * dy))
    return min(found)
