"""More views of the same truth: a map in letters, a vector of fixed length, and all of it as data."""

from typing import TYPE_CHECKING

import numpy as np

from coterie.core import Array, Json
from coterie.environments.virtual.skills.skill import FAIL_CODES
from coterie.environments.virtual.space.collision import touch
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import (
    NO_FLOOR,
    Bodies,
    Flags,
    Floats,
    Floors,
    Prisms,
    floor_under,
)
from coterie.environments.virtual.space.line_of_sight import clear_lines
from coterie.environments.virtual.state.sight import EYES

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

RESULTS = ("done", "interrupted", *FAIL_CODES)
ARROWS = ">^<v"
SCALE = 20.0
"""Metres that are 1 in a vector."""
SELF_FEATURES = 7 + len(RESULTS)
BODY_FEATURES, THING_FEATURES, DOOR_FEATURES = 5, 7, 4


def draw(simulation: "Simulation", agent: str, radius: int = 8, cell: float = 1.0) -> str:
    """Draws what a body sees around it as letters, north up, itself as an arrow in the middle.

    `#` is solid, `.` free ground in sight, `+` a closed door, `'` an open one, a capital letter another body, a small
    one a thing; below stands what the letters mean. What is hidden stays blank.

    Args:
        simulation: the world now.
        agent: who looks.
        radius: cells in each direction.
        cell: side of a cell, metres.
    """
    (x, y, z), side = simulation.at(agent), 2 * radius + 1
    offsets = [(column - radius, radius - row) for row in range(side) for column in range(side)]
    points = np.array([(x + cell * east, y + cell * north, z + EYES) for east, north in offsets])
    clear = np.zeros(len(points), bool)
    eye = np.array([x, y, z + EYES])
    clear_lines(eye, points, np.full(len(points), -1, np.int64), simulation.prisms, clear)
    rows = [[" "] * side for _ in range(side)]
    probe = Bodies(np.array([[0.0, 0.0, -1e9]]), np.array([0.4 * cell]), np.array([1.0]))
    solid, ground = np.zeros(len(points), bool), np.zeros(len(points), bool)
    survey(points, z, probe, simulation.prisms, simulation.layout.floors, solid, ground)
    for place in range(len(points)):
        if solid[place] and (clear[place] or _beside_clear(clear, place, side)):
            rows[place // side][place % side] = "#"
        elif clear[place] and ground[place]:
            rows[place // side][place % side] = "."
    legend = {}
    for name in reversed(simulation.in_view(agent)):
        at = simulation.targets.at[simulation.layout.numbers[name]]
        letter = name[:1].lower()
        if name in simulation.pitch:
            at, letter = simulation.bodies.at[simulation.number(name)], name[:1].upper()
        elif name in simulation.layout.doors:
            letter = "'" if simulation.doors.states[name].open else "+"
        elif simulation.things.bearer(name):
            continue
        column, row = radius + round((float(at[0]) - x) / cell), radius - round((float(at[1]) - y) / cell)
        if 0 <= column < side and 0 <= row < side:
            rows[row][column] = letter
            legend[name] = letter
    rows[radius][radius] = ARROWS[round(simulation.heading(agent) / 90.0) % 4]
    meaning = ", ".join(f"{letter} {name}" for name, letter in sorted(legend.items()) if letter not in "'+")
    lines = ["".join(row).rstrip() for row in rows]
    drawn = [place for place, line in enumerate(lines) if line]
    lines = lines[drawn[0] : drawn[-1] + 1]
    left = min(len(line) - len(line.lstrip()) for line in lines if line)
    return "\n".join([line[left:] for line in lines] + ([meaning] if meaning else []))


@compiled
def survey(
    points: Floats, z: float, probe: Bodies, prisms: Prisms, floors: Floors, solid: Flags, ground: Flags
) -> None:
    """For every point [point, 3], whether a probe would touch a solid there, and whether there is a floor."""
    for point in range(points.shape[0]):
        x, y = points[point, 0], points[point, 1]
        solid[point] = touch(x, y, z, 0, probe, prisms)[2] > 0.0
        ground[point] = floor_under(x, y, z, floors) != NO_FLOOR


def _beside_clear(clear: Flags, place: int, side: int) -> bool:
    """Whether a neighbour of a cell is in sight, so that its wall is."""
    row, column = divmod(place, side)
    return any(
        0 <= row + down < side and 0 <= column + right < side and clear[place + down * side + right]
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0))
    )


def vector(simulation: "Simulation", agent: str, things: int = 16, doors: int = 8) -> Array:
    """Returns what a body sees as numbers, always in the same places.

    Itself: x, y and height, heading as a unit vector, hands in use, whether it holds a lever, how its last command
    ended (one of so many).

    Then for every other body in the order of seats: in sight, ahead, left, distance, hands in use. For the first
    `things` things of the scene: in sight, ahead, left, distance, held by itself, held by another, open or on. For the
    first `doors` doors: in sight, ahead, left, open. Metres are divided by 20; what is not in sight is zeros.
    """
    number, layout, (x, y, z) = simulation.number(agent), simulation.layout, simulation.at(agent)
    hx, hy = (float(each) for each in simulation.walkers.heading[number])
    bodies = len(layout.agents)
    out: Floats = np.zeros(
        SELF_FEATURES + BODY_FEATURES * (bodies - 1) + THING_FEATURES * things + DOOR_FEATURES * doors
    )
    here = agent in simulation.present
    if here:
        out[:3] = x / SCALE, y / SCALE, z / SCALE
        out[3:7] = hx, hy, len(simulation.things.hands[agent]) / 2, float(agent in simulation.levers)
    result = simulation.results.get(agent)
    if result is not None:
        out[7 + RESULTS.index(result.code)] = 1.0
    seen = set(simulation.in_view(agent)) if here else set()

    def relative(at: tuple[float, ...]) -> tuple[float, float, float]:
        dx, dy = (at[0] - x) / SCALE, (at[1] - y) / SCALE
        return dx * hx + dy * hy, dy * hx - dx * hy, float(np.hypot(dx, dy))

    place = SELF_FEATURES
    for other in layout.agents:
        if other == agent:
            continue
        if other in seen:
            out[place : place + 4] = 1.0, *relative(simulation.at(other))
            out[place + 4] = len(simulation.things.hands[other]) / 2
        place += BODY_FEATURES
    for name, state in list(simulation.things.states.items())[:things]:
        mine = agent in simulation.things.holders(name)
        if name in seen or mine:
            out[place : place + 4] = 1.0, *relative(simulation.things.position(name))
            others = state.relation == "held_by" and (not mine or bool(state.second))
            out[place + 4 : place + 7] = mine, others, state.open or state.on
        place += THING_FEATURES
    place = len(out) - DOOR_FEATURES * doors
    for door in layout.scene.doors[:doors]:
        if door.name in seen:
            ahead, left, _ = relative((*door.at, 0.0))
            out[place : place + 4] = 1.0, ahead, left, simulation.doors.states[door.name].open
        place += DOOR_FEATURES
    return Array(out.astype(np.float32), axes=("feature",))


def everything(simulation: "Simulation") -> dict[str, Json]:
    """Where everybody and everything is and how the doors stand, whoever sees it; metres, degrees, seconds."""
    things = simulation.things
    return {
        "time": simulation.seconds,
        "bodies": {
            agent: {
                "at": [round(each, 3) for each in simulation.at(agent)],
                "heading": simulation.heading(agent),
                "place": simulation.place_of(agent),
                "holds": list(things.hands[agent]),
            }
            for agent in simulation.present
        },
        "things": {
            name: {
                "at": [round(each, 3) for each in things.position(name)],
                "relation": state.relation,
                "target": "+".join(things.holders(name)) or state.target,
                "open": state.open,
                "on": state.on,
            }
            for name, state in things.states.items()
        },
        "doors": simulation.doors.stand_open(),
    }
