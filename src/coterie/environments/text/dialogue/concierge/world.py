"""Concierge: a user with a wish, an assistant with tools over a booking database and policies it must not break.

`user` has one wish or several (book a table, a room or a seat; take another time when the first is full; change or
cancel a reservation; ask for something; ask for what the policies forbid), a persona, and patience: so many times the
assistant may speak. On its turn it talks, or leaves, which ends the conversation. It cannot see the database.

`assistant` cannot see the wishes. On its turn it calls one tool, a line of words, and sees the answer; or its line is
`say`, and its words pass the turn to the user (what it says beside a call is not heard). The lines are:
`search DOMAIN` with any of a place, style, price, day, time and number of people; `show VENUE` (phone, address, free
places); `book VENUE DAY TIME PEOPLE NAME`; `find CODE`; `verify CODE NAME PIN`; `change CODE DAY TIME PEOPLE`;
`cancel CODE`. A call that cannot be done is answered by `error`. When all calls are spent it can only speak.

The policies stand in the assistant's first view; the tools do not enforce them. Success is judged by code: the
reservations are as wished, everything else is untouched, what had to be said was said, and no policy was broken. What
is forbidden must be refused in words. Both are paid 1 for success; every broken policy costs the assistant 0.2. Who
gives no accepted answer says nothing. In the spirit of Yao et al. 2024, tau-bench (arXiv 2406.12045); the city, the
wishes and the policies are our own.
"""

from collections.abc import Mapping

from coterie.core import (
    Action,
    Array,
    Ending,
    Environment,
    Event,
    Json,
    Message,
    Observation,
    Script,
    Step,
    Subgoal,
    spoken,
)
from coterie.environments.text.dialogue.concierge.city import DOMAINS, MOST_VENUES, build_city
from coterie.environments.text.dialogue.concierge.clerk import Clerk
from coterie.environments.text.dialogue.concierge.goals import KINDS, PERSONAS, REFUSED, draw_goals
from coterie.environments.text.dialogue.concierge.judging import Judge
from coterie.environments.text.dialogue.concierge.policies import POLICIES, Rules, words_of
from coterie.environments.text.dialogue.concierge.settings import named, within
from coterie.environments.text.dialogue.concierge.simulator import Visitor
from coterie.environments.text.dialogue.concierge.store import Store, first_rows
from coterie.environments.text.dialogue.concierge.tools import TOOLS, Desk, Result
from coterie.environments.text.dialogue.concierge.views import (
    USER,
    assistant_spec,
    assistant_view,
    told_to_assistant,
    told_to_user,
    user_view,
)

CITIES = {"all": range(10_000), "train": range(6000), "validation": range(6000, 8000), "held-out": range(8000, 10_000)}
YOUR_TURN = "your turn"
REQUESTS = ("book", "change", "cancel", "phone", "address", "when")


class Concierge(Environment):
    """A conversation at the booking desk; `cities` keeps those of training, validation and held-out play apart."""

    id = "concierge-v1"
    application = "dialogue"
    purpose = "task-oriented dialogue: a user with a wish, an assistant with tools, a database and policies"
    talk = "needed"
    agents = ("user", "assistant")

    def __init__(
        self,
        domains: int = 1,
        venues: int = 4,
        days: int = 3,
        tasks: int = 1,
        goals: str = "all",
        persona: str = "any",
        patience: int = 8,
        policies: int = 3,
        calls: int = 8,
        commands: str = "written",
        cities: str = "all",
        partial: float = 0.0,
    ) -> None:
        """Sets the size of the city, how hard the wishes are, and how the assistant calls tools.

        Args:
            domains: 1 (restaurants), 2 (and hotels) or 3 (and trains).
            venues: of each domain, 2 to 10; above 4 there are more places, styles, prices and customers.
            days: days to book for, 3 to 7, today included.
            tasks: wishes in a conversation, each of another kind.
            goals: kinds of wishes, with commas: book, fallback, change, cancel, inform, refuse; or all.
            persona: the manner: plain, terse, chatty, vague, impatient (two thirds of the patience), fickle; or any.
            patience: how often the assistant may speak for each task before the user leaves.
            policies: how many are in force, 0 to 6: verify, notice, refund, party, deposit, confirm.
            calls: how many calls of tools there are for each task.
            commands: `written`: a call is one line of text; `form`: a tool out of a list, and its arguments as text.
            cities: which cities: `train`, `validation`, `held-out` (disjoint), or `all`.
            partial: paid to both for each share of the wishes that is met at the end, beside the 1 for success.
        """
        within(domains=(domains, 1, len(DOMAINS)), venues=(venues, 2, MOST_VENUES), days=(days, 3, 7))
        within(policies=(policies, 0, len(POLICIES)), patience=(patience, 1, 100), calls=(calls, 1, 100))
        self.size = (domains, venues, days)
        self.policies = tuple(POLICIES)[:policies]
        self.because = [each for each in REFUSED if each in self.policies]
        self.kinds = named("goals", goals, "all", KINDS if self.because else KINDS[:-1])
        self.personas = named("persona", persona, "any", tuple(PERSONAS))
        within(tasks=(tasks, 1, len(self.kinds)))
        if cities not in CITIES or commands not in ("written", "form"):
            found = f"cities={cities!r}, commands={commands!r}"
            raise ValueError(f"{found}, expected one of {', '.join(CITIES)}, and written or form")
        self.tasks, self.most_patience, self.most_calls, self.cities = tasks, patience, calls, cities
        self.commands, self.partial = commands, partial

    def begin(self) -> Step:
        """Opens the desk; the user speaks first."""
        self.city = build_city(self.chance.draw("city", CITIES[self.cities]), *self.size)
        self.store = Store(first_rows(self.city))
        self.desk = Desk(self.city, self.store)
        self.rules = Rules(self.policies, self.city)
        self.user = self.chance.draw("user", tuple(self.city.pins))
        self.persona = self.chance.draw("persona", self.personas)
        kinds = self.chance.sample("goal", self.kinds, self.tasks)
        goals = draw_goals(self.chance, self.city, self.user, kinds, self.because, self.persona == "fickle")
        self.judge = Judge(goals, self.city, self.user)
        self.patience = self.most_patience * self.tasks
        if self.persona == "impatient":
            self.patience = -(-2 * self.patience // 3)
        self.patience_at_first = self.patience
        self.calls_left = self.most_calls * self.tasks
        self.spoken, self.moves, self.greeted = 0, 0, False
        self.result: Result | None = None
        self.user_static, self.assistant_static = user_view(self), assistant_view(self)
        return self._ask_user(told_to_user(self), (), ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries words to the other one, or runs a tool."""
        self.moves += 1
        if "user" in actions:
            return self._hear_user(actions)
        move = actions["assistant"].move
        line = f"{move['tool']} {move['arguments']}" if isinstance(move, dict) else str(move)
        if line.lower().split() == ["say"] or (isinstance(move, dict) and move["tool"] == "say"):
            return self._hear_assistant(actions)
        return self._run(line)

    def _hear_user(self, actions: Mapping[str, Action]) -> Step:
        text = " ".join(each.text for each in actions["user"].say)
        self.rules.hear_user(text)
        self.judge.hear_user(text)
        told = self._spoke("user", text)
        if actions["user"].move == "leave":
            return self._end("the user leaves", (told,))
        self.result = None
        heard = tuple(spoken(actions, {"user": ("assistant",)}, float(self.moves)))
        words, self.greeted = (YOUR_TURN if self.greeted else told_to_assistant(self)), True
        return self._ask_assistant(words, heard, (told,))

    def _hear_assistant(self, actions: Mapping[str, Action]) -> Step:
        text = " ".join(each.text for each in actions["assistant"].say)
        events = [self._spoke("assistant", text)]
        broken = self.rules.hear_assistant(text, self.desk, self.store)
        events += [Event("policy_violation", "assistant", {"policy": each, "by": "say"}) for each in broken]
        self.judge.hear_assistant(text)
        self.spoken += 1
        self.patience -= 1
        if not self.patience:
            return self._end("the user's patience is at an end", tuple(events))
        heard = tuple(spoken(actions, {"assistant": ("user",)}, float(self.moves)))
        return self._ask_user(YOUR_TURN, heard, tuple(events))

    def _run(self, line: str) -> Step:
        """Runs a tool, and notes the policies that this has broken."""
        before, changes = self.judge.rows, self.store.changes
        result = self.result = self.desk.call(line)
        self.calls_left -= 1
        data: dict[str, Json] = {"call": line[:200], "done": result.done, "result": result.text[:400]}
        # What the call needed and what it gave: mostly words that the user has said, and names for the user to hear.
        data |= {"used": result.arguments if result.done else [], "made": result.made}
        events = [Event("tool", "assistant", data)]
        if self.store.changes != changes:
            self.judge.look(self.store)
            code = str(result.data["code"])
            broken = self.rules.judge(result.tool, before.get(code), self.judge.rows.get(code), self.desk)
            events += [Event("policy_violation", "assistant", {"policy": each, "by": line[:200]}) for each in broken]
        return self._ask_assistant(result.text, (), tuple(events))

    def _spoke(self, agent: str, text: str) -> Event:
        known = self.judge.names
        return Event("spoke", agent, {"made": [word for word in dict.fromkeys(words_of(text)) if word in known]})

    def _ask_user(self, text: str, heard: tuple[Message, ...], events: tuple[Event, ...]) -> Step:
        data = {**self.user_static, "patience": self.patience}
        seen = Observation(USER, text, data, heard, budget={"patience": self.patience})
        return Step(observations={"user": seen}, events=events, time=float(self.moves))

    def _ask_assistant(self, text: str, heard: tuple[Message, ...], events: tuple[Event, ...]) -> Step:
        result = self.result
        told = {"tool": result.tool, "done": result.done, "text": result.text, "data": result.data} if result else None
        data = {**self.assistant_static, "result": told, "calls": self.calls_left}
        spec = assistant_spec(self.commands if self.calls_left else "none")
        seen = Observation(spec, text, data, heard, budget={"calls": self.calls_left})
        return Step(observations={"assistant": seen}, events=events, time=float(self.moves))

    def _end(self, reason: str, events: tuple[Event, ...]) -> Step:
        outcome = self.judge.outcome(self.rules.broken, self.patience / self.patience_at_first)
        outcome |= {"turns": self.spoken, "calls": self.most_calls * self.tasks - self.calls_left}
        outcome |= {"patience_left": self.patience, "persona": self.persona, "steps": self.moves}
        parts = {"success": float(outcome["success"]), "partial": self.partial * outcome["score"]}
        fault = {**parts, "violations": -0.2 * len(self.rules.broken)}
        return Step(
            rewards={"user": sum(parts.values()), "assistant": sum(fault.values())},
            components={"user": parts, "assistant": fault},
            endings=dict.fromkeys(self.agents, Ending("terminated", reason)),
            events=(*events, Event("outcome", None, outcome)),
            time=float(self.moves),
        )

    def subgoals(self) -> dict[str, Subgoal]:
        """Each wish, in parts: what must be in the tables, and what must have been said."""
        return self.judge.parts

    def state(self) -> dict[str, Json]:
        """The wishes with their truth, and all tables."""
        return {
            "user": self.user,
            "persona": self.persona,
            "goals": self.judge.describe(),
            "tables": {name: [list(row) for row in table] for name, table in self.store.rows().items()},
            "verified": list(self.desk.verified),
            "violations": list(self.rules.broken),
            "patience": self.patience,
            "calls": self.calls_left,
        }

    def vector(self, agent: str) -> Array:
        """What is left; the user's persona and wishes, or the assistant's last tool and what it has verified."""
        import numpy as np

        if agent == "user":
            marks = [float(self.persona == each) for each in PERSONAS]
            marks += [float(any(goal.request == each for goal in self.judge.goals)) for each in REQUESTS]
            return Array(np.array([self.patience / self.patience_at_first, *marks], np.float32), axes=("feature",))
        tool = self.result.tool if self.result else "say"
        marks = [float(tool == each) for each in ("say", *TOOLS)] + [float(bool(self.result and self.result.done))]
        left = self.calls_left / (self.most_calls * self.tasks)
        marks += [min(len(each), 4) / 4 for each in (self.desk.shown, self.desk.found, self.desk.verified)]
        return Array(np.array([left, *marks], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A user that follows its wishes, understanding by keywords; a clerk that asks, looks up, checks and acts."""
        return Visitor(seed) if agent == "user" else Clerk(seed)
