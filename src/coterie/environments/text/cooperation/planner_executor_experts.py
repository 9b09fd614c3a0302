"""Planner and executor: how plans and reports are written and read, and the scripted players."""

from collections.abc import Sequence
from itertools import groupby

from coterie.core import Action, Choice, Observation, Utterance
from coterie.environments.text.cooperation.planner_executor_rooms import Place, Rooms

MOST = 30
"""Most repetitions that a number in a plan stands for."""


def told(moves: Sequence[str], max_words: int) -> str:
    """Writes moves briefly, as many from the first on as the words suffice for.

    >>> told(["north", "north", "north", "east", "take"], max_words=8)
    'north 3 east take'
    >>> told(["north", "north", "north", "east", "take"], max_words=2)
    'north 3'
    """
    words: list[str] = []
    for move, run in groupby(moves):
        count = len(list(run))
        more = [move] if count == 1 or len(words) + 2 > max_words else [move, str(count)]
        if len(words) + len(more) > max_words:
            break
        words += more
        if len(more) == 1 < count:
            break  # one of several: what follows would be said too early
    return " ".join(words)


def read(text: str, moves: Sequence[str]) -> list[str]:
    """Reads a plan or a report: known moves, each with a number after it or none; all other words are passed over.

    >>> read("Go north 2, then east.", ("north", "east"))
    ['north', 'north', 'east']
    """
    found: list[str] = []
    last = ""
    for word in text.lower().replace(",", " ").replace(".", " ").split():
        if word in moves:
            found.append(word)
            last = word
        elif last and word.isascii() and word.isdigit() and len(word) < 4:
            found += [last] * (min(int(word), MOST) - 1)
            last = ""
        else:
            last = ""
    return found


class Planner:
    """A planner that tells the next moves of a shortest way; it takes its plan for done unless it is told otherwise."""

    def __init__(self) -> None:
        """Knows no map yet."""
        self.place: Place | None = None
        self.plan: list[str] = []

    def __call__(self, seen: Observation) -> Action:
        """Says the next moves."""
        rooms = Rooms.read(seen.data)
        moves = seen.data["moves"]
        if self.place is None:
            self.place = Place(rooms.start)
        reports = [message.text for message in seen.heard if message.text.split()[:1] == ["did"]]
        done = read(reports[-1], moves) if reports else self.plan
        for move in done[: seen.data["plan_length"]]:
            self.place = rooms.after(self.place, move)
        assert seen.spec.speech is not None
        text = told(rooms.way(self.place)[: seen.data["plan_length"]], seen.spec.speech.max_words)
        self.plan = read(text, moves)
        return Action(say=(Utterance(text),) if text else ())


class Executor:
    """An executor that does what the plan says, waits when there is none, and reports what it did at the end of it."""

    def __init__(self) -> None:
        """Has heard no plan yet."""
        self.plan: list[str] = []
        self.done: list[str] = []

    def __call__(self, seen: Observation) -> Action:
        """Makes one move."""
        assert isinstance(seen.spec.move, Choice)
        if seen.data["move"] == 1:
            self.done = []
            self.plan = [move for message in seen.heard for move in read(message.text, seen.spec.move.options)]
        move = self.plan.pop(0) if self.plan else "wait"
        self.done.append(move)
        if seen.data["move"] < seen.data["plan_length"] or seen.spec.speech is None:
            return Action(move)
        words = seen.spec.speech.max_words
        report = f"did {told(self.done, words - 1)}" if "wait" in self.done else "done"
        return Action(move, say=(Utterance(report),))
