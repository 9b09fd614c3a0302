"""Who owns weights."""

from coterie.learners.tabular import TabularLearner

__all__ = ["TabularLearner"]
