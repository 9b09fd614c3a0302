"""Stable-Baselines3: its algorithms learn in our worlds, and what they learned takes seats here.

One seat, the others filled: `PPO("MlpPolicy", SeatEnv("tic_tac_toe", "cross"))`. One policy for all seats:
`PPO("MlpPolicy", SharedPolicy("kuhn_poker"))`. Afterwards `save(model, folder)` and `load(folder)`, which is a mind.
"""

from coterie.adapters.extras import missing, require

try:
    import stable_baselines3  # noqa: F401  # only looked for: what needs it imports it again
except ImportError as error:
    raise missing("stable-baselines3", "stable_baselines3", error) from error

from coterie.adapters.stable_baselines3.features import LanguageFeatures
from coterie.adapters.stable_baselines3.mind import Trained, load, save
from coterie.adapters.stable_baselines3.shared import SharedPolicy

__all__ = ["LanguageFeatures", "SharedPolicy", "Trained", "load", "save"]

require("stable-baselines3", "stable_baselines3", at_least="2.7", below="3")
