"""Who can sit in a seat."""

from coterie.agents.language import Language
from coterie.agents.random import Random
from coterie.agents.replay import Replay
from coterie.agents.scripted import Expert, Scripted

__all__ = ["Expert", "Language", "Random", "Replay", "Scripted"]
