"""What may be done, and what was done.

An `ActionSpec` is shown with every observation; an `Action` answers it; `ActionSpec.reject` is the one place where the
two are compared.
"""

import math
from typing import Any, Literal

import msgspec

from coterie.core.speech import Speech, Utterance, is_writable

Json = Any
"""A JSON value; open, because decoders cannot follow a recursive alias. Records refuse what JSON has no word for."""
RejectionCode = Literal["unparsable", "illegal", "over_budget", "timeout"]


class Choice(msgspec.Struct, frozen=True, gc=False, tag="choice"):
    """One of a list of legal moves."""

    options: tuple[str, ...]


class Text(msgspec.Struct, frozen=True, gc=False, tag="text"):
    """A move made of free text (an answer, a guess), at most so many words."""

    max_words: int


class Number(msgspec.Struct, frozen=True, gc=False, tag="number"):
    """A number between two bounds, both allowed."""

    low: float
    high: float
    integer: bool = False
    unit: str = ""


class Form(msgspec.Struct, frozen=True, gc=False, tag="form"):
    """Several named fields, each with a move specification of its own."""

    fields: "dict[str, Choice | Text | Number]"


Move = Choice | Text | Number | Form


class Rejection(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why an answer was not accepted."""

    code: RejectionCode
    reason: str = ""


class Action(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A move, utterances, or both.

    >>> Action("north"), Action(say=(Utterance("turn left"),))
    (Action(move='north', say=()), Action(move=None, say=(Utterance(text='turn left', to=()),)))
    """

    move: str | float | dict[str, Json] | None = None
    say: tuple[Utterance, ...] = ()


class ActionSpec(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What one agent may do now.

    >>> spec = ActionSpec(move=Choice(("north", "south")), fallback=Action("north"))
    >>> spec.reject(Action("north")) is None
    True
    >>> spec.reject(Action("up"))
    Rejection(code='illegal', reason="found move 'up', expected one of: north, south")
    """

    move: Choice | Text | Number | Form | None = None
    """What kind of move is asked for; None: this turn is for speaking only."""
    speech: Speech | None = None
    """The right to speak; None: the agent is silent this turn."""
    fallback: Action | None = None
    """What happens in place of an answer that is finally rejected; None: the agent forfeits."""

    def reject(self, action: object) -> Rejection | None:
        """Says why `action` does not answer this specification, or returns None when it does."""
        if type(action) is not Action:
            if isinstance(action, Rejection):
                return action
            return Rejection("unparsable", f"found {type(action).__name__}, expected an Action")
        # The common case, a legal choice without words, is one comparison.
        move, expected = action.move, self.move
        if type(expected) is Choice and type(move) is str and move in expected.options:
            refusal = None
        else:
            refusal = _refuse_move(expected, move)
        if refusal is None and (action.say or self.speech is not None or type(action.say) is not tuple):
            refusal = self._refuse_speech(action)
        if refusal is None:
            return None
        code, _, reason = refusal.partition(": ")
        return Rejection(msgspec.convert(code, RejectionCode), reason)

    def _refuse_speech(self, action: Action) -> str | None:
        speech, say = self.speech, action.say
        if not isinstance(say, tuple) or not all(isinstance(each, Utterance) for each in say):
            return "unparsable: say must be a tuple of Utterances"
        if speech is None:
            return "illegal: this turn has no speech; send a move only"
        if not say:
            return "illegal: an utterance is required this turn" if speech.required else None
        if len(say) > max(1, len(speech.audiences)):
            return f"over_budget: {len(say)} utterances, at most one an audience"
        spoken = sum(len(each.text.split()) for each in say if isinstance(each.text, str))
        if spoken > speech.max_words:
            return f"over_budget: {spoken} words, at most {speech.max_words} allowed"
        if refusal := next((refusal for each in say if (refusal := speech.refusal(each))), None):
            return refusal
        return None if spoken or not speech.required else "illegal: an utterance is required this turn, found no words"


def _refuse_move(expected: Move | None, move: object) -> str | None:
    """Says why a move is refused, as `code: reason`."""
    match expected:
        case None:
            return None if move is None else f"illegal: found move {_show(move)}, expected none: speak this turn"
        case Choice(options):
            if isinstance(move, str) and move in options:
                return None
            return f"illegal: found move {_show(move)}, expected one of: {', '.join(options[:40])}"
        case Text(max_words):
            if not isinstance(move, str) or not is_writable(move):
                return f"unparsable: found move {_show(move)}, expected text"
            if len(move.split()) > max_words or len(move) > 40 * max_words:
                return f"over_budget: found {len(move.split())} words, at most {max_words} allowed"
            return None
        case Number(low, high, integer):
            # A whole number too large for a float is still comparable, but not an argument of `isfinite`.
            if type(move) is not int and not (isinstance(move, float) and math.isfinite(move)):
                return f"unparsable: found move {_show(move)}, expected a number"
            if not low <= move <= high or (integer and move != int(move)):
                kind = "a whole number" if integer else "a number"
                return f"illegal: found {_show(move)}, expected {kind} from {low:g} to {high:g}"
            return None
        case Form(fields):
            if not isinstance(move, dict) or set(move) != set(fields):
                return f"unparsable: found move {_show(move)}, expected the fields {', '.join(sorted(fields))}"
            for name, field in fields.items():
                if refusal := _refuse_move(field, move[name]):
                    code, _, reason = refusal.partition(": ")
                    return f"{code}: field {name}: {reason}"
            return None


def _show(found: object) -> str:
    """Quotes what was found, briefly; also what has no printable form, such as a number of too many digits."""
    try:
        return repr(found[:60] if isinstance(found, str) else found)[:60]
    except Exception:
        return f"a {type(found).__name__} that cannot be printed"
