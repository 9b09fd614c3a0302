"""Shared by the bridges: every answer that a seat can ever give."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    ConfigError,
    Environment,
    Form,
    Json,
    Move,
    Number,
    Speech,
    Text,
    Utterance,
)
from coterie.testing.driving import RandomPlay

Phrases = Mapping[str, Sequence[str]]
"""Seat to the sentences that it may say."""

MOST_ANSWERS = 10_000
"""More answers to one turn are not numbered."""
FEWEST_EPISODES, FEWEST_STEPS = 64, 600
"""Discovery plays so many episodes, or fewer if they make so many steps of the world."""
MOST_EPISODES, MOST_STEPS = 4096, 1500
"""What still brings something new after so much has no end."""

_found: dict[bytes, dict[str, "list[Action] | str"]] = {}


def repertoire(world: Environment, seat: str, phrases: Phrases) -> list[Action]:
    """Every answer of a seat: as the world declares them, or as they are found by playing."""
    declared = getattr(world, "repertoire", None)
    if declared is not None:
        return list(declared(seat))
    if world.timing == "timed":
        # Bodies among things: what may be done is what is near, and random play reaches only some of it.
        raise _unnumbered(world, seat, "its moves are what is near, which playing at random does not find out")
    # Two worlds made by the same name and options are the same; others are told apart by their class and settings.
    said = sorted((name, tuple(each)) for name, each in phrases.items() if each)
    name = [f"{type(world).__module__}:{type(world).__qualname__}", world.options, said]
    key = msgspec.json.encode(name, enc_hook=repr)
    if key not in _found or not world.options:
        _found[key] = _discover(world, phrases)
    found = _found[key][seat]
    if isinstance(found, str):
        raise _unnumbered(world, seat, found)
    return found


def _unnumbered(world: Environment, seat: str, why: str) -> ConfigError:
    return ConfigError(
        f"the answers of {seat!r} in {world.id or type(world).__name__} cannot be numbered: {why}; "
        "use the text form, or list answers of your own (answers=...)"
    )


def _discover(world: Environment, phrases: Phrases) -> dict[str, "list[Action] | str"]:
    """Plays until nothing new is offered; a seat without a finite numbering gets the reason."""
    found: dict[str, dict[bytes, Action]] = {seat: {} for seat in world.agents}
    endless: dict[str, str] = {}
    read: set[bytes] = set()
    last_new, steps, seed = dict.fromkeys(world.agents, 0), 0, 0
    while seed < MOST_EPISODES and steps < MOST_STEPS:
        if seed >= 4 * max(last_new.values()) and (seed >= FEWEST_EPISODES or steps >= FEWEST_STEPS):
            break
        play, step = RandomPlay(seed), world.reset(seed)
        while step.observations:
            for seat, seen in step.observations.items():
                mark = msgspec.json.encode((seat, seen.spec))
                if mark in read or seat in endless:
                    continue
                read.add(mark)
                try:
                    new = {key_of(answer): answer for answer in answers_to(seen.spec, phrases.get(seat, ()))}
                except ConfigError as error:
                    endless[seat] = str(error)
                    continue
                if not new.keys() <= found[seat].keys():
                    last_new[seat] = seed
                found[seat].update(new)
            step = world.step(play(step))
            steps += 1
        seed += 1
    told: dict[str, list[Action] | str] = {}
    for seat, answers in found.items():
        if seat in endless:
            told[seat] = endless[seat]
        elif seed < 4 * last_new[seat]:
            told[seat] = f"other moves are offered in every episode, {len(answers)} in {seed}, and still new ones"
        elif not any(answer.move is not None or answer.say for answer in answers.values()):
            told[seat] = "it is only asked for free words, and no phrase is given for it to say (phrases=...)"
        else:
            told[seat] = list(answers.values())
    return told


def answers_to(spec: ActionSpec, phrases: Sequence[str] = ()) -> Iterator[Action]:
    """Yields every answer that a specification accepts; where words are free, those with no words or with a phrase.

    >>> both = ActionSpec(move=Choice(("stay",)), speech=Speech(max_words=2))
    >>> [(each.move, len(each.say)) for each in answers_to(both, ["come here"])]
    [('stay', 0), ('stay', 1)]

    Raises:
        ConfigError: there is no end of them.
    """
    moves, words = _moves(spec.move), _words(spec.speech, phrases)
    if len(moves) * len(words) > MOST_ANSWERS:
        raise ConfigError(f"{len(moves) * len(words)} answers to one turn, at most {MOST_ANSWERS} are numbered")
    return (Action(move, say) for move, say in product(moves, words))


def _moves(move: Move | None) -> list[Json]:
    match move:
        case None:
            return [None]
        case Choice(options):
            return list(options)
        case Number(low, high, True) if high - low < MOST_ANSWERS:
            return list(range(math.ceil(low), math.floor(high) + 1))
        case Number():
            raise ConfigError(f"a move is any number from {move.low:g} to {move.high:g}")
        case Text():
            raise ConfigError("a move is free text")
        case Form(fields):
            each = [_moves(field) for field in fields.values()]
            if math.prod(map(len, each)) > MOST_ANSWERS:
                raise ConfigError(f"a form has more than {MOST_ANSWERS} answers")
            return [dict(zip(fields, values, strict=True)) for values in product(*each)]


def _words(speech: Speech | None, phrases: Sequence[str]) -> list[tuple[Utterance, ...]]:
    if speech is None:
        return [()]
    said = [Utterance(phrase) for phrase in phrases or (speech.vocabulary if speech.max_words == 1 else ())]
    allowed: list[tuple[Utterance, ...]] = [(each,) for each in said if speech.refusal(each) is None]
    if speech.required and not allowed:
        raise ConfigError("it must speak, and no phrase is given for it to say (phrases=...)")
    return allowed if speech.required else [(), *allowed]


def key_of(action: Action) -> bytes:
    """What two equal answers have in common; actions with forms cannot be looked up themselves."""
    return msgspec.json.encode(action, order="deterministic")
