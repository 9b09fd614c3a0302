"""The local engine: samples from a model on this machine, keeping every seat's text encoded across turns."""

from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.engine import Engine
from coterie.policies.local.errors import ContextLengthError, RowStateError
from coterie.policies.local.rows import Completion

__all__ = ["Completion", "ContextLengthError", "Engine", "RowStateError", "TokenTrie"]
