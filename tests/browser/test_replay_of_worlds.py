"""Every virtual and hybrid world in a browser, played by experts; and worlds of words."""

import pytest
from looking import SHADES

from coterie.agents import Expert
from coterie.environments import environments, make, world_class
from coterie.environments.virtual.world import VirtualWorld
from coterie.evaluation.replay import play_again, replay_page
from coterie.rollout import play

WITH_A_SCENE = [world for world in environments() if issubclass(world_class(world), VirtualWorld)]
IN_WORDS = ["lookout", "tutoring", "connect_four", "hidden_roles"]


def shown(world, show):
    record = play(world, {seat: Expert() for seat in make(world).agents}, 1)
    return record, show(replay_page(play_again(record)), width=480, height=360)


@pytest.mark.parametrize("world", WITH_A_SCENE)
def test_a_world_with_a_scene_is_drawn_and_moves(world, show):
    record, tab = shown(world, show)
    assert tab.run(SHADES) > 200
    names = tab.run("[...replay.scene.stage.people.keys()]")
    assert set(record.totals) <= set(names)
    places = "[...replay.scene.stage.people.keys()].map(name => JSON.stringify(replay.body(name)))"
    begin, end = (tab.run(f"replay.seek({time}), {places}") for time in ("0", "replay.length"))
    assert begin != end
    tab.run(f"replay.view({names[0]!r}, true)")
    # At one moment it may stand before a plain wall.
    assert any(tab.run(f"replay.seek(replay.length * {part})") or tab.run(SHADES) > 40 for part in (0, 0.3, 0.7))
    assert tab.complaints() == []
    assert len(tab.requests()) == 1
    tab.close()


@pytest.mark.parametrize("world", IN_WORDS)
def test_a_world_of_words_is_a_transcript_with_the_same_time(world, show):
    record, tab = shown(world, show)
    assert tab.run("replay.length") == record.steps
    assert tab.run("document.querySelectorAll('.turn').length") == len(record.turns)
    assert tab.run("document.querySelectorAll('.turn.later').length") == sum(turn.step > 0 for turn in record.turns)
    last = record.turns[-1].step
    tab.run(f"replay.seek({last})")
    assert tab.run("document.querySelectorAll('.turn.later').length") == 0
    assert tab.run("document.querySelectorAll('.turn.now').length") == sum(turn.step == last for turn in record.turns)
    assert f"step {last} / {record.steps}" in tab.run("document.querySelector('.clock').textContent")
    who = record.turns[0].agent
    tab.run(f"replay.view({who!r}, true)")
    own = "[...document.querySelectorAll('.turn')].filter(row => row.offsetParent).length"
    assert tab.run(own) == len(record.turns_of(who))
    assert tab.complaints() == []
    assert len(tab.requests()) == 1
    tab.close()


def test_the_board_of_a_game_is_that_of_the_moment(show):
    record, tab = shown("connect_four", show)
    drawing = make("connect_four")
    for place in (0, 7, len(record.turns) - 1):
        turn = record.turns[place]
        tab.run(f"replay.seek({turn.step})")
        boards = tab.run(
            "[...document.querySelectorAll('.board')].filter(box => !box.hidden).map(box => box.innerText)"
        )
        assert boards == [f"what {turn.agent} can see\n{drawing.sketch(turn.observation)}"]
    tab.close()


@pytest.mark.parametrize("world", ["rescue", "lookout"])
def test_an_episode_that_was_stopped_before_anybody_moved_is_shown(world, show):
    record = play(world, {seat: Expert() for seat in make(world).agents}, 1, max_steps=0)
    tab = show(replay_page(play_again(record)), width=480, height=360)
    tab.run("replay.view('ann', true), replay.play()")
    tab.until("!replay.playing")
    assert "stopped after 0 steps" in tab.run("document.querySelector('.facts').textContent")
    assert tab.complaints() == []
    tab.close()


def test_a_house_of_two_storeys_is_in_the_picture_and_opened_floor_by_floor(show):
    options = {"rooms": 8, "floors": 2}
    record = play("rescue", {seat: Expert() for seat in make("rescue", **options).agents}, 3, options=options)
    tab = show(replay_page(play_again(record)), width=640, height=480)
    assert tab.run("replay.scene.stage.storeys.length") == 2
    tab.run("[...document.querySelectorAll('.chip')].find(chip => chip.textContent === 'Ground floor').click()")
    tab.until("replay.scene.height() < 2")
    highest = "Math.max(...replay.scene.stage.doors.filter(door => door.mesh.visible).map(door => door.z))"
    tab.until(f"{highest} === 0")
    tab.run("[...document.querySelectorAll('.chip')].find(chip => chip.textContent === 'Floor 1').click()")
    tab.until(f"{highest} > 2")
    corner = (
        "(({west, north}) => ({x: west, y: north, z: replay.scene.stage.storeys[1] + 1.5}))(replay.scene.stage.bounds)"
    )
    height = f"replay.scene.cameras.controls.target.clone().copy({corner}).project(replay.scene.cameras.outer).y"
    assert -1 < tab.run(height) < 1
    tab.close()
