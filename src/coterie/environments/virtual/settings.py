"""What all virtual worlds let one choose."""

from typing import Literal, TypedDict

import msgspec

from coterie.environments.virtual.hearing import RANGES, Wire
from coterie.environments.virtual.skills.commands import Tier

FEWEST_VIEW_WORDS = 20


class ViewSettings(TypedDict, total=False):
    """The settings that every shipped virtual and hybrid world takes as options beside its own."""

    view: Literal["words", "map", "graph"]
    physics: Literal["kinematic", "mujoco"]


class CommonSettings(ViewSettings, total=False):
    """Those of worlds in which all commands of virtual worlds can be given."""

    tier: Tier


class Settings(msgspec.Struct, frozen=True):
    """What all virtual worlds let one choose."""

    limit_s: float = 300.0
    """Simulated seconds after which an episode ends."""
    field: float = 90.0
    """Field of view, degrees."""
    sight: float = 30.0
    """From how far large things can be made out, metres."""
    view: Literal["words", "map", "graph"] = "words"
    """What `text` holds: words, words with a map in letters, or the scene graph as JSON."""
    view_words: int = 80
    """Most words of a view; the introduction and what was heard do not count."""
    tier: Tier = "skills"
    """Which commands are listed."""
    moves: Literal["listed", "written"] = "listed"
    """Whether a command is chosen from a list, or written freely: then whatever is wrong with it is a fail code."""
    max_words: int = 12
    """Most words that can be said at once; 0: nobody speaks."""
    voices: tuple[str, ...] = ("talk", "whisper", "shout")
    """The ways of speaking; the first is meant when none is chosen, or the first wire if there are none."""
    physics: Literal["kinematic", "mujoco"] = "kinematic"
    """How time passes: bodies slide along what stands, and things stay where they are put; or everything has mass, and
    things can be pushed, dropped and stacked (extra `physics`)."""
    wires: dict[str, Wire] = {}
    """Radios and telephone lines by name."""

    def __post_init__(self) -> None:
        """Checks what was chosen."""
        if not 0 < self.limit_s < 1e6 or not 0 < self.field <= 360 or not 0 < self.sight < 1e4:
            raise ValueError(
                f"limit_s={self.limit_s}, field={self.field}, sight={self.sight}, expected more than 0 seconds, 0 to "
                "360 degrees, more than 0 metres"
            )
        if self.view_words < FEWEST_VIEW_WORDS or self.max_words < 0:
            raise ValueError(
                f"view_words={self.view_words}, max_words={self.max_words}, expected at least {FEWEST_VIEW_WORDS} and 0"
            )
        for name, known in (
            ("view", ("words", "map", "graph")),
            ("moves", ("listed", "written")),
            ("physics", ("kinematic", "mujoco")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r}, expected one of {', '.join(known)}")
        if self.tier not in ("skills", "primitives", "both"):
            raise ValueError(f"tier={self.tier!r}, expected skills, primitives or both")
        if unknown := [voice for voice in self.voices if voice not in RANGES]:
            raise ValueError(f"voices: {unknown[0]!r}, expected some of {', '.join(RANGES)}")

    def ways(self, agent: str) -> tuple[str, ...]:
        """How an agent can speak, the way that is meant when it chooses none first.

        >>> Settings(voices=("talk",), wires={"radio": Wire(("ann", "bob"))}).ways("ann")
        ('talk', 'radio')
        """
        return self.voices + tuple(name for name, wire in self.wires.items() if agent in wire.members)
