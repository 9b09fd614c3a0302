"""Who owns weights."""

from coterie.learners.choose import choose_learner
from coterie.learners.tabular import TabularLearner

__all__ = ["TabularLearner", "choose_learner"]
