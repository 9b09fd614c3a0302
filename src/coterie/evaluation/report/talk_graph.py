"""Who talks to whom: seats on a circle, an arrow from each speaker to each listener, the wider the more words."""

import math
from collections.abc import Mapping

from coterie.evaluation.report.markup import Markup, tag

WIDTH, HEIGHT, RADIUS = 480, 300, 108
LOW = 130
"""The height where two seats stand side by side and nobody above or below."""
NODE = 7


def talk_graph(talk: Mapping[str, Mapping[str, float]]) -> Markup | None:
    """Draws the words that arrived in an episode, on average; None where nothing did.

    Args:
        talk: speaker to listener to words.
    """
    seats = list(dict.fromkeys([*talk, *(listener for heard in talk.values() for listener in heard)]))
    most = max((words for heard in talk.values() for words in heard.values()), default=0.0)
    if not most:
        return None
    places = {seat: _place(at, len(seats)) for at, seat in enumerate(seats)}
    height = HEIGHT if len(seats) > 2 else LOW
    arrows = [
        _arrow(places[speaker], places[listener], words, most, f"{speaker} to {listener}: {words:.1f} words")
        for speaker, heard in talk.items()
        for listener, words in heard.items()
        if words
    ]
    nodes = [_node(seat, places[seat]) for seat in seats]
    described = "; ".join(
        f"{speaker} to {listener} {words:.1f}" for speaker, heard in talk.items() for listener, words in heard.items()
    )
    label = f"Words an episode: {described}"
    return tag(
        "svg",
        *arrows,
        *nodes,
        viewBox=f"0 {(HEIGHT - height) / 2:g} {WIDTH} {height}",
        role="img",
        class_="plot talk",
        aria_label=label,
    )


def _place(at: int, count: int) -> tuple[float, float]:
    """Around a circle, the first on the left."""
    angle = math.pi + 2 * math.pi * at / count
    return WIDTH / 2 + 1.25 * RADIUS * math.cos(angle), HEIGHT / 2 + RADIUS * math.sin(angle)


def _arrow(start: tuple[float, float], end: tuple[float, float], words: float, most: float, title: str) -> Markup:
    """A bent line, so that both directions are seen, with a head drawn by hand and the words in its middle."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    along_x, along_y = (x2 - x1) / length, (y2 - y1) / length
    bend = 0.16 * length
    middle_x, middle_y = (x1 + x2) / 2 - bend * along_y, (y1 + y2) / 2 + bend * along_x
    x1, y1 = _towards((x1, y1), (middle_x, middle_y), NODE + 5)
    tip = _towards((x2, y2), (middle_x, middle_y), NODE + 4)
    width = 1.2 + 4.8 * words / most
    neck = _towards(tip, (middle_x, middle_y), 7 + width)
    side_x, side_y = (tip[1] - neck[1]) * 0.55, (neck[0] - tip[0]) * 0.55
    corners = (tip, (neck[0] + side_x, neck[1] + side_y), (neck[0] - side_x, neck[1] - side_y))
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    path = f"M{x1:.1f} {y1:.1f} Q{middle_x:.1f} {middle_y:.1f} {neck[0]:.1f} {neck[1]:.1f}"
    # The middle of the curve lies half way between its control point and the middle of its ends.
    away = 10 + width / 2 + 8 * abs(along_y)  # numbers are wider than high
    text_x = (middle_x + (x1 + x2) / 2) / 2 - away * along_y
    text_y = (middle_y + (y1 + y2) / 2) / 2 + away * along_x
    return tag(
        "g",
        tag("title", title),
        tag("path", d=path, stroke_width=round(width, 2), class_="line"),
        tag("polygon", points=head, class_="head"),
        tag("text", f"{words:.1f}", x=text_x, y=text_y + 4, class_="middle halo"),
    )


def _towards(start: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    length = math.hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return start[0] + by * (end[0] - start[0]) / length, start[1] + by * (end[1] - start[1]) / length


def _node(seat: str, place: tuple[float, float]) -> Markup:
    x, y = place
    side = "right" if x < WIDTH / 2 - 20 else "left" if x > WIDTH / 2 + 20 else "middle"
    text_x = x - NODE - 7 if side == "right" else x + NODE + 7 if side == "left" else x
    text_y = y + 5 if side != "middle" else (y - NODE - 8 if y < HEIGHT / 2 else y + NODE + 18)
    return tag(
        "g",
        tag("circle", cx=x, cy=y, r=NODE, class_="seat"),
        tag("text", seat, x=text_x, y=text_y, class_=f"{side} name halo"),
    )
