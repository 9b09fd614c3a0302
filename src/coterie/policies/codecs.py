"""The compact codec: as few tokens as possible, for small models trained on the world itself."""

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    ChatMessage,
    Form,
    Json,
    Number,
    Observation,
    Prompt,
    Rejection,
    Utterance,
)


class CompactCodec(msgspec.Struct, frozen=True):
    """Renders `what was heard, what is seen, act` (or `say`); a reply is the bare move, or the bare words.

    A turn that asks for several things (the fields of a form, a move and words) is asked in several prompts, so that
    each move can be a constrained choice and the words free.

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
        """Returns one prompt for the move, or for each field of a form, and one for the words, each if asked for."""
        heard = " ".join(f"{message.speaker} says {message.text}" for message in observation.heard)
        view = " ".join(part for part in (observation.text, heard) if part)
        asked = self._asked(observation.spec)
        return [(_plain(word if place else f"{view} {word}"), spec) for place, (word, spec) in enumerate(asked)]

    def _asked(self, spec: ActionSpec) -> list[tuple[str, ActionSpec]]:
        """The single questions of a turn, each with the word that asks it."""
        asked = list[tuple[str, ActionSpec]]()
        if isinstance(spec.move, Form):
            asked += [(f"{self.act} {name}", ActionSpec(move=field)) for name, field in spec.move.fields.items()]
        elif spec.move is not None:
            asked.append((self.act, ActionSpec(move=spec.move)))
        if spec.speech is not None:
            asked.append((self.say, ActionSpec(speech=spec.speech)))
        return asked

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        """Reads the bare replies."""
        moves = list[Json]()
        asked = [part.move for _, part in self._asked(spec) if part.move is not None]
        for move, reply in zip(asked, replies, strict=False):
            answer: Json = reply.strip()
            if isinstance(move, Number):
                try:
                    answer = float(answer)
                except ValueError:
                    return Rejection("unparsable", f"found {answer[:40]!r}, expected a number")
            moves.append(answer)
        words = replies[-1].strip() if spec.speech is not None else ""
        say = (Utterance(words),) if words else ()
        if isinstance(spec.move, Form):
            return Action(dict(zip(spec.move.fields, moves, strict=True)), say)
        return Action(moves[0] if moves else None, say)

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        """Writes the bare move, or every field of it, and the bare words."""
        if isinstance(spec.move, Form) and isinstance(action.move, dict):
            moves = [_written(action.move[name]) for name in spec.move.fields]
        else:
            moves = [] if spec.move is None else [_written(action.move)]
        words = [] if spec.speech is None else [" ".join(utterance.text for utterance in action.say)]
        return moves + words

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        """Asks again, with the code of the refusal."""
        return _plain(f"{rejection.code} {self.say if spec.move is None else self.act}")


def _written(move: Json) -> str:
    return str(int(move)) if isinstance(move, float) and move.is_integer() else str(move)


def _plain(text: str) -> Prompt:
    return (ChatMessage("plain", text),)
