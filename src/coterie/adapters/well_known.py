"""Describers of well-known environments, and the choice of one for any environment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from coterie.adapters.describing import Ours, Plain
from coterie.core import Json


class FrozenLake(Plain):
    """The map first, then the cell it stands on."""

    moves = ("west", "south", "east", "north")

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """Rows are counted from the north, columns from the west."""
        ice = [[sign.decode() for sign in row] for row in self.environment.unwrapped.desc]
        row, column = divmod(int(seen), len(ice[0]))
        here = f"you are at r{row} c{column}"
        if not self.first:
            return here
        named: dict[str, list[str]] = {"H": [], "G": []}
        for y, line in enumerate(ice):
            for x, sign in enumerate(line):
                if sign in named:
                    named[sign].append(f"r{y} c{x}")
        size = f"frozen lake of {len(ice)} rows and {len(ice[0])} columns"
        return f"{size} goal at {' '.join(named['G'])} holes at {', '.join(named['H'])} {here}"

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """Success is to stand on the goal."""
        return {"success": total > 0, "score": total, "steps": steps}


class Blackjack(Plain):
    """The own sum, the card the dealer shows, and whether an ace counts 11."""

    moves = ("stick", "hit")

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """One line."""
        own, dealer, ace = (int(each) for each in seen)
        return f"your cards make {own}{' with an ace that counts 11' if ace else ''} the dealer shows {dealer}"

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """Success is to win the hand."""
        return {"success": total > 0, "score": total, "steps": steps}


class Taxi(Plain):
    """Where the taxi, the passenger and the destination are, and which moves change something."""

    moves = ("south", "north", "east", "west", "pick up", "drop off")
    stands = ("red r0 c0", "green r0 c4", "yellow r4 c0", "blue r4 c3")

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """One line."""
        row, column, passenger, goal = (int(each) for each in self.environment.unwrapped.decode(int(seen)))
        waits = "in the taxi" if passenger == len(self.stands) else f"waits at {self.stands[passenger]}"
        return f"taxi at r{row} c{column} passenger {waits} destination {self.stands[goal]}"

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """Success is a delivery; only it ends the episode."""
        return {"success": terminated, "score": total, "steps": steps}


class CartPole(Plain):
    """Places and speeds in words, with the two numbers that matter most."""

    moves = ("push left", "push right")

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """One line; angles in degrees."""
        place, speed, angle, turning = (float(each) for each in seen)
        cart = f"cart {abs(place):.2f} {_side(place)} of the middle moving {_side(speed)} at {abs(speed):.2f}"
        pole = f"pole leans {_side(angle)} {abs(np.degrees(angle)):.1f} degrees turning {_side(turning)}"
        return f"{cart} {pole} at {abs(np.degrees(turning)):.0f} degrees a second"


def _side(value: float) -> str:
    return "right" if value >= 0 else "left"


class MiniGrid(Plain):
    """The mission, which way it faces, and every thing in view by how far ahead and to which side it is."""

    moves = ("turn left", "turn right", "go forward", "pick up", "drop", "toggle", "done")
    ways = ("east", "south", "west", "north")

    def text(self, seen: Any, info: Mapping[str, Any]) -> str:
        """The agent stands in the middle of the bottom row of its view and looks up."""
        from minigrid.core.constants import IDX_TO_COLOR, IDX_TO_OBJECT, STATE_TO_IDX

        states = {number: name for name, number in STATE_TO_IDX.items()}
        width, height, _ = seen["image"].shape
        things, ahead = [], "nothing"
        for x in range(width):
            for y in range(height):
                kind, colour, state = (int(each) for each in seen["image"][x, y])
                name = IDX_TO_OBJECT[kind]
                if name in ("unseen", "empty", "floor", "agent"):
                    continue
                if name != "wall":
                    name = f"{IDX_TO_COLOR[colour]} {f'{states[state]} ' if name == 'door' else ''}{name}"
                steps, side = height - 1 - y, x - width // 2
                if (steps, side) == (1, 0):
                    ahead = name
                if name == "wall" or (steps, side) == (1, 0):
                    continue
                aside = f" {abs(side)} {_side(side)}" if side else ""
                things.append(f"{name} {'here' if (steps, side) == (0, 0) else f'{steps} ahead{aside}'}")
        view = f"facing {self.ways[int(seen['direction'])]} before you {ahead}"
        view += f" in view {', '.join(things)}" if things else ""
        return f"mission {seen['mission']} {view}" if self.first else view

    def outcome(self, total: float, steps: int, terminated: bool) -> dict[str, Json]:
        """Success is paid."""
        return {"success": total > 0, "score": total, "steps": steps}


KNOWN: dict[str, type[Plain]] = {
    "FrozenLake": FrozenLake,
    "FrozenLake8x8": FrozenLake,
    "Blackjack": Blackjack,
    "Taxi": Taxi,
    "CartPole": CartPole,
}
"""Describers by the name of the environment, without its version."""


def describe(environment: Any) -> Any:
    """The class of the describer for an environment.

    >>> import gymnasium
    >>> describe(gymnasium.make("CartPole-v1")).__name__
    'CartPole'
    """
    inner = environment.unwrapped
    if hasattr(inner, "told") and hasattr(inner, "numbers_of"):
        return Ours
    id = "" if getattr(environment, "spec", None) is None else str(environment.spec.id)
    if id.startswith("MiniGrid-") and isinstance(environment.observation_space, spaces.Dict):
        return MiniGrid
    return KNOWN.get(id.rpartition("-v")[0], Plain)
