"""Scripted players of hidden roles: what their sentences mean, whom they suspect, what they say and choose.

They talk in plain sentences ("i am the seer and carl is a wolf", "i suspect bob", "kill dora") and understand those and
many like them from anybody.
"""

import random
from collections.abc import Iterable
from typing import NamedTuple

from coterie.core import Action, Choice, Message, Observation, Utterance
from coterie.environments.text.words import words

NAMES = ("ann", "bob", "carl", "dora", "emil", "fay", "gus", "hana", "ivo")
NOBODY = "nobody"
BAD = frozenset(("wolf", "werewolf", "wolves", "guilty", "lying", "liar", "lies", "evil", "bad", "suspicious"))
GOOD = frozenset(("good", "innocent", "villager", "safe", "trustworthy", "honest", "clean"))
AGAINST = frozenset(("suspect", "accuse", "vote", "against", "eliminate", "distrust", "kill"))
FOR = frozenset(("trust", "believe", "defend", "clear"))
CERTAIN = {"wolf": 100.0, "good": -100.0}
"""What the seer has seen counts for more than anything said."""
NOT = frozenset(words("not isn't no never don't aren't"))


class Claim(NamedTuple):
    """What somebody said: that it is the `seer`, or that somebody is a `wolf` or `good`."""

    speaker: str
    says: str
    about: str


def claims(message: Message) -> list[Claim]:
    """Returns what a message claims.

    >>> [claim[1:] for claim in claims(Message("ann", "I am the seer and Carl is a wolf!", ()))]
    [('seer', 'ann'), ('wolf', 'carl')]
    >>> [claim[1:] for claim in claims(Message("bob", "i trust ann, dora is not a wolf but i suspect carl", ()))]
    [('good', 'ann'), ('good', 'dora'), ('wolf', 'carl')]
    """
    said, speaker = words(message.text), message.speaker
    found = []
    for place, word in enumerate(said):
        before = said[max(0, place - 3) : place]
        if word == "seer" and not NOT & {*before} and ({"i", "am"} <= {*before} or "im" in before):
            found.append(Claim(speaker, "seer", speaker))
        elif word in NAMES:
            found.extend(_about(word, said, place, speaker))
    return found


def _about(name: str, said: list[str], place: int, speaker: str) -> Iterable[Claim]:
    """What is said about the name at this place: by the words after it up to the next name, else by those before."""
    after = []
    for word in said[place + 1 : place + 6]:
        if word in NAMES or word in ("and", "but", "i"):
            break
        after.append(word)
    before = said[max(0, place - 2) : place]
    turned = bool(NOT & {*after, *before})
    if BAD & {*after} or AGAINST & {*before}:
        yield Claim(speaker, "good" if turned else "wolf", name)
    elif GOOD & {*after} or FOR & {*before}:
        yield Claim(speaker, "wolf" if turned else "good", name)


class Player:
    """Plays whatever role it is dealt."""

    def __init__(self, seed: int = 0) -> None:
        """Has heard nothing yet."""
        self.luck = random.Random(seed)
        self.heard: list[Claim] = []
        self.proposed: dict[str, str] = {}

    def __call__(self, seen: Observation) -> Action:
        """Speaks or chooses."""
        data = seen.data
        self.me, self.role = data["you"], data["role"]
        self.others = [name for name in data["alive"] if name != self.me]
        self.partners = [name for name in self.others if self.role == "wolf" and data["known"].get(name) == "wolf"]
        # A wolf argues from what all know; everybody else knows of itself that it is none.
        self.known = {name: role for name, role in data["known"].items() if name not in self.partners}
        if self.role != "wolf":
            self.known[self.me] = self.role
            self._conclude(data["players"], data["wolves"])
        self.votes = data["votes"]
        for message in seen.heard:
            if data["phase"] == "night":
                self.proposed[message.speaker] = next((word for word in words(message.text) if word in NAMES), "")
            else:
                self.heard += claims(message)
        if seen.spec.speech is not None:
            said = self._pack() if data["phase"] == "pack" else self._speech()
            said = " ".join(said.split()[: seen.spec.speech.max_words])
            if data["phase"] == "talk":
                self.heard += claims(Message(self.me, said, ()))  # its own words count in what the village agrees on
            return Action(say=(Utterance(said),))
        options = seen.spec.move.options if isinstance(seen.spec.move, Choice) else ()
        choice = self._night(options) if data["phase"] == "night" else self._most_suspect()
        return Action(choice if choice in options else NOBODY)

    # ---- what it thinks ---------------------------------------------------------------------------------------------

    def _conclude(self, players: list[str], wolves: int) -> None:
        """When as many are unknown as there are wolves to find, they are the wolves."""
        unknown = [name for name in players if name not in self.known]
        if len(unknown) == wolves - sum(role == "wolf" for role in self.known.values()):
            self.known |= dict.fromkeys(unknown, "wolf")

    def _claimants(self) -> list[str]:
        """Who claims to be the seer and may still be believed, in the order of their claims."""
        found = dict.fromkeys(claim.speaker for claim in self.heard if claim.says == "seer")
        return [name for name in found if self.known.get(name, "seer") == "seer" and not self._lied(name)]

    def _lied(self, speaker: str) -> bool:
        """Whether something it said about somebody is known to be false."""
        said = [claim for claim in self.heard if claim.speaker == speaker and claim.says != "seer"]
        return any(
            (self.known[claim.about] == "wolf") != (claim.says == "wolf") for claim in said if claim.about in self.known
        )

    def suspicion(self) -> dict[str, float]:
        """How much each living other looks like a wolf, from all that was said, voted, seen and revealed."""
        score = {name: CERTAIN.get(self.known.get(name, ""), 0.0) for name in self.others if name not in self.partners}
        claimants = self._claimants()
        proven = [name for name in claimants if self.known.get(name) == "seer"]
        for claim in dict.fromkeys(self.heard):
            if claim.about in score:
                score[claim.about] += self._weight(claim, claimants, proven)
        for votes in self.votes:
            for voter, name in votes.items():
                if voter in score and name in self.known:
                    score[voter] += -0.5 if self.known[name] == "wolf" else 0.2
        return score

    def _weight(self, claim: Claim, claimants: list[str], proven: list[str]) -> float:
        """How much a claim makes its object look like a wolf; only one who claims to be the seer tells the truth."""
        if claim.says == "seer":
            if self.role == "seer":
                return 50.0
            return 8.0 if self._lied(claim.about) else 2.0 if len(claimants) > 1 or proven else -2.0
        weight = 0.3
        if claim.speaker in claimants:
            weight = 20.0 if claim.speaker in proven else 5.0 if len(claimants) == 1 else 2.0
        return weight if claim.says == "wolf" else -weight

    def _most_suspect(self) -> str:
        """Whom to vote for; the order of seats decides between equals, so that a village votes as one."""
        score = self.suspicion()
        return max(score, key=lambda name: score[name], default=NOBODY)

    # ---- what it says -----------------------------------------------------------------------------------------------

    def _speech(self) -> str:
        rivals = [name for name in self._claimants() if name in self.others]
        if self.role == "seer":
            wolves = [name for name in self.others if self.known.get(name) == "wolf"] or rivals
            cleared = [name for name in self.known if name in self.others and self.known[name] == "good"]
            if wolves or cleared:
                return self._as_seer(wolves[0], "a wolf") if wolves else self._as_seer(cleared[-1], "good")
        # One wolf alone throws doubt on the seer: of two who claim the same, neither can be trusted.
        spokesman = self.role == "wolf" and self.me == min((self.me, *self.partners))
        if spokesman and rivals and not {*rivals} & {*self.partners}:
            return self._as_seer(rivals[0], "a wolf")
        score = self.suspicion()
        top = max(score.values(), default=0.0)
        name = self.luck.choice([name for name in score if score[name] == top] or [NOBODY])
        return f"i believe the seer so vote {name}" if top >= 5 else f"i suspect {name}"

    def _as_seer(self, name: str, found: str) -> str:
        return f"i am the seer and {name} is {found}"

    def _pack(self) -> str:
        self.proposed[self.me] = self._prey()
        return f"kill {self.proposed[self.me]}"

    # ---- what it does by night --------------------------------------------------------------------------------------

    def _night(self, options: Iterable[str]) -> str:
        names = [name for name in options if name != NOBODY]
        if self.role == "wolf":
            first = min((name for name in self.proposed if self.proposed[name] in names), default="")
            prey = self.proposed.get(first) or self._prey()
            self.proposed = {}
            return prey
        trusted = [name for name in self._claimants() if name in names]
        if self.role == "doctor":
            return trusted[0] if len(trusted) == 1 else self.me
        unknown = [name for name in names if name not in self.known] or names
        score = self.suspicion()
        top = max(score[name] for name in unknown)
        return self.luck.choice([name for name in unknown if score[name] == top])

    def _prey(self) -> str:
        """The seer, where one has shown itself; else anybody who is no wolf."""
        names = [name for name in self.others if name not in self.partners]
        seers = [name for name in self._claimants() if name in names]
        return seers[0] if seers else self.luck.choice(names)
