"""Every world in a form of which a bridge can play a hundred episodes in seconds."""

from coterie.environments import make

LIMITS = {"limit_s": 6.0, "horizon": 12}
"""Options that say how long an episode lasts, and how long it lasts here."""
SEEDS = 100

UNNUMBERED = r"(is free text|are what is near, [^;]*); use the text form, or list answers"
"""Why some seats have no numbered answers, in the words of the error."""


def short(id):
    """The options that make the episodes of a world short."""
    limits = {name: value for name, value in make(id).options.items() if name in LIMITS}
    # None: a limit that follows the other options, and is always longer.
    return {name: LIMITS[name] if value is None else min(value, LIMITS[name]) for name, value in limits.items()}
