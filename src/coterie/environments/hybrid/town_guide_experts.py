"""The references of `town_guide`: a visitor who says what it looks for and where it is, a guide who reads the map.

`from mill street and king street to mrs bell` - `rose street 6 by park road then hill road`: where to, and which
streets lead there. When the way is too long to be told at once, it ends with `then call`, and the visitor calls again
from there. With few words at once the visitor names only one of the streets that it stands on.
"""

from collections import deque
from collections.abc import Sequence
from random import Random

import msgspec

from coterie.core import Action, Episode, Observation, Script, Utterance

CALL = "call"


def fewest_turns(crossings: Sequence[Sequence[str]], streets: Sequence[str], goal: str) -> list[str]:
    """The streets to take from those one is on to another, with the fewest turns.

    >>> fewest_turns([("a", "x"), ("b", "x")], ["a"], "b")
    ['x', 'b']
    """
    before: dict[str, str] = dict.fromkeys(streets, "")
    queue = deque(streets)
    while queue and goal not in before:
        street = queue.popleft()
        for one, other in crossings:
            if street in (one, other):
                reached = other if street == one else one
                if reached not in before:
                    before[reached] = street
                    queue.append(reached)
    way = [goal]
    while before[way[-1]]:
        way.append(before[way[-1]])
    return way[-2::-1]


def streets_of(place: str) -> list[str]:
    """The streets of a crossing or an address.

    >>> streets_of("mill street and king street"), streets_of("mill street 4")
    (['mill street', 'king street'], ['mill street'])
    """
    head, _, last = place.rpartition(" ")
    return [head] if last.isdigit() else place.split(" and ")


def guide(max_words: int) -> Script:
    """A guide that answers every call from a place that is on its map."""

    def play(seen: Observation) -> Action:
        idle = Action(None if seen.spec.move is None else "wait")
        for message in seen.heard:
            place, _, name = message.text.removeprefix("from ").partition(" to ")
            mapped = {street for pair in seen.data["crossings"] for street in pair}
            if (home := seen.data["homes"].get(name)) and not mapped.isdisjoint(streets_of(place)):
                way = fewest_turns(seen.data["crossings"], streets_of(place), streets_of(home)[0])[:-1]
                words = f"{home} by {' then '.join(way)}" if way else home
                while len(words.split()) > max_words and way:
                    way.pop()
                    words = f"{home} by {' then '.join([*way, CALL])}"
                return Action(idle.move, (Utterance(words),)) if seen.spec.speech else idle
        return idle

    return play


def visitor() -> Script:
    """A visitor that does what it is told."""
    todo: list[str] = []
    asked = False

    def play(seen: Observation) -> Action:
        nonlocal todo, asked
        options, place = seen.spec.move.options, seen.data["place"]  # type: ignore[union-attr]  # moves are listed
        for message in seen.heard:
            home, _, way = message.text.partition(" by ")
            todo = way.split(" then ") if way else []
            if CALL not in todo:
                todo += [*streets_of(home), home]
        streets = streets_of(place)
        while todo and todo[0] in streets:
            todo.pop(0)
        if todo == [CALL]:
            todo, asked = [], False
        if todo:
            names = [todo[0], *(f"{street} and {todo[0]}" for street in streets)]
            names += [f"{todo[0]} and {street}" for street in streets]
            return Action(next((f"go to {name}" for name in names if f"go to {name}" in options), "wait"))
        speech = seen.spec.speech
        calls = [f"from {at} to {seen.data['find']}" for at in (place, *streets)]
        call = next((each for each in calls if speech and len(each.split()) <= speech.max_words), "")
        if asked or not call:
            return Action("wait")
        asked = True
        return Action("wait", (Utterance(call),))

    return play


def with_calls(episode: Episode, luck: Random, count: int) -> Episode:
    """The guide's side of a visit with `count` calls instead: from anywhere, about everybody, answered by the expert.

    Raises:
        ValueError: nobody phoned in this visit, so that there is no call to take for a model.
    """
    own = episode.turns_of("guide")
    call = next((turn for turn in own if turn.observation.heard), None)
    if call is None:
        raise ValueError(f"in visit {episode.seed} nobody phones the guide; give a visit of two experts")
    crossings: list[list[str]] = call.observation.data["crossings"]
    places = [*{street: "" for pair in crossings for street in pair}, *(" and ".join(pair) for pair in crossings)]
    people = list(call.observation.data["homes"])
    answer = guide(call.observation.spec.speech.max_words)  # type: ignore[union-attr]  # it speaks
    turns = own[:1]
    for number in range(count):
        if number % len(people) == 0:
            luck.shuffle(people)
        words = f"from {luck.choice(places)} to {people[number % len(people)]}"
        message = msgspec.structs.replace(call.observation.heard[0], text=words)
        seen = msgspec.structs.replace(call.observation, heard=(message,))
        turns.append(msgspec.structs.replace(call, observation=seen, action=answer(seen)))
    return msgspec.structs.replace(episode, turns=tuple(turns))
