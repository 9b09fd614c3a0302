"""What a person at a terminal is shown beside the words: drawn from the seat's own view, and true to it."""

import pytest

from coterie.agents import Random
from coterie.core import Action, Chance
from coterie.environments import environments, make
from coterie.rollout import play


@pytest.mark.parametrize("id", environments())
def test_every_view_of_a_random_episode_can_be_drawn(id):
    world = make(id)
    episode = play(id, dict.fromkeys(world.agents, Random()), seed=3)
    for turn in episode.turns:
        drawn = world.sketch(turn.observation)
        assert drawn == drawn.strip("\n")
        assert all(len(line) <= 100 for line in drawn.splitlines())


def test_the_marks_of_tic_tac_toe_stand_where_they_were_made():
    world = make("tic_tac_toe")
    world.reset(0)
    world.step({"cross": Action("b1")})
    step = world.step({"nought": Action("c3")})
    assert world.sketch(step.observations["cross"]) == "  a b c\n1 . x .\n2 . . .\n3 . . o"


def test_the_lookout_sees_the_map_and_the_courier_does_not():
    world = make("lookout", size=2)
    luck = {"layout 0 0": (0, 0), "layout 0 1": (1, 0), "layout 0 2": (1, 1)}
    step = world.reset(0, Chance(0, fixed=luck))
    assert world.sketch(step.observations["lookout"]) == "    c0 c1\nr0  C  P\nr1  .  D"
    step = world.step({"lookout": Action()})
    assert world.sketch(step.observations["courier"]) == ""


def test_discs_fall_to_the_bottom_of_the_drawing():
    world = make("connect_four", rows=3, columns=3, line=3)
    world.reset(0)
    world.step({"red": Action("b")})
    step = world.step({"yellow": Action("b")})
    assert world.sketch(step.observations["red"]) == "a b c\n. . .\n. y .\n. r ."


def test_a_kitchen_is_drawn_as_it_was_published():
    world = make("kitchen")
    step = world.reset(0)
    lines = world.sketch(step.observations["blue"]).splitlines()
    assert [line.split()[1:] for line in lines[1:]] == [list("XXPXX"), list("O..GO"), list("XB..X"), list("XDXSX")]
