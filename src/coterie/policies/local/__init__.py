"""Language models in this process: an engine that keeps every seat's text encoded, and the policy on it."""

from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.engine import Engine
from coterie.policies.local.errors import ContextLengthError, RowStateError
from coterie.policies.local.policy import LocalPolicy
from coterie.policies.local.rows import Completion
from coterie.policies.local.small import small_model, small_tokenizer

__all__ = [
    "Completion",
    "ContextLengthError",
    "Engine",
    "LocalPolicy",
    "RowStateError",
    "TokenTrie",
    "small_model",
    "small_tokenizer",
]
