"""Who can sit in a seat."""

from coterie.agents.human import Human
from coterie.agents.language import Language
from coterie.agents.random import Random
from coterie.agents.replay import Replay
from coterie.agents.scripted import Expert, Scripted

__all__ = ["Expert", "Human", "Language", "Random", "Replay", "Scripted"]
