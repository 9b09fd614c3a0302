"""Shared by games of rivals: what one wins another loses, and who gives no accepted answer may lose the game."""

from collections.abc import Mapping, Sequence

from coterie.core import Ending, Event, Json, Rejection, Step

RIVAL = {"first": "second", "second": "first"}


def settle(
    seats: Sequence[str],
    winner: str | None,
    loser: str | None,
    ending: Ending,
    moves: int,
    stake: float = 1.0,
    events: tuple[Event, ...] = (),
    told: Mapping[str, Json] | None = None,
) -> Step:
    """Ends a game for everybody: the winner is paid the stake by the loser, or nobody when it is drawn.

    >>> settle(("first", "second"), "second", "first", Ending("terminated", "mate"), 4).rewards
    {'first': -1.0, 'second': 1.0}

    Args:
        seats: everybody who took part.
        winner: who is paid; None in a draw.
        loser: who pays; None in a draw.
        ending: why it is over.
        moves: how many were made.
        stake: what is paid.
        events: what happened before the outcome.
        told: what else the outcome says.
    """
    rewards = {seat: stake if seat == winner else -stake if seat == loser else 0.0 for seat in seats}
    outcome = Event("outcome", None, {"winner": winner, "steps": moves, **(told or {})})
    return Step(rewards=rewards, endings=dict.fromkeys(seats, ending), events=(*events, outcome), time=moves)


def concede(seats: Sequence[str], winner: str, loser: str, rejection: Rejection, moves: int) -> Step:
    """Ends a game because `loser` gave no accepted answer."""
    ending = Ending("terminated", f"{loser} forfeits: {rejection.code}")
    return settle(seats, winner, loser, ending, moves, told={"forfeit": loser})
