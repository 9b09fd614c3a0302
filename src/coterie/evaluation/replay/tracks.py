"""Frames thinned to what changes: a position is kept where it is off the straight line between those that are kept."""

from collections.abc import Sequence
from typing import Any

from coterie.environments.virtual.state.frame import BodyAt, Frame, ThingAt

CLOSE = 0.02
"""Metres that a position between two that are kept may be off the line."""
TURNED = 3.0
"""Degrees that a heading may be off it."""
LONGEST = 40
"""Frames that one line may span while something moves."""
Key = list[Any]
"""The time in seconds, and what was so from then on; None in its place: absent."""
ORIGIN = 3
"""Decimals of what is written."""


def body_tracks(frames: Sequence[Frame]) -> dict[str, list[Key]]:
    """Of every body: [time, x, y, z, heading, pitch, posture]; [time] from when it is gone.

    Headings go on beyond 360 degrees, so that what is between two of them is on the short way round.

    >>> walk = [Frame(t / 10, (BodyAt("ann", t / 10, 0.0, 0.0, 0.0),)) for t in range(11)]
    >>> body_tracks(walk)["ann"]
    [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 'standing'], [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 'standing']]
    """
    found: dict[str, list[Key]] = {}
    for frame in frames:
        here = {body.name: body for body in frame.bodies}
        for name in [*found, *(name for name in here if name not in found)]:
            body = here.get(name)
            track = found.setdefault(name, [])
            if body is not None:
                track.append(_body(frame.time, body, track))
            elif len(track[-1]) > 1:
                track.append([frame.time])
    return {name: thinned(track, 6, {4, 5}) for name, track in found.items()}


def _body(time: float, body: BodyAt, track: list[Key]) -> Key:
    heading = body.heading
    if track and len(track[-1]) > 1:
        before = track[-1][4]
        heading = before + (heading - before + 180.0) % 360.0 - 180.0
    return [time, body.x, body.y, body.z, heading, body.pitch, body.posture]


def thing_tracks(frames: Sequence[Frame]) -> dict[str, list[Key]]:
    """Of every thing: [time, x, y, z, heading, held by]; [time] from when it is gone."""
    found: dict[str, list[Key]] = {}
    for frame in frames:
        here = {thing.name: thing for thing in frame.things}
        for name in [*found, *(name for name in here if name not in found)]:
            thing = here.get(name)
            track = found.setdefault(name, [])
            if thing is not None:
                track.append(_thing(frame.time, thing))
            elif len(track[-1]) > 1:
                track.append([frame.time])
    return {name: thinned(track, 5, {4}) for name, track in found.items()}


def _thing(time: float, thing: ThingAt) -> Key:
    return [time, thing.x, thing.y, thing.z, thing.heading, thing.held_by]


def switches(frames: Sequence[Frame], field: str) -> dict[str, list[Key]]:
    """Of every door (`doors`) or thing (`states`): [time, whether it stands open or is on], where that changes."""
    found: dict[str, list[Key]] = {}
    for frame in frames:
        for name, state in getattr(frame, field).items():
            track = found.setdefault(name, [])
            if not track or track[-1][1] != state:
                track.append([frame.time, state])
    return found


def thinned(track: Sequence[Key], numbers: int, angles: set[int]) -> list[Key]:
    """Leaves out what is on the line between its neighbours.

    Args:
        track: keys of one length, or of one entry where it is absent.
        numbers: the entries before this one are numbers, the time first; those from it on must be equal.
        angles: which of them are degrees.
    """
    kept: list[Key] = []
    first = 0
    while first < len(track):
        kept.append(track[first])
        last = first + 1
        while last + 1 < len(track) and _straight(track, first, last + 1, numbers, angles):
            last += 1
        first = last
    return [[round(each, ORIGIN) if isinstance(each, float) else each for each in key] for key in kept]


def _straight(track: Sequence[Key], first: int, last: int, numbers: int, angles: set[int]) -> bool:
    begin, end = track[first], track[last]
    if len(begin) == 1 or len(end) != len(begin) or begin[numbers:] != end[numbers:]:
        return False
    if begin[1:] == end[1:] == track[last - 1][1:]:
        return True
    if last - first > LONGEST:
        return False
    for between in track[first + 1 : last]:
        if between[numbers:] != begin[numbers:]:
            return False
        part = (between[0] - begin[0]) / (end[0] - begin[0])
        for place in range(1, numbers):
            off = abs(begin[place] + part * (end[place] - begin[place]) - between[place])
            if off > (TURNED if place in angles else CLOSE):
                return False
    return True
