"""Study group: everybody has read another part, all discuss, then everybody sits the test alone.

Three or four members each hold some facts of an invented topic (`the vodu eats moss`). In the discussion all speak at
once, round by round; a round in which nobody says anything ends it. Then comes the test: everybody answers the same
questions at the same time (`test the vodu eats`), picking one of several words. A member is paid the share of its own
right answers, or all are paid the mean of the group. Who gives no accepted answer says nothing, and answers nothing.

Somebody who hears nothing knows its own part and guesses the rest: it can expect 1/m + (1 - 1/m)/c with m members and c
words to pick from. The task is the jigsaw classroom: E. Aronson and others, The jigsaw classroom (1978), where every
pupil is taught a part, teaches it to the others and is tested alone on the whole.
"""

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
    Subgoal,
    spoken,
)
from coterie.environments.text.education.study_group_experts import Member
from coterie.environments.text.education.study_group_topics import THINGS_EACH, TOPICS, VERBS_EACH, Slot, read, sentence

NAMES = ("ann", "ben", "cleo", "dan")
OVER = Ending("terminated", "the test is over")


class StudyGroup(Environment):
    """A part for everybody, a discussion, and a test for everybody."""

    id = "study_group-v1"
    application = "education"
    purpose = "learning from each other: who can answer alone after a group has talked"
    timing = "simultaneous"
    talk = "needed"

    def __init__(
        self,
        members: int = 3,
        facts: int = 1,
        questions: int = 0,
        choices: int = 4,
        rounds: int = 2,
        max_words: int = 12,
        reward: str = "own",
        word_cost: float = 0.0,
    ) -> None:
        """Sets how many there are, how much each has read, and how long they may talk.

        Args:
            members: 3 or 4.
            facts: how many facts each has read, 1 to 6.
            questions: how many facts the test asks for; 0: all.
            choices: words to pick from at every question, 2 to 6.
            rounds: of the discussion, at most.
            max_words: most words a member may say in one round; a fact takes 4 to 6.
            reward: `own` pays everybody its own share of right answers, `mean` the mean of the group.
            word_cost: what a word costs its speaker.
        """
        if not (3 <= members <= len(NAMES) and 1 <= facts <= 6 and 2 <= choices <= 6 and rounds >= 1):
            found = f"members={members}, facts={facts}, choices={choices}, rounds={rounds}"
            raise ValueError(f"{found}: expected 3 or 4, 1 to 6, 2 to 6 and at least 1")
        if reward not in ("own", "mean") or not 0 <= questions <= members * facts:
            expected = f"own or mean and 0 to {members * facts}"
            raise ValueError(f"reward={reward!r}, questions={questions}: expected {expected}")
        self.agents = NAMES[:members]
        self.facts, self.choices, self.rounds, self.reward = facts, choices, rounds, reward
        self.questions = questions or members * facts
        self.others = {name: tuple(each for each in self.agents if each != name) for name in self.agents}
        self.talk_spec = ActionSpec(speech=Speech(max_words=max_words, cost=word_cost), fallback=Action())
        self.test_specs: dict[str, ActionSpec] = {
            verb: ActionSpec(move=Choice(words[:choices]), fallback=Action())
            for topic in TOPICS.values()
            for verb, words in topic.verbs.items()
        }

    def begin(self) -> Step:
        """Makes up the facts, deals them out, and opens the discussion."""
        self.topic = self.chance.draw("topic", list(TOPICS))
        topic, count = TOPICS[self.topic], len(self.agents) * self.facts
        things = self.chance.sample("thing", topic.things, -(-count // VERBS_EACH))
        slots = self.chance.sample("slot", [(thing, verb) for thing in things for verb in topic.verbs], count)
        self.parts: dict[str, dict[Slot, str]] = {}
        for place, name in enumerate(self.agents):
            self.parts[name] = {
                slot: self.chance.draw(f"fact {number} of {name}", topic.verbs[slot[1]][: self.choices])
                for number, slot in enumerate(slots[place * self.facts : (place + 1) * self.facts])
            }
        self.pages: dict[str, list[Json]] = {
            name: [[*slot, value] for slot, value in part.items()] for name, part in self.parts.items()
        }
        self.truth = {slot: value for part in self.parts.values() for slot, value in part.items()}
        self.asked = self.chance.sample("question", slots, self.questions)
        self.round, self.answered = 0, 0
        self.right = dict.fromkeys(self.agents, 0)
        self.told: dict[Slot, None] = {}  # truly said so far, in order
        return self._discuss([], ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries what was said to the others, or compares the answers with the truth."""
        if self.round < self.rounds:
            messages = spoken(actions, self.others, self.round)
            events = tuple(event for message in messages for event in self._read(message))
            self.round = self.round + 1 if messages else self.rounds
            return self._discuss(messages, events) if self.round < self.rounds else self._ask(messages, events)
        slot = self.asked[self.answered]
        paid, events = self._mark(slot, actions)
        self.answered += 1
        if self.answered < self.questions:
            return self._ask([], events, paid)
        after = {name: right / self.questions for name, right in self.right.items()}
        before = {name: len(part.keys() & set(self.asked)) / self.questions for name, part in self.parts.items()}
        able = sum(share == 1 for share in after.values()) / len(self.agents)
        score = sum(after.values()) / len(self.agents)
        outcome: dict[str, Json] = {
            "success": able == 1,
            "score": score,
            "before": before,
            "after": after,
            "able": able,
        }
        outcome["steps"] = self.round + self.answered
        endings = dict.fromkeys(self.agents, OVER)
        events += (Event("outcome", None, outcome),)
        return Step(rewards=paid, endings=endings, events=events, time=outcome["steps"])

    def _read(self, message: Message) -> list[Event]:
        """The facts in what somebody said, true or not, as events."""
        events = []
        for slot, value in read(self.topic, message.text):
            true = self.truth.get(slot) == value
            fact = sentence(slot, value)
            own = self.parts[message.speaker]
            data: dict[str, Json] = {"fact": fact, "true": true, "own": slot in own}
            data |= {"about": " ".join(slot), "claimed": value}
            if slot in own:
                data["seen"] = own[slot]
            events.append(Event("told", message.speaker, data | {"used": [], "made": [f"told {fact}"]}))
            if true:
                self.told[slot] = None
        return events

    def _mark(self, slot: Slot, actions: Mapping[str, Action]) -> tuple[dict[str, float], tuple[Event, ...]]:
        value, events = self.truth[slot], []
        for name in self.agents:
            picked = actions[name].move
            right, own = picked == value, slot in self.parts[name]
            self.right[name] += right
            used = [f"told {sentence(slot, value)}"] if right and not own and slot in self.told else []
            data: dict[str, Json] = {"question": " ".join(slot), "answer": picked, "right": right, "own": own}
            events.append(Event("answered", name, data | {"used": used, "made": []}))
        paid = {name: float(actions[name].move == value) / self.questions for name in self.agents}
        if self.reward == "mean":
            paid = dict.fromkeys(self.agents, sum(paid.values()) / len(self.agents))
        return paid, tuple(events)

    def _discuss(self, messages: Sequence[Message], events: tuple[Event, ...]) -> Step:
        left = {"rounds": float(self.rounds - self.round)}
        observations = {}
        for name in self.agents:
            part = " . ".join(sentence(slot, value) for slot, value in self.parts[name].items())
            text = "discuss" if self.round else f"you {name} ; {self.topic} ; {part} ; discuss"
            observations[name] = Observation(
                self.talk_spec, text, self._data(name), _heard(name, messages), budget=left
            )
        return Step(observations=observations, events=events, time=self.round)

    def _ask(
        self, messages: Sequence[Message], events: tuple[Event, ...], rewards: dict[str, float] | None = None
    ) -> Step:
        thing, verb = self.asked[self.answered]
        spec, text = self.test_specs[verb], f"test the {thing} {verb}"
        observations = {
            name: Observation(spec, text, self._data(name, [thing, verb]), _heard(name, messages))
            for name in self.agents
        }
        return Step(observations=observations, rewards=rewards or {}, events=events, time=self.round + self.answered)

    def _data(self, name: str, question: list[Json] | None = None) -> dict[str, Json]:
        return {"topic": self.topic, "part": self.pages[name], "round": self.round, "question": question}

    def subgoals(self) -> dict[str, Subgoal]:
        """Half for everybody's part told, half for everybody who answers all questions."""
        weight, over = 0.5 / len(self.agents), self.answered == self.questions
        goals = {}
        for name, part in self.parts.items():
            goals[f"part of {name} told"] = Subgoal(part.keys() <= self.told.keys(), weight, name)
            goals[f"{name} answers all"] = Subgoal(over and self.right[name] == self.questions, weight, name)
        return goals

    def state(self) -> dict[str, Json]:
        """Who has read what, what was told, what is asked, and how many answers were right."""
        told, asked = [list(slot) for slot in self.told], [list(slot) for slot in self.asked]
        return {"topic": self.topic, "parts": dict(self.pages), "told": told, "asked": asked, "right": dict(self.right)}

    def vector(self, agent: str) -> Array:
        """The topic, the own part and the question in the table of things and verbs, and the share of rounds over."""
        import numpy as np

        topic = TOPICS[self.topic]
        slots = [(thing, verb) for thing in topic.things for verb in topic.verbs]
        asked = self.asked[self.answered] if self.round == self.rounds and self.answered < self.questions else None
        own = self.parts[agent]
        known = [1.0 + topic.verbs[slot[1]].index(own[slot]) if slot in own else 0.0 for slot in slots]
        seen = [*(float(name == self.topic) for name in TOPICS), *known, *(float(slot == asked) for slot in slots)]
        assert len(seen) == len(TOPICS) + 2 * THINGS_EACH * VERBS_EACH
        return Array(np.array([*seen, self.round / self.rounds], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Tells its part fact by fact, remembers what it hears, and guesses only what nobody told."""
        return Member(agent, seed)


def _heard(name: str, messages: Sequence[Message]) -> tuple[Message, ...]:
    """What of these messages reaches somebody."""
    return tuple(message for message in messages if name in message.audience)
