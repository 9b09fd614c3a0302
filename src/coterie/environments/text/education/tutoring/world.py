"""Tutoring: one finds out what the other does wrong, and explains just that.

`student` solves problems (subtraction in columns, or fractions) by a procedure with one or more wrong steps of the
kinds that were found in pupils. `tutor` first sees how the student did in a test, then both speak in turn, and at the
end the student is tested alone, on other problems. Both are paid the normalised gain (post - pre) / (1 - pre), where
pre and post are the shares of right answers. The tutor may ask (`what is 42 - 17`), ask to be shown the steps (`show
42 - 17`), explain, tell answers (`42 - 17 = 25`), and end the lesson early by saying `test now`.

What the student truly knows belongs to the world, the seat only speaks for it. An explanation takes a wrong step away
if and only if it states the idea that puts the step right, works an example on which the wrong step shows (`42 - 17 =
25`, with the right answer), and states no more than two ideas; the whole rule stands in `tutoring/student.py`. The
student must also take it in: after every sentence it says `change` (from now on I do as you say) or `keep`. Telling
answers teaches nothing, but a student may remember them.

A scripted student answers by its procedure exactly. A language model or a person in its seat is told what it does
wrong at the moment, and writes the answers of the last test itself. Sources: see `tutoring/subtraction.py` and
`tutoring/fractions.py`; giving answers away is measured as in J. Macina and others, MathDial (2023), section 4.
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
    Text,
    spoken,
)
from coterie.environments.text.education.tutoring.exam import FIRST, LAST, draw_items, normalised_gain, share_right
from coterie.environments.text.education.tutoring.fractions import Fractions
from coterie.environments.text.education.tutoring.lesson import Lesson
from coterie.environments.text.education.tutoring.student import CHANGE, KEEP, Student
from coterie.environments.text.education.tutoring.subject import Subject, numbers
from coterie.environments.text.education.tutoring.subtraction import Subtraction
from coterie.environments.text.education.tutoring.tutor import TEST, Tutor, profiles

SUBJECTS: dict[str, Subject] = {"subtraction": Subtraction(), "fractions": Fractions()}
PROFILES = ("hidden", "shown", "swapped")
STUDENT_SPEC = ActionSpec(move=Choice((CHANGE, KEEP)), speech=Speech(max_words=60), fallback=Action(KEEP))
TEST_SPEC = ActionSpec(move=Text(max_words=1), fallback=Action(""))
HEARS = {"tutor": ("student",), "student": ("tutor",)}
OVER = Ending("terminated", "the last test is over")


class Tutoring(Environment):
    """A lesson for two, with a test before and a test after it."""

    id = "tutoring-v1"
    application = "education"
    purpose = "teaching a student with real misconceptions, learning gain measured"
    talk = "needed"
    agents = ("tutor", "student")

    def __init__(
        self,
        subject: str = "subtraction",
        families: int = 4,
        bugs: int = 1,
        size: int = 2,
        items: int = 4,
        turns: int = 6,
        profile: str = "hidden",
        repeated: int = 0,
        max_words: int = 30,
        telling_cost: float = 0.0,
    ) -> None:
        """Sets what is taught, how hard it is, and what the tutor is shown.

        Args:
            subject: `subtraction` or `fractions`.
            families: how many kinds of wrong steps there can be, the first ones of the list of the subject.
            bugs: how many of them the student has, each in another step of the procedure.
            size: digits of the numbers (2 to 4), or a third of the largest denominator (2 to 4).
            items: problems of each test, at most 20.
            turns: sentences of the tutor, at most.
            profile: `hidden`; `shown` tells the tutor what the student does wrong, `swapped` tells it another's.
            repeated: how many problems of the first test come again in the last one.
            max_words: most words in one sentence of the tutor.
            telling_cost: what the tutor pays for every problem of the first test whose answer it gives away.
        """
        if subject not in SUBJECTS or profile not in PROFILES:
            expected = f"one of {', '.join(SUBJECTS)} and one of {', '.join(PROFILES)}"
            raise ValueError(f"subject={subject!r} with profile={profile!r}, expected {expected}")
        self.subject = SUBJECTS[subject]
        known = list(self.subject.bugs.values())
        if not 1 <= families <= len(known) or not 2 <= size <= 4 or turns < 1:
            expected = f"1 to {len(known)}, 2 to 4 and at least 1"
            raise ValueError(f"families={families}, size={size}, turns={turns}: expected {expected}")
        if late := next((bug for bug in known[:families] if bug.smallest > size), None):
            raise ValueError(f"families={families}, size={size}: {late.name} shows from size {late.smallest} on only")
        self.families = [bug.name for bug in known[:families]]
        self.profiles = profiles(self.subject, self.families, bugs) if bugs > 0 else []
        if len(self.profiles) < 1 + (profile == "swapped"):
            raise ValueError(f"bugs={bugs}, families={families}: there are {len(self.profiles)} such students, too few")
        if not (bugs <= items <= 20 and 0 <= repeated <= items):
            raise ValueError(f"items={items}, repeated={repeated}: expected {bugs} to 20 items, 0 to {items} repeated")
        self.size, self.items, self.turns, self.profile = size, items, turns, profile
        self.count, self.repeated, self.telling_cost = bugs, repeated, telling_cost
        self.tutor_spec = ActionSpec(speech=Speech(max_words=max_words), fallback=Action())

    def begin(self) -> Step:
        """Draws a student and both tests; shows the tutor the first one."""
        bugs = shown = self.chance.draw("student", self.profiles)
        if self.profile == "swapped":
            shown = self.chance.draw("other student", [each for each in self.profiles if each != bugs])
        self.shown = None if self.profile == "hidden" else sorted(shown)
        drawing = (self.chance, self.subject, self.size, bugs, self.items)
        self.pre = draw_items(*drawing, FIRST)
        self.post = draw_items(*drawing, LAST, self.pre[: self.repeated])
        answers = {problem: self.subject.answer(problem, bugs) for problem in self.pre}
        self.pre_score = share_right(self.subject, self.pre, list(answers.values()))
        self.paper = [self._corrected(problem, self.subject.answer(problem, shown)) for problem in self.pre]
        self.lesson = Lesson(self.subject, bugs, self.pre)
        self.introduced: set[str] | None = None
        self.testing = self.passed = False
        self.goals = {f"wrong step {place} unlearnt": bug for place, bug in enumerate(sorted(bugs), 1)}
        self.wrote: list[str] = []
        profile = Event("profile", "student", {"bugs": sorted(bugs), "shown": self.shown})
        test = Event("pre_test", "student", {"answers": answers, "score": self.pre_score})
        return self._ask_tutor((), (profile, test))

    def _corrected(self, problem: str, answer: str) -> dict[str, Json]:
        return {"problem": problem, "answer": answer, "right": self.subject.right(problem, answer)}

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Takes a sentence of the tutor, the student's turn in the lesson, or its answer in the test."""
        if self.testing:
            event = self.lesson.mark(self.post[len(self.wrote)], str(actions["student"].move).strip())
            self.wrote.append(str(event.data["answer"]))
            return self._ask_item((event,)) if len(self.wrote) < self.items else self._end(event)
        heard = spoken(actions, HEARS, self.lesson.turn)
        if "tutor" in actions:
            said = " ".join(each.text for each in actions["tutor"].say)
            if TEST in said.lower():
                return self._ask_item((Event("test_called", "tutor"),), heard)
            return self._ask_student(STUDENT_SPEC, None, self.lesson.hear(said), heard)
        events = self.lesson.learn(actions["student"])
        return self._ask_tutor(heard, events) if self.lesson.turn < self.turns else self._ask_item(events)

    def _ask_tutor(self, heard: Sequence[Message], events: tuple[Event, ...]) -> Step:
        turn = self.lesson.turn
        data: dict[str, Json] = {"items": self.paper, "profile": self.shown, "turn": turn}
        left = {"turns": float(self.turns - turn)}
        seen = Observation(self.tutor_spec, "teach" if turn else self._introduction(), data, tuple(heard), budget=left)
        return Step(observations={"tutor": seen}, events=events, time=self._time())

    def _introduction(self) -> str:
        marks = [f"{item['problem']} = {item['answer']} {'right' if item['right'] else 'wrong'}" for item in self.paper]
        does = [f"the student tends to {self.subject.bugs[bug].does}" for bug in self.shown or ()]
        return " ; ".join([f"tutor {self.subject.name}", *marks, *does])

    def _ask_item(self, events: tuple[Event, ...], heard: Sequence[Message] = ()) -> Step:
        self.testing = True
        return self._ask_student(TEST_SPEC, self.post[len(self.wrote)], events, heard)

    def _ask_student(
        self, spec: ActionSpec, item: str | None, events: tuple[Event, ...], heard: Sequence[Message]
    ) -> Step:
        text = " ; ".join([*self._news(), *([f"test {item}"] if item else [])]) or "listen"
        data: dict[str, Json] = {"bugs": sorted(self.lesson.bugs), "test": item}
        seen = Observation(spec, text, data, tuple(heard))
        return Step(observations={"student": seen}, events=events, time=self._time())

    def _news(self) -> list[str]:
        """What the student does, the first time; after that what it does no longer."""
        before, now = self.introduced, set(self.lesson.bugs)
        self.introduced = now
        if before is None:
            return [f"student {self.subject.name}", *(f"you {self.subject.bugs[bug].does}" for bug in sorted(now))]
        return [f"you no longer {self.subject.bugs[bug].does}" for bug in sorted(before - now)]

    def _end(self, event: Event) -> Step:
        post, told = share_right(self.subject, self.post, self.wrote), len(self.lesson.told)
        self.passed = post == 1
        gain = normalised_gain(self.pre_score, post)
        faithful = sum(
            self.subject.answer(problem, self.lesson.bugs) == wrote
            for problem, wrote in zip(self.post, self.wrote, strict=True)
        )
        outcome: dict[str, Json] = {"success": self.passed, "score": gain}
        outcome |= {"pre": self.pre_score, "post": post, "gain": gain}
        outcome |= {"told": told, "told_turn": self.lesson.told_turn, "mastered_turn": self.lesson.mastered_turn}
        outcome |= {"bugs": self.count, "bugs_left": len(self.lesson.bugs), "faithful": faithful / self.items}
        outcome |= {"steps": self.lesson.turn, "shortest": self.count}
        components = {"tutor": {"gain": gain, "telling": -self.telling_cost * told}, "student": {"gain": gain}}
        return Step(
            rewards={agent: sum(parts.values()) for agent, parts in components.items()},
            components=components,
            endings=dict.fromkeys(self.agents, OVER),
            events=(event, Event("outcome", None, outcome)),
            time=self._time(),
        )

    def _time(self) -> float:
        return float(self.lesson.turn + len(self.wrote))

    def subgoals(self) -> dict[str, Subgoal]:
        """Half for the wrong steps unlearnt, half for a last test without a mistake."""
        left, weight = self.lesson.bugs, 0.5 / self.count
        goals = {name: Subgoal(bug not in left, weight, "tutor") for name, bug in self.goals.items()}
        goals["last test passed"] = Subgoal(self.passed, 0.5, "student")
        return goals

    def state(self) -> dict[str, Json]:
        """What the student does wrong, both tests, and how far they are."""
        tests = {"first_test": self.pre.copy(), "last_test": self.post.copy(), "wrote": self.wrote.copy()}
        return {"bugs": sorted(self.lesson.bugs), "turn": self.lesson.turn, **tests}

    def vector(self, agent: str) -> Array:
        """Which wrong steps it knows of, how many turns are over, and the numbers of the problems it sees.

        The tutor sees the first test: per problem four numbers, the one answered, and whether that was right.
        """
        import numpy as np

        known = self.lesson.bugs if agent == "student" else self.shown or ()
        seen = [*(float(bug in known) for bug in self.subject.bugs), self.lesson.turn / self.turns]
        if agent == "student":
            asked = self.testing and len(self.wrote) < self.items
            seen += numbers(self.post[len(self.wrote)] if asked else "", 4, self.size)
        else:
            for item in self.paper:
                seen += numbers(item["problem"], 4, self.size) + numbers(item["answer"], 2, self.size)
                seen.append(float(item["right"]))
        return Array(np.array(seen, np.float32), axes=("feature",))

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A tutor that asks what tells most and explains what fits; a student that is its knowledge state."""
        if agent == "tutor":
            return Tutor(self.subject, self.families, self.count, self.size)
        return Student(self.subject)
