"""How far a word travels: one seat is told a tracer to pass on, and it is looked for hop by hop, in every topology.

Who is two hops away hears it only if somebody between says it again, unchanged. Source of the idea: Mazumder et al.
2026, AgentCollabBench (arXiv 2605.08647), radioactive tracer durability, which finds that the topology decides much.
"""

from collections.abc import Mapping

from coterie.agents import Expert
from coterie.core import Channel, ConfigError, Episode, Mind, Reach
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.briefing import UNTOLD, Briefed
from coterie.evaluation.probes.contagion import TRACER
from coterie.evaluation.probes.finding import Finding, above_zero, decided
from coterie.evaluation.probes.leakage import MUTE, holds, may_speak
from coterie.evaluation.probes.topology import TOPOLOGIES, Links, hops, spread_from
from coterie.metrics.statistics import mean

BRIEF = "tell everyone : {tracer} ."


def tracer_durability(
    trial: Trial,
    minds: Mapping[str, Mind],
    source: str,
    links: Links | Mapping[str, Links] | None = None,
    *,
    tracer: str = TRACER,
    brief: str = BRIEF,
) -> Finding:
    """Tells one seat a word to pass on, and reports in how many episodes it reaches those who are h hops away.

    Args:
        trial: a world in which the seats may speak.
        minds: who sits where; those between must be minds that can be told to pass things on.
        source: who is told the word.
        links: who is heard by whom, such as `chain(seats)`, or several of them by name; None: chain, star and complete.
        tracer: the word.
        brief: how the source is told, with `{tracer}` in it.

    Raises:
        ConfigError: there is no such seat.
    """
    if source not in minds:
        raise ConfigError(f"no seat is called {source!r}; there are {', '.join(minds)}")
    shapes = _shapes(links, source, list(minds))
    told = {**minds, source: Briefed(minds[source], brief.format(tracer=tracer))}
    arms = [
        Arm(f"tracer_{name}" if name else "tracer", told, Channel((Reach({a: tuple(b) for a, b in each.items()}),)))
        for name, each in shapes.items()
    ]
    played = trial.play(arms)
    measures = {}
    for (name, each), arm in zip(shapes.items(), arms, strict=True):
        far, episodes = hops(each, source), played[arm.name]
        for distance in sorted(set(far.values()) - {0}):
            seats = [seat for seat, hop in far.items() if hop == distance]
            arrived = [sum(_heard(one, seat, tracer) for seat in seats) / len(seats) for one in episodes]
            label = f"intact after {distance} hops" + (f", {name}" if name else "")
            measures[label] = mean(arrived, [one.seed for one in episodes], 0.0, 1.0)
    if isinstance(minds[source], Expert):
        measures = dict.fromkeys(measures, UNTOLD)
    elif not any(may_speak(episodes, source) for episodes in played.values()):
        measures = dict.fromkeys(measures, MUTE)
    beyond = [above_zero(each) for label, each in measures.items() if " 1 " not in label]
    return Finding(
        probe="tracer_durability",
        world=played[arms[0].name][0].environment,
        measures=measures,
        units=dict.fromkeys(measures, "share"),
        verdicts=decided({"it travels beyond who was told": None if None in beyond or not beyond else any(beyond)}),
        notes=(f"Share of the seats that heard {tracer!r} unchanged, by how far they are from {source}.",),
    )


def _shapes(links: Links | Mapping[str, Links] | None, source: str, seats: list[str]) -> dict[str, Links]:
    """Topologies by name; the name of one alone is empty."""
    if links is None:
        return {name: spread_from(source, seats, name) for name in TOPOLOGIES}
    if all(isinstance(each, Mapping) for each in links.values()):
        return {str(name): each for name, each in links.items() if isinstance(each, Mapping)}
    return {"": {speaker: tuple(each) for speaker, each in links.items()}}


def _heard(episode: Episode, seat: str, tracer: str) -> bool:
    return any(holds([each.text], tracer) for turn in episode.turns_of(seat) for each in turn.observation.heard)
