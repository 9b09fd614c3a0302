"""Who does the work, and does the work of one enable another's: from credited parts and from facts in events.

Worlds name facts in event data: those an action needed (`used`) and those it made true (`made`).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator

from coterie.core import Choice, Episode, Event, Metric
from coterie.metrics.claims import CLAIMS
from coterie.metrics.progress import credits
from coterie.metrics.tally import Kind, Pair, define

IDLE = frozenset({"wait", "stay", "noop", "idle", "rest"})
"""Moves that do nothing, as worlds call them."""


def work(episode: Episode) -> Counter[str]:
    """How much of the work is each seat's: actions of its that made facts; without facts, parts of the task done by it.

    Facts come first because the part is credited only to whoever finished it.
    """
    acted = Counter(event.agent for event in episode.events if event.agent is not None and event.data.get("made"))
    return acted or Counter(credits(episode)[0].values())


def division_of_labour() -> Metric:
    """How evenly the work is divided."""

    def observe(episode: Episode) -> Pair | None:
        counts, seats = work(episode), len(episode.seats)
        whole = sum(counts.values())
        if seats < 2 or whole < 2:
            return None
        return Pair(-math.fsum(n / whole * math.log(n / whole) for n in counts.values()) / math.log(seats))

    return _define(
        "division_of_labour",
        observe,
        "mean",
        "no episode credits two or more pieces of work to a team",
        "Entropy of credited work over seats, over its largest value: 0 one does all, 1 all do the same.",
        source="Pielou 1966, evenness, in The Measurement of Diversity in Different Types of Biological Collections",
    )


def duplicate_effort() -> Metric:
    """How often somebody does what another had done."""

    def observe(episode: Episode) -> Pair | None:
        first: dict[str, Event] = {}
        again = count = 0
        for event in episode.events:
            if event.agent and event.kind not in CLAIMS and (made := event.data.get("made")):
                count += 1
                again += all(_done_before(first.get(fact), event) for fact in made)
                for fact in made:
                    first.setdefault(fact, event)
        return Pair(again, count) if count else None

    return _define(
        "duplicate_effort",
        observe,
        "ratio",
        "no episode states which facts actions made",
        "Actions that only made facts which another seat had made before, over actions that made any; words apart.",
        higher_is_better=False,
    )


def _done_before(first: Event | None, event: Event) -> bool:
    """Whether another seat did it in an earlier step; what two do together in one step is no repetition."""
    return first is not None and first.agent != event.agent and first.step < event.step


def idle() -> Metric:
    """How often a seat that could act does nothing."""

    def observe(episode: Episode) -> Pair | None:
        still = count = 0
        for turn in episode.turns:
            spec = turn.observation.spec.move
            if isinstance(spec, Choice) and not IDLE.isdisjoint(spec.options):
                count += 1
                still += turn.action is None or turn.action.move in IDLE
        return Pair(still, count) if count else None

    return _define(
        "idle",
        observe,
        "ratio",
        "nobody could choose to do nothing",
        f"Moves that do nothing ({', '.join(sorted(IDLE))}, or no valid one), over turns that offer such a move.",
    )


def blocked() -> Metric:
    """How often a move leads nowhere."""

    def observe(episode: Episode) -> Pair | None:
        told = [event for event in episode.events if "blocked" in event.data or event.kind == "collided"]
        if not told or not episode.turns:
            return None
        stuck = sum(len(event.data.get("cooks", ())) or bool(event.data.get("blocked")) for event in told)
        return Pair(min(1.0, stuck / len(episode.turns)))

    return _define(
        "blocked",
        observe,
        "mean",
        "no episode tells of moves that led nowhere",
        "Moves that something or somebody was in the way of, over turns; mean over episodes.",
        higher_is_better=False,
        untold=Pair(0.0),
    )


def links(episode: Episode) -> Iterator[tuple[str, str]]:
    """Who enabled whom: for every fact an action used, its last maker and its user.

    >>> from coterie.core import Event
    >>> cut = Event("cut", "ann", {"made": ["onion cut"]})
    >>> cooked = Event("cooked", "bob", {"used": ["onion cut", "fire"]})
    >>> list(links(Episode(environment="w-v1", seed=0, seats={}, events=(cut, cooked))))
    [('ann', 'bob')]
    """
    makers: dict[str, str] = {}
    for event in episode.events:
        if event.agent is None:
            continue
        for fact in event.data.get("used", ()):
            if fact in makers:
                yield makers[fact], event.agent
        for fact in event.data.get("made", ()):
            makers[fact] = event.agent


def interdependence() -> Metric:
    """How much of what enables work is the work of another."""

    def observe(episode: Episode) -> Pair | None:
        found = list(links(episode))
        return Pair(sum(maker != user for maker, user in found), len(found)) if found else None

    return _define(
        "interdependence",
        observe,
        "ratio",
        "no action used what an earlier one had made",
        "Facts an action used that another seat had made, over all it used that any seat had made.",
        source="The reading as preconditions and effects follows Biswas et al. 2025 (arXiv 2502.06976)",
    )


def _define(
    name: str,
    observe: Callable[[Episode], Pair | None],
    kind: Kind,
    missing: str,
    summary: str,
    higher_is_better: bool | None = None,
    untold: Pair | None = None,
    source: str = "",
) -> Metric:
    return define(
        name,
        observe,
        kind,
        missing=missing,
        untold=untold,
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=higher_is_better,
        summary=summary,
        source=source,
    )


TEAMWORK: tuple[Metric, ...] = (division_of_labour(), duplicate_effort(), idle(), blocked(), interdependence())
"""All of these metrics."""
