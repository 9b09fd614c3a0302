"""How close a sequence of actions comes to a reference, and who gets whom to come closer.

Source: Sun et al. 2025, Collab-Overcooked (arXiv 2502.20073): trajectory efficiency score (TES), its increment (ITES),
initiating and responding capability; the score is the one that the published code of the authors computes. That code
tries every place where the reference could begin and takes the best; the first is always among the best, so here it is
the only one. Reference trajectories are an argument: a planner or an expert gives them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from coterie.core import Episode, Metric
from coterie.metrics.tally import Kind, Pair, define

BETA = 0.95
"""How much more recall weighs than precision; the value of the paper."""
SOURCE = "Sun et al. 2025, Collab-Overcooked (arXiv 2502.20073)"

Trajectory = Sequence[str]
References = Callable[[Episode, str], Sequence[Trajectory]]
"""The reference trajectories of a seat in an episode; empty: there are none."""


def matched(actions: Trajectory, reference: Trajectory) -> int:
    """How many actions of the reference, from its first on, occur in order.

    >>> matched(["cut", "wait", "cook"], ["cut", "cook", "serve"])
    2
    """
    place = 0
    for action in actions:
        if place < len(reference) and action == reference[place]:
            place += 1
    return place


def efficiency(actions: Trajectory, references: Iterable[Trajectory], beta: float = BETA) -> float:
    """The trajectory efficiency score, 0 to 1: D(1 + b^2) / (m + b^2 n) for D matched of m and n actions.

    Args:
        actions: what was done, n of them.
        references: trajectories that do the task; the one that fits best counts, of m actions.
        beta: b, how much recall (D / m) weighs against precision (D / n).

    >>> round(efficiency(["cut", "wait", "cook"], [["cut", "cook", "serve"]]), 4)
    0.6667
    """
    return max(
        ((1 + beta**2) * matched(actions, each) / (len(each) + beta**2 * len(actions)) for each in references if each),
        default=0.0,
    )


class Request(msgspec.Struct, frozen=True):
    """Something one seat asked of another, in actions."""

    speaker: str
    listener: str
    before: tuple[str, ...]
    """What the listener had done."""
    asked: tuple[str, ...]
    done: tuple[str, ...]
    """What it then did, or planned to do."""


def initiating(requests: Iterable[Request], references: Mapping[str, Sequence[Trajectory]]) -> Pair:
    """Requests that would bring the listener closer to a reference, over all requests.

    Args:
        requests: what was asked.
        references: trajectories by listener.
    """
    return _improving(requests, references, lambda request: request.asked)


def responding(requests: Iterable[Request], references: Mapping[str, Sequence[Trajectory]]) -> Pair:
    """Requests after which what the listener did brought it closer to a reference, over all requests."""
    return _improving(requests, references, lambda request: request.done)


def _improving(
    requests: Iterable[Request],
    references: Mapping[str, Sequence[Trajectory]],
    added: Callable[[Request], tuple[str, ...]],
) -> Pair:
    good = count = 0
    for request in requests:
        known = references[request.listener]
        good += efficiency(request.before + added(request), known) > efficiency(request.before, known)
        count += 1
    return Pair(good, count)


def moves(episode: Episode, seat: str) -> tuple[str, ...]:
    """What a seat did, in order; a turn for speaking only is no action."""
    return tuple(
        str(turn.action.move)
        for turn in episode.turns
        if turn.agent == seat and turn.action is not None and turn.action.move is not None
    )


def requests(episode: Episode, horizon: int = 1) -> list[Request]:
    """The requests of an episode: messages that name legal moves of a listener, in the order they name them.

    Args:
        episode: whose moves are words of a closed list.
        horizon: how many of the listener's next moves answer a request.
    """
    found = []
    for seat in episode.seats:
        turns = [turn for turn in episode.turns if turn.agent == seat and turn.action and turn.action.move is not None]
        done = tuple(str(turn.action.move) for turn in turns if turn.action)
        for place, turn in enumerate(turns):
            options = getattr(turn.observation.spec.move, "options", ())
            for message in turn.observation.heard:
                words = [word.strip(".,!?:;") for word in message.text.lower().split()]
                if asked := tuple(word for word in words if word in options):
                    answer = done[place : place + max(horizon, len(asked))]
                    found.append(Request(message.speaker, seat, done[:place], asked, answer))
    return found


def trajectory_efficiency(references: References, seat: str) -> Metric:
    """TES of one seat.

    Args:
        references: which trajectories do the task.
        seat: whose.
    """

    def observe(episode: Episode) -> Pair | None:
        known = references(episode, seat)
        return Pair(efficiency(moves(episode, seat), known)) if known and not episode.failure else None

    return _define(
        f"trajectory_efficiency/{seat}", observe, "mean", f"How close {seat} comes to a reference trajectory."
    )


def initiating_capability(references: References) -> Metric:
    """How often a request is a good idea."""
    return _of_requests("initiating_capability", initiating, references, "Requests that would help, over all requests.")


def responding_capability(references: References) -> Metric:
    """How often what follows a request is a good idea."""
    return _of_requests(
        "responding_capability", responding, references, "Requests whose answer in deeds helped, over all requests."
    )


def _of_requests(
    name: str,
    share: Callable[[Iterable[Request], Mapping[str, Sequence[Trajectory]]], Pair],
    references: References,
    summary: str,
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        known = {seat: references(episode, seat) for seat in episode.seats}
        asked = [request for request in requests(episode) if known[request.listener]]
        return share(asked, known) if asked else None

    return _define(name, observe, "ratio", summary)


def _define(name: str, observe: Callable[[Episode], Pair | None], kind: Kind, summary: str) -> Metric:
    return define(
        name,
        observe,
        kind,
        missing="no episode has a reference trajectory (or nobody asked for a move)",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=True,
        summary=summary,
        source=SOURCE,
    )
