"""Hidden roles (werewolf): a few know each other and kill by night; the others must find them by talking and voting.

Roles are dealt in secret. Wolves know each other. In the first night nobody is killed; the seer looks at one player and
learns whether it is a wolf. By day the living talk, all at once in every round, hear what the others said in the round
before, and then vote at once: whoever gets more votes than anybody else is out; a tie, or most votes for `nobody`, and
nobody is. By night the wolves, if there are several, talk among themselves, then all at once they choose a victim (most
votes; chance breaks a tie), the seer looks at one, and the doctor protects one, who cannot be killed that night. Who is
out or killed leaves the game, hears and sees nothing more, and its role is told to all, unless `reveal` is off.

The village wins when no wolf is left, the wolves when they are as many as the others, or when as many days have passed
as there were players. Every winner is paid 1, dead or alive, and every loser loses 1. An answer that is not accepted
chooses nobody, or says nothing. Source: the rules are those of Mafia (D. Davidoff, 1986) with the roles of Werewolf.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    spoken,
)
from coterie.environments.text.games.hidden_roles_experts import NAMES, NOBODY, Player

WOLF, SEER, DOCTOR, VILLAGER = ROLES = ("wolf", "seer", "doctor", "villager")
PACK, NIGHT, TALK, VOTE = PHASES = ("pack", "night", "talk", "vote")
ASKED = {WOLF: "kill whom", SEER: "look at whom", DOCTOR: "protect whom"}


class HiddenRoles(Environment):
    """Werewolf for five to nine."""

    id = "hidden_roles-v1"
    application = "games"
    purpose = "deception and trust in a group: hidden roles, public talk, private talk, votes, elimination"
    timing = "mixed"
    talk = "possible"
    agents: tuple[str, ...] = NAMES[:5]

    def __init__(
        self,
        players: int = 5,
        wolves: int = 1,
        seer: bool = True,
        doctor: bool = False,
        talks: int = 1,
        max_words: int = 12,
        reveal: bool = True,
    ) -> None:
        """Sets who takes part, and how much they can talk.

        Args:
            players: 5 to 9.
            wolves: at least 1, and fewer than the others.
            seer: whether there is one.
            doctor: whether there is one.
            talks: rounds of talk a day; 0: they only vote.
            max_words: most words of one player in a round.
            reveal: whether the role of who leaves is told.
        """
        if not (5 <= players <= len(NAMES) and 0 < 2 * wolves < players):
            raise ValueError(f"players={players}, wolves={wolves}: expected 5 to 9, and 1 to fewer than the others")
        if talks < 0 or max_words < 1:
            raise ValueError(f"talks={talks}, max_words={max_words}: expected at least 0 and at least 1")
        self.agents, self.talks, self.reveal = NAMES[:players], talks, reveal
        self.dealt: dict[str, Json] = {"players": list(self.agents), "wolves": wolves}
        special = [WOLF] * wolves + [SEER] * seer + [DOCTOR] * doctor
        self.bag = special + [VILLAGER] * (players - len(special))
        self.speaking = ActionSpec(speech=Speech(max_words), fallback=Action())
        self.opening = f"{players} players wolves {wolves} seers {int(seer)} doctors {int(doctor)}"

    def begin(self) -> Step:
        """Deals the roles; the seer looks, or the first day begins."""
        self.roles = dict(zip(self.agents, self.chance.sample("role", self.bag, len(self.agents)), strict=True))
        self.alive, self.day, self.phase, self.round = self.agents, 0, NIGHT, 0
        self.known: dict[str, dict[str, str]] = {agent: {} for agent in self.agents}
        self.votes: list[Json] = []
        self.news: dict[str, list[str]] = {}
        for agent, role in self.roles.items():
            others = [each for each in self._holding(WOLF) if each != agent] if role == WOLF else []
            self.known[agent] = dict.fromkeys(others, WOLF)
            self.news[agent] = [" ".join(("you", agent, role, *(["with", *others] if others else ()))), self.opening]
        events = (Event("roles", None, dict(self.roles)),)
        return self._see(self._holding(SEER), events) if self._holding(SEER) else self._dawn(events)

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Goes on to the next part of the day or night."""
        if self.phase == PACK:
            self.phase = NIGHT
            return self._see(self._awake(), heard=self._spoken(actions))
        if self.phase == NIGHT:
            return self._night({agent: str(action.move) for agent, action in actions.items()})
        if self.phase == TALK:
            self.round += 1
            if self.round >= self.talks:
                self.phase = VOTE
            return self._see(self.alive, heard=self._spoken(actions))
        return self._count({agent: str(action.move) for agent, action in actions.items()})

    def _night(self, chosen: dict[str, str]) -> Step:
        """Looks, protects, kills; then it is day."""
        events: list[Event] = []
        for seer in self._holding(SEER):
            if (looked := chosen[seer]) != NOBODY:
                found = WOLF if self.roles[looked] == WOLF else "good"
                self.known[seer] = {**self.known[seer], looked: found}
                self.news[seer].append(f"{looked} is {found}")
                events.append(Event("looked", seer, {"at": looked, "made": [f"{looked} is {found}"]}))
        if not self.day:
            return self._dawn(tuple(events))
        safe = [chosen[doctor] for doctor in self._holding(DOCTOR)]
        votes = Counter(chosen[wolf] for wolf in self._holding(WOLF))
        most = [name for name in (*self.alive, NOBODY) if votes[name] == max(votes.values())]
        prey = most[0] if len(most) == 1 else self.chance.draw(f"prey {self.day}", most)
        killed = None if prey == NOBODY or prey in safe else prey
        data: dict[str, Json] = {"prey": prey, "killed": killed, "protected": list(safe)}
        events.append(Event("night", None, data))
        return self._leave(killed, "was killed", "killed by night", tuple(events))

    def _count(self, votes: dict[str, str]) -> Step:
        """Counts the votes of the day; then it is night."""
        self.votes = [*self.votes, votes]
        counted = Counter(votes.values()).most_common()
        tied = len(counted) > 1 and counted[0][1] == counted[1][1]
        out = None if tied or counted[0][0] == NOBODY else counted[0][0]
        self._tell("votes " + ", ".join(f"{voter} {name}" for voter, name in votes.items()))
        event = Event("voted", None, {"votes": dict(votes), "out": out, "role": self.roles[out] if out else None})
        return self._leave(out, "is out", "voted out", (event,))

    def _leave(self, gone: str | None, how: str, reason: str, events: tuple[Event, ...]) -> Step:
        """Takes one (or nobody) out of the game; it may be over."""
        endings = {}
        if gone is not None:
            self.alive = tuple(agent for agent in self.alive if agent != gone)
            endings[gone] = Ending("terminated", reason)
            if self.reveal:
                self.known = {agent: {**known, gone: self.roles[gone]} for agent, known in self.known.items()}
        role = f" {self.roles[gone]}" if gone is not None and self.reveal else ""
        self._tell(f"{gone or NOBODY} {how}{role}")
        wolves, night = len(self._holding(WOLF)), self.phase == NIGHT
        if not wolves or 2 * wolves >= len(self.alive) or (night and self.day >= len(self.agents)):
            return self._end("wolves" if wolves else "village", endings, events)
        return self._dawn(events, endings) if night else self._dusk(events, endings)

    def _dawn(self, events: tuple[Event, ...], endings: dict[str, Ending] | None = None) -> Step:
        self.day, self.round = self.day + 1, 0
        self.phase = TALK if self.talks else VOTE
        return self._see(self.alive, events, endings)

    def _dusk(self, events: tuple[Event, ...], endings: dict[str, Ending]) -> Step:
        wolves = self._holding(WOLF)
        self.phase = PACK if self.talks and len(wolves) > 1 else NIGHT
        return self._see(wolves if self.phase == PACK else self._awake(), events, endings)

    def _end(self, winner: str, endings: dict[str, Ending], events: tuple[Event, ...]) -> Step:
        reason = "the village wins" if winner == "village" else "the wolves win"
        over = {**{agent: Ending("terminated", reason) for agent in self.alive}, **endings}
        rewards = {agent: 1.0 if (role == WOLF) == (winner == "wolves") else -1.0 for agent, role in self.roles.items()}
        data: dict[str, Json] = {"winner": winner, "steps": self.day, "alive": list(self.alive)}
        return Step({}, rewards, endings=over, events=(*events, Event("outcome", None, data)), time=float(self.day))

    def _see(
        self,
        agents: Iterable[str],
        events: tuple[Event, ...] = (),
        endings: dict[str, Ending] | None = None,
        heard: Sequence[Message] = (),
    ) -> Step:
        """Shows these agents what is new to them, and asks for what this part of the day is for."""
        when = f"{'night' if self.phase in (PACK, NIGHT) else 'day'} {self.day}"
        public = {"day": self.day, "phase": self.phase, "alive": list(self.alive), "votes": self.votes}
        seen = {}
        for agent in agents:
            told, self.news[agent] = self.news[agent], []
            role = self.roles[agent]
            asks = ASKED[role] if self.phase == NIGHT else "talk" if self.phase == PACK else self.phase
            data: dict[str, Json] = {"you": agent, "role": role, "known": self.known[agent], **self.dealt, **public}
            words = tuple(message for message in heard if agent in message.audience) if heard else ()
            seen[agent] = Observation(self._spec(agent), ". ".join([*told, f"{when} {asks}"]), data, words)
        return Step(seen, endings=endings or {}, events=events, time=float(self.day))

    def _spec(self, agent: str) -> ActionSpec:
        """Words, or a choice: a wolf's victim is no wolf, and only the doctor may choose itself."""
        if self.phase in (PACK, TALK):
            return self.speaking
        role = self.roles[agent] if self.phase == NIGHT else VILLAGER
        if role == WOLF:
            return choosing(self.alive, tuple(self._holding(WOLF)))
        return choosing(self.alive, () if role == DOCTOR else (agent,))

    def _spoken(self, actions: Mapping[str, Action]) -> list[Message]:
        """What is said, to all others who were asked to speak: the living by day, the wolves by night."""
        audience = {agent: tuple(other for other in actions if other != agent) for agent in actions}
        return spoken(actions, audience, float(self.day))

    def _tell(self, text: str) -> None:
        for agent in self.alive:
            self.news[agent].append(text)

    def _holding(self, role: str) -> list[str]:
        """The living who have a role."""
        return [agent for agent in self.alive if self.roles[agent] == role]

    def _awake(self) -> list[str]:
        return [agent for agent in self.alive if self.roles[agent] != VILLAGER]

    def state(self) -> dict[str, Json]:
        """Everybody's role, who lives, and all votes."""
        return {"roles": dict(self.roles), "alive": list(self.alive), "day": self.day, "votes": list(self.votes)}

    def vector(self, agent: str) -> Array:
        """Its role, the phase, the share of days; of every player whether it lives, is known, and its last vote."""
        import numpy as np

        known, last = self.known[agent], self.votes[-1] if self.votes else {}
        told = [float(self.roles[agent] == role) for role in ROLES]
        told += [float(self.phase == phase) for phase in PHASES] + [self.day / len(self.agents)]
        for other in self.agents:
            told += [float(other in self.alive), float(known.get(other) == WOLF)]
            told += [float(other in known and known[other] != WOLF), float(other == agent)]
            told += [float(last.get(other) == name) for name in self.agents]
        return Array(np.array(told, np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A player who reasons from claims, votes and revealed roles, and lies when it is a wolf."""
        return Player(seed)


@cache
def choosing(alive: tuple[str, ...], without: tuple[str, ...]) -> ActionSpec:
    """The choice of one of the living, or nobody."""
    return ActionSpec(move=Choice((*(name for name in alive if name not in without), NOBODY)), fallback=Action(NOBODY))
