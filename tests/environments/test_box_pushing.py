"""The rules of box_pushing, conflict by conflict; the planner against a search of everything."""

from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coterie.core import Action, Utterance
from coterie.environments import make
from coterie.environments.text.cooperation.box_pushing_rules import WAYS, Floor, Hall, Push, Scene, level, plan
from coterie.environments.text.grid import cells

OPEN = Floor(Hall(5, (), ((4, 4),)))
FLIPPED = {"north": "north", "south": "south", "east": "west", "west": "east", "wait": "wait"}


def after(ways, ann, bob, light=(), heavy=(), here=OPEN):
    """Where all are after one step."""
    scene, _ = here.after(Scene((ann, bob), tuple(light), tuple(heavy)), ways)
    return scene


def test_agents_go_where_nothing_is_and_stay_at_walls_and_edges():
    here = Floor(Hall(5, ((1, 0),), ((4, 4),)))
    assert after(("east", "south"), (0, 0), (2, 2), here=here).agents == ((0, 0), (2, 3))
    assert after(("north", "wait"), (0, 0), (2, 2), here=here).agents == ((0, 0), (2, 2))


def test_two_into_one_cell_both_stay():
    assert after(("east", "west"), (0, 0), (2, 0)).agents == ((0, 0), (2, 0))


def test_two_cannot_change_places():
    assert after(("east", "west"), (1, 1), (2, 1)).agents == ((1, 1), (2, 1))


def test_one_may_follow_the_other_but_stays_when_the_other_stays():
    assert after(("east", "east"), (1, 1), (2, 1)).agents == ((2, 1), (3, 1))
    assert after(("east", "north"), (1, 1), (2, 1)).agents == ((2, 1), (2, 0))
    assert after(("east", "wait"), (1, 1), (2, 1)).agents == ((1, 1), (2, 1))
    assert after(("east", "east"), (3, 1), (4, 1)).agents == ((3, 1), (4, 1))


def test_one_agent_pushes_a_light_box():
    scene = after(("east", "wait"), (0, 1), (4, 4), light=[(1, 1)])
    assert scene == Scene(((1, 1), (4, 4)), ((2, 1),), ())


@pytest.mark.parametrize(
    ("what", "light", "heavy", "bob"),
    [
        ("the edge", [(4, 1)], [], (0, 4)),
        ("another box", [(3, 1), (4, 1)], [], (0, 4)),
        ("a heavy box", [(3, 1)], [(4, 1)], (0, 4)),
        ("an agent, also one that leaves", [(3, 1)], [], (4, 1)),
    ],
)
def test_a_box_is_stopped_by(what, light, heavy, bob):
    column = light[0][0] - 1
    scene = after(("east", "north"), (column, 1), bob, light=light, heavy=heavy)
    assert scene.agents[0] == (column, 1)
    assert (scene.light, scene.heavy) == (tuple(light), tuple(heavy))


def test_a_heavy_box_does_not_move_for_one():
    for ways in (("east", "wait"), ("east", "north"), ("east", "west")):
        scene = after(ways, (1, 1), (0, 1), heavy=[(2, 1)])
        assert scene.heavy == ((2, 1),)
        assert scene.agents[0] == (1, 1)


def test_a_heavy_box_moves_for_two_in_line_whoever_is_in_front():
    for agents in (((1, 1), (0, 1)), ((0, 1), (1, 1))):
        scene, pushes = OPEN.after(Scene(agents, (), ((2, 1),)), ("east", "east"))
        assert scene.heavy == ((3, 1),)
        assert sorted(scene.agents) == [(1, 1), (2, 1)]
        assert pushes == [Push(True, (2, 1), (3, 1))] * 2


def test_a_heavy_box_does_not_move_for_two_who_are_not_in_line_or_when_it_is_stopped():
    assert after(("east", "east"), (1, 1), (1, 2), heavy=[(2, 1)]).heavy == ((2, 1),)
    stuck = Scene(((3, 1), (2, 1)), (), ((4, 1),))
    assert OPEN.after(stuck, ("east", "east"))[0] == stuck


def test_a_line_of_two_pushes_a_light_box_too_and_only_the_one_in_front_has_pushed():
    scene, pushes = OPEN.after(Scene(((0, 1), (1, 1)), ((2, 1),), ()), ("east", "east"))
    assert scene == Scene(((1, 1), (2, 1)), ((3, 1),), ())
    assert pushes == [None, Push(False, (2, 1), (3, 1))]


def test_both_stay_when_they_push_the_same_box_different_ways():
    scene = Scene(((0, 1), (1, 2)), ((1, 1),), ())
    assert OPEN.after(scene, ("east", "north"))[0] == scene


def test_both_stay_when_two_boxes_or_a_box_and_an_agent_would_meet():
    boxes = Scene(((0, 1), (4, 1)), ((1, 1), (3, 1)), ())
    assert OPEN.after(boxes, ("east", "west"))[0] == boxes
    walker = Scene(((0, 1), (2, 0)), ((1, 1),), ())
    assert OPEN.after(walker, ("east", "south"))[0] == walker


def test_two_light_boxes_move_in_the_same_step():
    scene = after(("east", "west"), (0, 0), (4, 3), light=[(1, 0), (3, 3)])
    assert scene.light == ((2, 0), (2, 3))


@settings(deadline=None, max_examples=300)
@given(some.permutations(cells(4, 4)), some.sampled_from(WAYS), some.sampled_from(WAYS))
def test_no_step_loses_a_box_puts_two_into_one_cell_or_depends_on_who_is_named_first(places, one, other):
    walls, rest = tuple(sorted(places[:2])), places[2:]
    scene = Scene((rest[0], rest[1]), tuple(sorted(rest[2:4])), tuple(sorted(rest[4:6])))
    here = Floor(Hall(4, walls, (rest[6],)))
    then, _ = here.after(scene, (one, other))
    everything = [*then.agents, *then.light, *then.heavy]
    assert len(set(everything)) == 6
    assert not set(everything) & set(walls)
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) <= 1 for a, b in zip(scene.agents, then.agents, strict=True))
    turned, _ = here.after(scene._replace(agents=scene.agents[::-1]), (other, one))
    assert turned == then._replace(agents=then.agents[::-1])

    def mirror(places):
        return tuple(sorted((3 - column, row) for column, row in places))

    flipped = Scene(tuple((3 - column, row) for column, row in scene.agents), mirror(scene.light), mirror(scene.heavy))
    seen, _ = Floor(Hall(4, mirror(walls), ())).after(flipped, (FLIPPED[one], FLIPPED[other]))
    assert (seen.light, seen.heavy) == (mirror(then.light), mirror(then.heavy))
    assert seen.agents == tuple((3 - column, row) for column, row in then.agents)


def searched(here, start):
    """The fewest joint steps from a scene until every goal holds a box, by breadth, without any bound."""
    goals = sorted(here.hall.goals)
    border, known, steps = [start], {start}, 0
    while border:
        if any(sorted(scene.light + scene.heavy) == goals for scene in border):
            return steps
        steps += 1
        following = []
        for scene in border:
            for ways in product(WAYS, repeat=2):
                then, _ = here.after(scene, ways)
                if then not in known:
                    known.add(then)
                    following.append(then)
        border = following
    return None


SIZES = [(4, 0, 0, 1), (4, 3, 1, 0), (4, 0, 1, 1), (4, 2, 2, 0)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_shortest_is_what_a_search_of_everything_finds(sizes):
    for number in range(6):
        hall, start, shortest = level(number, *sizes)
        assert searched(Floor(hall), start) == shortest >= 3


def test_the_planner_agrees_with_a_search_of_everything_from_every_scene_of_a_small_hall():
    hall = Hall(3, ((2, 2),), ((0, 1),))
    here = Floor(hall)
    free = [cell for cell in cells(3, 3) if cell not in hall.walls]
    solved = 0
    for one, other, box in permutations(free, 3):
        for scene in (Scene((one, other), (box,), ()), Scene((one, other), (), (box,))):
            found = plan(hall, scene)
            assert (None if found is None else len(found)) == searched(here, scene)
            solved += found is not None
    assert 100 < solved < 2 * 8 * 7 * 6


def played(world, seed, minds=None):
    """The last step of an episode, by default between experts."""
    step = world.reset(seed)
    minds = minds or {agent: world.expert(agent) for agent in world.agents}
    while step.observations:
        step = world.step({agent: minds[agent](seen) for agent, seen in step.observations.items()})
    return step


@pytest.mark.parametrize("options", [{}, {"light": 0}, {"walls": 2}, {"size": 5, "light": 2, "heavy": 0}], ids=str)
def test_experts_need_exactly_the_fewest_steps_without_a_word(options):
    world = make("box_pushing", levels=12, **options)
    for seed in range(12):
        step = played(world, seed)
        assert step.events[-1].data == {
            "success": True,
            "steps": world.shortest,
            "shortest": world.shortest,
            "level": world.number,
        }


def test_an_expert_plans_anew_when_the_other_does_something_else():
    world = make("box_pushing", light=0, levels=20)
    solved = 0
    for seed in range(20):
        world.reset(seed)
        late = world.expert("bob")
        waits = iter([True, True])
        minds = {
            "ann": world.expert("ann"),
            "bob": lambda seen, late=late, waits=waits: Action("wait") if next(waits, False) else late(seen),
        }
        solved += played(world, seed, minds).events[-1].data["success"]
    assert solved == 20


def test_pay_is_for_boxes_on_goals_and_is_taken_back():
    world = make("box_pushing", light=1, heavy=0, levels=1)
    world.reset(0)
    world.hall = Hall(4, (), ((2, 1),))
    world.scene = Scene(((0, 1), (3, 3)), ((1, 1),), ())
    world.limit = 9
    step = world.step({"ann": Action("east"), "bob": Action("wait")})
    assert step.components["bob"] == {"boxes": 1.0, "moves": -0.02}
    assert step.rewards == {"ann": 0.98, "bob": 0.98}
    assert step.endings["ann"].reason == "all boxes on goals"
    world.reset(0)
    world.hall = Hall(4, (), ((1, 1), (3, 3)))
    world.scene = Scene(((0, 1), (0, 0)), ((1, 1), (2, 2)), ())
    world.limit = 9
    step = world.step({"ann": Action("east"), "bob": Action("wait")})
    assert step.components["ann"] == {"boxes": -0.5, "moves": -0.02}


def test_a_push_names_the_place_it_builds_on_and_the_goal_credits_the_pusher():
    world = make("box_pushing", levels=1)
    world.reset(0)
    world.hall = Hall(4, (), ((3, 0), (3, 3)))
    world.scene = Scene(((0, 1), (1, 1)), ((0, 3),), ((2, 1),))
    world.limit = 9
    step = world.step({"ann": Action("east"), "bob": Action("east")})
    pushed = [event for event in step.events if event.kind == "pushed"]
    assert [event.agent for event in pushed] == ["ann", "bob"]
    assert pushed[0].data == {
        "heavy": True,
        "from": [2, 1],
        "to": [3, 1],
        "used": ["heavy box at c2 r1"],
        "made": ["heavy box at c3 r1"],
    }
    assert step.observations["bob"].text == "you c2 r1 ann c1 r1 heavy c2 r1 to c3 r1"
    world.scene = Scene(((0, 3), (1, 1)), ((2, 3),), ((3, 1),))
    world.step({"ann": Action("east"), "bob": Action("wait")})
    world.step({"ann": Action("east"), "bob": Action("wait")})
    assert world.subgoals()["box on c3 r3"].by == "ann"
    assert world.subgoals()["box on c3 r3"].done


def test_both_hear_each_other_with_their_next_view():
    world = make("box_pushing")
    world.reset(0)
    step = world.step(
        {"ann": Action("wait", say=(Utterance("you first"),)), "bob": Action("wait", say=(Utterance("no"),))}
    )
    assert [message.text for message in step.observations["bob"].heard] == ["you first"]
    assert [message.text for message in step.observations["ann"].heard] == ["no"]


def test_an_episode_without_success_is_cut_off_after_twice_the_shortest_and_four():
    world = make("box_pushing")
    wait = {agent: lambda seen: Action("wait") for agent in world.agents}
    step = played(world, 3, wait)
    assert step.events[-1].data["steps"] == 2 * world.shortest + 4
    assert step.endings["bob"].kind == "truncated"


@pytest.mark.parametrize(
    "options",
    [{"size": 3}, {"light": 0, "heavy": 0}, {"light": 3}, {"walls": 4}, {"levels": 0}, {"max_words": -1}],
    ids=str,
)
def test_sizes_that_cannot_be_drawn_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        make("box_pushing", **options)
