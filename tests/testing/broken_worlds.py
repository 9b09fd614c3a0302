"""Small worlds, each of which breaks the contract in one way; `Coin`, their parent, keeps it."""

import random
import time
from collections import Counter

import numpy as np

from coterie.core import Action, ActionSpec, Array, Choice, Ending, Environment, Event, Observation, Step

OVER = Ending("terminated", "guessed")
SIDES = ("heads", "tails")


class Coin(Environment):
    """A seer sees a coin and waits, then a guesser guesses it; the parent of every offender below."""

    agents = ("seer", "guesser")

    def begin(self):
        self.coin = self.chance.draw("coin", SIDES)
        seen = Observation(ActionSpec(move=Choice(("wait", "cough"))), f"coin {self.coin}", {"coin": self.coin})
        return Step({"seer": seen})

    def advance(self, actions):
        if "seer" in actions:
            return Step({"guesser": self.ask()})
        return self.end(1.0 if actions["guesser"].move == self.coin else 0.0)

    def ask(self):
        return Observation(ActionSpec(move=Choice(SIDES), fallback=Action("heads")), "guess", {"sides": 2})

    def end(self, paid):
        outcome = Event("outcome", None, {"success": paid > 0})
        return Step(
            rewards=dict.fromkeys(self.agents, paid), endings=dict.fromkeys(self.agents, OVER), events=(outcome,)
        )

    def vector(self, agent):
        return Array(np.array([1.0 if agent == "seer" else 0.0]), axes=("feature",))

    def expert(self, agent, seed=0):
        return lambda seen: Action("wait" if agent == "seer" else "heads")


class UsesGlobalRandom(Coin):
    def ask(self):
        random.random()
        return super().ask()


class UsesGlobalNumpy(Coin):
    def ask(self):
        np.random.rand()
        return super().ask()


class BringsOwnLuck(Coin):
    def ask(self):
        seen = super().ask()
        return Observation(seen.spec, f"guess {random.Random().random()}")


class ReadsTheClock(Coin):
    def end(self, paid):
        return super().end(float(time.perf_counter_ns()))


class CountsAcrossEpisodes(Coin):
    begun = Counter()

    def ask(self):
        self.begun["episodes"] += 1
        return Observation(super().ask().spec, f"guess {self.begun['episodes']}")


class KeepsTheCoinOnTheClass(Coin):
    def begin(self):
        step = super().begin()
        type(self).coin = self.coin
        del self.coin
        return step


class ForgetsToStartAnew(Coin):
    guesses = 0

    def ask(self):
        self.guesses += 1
        return Observation(super().ask().spec, f"guess {self.guesses}")


class ChangesWhenAsked(Coin):
    def begin(self):
        self.asked = 0
        return super().begin()

    def state(self):
        self.asked += 1
        return {}

    def ask(self):
        return Observation(super().ask().spec, f"guess {self.asked}")


class CannotBeCopied(Coin):
    def begin(self):
        self.lines = (line for line in SIDES)
        return super().begin()


class KeepsStateOutside(Coin):
    """Snapshots do not reach a shared list, so going back does not take its entries back."""

    ledger = []

    def begin(self):
        self.ledger.clear()
        return super().begin()

    def advance(self, actions):
        self.ledger.append(len(actions))
        if "seer" in actions:
            return super().advance(actions)
        return self.end(float(len(self.ledger)))


class PaysAStranger(Coin):
    def end(self, paid):
        step = super().end(paid)
        return Step(rewards={"banker": 1.0}, endings=step.endings, events=step.events)


class ShowsAStranger(Coin):
    def begin(self):
        return Step({"ghost": super().begin().observations["seer"]})


class EndsAStranger(Coin):
    def end(self, paid):
        step = super().end(paid)
        return Step(endings={**step.endings, "ghost": OVER}, events=step.events)


class PaysNothingKnown(Coin):
    def end(self, paid):
        return super().end(float("nan"))


class ForgetsEndings(Coin):
    def end(self, paid):
        return Step(endings={"guesser": OVER}, events=super().end(paid).events)


class ForgetsTheOutcome(Coin):
    def end(self, paid):
        return Step(endings=super().end(paid).endings)


class ShowsSomebodyWhoHasEnded(Coin):
    def advance(self, actions):
        if "seer" in actions:
            return Step({"guesser": self.ask()}, endings={"guesser": OVER})
        return super().advance(actions)


class PartsDoNotAddUp(Coin):
    def end(self, paid):
        step = super().end(paid)
        return Step(rewards={"seer": 1.0}, components={"seer": {"a": 0.4}}, endings=step.endings, events=step.events)


class ShowsATuple(Coin):
    def ask(self):
        return Observation(super().ask().spec, "guess", {"sides": SIDES})


class ShowsNumberedKeys(Coin):
    def ask(self):
        return Observation(super().ask().spec, "guess", {"sides": {1: "heads"}})


class TellsWithAStrangeObject(Coin):
    def end(self, paid):
        step = super().end(paid)
        return Step(endings=step.endings, events=(*step.events, Event("coin", None, {"coin": object()})))


class AsksForNothing(Coin):
    def ask(self):
        return Observation(ActionSpec())


class OffersNothing(Coin):
    def ask(self):
        return Observation(ActionSpec(move=Choice(()), fallback=Action()))


class StretchesItsVector(Coin):
    def vector(self, agent):
        return Array(np.zeros(1 if self.coin == "heads" else 2), axes=("feature",))


class NeverEnds(Coin):
    def advance(self, actions):
        return Step({"guesser": self.ask()})


class TrustsItsAnswers(Coin):
    """Takes answers as they come, before they are checked."""

    def step(self, actions):
        for action in actions.values():
            _ = action.move.upper()
        return super().step(actions)


class IgnoresItsFallback(Coin):
    """Treats a refused answer as the best one."""

    def step(self, actions):
        spec = (self._waiting or {}).get("guesser")
        if spec is not None and spec.reject(actions.get("guesser")):
            step = super().step({**actions, "guesser": Action(self.coin)})
            return Step(step.observations, step.rewards, {}, step.endings, (*step.events, Event("rejected", "guesser")))
        return super().step(actions)


class SwallowsRejections(Coin):
    def step(self, actions):
        legal = {"seer": Action("wait"), "guesser": Action("heads")}
        waiting = self._waiting or {}
        return super().step(
            {name: legal[name] if waiting[name].reject(actions.get(name)) else actions[name] for name in waiting}
        )


class ForgivesForfeits(Coin):
    def forfeit(self, agent, rejection):
        return Step({agent: Observation(ActionSpec(move=Choice(("wait",))), "try again")})


class TellsTheSecretInText(Coin):
    def ask(self):
        return Observation(super().ask().spec, f"guess, perhaps {self.coin}")


class TellsTheSecretInData(Coin):
    def ask(self):
        return Observation(super().ask().spec, "guess", {"memory": [{"note": f"it was {self.coin}."}]})


class TellsTheSecretInTheBudget(Coin):
    def ask(self):
        return Observation(
            super().ask().spec, "guess", budget={"moves": float(len(self.coin) + (self.coin == "heads"))}
        )


class TellsTheSecretInTheVector(Coin):
    def vector(self, agent):
        return Array(np.array([float(self.coin == "heads")]), axes=("feature",))


class TellsTheSecretInTheOrder(Coin):
    def ask(self):
        options = (self.coin, *(side for side in SIDES if side != self.coin))
        return Observation(ActionSpec(move=Choice(options), fallback=Action("heads")), "guess")
