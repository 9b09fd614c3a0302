"""Hidden profile: a group chooses one of several candidates; what everybody knows points to the wrong one.

Every member gets a sheet of facts about the candidates. A fact is a good or a bad point, and a candidate is worth its
good points less its bad points, each counted once however many members know it. Some facts stand on every sheet, some
on one sheet only; nobody is told which. On every sheet the favourite looks best, because all its good points are
shared, while every member knows another of its bad points. The best candidate has good points that each member knows
others of. The remaining candidates look just like the best one on every sheet, but their good points are the same on
all sheets. So no sheet tells the best from them: that shows only when the sheets are put together.

The members speak one after another, for some rounds, and all hear them. Then all vote at once, and the candidate with
more than half of the votes (or, by option, all of them) is chosen. All are paid 1 when it is the best one, else 0. Who
gives no accepted answer says nothing, or does not vote.

Source: G. Stasser and W. Titus, Pooling of unshared information in group decision making (1985), the condition with
unshared facts and a hidden profile. As there, members do not know which of their facts are shared.
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
    Message,
    Observation,
    Script,
    Speech,
    Step,
    Subgoal,
    spoken,
)
from coterie.environments.text.cooperation.hidden_profile_experts import (
    BAD,
    CANDIDATES,
    GOOD,
    KINDS,
    Fact,
    Member,
    stated,
)

MEMBERS = ("ann", "bob", "cleo", "dan", "eve")
OVER = Ending("terminated", "all have voted")


class HiddenProfile(Environment):
    """A choice that is only right when the members tell each other what only they know."""

    id = "hidden_profile-v1"
    application = "cooperation"
    purpose = "a group decision that is right only when all tell what only they know"
    timing = "mixed"
    talk = "needed"

    def __init__(
        self,
        members: int = 3,
        candidates: int = 3,
        facts: int = 1,
        rounds: int = 1,
        max_words: int = 12,
        points: int = 8,
        consensus: bool = False,
    ) -> None:
        """Sets how many there are of everything.

        Args:
            members: who discuss and vote, 3 to 5.
            candidates: 3 to 5.
            facts: how many facts about the best candidate each member alone knows, 1 to 3.
            rounds: how often each member speaks before the vote.
            max_words: most words in one utterance.
            points: how many words for good points are in use, and as many for bad ones: `members x facts` to 16.
            consensus: whether a candidate needs all votes, not only more than half.
        """
        if not (3 <= members <= len(MEMBERS) and 3 <= candidates <= len(CANDIDATES) and 1 <= facts <= 3):
            raise ValueError(f"members={members}, candidates={candidates}, facts={facts}: expected 3-5, 3-5 and 1-3")
        if rounds < 1 or max_words < 1:
            raise ValueError(f"rounds={rounds}, max_words={max_words}: expected at least 1 of each")
        if not members * facts <= points <= len(GOOD):
            raise ValueError(
                f"points={points}, expected {members * facts} (members x facts) to {len(GOOD)}; fewer facts need fewer"
            )
        self.agents = MEMBERS[:members]
        self.candidates, self.facts, self.rounds = CANDIDATES[:candidates], facts, rounds
        self.good, self.bad = GOOD[:points], BAD[:points]
        self.needed = members if consensus else members // 2 + 1
        self.speaker_spec = ActionSpec(speech=Speech(max_words=max_words), fallback=Action())
        self.voter_spec = ActionSpec(move=Choice(self.candidates), fallback=Action())
        self.others = {each: tuple(other for other in self.agents if other != each) for each in self.agents}

    def begin(self) -> Step:
        """Hands out the sheets."""
        draw, sample, count = self.chance.draw, self.chance.sample, self.facts
        self.favourite = draw("favourite", self.candidates)
        rest = [each for each in self.candidates if each != self.favourite]
        self.best = draw("best", rest)
        shared = [(self.favourite, word) for word in sample("good of favourite", self.good, 2 * count)]
        for number, candidate in enumerate(rest):
            if candidate != self.best:
                shared += [(candidate, word) for word in sample(f"good of other {number}", self.good, count)]
            shared += [(candidate, word) for word in sample(f"bad of other {number}", self.bad, count)]
        self.unshared: dict[Fact, str] = {}
        good, bad = list(self.good), list(self.bad)
        for agent in self.agents:
            for candidate, kind, left in ((self.best, "good", good), (self.favourite, "bad", bad)):
                for word in sample(f"{kind} known to {agent}", left, count):
                    left.remove(word)
                    self.unshared[candidate, word] = agent
        self.sheets = {
            agent: self._sheet(shared + [fact for fact, owner in self.unshared.items() if owner == agent])
            for agent in self.agents
        }
        self.told: dict[Fact, str] = {}  # of what only one knows
        self.said: dict[Fact, None] = {}
        self.votes: dict[str, str | None] = {}
        self.pending: dict[str, list[Message]] = {agent: [] for agent in self.agents}
        self.turn = 0
        return self._ask_speaker(())

    def _sheet(self, facts: list[Fact]) -> dict[str, Json]:
        """Sorted, so that the order tells nothing."""
        known = sorted(facts)
        return {
            candidate: {
                kind: [word for about, word in known if about == candidate and KINDS[word] == kind]
                for kind in ("good", "bad")
            }
            for candidate in self.candidates
        }

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries what a member says to the others; counts the votes."""
        if self.turn == self.rounds * len(self.agents):
            return self._count(actions)
        events: list[Event] = []
        for message in spoken(actions, self.others, float(self.turn)):
            for agent in message.audience:
                self.pending[agent].append(message)
            facts = dict.fromkeys(fact for fact in stated(message.text) if fact[0] in self.candidates)
            events += [self._tell(message.speaker, fact) for fact in facts]
        self.turn += 1
        if self.turn < self.rounds * len(self.agents):
            return self._ask_speaker(tuple(events))
        views = {agent: self._view(agent, self.voter_spec, "vote") for agent in self.agents}
        return Step(observations=views, events=tuple(events), time=self.turn)

    def _tell(self, speaker: str, fact: Fact) -> Event:
        """What is said of a candidate: whether it is so, whether all others knew it, and what only the speaker knew."""
        known = fact in self.said or all(_stands(fact, self.sheets[other]) for other in self.others[speaker])
        new = self.unshared.get(fact) == speaker and fact not in self.told
        if new:
            self.told[fact] = speaker
        self.said[fact] = None
        true = any(_stands(fact, sheet) for sheet in self.sheets.values())
        data: dict[str, Json] = {"candidate": fact[0], "point": fact[1], "true": true, "known": known}
        data |= {"about": fact[0], "claimed": fact[1], "made": [" ".join(fact)] if new else []}
        if _stands(fact, self.sheets[speaker]):
            data["seen"] = fact[1]
        return Event("told", speaker, data)

    def _ask_speaker(self, events: tuple[Event, ...]) -> Step:
        lap, place = divmod(self.turn, len(self.agents))
        agent = self.agents[place]
        text = f"round {lap + 1} speak"
        if not lap:
            text = f"you {agent} with {' '.join(self.others[agent])} facts{written(self.sheets[agent])} {text}"
        seen = self._view(agent, self.speaker_spec, text)
        return Step(observations={agent: seen}, events=events, time=self.turn)

    def _view(self, agent: str, spec: ActionSpec, text: str) -> Observation:
        heard, self.pending[agent] = tuple(self.pending[agent]), []
        left = self.rounds - self.turn // len(self.agents)
        data: dict[str, Json] = {"you": agent, "facts": self.sheets[agent], "rounds left": left}
        return Observation(spec, text, data, heard, budget={"rounds": left})

    def _count(self, actions: Mapping[str, Action]) -> Step:
        self.votes = {agent: None if action.move is None else str(action.move) for agent, action in actions.items()}
        votes = list(self.votes.values())
        chosen = next((each for each in self.candidates if votes.count(each) >= self.needed), None)
        right, paid = votes.count(self.best) / len(votes), float(chosen == self.best)
        events = [
            Event("voted", agent, {"vote": vote, "best": self.best, "used": self._used(agent, vote)})
            for agent, vote in self.votes.items()
        ]
        self.turn += 1
        data: dict[str, Json] = {"success": bool(paid), "score": right, "chosen": chosen, "steps": self.turn}
        return Step(
            rewards=dict.fromkeys(self.agents, paid),
            endings=dict.fromkeys(self.agents, OVER),
            events=(*events, Event("outcome", None, data)),
            time=self.turn,
        )

    def _used(self, agent: str, vote: str | None) -> list[str]:
        """A vote for the best candidate rests on the good points that others have told of."""
        if vote != self.best:
            return []
        return [" ".join(fact) for fact, owner in self.told.items() if owner != agent and fact[0] == vote]

    def subgoals(self) -> dict[str, Subgoal]:
        """One for each fact that only one member knows: that it has told it."""
        weight = 1 / len(self.unshared)
        return {
            f"{owner} tells {' '.join(fact)}": Subgoal(fact in self.told, weight, owner)
            for fact, owner in self.unshared.items()
        }

    def state(self) -> dict[str, Json]:
        """Which candidate is best and which looks best, all sheets, what was told of what only one knows, the votes."""
        return {
            "best": self.best,
            "favourite": self.favourite,
            "sheets": self.sheets,
            "told": [list(fact) for fact in self.told],
            "votes": dict(self.votes),
            "turn": self.turn,
        }

    def vector(self, agent: str) -> Array:
        """For every candidate and point, whether it stands on its sheet; then how much of the talk is over."""
        import numpy as np

        sheet, words = self.sheets[agent], (*self.good, *self.bad)
        known = [float(word in sheet[each][KINDS[word]]) for each in self.candidates for word in words]
        over = self.turn / (self.rounds * len(self.agents))
        return Array(np.array([*known, min(over, 1.0)], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A member that tells what could be unshared and was not told yet, and votes for the best of the pool."""
        return Member()


def _stands(fact: Fact, sheet: Mapping[str, Json]) -> bool:
    candidate, word = fact
    return word in sheet[candidate][KINDS[word]]


def written(sheet: Mapping[str, Json]) -> str:
    """A sheet in words, such as ` iris good kind wise bad late`."""
    return "".join(
        f" {each} good {' '.join(kinds['good'])} bad {' '.join(kinds['bad'])}" for each, kinds in sheet.items()
    )
