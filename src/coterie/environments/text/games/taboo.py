"""Taboo: describe a word without saying it, nor the words that come to mind first.

`describer` alone sees the target and the taboo words, and says a few words; `guesser` hears them and makes one guess.
That is a turn; there are a few of them, and a right guess ends the game. Forbidden are the target and the taboo words
in every form (plural, -ing, -er and so on), spelt letter by letter, at the beginning or end of a longer word (three
letters or more longer), and half of a target made of two words. Who says one is buzzed: what was said does not reach
the guesser, the turn is lost, and both pay for it. Both are paid 1 for the right guess, and every wrong guess costs a
little. An answer that is not accepted says, or guesses, nothing.

The guesser picks from the words of the cards in play, or with `open` types any word. Forty cards are shipped.
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
    Text,
    spoken,
)
from coterie.environments.text.games.taboo_cards import Card, Describer, Guesser, broken, cards
from coterie.environments.text.words import stem, words

FOUND, MISSED = Ending("terminated", "guessed"), Ending("terminated", "out of turns")
ARTICLES = ("a", "an", "the")


class Taboo(Environment):
    """One describes, one guesses, some words are forbidden."""

    id = "taboo-v1"
    application = "games"
    purpose = "describing under a rule: words that must not be said, and a listener who must understand"
    talk = "needed"
    agents = ("describer", "guesser")

    def __init__(
        self,
        cards: int = 8,
        taboo: int = 5,
        turns: int = 3,
        max_words: int = 10,
        open: bool = False,
        guess_cost: float = 0.05,
        taboo_cost: float = 0.25,
    ) -> None:
        """Sets how many cards there are, how strict they are, and how long the game is.

        Args:
            cards: how many of the cards are in play, from 2 to 40.
            taboo: how many words are forbidden beside the target, from 0 to 5.
            turns: how often the describer speaks, and the guesser guesses.
            max_words: most words of the describer in a turn.
            open: whether the guesser types any word instead of picking one of the cards.
            guess_cost: what a wrong guess costs both.
            taboo_cost: what saying a forbidden word costs both.
        """
        if not (2 <= cards <= len(_all()) and 0 <= taboo <= 5 and turns >= 1 and max_words >= 1):
            given = f"cards={cards}, taboo={taboo}, turns={turns}, max_words={max_words}"
            raise ValueError(f"{given}: expected 2 to {len(_all())}, 0 to 5, at least 1 and at least 1")
        self.cards = [card._replace(taboo=card.taboo[:taboo]) for card in _all()[:cards]]
        self.targets = tuple(card.target for card in self.cards)
        self.turns, self.open = turns, open
        self.guess_cost, self.taboo_cost = guess_cost, taboo_cost
        self.describing = ActionSpec(speech=Speech(max_words), fallback=Action())
        self.guessing = ActionSpec(move=Text(2) if open else Choice(self.targets), fallback=Action())

    def begin(self) -> Step:
        """Draws a card."""
        self.card = self.chance.draw("card", self.cards)
        self.guessed: list[str] = []
        self.turn, self.buzzes = 0, 0
        self.clues: list[str] = []
        taboo = f" taboo {' '.join(self.card.taboo)}" if self.card.taboo else ""
        return self._describe(f"target {self.card.target}{taboo}")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes what is said to the guesser, unless it is forbidden; or compares the guess."""
        if "guesser" in actions:
            move = actions["guesser"].move
            return self._guess(str(move).strip() if move is not None else "")
        said = " ".join(utterance.text for utterance in actions["describer"].say)
        if word := broken(said, self.card.target, self.card.taboo):
            self.buzzes += 1
            event = Event("taboo", "describer", {"word": word, "said": said})
            parts = {"taboo": -self.taboo_cost}
            return self._next(f"buzzed for {word}", (event,), parts)
        self.clues.append(said)
        event = Event("clue", "describer", {"said": said, "made": [f"clue {self.turn + 1}"]})
        heard = tuple(spoken(actions, {"describer": ("guesser",)}, float(self.turn)))
        kinds = "any word" if self.open else f"one of {len(self.targets)} words"
        text = f"not {self.guessed[-1] or 'nothing'}" if self.guessed else f"guess {kinds} in {self.turns} turns"
        data: dict[str, Json] = {"guessed": list(self.guessed)}
        seen = Observation(self.guessing, text, data, heard, budget=self._left())
        return Step({"guesser": seen}, events=(event,), time=float(self.turn))

    def _guess(self, guess: str) -> Step:
        right = _means(guess, self.card.target) if self.open else guess == self.card.target
        used = [f"clue {number + 1}" for number, clue in enumerate(self.clues) if clue]
        event = Event("guessed", "guesser", {"target": self.card.target, "guess": guess, "right": right, "used": used})
        if right:
            self.turn += 1
            return self._end(FOUND, {"guessed": 1.0}, (event,))
        self.guessed.append(guess)
        return self._next(f"guessed {guess or 'nothing'}", (event,), {"guesses": -self.guess_cost})

    def _next(self, text: str, events: tuple[Event, ...], parts: dict[str, float]) -> Step:
        """Ends a turn; the next one begins, or the game is over."""
        self.turn += 1
        if self.turn >= self.turns:
            return self._end(MISSED, parts, events)
        return self._describe(text, events, parts)

    def _describe(self, text: str, events: tuple[Event, ...] = (), parts: dict[str, float] | None = None) -> Step:
        card = self.card
        data: dict[str, Json] = {
            "target": card.target,
            "taboo": list(card.taboo),
            "guessed": list(self.guessed),
            "buzzed": self.buzzes,
        }
        seen = Observation(self.describing, text, data, budget=self._left())
        rewards = dict.fromkeys(self.agents, sum(parts.values())) if parts else {}
        components = dict.fromkeys(self.agents, parts) if parts else {}
        return Step({"describer": seen}, rewards, components, events=events, time=float(self.turn))

    def _end(self, ending: Ending, parts: dict[str, float], events: tuple[Event, ...]) -> Step:
        data: dict[str, Json] = {"success": ending is FOUND, "steps": self.turn, "taboo": self.buzzes}
        return Step(
            rewards=dict.fromkeys(self.agents, sum(parts.values())),
            components=dict.fromkeys(self.agents, parts),
            endings=dict.fromkeys(self.agents, ending),
            events=(*events, Event("outcome", None, data)),
            time=float(self.turn),
        )

    def _left(self) -> dict[str, float]:
        return {"turns": float(self.turns - self.turn)}

    def state(self) -> dict[str, Json]:
        """The card, the clues that passed, the wrong guesses."""
        return {"target": self.card.target, "clues": list(self.clues), "guessed": list(self.guessed)}

    def vector(self, agent: str) -> Array:
        """Which target it is (describer only), which were guessed, and the share of turns that are left."""
        import numpy as np

        known = [float(agent == "describer" and target == self.card.target) for target in self.targets]
        guessed = [float(target in self.guessed) for target in self.targets]
        return Array(np.array([*known, *guessed, 1 - self.turn / self.turns], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A describer with good clues, a guesser who knows what goes with which word."""
        return Describer() if agent == "describer" else Guesser(seed)


def _all() -> tuple[Card, ...]:
    """All cards; `cards` is an option's name in the world."""
    return cards()


def _means(guess: str, target: str) -> bool:
    """Whether a guess is the target in any form, and nothing else."""
    said = [word for word in words(guess) if word not in ARTICLES]
    return len(said) == 1 and stem(said[0]) == stem(target)
