"""Measuring teams: evaluate one, compare two, report on a run."""

from coterie.evaluation.compare import Comparison, Difference, compare
from coterie.evaluation.evaluate import evaluate, evaluate_scenario, measure
from coterie.evaluation.result import Report
from coterie.metrics.planning import required_episodes

__all__ = [
    "Comparison",
    "Difference",
    "Report",
    "compare",
    "evaluate",
    "evaluate_scenario",
    "measure",
    "required_episodes",
]
