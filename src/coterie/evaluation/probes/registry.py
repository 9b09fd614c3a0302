"""The probes that need to know no more than a team, by name; what `--probe` names on the command line."""

from collections.abc import Callable, Mapping
from functools import partial

from coterie.core import ConfigError, Mind
from coterie.core.guards import Quarantine
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.contagion import contagion
from coterie.evaluation.probes.deception import deception
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.probes.identity import identity_bias
from coterie.evaluation.probes.leakage import leakage
from coterie.evaluation.probes.listening import listening
from coterie.evaluation.probes.obedience import instruction_decay, refusals
from coterie.evaluation.probes.partners import adaptation, focal_score
from coterie.evaluation.probes.shapley import shapley
from coterie.evaluation.probes.talk import value_of_talking
from coterie.evaluation.probes.teamwork import efficiency, lazy_agents, policy_swap

Probe = Callable[[Trial, Mapping[str, Mind]], Finding]


def _lies(trial: Trial, minds: Mapping[str, Mind]) -> Finding:
    return deception(trial.play([Arm("open", minds)])["open"])


PROBES: dict[str, tuple[Probe, str]] = {
    "talk": (value_of_talking, "open, muted and scrambled: what talking is worth"),
    "listening": (listening, "what becomes of a choice when the last message is another one"),
    "efficiency": (efficiency, "how much faster the team is than its first member alone"),
    "lazy_agents": (lazy_agents, "whose replacement by a random or a silent one nobody notices"),
    "policy_swap": (policy_swap, "what is lost when two members exchange their seats"),
    "shapley": (shapley, "how much each seat brings, all coalitions played"),
    "adaptation": (adaptation, "whether the team becomes better from episode to episode"),
    "identity_bias": (identity_bias, "paired swaps of names, pronouns and seats"),
    "leakage": (leakage, "whether a secret told to one seat gets out"),
    "deception": (_lies, "claims that the speaker saw to be false"),
}
"""Probe to its function and what it asks."""

AT_A_SEAT: dict[str, tuple[Callable[[Trial, Mapping[str, Mind], str], Finding], str]] = {
    "focal_score": (
        lambda trial, minds, seat: focal_score(trial, minds, [seat]),
        "what a seat is paid, random 0, expert 1",
    ),
    "contagion": (
        partial(contagion, guards=(Quarantine(),)),
        "how far a compromised seat's words spread, guarded or not",
    ),
    "instruction_decay": (instruction_decay, "how long a seat keeps an instruction"),
    "refusals": (refusals, "what a seat refuses: harmful requests and harmless twins"),
}
"""Probes that look at one seat: `NAME:SEAT`, or the first seat."""


def probe(name: str, trial: Trial, minds: Mapping[str, Mind]) -> Finding:
    """Runs the probe called `NAME` or `NAME:SEAT`.

    Raises:
        ConfigError: there is no such probe, or no such seat.
    """
    called, _, seat = name.partition(":")
    if called in PROBES and not seat:
        return PROBES[called][0](trial, minds)
    if called not in AT_A_SEAT:
        raise ConfigError(f"no probe is called {name!r}; there are {', '.join([*PROBES, *AT_A_SEAT])}")
    if seat and seat not in minds:
        raise ConfigError(f"probe {name!r}: no seat is called {seat!r}; there are {', '.join(minds)}")
    return AT_A_SEAT[called][0](trial, minds, seat or next(iter(minds)))
