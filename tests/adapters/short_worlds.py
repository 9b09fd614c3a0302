"""Every world in a form of which a bridge can play a hundred episodes in seconds."""

from coterie.environments import make

LIMITS = {"limit_s": 6.0, "horizon": 12}
"""Options that say how long an episode lasts, and how long it lasts here."""
SEEDS = 100


def short(id):
    """The options that make the episodes of a world short."""
    return {name: min(value, LIMITS[name]) for name, value in make(id).options.items() if name in LIMITS}
