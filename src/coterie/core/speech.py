"""Speech as a value: what was said, by whom, to whom.

Speech is counted in words (separated by white space), because a world cannot know whose tokenizer its guests bring. The
exact tokens a model spent stand on its samples.
"""

import msgspec


class Utterance(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something an agent says: the words, and whom they are meant for (empty: everybody the world lets hear)."""

    text: str
    to: tuple[str, ...] = ()


class Speech(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The right to speak: how much, to whom, at what price.

    >>> Speech(max_words=3).refusal(Utterance("go north then east"))
    'over_budget: 4 words, at most 3 allowed'
    """

    max_words: int
    """Most words in one utterance."""
    vocabulary: tuple[str, ...] = ()
    """The only words allowed; empty: any."""
    audiences: tuple[str, ...] = ()
    """Who may be addressed by name; empty: nobody in particular, the world decides who hears."""
    cost: float = 0.0
    """What a word costs the speaker's reward, charged by the channel."""
    required: bool = False
    """Whether an action without an utterance is refused."""

    def refusal(self, utterance: Utterance) -> str | None:
        """Says why this utterance is not allowed, as `code: reason`, or None."""
        text = utterance.text
        if not isinstance(text, str) or not isinstance(utterance.to, tuple):
            return f"unparsable: an utterance holds text and a tuple of names, found {type(text).__name__}"
        if not is_writable(text):
            return "unparsable: the text holds characters that UTF-8 cannot write"
        # A word is never usefully longer than this; the limit keeps one huge "word" from passing as speech.
        if len(text) > 40 * self.max_words:
            return f"over_budget: {len(text)} characters, at most {40 * self.max_words} allowed"
        words = text.split()
        if len(words) > self.max_words:
            return f"over_budget: {len(words)} words, at most {self.max_words} allowed"
        if self.vocabulary and (unknown := next((word for word in words if word not in self.vocabulary), None)):
            return f"illegal: {unknown!r} is not among the words allowed: {', '.join(self.vocabulary[:40])}"
        for name in utterance.to:
            if name not in self.audiences:
                return f"illegal: nobody called {str(name)[:40]!r} can be addressed, only {self.audiences}"
        return None


def is_writable(text: str) -> bool:
    r"""Whether a record can hold this text; halves of surrogate pairs have no place in UTF-8.

    >>> is_writable("caf\u00e9"), is_writable("\ud800")
    (True, False)
    """
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def writable(text: str) -> str:
    r"""The same text, with a question mark for what UTF-8 cannot write.

    >>> writable("caf\u00e9 \ud800")
    'café ?'
    """
    return text if is_writable(text) else text.encode("utf-8", "replace").decode()


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An utterance on its way to, or delivered to, those who can hear it."""

    speaker: str
    text: str
    audience: tuple[str, ...]
    """Who could hear it, as the world decided."""
    time: int | float = 0.0
    """When it was said: the step number, or simulated seconds in timed worlds."""

    @property
    def words(self) -> int:
        """The number of words, the unit of every speech budget and communication metric."""
        return len(self.text.split())
