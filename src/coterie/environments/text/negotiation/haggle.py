"""Haggle: one buys, one sells, and neither knows what the deal is worth to the other.

The buyer alone knows its value, the most that it could pay without loss; the seller alone knows its cost. Both are
drawn from the whole numbers of the price range, so that often no price suits both. Turns alternate, the buyer begins.
In its turn one may speak, and makes one move: `offer` a price, `accept` the other's last offer, `pass`, or `leave`
without a deal. A deal pays the buyer its value less the price, and the seller the price less its cost; that may be a
loss. Without a deal, also when the turns are over, both get nothing. With a discount below 1 both payments shrink by
that factor with every turn after the second. An answer that is not accepted counts as a pass.

Source: K. Chatterjee and W. Samuelson, Bargaining under incomplete information (1983), with alternating offers as in
A. Rubinstein, Perfect equilibrium in a bargaining model (1982).
"""

from collections.abc import Mapping

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
from coterie.environments.text.negotiation.haggle_experts import OTHER, Haggler
from coterie.environments.text.negotiation.settlement import conclude

LIMIT = {"buyer": "value", "seller": "cost"}
"""What each alone knows."""
NOTHING = {"buyer": 0.0, "seller": 0.0}
HEARS = {agent: (other,) for agent, other in OTHER.items()}


class Haggle(Environment):
    """A price for one thing, between a buyer and a seller."""

    id = "haggle-v1"
    application = "negotiation"
    purpose = "bargaining over a price, with private limits"
    talk = "possible"
    agents = ("buyer", "seller")

    def __init__(self, prices: int = 10, turns: int = 6, discount: float = 1.0, max_words: int = 8) -> None:
        """Sets the price range and how long they may haggle.

        Args:
            prices: the highest price, value and cost; all begin at 0. At most 1000.
            turns: turns of both together, at least 2.
            discount: what a payment keeps with every turn after the second, above 0 and at most 1.
            max_words: most words in one utterance; 0: nobody speaks.
        """
        if not (1 <= prices <= 1000 and turns >= 2 and 0 < discount <= 1 and max_words >= 0):
            found = f"prices={prices}, turns={turns}, discount={discount}, max_words={max_words}"
            raise ValueError(f"{found}: expected 1-1000, at least 2, above 0 and at most 1, at least 0")
        self.prices, self.turns, self.discount = prices, turns, discount
        self.price_of = {f"offer {price}": price for price in range(prices + 1)}
        speech = Speech(max_words) if max_words else None
        moves, fallback = ("pass", "leave", *self.price_of), Action("pass")
        self.before_offer = ActionSpec(Choice(moves), speech, fallback)
        self.after_offer = ActionSpec(Choice(("accept", *moves)), speech, fallback)

    def begin(self) -> Step:
        """Draws what the thing is worth to each."""
        self.limits = {who: self.chance.draw(f"{LIMIT[who]} of {who}", range(self.prices + 1)) for who in self.agents}
        self.offers: dict[str, int | None] = {"buyer": None, "seller": None}
        self.turn = 0
        return self._ask("buyer", "")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes the move of whoever's turn it is."""
        ((agent, action),) = actions.items()
        move = str(action.move)
        self.turn += 1
        if move == "accept":
            return self._end(self.offers[OTHER[agent]], "a deal", (Event("accepted", agent),))
        if move == "leave":
            return self._end(None, f"{agent} leaves", (Event("left", agent),))
        did, events = "passes", tuple[Event, ...]()
        if move != "pass":
            price = self.offers[agent] = self.price_of[move]
            did, events = f"offers {price}", (Event("offered", agent, {"price": price}),)
        if self.turn == self.turns:
            return self._end(None, "out of turns", events)
        return self._ask(OTHER[agent], f"{agent} {did}", tuple(spoken(actions, HEARS, self.turn)), events)

    def _ask(self, agent: str, text: str, heard: tuple[Message, ...] = (), events: tuple[Event, ...] = ()) -> Step:
        if self.turn < 2:
            text = f"{agent} {LIMIT[agent]} {self.limits[agent]} {text}".rstrip()
        spec = self.before_offer if self.offers[OTHER[agent]] is None else self.after_offer
        left: dict[str, float] = {"turns": self.turns - self.turn}
        seen = Observation(spec, text, {"limit": self.limits[agent], **self.offers}, heard, budget=left)
        return Step(observations={agent: seen}, events=events, time=self.turn)

    def _end(self, price: int | None, reason: str, events: tuple[Event, ...]) -> Step:
        value, cost = self.limits["buyer"], self.limits["seller"]
        kept = self.discount ** (self.turn - 2)
        gains = NOTHING if price is None else {"buyer": (value - price) * kept, "seller": (price - cost) * kept}
        return conclude(gains, float(max(value - cost, 0)), judge(value, cost, price), reason, self.turn, events)

    def state(self) -> dict[str, Json]:
        """Both limits, the last offers, the turn."""
        return {"limits": dict(self.limits), "offers": dict(self.offers), "turn": self.turn}

    def vector(self, agent: str) -> Array:
        """Its limit, both last offers (whether there is one, and which), the share of turns made."""
        import numpy as np

        offers = (self.offers[agent], self.offers[OTHER[agent]])
        known = [each for price in offers for each in (price is not None, (price or 0) / self.prices)]
        numbers = np.array([self.limits[agent] / self.prices, *known, self.turn / self.turns], np.float32)
        return Array(numbers, axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """An honest haggler: a pair of them trades whenever both can gain, halfway between value and cost."""
        return Haggler(agent, self.prices)


def judge(value: int, cost: int, price: int | None) -> dict[str, Json]:
    """Returns what the outcome tells of the terms; `price` None: no deal.

    >>> judge(8, 3, None)["pareto"], judge(8, 3, 8)["pareto"], judge(3, 8, 5)["pareto"], judge(3, 8, 9)["pareto"]
    (False, True, False, True)
    """
    # A deal is beaten only by no deal, and only where neither gains by it; no deal is beaten where both can gain.
    right = value <= cost if price is None else value >= cost
    beaten = value > cost if price is None else value < cost and value <= price <= cost
    terms: dict[str, Json] = {"success": right, "agreement": price is not None, "pareto": not beaten}
    return {**terms, "price": price, "value": value, "cost": cost}
