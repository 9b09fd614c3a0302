"""Commands: the words that begin a skill, and the list of those that can be given now.

`go to kitchen`, `follow bob`, `pick up red key`, `put down red key`, `put cup on table`, `put cup in box`, `open gate`,
`close gate`, `give red key to bob`, `take red key from ann`, `use lever`, `look`, `wait`, `wait 3`, `say`, `go on`,
`forward 2`, `turn left 90`, `pitch up`. Names are read whatever their capitals; whatever is written, there is a skill
for it: one that fails, if it means nothing.
"""

import re
from typing import TYPE_CHECKING, Literal

from coterie.environments.virtual.skills.following import Follow
from coterie.environments.virtual.skills.handling import READABLE, OpenClose, PickUp, Put, Use
from coterie.environments.virtual.skills.sharing import Give, Lift, Take
from coterie.environments.virtual.skills.skill import Skill
from coterie.environments.virtual.skills.stepping import Forward, Look, Pitch, Refused, Turn, Wait
from coterie.environments.virtual.skills.walking import GoTo

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

Tier = Literal["skills", "primitives", "both"]
"""Which commands are listed: whole skills, single steps and turns with the skills of the hands, or all."""
WAIT_TICKS = 50
LONGEST_WAIT = 60.0
"""Seconds."""
STEP, LONGEST_STEP = 0.5, 10.0
"""Metres of `forward`."""
ANGLE = 15.0
"""Degrees of `turn` and `pitch`."""
LONGEST = 200
"""Characters of a command that are read."""
PRIMITIVES = ("forward", "turn left", "turn right", "pitch up", "pitch down")
NUMBER = r"(?: ([0-9]{1,3}(?:\.[0-9]{1,3})?))?"
FORWARD = re.compile(r"forward" + NUMBER)
TURN = re.compile(r"turn (left|right)" + NUMBER)
PITCH = re.compile(r"pitch (up|down)" + NUMBER)
WAIT = re.compile(r"wait" + NUMBER)


def read(simulation: "Simulation", agent: str, text: str) -> Skill:
    """Turns a command into a skill; what means nothing becomes one that fails with `unknown_target`."""
    text = " ".join(text[:LONGEST].split())
    lower = text.casefold()
    paused = simulation.paused.get(agent)
    if paused is not None and lower in ("go on", paused.text.casefold()):
        return paused
    if lower == "say":
        return Wait(text, max(1, simulation.speaking[agent] - simulation.ticks))
    return _plain(text, lower) or _aimed(simulation, agent, text, lower) or Refused(text, "unknown_target")


def _plain(text: str, lower: str) -> Skill | None:
    """Commands without a target."""
    if lower == "look":
        return Look(text)
    if found := WAIT.fullmatch(lower):
        seconds = min(LONGEST_WAIT, float(found[1])) if found[1] else WAIT_TICKS / 10
        return Wait(text, max(1, round(seconds * 10)))
    if found := FORWARD.fullmatch(lower):
        return Forward(text, min(LONGEST_STEP, max(0.01, float(found[1]) if found[1] else STEP)))
    if found := TURN.fullmatch(lower):
        angle = (float(found[2]) if found[2] else ANGLE) % 360.0
        return Turn(text, angle if found[1] == "left" else -angle)
    if found := PITCH.fullmatch(lower):
        angle = float(found[2]) if found[2] else ANGLE
        return Pitch(text, angle if found[1] == "up" else -angle)
    return None


def _aimed(simulation: "Simulation", agent: str, text: str, lower: str) -> Skill | None:
    """Commands with a target."""
    layout, named = simulation.layout, simulation.layout.named
    if lower.startswith("go to "):
        goal = named.get(lower[6:], "")
        known = simulation.maps[agent]
        on_map = goal in layout.numbers or known is None or goal in known
        absent = goal in layout.agents and goal not in simulation.present
        return GoTo(text, goal) if goal and on_map and goal != agent and not absent else None
    if lower.startswith("follow "):
        goal = named.get(lower[7:], "")
        return Follow(text, goal) if goal in simulation.present and goal != agent else None
    if lower.startswith("pick up "):
        name = named.get(lower[8:], "")
        heavy = name in layout.things and simulation.things.can(name, "heavy")
        return Lift(text, name) if heavy else PickUp(text, name)
    if lower.startswith("drop "):
        return Put(text, named.get(lower[5:], ""), "at", dropped=simulation.physics is not None)
    if lower.startswith("put down "):
        return Put(text, named.get(lower[9:], ""), "at")
    if lower.startswith("put "):
        name, how, target = _split(lower[4:], ("on", "in"), named)
        return Put(text, name, "on" if how == "on" else "in", target)
    if lower.startswith("open "):
        return OpenClose(text, named.get(lower[5:], ""), True)
    if lower.startswith("close "):
        return OpenClose(text, named.get(lower[6:], ""), False)
    if lower.startswith("give "):
        name, _, other = _split(lower[5:], ("to",), named)
        return Give(text, name, other)
    if lower.startswith("take "):
        name, _, other = _split(lower[5:], ("from",), named)
        return Take(text, name, other)
    if lower.startswith("use "):
        return Use(text, named.get(lower[4:], ""))
    return None


def _split(words: str, joints: tuple[str, ...], named: dict[str, str]) -> tuple[str, str, str]:
    """Takes `cup on table` apart at the joint that leaves two known names; a name may hold the joint as a word."""
    for joint in joints:
        for found in re.finditer(f" {joint} ", words):
            left, right = words[: found.start()], words[found.end() :]
            if left in named and right in named:
                return named[left], joint, named[right]
    return "", "", ""


def legal(simulation: "Simulation", agent: str, visible: list[str], tier: Tier, places: tuple[str, ...]) -> list[str]:
    """Lists what a body can do now as it knows the world: what fails in a way it could not foresee is in the list.

    Args:
        simulation: the world now.
        agent: whose list.
        visible: what it sees now.
        tier: which kinds of commands.
        places: where `go to` may be listed to, beside what it has seen.
    """
    things, layout, hands = simulation.things, simulation.layout, simulation.things.hands[agent]
    options = ["wait", "look", "say"]
    if agent in simulation.paused:
        options.append("go on")
    if tier != "skills":
        options += PRIMITIVES
    if tier != "primitives":
        here = simulation.place_of(agent)
        options += [f"go to {name}" for name in places if name != here]
        seen = dict.fromkeys([*visible, *simulation.memory[agent]])
        options += [
            f"go to {name}"
            for name in seen
            if name not in layout.doors
            and name not in hands
            and not (name in visible and near_by(simulation, agent, name))
        ]
        options += [f"follow {name}" for name in visible if name in layout.agents]
    free, near = things.free_hands(agent), [name for name in visible if simulation.reaches(agent, name)]
    for name in near:
        if name in layout.agents:
            options += [f"give {held} to {name}" for held in hands if not things.can(held, "heavy")]
            if free:
                options += [f"take {held} from {name}" for held in things.hands[name] if not things.can(held, "heavy")]
        elif name in layout.doors:
            options.append(f"{'close' if simulation.doors.states[name].open else 'open'} {name}")
        elif name not in hands:
            options += _with_thing(simulation, agent, name, free)
    written = [name for name in visible if name in things.states and things.can(name, "readable")]
    options += [f"use {name}" for name in written if simulation.distance(agent, name) <= READABLE]
    options += [f"put down {held}" for held in hands]
    if simulation.physics is not None:
        options += [f"drop {held}" for held in hands]
    return list(dict.fromkeys(options))


def near_by(simulation: "Simulation", agent: str, name: str) -> bool:
    """Whether a body stands so near something that going there would be no step."""
    return simulation.reaches(agent, name) and simulation.distance(agent, name) <= 1.0


def _with_thing(simulation: "Simulation", agent: str, name: str, free: int) -> list[str]:
    """What can be done with a thing within reach."""
    things = simulation.things
    can, hands, options = simulation.layout.things[name].affordances, simulation.things.hands[agent], list[str]()
    bearer = things.bearer(name)
    if (("pick" in can or "cart" in can) and free and bearer in ("", agent)) or (
        "heavy" in can and free == 2 and not bearer
    ):
        options.append(f"pick up {name}")
    if "open" in can:
        options.append(f"{'close' if things.states[name].open else 'open'} {name}")
    if "lever" in can or "switch" in can:
        options.append(f"use {name}")
    if things.room_in(name):
        inner = ("container" in can or "cart" in can) and ("open" not in can or things.states[name].open)
        for held in hands:
            if "surface" in can:
                options.append(f"put {held} on {name}")
            if inner:
                options.append(f"put {held} in {name}")
    return options
