"""Kuhn poker: three cards, one chip each, one bet; the smallest game in which bluffing pays.

Both players put in one chip and get one of three different cards. `first` passes or bets one chip, then `second` does;
after a pass and a bet `first` answers once more. A bet answered by a pass takes the pot. Otherwise the higher card
wins: one chip, or two after a bet that was matched. What one wins the other loses.

The tree, the information states and the returns are those of OpenSpiel's `kuhn_poker`. Source: H. W. Kuhn, A simplified
two-person poker (1950); the equilibria are those of its section 4.
"""

import random
from collections.abc import Mapping, Sequence

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
    Step,
)
from coterie.environments.text.duel import RIVAL, settle

CARDS = ("jack", "queen", "king")
LEFT = {card: tuple(other for other in CARDS if other != card) for card in CARDS}
PASS, BET = MOVES = ("pass", "bet")
SPEC = ActionSpec(move=Choice(MOVES), fallback=Action(PASS))
SHOWDOWNS = {(PASS, PASS): 1.0, (PASS, BET, BET): 2.0, (BET, BET): 2.0}
"""Betting after which cards are compared, and for how many chips."""
FOLDS = {(PASS, BET, PASS): "second", (BET, PASS): "first"}
"""Betting after which one chip goes to the one named."""
OVER = Ending("terminated", "the pot is won")


class KuhnPoker(Environment):
    """Poker for two with three cards; an answer that is not accepted counts as a pass."""

    id = "kuhn_poker-v1"
    application = "games"
    purpose = "hidden cards and bluffing, solved exactly"
    agents = ("first", "second")

    def begin(self) -> Step:
        """Deals; `first` opens."""
        first = self.chance.draw("card of first", CARDS)
        second = self.chance.draw("card of second", LEFT[first])
        self.cards = {"first": first, "second": second}
        self.betting: tuple[str, ...] = ()
        return self._ask("first", f"card {first}")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes the move of whoever's turn it is."""
        agent = "second" if len(self.betting) == 1 else "first"
        move = str(actions[agent].move)
        self.betting += (move,)
        pot, winner = 1.0, FOLDS.get(self.betting)
        if winner is None:
            if self.betting not in SHOWDOWNS:
                return self._ask("first", f"second {move}") if agent == "second" else self._open_second(move)
            pot = SHOWDOWNS[self.betting]
            higher = CARDS.index(self.cards["first"]) > CARDS.index(self.cards["second"])
            winner = "first" if higher else "second"
            shown = (Event("showdown", None, {**self.cards}),)
            return settle(self.agents, winner, RIVAL[winner], OVER, len(self.betting), stake=pot, events=shown)
        return settle(self.agents, winner, RIVAL[winner], OVER, len(self.betting), stake=pot)

    def _open_second(self, move: str) -> Step:
        return self._ask("second", f"card {self.cards['second']} first {move}")

    def _ask(self, agent: str, text: str) -> Step:
        data: dict[str, Json] = {"card": self.cards[agent], "betting": list(self.betting)}
        return Step(observations={agent: Observation(SPEC, text, data)}, time=len(self.betting))

    def state(self) -> dict[str, Json]:
        """Both cards and the betting."""
        return {"cards": dict(self.cards), "betting": list(self.betting)}

    def vector(self, agent: str) -> Array:
        """Which card it holds, then for each of at most three moves whether it was made and whether it was a bet."""
        import numpy as np

        holds = [float(card == self.cards[agent]) for card in CARDS]
        made = [float(place < len(self.betting)) for place in range(3)]
        bets = [float(place < len(self.betting) and self.betting[place] == BET) for place in range(3)]
        return Array(np.array(holds + made + bets, np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A player of an equilibrium: against anybody it expects at least -1/18 as `first`, 1/18 as `second`."""
        luck = random.Random(seed)

        def play(seen: Observation) -> Action:
            chance_to_bet = equilibrium(seen.data["card"], seen.data["betting"])
            return Action(BET if luck.random() < chance_to_bet else PASS)

        return play


def equilibrium(card: str, betting: Sequence[str], alpha: float = 0.2) -> float:
    """Returns the probability of a bet in an information state, in one of the Nash equilibria.

    `first` loses 1/18 of a chip a game on average in all of them.

    >>> equilibrium("jack", []), equilibrium("king", ["bet"])
    (0.2, 1.0)

    Args:
        card: the player's own.
        betting: the moves so far, from both.
        alpha: how often `first` bluffs with a jack, from 0 to 1/3; names the equilibrium.

    Raises:
        ValueError: `alpha` names no equilibrium.
    """
    if not 0 <= alpha <= 1 / 3:
        raise ValueError(f"alpha={alpha}, expected 0 to 1/3")
    jack, queen, king = {
        (): (alpha, 0.0, 3 * alpha),
        (PASS,): (1 / 3, 0.0, 1.0),
        (BET,): (0.0, 1 / 3, 1.0),
        (PASS, BET): (0.0, alpha + 1 / 3, 1.0),
    }[tuple(betting)]
    return {"jack": jack, "queen": queen, "king": king}[card]
