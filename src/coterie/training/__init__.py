"""Learning from play: the loop, and the run folder that survives interruption."""

from coterie.training.imitate import Lesson, imitate
from coterie.training.reading import read
from coterie.training.run import Run, write_atomically
from coterie.training.train import Plan, train
from coterie.training.workers import Workers

__all__ = ["Lesson", "Plan", "Run", "Workers", "imitate", "read", "train", "write_atomically"]
