"""Iterated dilemma: the same two choose again and again between working together and gaining alone.

In every round `left` and `right` choose at once to cooperate or to defect. When both cooperate each is paid the reward
R, when both defect the punishment P; who defects alone is paid the temptation T and the one who cooperated alone the
sucker's pay S. In the prisoner's dilemma T > R > P > S, in the stag hunt R > T > P > S, in chicken T > R > S > P. With
`max_words` above 0 both may speak, also at once, before every move; promises bind nobody. With `noise` a move may slip
and come out as the other one: both see what was played, not what was meant. With `continuation` below 1 chance decides
after every round whether there is another, so that nobody knows which is the last. An answer that is not accepted
counts as cooperating, so that nobody gains by it.

Sources: R. Axelrod, The evolution of cooperation (1984), for the game, its numbers and its condition 2R >= T + S;
J. Wu and R. Axelrod, How to cope with noise in the iterated prisoner's dilemma (1995), for contrite tit for tat.
"""

import math
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
    Message,
    Observation,
    Script,
    Speech,
    Step,
    Utterance,
    spoken,
)

COOPERATE, DEFECT = MOVES = ("cooperate", "defect")
OTHER = {"left": "right", "right": "left"}
AUDIENCE = {"left": ("right",), "right": ("left",)}
SPEC = ActionSpec(move=Choice(MOVES), fallback=Action(COOPERATE))
GAMES = {"prisoner": (5.0, 3.0, 1.0, 0.0), "stag_hunt": (3.0, 4.0, 2.0, 1.0), "chicken": (7.0, 6.0, 0.0, 2.0)}
"""Temptation, reward, punishment and sucker's pay of the games that have a name."""
OVER, STOPPED = Ending("terminated", "all rounds are played"), Ending("terminated", "chance ended the game")


class IteratedDilemma(Environment):
    """Cooperate or defect, many times against the same partner."""

    id = "iterated_dilemma-v1"
    application = "games"
    purpose = "trust over time: reciprocity, promises, noise and an end that nobody knows"
    timing = "simultaneous"
    talk = "possible"
    agents = ("left", "right")

    def __init__(
        self,
        rounds: int = 5,
        game: str = "prisoner",
        payoffs: Sequence[float] | None = None,
        continuation: float = 1.0,
        noise: float = 0.0,
        max_words: int = 0,
    ) -> None:
        """Sets what is paid, how long it lasts, and whether there is noise and talk.

        Args:
            rounds: how many are played, at most.
            game: prisoner, stag_hunt or chicken.
            payoffs: temptation, reward, punishment and sucker's pay in place of those of the game.
            continuation: how probable another round is after each, above 0, up to 1.
            noise: how probable it is that a move comes out as the other one, from 0 to 1.
            max_words: most words each may say before every move; 0: nobody speaks.
        """
        if game not in GAMES or rounds < 1 or max_words < 0:
            expected = f"one of {', '.join(GAMES)}, at least 1 and at least 0"
            raise ValueError(f"game={game!r}, rounds={rounds}, max_words={max_words}: expected {expected}")
        if not (0 < continuation <= 1 and 0 <= noise <= 1):
            raise ValueError(f"continuation={continuation}, noise={noise}: expected above 0 up to 1, and 0 to 1")
        paid = tuple(float(each) for each in payoffs or GAMES[game])
        if len(paid) != 4 or not all(map(math.isfinite, paid)) or paid[1] <= paid[2] or 2 * paid[1] < paid[0] + paid[3]:
            raise ValueError(f"payoffs={payoffs}: expected numbers T, R, P, S with R > P and 2R >= T + S")
        temptation, self.reward, punishment, sucker = paid
        self.payoffs = {
            (COOPERATE, COOPERATE): self.reward,
            (COOPERATE, DEFECT): sucker,
            (DEFECT, COOPERATE): temptation,
            (DEFECT, DEFECT): punishment,
        }
        self.worst = min(2 * punishment, temptation + sucker)
        self.rounds, self.continuation, self.noise = rounds, continuation, noise
        self.speaking = ActionSpec(speech=Speech(max_words), fallback=Action()) if max_words else None
        self.opening = (
            f"pay both cooperate {self.reward:g} both defect {punishment:g} only you defect {temptation:g} "
            f"only you cooperate {sucker:g} rounds {rounds}"
            + (f" another round {continuation:g}" if continuation < 1 else "")
            + (f" noise {noise:g}" if noise else "")
        )

    def begin(self) -> Step:
        """Tells both what is paid and opens the first round."""
        self.played: list[tuple[str, str]] = []
        self.joint, self.talking = 0.0, False
        return self._open({"left": self.opening, "right": self.opening}, {}, ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries words across, or pays for two moves."""
        if self.talking:
            self.talking = False
            said = spoken(actions, AUDIENCE, float(len(self.played)))
            return self._ask(SPEC, dict.fromkeys(self.agents, "now move"), heard=said)
        left, right = meant = [self._slip(agent, str(actions[agent].move)) for agent in self.agents]
        self.played.append((left, right))
        paid = {"left": self.payoffs[left, right], "right": self.payoffs[right, left]}
        self.joint += paid["left"] + paid["right"]
        slipped: list[Json] = [
            agent for agent, move in zip(self.agents, meant, strict=True) if move != actions[agent].move
        ]
        events = (Event("played", None, {"left": left, "right": right, "slipped": slipped}),)
        if (number := len(self.played)) == self.rounds:
            return self._end(OVER, paid, events)
        chances = (self.continuation, 1 - self.continuation)
        if self.continuation < 1 and not self.chance.draw(f"another round {number}", (True, False), chances):
            return self._end(STOPPED, paid, events)
        texts = {
            "left": f"you {left} other {right} paid {paid['left']:g}",
            "right": f"you {right} other {left} paid {paid['right']:g}",
        }
        return self._open(texts, paid, events)

    def _slip(self, agent: str, move: str) -> str:
        """What comes of a move."""
        slips = (False, True)
        if not self.noise or not self.chance.draw(
            f"slip of {agent} {len(self.played)}", slips, (1 - self.noise, self.noise)
        ):
            return move
        return DEFECT if move == COOPERATE else COOPERATE

    def _open(self, texts: dict[str, str], paid: dict[str, float], events: tuple[Event, ...]) -> Step:
        self.talking = self.speaking is not None
        return self._ask(self.speaking or SPEC, texts, paid, events)

    def _ask(
        self,
        spec: ActionSpec,
        texts: dict[str, str],
        paid: dict[str, float] | None = None,
        events: tuple[Event, ...] = (),
        heard: Sequence[Message] = (),
    ) -> Step:
        budget = {"rounds": float(self.rounds - len(self.played))}
        seen = {}
        for agent in self.agents:
            said = tuple(message for message in heard if message.speaker != agent) if heard else ()
            data: dict[str, Json] = {"played": self._history(agent)}
            seen[agent] = Observation(spec, texts[agent], data, said, budget=budget)
        return Step(seen, paid or {}, events=events, time=float(len(self.played)))

    def _history(self, agent: str) -> list[Json]:
        """Every round so far: its own move, then the other's."""
        if agent == "left":
            return [[left, right] for left, right in self.played]
        return [[right, left] for left, right in self.played]

    def _end(self, ending: Ending, paid: dict[str, float], events: tuple[Event, ...]) -> Step:
        """The score places the joint pay between the worst pair of moves (0) and both cooperating (1)."""
        rounds = len(self.played)
        score = (self.joint / rounds - self.worst) / (2 * self.reward - self.worst)
        moves = [move for both in self.played for move in both]
        share = moves.count(COOPERATE) / len(moves)
        outcome = Event("outcome", None, {"score": score, "cooperation": share, "steps": rounds})
        endings = {"left": ending, "right": ending}
        return Step(rewards=paid, endings=endings, events=(*events, outcome), time=float(rounds))

    def state(self) -> dict[str, Json]:
        """Every move so far as `left` sees it, and whether both are speaking now."""
        return {"played": self._history("left"), "talking": self.talking}

    def vector(self, agent: str) -> Array:
        """The last moves (own, other), how often each cooperated, the share of rounds played, whether it speaks."""
        import numpy as np

        played = self._history(agent)
        last = played[-1] if played else ()
        marks = [float(bool(last) and last[place] == move) for place in (0, 1) for move in MOVES]
        shares = [sum(pair[place] == COOPERATE for pair in played) / max(1, len(played)) for place in (0, 1)]
        told = [*marks, *shares, len(played) / self.rounds, float(self.talking)]
        return Array(np.array(told, np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Contrite tit for tat: answers in kind, makes up for its own slips, and says what it is about to do."""

        def play(seen: Observation) -> Action:
            mood = standing(seen.data["played"])
            if seen.spec.move is not None:
                return Action(DEFECT if mood == "provoked" else COOPERATE)
            words = SAID[mood].split()[: seen.spec.speech.max_words if seen.spec.speech else 0]
            return Action(say=(Utterance(" ".join(words)),))

        return play


SAID = {
    "content": "let us both cooperate",
    "provoked": "you defected so i defect until you cooperate",
    "contrite": "sorry that was a slip i cooperate",
}


def standing(played: Sequence[Sequence[str]]) -> str:
    """Returns the mood of contrite tit for tat after these rounds (own move, other's move).

    It begins `content`. Whoever defects alone upsets that: a victim is `provoked` and defects until the other has
    cooperated; a defector, who can only have slipped, is `contrite` and cooperates until it has cooperated indeed.

    >>> standing([["cooperate", "defect"]]), standing([["defect", "cooperate"]])
    ('provoked', 'contrite')
    """
    mood = "content"
    for own, other in played:
        if mood == "content" and own != other:
            mood = "contrite" if own == DEFECT else "provoked"
        elif (mood == "provoked" and other == COOPERATE) or (mood == "contrite" and own == COOPERATE):
            mood = "content"
    return mood
