"""What a body perceives now, from one truth: words within a budget, a scene graph, a map in letters, a vector.

A body sees what is in range, in its field of view, and not hidden: a line to one of five points of it is clear. What is
nearer than a metre it notices in every direction. What it holds it knows.
"""

from collections.abc import Collection
from math import atan2, degrees
from typing import TYPE_CHECKING

import msgspec

from coterie.core import Json
from coterie.environments.virtual.state import motion

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

COMPASS = ("east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast")
DETAIL_WORDS = 40
"""Most words of what was read that are told."""


class Sight(msgspec.Struct, gc=False, omit_defaults=True):
    """Something that a body sees: a node of its scene graph."""

    name: str
    kind: str
    at: list[float]
    """x, y, z of the middle of its bottom, metres."""
    distance: float
    """Metres in plan, to its nearest side."""
    clock: int
    """Its direction: 12 is ahead, 3 is right."""
    new: bool = False
    """Whether the body was not shown it before, or not for a while."""
    relation: str = ""
    """on, in or held_by."""
    target: str = ""
    state: str = ""
    """open, closed, on, or what it holds."""


def compass(heading: float) -> str:
    """A heading in words.

    >>> compass(0.0), compass(100.0), compass(350.0)
    ('east', 'north', 'east')
    """
    return COMPASS[round(heading / 45.0) % 8]


def clock(heading: float, x: float, y: float) -> int:
    """The direction of an offset as the hour on a clock face whose 12 is ahead.

    >>> clock(90.0, 0.0, 1.0), clock(90.0, 1.0, 0.0), clock(0.0, 1.0, 0.2)
    (12, 3, 12)
    """
    return round((heading - degrees(atan2(y, x))) / 30.0) % 12 or 12


def sights(simulation: "Simulation", agent: str, also: Collection[str] = ()) -> list[Sight]:
    """Everything a body sees now as nodes, new things first, then bodies and what can be used, then by distance.

    The body remembers what it is shown here.

    Args:
        simulation: the world now.
        agent: who looks.
        also: what it has seen since it was last shown anything, when it looked round.
    """
    names = simulation.in_view(agent)
    names += [name for name in also if name not in names and _is_there(simulation, agent, name)]
    (x, y, _), heading = simulation.at(agent), simulation.heading(agent)
    number, memory, layout = simulation.number(agent), simulation.memory[agent], simulation.layout
    numbers, notable, ticks = layout.numbers, simulation.targets.notable, simulation.ticks
    fresh = ticks - motion.FORGET_TICKS
    shown = simulation.shown[number]
    found: list[tuple[bool, bool, float, Sight]] = []
    for name in names:
        target = numbers[name]
        at, distance = simulation.spot_of(name), simulation.distance(agent, name)
        new = bool(shown[target] < (fresh if name in simulation.pitch else 0))
        sight = Sight(
            name,
            "person",
            [round(each, 2) for each in at],
            round(distance, 1),
            clock(heading, at[0] - x, at[1] - y),
            new,
        )
        _describe(simulation, sight)
        found.append((not new, not notable[target], distance, sight))
        shown[target] = simulation.seen[number, target] = ticks
        if name not in layout.doors:
            memory[name] = at
        elif simulation.doors.states[name].open:
            simulation.shut_out[agent].discard(name)
    found.sort(key=lambda each: each[:3])
    return [sight for *_, sight in found]


def _is_there(simulation: "Simulation", agent: str, name: str) -> bool:
    """Whether what was seen a moment ago is still about."""
    if name in simulation.layout.agents:
        return name in simulation.present
    return name in simulation.layout.doors or simulation.things.bearer(name) != agent


def _describe(simulation: "Simulation", sight: Sight) -> None:
    """Adds what it is and how it is."""
    name, things = sight.name, simulation.things
    if name in simulation.pitch:
        sight.state = " and ".join(things.hands[name])
    elif name in simulation.layout.doors:
        sight.kind = "door"
        sight.state = "open" if simulation.doors.states[name].open else "closed"
    else:
        state, thing = things.states[name], simulation.layout.things[name]
        sight.kind = thing.kind
        if state.relation != "at":
            sight.relation, sight.target = state.relation, "+".join(things.holders(name)) or state.target
        if "open" in thing.affordances:
            sight.state = "open" if state.open else "closed"
        elif state.on:
            sight.state = "on" if "switch" in thing.affordances else "held"


def words(simulation: "Simulation", agent: str, seen: list[Sight], news: Collection[str], most: int) -> str:
    """A view in plain words, one fact a line, at most `most` words: what does not fit is counted at the end.

    Where it is and looks, how its last command ended, what it holds, what it was told, then what it sees.
    """
    lines = [f"in {simulation.place_of(agent) or 'the open'} facing {compass(simulation.heading(agent))}"]
    result = simulation.results.get(agent)
    if result is not None:
        detail = " ".join(result.detail.split()[:DETAIL_WORDS])
        lines.append(f"{result.code} {result.command}" + (f" : {detail}" if detail else ""))
    if held := simulation.things.hands[agent]:
        lines.append("holding " + " and ".join(held))
    lines += [" ".join(each.split()[:DETAIL_WORDS]) for each in news]
    count = sum(len(line.split()) for line in lines)
    # What others hold is told with them.
    seen = [sight for sight in seen if sight.relation != "held_by"]
    for place, sight in enumerate(seen):
        line = _line(sight)
        size = line.count(" ") + 1
        left = len(seen) - place
        # There must be room to say how many are left out.
        if count + size + (3 if left > 1 else 0) > most:
            lines.append(f"and {left} more")
            break
        lines.append(line)
        count += size
    return "\n".join(_cut(lines, most))


def _cut(lines: list[str], most: int) -> list[str]:
    """The first words of some lines."""
    kept = []
    for line in lines:
        if most <= 0:
            break
        parts = line.split(" ")
        kept.append(" ".join(parts[:most]))
        most -= len(parts)
    return kept


def _line(sight: Sight) -> str:
    line = f"{'new' if sight.new else 'see'} {sight.name} {max(1, round(sight.distance))} m {sight.clock} oclock"
    if sight.kind == "person":
        return f"{line} with {sight.state}" if sight.state else line
    if sight.state:
        line += f" {sight.state}"
    return f"{line} {sight.relation} {sight.target}" if sight.relation else line


def graph(simulation: "Simulation", agent: str, seen: list[Sight], news: Collection[str]) -> dict[str, Json]:
    """A view as a scene graph: the body itself, and every node it sees with its relation."""
    x, y, z = simulation.at(agent)
    view: dict[str, Json] = {
        "place": simulation.place_of(agent),
        "at": [round(x, 2), round(y, 2), round(z, 2)],
        "heading": round(simulation.heading(agent), 1),
        "holds": list(simulation.things.hands[agent]),
        "time": simulation.seconds,
        "sees": msgspec.to_builtins(seen),
    }
    if agent in simulation.levers:
        view["lever"] = simulation.levers[agent]
    result = simulation.results.get(agent)
    if result is not None:
        view["result"] = {"code": result.code, "command": result.command, "detail": result.detail}
    if news:
        view["news"] = list(news)
    return view
