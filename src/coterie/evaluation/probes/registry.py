"""The probes by name: what `--probe` names on the command line, and what each can be told there.

A probe is asked for as `NAME`, `NAME:SEAT` where it looks at one seat, and with settings after that, such as
`contagion:ben,topology=chain` or `collusion:competitive=0.2,colluding=0.8`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from coterie.agents import Expert, Language
from coterie.core import ConfigError, Mind
from coterie.core.guards import Quarantine
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.carry_over import cross_task_leakage
from coterie.evaluation.probes.collusion import collusion
from coterie.evaluation.probes.contagion import contagion
from coterie.evaluation.probes.deception import deception
from coterie.evaluation.probes.finding import Finding
from coterie.evaluation.probes.identity import identity_bias
from coterie.evaluation.probes.leakage import leakage
from coterie.evaluation.probes.listening import listening
from coterie.evaluation.probes.obedience import instruction_decay, refusals
from coterie.evaluation.probes.partners import adaptation, cross_play, focal_score
from coterie.evaluation.probes.personalisation import personalisation
from coterie.evaluation.probes.pollution import consensus_pollution
from coterie.evaluation.probes.shapley import shapley
from coterie.evaluation.probes.stand_ins import OneMind
from coterie.evaluation.probes.stereotypes import stereotypes
from coterie.evaluation.probes.talk import value_of_talking
from coterie.evaluation.probes.teamwork import coordination_deficit, efficiency, lazy_agents, policy_swap
from coterie.evaluation.probes.topology import TOPOLOGIES, spread_from
from coterie.evaluation.probes.tracer import tracer_durability
from coterie.policies.chat_codec import ChatCodec

Teams = Mapping[str, Mapping[str, Mind]]


class Probe(NamedTuple):
    """One probe as it can be asked for by name."""

    play: Callable[..., Finding]
    """Takes a trial and the minds, then the seat where it looks at one, then settings by name."""
    asks: str
    settings: tuple[str, ...] = ()
    """What may be set."""
    needed: tuple[str, ...] = ()
    """What must be set."""
    at_a_seat: bool = False


def _lies(trial: Trial, minds: Mapping[str, Mind]) -> Finding:
    return deception(trial.play([Arm("open", minds)])["open"])


def _infected(trial: Trial, minds: Mapping[str, Mind], seat: str, topology: str = "", **told: Any) -> Finding:
    links = spread_from(seat, list(minds), _shape(topology)) if topology else None
    return contagion(trial, minds, seat, guards=(Quarantine(),), links=links, **told)


def _traced(trial: Trial, minds: Mapping[str, Mind], seat: str, topology: str = "", **told: Any) -> Finding:
    links = {topology: spread_from(seat, list(minds), _shape(topology))} if topology else None
    return tracer_durability(trial, minds, seat, links, **told)


def _shape(topology: str) -> str:
    if topology not in TOPOLOGIES:
        raise ConfigError(f"found the topology {topology!r}, expected {', '.join(TOPOLOGIES)}")
    return topology


def _coordinated(trial: Trial, minds: Mapping[str, Mind], seat: str, **told: Any) -> Finding:
    """The mind of one seat in all seats, in one conversation, against the team."""
    mind = minds[seat]
    if isinstance(mind, Expert):
        raise ConfigError("an expert knows one seat only, so it cannot have all; seat a model, or a script of your own")
    if isinstance(mind, Language) and isinstance(mind.codec, ChatCodec):
        # It must not be told that it is one of the seats, when it is all of them.
        everybody = f"everybody at once: {', '.join(minds)}"
        mind = msgspec.structs.replace(mind, codec=msgspec.structs.replace(mind.codec, seat=everybody))
    return coordination_deficit(trial, minds, dict.fromkeys(minds, OneMind(mind)), **told)


def _crossed(
    trial: Trial, minds: Mapping[str, Mind], teams: Teams, name: str = "the team", metric: str | None = None
) -> Finding:
    if not teams:
        raise ConfigError("cross_play needs another team to meet: give it with --team NAME=WHO")
    if name in teams:
        raise ConfigError(f"found two teams called {name!r}; give each a name of its own")
    return cross_play(trial, {name: minds, **teams}, metric)


METRIC = ("metric",)
COUNTS = {"samples", "most", "words_each"}
"""Settings that count something."""
PROBES: dict[str, Probe] = {
    "talk": Probe(value_of_talking, "open, muted and scrambled: what talking is worth", METRIC),
    "listening": Probe(listening, "what becomes of a choice when the last message is another one", ("samples", "most")),
    "efficiency": Probe(efficiency, "how much faster the team is than its first member alone"),
    "coordination_deficit": Probe(
        _coordinated, "what is lost beside one mind that has all seats", ("words_each", "metric"), at_a_seat=True
    ),
    "lazy_agents": Probe(lazy_agents, "whose replacement by a random or a silent one nobody notices", METRIC),
    "policy_swap": Probe(policy_swap, "what is lost when two members exchange their seats", METRIC),
    "shapley": Probe(shapley, "how much each seat brings, all coalitions played", METRIC),
    "cross_play": Probe(_crossed, "members of different teams together, which --team names", ("metric", "name")),
    "focal_score": Probe(
        lambda trial, minds, seat: focal_score(trial, minds, [seat]),
        "what a seat is paid, random 0, expert 1",
        at_a_seat=True,
    ),
    "adaptation": Probe(adaptation, "whether the team becomes better from episode to episode", METRIC),
    "personalisation": Probe(personalisation, "what the true profile of somebody is worth", ("option", "metric")),
    "identity_bias": Probe(identity_bias, "paired swaps of names, pronouns and seats"),
    "stereotypes": Probe(stereotypes, "questions about people, with and without the facts", at_a_seat=True),
    "leakage": Probe(leakage, "whether a secret told to one seat gets out", ("ask",)),
    "cross_task_leakage": Probe(cross_task_leakage, "whether secrets of one task are said in the next", at_a_seat=True),
    "deception": Probe(_lies, "claims that the speaker saw to be false"),
    "consensus_pollution": Probe(
        consensus_pollution, "whether what one wrongly believes others say too", ("falsehood", "metric"), at_a_seat=True
    ),
    "collusion": Probe(
        collusion,
        "between competition (0) and the cartel (1)",
        ("competitive", "colluding", "metric"),
        ("competitive", "colluding"),
    ),
    "contagion": Probe(
        _infected,
        "how far a compromised seat's words spread, guarded or not",
        ("topology", "payload", "tracer", "metric"),
        at_a_seat=True,
    ),
    "tracer_durability": Probe(
        _traced, "how many hops a word survives, by topology", ("topology", "tracer", "brief"), at_a_seat=True
    ),
    "instruction_decay": Probe(instruction_decay, "how long a seat keeps an instruction", at_a_seat=True),
    "refusals": Probe(refusals, "what a seat refuses: harmful requests and harmless twins", at_a_seat=True),
}
"""Probe by name; those of one seat take the first one unless it is named."""


def probe(asked: str, trial: Trial, minds: Mapping[str, Mind], teams: Teams | None = None) -> Finding:
    """Runs the probe asked for as `NAME`, `NAME:SEAT`, `NAME:SETTING=VALUE,...` or both.

    Args:
        asked: which, and what it is told.
        trial: the world, its seeds, how to play.
        minds: who sits where.
        teams: further teams by name, for `cross_play`.

    Raises:
        ConfigError: there is no such probe, seat or setting, or one that is needed is not given.
    """
    called, seat, told = read_probe(asked, tuple(minds))
    known = PROBES[called]
    where = (seat or next(iter(minds)),) if known.at_a_seat else ()
    more = {"teams": teams or {}} if called == "cross_play" else {}
    return msgspec.structs.replace(known.play(trial, minds, *where, **more, **told), asked=asked)


def read_probe(asked: str, seats: Sequence[str] = ()) -> tuple[str, str, dict[str, Any]]:
    """Reads how a probe is asked for: its name, its seat or nothing, its settings.

    Args:
        asked: which, and what it is told.
        seats: of the world, where they are known.

    >>> read_probe("collusion:competitive=0.2,colluding=1")
    ('collusion', '', {'competitive': 0.2, 'colluding': 1})

    Raises:
        ConfigError: there is no such probe or setting, or one that is needed is not given.
    """
    called, _, rest = asked.partition(":")
    if called not in PROBES:
        raise ConfigError(f"no probe is called {called!r}; there are {', '.join(PROBES)}")
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    named = [part for part in parts if "=" not in part]
    told = {
        name.strip(): _value(text.strip()) for name, _, text in (part.partition("=") for part in parts if "=" in part)
    }
    known = PROBES[called]
    if len(named) > 1 or (strangers := told.keys() - set(known.settings)):
        found = ", ".join(named if len(named) > 1 else sorted(strangers))
        raise ConfigError(f"probe {asked!r}: found {found}, expected a seat at most, and {_settings(known)}")
    if missing := [name for name in known.needed if name not in told]:
        raise ConfigError(f"probe {asked!r} needs {', '.join(missing)}: {called}:{'=...,'.join(missing)}=...")
    for name in COUNTS & told.keys():
        if not isinstance(told[name], int) or told[name] < 1:
            raise ConfigError(f"probe {asked!r}: found {name}={told[name]}, expected a whole number of at least 1")
    if named and seats and (not known.at_a_seat or named[0] not in seats):
        expected = f"there are {', '.join(seats)}" if known.at_a_seat else f"{called} looks at all of them"
        raise ConfigError(f"probe {asked!r}: no seat is called {named[0]!r}; {expected}")
    return called, named[0] if named else "", told


def _settings(known: Probe) -> str:
    return f"settings {', '.join(known.settings)}" if known.settings else "no settings"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
