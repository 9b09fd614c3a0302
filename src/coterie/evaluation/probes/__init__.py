"""Measures that need play: arms on the same seeds, compared in pairs."""

from coterie.evaluation.probes.arms import Arm, Trial, play_arms
from coterie.evaluation.probes.carry_over import cross_task_leakage
from coterie.evaluation.probes.collusion import collusion
from coterie.evaluation.probes.contagion import Spread, contagion
from coterie.evaluation.probes.deception import deception
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.probes.identity import Swap, identity_bias
from coterie.evaluation.probes.leakage import leakage
from coterie.evaluation.probes.listening import Influence, Listening, listening, listening_of
from coterie.evaluation.probes.obedience import instruction_decay, refusals
from coterie.evaluation.probes.paraphrase import Synonyms, identity, reordered
from coterie.evaluation.probes.partners import Crossed, adaptation, cross_play, focal_score
from coterie.evaluation.probes.personalisation import personalisation
from coterie.evaluation.probes.pollution import consensus_pollution
from coterie.evaluation.probes.registry import PROBES, probe
from coterie.evaluation.probes.rewording import Reworded, Rewording
from coterie.evaluation.probes.shapley import shapley
from coterie.evaluation.probes.stand_ins import OneMind, Silent
from coterie.evaluation.probes.stereotypes import stereotypes
from coterie.evaluation.probes.store import AnyFinding, read_findings, write_findings
from coterie.evaluation.probes.talk import value_of_talking
from coterie.evaluation.probes.teamwork import coordination_deficit, efficiency, lazy_agents, policy_swap
from coterie.evaluation.probes.topology import chain, complete, star
from coterie.evaluation.probes.tracer import tracer_durability
from coterie.metrics.claims import Claim

__all__ = [
    "PROBES",
    "AnyFinding",
    "Arm",
    "Claim",
    "Crossed",
    "Finding",
    "Influence",
    "Listening",
    "OneMind",
    "Reworded",
    "Rewording",
    "Silent",
    "Spread",
    "Swap",
    "Synonyms",
    "Trial",
    "adaptation",
    "chain",
    "collusion",
    "complete",
    "consensus_pollution",
    "contagion",
    "coordination_deficit",
    "cross_play",
    "cross_task_leakage",
    "deception",
    "efficiency",
    "focal_score",
    "identity",
    "identity_bias",
    "instruction_decay",
    "lazy_agents",
    "leakage",
    "listening",
    "listening_of",
    "personalisation",
    "play_arms",
    "policy_swap",
    "probe",
    "read_findings",
    "refusals",
    "reordered",
    "shapley",
    "star",
    "stereotypes",
    "tracer_durability",
    "value_of_talking",
    "write_findings",
]
