"""Measuring teams: evaluate one, compare two, report on a run."""

from coterie.evaluation.compare import compare, compare_scenarios
from coterie.evaluation.comparison import Comparison, Difference
from coterie.evaluation.evaluate import evaluate, evaluate_scenario, measure
from coterie.evaluation.result import Report
from coterie.metrics.planning import required_episodes

__all__ = [
    "Comparison",
    "Difference",
    "Report",
    "compare",
    "compare_scenarios",
    "evaluate",
    "evaluate_scenario",
    "measure",
    "required_episodes",
]
