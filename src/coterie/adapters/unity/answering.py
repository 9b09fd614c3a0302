"""How a served seat answers in ML-Agents' actions: by number, by filling in a form of numbers, or in words only."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from coterie.adapters.repertoires import Phrases
from coterie.adapters.spaces import Numbering, numbering
from coterie.adapters.table import Answer as Decided
from coterie.adapters.unity.protocol import Answer, Behaviour
from coterie.core import Action, ActionSpec, Choice, ConfigError, Environment, Form, Json, Number, Rejection
from coterie.testing.driving import RandomPlay

MOST_STEPS = 1000
"""So long an episode is played to find out what a seat is asked."""
ALONE = ""
"""The name of a field that stands alone."""


class Answering(ABC):
    """Between what a seat may do and the actions of its behaviour."""

    @abstractmethod
    def behaviour(self, name: str) -> Behaviour:
        """The actions, under this name."""

    @abstractmethod
    def forbidden(self, spec: ActionSpec) -> tuple[bool, ...]:
        """For each choice, branch after branch, whether it is masked now."""

    @abstractmethod
    def decided(self, spec: ActionSpec, answer: Answer) -> Decided | None:
        """What an answer means to the world; None: nothing."""


def answering(
    create: Callable[[], Environment], seats: Sequence[str], phrases: Phrases | None, menu: Sequence[Action] | None
) -> Answering:
    """How the seats of one behaviour answer: by number where all they may do has numbers.

    Args:
        create: makes a fresh world, always with the same options.
        seats: who shares the behaviour.
        phrases: what a seat may say by number, where speech is free.
        menu: answers instead of all that are ever legal; an empty one: in words only.

    Raises:
        ConfigError: the menu names an answer twice.
    """
    if menu is not None:
        return ByNumber(numbering(create, seats, answers=menu, phrases=phrases)) if menu else InWords()
    try:
        return ByNumber(numbering(create, seats, phrases=phrases))
    except ConfigError:  # numbers with a fraction, or free text, say
        forms = [_form(create(), seat) for seat in seats]
        first = forms[0]
        shared = first is not None and all(each is not None and each.first == first.first for each in forms)
        return first if first is not None and shared else InWords()


class ByNumber(Answering):
    """One branch: the number of the answer."""

    def __init__(self, numbers: Numbering) -> None:
        """Takes the numbers."""
        self.numbers = numbers

    def behaviour(self, name: str) -> Behaviour:
        """One choice for each answer."""
        labels = tuple(label(each) for each in self.numbers.answers)
        return Behaviour(name=name, branches=(len(labels),), descriptions=labels)

    def forbidden(self, spec: ActionSpec) -> tuple[bool, ...]:
        """What is not legal now."""
        return tuple(not each for each in self.numbers.mask(spec).tolist())

    def decided(self, spec: ActionSpec, answer: Answer) -> Decided:
        """The answer with the number that was chosen."""
        number = answer.discrete[0] if answer.discrete else -1
        if not 0 <= number < len(self.numbers):
            return Rejection("illegal", f"found choice {number}, expected 0 to {len(self.numbers) - 1}")
        return self.numbers.action(number)


class FilledIn(Answering):
    """A continuous action for each number that is asked for, and a branch for each choice, in the order of the form.

    Continuous actions go from -1 to 1, as ML-Agents' trainers give them: from the least to the largest number that is
    allowed now. What is beyond is taken for the end, and a whole number is the nearest. The seat does not speak.

    >>> trade = ActionSpec(Form({"price": Number(0.0, 10.0), "what": Choice(("buy", "sell"))}))
    >>> seat = FilledIn(trade)
    >>> seat.behaviour("trader").continuous, seat.behaviour("trader").branches
    (1, (2,))
    >>> seat.decided(trade, Answer((0.5,), (1,)))
    Action(move={'price': 7.5, 'what': 'sell'}, say=())
    """

    def __init__(self, first: ActionSpec) -> None:
        """Takes what is asked first; later only the bounds of numbers and which choices are open may change."""
        self.first = first
        self.numbers, self.choices = _fields(first)

    def behaviour(self, name: str) -> Behaviour:
        """The numbers, then the choices."""
        return Behaviour(
            name=name,
            continuous=len(self.numbers),
            branches=tuple(len(each.options) for each in self.choices.values()),
            descriptions=tuple(option for each in self.choices.values() for option in each.options),
        )

    def forbidden(self, spec: ActionSpec) -> tuple[bool, ...]:
        """Which choices are not open now.

        Raises:
            ConfigError: something else is asked than at first.
        """
        if not self.fits(spec):
            raise ConfigError(
                f"asked is {spec.move}, at first it was {self.first.move}; what changes like this can only be answered "
                "in words (answers={behaviour: ()})"
            )
        _, choices = _fields(spec)
        return tuple(option not in choices[name].options for name in choices for option in self.choices[name].options)

    def fits(self, spec: ActionSpec) -> bool:
        """Whether the same fields are asked for, and no choice is new."""
        numbers, choices = _fields(spec)
        if [*numbers] != [*self.numbers] or [*choices] != [*self.choices] or not _is_filled_in(spec):
            return False
        return all({*self.choices[name].options}.issuperset(each.options) for name, each in choices.items())

    def decided(self, spec: ActionSpec, answer: Answer) -> Decided:
        """The form, filled in."""
        counts = len(answer.continuous), len(answer.discrete)
        if counts != (len(self.numbers), len(self.choices)) or not all(map(math.isfinite, answer.continuous)):
            expected = f"{len(self.numbers)} finite numbers and {len(self.choices)} choices"
            return Rejection("illegal", f"found {answer.continuous} and {answer.discrete}, expected {expected}")
        move: dict[str, Json] = {}
        for (name, asked), value in zip(_fields(spec)[0].items(), answer.continuous, strict=True):
            move[name] = _between(asked, value)
        for (name, known), place in zip(self.choices.items(), answer.discrete, strict=True):
            if not 0 <= place < len(known.options):
                return Rejection("illegal", f"found choice {place}, expected 0 to {len(known.options) - 1}")
            move[name] = known.options[place]
        return Action(move if isinstance(spec.move, Form) else move[ALONE])


class InWords(Answering):
    """One choice that says nothing; the seat answers on the channel of words, or does what the world declares."""

    def behaviour(self, name: str) -> Behaviour:
        """The one choice."""
        return Behaviour(name=name, branches=(1,), descriptions=("in words",))

    def forbidden(self, spec: ActionSpec) -> tuple[bool, ...]:
        """It is always open."""
        return (False,)

    def decided(self, spec: ActionSpec, answer: Answer) -> None:
        """Nothing."""


def label(answer: Action) -> str:
    """An answer in words, as the name of a choice.

    >>> from coterie.core import Utterance
    >>> label(Action("north")), label(Action(say=(Utterance("hello"),))), label(Action())
    ('north', 'say hello', 'nothing')
    """
    parts = [] if answer.move is None else [str(answer.move)]
    parts += [f"say {each.text}" for each in answer.say]
    return " ".join(parts) or "nothing"


def _form(world: Environment, seat: str) -> FilledIn | None:
    """How a seat answers that is asked for numbers throughout an episode of random play; None: it is not."""
    play, step = RandomPlay(0), world.reset(0)
    found: FilledIn | None = None
    for _ in range(MOST_STEPS):
        if seat in step.observations:
            spec = step.observations[seat].spec
            if not (found.fits(spec) if found else _is_filled_in(spec)):
                return None
            found = found or FilledIn(spec)
        if not step.observations:
            break
        step = world.step(play(step))
    return found


def _is_filled_in(spec: ActionSpec) -> bool:
    """Whether numbers and choices are all that is asked for, a number among them, and nobody must speak."""
    numbers, choices = _fields(spec)
    count = len(spec.move.fields) if isinstance(spec.move, Form) else 1
    return bool(numbers) and len(numbers) + len(choices) == count and not (spec.speech and spec.speech.required)


def _fields(spec: ActionSpec) -> tuple[dict[str, Number], dict[str, Choice]]:
    """The numbers and the choices that are asked for, by the names of their fields."""
    asked = spec.move.fields if isinstance(spec.move, Form) else {ALONE: spec.move}
    numbers = {name: each for name, each in asked.items() if isinstance(each, Number)}
    return numbers, {name: each for name, each in asked.items() if isinstance(each, Choice)}


def _between(asked: Number, value: float) -> float:
    """The number that a continuous action means.

    >>> _between(Number(0.0, 10.0), -0.5), _between(Number(1, 6, integer=True), 0.9), _between(Number(0.0, 10.0), 7.0)
    (2.5, 6, 10.0)
    """
    found = (asked.low + asked.high) / 2 + value * (asked.high - asked.low) / 2
    if asked.integer:
        return min(math.floor(asked.high), max(math.ceil(asked.low), round(found)))
    return min(asked.high, max(asked.low, found))
