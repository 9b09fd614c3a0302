import asyncio
import io
import threading

import pytest
from rich.console import Console

from coterie.agents import Expert, Human
from coterie.agents.terminal import Terminal
from coterie.core import (
    Action,
    ActionSpec,
    AgentError,
    Choice,
    Ending,
    Environment,
    Form,
    Message,
    Number,
    Observation,
    Speech,
    Step,
    Text,
    Utterance,
)
from coterie.environments import make
from coterie.rollout import play

WAYS = Choice(("north", "south", "southeast"))
BOTH = ActionSpec(WAYS, Speech(max_words=4, audiences=("ann", "bob")))
OFFER = ActionSpec(move=Form({"item": Choice(("hat", "ball")), "price": Number(0, 9, True), "why": Text(3)}))


def answer(observation, *lines):
    """What a person who types these lines does, and what is printed meanwhile."""
    typed, out = iter([f"{line}\n" for line in lines]), io.StringIO()
    console = Console(file=out, width=100, highlight=False)
    human = Human(terminal=Terminal(lambda: next(typed, ""), console))
    agent = human.join(make("lookout"), "courier", 0)
    try:
        decision = asyncio.run(agent.act(observation))
    finally:
        console.file.seek(0)
    assert observation.spec.reject(decision.action) is None
    assert decision.rejections == ()
    assert next(typed, None) is None, "not every line was read"
    return decision.action, out.getvalue()


@pytest.mark.parametrize(
    ("line", "move"),
    [
        ("north", "north"),
        ("NORTH", "north"),
        ("n", "north"),
        ("3", "southeast"),
        ("south", "south"),
        ("southe", "southeast"),
    ],
)
def test_a_move_is_typed_by_number_or_by_name_or_by_the_beginning_of_it(line, move):
    assert answer(Observation(ActionSpec(move=WAYS)), line)[0] == Action(move)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("s", "'s' could be south, southeast; type more of it"),
        ("up", "found 'up', expected one of: north, south, southeast or a number"),
        ("0", "found number 0, expected 1 to 3"),
        ("4", "found number 4, expected 1 to 3"),
        ("", "found '', expected one of"),
    ],
)
def test_a_mistyped_move_is_explained_and_asked_again_at_no_cost(line, told):
    action, printed = answer(Observation(ActionSpec(move=WAYS)), line, "north")
    assert action == Action("north")
    assert told in printed
    assert printed.count("move> ") == 2


def test_options_that_are_numbers_are_meant_by_their_name():
    action, printed = answer(Observation(ActionSpec(move=Choice(("3", "1", "2")))), "1")
    assert action == Action("1")
    assert "3   1   2" in printed


def test_an_option_called_like_a_command_can_be_picked():
    assert answer(Observation(ActionSpec(move=Choice(("quit", "stay")))), "quit")[0] == Action("quit")


def test_everything_the_seat_perceives_is_shown_and_nothing_can_steer_the_terminal():
    heard = (Message("ann", "come \x1b[2J [bold]here[/bold]", ("bob",)),)
    seen = Observation(ActionSpec(move=WAYS), "at c0 r1", heard=heard, budget={"moves": 3})
    _, printed = answer(seen, "1")
    assert "ann says: come \\x1b[2J [bold]here[/bold]\n" in printed
    assert "\x1b" not in printed
    assert "at c0 r1\n" in printed
    assert "left: 3 moves\n" in printed
    assert "1 north   2 south   3 southeast\n" in printed


def test_a_move_with_words_is_sent_after_a_last_look_and_undo_takes_back_one_line():
    lines = ("north", "undo", "south", "@ann hello | @bob go home", "undo", "@bob,ann wait", "")
    action, printed = answer(Observation(BOTH), *lines)
    assert action == Action("south", (Utterance("wait", ("bob", "ann")),))
    assert "you: move: south; say: @ann hello | @bob go home" in printed


def test_silence_is_enter_alone_and_words_over_the_limit_are_asked_again():
    speak = Observation(ActionSpec(speech=Speech(max_words=2)))
    assert answer(speak, "")[0] == Action()
    action, printed = answer(speak, "one two three", "one | two", "one two")
    assert "3 words, at most 2 allowed" in printed
    assert action == Action(say=(Utterance("one two"),))
    required = Observation(ActionSpec(speech=Speech(max_words=2, required=True)))
    assert answer(required, "", '"quit"')[0] == Action(say=(Utterance("quit"),))


def test_a_form_is_asked_field_by_field():
    lines = ("h", "12", "x", "7", "because I say so", "undo", "8", "", '""', "look", "undo", "no reason", "")
    action, printed = answer(Observation(OFFER), *lines)
    assert action == Action({"item": "hat", "price": 8, "why": "no reason"})
    assert "found 12, expected a whole number from 0 to 9" in printed
    assert "found 'x', expected a number" in printed
    assert "4 words, at most 3 allowed" in printed
    assert "found 'look', expected Enter, undo, ? or quit" in printed


def test_help_tells_the_rules_of_the_world_and_shows_the_turn_again():
    _, printed = answer(Observation(ActionSpec(move=WAYS), "at c0 r1"), "?", "undo", "1")
    assert "undo   takes back the last line" in printed
    assert "it must pick up the parcel and drop it at its destination" in printed
    assert printed.count("at c0 r1\n") == 2
    assert "nothing to take back" in printed


@pytest.mark.parametrize("lines", [("quit",), ("north", "quit"), ("north", "hello", "quit"), (), ("north",)])
def test_who_quits_or_closes_the_input_abandons_the_episode(lines):
    with pytest.raises(AgentError, match="abandoned by the player"):
        answer(Observation(BOTH), *lines)


def test_an_abandoned_episode_is_recorded_with_what_was_played():
    typed = iter(["wait\n", "quit\n"])
    human = Human(terminal=Terminal(lambda: next(typed), Console(file=io.StringIO())))
    episode = play("lookout", {"lookout": Expert(), "courier": human}, seed=1)
    assert (episode.failure.boundary, episode.failure.agent) == ("agent", "courier")
    assert episode.failure.error == "AgentError: abandoned by the player"
    assert [turn.action.move for turn in episode.turns_of("courier")] == ["wait"]


class Pair(Environment):
    """Two who move at once, twice."""

    id = "pair-v1"
    agents = ("ann", "bob")

    def begin(self):
        self.moved = []
        return self.show()

    def show(self):
        spec = ActionSpec(move=WAYS, fallback=Action("south"))
        return Step(observations={agent: Observation(spec, f"you are {agent}") for agent in self.agents})

    def advance(self, actions):
        self.moved.append({agent: action.move for agent, action in actions.items()})
        return (
            self.show()
            if len(self.moved) < 2
            else Step(endings={name: Ending("terminated", "over") for name in self.agents})
        )


def test_two_people_at_one_terminal_are_asked_one_after_another():
    typed, out = iter(["1\n", "2\n", "2\n", "3\n"]), io.StringIO()
    terminal = Terminal(lambda: next(typed), Console(file=out, width=80))
    episode = play(Pair, {"ann": Human(terminal=terminal), "bob": Human(terminal=terminal)}, seed=1)
    assert episode.failure is None
    assert [turn.action.move for turn in episode.turns] == ["north", "south", "south", "southeast"]
    shown = [line for line in out.getvalue().splitlines() if line.startswith(("you are", "move> "))]
    assert [line.split()[-1] for line in shown if line.startswith("you")] == ["ann", "bob", "ann", "bob"]


def test_a_line_that_comes_too_late_answers_nothing_else():
    typed, out, released = iter(["stale\n", "fresh\n"]), io.StringIO(), threading.Event()

    def read():
        released.wait(10)
        return next(typed)

    terminal = Terminal(read, Console(file=out, width=80))

    async def two_turns():
        async with terminal.turn():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await terminal.line("> ")
        released.set()
        while not terminal._waiting.done():
            await asyncio.sleep(0.01)
        async with terminal.turn():
            return await terminal.line("> ")

    assert asyncio.run(two_turns()) == "fresh"
    assert "too late, not used: 'stale'" in out.getvalue()
