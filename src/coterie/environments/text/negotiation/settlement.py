"""Shared by negotiations: how they end, and the facts by which a deal is judged."""

from collections.abc import Mapping

from coterie.core import Ending, Event, Json, Step


def conclude(
    gains: Mapping[str, float],
    best: float,
    terms: Mapping[str, Json],
    reason: str,
    steps: int,
    events: tuple[Event, ...] = (),
) -> Step:
    """Ends a negotiation: everybody is paid what it gained, and the outcome tells what there was to gain.

    No deal pays nothing: the disagreement point is 0 for everybody.

    >>> conclude({"a": 3.0, "b": 6.0}, 12.0, {"agreement": True}, "a deal", 4).events[0].data["score"]
    0.75

    Args:
        gains: what each is paid.
        best: the largest joint gain that any outcome would have given; 0 where there was nothing to gain.
        terms: what else the outcome tells; `success` (whether the terms give the best joint gain), `agreement` (whether
            there is a deal) and `pareto` (whether no other outcome would have been better for one and worse for nobody)
            are told by all negotiations.
        reason: why it is over.
        steps: how many were made.
        events: what happened before the outcome.
    """
    joint = sum(gains.values())
    score = {"score": joint / best} if best > 0 else {}
    data: dict[str, Json] = {**terms, "gains": dict(gains), "joint": joint, "best": best, **score, "steps": steps}
    endings = dict.fromkeys(gains, Ending("terminated", reason))
    return Step(rewards=dict(gains), endings=endings, events=(*events, Event("outcome", None, data)), time=steps)
