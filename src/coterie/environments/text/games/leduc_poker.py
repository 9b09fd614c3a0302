"""Leduc poker: six cards, two rounds of betting, one card that both share; small, and with all that poker has.

There are two jacks, two queens and two kings. Both players put in one chip and get a card. `first` opens each of two
rounds of betting. Who faces no raise may check or raise; who faces one may fold, call or raise again, with two raises a
round at most. A raise is 2 chips more than the other has put in, 4 in the second round. Between the rounds a card is
laid open for both. A fold gives the pot to the other; at the end a pair with the open card wins, else the higher card,
and equal cards share. One is paid what the other put in. An answer that is not accepted counts as a fold, or as a check
where nothing is to be called.

The tree, the information states and the returns are those of OpenSpiel's `leduc_poker`. Source: F. Southey et al.,
Bayes' bluff: opponent modelling in poker (2005).
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
    Step,
)
from coterie.environments.text.duel import RIVAL, settle

RANKS = ("jack", "queen", "king")
CARDS = tuple(f"{rank} {suit}" for rank in RANKS for suit in ("hearts", "spades"))
FOLD, CHECK, CALL, RAISE = "fold", "check", "call", "raise"
SPECS = tuple(
    ActionSpec(move=Choice(moves), fallback=Action(moves[0]))
    for moves in ((CHECK, RAISE), (FOLD, CALL, RAISE), (FOLD, CALL))
)
"""What may be done after no raise, one and two in the round."""
SIZES = (2, 4)
"""Chips of a raise, round by round."""
FOLDED, COMPARED = Ending("terminated", "a hand is folded"), Ending("terminated", "the cards are compared")


class LeducPoker(Environment):
    """Poker for two with six cards and two rounds."""

    id = "leduc_poker-v1"
    application = "games"
    purpose = "hidden cards, bluffing and a card that changes everything, solved"
    agents = ("first", "second")

    def begin(self) -> Step:
        """Deals; `first` opens."""
        left = list(CARDS)
        self.cards: dict[str, str] = {}
        for seat in self.agents:
            self.cards[seat] = self.chance.draw(f"card of {seat}", left)
            left.remove(self.cards[seat])
        self.open: str | None = None
        self.betting: list[list[str]] = [[], []]
        self.chips = {"first": 1, "second": 1}
        self.unseen = {seat: [f"you {seat} card {card}"] for seat, card in self.cards.items()}
        return self._ask("first")

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes the move of whoever's turn it is."""
        ((agent, action),) = actions.items()
        rival, move, last = RIVAL[agent], str(action.move), self.open is not None
        moves = self.betting[last]
        moves.append(move)
        self.unseen[rival].append(f"{agent} {move}")
        if move == FOLD:
            return self._end(rival, FOLDED)
        self.chips[agent] = self.chips[rival] + (SIZES[last] if move == RAISE else 0)
        if move == RAISE or len(moves) == 1:
            return self._ask(rival)
        if last:
            return self._compare()
        self.open = self.chance.draw("open card", [card for card in CARDS if card not in self.cards.values()])
        for seat in self.agents:
            self.unseen[seat].append(f"open {self.open}")
        return self._ask("first")

    def _compare(self) -> Step:
        """A pair is worth more than any single card."""
        assert self.open is not None
        worth = {}
        for seat, card in self.cards.items():
            rank = card.split()[0]
            worth[seat] = len(RANKS) if self.open.startswith(rank) else RANKS.index(rank)
        showdown = Event("showdown", None, {**self.cards})
        if worth["first"] == worth["second"]:
            return self._end(None, COMPARED, showdown)
        return self._end("first" if worth["first"] > worth["second"] else "second", COMPARED, showdown)

    def _end(self, winner: str | None, ending: Ending, *events: Event) -> Step:
        loser = RIVAL[winner] if winner else None
        stake = self.chips[loser] if loser else 0
        return settle(self.agents, winner, loser, ending, sum(map(len, self.betting)), stake, events)

    def _ask(self, agent: str) -> Step:
        text, moves = " ".join(self.unseen[agent]), self.betting[self.open is not None]
        self.unseen[agent] = []
        betting = [each.copy() for each in self.betting]
        data: dict[str, Json] = {
            "card": self.cards[agent],
            "open": self.open,
            "betting": betting,
            "chips": self.chips.copy(),
        }
        seen = Observation(SPECS[moves.count(RAISE)], text, data)
        return Step(observations={agent: seen}, time=sum(map(len, betting)))

    def state(self) -> dict[str, Json]:
        """All cards, the betting, and what both have put in."""
        betting = [each.copy() for each in self.betting]
        return {"cards": self.cards.copy(), "open": self.open, "betting": betting, "chips": self.chips.copy()}

    def vector(self, agent: str) -> Array:
        """Its card, the open card, then for each of four moves in each round whether it was made, and a raise."""
        import numpy as np

        held = [float(card == each) for each in (self.cards[agent], self.open) for card in CARDS]
        made = [float(place < len(moves)) for moves in self.betting for place in range(4)]
        raised = [float(place < len(moves) and moves[place] == RAISE) for moves in self.betting for place in range(4)]
        return Array(np.array(held + made + raised, np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A player of an equilibrium: against anybody it expects at least -0.086 as `first`, 0.085 as `second`."""
        from coterie.environments.text.games.leduc_poker_experts import player

        return player(seed)
