"""A served world whose orders from Python's side are senseless, late or unreadable."""

import contextlib
import threading

import pytest

from coterie.adapters.unity import Answer, codec, serve, words
from coterie.adapters.unity.line import Line
from coterie.adapters.unity.program import Program
from coterie.adapters.unity.protocol import Order
from coterie.core import Utterance, WorldError


@contextlib.contextmanager
def bare_line(id="tic_tac_toe-v1", failed=None, **settings):
    """Python's side by hand: a line to a served world, greeted already."""
    line = Line()

    def run():
        try:
            serve(id, port=line.port, **settings)
        except WorldError as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        line.greet(seed=1, wait_s=60.0, program=Program())
        yield line
    finally:
        line.close()
    thread.join(20.0)
    assert not thread.is_alive()


def exchange(line, **order):
    return line.exchange(Order(**order), 10.0, Program())


@pytest.mark.parametrize(
    "answers", [{}, {"cross": ()}, {"cross": (Answer(),)}, {"cross": (Answer((), (99,)),)}, {"x": (Answer(),) * 3}]
)
def test_an_answer_without_sense_is_no_answer_of_its_seat(answers):
    with bare_line() as line:
        exchange(line, command="RESET")
        report = exchange(line, answers=answers)
    (loser,) = report.infos["cross"]
    assert (loser.done, loser.reward) == (True, -1.0)


def test_a_masked_choice_is_refused():
    with bare_line() as line:
        exchange(line, command="RESET")
        exchange(line, answers={"cross": (Answer((), (0,)),)})
        report = exchange(line, answers={"nought": (Answer((), (0,)),)})
    assert [(info.done, info.reward) for info in report.infos["nought"]] == [(True, -1.0)]
    assert [(info.done, info.reward) for info in report.infos["cross"]] == [(True, 1.0)]


def test_the_next_episode_begins_by_itself_with_new_numbers():
    with bare_line() as line:
        first = exchange(line, command="RESET")
        exchange(line)
        second = exchange(line)
    assert [info.id for info in first.infos["cross"]] == [0]
    assert [(info.id, info.done) for info in second.infos["cross"]] == [(2, False)]


@pytest.mark.parametrize("charges", [False, True])
def test_words_are_charged_here_unless_the_listener_does_it(charges):
    """Two words at a quarter each; the move of a step costs the same in both."""
    said = words.Said(say=(Utterance("go north"),))
    paid = []
    for answers in ({}, {"lookout": said}):
        with bare_line("lookout-v1", options={"word_cost": 0.25}) as line:
            exchange(line, command="RESET", posts=(words.post(words.Asked(listens=True, charges=charges)),))
            report = exchange(line, posts=(words.post(words.Asked(answers=answers)),))
            while "lookout" not in report.infos:
                report = exchange(line)
        paid.append(report.infos["lookout"][0].reward)
    assert paid[1] - paid[0] == pytest.approx(0.0 if charges else -0.5)


def test_an_order_that_cannot_be_read_ends_the_service(monkeypatch):
    failed = []
    with bare_line(failed=failed) as line:
        monkeypatch.setattr("coterie.adapters.unity.line.write_order", lambda order: b"\xff\xff\xff")
        with pytest.raises(WorldError, match=r"said nothing for 2 s|ended the session|hung up"):
            line.exchange(Order(command="RESET"), 2.0, Program())
    assert "no ML-Agents message" in str(failed[0])


def test_a_trainer_that_takes_too_long_ends_the_service_where_a_limit_is_set():
    failed = []
    with bare_line(failed=failed, answer_s=1.0) as line:
        exchange(line, command="RESET")
        threading.Event().wait(2.0)
    assert "gave no order for 1 s" in str(failed[0])


def test_orders_that_name_no_command_are_refused():
    message = codec.UnityMessage()
    message.header.status = 200
    message.unity_input.rl_input.command = 7
    with pytest.raises(WorldError, match="command 7"):
        codec.read_order(message.SerializeToString())
