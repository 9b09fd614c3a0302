"""The references of `evacuation`: the honest report what they see and check rumours; the liar turns what it sees round.

All say `west exit is blocked`, `east exit is open`. Blocked exits never open again, so that who calls one blocked that
is then seen to be open has lied, and is not believed any more.
"""

import re
from collections.abc import Iterator
from math import dist

from coterie.core import Action, Observation, Script, Utterance

OPEN, BLOCKED = "open", "blocked"
CLAIM = re.compile(rf"\b([a-z]+ exit) is (?:now )?({OPEN}|{BLOCKED})\b")
UNKNOWN, STILL_OPEN, ONE_SAYS, TWO_SAY, SAID_OPEN = 0.4, 0.1, 0.7, 0.95, 0.2
"""How likely an exit is blocked: nothing is known; it was seen open; one or two say blocked; somebody says open."""
CORNER = 3.0
"""Metres that turning back costs beside the way to another exit."""


def claims(text: str) -> Iterator[tuple[str, str]]:
    """What is claimed of exits: name and how it is said to be.

    >>> list(claims("West exit is blocked , east exit is open"))
    [('west exit', 'blocked'), ('east exit', 'open')]
    """
    yield from CLAIM.findall(" ".join(text.casefold().split()))


def script(agent: str) -> Script:
    """A player for any seat: its role is in what it sees."""
    return Evacuee(agent).play


class Evacuee:
    """What somebody in the building knows and does."""

    def __init__(self, agent: str) -> None:
        """Begins with nothing known."""
        self.agent = agent
        self.exits: dict[str, list[float]] = {}
        self.rumour = False
        self.said: dict[str, dict[str, str]] = {}
        """Exit to who said what of it last."""
        self.liars: list[str] = []
        self.told: dict[str, str] = {}
        """What it has told of the exits."""

    def play(self, seen: Observation) -> Action:
        """Listens, decides where to go, tells what is new."""
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        if not self.exits:
            self.exits, self.rumour = data["exits"], data["rumour"]
        for message in seen.heard:
            for name, claim in claims(message.text):
                self.said.setdefault(name, {})[message.speaker] = claim
        for name, state in data["seen"].items():
            if state == OPEN:
                self.liars += [who for who, claim in self.said.get(name, {}).items() if claim == BLOCKED]
        lies = data["role"] == "liar"
        wanted = self._look_about(data, options) if lies else self._way_out(data)
        move = next((each for each in wanted if each in options), "wait")
        return Action(move, self._report(seen, lies))

    def _report(self, seen: Observation, lies: bool) -> tuple[Utterance, ...]:
        """Tells one thing that it has seen and not told; a liar tells the opposite."""
        speech = seen.spec.speech
        most = min(speech.max_words, int(seen.budget["radio words"])) if speech is not None else 0
        for name, state in seen.data["seen"].items():
            claim = state if not lies else OPEN if state == BLOCKED else BLOCKED
            words = f"{name} is {claim}"
            if self.told.get(name) != state and len(words.split()) <= most:
                self.told[name] = state
                return (Utterance(words),)
        return ()

    def _way_out(self, data: dict) -> list[str]:  # type: ignore[type-arg]
        """The exits by what they are expected to cost: the way, and the way on from there if it is blocked."""
        at = data["at"][:2]

        def cost(name: str) -> float:
            spot = self.exits[name]
            onwards = min(dist(spot, other) for each, other in self.exits.items() if each != name)
            return dist(at, spot) + self._doubt(name, data["seen"].get(name, "")) * (onwards + CORNER)

        able = [name for name in self.exits if data["seen"].get(name) != BLOCKED]
        return [f"go to {name.replace('exit', 'yard')}" for name in sorted(able, key=cost)]

    def _doubt(self, name: str, state: str) -> float:
        """How likely it is that an exit is blocked."""
        claims = [claim for who, claim in self.said.get(name, {}).items() if who not in self.liars]
        blocked = claims.count(BLOCKED)
        if blocked:
            return TWO_SAY if blocked > 1 or not self.rumour else ONE_SAYS
        return STILL_OPEN if state == OPEN else SAID_OPEN if OPEN in claims else UNKNOWN

    def _look_about(self, data: dict, options: tuple[str, ...]) -> list[str]:  # type: ignore[type-arg]
        """The liar goes near the exits that it has not seen, the nearest first, then to a room, out of the way."""
        at, here = data["at"][:2], data["place"]
        unseen = [name for name in self.exits if name not in data["seen"]]
        looks = [f"go to the {name} sign" for name in sorted(unseen, key=lambda name: dist(at, self.exits[name]))]
        if looks:
            return looks
        arrived = here.endswith("room") and data.get("result", {}).get("command") == f"go to {here}"
        return [] if arrived else [each for each in options if each.startswith("go to ") and each.endswith("room")]
