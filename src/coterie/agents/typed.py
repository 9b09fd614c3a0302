"""Reading what a person types as a move or as words; nothing here prints or asks."""

from collections.abc import Sequence

from coterie.core import Action, ActionSpec, Choice, Json, Move, Number, Rejection, Speech, Utterance

LONGEST_IN_ROW = 16
"""Options no longer than this are shown side by side."""


def choices(options: Sequence[str]) -> str:
    """Lists options with their numbers.

    >>> choices(("north", "south"))
    '1 north   2 south'
    """
    listed = [f"{place} {option}" for place, option in enumerate(options, 1)] if _numbered(options) else list(options)
    return ("   " if all(len(option) <= LONGEST_IN_ROW for option in options) else "\n").join(listed)


def read_move(move: Move, line: str) -> Json | Rejection:
    """Reads a move: an option by number or name, a number, or text.

    >>> ways = Choice(("north", "south", "southeast"))
    >>> read_move(ways, "N"), read_move(ways, "2"), read_move(ways, "south")
    ('north', 'south', 'south')
    >>> read_move(ways, "s").reason
    "'s' could be south, southeast; type more of it"
    """
    value: Json = unquoted(line)
    if isinstance(move, Choice):
        named = _named(line, move.options)
        if isinstance(named, Rejection):
            return named
        value = named
    elif isinstance(move, Number):
        try:
            value = float(line.removesuffix(move.unit).replace("_", "x"))
        except ValueError:
            return Rejection("unparsable", f"found {line!r}, expected a number")
        if move.integer and value.is_integer():
            value = int(value)
    elif not line:
        return Rejection("unparsable", 'found nothing; type your answer, or "" to leave it empty')
    return ActionSpec(move=move).reject(Action(value)) or value


def _named(line: str, options: Sequence[str]) -> str | Rejection:
    if line in options:
        return line
    wanted = line.casefold()
    if len(same := [option for option in options if option.casefold() == wanted]) == 1:
        return same[0]
    if line.isdecimal() and _numbered(options):
        if 1 <= int(line[:9]) <= len(options):
            return options[int(line[:9]) - 1]
        return Rejection("illegal", f"found number {line[:20]}, expected 1 to {len(options)}")
    started = [option for option in options if wanted and option.casefold().startswith(wanted)]
    if len(started) == 1:
        return started[0]
    if started:
        return Rejection("illegal", f"{line!r} could be {', '.join(started[:10])}; type more of it")
    by_number = " or a number" if _numbered(options) else ""
    return Rejection("illegal", f"found {line[:60]!r}, expected one of: {', '.join(options[:40])}{by_number}")


def _numbered(options: Sequence[str]) -> bool:
    """Whether options may be picked by number: not where they look like numbers themselves."""
    return not any(option.lstrip("+-").isdecimal() for option in options)


def read_words(speech: Speech, line: str) -> tuple[Utterance, ...] | Rejection:
    """Reads words: to everybody, or `@name words`, several separated by `|` where somebody can be addressed.

    >>> read_words(Speech(max_words=4, audiences=("ann", "bob")), "@ann hello | @bob go home")
    (Utterance(text='hello', to=('ann',)), Utterance(text='go home', to=('bob',)))
    """
    quoted = unquoted(line)
    parts = [quoted] if quoted != line or not speech.audiences else line.split("|")
    say = tuple(_addressed(part.strip(), speech, quoted != line) for part in parts if part.strip())
    return ActionSpec(speech=speech).reject(Action(say=say)) or say


def _addressed(part: str, speech: Speech, literal: bool) -> Utterance:
    if literal or not speech.audiences or not part.startswith("@"):
        return Utterance(part)
    names, _, text = part[1:].partition(" ")
    to = [_named(name, speech.audiences) for name in names.split(",")]
    return Utterance(text.strip(), tuple(name if isinstance(name, str) else names for name in to))


def unquoted(line: str) -> str:
    """Takes the double quotes off words that are to be sent as they stand."""
    return line[1:-1] if len(line) >= 2 and line[0] == line[-1] == '"' else line
