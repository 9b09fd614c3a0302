"""How much of the task is done: the parts a world tells of, weighted."""

from collections.abc import Callable, Iterator
from math import fsum

from coterie.core import Episode, Metric
from coterie.metrics.tally import Pair, define

AGENTBOARD = "Ma et al. 2024, AgentBoard (arXiv 2401.13178)"


def shares(episode: Episode) -> Iterator[float]:
    """The weighted share of the parts that are done, after each change, in order.

    >>> from coterie.core import Event
    >>> told = Event("subgoals", data={"weights": {"fetch": 1.0, "carry": 3.0}})
    >>> done = Event("subgoal", "ann", {"name": "carry", "done": True})
    >>> list(shares(Episode(environment="w-v1", seed=0, seats={}, events=(told, done))))
    [0.0, 0.75]
    """
    weights: dict[str, float] = {}
    done: set[str] = set()
    for event in episode.events:
        if event.kind == "subgoals":
            weights.update(event.data["weights"])
        elif event.kind == "subgoal":
            (done.add if event.data["done"] else done.discard)(event.data["name"])
        else:
            continue
        whole = fsum(weights.values())
        yield fsum(weights[name] for name in sorted(done)) / whole if whole else 0.0


def _define(name: str, pick: Callable[[list[float]], float], summary: str, source: str) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        found = list(shares(episode))
        return Pair(pick(found)) if found else None

    return define(
        name,
        observe,
        "mean",
        missing="no episode tells of parts of its task",
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=summary,
        source=source,
    )


def credits(episode: Episode) -> tuple[dict[str, str], int]:
    """Who made each part true that is done at the end, and how many parts there are.

    A part that nobody in particular brought about is credited to nobody.
    """
    names: set[str] = set()
    by: dict[str, str] = {}
    for event in episode.events:
        if event.kind == "subgoals":
            names.update(event.data["weights"])
        elif event.kind == "subgoal":
            by.pop(event.data["name"], None)
            if event.data["done"] and event.agent is not None:
                by[event.data["name"]] = event.agent
    return by, len(names)


def milestones(seat: str | None = None) -> Metric:
    """The share of the milestones that is the work of one seat, or of a seat on average."""

    def observe(episode: Episode) -> Pair | None:
        by, count = credits(episode)
        if not count or (seat is not None and seat not in episode.seats):
            return None
        return Pair(sum(seat in (None, each) for each in by.values()) / count / (1 if seat else len(episode.seats)))

    return define(
        "milestones" if seat is None else f"milestones/{seat}",
        observe,
        "mean",
        missing="no episode tells of parts of its task" + (f" with the seat {seat}" if seat else ""),
        untold=Pair(0.0),
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=f"Parts done and credited to {seat or 'a seat'} over all parts{'' if seat else ', mean over seats'}.",
        source="Zhu et al. 2025, MultiAgentBench (arXiv 2503.01935), KPI as in its code, where a judge names all who "
        "contributed; here the world credits whose action made it true",
    )


PROGRESS: tuple[Metric, ...] = (
    _define(
        "progress",
        lambda found: found[-1],
        "Weighted share of the parts of the task that are done at the end.",
        f"{AGENTBOARD}, whose progress rate is the peak",
    ),
    _define(
        "peak_progress",
        max,
        "Largest weighted share of the parts of the task that was ever done.",
        f"{AGENTBOARD}, progress rate; there all parts weigh the same",
    ),
    milestones(),
)
"""All of these metrics; progress less than its peak is work that was undone."""
