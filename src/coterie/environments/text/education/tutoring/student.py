"""How a student learns, by a stated rule, and the scripted student that is nothing but its knowledge state.

An utterance of the tutor teaches a student not to do something wrong if and only if

1. it states the idea that puts this right: outside of its problems it has at least one word of every group of the bug's
   `idea` (words count by their beginning, so that `borrowing` is a form of `borrow`);
2. it works an example on which the wrong step shows: a problem with its right answer, such as `42 - 17 = 25`, that the
   student, with all it does wrong now, answers otherwise than without this bug;
3. it states the ideas of at most two bugs of the subject: with more the student is lost.

So an explanation of something that the student does right changes nothing, nor does an answer without an idea, nor an
idea without an example. That explanations must refute what the learner does is the finding behind rule 1 and 2:
C. Tippett, Refutation text in science education (2010), a review; that an example must show the bug: Brown and Burton
(1978), section 2.
"""

from coterie.core import Action, Observation, Utterance
from coterie.environments.text.education.tutoring.subject import Bugs, Subject

IDEAS_AT_ONCE = 2
"""With more ideas in one utterance the student is lost."""
KEEP, CHANGE = "keep", "change"
SEE, OTHER, LOST, EXAMPLE = "i see now", "i do not do that", "please explain or ask", "please show me an example"


def ideas(subject: Subject, text: str) -> list[str]:
    """The bugs whose ideas an utterance states, held or not.

    >>> from coterie.environments.text.education.tutoring.subtraction import Subtraction
    >>> ideas(Subtraction(), "two equal digits leave nothing")
    ['n-minus-n-equals-n']
    """
    hit: set[tuple[str, ...]] = set()
    for word in subject.words(text):
        hit |= subject.groups(word)
    return [bug.name for bug in subject.bugs.values() if hit.issuperset(bug.idea)] if hit else []


def taught(subject: Subject, text: str, bugs: Bugs) -> list[str]:
    """What somebody with these bugs unlearns from an utterance, by the rule above."""
    stated = ideas(subject, text)
    if not 0 < len(stated) <= IDEAS_AT_ONCE:
        return []
    examples = [problem for problem, given in subject.find(text) if given and subject.right(problem, given)]
    return [bug for bug in stated if bug in bugs and any(subject.shows(problem, bug, bugs) for problem in examples)]


def posed(subject: Subject, text: str) -> str | None:
    """The last problem in an utterance that stands there without an answer."""
    return next((problem for problem, given in reversed(subject.find(text)) if given is None), None)


class Student:
    """Answers by its procedures, learns by the rule, and remembers answers that it was told."""

    def __init__(self, subject: Subject) -> None:
        """Starts with nothing remembered; what it does wrong stands in what it sees."""
        self.subject = subject
        self.told: dict[str, str] = {}

    def __call__(self, seen: Observation) -> Action:
        """Answers a test item, or takes its turn in the lesson."""
        bugs = frozenset(seen.data["bugs"])
        item = seen.data["test"]
        if item is not None:
            return Action(self._answer(item, bugs))
        text = " ".join(message.text for message in seen.heard)
        self.told.update({problem: given for problem, given in self.subject.find(text) if given})
        learned = taught(self.subject, text, bugs)
        reply = " ".join((self._reply(text, bugs, learned), *self._work(text, bugs.difference(learned)))).strip()
        return Action(CHANGE if learned else KEEP, (Utterance(reply),))

    def _reply(self, text: str, bugs: Bugs, learned: list[str]) -> str:
        if learned:
            return SEE
        if stated := ideas(self.subject, text):
            return EXAMPLE if bugs.intersection(stated) else OTHER
        return "" if posed(self.subject, text) else LOST

    def _work(self, text: str, bugs: Bugs) -> list[str]:
        """The answer to what was asked; how it was found, when the tutor wants to be shown."""
        problem = posed(self.subject, text)
        if problem is None:
            return []
        shown = [self.subject.work(problem, bugs)] if "show" in self.subject.words(text) else []
        return [f"{problem} = {self._answer(problem, bugs)}", *shown]

    def _answer(self, problem: str, bugs: Bugs) -> str:
        return self.told.get(problem) or self.subject.answer(problem, bugs)
