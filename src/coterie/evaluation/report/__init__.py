"""The report page of a run."""

from coterie.evaluation.cross_play import CrossPlay
from coterie.evaluation.report.compared import render_comparison, write_comparison
from coterie.evaluation.report.inputs import Arm, Evaluation, Progress, RunConfig, Transcript, read_run
from coterie.evaluation.report.page import render, write_report
from coterie.evaluation.report.suite import suite_reports, write_suite

__all__ = [
    "Arm",
    "CrossPlay",
    "Evaluation",
    "Progress",
    "RunConfig",
    "Transcript",
    "read_run",
    "render",
    "render_comparison",
    "suite_reports",
    "write_comparison",
    "write_report",
    "write_suite",
]
