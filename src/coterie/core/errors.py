"""Errors named by the boundary they were raised at.

Each also inherits the standard error it specialises, so that `except ValueError` keeps working. A message says what was
found, what was expected and what to do.
"""


class CoterieError(Exception):
    """The root of every error that Coterie raises on purpose."""


class WorldError(CoterieError, RuntimeError):
    """A world was used, or behaved, against the contract."""


class AgentError(CoterieError, RuntimeError):
    """Somebody in a seat could not answer."""


class PolicyError(CoterieError, RuntimeError):
    """The source of an agent's words or choices failed."""


class RecordError(CoterieError, ValueError):
    """A record on disk cannot be read; the message names the file and the line."""


class ConfigError(CoterieError, ValueError):
    """A setting, a name or an option is not what was expected."""
