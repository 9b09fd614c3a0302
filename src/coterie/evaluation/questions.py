"""Questions: read what you are shown and choose one of the answers you are given.

Every question stands alone. Whoever answers sees nothing but its text.
"""

import zlib
from collections.abc import Mapping, Sequence

import msgspec

from coterie.agents import Expert, Language
from coterie.agents.rules import rules_of
from coterie.core import (
    Action,
    ActionSpec,
    AgentError,
    Choice,
    ConfigError,
    Ending,
    Environment,
    Mind,
    Observation,
    Step,
)
from coterie.evaluation.probes.arms import Arm, play_arms
from coterie.policies.chat_codec import ChatCodec

SEAT = "respondent"


class Question(msgspec.Struct, frozen=True):
    """A text and the answers that may be chosen, in the order in which they are offered."""

    text: str
    answers: tuple[str, ...]


class Questions(Environment):
    """A world of one seat: the seed says which question is asked, and its answer ends the episode.

    After the last question comes the first again, so that other seeds ask the same with other luck.
    """

    id = "questions-v1"
    agents = (SEAT,)

    def __init__(self, questions: Sequence[Question] = ()) -> None:
        """Takes the questions."""
        self.questions = questions
        # A record of other questions must not pass for one of these.
        self.options = {"questions": zlib.crc32(msgspec.json.encode(questions))}

    def begin(self) -> Step:
        """Asks."""
        asked = self.questions[self.seed % len(self.questions)]
        return Step({SEAT: Observation(ActionSpec(move=Choice(asked.answers)), asked.text)})

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Ends."""
        return Step(endings={SEAT: Ending("terminated", "answered")})


def ask(
    questions: Sequence[Question],
    mind: Mind,
    *,
    name: str = "asked",
    luck: int = 0,
    folder: str | None = None,
    at_once: int = 256,
    progress: bool = False,
) -> list[str | None]:
    """Asks a mind every question by itself and returns its answers; None where none of those offered came.

    >>> from coterie.agents import Scripted
    >>> first = Scripted(lambda seed: lambda seen: Action(seen.spec.move.options[0]))
    >>> ask([Question("is it so?", ("yes", "no")), Question("or is it not?", ("no", "yes"))], first)
    ['yes', 'no']

    Args:
        questions: what is asked.
        mind: who answers; a chat model is told what it is asked to do here, in place of the rules of a world.
        name: what the episodes are kept as.
        luck: two minds that draw their answers draw different ones when this differs.
        folder: keeps them there, and asks nothing twice.
        at_once: how many questions are asked together.
        progress: shows a bar.

    Raises:
        ConfigError: the mind is a world's own expert, which answers no questions.
        AgentError: not one question reached it.
    """
    if isinstance(mind, Expert):
        raise ConfigError("an expert knows its world only and answers no questions; seat a model, or a script")
    if isinstance(mind, Language) and isinstance(mind.codec, ChatCodec):
        mind = msgspec.structs.replace(mind, codec=ChatCodec(SEAT, rules_of(Questions)))
    played = play_arms(
        lambda: Questions(questions),
        [Arm(name, {SEAT: mind})],
        range(luck * len(questions), (luck + 1) * len(questions)),
        folder=folder,
        at_once=at_once,
        progress=progress,
    )[name]
    if played and all(each.failure for each in played):
        raise AgentError(f"{mind.name} could be asked nothing: {played[0].failure.error if played[0].failure else ''}")
    return [str(turns[0].action.move) if (turns := each.turns) and turns[0].action else None for each in played]
