"""Finite Markov decision processes as data, and a few named ones.

Legend: S state, A action; a second S is the next state.
"""

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.environments.text.grid import DIRECTIONS, beside, cells

Floats = npt.NDArray[np.float64]


class FiniteMDP(msgspec.Struct, frozen=True):
    """A finite Markov decision process: tables say where an action leads and what it pays.

    >>> CORRIDOR = PROCESSES["corridor"]()
    >>> CORRIDOR.transitions_SAS.shape
    (5, 2, 5)
    """

    states: tuple[str, ...]
    actions: tuple[str, ...]
    transitions_SAS: Floats
    """Probability of the next state."""
    rewards_SA: Floats
    """What taking the action there pays."""
    terminal_S: npt.NDArray[np.bool_]
    """Where the process is over; nothing is paid from there."""
    start_S: Floats
    """Probability of beginning there."""
    discount: float = 0.95

    def __post_init__(self) -> None:
        """Checks the shapes and that probabilities sum to 1."""
        count, choices = len(self.states), len(self.actions)
        shapes = (self.transitions_SAS.shape, self.rewards_SA.shape, self.terminal_S.shape, self.start_S.shape)
        expected = ((count, choices, count), (count, choices), (count,), (count,))
        if shapes != expected:
            raise ValueError(f"tables of shapes {shapes}, expected {expected} for these states and actions")
        totals = self.transitions_SAS.sum(-1)
        if not (np.allclose(totals, 1) and np.isclose(self.start_S.sum(), 1) and self.transitions_SAS.min() >= 0):
            raise ValueError("probabilities must not be negative and must sum to 1 for every state and action")
        if not 0 <= self.discount <= 1:
            raise ValueError(f"discount={self.discount}, expected 0 to 1")


def corridor(length: int = 5) -> FiniteMDP:
    """A row of cells; reaching the right end pays 1."""
    transitions_SAS = np.zeros((length, 2, length))
    for place in range(length):
        transitions_SAS[place, 0, max(place - 1, 0)] = 1
        transitions_SAS[place, 1, min(place + 1, length - 1)] = 1
    rewards_SA = np.zeros((length, 2))
    rewards_SA[length - 2, 1] = 1
    return _process([f"s{place}" for place in range(length)], ("left", "right"), transitions_SAS, rewards_SA, [-1])


def bandit() -> FiniteMDP:
    """Three arms, one pull; which arm is best depends on the weather, half the time sunny, half rainy."""
    transitions_SAS = np.zeros((3, 3, 3))
    transitions_SAS[:, :, 2] = 1
    rewards_SA = np.array([[0.2, 0.5, 1.0], [0.8, 0.5, 0.0], [0.0, 0.0, 0.0]])
    process = _process(["sunny", "rainy", "over"], ("one", "two", "three"), transitions_SAS, rewards_SA, [2])
    return msgspec.structs.replace(process, start_S=np.array([0.5, 0.5, 0.0]))


def cliff(width: int = 4, height: int = 3, slip: float = 0.1) -> FiniteMDP:
    """A grid from its lower left corner to its lower right one along a cliff; a move slips sideways now and then.

    A move costs 0.04, the goal pays 1, the cliff costs 1; both end it. Each sideways direction has half of `slip`.
    """
    places = cells(width, height)
    bottom = height - 1
    start, goal = (0, bottom), (width - 1, bottom)
    names = [f"c{column} r{row}" for column, row in places]
    ends = [places.index(cell) for cell in places if cell[1] == bottom and cell != start]
    transitions_SAS = np.zeros((len(places), 4, len(places)))
    for place, cell in enumerate(places):
        for action, direction in enumerate(DIRECTIONS):
            sideways = ("east", "west") if direction in ("north", "south") else ("north", "south")
            for way, probability in ((direction, 1 - slip), (sideways[0], slip / 2), (sideways[1], slip / 2)):
                there = beside(cell, way)
                transitions_SAS[place, action, places.index(there) if there in places else place] += probability
    arrival_S = np.full(len(places), -0.04)
    arrival_S[ends] -= 1
    arrival_S[places.index(goal)] += 2
    process = _process(names, tuple(DIRECTIONS), transitions_SAS, transitions_SAS @ arrival_S, ends)
    start_S = np.zeros(len(places))
    start_S[places.index(start)] = 1
    return msgspec.structs.replace(process, start_S=start_S)


def _process(
    states: list[str], actions: tuple[str, ...], transitions_SAS: Floats, rewards_SA: Floats, ends: list[int]
) -> FiniteMDP:
    """Puts the tables together; begins in the first state; what is over stays where it is and pays nothing."""
    terminal_S = np.zeros(len(states), bool)
    terminal_S[ends] = True
    transitions_SAS[terminal_S] = np.eye(len(states))[terminal_S][:, None, :]
    rewards_SA[terminal_S] = 0
    return FiniteMDP(tuple(states), actions, transitions_SAS, rewards_SA, terminal_S, np.eye(len(states))[0])


PROCESSES: dict[str, Callable[[], FiniteMDP]] = {"bandit": bandit, "cliff": cliff, "corridor": corridor}
"""The named processes; each call makes fresh tables."""
