"""Planner and executor: what plans ask for and reports claim, as events of the record."""

from collections.abc import Iterable, Sequence

from coterie.core import Event, Json, Message
from coterie.environments.text.cooperation.planner_executor_experts import read
from coterie.environments.text.cooperation.planner_executor_rooms import Place, Rooms


def read_all(messages: Iterable[Message], moves: Sequence[str]) -> list[str]:
    """The moves in several messages, in order."""
    return [move for message in messages for move in read(message.text, moves)]


def requested(rooms: Rooms, place: Place, opened: Sequence[str], plan: Iterable[str]) -> tuple[Event, ...]:
    """The parts of the task that a plan would bring, done from where the executor really is."""
    parts: list[Json] = []
    for move in plan:
        before, place = place, rooms.after(place, move)
        parts += [f"{colour} key taken" for colour in place.held if colour not in before.held]
        door = rooms.doors.get(place.cell)
        parts += [f"{door} door opened"] if door and door not in opened and place != before else []
        parts += ["finished at the goal"] if place.finished and not before.finished else []
    return (Event("requested", "planner", {"asks": parts, "of": ["executor"]}),) if parts else ()


def reported(messages: Iterable[Message], done: Sequence[str], moves: Sequence[str]) -> tuple[Event, ...]:
    """What the executor says it did since the last plan (`did ...`), beside what it did."""
    claims = [read(each.text, moves) for each in messages if each.text.lower().split()[:1] == ["did"]]
    told: list[dict[str, Json]] = [
        {"about": "moves", "claimed": list(claimed), "seen": list(done)} for claimed in claims if claimed
    ]
    return tuple(Event("reported", "executor", data) for data in told)
