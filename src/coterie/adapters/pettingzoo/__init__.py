"""PettingZoo both ways: worlds as Parallel and AEC environments, and PettingZoo environments as worlds.

`parallel_env("lookout")` and `env("lookout")` make them, as the modules of PettingZoo do.
"""

from collections.abc import Callable
from typing import Any

from coterie.adapters.extras import missing, require

try:
    from pettingzoo.utils import wrappers  # type: ignore[import-untyped]
except ImportError as error:
    raise missing("pettingzoo", "pettingzoo", error) from error

from coterie.adapters.pettingzoo.team import Team
from coterie.adapters.pettingzoo.turns import Turns
from coterie.adapters.pettingzoo.world import PettingZooWorld
from coterie.core import Environment

__all__ = ["PettingZooWorld", "Team", "Turns", "env", "parallel_env"]

require("pettingzoo", "pettingzoo", at_least="1.25", below="2")


def parallel_env(world: str | Callable[[], Environment], **settings: Any) -> Team:
    """Makes a world as a Parallel environment.

    >>> team = parallel_env("matrix_game", game="stag_hunt")
    >>> _, infos = team.reset(seed=1)
    >>> sorted(team.step({"row": 0, "column": 0})[1].items())
    [('column', 2.0), ('row', 2.0)]
    """
    return Team(world, **settings)


def env(world: str | Callable[[], Environment], **settings: Any) -> Any:
    """Makes a world as an AEC environment, in the wrapper that refuses steps out of order, as PettingZoo does.

    >>> game = env("kuhn_poker")
    >>> game.reset(seed=1)
    >>> game.agent_selection, len(game.last()[0])
    ('first', 9)
    """
    return wrappers.OrderEnforcingWrapper(Turns(world, **settings))
