"""What a seat has read and said, and what it may answer now, in the tokens of a language model.

The tokens are those that `coterie.policies.local.LocalPolicy` with the compact codec would hold in that seat, so that
weights trained there mean the same here, and the other way round. Axes: L tokens, A answers, T tokens of an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import gymnasium
import msgspec
import numpy as np
import numpy.typing as npt

from coterie.adapters.episodes import Episodes
from coterie.adapters.extras import missing
from coterie.adapters.repertoires import answers_to
from coterie.adapters.spaces import creator
from coterie.adapters.table import Answer, Who
from coterie.core import Action, ActionSpec, Channel, ConfigError, Environment, Json, Observation, Rejection
from coterie.policies.codecs import CompactCodec

Tokens = npt.NDArray[np.int32]
NOTHING = -1
"""Where there is no token; the model sees none of it."""
KEPT = 4096
"""Lists of legal answers whose tokens are kept."""
_codec = CompactCodec()


class LanguageCard(msgspec.Struct, frozen=True):
    """How a language model sees and answers: what is needed to take it to a seat elsewhere."""

    model: str
    """A folder, or a name that Transformers knows."""
    tokens: int = 128
    """L: of a longer conversation the last part is read."""
    answers: int = 16
    """A: the most legal answers to one turn."""
    answer_tokens: int = 8
    """T: the most tokens of an answer."""
    phrases: dict[str, tuple[str, ...]] = {}
    """What each seat may say where speech is free."""


class Legal(NamedTuple):
    """The legal answers to one turn."""

    actions: tuple[Action, ...]
    paths: tuple[tuple[int, ...], ...]
    """The tokens of each, with the stop token at the end of every part."""
    rows_AT: Tokens


class Reader:
    """Turns what seats see into tokens; all seats of a world share it."""

    def __init__(self, card: LanguageCard) -> None:
        """Opens the tokenizer.

        Raises:
            ConfigError: it has no end-of-sequence token, so that answers could not end.
        """
        self.card = card
        self.encode, self.stop = _tokenizer(card.model)
        self._legal: dict[tuple[str, ActionSpec], Legal] = {}

    @property
    def space(self) -> gymnasium.spaces.Dict:
        """The space of what a seat sees."""
        card, most = self.card, np.iinfo(np.int32).max
        text = gymnasium.spaces.Box(NOTHING, most, (card.tokens,), np.int32)
        answers = gymnasium.spaces.Box(NOTHING, most, (card.answers, card.answer_tokens), np.int32)
        return gymnasium.spaces.Dict(text=text, answers=answers)

    def legal(self, seat: str, seen: Observation) -> Legal:
        """The legal answers to an observation, and their tokens.

        Raises:
            ConfigError: there is no end of them, or they are more or longer than the card says.
        """
        try:
            found = self._legal.get((seat, seen.spec))
        except TypeError:  # a form holds a dict, which cannot be looked up
            return self._list(seat, seen)
        if found is None:
            if len(self._legal) >= KEPT:
                self._legal.clear()
            found = self._legal[seat, seen.spec] = self._list(seat, seen)
        return found

    def _list(self, seat: str, seen: Observation) -> Legal:
        spec, card = seen.spec, self.card
        try:
            actions = tuple(answers_to(spec, card.phrases.get(seat, ())))
        except ConfigError as error:
            raise ConfigError(f"the answers of {seat!r} cannot be listed: {error}; use view='text'") from error
        if spec.move is None and spec.speech is not None and spec.speech.max_words == 1 and spec.speech.vocabulary:
            actions = tuple(action for action in actions if action.say)  # as policies of this library always say one
        if not actions or actions == (Action(),):
            raise ConfigError(f"{seat!r} is only asked for free words, and no phrase is given for it to say (phrases)")
        paths = tuple(self._path(action, seen) for action in actions)
        if len(set(paths)) < len(paths):
            alike = [repr(named(action)) for action, path in zip(actions, paths, strict=True) if paths.count(path) > 1]
            raise ConfigError(
                f"{' and '.join(alike[:2])} are the same tokens to the tokenizer of {card.model}, which does not know "
                "their words; take a model that can write the answers of this world"
            )
        longest = max(map(len, paths))
        if len(paths) > card.answers or longest > card.answer_tokens:
            raise ConfigError(
                f"found {len(paths)} legal answers of up to {longest} tokens for {seat!r}, expected at most "
                f"{card.answers} of up to {card.answer_tokens}; raise answers or answer_tokens"
            )
        rows_AT = np.full((card.answers, card.answer_tokens), NOTHING, np.int32)
        for row, path in enumerate(paths):
            rows_AT[row, : len(path)] = path
        rows_AT.setflags(write=False)
        return Legal(actions, paths, rows_AT)

    def _path(self, action: Action, seen: Observation) -> tuple[int, ...]:
        """The replies one after another, with the questions between them; those are no choice, and cost nothing."""
        path: list[int] = []
        parts, replies = _codec.parts(seen), _codec.replies(action, seen.spec)
        for place, ((prompt, _), reply) in enumerate(zip(parts, replies, strict=True)):
            path += self.encode(prompt[0].content) if place else ()
            path += (*self.encode(reply), self.stop)
        return tuple(path)


class Reading:
    """One seat of one episode after another."""

    def __init__(self, reader: Reader, seat: str) -> None:
        """Sits down."""
        self.reader, self.seat = reader, seat
        self.begin()

    def begin(self) -> None:
        """Forgets the last episode."""
        self.held: list[int] = []
        self.now: Legal | None = None

    def look(self, world: Environment, seen: Observation | None) -> dict[str, Tokens]:
        """Reads an observation; None where the episode is over."""
        card = self.reader.card
        self.now = None if seen is None else self.reader.legal(self.seat, seen)
        if seen is not None:
            self.held += self.reader.encode(_codec.parts(seen)[0][0][0].content)
        text_L = np.full(card.tokens, NOTHING, np.int32)
        last = self.held[-card.tokens :]
        text_L[: len(last)] = last
        rows_AT = np.full((card.answers, card.answer_tokens), NOTHING, np.int32) if self.now is None else self.now[2]
        return {"text": text_L, "answers": rows_AT}

    @property
    def mask(self) -> Any:
        """Which answers are legal now, `[A]`."""
        return np.arange(self.reader.card.answers) < (0 if self.now is None else len(self.now.actions))

    def take(self, number: int) -> Answer:
        """The answer with a number, which from now on is part of what was said."""
        if self.now is None or not 0 <= number < len(self.now.actions):
            count = 0 if self.now is None else len(self.now.actions)
            return Rejection("illegal", f"found answer {number}, expected 0 to {count - 1}")
        self.held += self.now.paths[number]
        return self.now.actions[number]


class LanguageSeats(Episodes):
    """The seats of a world for language models: observations are tokens, actions the numbers of legal answers."""

    def __init__(
        self,
        world: str | Callable[[], Environment],
        *,
        model: str,
        tokens: int = 128,
        answers: int = 16,
        answer_tokens: int = 8,
        phrases: Mapping[str, Sequence[str]] | None = None,
        minds: Mapping[str, Who] | None = None,
        channel: Channel | None = None,
        max_cycles: int | None = None,
        **options: Json,
    ) -> None:
        """Makes the world; the arguments are those of `LanguageCard` and `coterie.adapters.episodes.Episodes`."""
        said = {seat: tuple(each) for seat, each in (phrases or {}).items()}
        super().__init__(
            creator(world, options)(), minds=minds, phrases=phrases, channel=channel, max_cycles=max_cycles
        )
        self.card = LanguageCard(str(model), tokens, answers, answer_tokens, said)
        reader = Reader(self.card)
        self.readings = {seat: Reading(reader, seat) for seat in self.free}
        self.observation_spaces: dict[str, gymnasium.Space[Any]] = dict.fromkeys(self.free, reader.space)
        self.action_spaces: dict[str, gymnasium.Space[Any]] = dict.fromkeys(
            self.free, gymnasium.spaces.Discrete(answers)
        )

    def begin(self, seed: int | None) -> Any:
        """Starts an episode with this seed, or with one drawn from the last."""
        for reading in self.readings.values():
            reading.begin()
        return super().begin(seed)

    def look(self, seat: str) -> dict[str, Tokens]:
        """What a seat sees now."""
        return self.readings[seat].look(self.world, None if self.over else self.told.observations.get(seat))

    def answer(self, seat: str, action: Any, seen: Observation) -> Answer:
        """What an action means to the world."""
        return self.readings[seat].take(int(action))


def named(action: Answer) -> str:
    """An answer in words; empty for one that was refused.

    >>> from coterie.core import Utterance
    >>> named(Action("up", (Utterance("come here"),)))
    'up come here'
    """
    if isinstance(action, Rejection):
        return ""
    return " ".join([str(action.move)] * (action.move is not None) + [each.text for each in action.say])


@lru_cache(maxsize=8)
def _tokenizer(model: str) -> tuple[Callable[[str], tuple[int, ...]], int]:
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise missing("transformers", "rllib", error) from error
    from coterie.policies.local.policy import encoder

    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot open a tokenizer at {model}: {error}; expected a saved model") from error
    if tokenizer.eos_token_id is None:
        raise ConfigError(f"the tokenizer of {model} has no end-of-sequence token; answers could not end")
    return lru_cache(maxsize=50_000)(encoder(tokenizer)), int(tokenizer.eos_token_id)
