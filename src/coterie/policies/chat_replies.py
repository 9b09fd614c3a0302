"""Reading what a chat model answered: lenient in form, so that only what it meant is judged.

Nothing here decides what is legal; that is `ActionSpec.reject`. What cannot be brought into shape is left as it was
found, so that the refusal can quote it.
"""

import json
import re
from collections.abc import Iterator, Sequence

from coterie.core import Action, ActionSpec, Choice, Form, Json, Move, Number, Rejection, Speech, Text, Utterance

MOST_CHARACTERS = 200_000
"""Of a longer reply only the end is read: the answer comes last."""
MOST_BRACES = 100
"""So many braces that open nothing are tried; without a limit a reply of braces would take quadratic time."""
LONGEST_BARE_MOVE = 5
"""Words. A longer plain reply that names no option is prose and not a move."""
EXACT = 2**53
"""Whole numbers beyond this are not told apart by every reader of a record."""

_decoder = json.JSONDecoder()
_number = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?")
_label = re.compile(r"(?:move|action|answer)\s*[:=]\s*", re.IGNORECASE)
_nothing = ("", "none", "null")


def read_reply(reply: str, spec: ActionSpec) -> Action | Rejection:
    """Reads a reply as the action it seems to mean, or says why it cannot.

    >>> read_reply("<think>north?</think> North.", ActionSpec(move=Choice(("north", "south"))))
    Action(move='north', say=())
    """
    text = _clean(reply.rpartition("</think>")[2].strip()[-MOST_CHARACTERS:])
    if spec.move is None and spec.speech is None:
        return Action()
    found = list(_objects(text))
    answers = [content for content in found if _answers(content, spec)]
    if answers:
        return _from_object(answers[-1], spec)
    if found:
        keys = ", ".join(map(repr, list(found[-1])[:5])) or "no key"
        return Rejection("unparsable", f"found a JSON object with {keys[:80]}, expected {_wanted(spec)}")
    return _from_plain(text, spec)


def _objects(text: str) -> Iterator[dict[str, Json]]:
    """Yields the JSON objects in a text, outermost only."""
    start, tries = text.find("{"), MOST_BRACES
    while start >= 0 and tries:
        try:
            content, end = _decoder.raw_decode(text, start)
            yield {" ".join(str(key).casefold().split()): value for key, value in content.items()}
            start = text.find("{", end)
        except ValueError:  # not JSON, or a number of more digits than Python reads
            tries -= 1
            start = text.find("{", start + 1)


def _answers(content: dict[str, Json], spec: ActionSpec) -> bool:
    """Whether an object is an answer: it has a move or words, or it is the form itself."""
    return "move" in content or "say" in content or (isinstance(spec.move, Form) and _is_form(content, spec.move))


def _is_form(content: dict[str, Json], form: Form) -> bool:
    names = {" ".join(name.casefold().split()) for name in form.fields}
    return len(names) == len(form.fields) and all(name in content for name in names)


def _from_object(content: dict[str, Json], spec: ActionSpec) -> Action | Rejection:
    move = content.get("move")
    if spec.move is not None and "move" not in content:
        if not isinstance(spec.move, Form) or not _is_form(content, spec.move):
            return Rejection("unparsable", f'found no "move" in the answer, expected {_wanted(spec)}')
        move = {name: content[" ".join(name.casefold().split())] for name in spec.move.fields}
    say = content.get("say")
    # A field called "say" is part of the form, unless the object also has a move.
    if isinstance(spec.move, Form) and "move" not in content and "say" in spec.move.fields:
        say = None
    words = _utterances(say, spec.speech)
    return words if isinstance(words, Rejection) else Action(_fitted(spec.move, move), words)


def _from_plain(text: str, spec: ActionSpec) -> Action | Rejection:
    """Reads a reply without JSON; only a turn that asks for one thing can be answered so."""
    bare, must_speak = _unquoted(text), spec.speech is not None and spec.speech.required
    last_line = text.rstrip().rpartition("\n")[2]
    match spec.move:
        case Choice(options) if not must_speak:
            tries = (text, last_line, _label.sub("", last_line, count=1))
            option = next((named for each in tries if (named := matching(each, options)) is not None), None)
            if option is not None:
                return Action(option)
            if 0 < len(text.split()) <= LONGEST_BARE_MOVE and text[0] not in "{[":
                return Action(bare)
        case Number(unit=unit) if not must_speak:
            if _number.fullmatch(number := bare.removesuffix(unit).strip()):
                return Action(_fitted(spec.move, number))
        case Text() if spec.speech is None and bare and text[0] not in "{[":
            return Action(bare)
        case None if bare and text[0] not in "{[":
            return Action(say=(Utterance(_in_vocabulary(bare, spec.speech)),))
    shown = repr(text[:60]) if text else "an empty reply"
    return Rejection("unparsable", f"found {shown}, expected {_wanted(spec)}")


def _fitted(expected: Move | None, value: Json) -> Json:
    """Brings a value into the type that is expected; what does not fit stays as it is, to be refused."""
    match expected:
        case None:
            return None if value is None or (isinstance(value, str) and value.casefold() in _nothing) else value
        case Choice(options):
            text = value if isinstance(value, str) else json.dumps(value)
            named = matching(text, options)
            return _clean(text) if named is None else named
        case Text():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return _clean(value).strip() if isinstance(value, str) else str(value) if is_number else value
        case Number(integer=integer, unit=unit):
            if isinstance(value, str):
                text = value.strip().removesuffix(unit).strip()
                value = float(text) if _number.fullmatch(text) else value
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
                value = float("inf") if value > 0 else float("-inf")
            return int(value) if integer and isinstance(value, float) and value.is_integer() else value
        case Form(fields):
            if not isinstance(value, dict):
                return value
            named_fields = {matching(str(key), tuple(fields)) or str(key): each for key, each in value.items()}
            return {name: _fitted(fields.get(name), each) for name, each in named_fields.items()}


def matching(text: str, options: Sequence[str]) -> str | None:
    """Finds the option that is meant: exactly, or else but for case, space and quotes when only one fits so.

    >>> matching(" 'Go_To  kitchen'. ", ("go to kitchen", "wait")), matching("go", ("Go", "GO"))
    ('go to kitchen', None)
    """
    if text in options:
        return text
    wanted = _folded(_unquoted(text.strip().removesuffix(".")).removesuffix("."))
    named = [option for option in options if _folded(option) == wanted]
    return named[0] if len(named) == 1 else None


def _folded(text: str) -> str:
    return "".join(text.casefold().replace("_", " ").split())


def _unquoted(text: str) -> str:
    """Takes off one pair of quotes or stars around a text."""
    text = text.strip()
    for mark in ("**", '"', "'", "`"):
        inner = text[len(mark) : -len(mark)]
        if inner and text == f"{mark}{inner}{mark}" and mark not in inner:
            return inner.strip()
    return text


def _utterances(say: Json, speech: Speech | None) -> tuple[Utterance, ...] | Rejection:
    """Reads words, words by name, or a list of `{"text": ..., "to": [...]}`."""
    known = speech.audiences if speech else ()
    if isinstance(say, dict):
        is_one = "text" in say and "text" not in known
        say = [say] if is_one else [{"text": text, "to": name} for name, text in say.items()]
    each_one = say if isinstance(say, list) else [{"text": say}]
    spoken = []
    for each in each_one:
        if isinstance(each, str):
            each = {"text": each}
        text = each.get("text") if isinstance(each, dict) else each
        if isinstance(text, int | float) and not isinstance(text, bool):
            text = str(text)
        to = each.get("to") or [] if isinstance(each, dict) else []
        names = [to] if isinstance(to, str) else to
        if not isinstance(text, str | None) or not isinstance(names, list):
            return Rejection("unparsable", f'found {repr(say)[:60]} in "say", expected words as text')
        if words := _in_vocabulary(_clean(text or "").strip(), speech):
            spoken.append(Utterance(words, tuple(matching(str(name), known) or _clean(str(name)) for name in names)))
    return tuple(spoken)


def _in_vocabulary(text: str, speech: Speech | None) -> str:
    """Writes words as the vocabulary writes them, where there is one."""
    if speech is None or not speech.vocabulary:
        return text
    return " ".join(matching(word, speech.vocabulary) or word for word in text.split())


def _wanted(spec: ActionSpec) -> str:
    keys = [f'"{key}": ...' for key, asked in (("move", spec.move), ("say", spec.speech)) if asked is not None]
    return f"one JSON object {{{', '.join(keys)}}}"


def _clean(text: str) -> str:
    """Replaces half characters (lone surrogates), which no record can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
