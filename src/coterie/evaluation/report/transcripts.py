"""Episodes to read: who said and did what, beside a picture of the world where it has one."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coterie.core import Episode, Turn, decode_episode
from coterie.evaluation.report.inputs import Transcript
from coterie.evaluation.report.markup import Markup, tag

DRAWINGS = {"lookout-v1": "coterie.environments.text.cooperation.lookout_drawing"}
"""World to the module whose `draw` pictures the data of an observation."""
SHOWN_AT_ONCE = 8
"""Scenes that stand open; the rest unfolds."""


def transcript(told: Transcript, place: int) -> Markup:
    """Writes one episode as scenes: a picture, and what was said and done until the next one.

    Args:
        told: the episode.
        place: which of the page's it is, from 1; links go to `#episode-PLACE`.
    """
    episode = decode_episode(bytes(told.episode))
    draw = _drawing(episode.environment)
    scenes: list[tuple[Markup | None, list[Markup]]] = []
    for turn in episode.turns:
        picture = _picture(draw, turn.observation.data)
        if not scenes or picture is not None or draw is None:
            scenes.append((picture, []))
        scenes[-1][1].append(_turn(turn, with_text=draw is None))
    shown = [_scene(at, *scene) for at, scene in enumerate(scenes, 1)]
    first, rest = shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:]
    more = tag("details", tag("summary", f"the other {len(rest)} scenes"), *rest) if rest else None
    replay = tag("p", "watch it: ", tag("code", told.replay), class_="replay") if told.replay else None
    content = (tag("h3", told.title), _about(episode), replay, *first, more, _ending(episode))
    return tag("article", *content, class_="transcript", id=f"episode-{place}")


def in_short(episode: Episode) -> str:
    """An episode in a few words: its seed, what came of it, what a seat was paid on average."""
    success = episode.outcome.get("success")
    came = "broken off" if episode.failure else "" if success is None else "success" if success else "no success"
    totals = list(episode.totals.values())
    paid = f"{'mean return' if len(totals) > 1 else 'return'} {sum(totals) / len(totals):.4g}" if totals else ""
    return ", ".join(filter(None, (f"seed {episode.seed}", came, paid)))


def legend(environments: Iterable[str]) -> Markup | None:
    """Explains the picture, once for all transcripts; None where there are no pictures."""
    if "lookout-v1" not in environments:
        return None
    pictured = {"courier": "courier", "parcel": "parcel", "destination": "destination"}
    marks = [tag("span", tag("i", class_=f"key {kind}"), name) for kind, name in pictured.items()]
    return tag("p", *marks, class_="legend")


def _drawing(environment: str) -> Callable[[Mapping[str, Any]], str] | None:
    if environment not in DRAWINGS:
        return None
    draw: Callable[[Mapping[str, Any]], str] = importlib.import_module(DRAWINGS[environment]).draw
    return draw


def _picture(draw: Callable[[Mapping[str, Any]], str] | None, data: Mapping[str, Any]) -> Markup | None:
    """Draws what an agent saw; None where it saw nothing that can be drawn."""
    if draw is None:
        return None
    try:
        return Markup(draw(data))  # drawings put nothing but numbers of the data into their text
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _scene(number: int, picture: Markup | None, lines: list[Markup]) -> Markup:
    return tag(
        "div",
        tag("span", str(number), class_="at"),
        tag("div", picture, class_="picture") if picture is not None else None,
        tag("div", *lines, class_="lines"),
        class_="scene",
    )


def _turn(turn: Turn, with_text: bool) -> Markup:
    parts: list[Markup | str] = [tag("span", turn.agent, class_="who")]
    if turn.action is None:
        parts.append(tag("span", "gave no valid answer", class_="refused"))
    else:
        spoken = [tag("q", each.text) for each in turn.action.say if each.text.strip()]
        if turn.action.move is not None:
            parts.append(tag("span", str(turn.action.move), class_="move"))
        parts.extend(spoken)
        if turn.action.move is None and not spoken:
            parts.append(tag("span", "says nothing", class_="quiet"))
    if turn.rejections:
        codes = ", ".join(rejection.code for rejection in turn.rejections)
        parts.append(tag("span", f"refused: {codes}", class_="refused"))
    seen = turn.observation.text if with_text else ""  # beside a picture the view in words adds nothing
    return tag("p", *parts, tag("small", seen) if seen else None)


def _about(episode: Episode) -> Markup:
    words = sum(message.words for message in episode.messages)
    who = ", ".join(f"{name}: {seat.mind}" for name, seat in episode.seats.items())
    return tag("p", f"seed {episode.seed} · {who} · {words} words", class_="about")


def _ending(episode: Episode) -> Markup:
    if episode.failure is not None:
        return tag("p", f"broken off: {episode.failure.error}", class_="ending bad")
    reasons = dict.fromkeys(ending.reason for ending in episode.endings.values())
    outcome = episode.outcome
    told = "; ".join(reasons) or "over"
    if {"steps", "shortest"} <= outcome.keys():
        # Worlds in 3D count seconds, and their bound may be out of reach of any team.
        unit = "s" if isinstance(outcome["steps"], float) else "moves"
        told += f" after {outcome['steps']:g} {unit}; at least {outcome['shortest']:g} are needed"
    mood = "" if outcome.get("success") is None else "good" if outcome["success"] else "bad"
    return tag("p", told, class_=f"ending {mood}")
