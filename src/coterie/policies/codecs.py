"""The compact codec: as few tokens as possible, for small models trained on the world itself."""

import msgspec

from coterie.core import Action, ActionSpec, ChatMessage, Number, Observation, Prompt, Rejection, Utterance


class CompactCodec(msgspec.Struct, frozen=True):
    """Renders `what was heard, what is seen, act` (or `say`); a reply is the bare move, or the bare words.

    A turn that asks for a move and lets the agent speak is asked in two prompts, so that the move can be a constrained
    choice and the words free.

    >>> from coterie.core import Choice, Message
    >>> heard = (Message("ann", "go", ("bob",)),)
    >>> seen = Observation(ActionSpec(move=Choice(("north",))), text="at c0 r0", heard=heard)
    >>> CompactCodec().parts(seen)[0][0][0].content
    'at c0 r0 ann says go act'
    """

    act: str = "act"
    """The word that asks for a move."""
    say: str = "say"
    """The word that asks for speech."""

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        """Returns one prompt for the move, one for the words, each if asked for."""
        heard = " ".join(f"{message.speaker} says {message.text}" for message in observation.heard)
        view = " ".join(part for part in (observation.text, heard) if part)
        spec, parts = observation.spec, list[tuple[Prompt, ActionSpec]]()
        if spec.move is not None:
            parts.append((_plain(f"{view} {self.act}"), ActionSpec(move=spec.move)))
        if spec.speech is not None:
            text = self.say if parts else f"{view} {self.say}"
            parts.append((_plain(text), ActionSpec(speech=spec.speech)))
        return parts

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        """Reads the bare replies."""
        left = list(replies)
        move: str | float | None = None
        if spec.move is not None:
            answer = left.pop(0).strip()
            move = answer
            if isinstance(spec.move, Number):
                try:
                    move = float(answer)
                except ValueError:
                    return Rejection("unparsable", f"found {answer[:40]!r}, expected a number")
        words = left.pop(0).strip() if spec.speech is not None else ""
        return Action(move, (Utterance(words),) if words else ())

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        """Writes the bare move, and the bare words."""
        move = [] if spec.move is None else [str(action.move)]
        words = [] if spec.speech is None else [" ".join(utterance.text for utterance in action.say)]
        return move + words

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        """Asks again, with the code of the refusal."""
        return _plain(f"{rejection.code} {self.say if spec.move is None else self.act}")


def _plain(text: str) -> Prompt:
    return (ChatMessage("plain", text),)
