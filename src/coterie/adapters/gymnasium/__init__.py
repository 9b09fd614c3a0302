"""Gymnasium both ways: one seat of a world as a `gymnasium.Env`, and a Gymnasium environment as a world for one.

Importing this module registers every world: `gymnasium.make("coterie/Lookout-v1", seat="courier", others="expert")`.
"""

from coterie.adapters.extras import missing, require

try:
    from gymnasium.envs.registration import register, registry
except ImportError as error:
    raise missing("gymnasium", "gymnasium", error) from error

from coterie.adapters.gymnasium.seat import SeatEnv
from coterie.adapters.gymnasium.world import GymnasiumWorld
from coterie.environments import WORLDS

__all__ = ["GymnasiumWorld", "SeatEnv", "gymnasium_id", "register_worlds"]

require("gymnasium", "gymnasium", at_least="1.2", below="2")


def gymnasium_id(id: str) -> str:
    """What Gymnasium calls a world.

    >>> gymnasium_id("kuhn_poker-v1")
    'coterie/KuhnPoker-v1'
    """
    name, _, version = id.rpartition("-v")
    return f"coterie/{''.join(part.capitalize() for part in name.split('_'))}-v{version}"


def register_worlds() -> None:
    """Registers every world that has no id yet; call it again after `coterie.register`."""
    for id in sorted(WORLDS):
        if gymnasium_id(id) not in registry:
            register(gymnasium_id(id), "coterie.adapters.gymnasium:SeatEnv", kwargs={"world": id})


register_worlds()
