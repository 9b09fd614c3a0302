"""Learning from play: the loop, and the run folder that survives interruption."""

from coterie.training.run import Run
from coterie.training.train import Plan, train

__all__ = ["Plan", "Run", "train"]
