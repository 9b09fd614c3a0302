"""Train and measure teams of language-model agents in simulated worlds.

Nouns and verbs are found here; each loads when it is first used, so that `import coterie` stays light.

>>> import coterie
>>> from coterie.agents import Expert
>>> coterie.play("lookout", {"lookout": Expert(), "courier": Expert()}, seed=1).outcome["success"]
True
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from coterie.core import (
        Action,
        ActionSpec,
        Agent,
        Algorithm,
        Channel,
        Choice,
        Codec,
        Decision,
        Environment,
        Episode,
        Learner,
        Message,
        Metric,
        Mind,
        Observation,
        Policy,
        Scenario,
        Speech,
        Step,
        Story,
        Utterance,
    )
    from coterie.environments import make, register
    from coterie.evaluation.compare import compare
    from coterie.evaluation.evaluate import evaluate
    from coterie.rollout.gather import gather, play
    from coterie.rollout.record import read_episodes
    from coterie.training.train import train

_HOMES = {
    "coterie.core": (
        "Action ActionSpec Agent Algorithm Channel Choice Codec Decision Environment Episode Learner Message Metric "
        "Mind Observation Policy Scenario Speech Step Story Utterance"
    ),
    "coterie.environments": "make register",
    "coterie.rollout": "gather play read_episodes",
    "coterie.evaluation": "compare evaluate",
    "coterie.training": "train",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Action",
    "ActionSpec",
    "Agent",
    "Algorithm",
    "Channel",
    "Choice",
    "Codec",
    "Decision",
    "Environment",
    "Episode",
    "Learner",
    "Message",
    "Metric",
    "Mind",
    "Observation",
    "Policy",
    "Scenario",
    "Speech",
    "Step",
    "Story",
    "Utterance",
    "compare",
    "evaluate",
    "gather",
    "make",
    "play",
    "read_episodes",
    "register",
    "train",
]


def __getattr__(name: str) -> object:
    """Loads a public name from where it lives."""
    if name not in _HOME:
        raise AttributeError(f"module 'coterie' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Lists the public names."""
    return [*__all__, "__version__"]
