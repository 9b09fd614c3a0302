"""What turns of foreign logs have in common."""

import zlib
from typing import Any

from coterie.core import Action, ActionSpec, Observation, Sample, Text, Turn

SPEC = ActionSpec(move=Text(1_000_000), fallback=Action(""))
"""What a foreign agent may do, as far as its log says: write something."""


def turn_of(agent: str, step: int, read: str, text: str, policy: str, **counted: Any) -> Turn:
    """What an agent wrote, after what it had read; `counted` is what a Sample keeps of tokens, where the log tells."""
    return Turn(agent, step, Observation(SPEC, read), Action(text), (), (Sample(text, policy, **counted),))


def seed_of(name: str) -> int:
    """The same number for the same task in every log, so that two logs can be compared on what both hold."""
    return zlib.crc32(name.encode())


def content_of(content: Any) -> str:
    """The text of a message, whose content may come in parts."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return "" if content is None else str(content)
