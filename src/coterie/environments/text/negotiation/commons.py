"""Commons: several live off one stock that regrows, and whoever takes more leaves less for all.

In every round all harvest at once: each names how much it takes. What is left then doubles, up to the capacity; when
less than the threshold is left, the stock is dead and the episode over. Where more is asked for than there is, the
units are dealt out one by one in turn to those who still want some, beginning with one drawn by lot. After a harvest
everybody learns who took how much, and before the next they talk: all speak at once and everybody hears everybody. A
unit is worth 1 to whoever takes it, and what is there when the last harvest has regrown is shared out equally at the
rate `legacy`, so that the last harvest is a dilemma like every other. An answer that is not accepted takes nothing.

Source: G. Piatti and others, Cooperate or Collapse: Emergence of Sustainable Cooperation in a Society of LLM Agents
(2024), the fishery of GovSim: five agents, capacity 100, threshold 5, twelve rounds, legacy 0. There every unit that is
not enough for all goes to one drawn by lot; dealing in turn gives the same on average with less luck.
"""

from collections.abc import Mapping
from functools import cache

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Message,
    Observation,
    Script,
    Speech,
    Step,
    Utterance,
    spoken,
)
from coterie.environments.text.negotiation.commons_plan import plan, regrown, sustainable

NAMES = ("ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal")


class Commons(Environment):
    """A shared stock, harvests and talk in between."""

    id = "commons-v1"
    application = "negotiation"
    purpose = "a shared stock that regrows, and the pull to take too much of it"
    timing = "simultaneous"
    talk = "possible"

    def __init__(
        self,
        agents: int = 3,
        capacity: int = 12,
        collapse: int = 3,
        rounds: int = 5,
        talks: int = 1,
        legacy: float = 1.0,
        max_words: int = 12,
    ) -> None:
        """Sets who lives off the stock and how it grows.

        Args:
            agents: 3 to 8.
            capacity: the largest stock, with which it begins; up to 200.
            collapse: how much must be left after a harvest for the stock to live, at least 1.
            rounds: harvests.
            talks: how often all may speak between two harvests; 0: nobody speaks.
            legacy: what a unit is worth, to all together, that is there at the end; 0: the last harvest may take all.
            max_words: most words in one utterance.
        """
        if not (3 <= agents <= len(NAMES) and 1 <= collapse < capacity <= 200 and rounds >= 1):
            found = f"agents={agents}, collapse={collapse}, capacity={capacity}, rounds={rounds}"
            raise ValueError(f"{found}: expected 3-8, at least 1, above that and at most 200, at least 1")
        if talks < 0 or legacy < 0 or max_words < 1:
            found = f"talks={talks}, legacy={legacy}, max_words={max_words}"
            raise ValueError(f"{found}: expected at least 0, at least 0, at least 1")
        self.agents = NAMES[:agents]
        self.capacity, self.collapse, self.rounds, self.talks, self.legacy = capacity, collapse, rounds, talks, legacy
        self.talk_spec = ActionSpec(speech=Speech(max_words), fallback=Action())
        self.hears = {agent: tuple(other for other in self.agents if other != agent) for agent in self.agents}
        self.rules = f"capacity {capacity} collapse below {collapse} rounds {rounds} legacy {legacy:g}"

    def begin(self) -> Step:
        """Fills the stock; all harvest."""
        self.stock, self.round, self.talked = self.capacity, 0, self.talks
        self.took = dict.fromkeys(self.agents, 0)
        self.total = dict.fromkeys(self.agents, 0)
        self.over = 0
        seen = {}
        for agent in self.agents:
            text = f"you {agent} with {' '.join(self.hears[agent])} {self.rules} stock {self.stock} harvest"
            seen[agent] = Observation(harvest(self.stock), text, self._data())
        return Step(observations=seen)

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Spreads what was said, or takes what was asked for and lets the rest grow."""
        if self.talked < self.talks:
            self.talked += 1
            return self._tell("", spoken(actions, self.hears, self.round))
        asked = {agent: int(str(actions[agent].move)) for agent in self.agents}
        stock, self.took = self.stock, self._serve(asked)
        limit, left = sustainable(stock, self.collapse), stock - sum(self.took.values())
        events = []
        for agent, took in self.took.items():
            over = took * len(self.agents) > limit
            self.total[agent], self.over = self.total[agent] + took, self.over + over
            told: dict[str, Json] = {"round": self.round, "asked": asked[agent], "took": took, "stock": stock}
            events.append(Event("harvested", agent, {**told, "limit": limit, "over": over}))
        self.stock = regrown(left, self.capacity, self.collapse)
        self.round += 1
        events.append(Event("regrew", None, {"left": left, "stock": self.stock}))
        if self.round == self.rounds or not self.stock:
            return self._end(events)
        taken = " ".join(f"{agent} {took}" for agent, took in self.took.items())
        self.talked = 0
        return self._tell(f"took {taken} left {left} stock {self.stock} round {self.round + 1} ", [], events)

    def _serve(self, asked: dict[str, int]) -> dict[str, int]:
        """What each gets."""
        if sum(asked.values()) <= self.stock:
            return asked
        first = self.agents.index(self.chance.draw(f"first served in round {self.round}", self.agents))
        got, left = dict.fromkeys(self.agents, 0), self.stock
        while left:
            for agent in (*self.agents[first:], *self.agents[:first]):
                if left and got[agent] < asked[agent]:
                    got[agent], left = got[agent] + 1, left - 1
        return got

    def _tell(self, text: str, heard: list[Message], events: list[Event] | None = None) -> Step:
        """Everybody sees the same, and hears all others."""
        phase = self._phase()
        spec, data = harvest(self.stock) if phase == "harvest" else self.talk_spec, self._data()
        seen = {
            agent: Observation(spec, text + phase, data, tuple(each for each in heard if each.speaker != agent))
            for agent in self.agents
        }
        if not events:
            return Step(observations=seen, time=self.round)
        paid = {agent: float(took) for agent, took in self.took.items()}
        parts = {agent: {"harvest": amount} for agent, amount in paid.items()}
        return Step(observations=seen, rewards=paid, components=parts, events=tuple(events), time=self.round)

    def _phase(self) -> str:
        return "harvest" if self.talked == self.talks else "talk"

    def _data(self) -> dict[str, Json]:
        return {
            "stock": self.stock,
            "round": self.round,
            "took": dict(self.took),
            "total": dict(self.total),
            "phase": self._phase(),
        }

    def _end(self, events: list[Event]) -> Step:
        share = self.legacy * self.stock / len(self.agents)
        parts = {agent: {"harvest": float(took), "legacy": share} for agent, took in self.took.items()}
        best = plan(self.capacity, self.collapse, self.rounds, self.legacy)[0][self.rounds][self.capacity]
        harvested = sum(self.total.values())
        outcome: dict[str, Json] = {
            "success": self.stock > 0,
            "survived": self.round if self.stock else self.round - 1,
            "rounds": self.rounds,
            "limit": sustainable(self.capacity, self.collapse),
            "harvested": dict(self.total),
            "over": self.over,
            "harvests": self.round * len(self.agents),
            "left": self.stock,
            "score": (harvested + self.legacy * self.stock) / best,
            "steps": self.round,
        }
        ending = Ending("terminated", "all rounds are over" if self.stock else "the stock collapsed")
        return Step(
            rewards={agent: sum(part.values()) for agent, part in parts.items()},
            components=parts,
            endings=dict.fromkeys(self.agents, ending),
            events=(*events, Event("outcome", None, outcome)),
            time=self.round,
        )

    def state(self) -> dict[str, Json]:
        """The stock, the round, the last harvest, all harvests together, the phase."""
        return self._data()

    def vector(self, agent: str) -> Array:
        """Stock, share of rounds, whether to harvest; then the last harvest of all, the own one first."""
        import numpy as np

        now = [self.stock / self.capacity, self.round / self.rounds, float(self._phase() == "harvest")]
        took = [self.took[each] / self.capacity for each in (agent, *self.hears[agent])]
        return Array(np.array([*now, *took], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """One that takes its part of the best joint harvest that keeps the stock alive, and says how much that is."""
        taken = plan(self.capacity, self.collapse, self.rounds, self.legacy)[1]
        place, count = self.agents.index(agent), len(self.agents)

        def play(seen: Observation) -> Action:
            here = seen.data["round"]
            together = taken[self.rounds - here][seen.data["stock"]]
            if seen.data["phase"] == "talk":
                return Action(say=(Utterance(f"take {together} together"),))
            # What cannot be shared equally goes round.
            return Action(str(together // count + ((place + here) % count < together % count)))

        return play


@cache
def harvest(stock: int) -> ActionSpec:
    """The specification that offers all of a stock."""
    return ActionSpec(Choice(tuple(str(amount) for amount in range(stock + 1))), fallback=Action("0"))
