"""Twenty questions: one knows a thing, the other finds it by asking what can be answered with yes or no.

`answerer` alone is told the thing. `asker` asks one question at a time in plain words, such as "is it an animal" or
"does it have wheels", and the answerer says yes, no or unsure. The game ends with the asker's one guess, which it may
make at any time and must make when its questions are used up. Both are paid 1 when the guess is right, and every
question costs both a little. An answer that is not accepted is a question lost, the answer unsure, or no guess.

A table of things and of the topics that are true of them is shipped. The first view names the topics by which the
things in play differ; the scripted answerer answers truly to any question about one of them, or about a thing by its
name. A person or a model in its place answers as it likes; the record tells where that was not the truth.
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
    Speech,
    Step,
    spoken,
)
from coterie.environments.text.games.twenty_questions_experts import ASK, GUESS, NO, UNSURE, YES, Asker, tell_truth
from coterie.environments.text.games.twenty_questions_table import Asked, table, topics, truth, understand

ANSWERS = (YES, NO, UNSURE)
ANSWERING = ActionSpec(move=Choice(ANSWERS), fallback=Action(UNSURE))
FOUND, MISSED = Ending("terminated", "found"), Ending("terminated", "not found")


class TwentyQuestions(Environment):
    """One asks, one answers yes or no, one guess."""

    id = "twenty_questions-v1"
    application = "games"
    purpose = "asking for information: questions in plain words that halve what is possible"
    talk = "needed"
    agents = ("asker", "answerer")

    def __init__(self, things: int = 8, questions: int = 20, max_words: int = 10, question_cost: float = 0.02) -> None:
        """Sets how many things it can be and how many questions there are.

        Args:
            things: how many of the table are in play, from 2 to 78.
            questions: most questions before the guess.
            max_words: most words in a question.
            question_cost: what a question costs both.
        """
        known = len(table().facts)
        if not (2 <= things <= known and questions >= 1 and max_words >= 1):
            given = f"things={things}, questions={questions}, max_words={max_words}"
            raise ValueError(f"{given}: expected 2 to {known}, at least 1 and at least 1")
        self.things, self.topics = tuple(table().facts)[:things], topics(things)
        self.questions, self.question_cost = questions, question_cost
        guesses = tuple(GUESS + thing for thing in self.things)
        self.asking = ActionSpec(move=Choice((ASK, *guesses)), speech=Speech(max_words), fallback=Action(ASK))
        self.guessing = ActionSpec(move=Choice(guesses), fallback=Action())
        self.opening = f"one of {things} things, questions {questions}, topics {' '.join(self.topics)}"

    def begin(self) -> Step:
        """Draws the thing and asks for the first question."""
        self.thing = self.chance.draw("thing", self.things)
        self.asked: list[tuple[str, str]] = []
        self.about: Asked | None = None
        self.facts: list[str] = []
        return self._ask(self.opening, ())

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Carries a question to the answerer or an answer back, or compares the guess."""
        if "answerer" in actions:
            return self._answer(str(actions["answerer"].move))
        action = actions["asker"]
        if action.move != ASK:
            return self._guess(str(action.move).removeprefix(GUESS) if action.move else None)
        question = " ".join(utterance.text for utterance in action.say)
        self.asked.append((question, ""))
        self.about = understand(question)
        topic = self.about.topic if self.about else None
        asks: list[Json] = [f"{topic} {YES}", f"{topic} {NO}"] if topic else []
        told = Event("asked", "asker", {"question": question, "topic": topic, "asks": asks})
        if not question.strip():
            return self._ask("no question asked", (told,), self._price())
        number = len(self.asked)
        seen = Observation(
            ANSWERING,
            f"thing {self.thing} question 1" if number == 1 else f"question {number}",
            {"thing": self.thing, "question": number},
            tuple(spoken(actions, {"asker": ("answerer",)}, float(number))),
            budget={"questions": float(self.questions - number)},
        )
        return self._step({"answerer": seen}, self._price(), (told,))

    def _answer(self, answer: str) -> Step:
        self.asked[-1] = (self.asked[-1][0], answer)
        data: dict[str, Json] = {"answer": answer, "topic": None, "truth": None}
        if self.about is not None:
            data |= {"topic": self.about.topic, "truth": YES if truth(self.thing, self.about) else NO}
        if self.about is not None and answer != UNSURE:
            self.facts.append(f"{self.about.topic} {YES if (answer == YES) != self.about.turned else NO}")
            data |= {"made": [self.facts[-1]], "about": self.about.topic, "claimed": answer, "seen": data["truth"]}
        self.about = None
        return self._ask(f"answer {answer}", (Event("answered", "answerer", data),))

    def _guess(self, guess: str | None) -> Step:
        right = guess == self.thing
        told = Event("guessed", "asker", {"thing": self.thing, "guess": guess, "used": list(self.facts)})
        outcome = Event("outcome", None, {"success": right, "steps": len(self.asked) + 1, "questions": len(self.asked)})
        return Step(
            rewards=dict.fromkeys(self.agents, float(right)),
            components={agent: {"guessed": float(right)} for agent in self.agents},
            endings=dict.fromkeys(self.agents, FOUND if right else MISSED),
            events=(told, outcome),
            time=float(len(self.asked) + 1),
        )

    def _ask(self, text: str, events: tuple[Event, ...], parts: dict[str, float] | None = None) -> Step:
        left = self.questions - len(self.asked)
        asked: list[Json] = [[question, answer] for question, answer in self.asked]
        spec = self.asking if left else self.guessing
        seen = Observation(spec, text, {"asked": asked}, budget={"questions": float(left)})
        return self._step({"asker": seen}, parts, events)

    def _price(self) -> dict[str, float]:
        return {"questions": -self.question_cost}

    def _step(self, seen: dict[str, Observation], parts: dict[str, float] | None, events: tuple[Event, ...]) -> Step:
        if not parts:
            return Step(seen, events=events, time=float(len(self.asked)))
        rewards, components = dict.fromkeys(self.agents, sum(parts.values())), dict.fromkeys(self.agents, parts)
        return Step(seen, rewards, components, events=events, time=float(len(self.asked)))

    def state(self) -> dict[str, Json]:
        """The thing, and what was asked and answered."""
        return {"thing": self.thing, "asked": [[question, answer] for question, answer in self.asked]}

    def vector(self, agent: str) -> Array:
        """What was answered about each topic (1 yes, -1 no, 0 unknown), the share of questions left; else the thing.

        The answerer sees which thing it is, and about which topic it is asked (-1: for the opposite).
        """
        import numpy as np

        left = 1 - len(self.asked) / self.questions
        if agent == "asker":
            known = dict(fact.split() for fact in self.facts)
            told = [{YES: 1.0, NO: -1.0}.get(known.get(topic, ""), 0.0) for topic in self.topics]
            return Array(np.array([*told, left], np.float32), axes=("feature",))
        marks = [float(thing == self.thing) for thing in self.things]
        topic, sign = (self.about.topic, -1.0 if self.about.turned else 1.0) if self.about else ("", 0.0)
        about = [sign if each == topic else 0.0 for each in self.topics]
        return Array(np.array([*marks, *about, left], np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """An asker who needs the fewest questions on average, an answerer who knows the table and tells the truth."""
        return tell_truth if agent == "answerer" else Asker(seed)
