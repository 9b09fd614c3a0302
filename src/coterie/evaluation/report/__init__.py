"""The report page of a run."""

from coterie.evaluation.cross_play import CrossPlay
from coterie.evaluation.report.inputs import Arm, Evaluation, Progress, RunConfig, Transcript, read_run
from coterie.evaluation.report.page import render, write_report

__all__ = [
    "Arm",
    "CrossPlay",
    "Evaluation",
    "Progress",
    "RunConfig",
    "Transcript",
    "read_run",
    "render",
    "write_report",
]
