"""A person in the terminal: sees what the seat sees, and is asked until the answer is legal."""

import inspect
from collections.abc import Callable

import msgspec

from coterie.agents.rules import rules_of
from coterie.agents.terminal import STANDARD, Terminal
from coterie.agents.typed import choices, read_move, read_words
from coterie.core import (
    Action,
    ActionSpec,
    Agent,
    AgentError,
    Choice,
    Decision,
    Environment,
    Form,
    Json,
    Move,
    Number,
    Observation,
    Rejection,
    Speech,
    Text,
    Utterance,
)

HELP = """\
A move: its number or its name; the beginning of the name is enough. Speech: type the words; Enter alone says nothing.
  ?      this help, the rules of the world and what is asked
  undo   takes back the last line of this turn, as long as the turn is not sent
  quit   leaves; the episode is recorded as abandoned (so does the end of the input, Ctrl-D)
Put words into double quotes to send them as they stand, such as "quit"."""
ADDRESSING = "Begin with @name to speak to one only, @name,name to some; separate several messages with |."
COMMANDS = ("?", "undo", "quit")
Question = tuple[str, Move | Speech]


class HumanAgent:
    """Tells a person what the seat perceives and asks for the answer."""

    def __init__(self, terminal: Terminal, seat: str, rules: str, sketch: Callable[[Observation], str]) -> None:
        """Takes a seat at the terminal; `sketch` draws what it sees."""
        self.terminal, self.seat, self.rules, self.sketch, self.turns = terminal, seat, rules, sketch, 0

    async def act(self, observation: Observation) -> Decision:
        """Asks until the answer is legal; what was mistyped costs nothing and is not recorded.

        Raises:
            AgentError: the person left.
        """
        async with self.terminal.turn():
            self.turns += 1
            self._tell(observation)
            try:
                return Decision(await self._answer(observation))
            except EOFError as error:
                raise AgentError("abandoned by the player") from error

    def _tell(self, seen: Observation) -> None:
        self.terminal.rule(f"{self.seat}, turn {self.turns}")
        if self.turns == 1:
            self.terminal.say("type ? for help, quit to leave", "dim")
        for message in seen.heard:
            self.terminal.say(f"{message.speaker} says: {message.text}", "cyan")
        if seen.text or seen.data:
            self.terminal.say(seen.text or str(seen.data))
        if drawn := self.sketch(seen):
            self.terminal.say(drawn, "bold")
        if seen.budget:
            left = ", ".join(f"{amount:g} {name}" for name, amount in seen.budget.items())
            self.terminal.say(f"left: {left}", "dim")

    async def _answer(self, seen: Observation) -> Action:
        """Goes through the questions of a turn; one that asks for several things is sent after a last look."""
        questions, answers = _questions(seen.spec), list[Json]()
        while True:
            while len(answers) < len(questions):
                await self._ask(*questions[len(answers)], seen, answers)
            if len(questions) <= 1 or await self._confirm(questions, answers, seen):
                return _action(seen.spec, answers)

    async def _ask(self, label: str, question: Move | Speech, seen: Observation, answers: list[Json]) -> None:
        """Asks one question until it is answered, or a command was given."""
        self._offer(question)
        while True:
            line = await self.terminal.line(f"{label}> ")
            named = isinstance(question, Choice) and line in question.options  # an option may be called "quit"
            if line in COMMANDS and not named:
                self._command(line, seen, answers)
                return
            answer = read_words(question, line) if isinstance(question, Speech) else read_move(question, line)
            if not isinstance(answer, Rejection):
                answers.append(answer)
                return
            self.terminal.say(answer.reason, "red")

    async def _confirm(self, questions: list[Question], answers: list[Json], seen: Observation) -> bool:
        """Shows what would be sent; says whether to send it."""
        self.terminal.say(f"you: {_shown(questions, answers)}", "green")
        line = await self.terminal.line("Enter sends, undo takes back> ")
        if line in COMMANDS:
            self._command(line, seen, answers)
        elif line:
            self.terminal.say(f"found {line!r}, expected Enter, undo, ? or quit", "red")
        return not line

    def _command(self, line: str, seen: Observation, answers: list[Json]) -> None:
        if line == "quit":
            raise AgentError("abandoned by the player")
        if line == "?":
            addressing = [ADDRESSING] if seen.spec.speech and seen.spec.speech.audiences else []
            self.terminal.say("\n".join([HELP, *addressing, "", self.rules]), "dim")
            self._tell(seen)
        elif answers:
            answers.pop()
        else:
            self.terminal.say("nothing to take back in this turn; what was sent is sent", "red")

    def _offer(self, question: Move | Speech) -> None:
        """Says what may be answered."""
        match question:
            case Choice(options):
                self.terminal.say(choices(options))
            case Text(max_words):
                self.terminal.say(f"free text, at most {max_words} words")
            case Number(low, high, integer, unit):
                kind = "a whole number" if integer else "a number"
                self.terminal.say(f"{kind} from {low:g} to {high:g} {unit}".rstrip())
            case Speech():
                self.terminal.say(_rights(question))

    def close(self) -> None:
        """Holds nothing of its own."""


class Human(msgspec.Struct, frozen=True):
    """Seats a person at the terminal; several seats may share it and are asked one after another."""

    name: str = "human"
    terminal: Terminal = STANDARD

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes a seat."""
        rules, legend = rules_of(type(environment)), inspect.getdoc(type(environment).sketch) or ""
        if type(environment).sketch is not Environment.sketch:
            rules += f"\n\nThe drawing shows {legend[0].lower()}{legend[1:]}"
        return HumanAgent(self.terminal, agent, rules, environment.sketch)


def _questions(spec: ActionSpec) -> list[Question]:
    """One question for a move, or for each field of a form, and one for words."""
    questions: list[Question] = []
    if isinstance(spec.move, Form):
        questions.extend(spec.move.fields.items())
    elif spec.move is not None:
        questions.append(("move", spec.move))
    if spec.speech is not None:
        questions.append(("say", spec.speech))
    return questions


def _action(spec: ActionSpec, answers: list[Json]) -> Action:
    left = list(answers)
    say: tuple[Utterance, ...] = left.pop() if spec.speech is not None else ()
    if isinstance(spec.move, Form):
        return Action(dict(zip(spec.move.fields, left, strict=True)), say)
    return Action(left[0] if left else None, say)


def _shown(questions: list[Question], answers: list[Json]) -> str:
    parts = []
    for (label, question), answer in zip(questions, answers, strict=True):
        if isinstance(question, Speech):
            said = [f"{'@' + ','.join(each.to) + ' ' if each.to else ''}{each.text}" for each in answer]
            parts.append(f"{label}: {' | '.join(said) or 'nothing'}")
        else:
            parts.append(f"{label}: {answer}")
    return "; ".join(parts)


def _rights(speech: Speech) -> str:
    rights = "you must speak" if speech.required else "you may speak"
    rights += f", at most {speech.max_words} words"
    if speech.cost:
        rights += f", {speech.cost:g} a word"
    if speech.audiences:
        rights += f", to everybody or to @{', @'.join(speech.audiences)}"
    return rights + (f"; only: {' '.join(speech.vocabulary)}" if speech.vocabulary else "")
