"""The page of a replay in a real browser, headless: it loads cleanly, draws, moves in time, does what it is told."""

import re
import sys
from pathlib import Path

import pytest

from coterie.agents import Expert
from coterie.core import Action, Utterance
from coterie.evaluation.replay import play_again, replay_page
from coterie.rollout import play

sys.path.insert(0, str(Path(__file__).parents[1] / "virtual"))
from handing_over import HandingOver
from looking import SHADES

ATTACK = "<script>window.broken = 1</script><img src=x onerror='window.broken=1'>"


class Speaking(HandingOver):
    """The same, but ann says something that is no good for a page."""

    def expert(self, agent, seed=0):
        script, said = super().expert(agent, seed), []

        def act(seen):
            action = script(seen)
            if agent == "ann" and not said:
                said.append(1)
                return Action(action.move, (Utterance(ATTACK),))
            return action

        return act


@pytest.fixture(scope="module")
def record():
    return play(Speaking, {"ann": Expert(), "bob": Expert()}, 3)


@pytest.fixture(scope="module")
def page(record):
    return replay_page(play_again(record, world="test_replay:Speaking"))


@pytest.fixture(scope="module")
def desk(page, show):
    tab = show(page, width=900, height=640)
    yield tab
    # Whatever the tests did with it: nothing went wrong, and nothing was fetched.
    assert tab.complaints() == []
    assert [address for address in tab.requests() if not address.startswith("data:")] == tab.requests()[:1]
    tab.close()


@pytest.fixture
def tab(desk):
    """The page as it is when it has just come up."""
    desk.run("location.hash = ''; replay.pause(); replay.view(''); replay.seek(0)")
    return desk


def at(tab, time):
    return tab.run(f"replay.seek({time}), replay.body('ann')")


def test_moving_in_time_moves_the_agents(tab, record):
    assert tab.run("replay.length") == record.outcome["steps"]
    begin, middle, end = (at(tab, record.outcome["steps"] * part) for part in (0, 0.5, 1))
    assert (round(begin["x"], 1), round(begin["y"], 1)) == (4.0, 3.0)
    assert end["x"] > 12.0  # ann ends beside bob, behind the gate
    assert begin["x"] != middle["x"] != end["x"]


def test_the_scene_is_drawn_from_outside_and_through_eyes(tab):
    assert tab.run(SHADES) > 200  # a canvas that stayed blank has one
    outside = tab.run("replay.scene.canvas.toDataURL()")
    tab.run("replay.view('ann', true)")
    assert tab.run(SHADES) > 50
    assert tab.run("replay.scene.canvas.toDataURL()") != outside


def test_playing_goes_on_by_itself_and_ends_at_the_end(tab):
    tab.run("replay.seek(replay.length - 0.5), replay.play()")
    assert tab.run("replay.playing")
    tab.until("!replay.playing")
    assert tab.run("replay.time") == tab.run("replay.length")


def test_keys_play_step_follow_and_look(tab):
    tab.press("ArrowRight")
    assert tab.run("replay.time") == 1.0
    tab.press("ArrowLeft")
    assert tab.run("replay.time") == 0.0
    tab.press(".")
    assert tab.run("replay.time") == tab.run("replay.episode.turns.find(turn => turn.at > 0).at")
    tab.press("End")
    assert tab.run("replay.time") == tab.run("replay.length")
    tab.press("Home")
    tab.press(" ")
    assert tab.run("replay.playing")
    tab.press(" ")
    assert not tab.run("replay.playing")
    tab.press("2")
    tab.press("e")
    assert tab.run("[replay.chosen, replay.eyes]") == ["bob", True]
    tab.press("0")
    assert tab.run("[replay.chosen, replay.eyes]") == ["", False]
    before = tab.run("replay.player.speed")
    tab.press("+")
    assert tab.run("replay.player.speed") == 2 * before
    tab.press("-")


def test_an_address_opens_at_its_moment(page, show):
    tab = show(page, "#t=5.5&view=bob&eyes")
    assert tab.run("[replay.time, replay.chosen, replay.eyes]") == [5.5, "bob", True]
    assert "0:05.5" in tab.run("document.querySelector('.clock').textContent")
    tab.run("location.hash = '#t=7'")
    tab.until("replay.time === 7")  # a link within the page that is already open
    assert tab.run("[replay.chosen, replay.eyes]") == ["", False]
    tab.close()


def test_whom_an_address_follows_is_in_the_middle_at_once(page, show, record):
    tab = show(page, f"#t={record.outcome['steps'] - 1}&view=ann")
    target = tab.run("replay.scene.cameras.controls.target")
    body = tab.run("replay.body('ann')")
    assert (target["x"], target["y"]) == pytest.approx((body["x"], body["y"]), abs=0.2)
    tab.close()


def test_the_page_tells_what_was_seen_done_said_and_paid(tab, record):
    assert "bring the red key to bob" in tab.run("document.querySelector('.row.saw .value').textContent")
    assert tab.run("document.querySelectorAll('.bar').length") == len(record.turns)
    assert tab.run("document.querySelectorAll('.goal:not(.done)').length") == 2
    tab.run("replay.seek(replay.length)")
    assert tab.run("document.querySelectorAll('.goal.done').length") == 2
    assert "2 of 2 parts done" in tab.run("document.querySelector('.facts').textContent")
    assert "reward +" in tab.run("document.querySelector('.paid').textContent")


def test_a_line_of_the_story_goes_to_its_moment(tab):
    tab.click(".tabs button:nth-child(2)")
    tab.run("document.querySelector('.line.done').scrollIntoView()")
    tab.click(".line.done")
    assert tab.run("replay.time") == tab.run("replay.episode.subgoals[0][0]")
    tab.click(".tabs button:nth-child(1)")


def test_what_agents_say_is_text_and_never_markup(tab, page):
    tab.run("replay.seek(replay.episode.speech[0][0] + 0.3), replay.scene.draw()")
    assert ATTACK in tab.run("document.querySelector('.bubble:not([hidden])').textContent")
    assert not tab.run("Boolean(window.broken)")
    assert ATTACK not in page


def test_it_fits_a_phone(page, show):
    tab = show(page, width=390, height=800)
    assert tab.run("document.documentElement.scrollWidth - innerWidth") <= 0
    assert tab.run(SHADES) > 200
    tab.close()


def test_the_page_itself_forbids_to_fetch_anything(page, show):
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    tab = show(page)
    refused = "fetch('http://127.0.0.1:9/').then(() => 'fetched', error => error.name)"
    assert tab.run(refused) == "TypeError"
    assert "Content Security Policy" in " ".join(tab.complaints())
    tab.close()
