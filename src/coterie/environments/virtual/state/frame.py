"""A picture of one moment, for renderers and viewers: where everybody and everything is, and what is being said."""

from typing import Any, Literal, NamedTuple

import msgspec

Posture = Literal["standing", "walking", "carrying", "lying"]
"""How a body is drawn: standing still, walking, with something in its hands, on the ground."""


class BodyAt(NamedTuple):
    """One body at one moment."""

    name: str
    x: float
    y: float
    z: float
    """Height of the feet."""
    heading: float
    """Degrees counter-clockwise from east."""
    pitch: float = 0.0
    """Degrees above the horizon that it looks."""
    posture: Posture = "standing"


class ThingAt(NamedTuple):
    """One thing at one moment."""

    name: str
    x: float
    y: float
    z: float
    """Height of its bottom."""
    heading: float = 0.0
    held_by: str = ""
    """Who holds it; several names joined by `+` where two carry it together; empty: nobody."""


class Said(NamedTuple):
    """Words that are spoken at this moment."""

    speaker: str
    text: str
    loudness: str
    """whisper, talk, shout, or the name of a channel such as radio."""
    hearers: tuple[str, ...]


class Frame(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where everybody and everything in a scene is at one moment; what it does not name stands as in the scene.

    >>> Frame(0.0, (BodyAt("ann", 1.0, 2.0, 0.0, heading=90.0),), {"gate": True}).bodies[0].heading
    90.0
    """

    time: float
    """Seconds since the beginning."""
    bodies: tuple[BodyAt, ...]
    doors: dict[str, bool] = {}
    """Name to whether it stands open."""
    things: tuple[ThingAt, ...] = ()
    speech: tuple[Said, ...] = ()
    """What was said since the frame before."""
    states: dict[str, bool] = {}
    """Of things that change otherwise: whether a container is open, a switch is on."""


class Film:
    """Keeps a picture of every tick, for viewers; no part of the world's state."""

    def __init__(self) -> None:
        """Starts empty."""
        self.frames: list[Frame] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> "Film":
        """Itself: snapshots of a world share its film."""
        return self
