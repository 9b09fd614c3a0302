"""Shared by the bridges: what a seat sees, in the forms that other libraries take.

- `vector`: the world's own numeric view, always of the same length; the whole current view.
- `text`: the words of the observation and what was heard, as a string.
- `bytes`: the same as a fixed number of bytes of UTF-8, for libraries that take only arrays. The text stands at the
  end, after zeros; of a longer one the last part is kept.

Observations tell only what is new; the agent remembers. A learner without memory sees more in a `transcript`: all that
the seat has seen, heard and answered in this episode.
"""

import string
from collections.abc import Sequence
from typing import Any, Literal

import gymnasium
import msgspec
import numpy as np

from coterie.core import Action, ConfigError, Environment, Json, Observation
from coterie.policies.codecs import CompactCodec

Form = Literal["vector", "text", "bytes"]
Acting = Literal["number", "text"]
LONGEST_TEXT = 100_000
"""Characters; of a longer view the last part is shown."""
_codec = CompactCodec()


class Sentences(gymnasium.spaces.Text):
    """Any text up to a length; unlike its parent it allows every character, because speech may hold any."""

    def __init__(self, max_length: int = LONGEST_TEXT) -> None:
        """Samples are short and of letters; what is contained is not limited to them."""
        super().__init__(max_length, min_length=0, charset=string.ascii_letters + string.digits + " ")

    def contains(self, x: Any) -> bool:
        """Whether it is text and not too long."""
        return isinstance(x, str) and len(x) <= self.max_length


class Card(msgspec.Struct, frozen=True):
    """How a seat sees and answers in numbers: what somebody who learned there must know to sit anywhere."""

    world: str
    options: dict[str, Json]
    form: Form
    answers: tuple[Action, ...]
    """In the order of their numbers."""
    transcript: bool = False
    characters: int = 512
    length: int = 0
    """To which a vector is padded."""
    seats: tuple[str, ...] = ()
    """Whose marks are added to a vector."""
    mask_in_view: bool = False
    algorithm: str = ""
    """What learned it, such as `PPO`."""


class View:
    """What one seat sees of one episode, in one form; it remembers the transcript where one is wanted."""

    def __init__(
        self,
        form: Form,
        seat: str,
        *,
        characters: int = 512,
        transcript: bool = False,
        length: int = 0,
        seats: Sequence[str] = (),
    ) -> None:
        """Sets the form.

        Args:
            form: `vector`, `text` or `bytes`.
            seat: whose view.
            characters: how many bytes, for `bytes`.
            transcript: whether text tells the whole episode so far, own answers included, and not only what is new.
            length: pads a shorter `vector` with zeros to this length.
            seats: adds to a `vector` a number for each of these, 1 for the own seat, so that they can share a policy.
        """
        if form not in ("vector", "text", "bytes"):
            raise ConfigError(f"found view {form!r}, expected vector, text or bytes")
        self.form, self.seat, self.characters, self.transcript = form, seat, characters, transcript
        self.length, self.seats = length, tuple(seats)
        self.marks = np.array([float(each == seat) for each in seats], np.float32)
        self.lines: list[str] = []

    def space(self, world: Environment) -> gymnasium.Space[Any]:
        """The space that holds every view; `world` must have been reset."""
        if self.form == "text":
            return Sentences()
        if self.form == "bytes":
            return gymnasium.spaces.Box(0, 255, (self.characters,), np.uint8)
        size = max(self.length, len(world.vector(self.seat).values)) + len(self.marks)
        return gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32)

    def card(self, world: Environment, answers: Sequence[Action], mask_in_view: bool) -> Card:
        """How this seat sees and answers."""
        return Card(
            world.id,
            world.options,
            self.form,
            tuple(answers),
            self.transcript,
            self.characters,
            self.length,
            self.seats,
            mask_in_view,
        )

    def begin(self) -> None:
        """Forgets the last episode."""
        self.lines = []

    def answered(self, action: Action, seen: Observation) -> None:
        """Notes an answer of the seat for the transcript."""
        if self.transcript:
            self.lines.append("> " + " ".join(_codec.replies(action, seen.spec)))

    def look(self, world: Environment, seen: Observation | None) -> Any:
        """What the seat sees now; `seen` is None where it is not its turn, or the episode is over."""
        if self.form == "vector":
            return self._vector(world)
        text = "" if seen is None else words_of(seen)
        if self.transcript:
            if text:
                self.lines.append(text)
            text = "\n".join(self.lines)
        if self.form == "text":
            return text[-LONGEST_TEXT:]
        return to_bytes(text, self.characters)

    def _vector(self, world: Environment) -> Any:
        values = world.vector(self.seat).values
        missing = self.length - len(values)
        if missing <= 0 and not len(self.marks):
            return values if values.dtype == np.float32 else values.astype(np.float32)
        padding = np.zeros(max(0, missing), np.float32)
        return np.concatenate([values, padding, self.marks], dtype=np.float32, casting="same_kind")


def words_of(seen: Observation) -> str:
    r"""An observation in words: what is new, then what was heard, a line each.

    >>> from coterie.core import ActionSpec, Message
    >>> words_of(Observation(ActionSpec(), "at c0 r0", heard=(Message("ann", "go north", ("bob",)),)))
    'at c0 r0\nann says go north'
    """
    if not seen.heard:
        return seen.text
    heard = [f"{message.speaker} says {message.text}" for message in seen.heard]
    return "\n".join([seen.text, *heard] if seen.text else heard)


def to_bytes(text: str, size: int) -> Any:
    """The last `size` bytes of a text as numbers, after zeros where it is shorter.

    >>> to_bytes("ab", 4)
    array([ 0,  0, 97, 98], dtype=uint8)
    """
    written = np.frombuffer(text.encode("utf-8", "replace")[-size:], np.uint8)
    numbers = np.zeros(size, np.uint8)
    numbers[size - len(written) :] = written
    return numbers


def from_bytes(numbers: Any) -> str:
    """Reads such numbers back; a character that was cut in half is left out.

    >>> from_bytes(to_bytes("caf\u00e9", 2)), from_bytes(to_bytes("caf\u00e9", 1))
    ('é', '')
    """
    return bytes(np.asarray(numbers, np.uint8)).lstrip(b"\0").decode("utf-8", "ignore")
