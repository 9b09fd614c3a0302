"""The chat codec: an observation as chat messages, a JSON object as the answer; for models that follow instructions."""

import json

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    ChatMessage,
    Choice,
    Form,
    Json,
    Message,
    Move,
    Number,
    Observation,
    Prompt,
    Rejection,
    Speech,
    Text,
)
from coterie.policies.chat_replies import read_reply

ANSWERING = (
    "Every message tells you what you heard, what you see and what you may do now. Answer with one JSON object and "
    'nothing else: "move" holds your move, "say" holds your words, exactly as the message asks. What you say is heard '
    "by others; what you think is not, so do not put it into the object."
)


class ChatCodec(msgspec.Struct, frozen=True):
    """Renders every turn as one user message and reads the JSON object `{"move": ..., "say": ...}` in the reply.

    The system message opens every prompt, because a codec remembers nothing; a conversation keeps the first.

    >>> seen = Observation(ActionSpec(move=Choice(("north", "wait"))), text="at c0 r0", budget={"moves": 4})
    >>> codec = ChatCodec(seat="courier")
    >>> [(prompt, spec)] = codec.parts(seen)
    >>> print(prompt[1].content)
    You see: at c0 r0
    Left: 4 moves
    Move: one of: north, wait
    Answer: {"move": ...}
    >>> codec.parse(['I go up. {"move": "North"}'], spec)
    Action(move='north', say=())
    """

    seat: str = ""
    """The name of the seat, told once in the system message."""
    rules: str = ""
    """What the model should know of the world, told once in the system message."""

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        """Returns one prompt: who you are and how to answer, then this turn."""
        who = f"You are {self.seat}." if self.seat else "You are one of several who act together."
        system = "\n\n".join(text for text in (who, self.rules.strip(), ANSWERING) if text)
        view = observation.text or (json.dumps(observation.data) if observation.data else "")
        lines = [_heard(message) for message in observation.heard]
        if view:
            lines.append(f"You see: {view}")
        if observation.budget:
            lines.append("Left: " + ", ".join(f"{left:g} {name}" for name, left in observation.budget.items()))
        user = "\n".join([*lines, ask(observation.spec)])
        return [((ChatMessage("system", system), ChatMessage("user", user)), observation.spec)]

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        """Reads the reply: leniently in form, strictly in what is legal; whatever it returns, `spec` accepts.

        A JSON object may stand anywhere (of several, the last counts); a turn that is only a choice, a number or free
        text may be answered plainly, and so may a turn that is only for speech.
        """
        try:
            answer = read_reply(replies[0] if replies else "", spec)
            return (spec.reject(answer) or answer) if isinstance(answer, Action) else answer
        except RecursionError:
            return Rejection("unparsable", "found JSON that is nested too deeply, expected one flat object")

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        """Writes an action as the reply that `parse` reads back: what a demonstrator would answer.

        >>> from coterie.core import Utterance
        >>> ChatCodec().replies(Action("north", (Utterance("hello"),)), ActionSpec())
        ['{"move": "north", "say": "hello"}']
        """
        content: dict[str, Json] = {}
        if spec.move is not None or action.move is not None:
            content["move"] = action.move
        if spec.speech is not None or action.say:
            plain = len(action.say) == 1 and not action.say[0].to
            addressed = [{"text": each.text, "to": list(each.to)} for each in action.say]
            content["say"] = action.say[0].text if plain else addressed or ""
        return [json.dumps(content, ensure_ascii=False)]

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        """Says what was found, what was expected, and how to answer."""
        told = f"Your answer was refused ({rejection.code}): {rejection.reason or 'it does not fit'}.\n{ask(spec)}"
        return (ChatMessage("user", told),)


def ask(spec: ActionSpec) -> str:
    """Says in words what `spec` asks for, and in which shape to answer.

    >>> print(ask(ActionSpec(speech=Speech(max_words=3, required=True))))
    Say: you must say something, at most 3 words
    Answer: {"say": "..."}
    """
    lines, shape = [], []
    if spec.move is not None:
        lines.append(f"Move: {_described(spec.move)}")
        shape.append(f'"move": {_shape(spec.move)}')
    if spec.speech is not None:
        lines.append(f"Say: {_rights(spec.speech)}")
        shape.append('"say": "..."')
    return "\n".join([*lines, f"Answer: {{{', '.join(shape)}}}"])


def _heard(message: Message) -> str:
    """Quotes what was said, so that nothing in it can pass for a line of the prompt."""
    return f"{message.speaker} said: {json.dumps(message.text, ensure_ascii=False)}"


def _described(move: Move) -> str:
    match move:
        case Choice(options):
            return f"one of: {', '.join(options)}"
        case Text(max_words):
            return f"free text, at most {max_words} words"
        case Number(low, high, integer, unit):
            kind = "a whole number" if integer else "a number"
            return f"{kind} from {low:g} to {high:g}{f' {unit}' if unit else ''}"
        case Form(fields):
            return "an object with these fields" + "".join(
                f"\n- {name}: {_described(field)}" for name, field in fields.items()
            )


def _shape(move: Move) -> str:
    if isinstance(move, Form):
        return "{" + ", ".join(f"{json.dumps(name)}: ..." for name in move.fields) + "}"
    return "..."


def _rights(speech: Speech) -> str:
    rights = "you must say something" if speech.required else "you may say something"
    rights += f", at most {speech.max_words} words"
    if speech.cost:
        rights += f", each word costs you {speech.cost:g}"
    if speech.vocabulary:
        rights += f"; the only words allowed: {', '.join(speech.vocabulary)}"
    if speech.audiences:
        names = ", ".join(speech.audiences)
        rights += f'; to speak to some only, answer "say": {{"name": "..."}} with a name of: {names}'
    return rights
