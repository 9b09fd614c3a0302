"""Speech in space: who hears what is said how loudly through how many walls, and what goes by radio or telephone.

`Speech.audiences` of a world's seats lists the ways to speak, and `Utterance.to` chooses: `("whisper",)`, `("talk",)`,
`("shout",)`, or the name of a channel such as `("radio",)`; several at once are heard by all whom any of them reaches,
and when nothing is chosen the first of the list is meant. Words take time: they arrive when they have been said.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from coterie.core import Message
from coterie.environments.virtual.space.compiled import compiled
from coterie.environments.virtual.space.geometry import Prisms, crossing
from coterie.environments.virtual.state.sight import EYES

if TYPE_CHECKING:
    from coterie.environments.virtual.simulation import Simulation

RANGES: dict[str, float] = {"whisper": 2.0, "talk": 10.0, "shout": 30.0}
"""How far each is heard in the open, metres."""
DAMPING = 0.5
"""What each opaque solid between speaker and listener leaves of the range."""
WORD_TICKS = 3
"""Ticks that a word takes."""


class Wire(msgspec.Struct, frozen=True):
    """A named channel that reaches its members wherever they are: a radio, a telephone line."""

    members: tuple[str, ...]
    """Who can speak and hear on it."""
    price: float = 0.0
    """What a word costs the speaker's reward."""
    words: int | None = None
    """Words each member has for an episode; None: no limit."""


class Airtime:
    """The words that members of wires have left, where there is a limit.

    >>> airtime = Airtime({"radio": Wire(("ann", "bob"), words=5)})
    >>> airtime.spend("ann", ("talk", "radio"), 4), airtime.spend("ann", ("radio",), 4), airtime.left("ann")
    (None, 'radio', {'radio words': 1.0})
    """

    def __init__(self, wires: Mapping[str, Wire]) -> None:
        """Gives everybody what an episode begins with."""
        self._left = {
            name: dict.fromkeys(wire.members, wire.words) for name, wire in wires.items() if wire.words is not None
        }

    def spend(self, agent: str, how: Sequence[str], count: int) -> str | None:
        """Takes words off every limited wire in `how`; returns one that has too few left, and then takes nothing."""
        for name in how:
            if self._left.get(name, {}).get(agent, count) < count:
                return name
        for name in how:
            if name in self._left:
                self._left[name][agent] -= count
        return None

    def left(self, agent: str) -> dict[str, float]:
        """What an agent may still say, by wire, as an observation's budget tells it."""
        return {f"{name} words": float(left[agent]) for name, left in self._left.items() if agent in left}


def costs(how: Sequence[str], count: int, wires: Mapping[str, Wire]) -> dict[str, float]:
    """What so many words cost on each wire that has a price.

    >>> costs(("talk", "radio"), 4, {"radio": Wire(("ann", "bob"), price=0.25)})
    {'radio': 1.0}
    """
    return {name: wires[name].price * count for name in how if name in wires and wires[name].price}


@compiled
def walls_between(ax: float, ay: float, az: float, bx: float, by: float, bz: float, prisms: Prisms) -> int:
    """How many opaque solids lie on the line between two points."""
    count = 0
    for which in range(prisms.low.shape[0]):
        if prisms.opaque[which]:
            enter, leave = crossing(ax, ay, az, bx, by, bz, prisms, which)
            if leave - enter > 1e-9:
                count += 1
    return count


def hears(simulation: "Simulation", speaker: str, listener: str, loudness: str) -> bool:
    """Whether one body hears another: within the range of its voice, halved by every opaque solid between them."""
    (ax, ay, az), (bx, by, bz) = simulation.at(speaker), simulation.at(listener)
    square = (ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2
    reach = RANGES[loudness]
    if square > reach * reach:
        return False
    reach *= DAMPING ** walls_between(ax, ay, az + EYES, bx, by, bz + EYES, simulation.prisms)
    return bool(square <= reach * reach)


def hearers(simulation: "Simulation", speaker: str, how: tuple[str, ...], wires: Mapping[str, Wire]) -> tuple[str, ...]:
    """Who hears what is said in these ways, in the order of seats."""
    return tuple(
        other
        for other in simulation.present
        if other != speaker
        and any(
            (speaker in wires[way].members and other in wires[way].members)
            if way in wires
            else hears(simulation, speaker, other, way)
            for way in how
        )
    )


def listening_things(simulation: "Simulation", speaker: str, how: tuple[str, ...]) -> list[str]:
    """The things one can talk to that a voice reaches: in its range, and in sight of the speaker."""
    reach = max((RANGES[way] for way in how if way in RANGES), default=0.0)
    return [
        name
        for name in simulation.layout.talkers
        if simulation.distance(speaker, name) <= reach and simulation.sees(speaker, name)
    ]


def speak(simulation: "Simulation", speaker: str, text: str, how: tuple[str, ...], wires: Mapping[str, Wire]) -> None:
    """Says something, after what the speaker is saying already; it arrives when it has been said.

    Who hears it is decided where everybody stands now, and is told in the event `said`.
    """
    began = max(simulation.ticks, simulation.speaking[speaker])
    done = simulation.speaking[speaker] = began + max(1, WORD_TICKS * len(text.split()))
    audience = hearers(simulation, speaker, how, wires)
    message = Message(speaker, text, audience, round(done / 10, 1))
    simulation.voices.append((done, message, " ".join(how)))
    simulation.voices.sort(key=lambda voice: voice[0])
    simulation.tell("said", speaker, text=text, how=" ".join(how), hearers=list(audience))
