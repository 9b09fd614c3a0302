"""Reference game: a code must emerge, because the words have no given meaning.

`speaker` alone sees one of several items and says exactly one word of a made-up vocabulary; `listener` hears it and
picks an item. Both are paid 1 when it is the right one, else 0. With more rounds both are told after each what the item
was and what was picked, so that a code can be agreed on within an episode. Who gives no accepted answer says, or picks,
nothing. Source: D. Lewis, Convention (1969), signaling games.
"""

from collections.abc import Mapping

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Observation,
    Script,
    Speech,
    Step,
    Utterance,
    spoken,
)

ITEMS = ("circle", "square", "star", "moon", "tree", "fish", "boat", "key", "lamp", "bell", "leaf", "ring", "drum")
WORDS = ("ba", "do", "fi", "ku", "le", "mo", "na", "pe", "ri", "su", "ta", "vo", "zi")


class ReferenceGame(Environment):
    """One sees an item, one picks an item; one word passes between them."""

    id = "reference_game-v1"
    application = "cooperation"
    purpose = "a code that must emerge from words without meaning"
    talk = "needed"
    agents = ("speaker", "listener")

    def __init__(self, items: int = 3, words: int = 3, rounds: int = 1) -> None:
        """Sets how many items and words there are, and how many rounds are played.

        Args:
            items: 2 to 13.
            words: 1 to 13; with fewer words than items some items must share one.
            rounds: items to be named, one after another.
        """
        if not (2 <= items <= len(ITEMS) and 1 <= words <= len(WORDS) and rounds >= 1):
            raise ValueError(f"items={items}, words={words}, rounds={rounds}: expected 2-13, 1-13 and at least 1")
        self.items, self.words, self.rounds = ITEMS[:items], WORDS[:words], rounds
        speech = Speech(max_words=1, vocabulary=self.words, required=True)
        self.speaker_spec = ActionSpec(speech=speech, fallback=Action())
        self.listener_spec = ActionSpec(move=Choice(self.items), fallback=Action())

    def begin(self) -> Step:
        """Shows the speaker the first item."""
        self.round, self.right = 0, 0
        self.previous: dict[str, Json] = {}
        return self._ask_speaker()

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries the word to the listener; compares the listener's pick."""
        if "speaker" in actions:
            heard = tuple(spoken(actions, {"speaker": ("listener",)}, self.round))
            data: dict[str, Json] = {"round": self.round, **self.previous}
            seen = Observation(self.listener_spec, self._result(), data, heard, budget=self._left())
            return Step(observations={"listener": seen}, time=self.round)
        picked = actions["listener"].move
        paid = float(picked == self.target)
        self.previous = {"was": self.target, "picked": picked}
        self.right, self.round = self.right + int(paid), self.round + 1
        told = Event("picked", "listener", {"target": self.target, "picked": picked})
        rewards = dict.fromkeys(self.agents, paid)
        if self.round < self.rounds:
            return self._ask_speaker(rewards, (told,))
        score = self.right / self.rounds
        outcome = Event("outcome", None, {"success": self.right == self.rounds, "score": score, "steps": self.round})
        endings = dict.fromkeys(self.agents, Ending("terminated", "all rounds are played"))
        return Step(rewards=rewards, endings=endings, events=(told, outcome), time=self.round)

    def _ask_speaker(self, rewards: dict[str, float] | None = None, events: tuple[Event, ...] = ()) -> Step:
        self.target = self.chance.draw(f"target {self.round}", self.items)
        text = f"{self._result()} target {self.target}".lstrip()
        data: dict[str, Json] = {"target": self.target, "round": self.round, **self.previous}
        seen = Observation(self.speaker_spec, text, data, budget=self._left())
        return Step(observations={"speaker": seen}, rewards=rewards or {}, events=events, time=self.round)

    def _result(self) -> str:
        """What both are told of the round before."""
        return f"was {self.previous['was']} picked {self.previous['picked'] or 'nothing'}" if self.previous else ""

    def _left(self) -> dict[str, float]:
        return {"rounds": self.rounds - self.round}

    def state(self) -> dict[str, Json]:
        """The item, and how it went so far."""
        return {"target": self.target, "round": self.round, "right": self.right}

    def vector(self, agent: str) -> Array:
        """Which item it is (speaker only), which it was, which was picked, and how many rounds are over."""
        import numpy as np

        known = (self.target if agent == "speaker" else None, self.previous.get("was"), self.previous.get("picked"))
        marks = [float(item == each) for each in known for item in self.items]
        return Array(np.array([*marks, self.round / self.rounds], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A fixed code: the first item is called by the first word, and so on, words being used again in turn."""
        if agent == "speaker":
            code = {item: self.words[place % len(self.words)] for place, item in enumerate(self.items)}
            return lambda seen: Action(say=(Utterance(code[seen.data["target"]]),))
        meaning = dict(zip(self.words, self.items, strict=False))

        def listen(seen: Observation) -> Action:
            words = [word for message in seen.heard for word in message.text.split()]
            return Action(meaning.get(words[-1], self.items[0]) if words else self.items[0])

        return listen
