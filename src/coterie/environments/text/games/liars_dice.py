"""Liar's dice: everybody rolls in secret; bids on what all dice show rise until somebody is called a liar.

Each player sees only its own dice. `first` bids a number and a face, such as `2 fours`: at least two of all dice show
fours, the highest face being wild and counting as every face. The players bid in turn, each more than the last bid (a
larger number, or the same number of a higher face), or call the last bidder a liar. Then all dice are shown. When the
bid holds, the bidder is paid 1 by the caller, else the caller by the bidder; others get nothing. An answer that is not
accepted counts as a call, or as the lowest bid when there is none yet.

With two players the moves, what is seen, and the returns are those of OpenSpiel's `liars_dice`. Source: a
traditional game; M. Lanctot et al., No-regret learning in extensive-form games with imperfect recall (2012).
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
from coterie.environments.text.duel import settle

SEATS = ("first", "second", "third", "fourth", "fifth", "sixth")
FACES = ("one", "two", "three", "four", "five", "six")
LIAR = "liar"
CALLED = Ending("terminated", "a bid is called")


class LiarsDice(Environment):
    """Bids about hidden dice, for two to six."""

    id = "liars_dice-v1"
    application = "games"
    purpose = "judging claims that may be bluffs, for two to six players"
    agents: tuple[str, ...] = SEATS[:2]

    def __init__(self, players: int = 2, dice: int = 1, sides: int = 6) -> None:
        """Sets who plays with how many dice.

        Args:
            players: 2 to 6.
            dice: 1 to 5 each.
            sides: 2 to 6 faces a die, the highest being wild.
        """
        if not (2 <= players <= 6 and 1 <= dice <= 5 and 2 <= sides <= 6):
            raise ValueError(f"players={players}, dice={dice}, sides={sides}: expected 2-6, 1-5 and 2-6")
        self.agents = SEATS[:players]
        self.dice, self.faces, self.total = dice, FACES[:sides], players * dice
        self.bids = bids(self.total, sides)
        self.specs = [ActionSpec(move=Choice(self.bids), fallback=Action(self.bids[0]))] + [
            ActionSpec(move=Choice((*self.bids[place:], LIAR)), fallback=Action(LIAR))
            for place in range(1, len(self.bids) + 1)
        ]

    def begin(self) -> Step:
        """Rolls all dice; `first` bids."""
        self.rolled = {
            seat: sorted(
                (self.chance.draw(f"die {number + 1} of {seat}", self.faces) for number in range(self.dice)),
                key=self.faces.index,
            )
            for seat in self.agents
        }
        self.made: list[str] = []
        self.unseen = {
            seat: [f"you {seat} dice {' '.join(shown)} of {self.total} in all"] for seat, shown in self.rolled.items()
        }
        return self._ask()

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes a bid, or compares the last one with the dice."""
        ((agent, action),) = actions.items()
        move = str(action.move)
        if move == LIAR:
            return self._call(agent)
        self.made.append(move)
        for seat in self.agents:
            if seat != agent:
                self.unseen[seat].append(f"{agent} {move}")
        return self._ask()

    def _call(self, caller: str) -> Step:
        bidder = self.agents[(len(self.made) - 1) % len(self.agents)]
        number, face = divmod(self.bids.index(self.made[-1]), len(self.faces))
        shown = [die for hand in self.rolled.values() for die in hand]
        count = sum(die in (self.faces[face], self.faces[-1]) for die in shown)
        winner, loser = (bidder, caller) if count > number else (caller, bidder)
        dice: dict[str, Json] = {seat: hand.copy() for seat, hand in self.rolled.items()}
        told = Event("shown", None, {"dice": dice, "bid": self.made[-1], "bidder": bidder, "count": count})
        return settle(self.agents, winner, loser, CALLED, len(self.made) + 1, events=(told,))

    def _ask(self) -> Step:
        agent = self.agents[len(self.made) % len(self.agents)]
        text, self.unseen[agent] = " ".join(self.unseen[agent]), []
        data: dict[str, Json] = {"dice": self.rolled[agent].copy(), "bids": self.made.copy(), "all_dice": self.total}
        spec = self.specs[self.bids.index(self.made[-1]) + 1 if self.made else 0]
        return Step(observations={agent: Observation(spec, text, data)}, time=len(self.made))

    def state(self) -> dict[str, Json]:
        """All dice, and the bids in order."""
        return {"dice": {seat: hand.copy() for seat, hand in self.rolled.items()}, "bids": self.made.copy()}

    def vector(self, agent: str) -> Array:
        """How many own dice show each face, then for every bid whether it was made; they are made in order."""
        import numpy as np

        held = [float(self.rolled[agent].count(face)) for face in self.faces]
        return Array(np.array([*held, *(float(bid in self.made) for bid in self.bids)], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """With two dice in all, a player of an equilibrium (7/258 for `second`); else one who reckons with chances."""
        from coterie.environments.text.games.liars_dice_experts import player

        return player(agent, len(self.agents), self.dice, self.faces, seed)


def bids(total: int, sides: int) -> tuple[str, ...]:
    """All bids on so many dice, from the lowest.

    >>> bids(2, 2)
    ('1 one', '1 two', '2 ones', '2 twos')
    """
    plurals = [f"{face}es" if face == "six" else f"{face}s" for face in FACES[:sides]]
    return tuple(
        f"{number} {face}" for number in range(1, total + 1) for face in (plurals if number > 1 else FACES[:sides])
    )
