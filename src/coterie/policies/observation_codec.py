"""The observation codec: what is perceived, as JSON; for agents behind an endpoint that `coterie serve` opened."""

import msgspec

from coterie.core import Action, ActionSpec, ChatMessage, Json, Message, Observation, Prompt, Rejection
from coterie.policies.chat_codec import ChatCodec


class _Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """An observation without its arrays, which no message of a chat should hold."""

    spec: ActionSpec
    text: str = ""
    data: dict[str, Json] = {}
    heard: tuple[Message, ...] = ()
    budget: dict[str, int | float] = {}


class ObservationCodec(msgspec.Struct, frozen=True):
    """Sends every observation as one JSON object and reads the JSON object `{"move": ..., "say": ...}` in the reply.

    The agent at the other end renders it with its own codec and knows what is legal, so that it answers as it would in
    this process. Arrays are left out.

    >>> from coterie.core import Choice
    >>> seen = Observation(ActionSpec(move=Choice(("north",))), text="at c0 r0")
    >>> [(prompt, _)] = ObservationCodec().parts(seen)
    >>> print(prompt[0].content)
    {"spec":{"move":{"type":"choice","options":["north"]}},"text":"at c0 r0"}
    >>> read_observations(prompt[0].content) == [seen]
    True
    """

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        """Returns one prompt: the observation."""
        return [(_written(observation), observation.spec)]

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        """Reads the reply as the chat codec does."""
        return ChatCodec().parse(replies, spec)

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        """Writes an action as the chat codec does."""
        return ChatCodec().replies(action, spec)

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        """Asks again, with what was refused."""
        return _written(Observation(spec, f"refused ({rejection.code}): {rejection.reason}"))


def read_observations(text: str) -> list[Observation] | None:
    """Reads what the codec wrote: one observation, or several with empty lines between them; None: it is words.

    >>> read_observations("hello") is None
    True
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        seen = [_decoder.decode(part) for part in text.strip().split("\n\n")]
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return [Observation(each.spec, each.text, each.data, each.heard, budget=each.budget) for each in seen]


def _written(seen: Observation) -> Prompt:
    plain = _Seen(seen.spec, seen.text, seen.data, seen.heard, seen.budget)
    return (ChatMessage("user", msgspec.json.encode(plain).decode()),)


_decoder = msgspec.json.Decoder(_Seen)
