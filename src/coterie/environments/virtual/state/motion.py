"""The inner loop of time: everybody walks or turns, clocks run down, eyes are open, until somebody needs a thought.

A tick is 0.1 s. Headings are unit vectors here, because compiled loops use no function whose last digit depends on who
computes it; degrees exist outside.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from coterie.environments.virtual.space.collision import move
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Bodies, Flags, Floats, Floors, Integers, Prisms
from coterie.environments.virtual.state.sight import Targets, sees

STANDS, WALKS, TURNS = 0, 1, 2
ARRIVED, TURNED, RANG, STUCK, DOOR, SAW = 1, 2, 4, 8, 16, 32
"""Why somebody needs a thought, as bits: at its goal, facing it, timer at zero, no progress, a closed door, a sight."""
TURN_COSINE, TURN_SINE = 0.9396926207859084, 0.3420201433256687
"""Of 20 degrees, the most that a body turns in a tick."""
DODGE_COSINE, DODGE_SINE = 0.5, 0.8660254037844386
"""Of 60 degrees: how far to the right one walks who has met another body."""
DODGE_TICKS = 6
STUCK_TICKS = 15
LOOK_TICKS = 5
"""Every so many ticks those who can be surprised look whether there is something new."""
FORGET_TICKS = 300
"""A body that was out of sight for longer is new again."""
NEVER = -1_000_000
TETHER = 2.0
"""How far apart two who carry something together may be, metres."""


class Walkers(NamedTuple):
    """What every body is about [body]."""

    goal: Floats
    """Where it walks [body, 2]."""
    near: Floats
    """How near is there, metres."""
    heading: Floats
    """Unit vector of where it looks [body, 2]."""
    facing: Floats
    """Unit vector that one who turns wants to look along [body, 2]."""
    pace: Floats
    """Metres a tick."""
    mode: Integers
    """Stands, walks or turns."""
    timer: Integers
    """Ticks until it needs a thought; 0: none set."""
    stuck: Integers
    """Ticks without progress."""
    dodge: Integers
    """Ticks for which it still walks past another body."""
    partner: Integers
    """Whom it carries something with; -1: nobody."""
    alert: Flags
    """Whether a new sight gives it a thought."""
    flags: Integers
    """Why it needs a thought now."""


def standing(count: int, pace: float) -> Walkers:
    """So many bodies that stand and look east, with nothing to do."""
    return Walkers(
        goal=np.zeros((count, 2)),
        near=np.zeros(count),
        heading=np.tile(np.array([1.0, 0.0]), (count, 1)),
        facing=np.zeros((count, 2)),
        pace=np.full(count, pace),
        mode=np.zeros(count, np.int64),
        timer=np.zeros(count, np.int64),
        stuck=np.zeros(count, np.int64),
        dodge=np.zeros(count, np.int64),
        partner=np.full(count, -1, np.int64),
        alert=np.zeros(count, bool),
        flags=np.zeros(count, np.int64),
    )


@compiled
def towards(hx: float, hy: float, wx: float, wy: float) -> tuple[float, float, bool]:
    """Turns one unit vector to another by at most a tick's turn; also says whether it is there."""
    if hx * wx + hy * wy >= TURN_COSINE:
        return wx, wy, True
    sine = TURN_SINE if hx * wy - hy * wx >= 0.0 else -TURN_SINE
    x, y = hx * TURN_COSINE - hy * sine, hx * sine + hy * TURN_COSINE
    length = sqrt(x * x + y * y)
    return x / length, y / length, False


@compiled
def _aim(who: int, bodies: Bodies, walkers: Walkers, wanted: Floats) -> None:
    """What a body wants to do in this tick: a displacement, or a turn."""
    wanted[who, 0], wanted[who, 1] = 0.0, 0.0
    heading, mode = walkers.heading, walkers.mode[who]
    if mode == TURNS:
        wx, wy = walkers.facing[who, 0], walkers.facing[who, 1]
        heading[who, 0], heading[who, 1], there = towards(heading[who, 0], heading[who, 1], wx, wy)
        if there:
            walkers.flags[who] |= TURNED
            walkers.mode[who] = STANDS
    elif mode == WALKS:
        x, y = bodies.at[who, 0], bodies.at[who, 1]
        dx, dy = walkers.goal[who, 0] - x, walkers.goal[who, 1] - y
        distance = sqrt(dx * dx + dy * dy)
        if distance <= 1e-9:
            return
        ux, uy, step = dx / distance, dy / distance, min(walkers.pace[who], distance)
        heading[who, 0], heading[who, 1], _ = towards(heading[who, 0], heading[who, 1], ux, uy)
        if walkers.dodge[who] > 0:
            walkers.dodge[who] -= 1
            ux, uy = ux * DODGE_COSINE + uy * DODGE_SINE, uy * DODGE_COSINE - ux * DODGE_SINE
        partner = walkers.partner[who]
        if partner >= 0:
            px, py = bodies.at[partner, 0] - x, bodies.at[partner, 1] - y
            qx, qy = px - ux * step, py - uy * step
            after = qx * qx + qy * qy
            if after > TETHER * TETHER and after > px * px + py * py:
                return
        wanted[who, 0], wanted[who, 1] = ux * step, uy * step


@compiled
def _notice(
    who: int,
    bodies: Bodies,
    walkers: Walkers,
    targets: Targets,
    cosine: float,
    prisms: Prisms,
    seen: Integers,
    clock: int,
) -> None:
    """Looks for what is new to a body; `seen` [body, target] is when it last saw what."""
    count = bodies.at.shape[0]
    for target in range(seen.shape[1]):
        if not targets.notable[target] or (target >= count and seen[who, target] >= 0):
            continue
        if target != who and sees(who, target, bodies, walkers.heading, targets, cosine, prisms):
            if clock - seen[who, target] > FORGET_TICKS:
                walkers.flags[who] |= SAW
            seen[who, target] = clock


@compiled
def aim(bodies: Bodies, walkers: Walkers, wanted: Floats) -> None:
    """Begins a tick: what everybody wants to do in it, as displacements [body, 2]; nobody needs a thought yet."""
    for who in range(bodies.at.shape[0]):
        walkers.flags[who] = 0
        _aim(who, bodies, walkers, wanted)


@compiled
def judge(
    bodies: Bodies,
    walkers: Walkers,
    before: Floats,
    hits: Integers,
    prisms: Prisms,
    targets: Targets,
    seen: Integers,
    cosine: float,
    doors: tuple[int, int],
    clock: int,
) -> bool:
    """Ends a tick: who has arrived, is stuck, met somebody or something, sees something new, or whose time is up.

    Args:
        bodies: where they are now.
        walkers: what they are about; why somebody needs a thought is written there.
        before: where they were a tick ago [body, 3].
        hits: what each met [body], as `move` says it.
        prisms: what stops their sight.
        targets: what can be seen.
        seen: when each saw what last, in ticks [body, target].
        cosine: of half the field of view.
        doors: the first solid that is a door, and the one after the last.
        clock: ticks that have passed, with this one.
    """
    thought = False
    for who in range(bodies.at.shape[0]):
        if walkers.mode[who] == WALKS:
            gx, gy = walkers.goal[who, 0], walkers.goal[who, 1]
            was = sqrt((gx - before[who, 0]) ** 2 + (gy - before[who, 1]) ** 2)
            now = sqrt((gx - bodies.at[who, 0]) ** 2 + (gy - bodies.at[who, 1]) ** 2)
            if now <= walkers.near[who]:
                walkers.flags[who] |= ARRIVED
            elif was - now < 0.2 * walkers.pace[who]:
                walkers.stuck[who] += 1
                if walkers.stuck[who] >= STUCK_TICKS:
                    walkers.flags[who] |= STUCK
            else:
                walkers.stuck[who] = max(0, walkers.stuck[who] - 1)
            if hits[who] >= prisms.low.shape[0] and walkers.dodge[who] == 0:
                walkers.dodge[who] = DODGE_TICKS
            elif doors[0] <= hits[who] < doors[1]:
                walkers.flags[who] |= DOOR
        if walkers.timer[who] > 0:
            walkers.timer[who] -= 1
            if walkers.timer[who] == 0:
                walkers.flags[who] |= RANG
        if clock % LOOK_TICKS == 0 and walkers.alert[who]:
            _notice(who, bodies, walkers, targets, cosine, prisms, seen, clock)
        thought = thought or walkers.flags[who] != 0
    return thought


@compiled
def run(
    bodies: Bodies,
    walkers: Walkers,
    wanted: Floats,
    hits: Integers,
    prisms: Prisms,
    floors: Floors,
    targets: Targets,
    seen: Integers,
    cosine: float,
    doors: tuple[int, int],
    clock: int,
    ticks: int,
) -> int:
    """Lets time pass until somebody needs a thought, at most `ticks`; returns how many ticks passed.

    Args:
        bodies: where they are.
        walkers: what they are about.
        wanted: room for the displacements of a tick [body, 2].
        hits: what each met last [body], as `move` says it.
        prisms: what stops them and their sight.
        floors: what carries them.
        targets: what can be seen.
        seen: when each saw what last, in ticks [body, target].
        cosine: of half the field of view.
        doors: the first solid that is a door, and the one after the last.
        clock: ticks that have passed before.
        ticks: most ticks to pass.
    """
    for passed in range(1, ticks + 1):
        aim(bodies, walkers, wanted)
        before = bodies.at.copy()
        move(bodies, wanted, prisms, floors, hits)
        if judge(bodies, walkers, before, hits, prisms, targets, seen, cosine, doors, clock + passed):
            return passed
    return ticks
