"""How credit is given: one page each, pure functions of recorded episodes."""

from coterie.algorithms.group_relative import GroupRelative
from coterie.algorithms.imitation import Imitation
from coterie.algorithms.ppo import PPO
from coterie.algorithms.q_learning import QLearning
from coterie.algorithms.reinforce import Reinforce

__all__ = ["PPO", "GroupRelative", "Imitation", "QLearning", "Reinforce"]
