"""Hanabi: everybody sees all cards but their own, and a team builds one firework a colour from hints alone.

Cards have a colour and a rank. Of rank 1 there are three a colour, of the highest rank one, of the others two. Players
take turns, `ann` first, and make one of three moves. `play 2` lays the second card of one's hand on the table: it works
if it is the next rank of its colour, otherwise it is thrown away and costs a life. `discard 2` throws the card away and
brings back an information token; it is not allowed while none is missing. `tell bob red` or `tell bob rank 2` costs an
information token and points out all cards of that colour or rank in a hand that has one. Completing a colour brings
back a token too. Who plays or discards draws a new card, unseen. Cards are numbered from 1, the oldest; when one
leaves, those after it move down, and a new one comes last.

The game ends when all fireworks are complete, when no lives are left, or when everybody, the one who drew the last card
included, has had one more turn after it. The score is the number of cards in the fireworks, and 0 when no lives are
left: every card built pays everybody 1, and losing the last life takes all of it back. An answer that is not accepted
discards the oldest card or, while discarding is not allowed, makes the last of the moves that are.

Moves, ends and returns are those of the Hanabi Learning Environment and of OpenSpiel's `hanabi`. Source: A. Bauza,
Hanabi (2010); N. Bard et al., The Hanabi challenge (2020).
"""

from collections.abc import Mapping

from coterie.core import Action, Array, Ending, Environment, Event, Json, Observation, Script, Step, Subgoal
from coterie.environments.text.games.hanabi_cards import (
    COLOURS,
    KNOWN,
    RANKS,
    deck,
    encoded,
    features,
    hinted,
    moves,
)
from coterie.environments.text.games.hanabi_experts import Convention
from coterie.environments.text.games.hanabi_questions import Rules

NAMES = ("ann", "bob", "cleo", "dan", "eve")
COMPLETE = Ending("terminated", "all fireworks are complete")
LOST = Ending("terminated", "no lives are left")
OUT = Ending("terminated", "the cards have run out")
LIMITS = {"colours": (1, 5), "ranks": (2, 5), "players": (2, 5), "hand": (1, 5), "information": (1, 8), "lives": (1, 3)}
DRAWS = tuple(f"card {number}" for number in range(50))
PLACES = tuple(str(place) for place in range(1, 6))


class Hanabi(Environment):
    """A team of two to five that sees all cards but its own; hints are moves, nobody speaks."""

    id = "hanabi-v1"
    application = "games"
    purpose = "hints and conventions: each sees every hand but its own"

    def __init__(
        self, colours: int = 2, ranks: int = 3, players: int = 2, hand: int = 2, information: int = 8, lives: int = 3
    ) -> None:
        """Sets the cards, the players and the tokens; the defaults are a mini form with the official tokens.

        The official game has 5 colours, 5 ranks and these tokens; two or three players hold 5 cards each, more hold 4.

        Args:
            colours: how many fireworks, 1 to 5.
            ranks: cards in a firework, 2 to 5.
            players: 2 to 5.
            hand: cards in a hand, 1 to 5.
            information: information tokens, all there at the start, 1 to 8.
            lives: misplays that end the game, 1 to 3.
        """
        found = (colours, ranks, players, hand, information, lives)
        for (name, (low, high)), value in zip(LIMITS.items(), found, strict=True):
            if not low <= value <= high:
                raise ValueError(f"{name}={value}, expected {low} to {high}")
        self.cards, self.colours, self.ranks = deck(colours, ranks), COLOURS[:colours], RANKS[:ranks]
        if players * hand > len(self.cards):
            raise ValueError(f"{players} hands of {hand} need {players * hand} cards, found {len(self.cards)}")
        self.agents = NAMES[:players]
        self.others = [[(i, name) for i, name in enumerate(self.agents) if i != seat] for seat in range(players)]
        self.hand, self.most_information, self.most_lives = hand, information, lives
        self.unknown = features(self.cards)

    def begin(self) -> Step:
        """Deals every hand; `ann` opens."""
        players = len(self.agents)
        self.deck = self.cards.copy()
        self.drawn = 0
        self.hands: list[list[str]] = [[] for _ in self.agents]
        self.numbers: list[list[int]] = [[] for _ in self.agents]
        self.known: list[list[int]] = [[] for _ in self.agents]
        self.shown = [0] * players
        for seat in range(players):
            for _ in range(self.hand):
                self._draw(seat)
        self.dealt = [f"{name} holds {', '.join(hand)}" for name, hand in zip(self.agents, self.hands, strict=True)]
        self.fireworks = dict.fromkeys(self.colours, 0)
        self.information, self.lives, self.score = self.most_information, self.most_lives, 0
        self.discards: list[str] = []
        self.hints: dict[int, tuple[str, ...]] = {}
        self.log: list[tuple[tuple[str, ...], dict[str, Json], str]] = []
        self.turn, self.turns_left = 0, players
        self.goals = {card: Subgoal(False) for card in dict.fromkeys(self.cards)}
        return Step(observations={self.agents[0]: self._view(0)})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Makes one move, then shows the next player what is new."""
        (action,) = actions.values()
        seat, before, last_turn = self.turn % len(self.agents), self.score, not self.deck
        move = str(action.move)
        verb, _, rest = move.partition(" ")
        event = self._tell(seat, move, rest) if verb == "tell" else self._use(seat, verb, int(rest))
        self.turn += 1
        self.turns_left -= last_turn
        rewards = dict.fromkeys(self.agents, float(self.score - before)) if self.score != before else {}
        over = LOST if not self.lives else COMPLETE if self.score == len(self.goals) else None
        if over is None and not self.turns_left:
            over = OUT
        if over is not None:
            data: dict[str, Json] = {"success": over is COMPLETE, "score": self.score, "steps": self.turn}
            endings = dict.fromkeys(self.agents, over)
            return Step({}, rewards, {}, endings, (event, Event("outcome", None, data)), self.turn)
        seat = self.turn % len(self.agents)
        return Step({self.agents[seat]: self._view(seat)}, rewards, {}, {}, (event,), self.turn)

    def _draw(self, seat: int) -> str:
        """Gives `seat` the next card, which everybody but `seat` sees."""
        card = self.chance.draw(DRAWS[self.drawn], self.deck)
        self.deck.remove(card)
        self.hands[seat].append(card)
        self.numbers[seat].append(self.drawn)
        self.known[seat].append(self.unknown)
        self.shown[seat] = features(self.hands[seat])
        self.drawn += 1
        return card

    def _tell(self, seat: int, move: str, rest: str) -> Event:
        """Points out cards, which also says of all others that they are not of that kind."""
        agent, (name, _, what) = self.agents[seat], rest.partition(" ")
        to = self.agents.index(name)
        touched, self.known[to] = hinted(what, self.hands[to], self.known[to])
        self.information -= 1
        facts = []
        for number, hit in zip(self.numbers[to], touched, strict=True):
            if hit:
                facts.append(f"card {number} is {what}")
                self.hints[number] = (*self.hints.get(number, ()), facts[-1])
        places = " ".join([place for place, hit in zip(PLACES, touched, strict=False) if hit])
        lines = [f"{agent} tells {name} {what}: {places}"] * len(self.agents)
        lines[seat], lines[to] = f"you tell {name} {what}: {places}", f"{agent} tells you {what}: {places}"
        self.log.append((tuple(lines), {"player": agent, "move": move, "places": places}, ""))
        return Event("told", agent, {"to": name, "what": what, "places": places, "used": [], "made": facts})

    def _use(self, seat: int, verb: str, place: int) -> Event:
        """Plays or discards a card, and draws another unless the game is decided."""
        agent, card = self.agents[seat], self.hands[seat].pop(place - 1)
        number = self.numbers[seat].pop(place - 1)
        del self.known[seat][place - 1]
        self.shown[seat] = features(self.hands[seat])
        told: dict[str, Json] = {"player": agent, "move": f"{verb} {place}", "card": card}
        data: dict[str, Json] = {"card": card, "number": number}
        result, kind = "", "discarded"
        if verb == "discard":
            self.information += 1
            self.discards.append(card)
        else:
            kind, works = "played", self._play(card, number, agent, data)
            told["works"] = data["works"] = works
            result = ", works" if works else ", fails"
        drew = self._draw(seat) if self.deck and self.lives and self.score < len(self.goals) else ""
        lines = [f"{agent} {verb}s {place}: {card}{result}" + (f"; draws {drew}" if drew else "")] * len(self.agents)
        lines[seat] = f"you {verb} {place}: {card}{result}" + ("; you draw" if drew else "")
        self.log.append((tuple(lines), told, drew))
        return Event(kind, agent, data)

    def _play(self, card: str, number: int, agent: str, data: dict[str, Json]) -> bool:
        """Builds the card or throws it away; says which, and what a card that was built owes to earlier work."""
        colour, _, rank = card.partition(" ")
        if int(rank) != self.fireworks[colour] + 1:
            self.discards.append(card)
            self.lives -= 1
            self.score *= bool(self.lives)
            return False
        data["used"] = [*self.hints.get(number, ()), *([f"{colour} {int(rank) - 1} is built"] if rank != "1" else [])]
        data["made"] = [f"{card} is built"]
        self.fireworks[colour] += 1
        self.score += 1
        self.goals = {**self.goals, card: Subgoal(True, by=agent)}
        if int(rank) == self.ranks[-1]:
            self.information = min(self.information + 1, self.most_information)
        return True

    def _view(self, seat: int) -> Observation:
        """What is new to `seat`: its own last move and those of all others since; at first, its hand and theirs."""
        agents = self.agents
        new = self.log[-len(agents) :]
        lines = [told[seat] for told, _, _ in new]
        if self.turn < len(agents):
            dealt = [self.dealt[other] for other, _ in self.others[seat]]
            lines = [f"you are {agents[seat]} with {self.hand} cards", *dealt, *lines]
        others, hands = self.others[seat], self.hands
        data: dict[str, Json] = {
            "you": agents[seat],
            "hands": {name: hands[other].copy() for other, name in others},
            **self._table(),
            "moves": [
                {**told, "drew": drew} if drew and told["player"] != agents[seat] else told.copy()
                for _, told, drew in new
            ],
        }
        may_tell, may_discard = self.information > 0, self.information < self.most_information
        hints = tuple([(name, self.shown[other]) for other, name in others]) if may_tell else ()
        return Observation(moves(self.hand, may_discard, hints), ". ".join(lines), data, (), {}, self._left())

    def _table(self) -> dict[str, Json]:
        """What everybody may know: what hints leave open of all hands, fireworks, discards, and what is left."""
        known = zip(self.agents, self.known, strict=True)
        return {
            "known": {name: list(map(KNOWN.__getitem__, bits)) for name, bits in known},
            "fireworks": self.fireworks.copy(),
            "discards": self.discards.copy(),
            "left": {**self._left()},
        }

    def _left(self) -> dict[str, float]:
        return {"information": self.information, "lives": self.lives, "cards": len(self.deck)}

    def subgoals(self) -> dict[str, Subgoal]:
        """Every card of every firework, credited to who built it."""
        return self.goals

    def state(self) -> dict[str, Json]:
        """All hands, what hints leave open of them, the table, and the cards left in the order of their kinds."""
        return {
            "hands": {name: hand.copy() for name, hand in zip(self.agents, self.hands, strict=True)},
            **self._table(),
            "deck": self.deck.copy(),
            "score": self.score,
            "turn": self.turn,
        }

    def vector(self, agent: str) -> Array:
        """What `encoded` makes of the view: hands, what is known of them, the table, and everybody's last move."""
        left = {"information": self.most_information, "lives": self.most_lives, "cards": len(self.cards)}
        sizes = {"colours": len(self.colours), "ranks": len(self.ranks), "hand": self.hand, **left}
        return encoded(self._view(self.agents.index(agent)).data, sizes)

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A player of a shared convention, the same in every seat."""
        rules = Rules(len(self.colours), len(self.ranks))
        return Convention(self.agents, agent, rules, self.hand, self.most_information)
