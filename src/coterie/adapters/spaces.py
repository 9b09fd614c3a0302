"""Shared by the bridges: the answers of a seat by number, with masks of what is legal now.

Others want to know before the first step which actions there are. A world says what is legal turn by turn, so the
numbers are found in one of three ways, the same on every machine and in every process:

1. The caller lists the answers. Then only these can be given, whatever else is legal: a menu.
2. The world has a method `repertoire(agent)` that returns every answer the seat can ever give.
3. Otherwise the world is played by random players, with the seeds 0, 1, 2 and so on, until nothing new was offered for
   three quarters of the episodes; everything that was legal is sorted and numbered. Where the moves never end, and in
   timed worlds, whose moves are what is near, there is no numbering. Should a legal move without a number turn up
   later, it is an error that names the move and these ways out, and not a silent gap.

Words have numbers too where there are finitely many: the one word of a vocabulary, or `phrases` of your choice. Where
words are free and no phrases are given, the seat is silent. A seat that is asked for free text, for a number with a
fraction, or must speak freely has no numbering; the text forms of the bridges are for it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.adapters.repertoires import Phrases, answers_to, key_of, repertoire
from coterie.core import Action, ActionSpec, ConfigError, Environment
from coterie.environments import make

Mask = npt.NDArray[np.int8]
MASKS_KEPT = 4096


class Numbering:
    """The answers of one seat by number.

    >>> from coterie.core import Choice
    >>> moves = Numbering([Action("bet"), Action("pass")])
    >>> moves.action(1), moves.number(Action("bet")), moves.mask(ActionSpec(move=Choice(("pass",))))
    (Action(move='pass', say=()), 0, array([0, 1], dtype=int8))
    """

    def __init__(self, answers: Sequence[Action], menu: bool = False, phrases: Sequence[str] = ()) -> None:
        """Numbers the answers in the order given.

        Args:
            answers: at least one, none twice.
            menu: whether these are chosen from among more, so that other legal moves are no error.
            phrases: what may be said where speech is free.
        """
        self.answers = tuple(answers)
        self.menu, self.phrases = menu, tuple(phrases)
        self._numbers = {key_of(answer): number for number, answer in enumerate(self.answers)}
        if not answers or len(self._numbers) != len(self.answers):
            raise ConfigError(f"found {len(self.answers)} answers, expected at least one and none twice")
        self._masks: dict[ActionSpec, Mask] = {}

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self.answers)

    def action(self, number: int) -> Action:
        """The answer with a number.

        Raises:
            ConfigError: no answer has it.
        """
        if not 0 <= number < len(self.answers):
            raise ConfigError(f"found action {number}, expected 0 to {len(self.answers) - 1}")
        return self.answers[number]

    def number(self, action: Action) -> int:
        """The number of an answer.

        Raises:
            ConfigError: it has none.
        """
        number = self._numbers.get(key_of(action))
        if number is None:
            raise ConfigError(f"{_shown(action)} has no number; the answers are {_shown(*self.answers[:20])}")
        return number

    def mask(self, spec: ActionSpec) -> Mask:
        """For each answer 1 where it is legal now, else 0; the array is shared and read-only.

        Raises:
            ConfigError: a legal move has no number, or no numbered answer is legal.
        """
        try:
            mask = self._masks.get(spec)
        except TypeError:  # a form holds a dict, which cannot be looked up
            return self._mask(spec)
        if mask is None:
            mask = self._mask(spec)
            if len(self._masks) >= MASKS_KEPT:
                self._masks.clear()
            self._masks[spec] = mask
        return mask

    def _mask(self, spec: ActionSpec) -> Mask:
        if not self.menu:
            for answer in answers_to(spec, self.phrases):
                if key_of(answer) not in self._numbers:
                    raise ConfigError(
                        f"the legal answer {_shown(answer)} has no number: it was not offered in the episodes that "
                        "were played to find all answers; list the answers yourself (answers=...), or give the world "
                        "a method repertoire(agent)"
                    )
        mask = np.array([spec.reject(answer) is None for answer in self.answers], np.int8)
        if not mask.any():
            raise ConfigError(f"none of the numbered answers is legal: {_shown(*self.answers[:20])}; asked was {spec}")
        mask.setflags(write=False)
        return mask


def numbering(
    create: Callable[[], Environment],
    seats: str | Sequence[str],
    *,
    answers: Sequence[Action] | None = None,
    phrases: Phrases | None = None,
) -> Numbering:
    """Numbers the answers of a seat, or of several that shall share their numbers (one policy for all of them).

    >>> from coterie.environments import make
    >>> [each.move for each in numbering(lambda: make("kuhn_poker"), "first").answers]
    ['bet', 'pass']
    >>> spoken = numbering(lambda: make("lookout"), "lookout", phrases={"lookout": ("go north", "go south")})
    >>> [each.say[0].text if each.say else None for each in spoken.answers]
    [None, 'go north', 'go south']

    Args:
        create: makes a fresh world, always with the same options.
        seats: whose answers.
        answers: a menu of your own instead of all legal answers.
        phrases: what each seat may say where speech is free; seats that share their numbers share them too.

    Raises:
        ConfigError: the seat has no finite numbering; the message says why.
    """
    seats = [seats] if isinstance(seats, str) else list(seats)
    said = list(dict.fromkeys(phrase for seat in seats for phrase in (phrases or {}).get(seat, ())))
    if answers is not None:
        return Numbering(answers, menu=True, phrases=said)
    world = create()
    merged: dict[bytes, Action] = {}
    for seat in seats:
        if seat not in world.agents:
            raise ConfigError(f"{world.id} has no seat {seat!r}; its seats are {', '.join(world.agents)}")
        for answer in repertoire(world, seat, {**(phrases or {}), **dict.fromkeys(seats, said)}):
            merged[key_of(answer)] = answer
    return Numbering(sorted(merged.values(), key=_order), phrases=said)


def creator(world: str | Callable[[], Environment], options: Mapping[str, Any]) -> Callable[[], Environment]:
    """Makes a function that makes a world: from its name and options, or from a function that is one already."""
    if not isinstance(world, str):
        if options:
            raise ConfigError(
                f"found options {', '.join(options)} beside a function that makes the world; set them there"
            )
        return world
    name, chosen = world, dict(options)
    return lambda: make(name, **chosen)


def _order(action: Action) -> tuple[str, int, str]:
    """Silent answers first; words in the order of their letters; then moves, whole numbers by size."""
    move = action.move
    number = move if isinstance(move, int) else 0
    return "".join(each.text for each in action.say), number, "" if move is None else str(move)


def _shown(*actions: Action) -> str:
    return ", ".join(msgspec.json.encode(each).decode() for each in actions)
