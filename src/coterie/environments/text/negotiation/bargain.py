"""Bargain: two share a pool of things that are worth something else to each, and must agree in words.

The pool holds books, hats and balls. To each the whole pool is worth 10, but only it knows what a book, a hat and a
ball are worth to it; nothing is worthless to both, and something is worth something to both. They talk in turns,
`first` begins. One who finds that they have a deal does `choose` instead of `talk`; that, or the last turn, ends the
talk. Then both at once name the share that they take, or `no deal`. When the two shares make up the pool exactly, each
is paid what its share is worth to it; otherwise nobody is paid anything. An answer that is not accepted counts as
`talk` while they talk, and as `no deal` at the end.

Source: M. Lewis, D. Yarats, Y. Dauphin, D. Parikh, D. Batra, Deal or No Deal? End-to-End Learning for Negotiation
Dialogues (2017), section 2: three kinds, five to seven items, the same constraints on values. There `no deal` may be
chosen only after ten turns; here always.
"""

from collections.abc import Mapping
from functools import cache

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Environment,
    Event,
    Json,
    Message,
    Observation,
    Script,
    Speech,
    Step,
    spoken,
)
from coterie.environments.text.duel import RIVAL
from coterie.environments.text.negotiation.bargain_experts import Bargainer
from coterie.environments.text.negotiation.bargain_scenarios import (
    Counts,
    divisions,
    judged,
    partners,
    pools,
    rest,
    scenarios,
    worth,
)
from coterie.environments.text.negotiation.settlement import conclude

ITEMS = ("book", "hat", "ball", "ring", "lamp")
NO_DEAL = "no deal"
HEARS = {agent: (other,) for agent, other in RIVAL.items()}


class Bargain(Environment):
    """A division of things with private values."""

    id = "bargain-v1"
    application = "negotiation"
    purpose = "a division to be agreed on in words, with private values (Deal or No Deal)"
    timing = "mixed"
    talk = "needed"
    agents = ("first", "second")

    def __init__(self, items: int = 3, fewest: int = 5, most: int = 7, turns: int = 6, max_words: int = 16) -> None:
        """Sets how much there is to share, and how long they may talk.

        Args:
            items: kinds of items, 2 to 5.
            fewest: the fewest items in all.
            most: the most items in all, up to 10.
            turns: turns of talk of both together, at least 2.
            max_words: most words in one utterance; enough to tell all values takes 1 + 2 x items.
        """
        if not (2 <= items <= len(ITEMS) and items <= fewest <= most <= 10 and turns >= 2):
            found = f"items={items}, fewest={fewest}, most={most}, turns={turns}"
            raise ValueError(f"{found}: expected 2-5, at least as many as kinds, up to 10 and not fewer, at least 2")
        if max_words < 1 + 2 * items:
            raise ValueError(f"max_words={max_words} with items={items}: expected at least {1 + 2 * items}")
        self.items, self.turns, self.most = ITEMS[:items], turns, most
        self.pools = pools(items, fewest, most)
        self.spec = ActionSpec(Choice(("talk", "choose")), Speech(max_words), Action("talk"))

    def begin(self) -> Step:
        """Draws the pool, and a pair of values that fit it, all pairs being equally likely."""
        self.pool = self.chance.draw("pool", self.pools)
        first = self.chance.draw("values of first", *scenarios(self.pool))
        second = self.chance.draw("values of second", partners(self.pool, first))
        self.values = {"first": first, "second": second}
        self.views = {agent: (self._named(self.pool), self._named(values)) for agent, values in self.values.items()}
        self.turn, self.choosing = 0, False
        return Step(observations={"first": self._seen("first", "talk", ())})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries words to the other, or compares the shares."""
        if self.choosing:
            return self._compare({agent: shares(self.pool, self.items)[str(actions[agent].move)] for agent in RIVAL})
        ((agent, action),) = actions.items()
        other, heard = RIVAL[agent], tuple(spoken(actions, HEARS, self.turn))
        self.turn += 1
        if action.move == "talk" and self.turn < self.turns:
            return Step(observations={other: self._seen(other, "talk", heard)}, time=self.turn)
        self.choosing = True
        seen = {each: self._seen(each, "choose", heard if each == other else ()) for each in self.agents}
        events = (Event("talk_over", agent if action.move == "choose" else None),)
        return Step(observations=seen, events=events, time=self.turn)

    def _seen(self, agent: str, phase: str, heard: tuple[Message, ...]) -> Observation:
        """What is new: the pool and its worth the first time, then only the phase."""
        pool, values = self.views[agent]
        text = phase
        if self.turn == self.agents.index(agent):  # seats get their first view in the order in which they speak
            text = f"pool {_told(pool)} worth {_told(values)} {phase}"
        data: dict[str, Json] = {"pool": pool, "values": values, "phase": phase}
        if self.choosing:
            return Observation(choice(self.pool, self.items), text, data, heard)
        return Observation(self.spec, text, data, heard, budget={"turns": self.turns - self.turn})

    def _compare(self, taken: Mapping[str, Counts | None]) -> Step:
        first, second = taken["first"], taken["second"]
        found = judged(self.pool, self.values["first"], self.values["second"])
        agreement = first is not None and second == rest(self.pool, first)
        gains = {
            agent: float(worth(share, self.values[agent])) if agreement and share is not None else 0.0
            for agent, share in taken.items()
        }
        named = {agent: None if share is None else self._named(share) for agent, share in taken.items()}
        terms: dict[str, Json] = {
            "success": sum(gains.values()) == found.best,
            "agreement": agreement,
            "pareto": agreement and first in found.frontier,
            "shares": named,
            "pool": self._named(self.pool),
            "values": {agent: self._named(values) for agent, values in self.values.items()},
        }
        chosen = tuple(Event("chose", agent, {"share": share}) for agent, share in named.items())
        return conclude(gains, float(found.best), terms, "a deal" if agreement else NO_DEAL, self.turn + 1, chosen)

    def _named(self, counts: Counts) -> dict[str, Json]:
        return dict(zip(self.items, counts, strict=True))

    def state(self) -> dict[str, Json]:
        """The pool, both seats' values, the turn."""
        values: Json = {agent: self._named(values) for agent, values in self.values.items()}
        return {"pool": self._named(self.pool), "values": values, "turn": self.turn, "choosing": self.choosing}

    def vector(self, agent: str) -> Array:
        """How many there are of each kind, what each is worth to it, the share of turns made, whether to choose now."""
        import numpy as np

        counts, values = [count / self.most for count in self.pool], [value / 10 for value in self.values[agent]]
        now = [self.turn / self.turns, float(self.choosing)]
        return Array(np.array([*counts, *values, *now], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """An open bargainer: a pair of them always finds the division of the best joint worth."""
        return Bargainer(agent)


@cache
def shares(pool: Counts, items: tuple[str, ...]) -> dict[str, Counts | None]:
    """What can be chosen, in words, and which share it means.

    >>> list(shares((1, 1), ("book", "hat")))
    ['no deal', 'book 0 hat 0', 'book 0 hat 1', 'book 1 hat 0', 'book 1 hat 1']
    """
    return {NO_DEAL: None, **{_told(dict(zip(items, share, strict=True))): share for share in divisions(pool)}}


@cache
def choice(pool: Counts, items: tuple[str, ...]) -> ActionSpec:
    """The specification that offers them."""
    return ActionSpec(Choice(tuple(shares(pool, items))), fallback=Action(NO_DEAL))


def _told(counts: Mapping[str, Json]) -> str:
    return " ".join(f"{item} {count}" for item, count in counts.items())
