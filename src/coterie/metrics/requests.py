"""Is done what is asked for: requests as worlds state them, and what the seats that were asked then do.

A request is an event of a seat that names facts, or parts of the task, in `asks`; any one of them fulfils it. It goes
to the seats in `of`, or to all others. It is taken up when one of these makes such a fact (`made`), or finishes such a
part (`subgoal`), within `STEPS` steps of the world. Where no world states requests, the metrics are missing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from coterie.core import Episode, Event, Metric
from coterie.metrics.pooled import Pooled, middle
from coterie.metrics.tally import Pair, define

STEPS = 10
"""How long a request stands; the k of the definition."""


class Uptake(NamedTuple):
    """A request, and after how many steps it was taken up."""

    request: Event
    after: int | None
    """None: not in time."""


def uptakes(episode: Episode, steps: int = STEPS) -> Iterator[Uptake]:
    """The requests of an episode, in order, each with the steps until somebody who was asked did it.

    >>> asked = Event("asked", "ann", {"asks": ["door open"], "of": ["bob"]}, step=2)
    >>> opened = Event("opened", "bob", {"made": ["door open"]}, step=5)
    >>> [each.after for each in uptakes(Episode(environment="w-v1", seed=0, seats={}, events=(asked, opened)))]
    [3]
    """
    for place, event in enumerate(episode.events):
        if event.agent is not None and event.data.get("asks"):
            later = (each for each in episode.events[place + 1 :] if each.step - event.step <= steps)
            yield Uptake(event, next((each.step - event.step for each in later if _fulfils(each, event)), None))


def _fulfils(event: Event, request: Event) -> bool:
    if event.agent in (None, request.agent) or event.agent not in request.data.get("of", (event.agent,)):
        return False
    asked = request.data["asks"]
    if event.kind == "subgoal":
        return bool(event.data["done"]) and event.data["name"] in asked
    return any(fact in asked for fact in event.data.get("made", ()))


def request_uptake() -> Metric:
    """How often what is asked for is done."""

    def observe(episode: Episode) -> Pair | None:
        found = [each.after is not None for each in uptakes(episode)]
        return Pair(sum(found), len(found)) if found else None

    return define(
        "request_uptake",
        observe,
        "ratio",
        missing="no world here states requests",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=f"Requests that a seat that was asked fulfils within {STEPS} steps, over all requests.",
    )


def request_latency() -> Metric:
    """How soon what is asked for is done."""

    def observe(episode: Episode) -> Iterator[tuple[int]]:
        return ((each.after,) for each in uptakes(episode) if each.after is not None)

    return Metric(
        "request_latency",
        Pooled(observe=observe, reduce=middle, missing="no request was fulfilled"),
        unit="steps",
        low=0.0,
        high=STEPS,
        higher_is_better=False,
        summary="Steps from a request to its fulfilment, median over requests that are fulfilled.",
    )


REQUESTS: tuple[Metric, ...] = (request_uptake(), request_latency())
"""Both."""
