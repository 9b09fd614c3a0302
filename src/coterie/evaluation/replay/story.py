"""What the page tells beside the scene: who saw, heard, said and did what, what was paid, which parts were done."""

from typing import Any

import msgspec

from coterie.core import Event, Json, Turn
from coterie.environments.virtual.pictures.shapes import COLOURS, body_colours
from coterie.evaluation.replay.played import Played
from coterie.evaluation.replay.tracks import body_tracks, switches, thing_tracks

UNTOLD = ("chance", "subgoals", "subgoal", "outcome", "did", "said", "heard", "joined")
"""Events that are told another way: by the scene, in the cards of the agents, by the marks of subgoals."""

NAMED = ("red", "blue", "yellow", "green", "purple", "teal", "pink", "grey")
"""What agents may be called that is the name of a colour here."""


def story(played: Played) -> dict[str, Any]:
    """What the page shows beside the scene, as JSON values: lengths in metres, angles in degrees."""
    episode, frames = played.episode, played.frames
    names = dict.fromkeys([*episode.totals, *(body.name for frame in frames[:1] for body in frame.bodies)])
    sketches = played.sketches or ("",) * len(episode.turns)
    return {
        "world": episode.environment,
        "purpose": played.purpose,
        "seed": episode.seed,
        "unit": played.unit,
        "length": played.length,
        "seats": {seat: [each.mind, each.policy] for seat, each in episode.seats.items()},
        "colours": _colours(tuple(names)),
        "outcome": episode.outcome,
        "endings": {agent: [ending.kind, ending.reason] for agent, ending in episode.endings.items()},
        "failure": episode.failure.error if episode.failure else "",
        "totals": episode.totals,
        "bodies": body_tracks(frames),
        "things": thing_tracks(frames),
        "doors": switches(frames, "doors"),
        "states": switches(frames, "states"),
        "speech": _speech(played),
        "replies": _replies(played),
        "turns": [_turn(*each) for each in zip(episode.turns, played.turns, sketches, strict=True)],
        "rewards": _rewards(played),
        "weights": next((e.data["weights"] for e in episode.events if e.kind == "subgoals"), {}),
        "subgoals": [
            [_when(event, played), event.data["name"], event.data["done"], event.agent]
            for event in episode.events
            if event.kind == "subgoal"
        ],
        "events": [
            [_when(event, played), event.kind, event.agent, _told(event)]
            for event in episode.events
            if event.kind not in UNTOLD
        ],
    }


def _colours(names: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
    """The colours of the scene; but who is called after a colour has that one, if nobody else does."""
    own = {name: COLOURS[NAMED.index(name)] for name in names if name in NAMED}
    return body_colours(names, names) | (own if len(own) == len(names) else {})


def _speech(played: Played) -> list[list[Any]]:
    """[time, who, words, how, who heard it]; without a scene: whom it was meant for."""
    if played.scene is None:
        return [
            [time, turn.agent, said.text, "to", list(said.to)]
            for turn, time in zip(played.episode.turns, played.turns, strict=True)
            if turn.action
            for said in turn.action.say
        ]
    return [
        [round(frame.time, 2), said.speaker, said.text, said.loudness, list(said.hearers)]
        for frame in played.frames
        for said in frame.speech
    ]


def _replies(played: Played) -> list[list[Any]]:
    """[time, thing, words]: what things of the scene answer, a shopkeeper or a sign, by the events that tell it."""
    things = {thing.name for thing in played.scene.things} if played.scene else set()
    return [
        [_when(event, played), event.data["name"], event.data["text"]]
        for event in played.episode.events
        if event.data.get("name") in things and isinstance(event.data.get("text"), str)
    ]


def _turn(turn: Turn, time: float, sketch: str) -> dict[str, Any]:
    action = turn.action
    return {
        "at": round(time, 2),
        "agent": turn.agent,
        "saw": turn.observation.text,
        "heard": [[message.speaker, message.text] for message in turn.observation.heard],
        "does": "" if action is None or action.move is None else _move(action.move),
        "says": [[each.text, list(each.to)] for each in action.say] if action else [],
        "refused": [f"{each.code}: {each.reason}" for each in turn.rejections],
        "wrote": [sample.text for sample in turn.samples if sample.text],
        **({"drawn": sketch} if sketch else {}),
    }


def _move(move: Json) -> str:
    return move if isinstance(move, str) else msgspec.json.encode(move).decode()


def _rewards(played: Played) -> list[list[Any]]:
    """[time, agent, amount, parts]: a reward stands where the action ended that it was paid for."""
    turns, found = played.episode.turns, []
    for number, turn in enumerate(turns):
        if turn.reward:
            later = (each for each in range(number + 1, len(turns)) if turns[each].agent == turn.agent)
            following = next(later, None)
            at = played.length if following is None else played.turns[following]
            found.append([round(at, 2), turn.agent, turn.reward, turn.components])
    return sorted(found, key=lambda each: float(each[0]))


def _when(event: Event, played: Played) -> float:
    time = event.data.get("time")
    return round(float(time), 2) if isinstance(time, int | float) else round(played.steps[event.step], 2)


def _told(event: Event) -> str:
    shown = {name: value for name, value in event.data.items() if name not in ("time", "used", "made", "at")}
    return ", ".join(f"{name} {_word(value)}" for name, value in shown.items())


def _word(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}: {_word(each)}" for name, each in value.items())
    if isinstance(value, list):
        return " ".join(map(_word, value))
    return "yes" if value is True else "no" if value is False else "none" if value is None else str(value)
