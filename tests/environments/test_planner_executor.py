"""The rules of planner_executor; its shortest way by brute force through the world itself."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coterie.core import Action, Utterance
from coterie.environments import make
from coterie.environments.text.cooperation.planner_executor import MOVES
from coterie.environments.text.cooperation.planner_executor_experts import read, told
from coterie.environments.text.cooperation.planner_executor_rooms import Place, Rooms

SIZES = [
    {},
    {"size": 2, "walls": 0, "plan_length": 1},
    {"size": 5, "walls": 8, "plan_length": 4},
    {"size": 4, "doors": 1, "walls": 3},
    {"size": 8, "doors": 3, "walls": 12, "plan_length": 5, "max_words": 5},
]


def sealed():
    """A world with this map: the key one step south, the red door one step east, the goal behind it."""
    world = make("planner_executor", size=4, doors=1, walls=0, plan_length=2)
    world.reset(0)
    world.rooms = Rooms(
        size=4,
        walls=[(1, 1), (1, 2), (1, 3)],
        doors={(1, 0): "red"},
        keys={(0, 1): "red"},
        start=(0, 0),
        goal=(2, 0),
    )
    world.place = Place((0, 0))
    world.limit = 20
    return world


def walk(world, *moves, plan="", report=""):
    """Lets the executor make these moves; the planner says `plan` whenever it is asked."""
    step = None
    for move in moves:
        if "planner" in world._waiting:
            world.step({"planner": Action(say=(Utterance(plan),) if plan else ())})
        step = world.step({"executor": Action(move, say=(Utterance(report),) if report else ())})
    return step


def played(world, seed, slips=()):
    """An episode between experts; at the numbered moves the executor waits instead, and says so in its report."""
    step = world.reset(seed)
    minds = {agent: world.expert(agent) for agent in world.agents}
    moves = 0
    while step.observations:
        ((agent, seen),) = step.observations.items()
        action = minds[agent](seen)
        if agent == "executor":
            if moves in slips:
                minds[agent].done[-1] = "wait"
                action = msgspec.structs.replace(action, move="wait")
                if action.say:
                    action = Action("wait", say=(Utterance(f"did {told(minds[agent].done, 9)}"),))
            moves += 1
        step = world.step({agent: action})
    return step.events[-1].data


@pytest.mark.parametrize("options", SIZES, ids=str)
def test_experts_take_a_shortest_way(options):
    world = make("planner_executor", **options)
    for seed in range(40):
        result = played(world, seed)
        assert result == {"success": True, "steps": world.shortest, "shortest": world.shortest}


@pytest.mark.parametrize("options", [{}, {"size": 4, "doors": 1, "walls": 2}, {"size": 6, "doors": 2}], ids=str)
def test_no_sequence_of_moves_reaches_the_goal_sooner_than_shortest(options):
    world = make("planner_executor", plan_length=100, **options)
    for seed in range(8):
        world.reset(seed)
        world.step({"planner": Action()})
        border, known, depth, reached = [world.snapshot()], [], 0, False
        while not reached:
            depth += 1
            following = []
            for here in border:
                for move in MOVES:
                    world.restore(here)
                    world.step({"executor": Action(move)})
                    reached |= world.place.finished
                    if world.place not in known:
                        known.append(world.place)
                        following.append(world.snapshot())
            border = following
        assert depth == world.shortest


def test_a_report_of_a_slip_puts_the_planner_right():
    world = make("planner_executor", size=6, walls=6, doors=1, report_words=10)
    for seed in range(20):
        result = played(world, seed, slips=(2,))
        assert result["success"]
        assert result["steps"] == result["shortest"] + 1


def test_the_planner_speaks_once_for_every_few_moves():
    world = make("planner_executor", size=5, plan_length=3)
    step, order = world.reset(1), []
    while step.observations:
        ((agent, _),) = step.observations.items()
        order.append(agent)
        step = world.step({agent: Action("wait") if agent == "executor" else Action()})
    assert order[:8] == ["planner", *["executor"] * 3, "planner", *["executor"] * 3]
    assert order.count("executor") == world.limit == 2 * world.shortest + 2
    assert step.endings["planner"].kind == "truncated"
    assert step.rewards == {"planner": -0.02, "executor": -0.02}


def test_a_door_opens_only_with_its_key_and_the_event_says_what_it_used():
    world = sealed()
    step = walk(world, "east")
    assert world.place.cell == (0, 0)
    assert step.events[-1].data == {"move": "east", "at": [0, 0], "used": [], "made": [], "blocked": True}
    assert step.observations["executor"].text == "blocked north east west red door east"
    step = walk(world, "south")
    walk(world, "take")
    assert world.subgoals()["red key taken"].done
    assert walk(world, "north").observations["planner"].text == "plan 3"
    step = walk(world, "east")
    (moved,) = [event for event in step.events if event.kind == "moved"]
    assert (moved.data["used"], moved.data["made"]) == (["red key taken"], ["red door opened"])
    walk(world, "east")
    step = walk(world, "finish")
    assert step.events[-1].data["success"]
    assert step.components["executor"] == {"goal": 1.0, "moves": -0.02}
    assert all(goal.done for goal in world.subgoals().values())


def test_finishing_counts_at_the_goal_only_and_being_there_is_not_enough():
    world = sealed()
    assert walk(world, "finish").endings == {}
    walk(world, "south", "take", "north", "east")
    assert walk(world, "east").endings == {}
    assert world.place.cell == world.rooms.goal
    assert walk(world, "finish").endings["executor"].reason == "finished at the goal"


def test_the_executor_sees_a_key_only_where_it_stands():
    world = sealed()
    assert "key" not in walk(world, "wait").observations["executor"].text
    walk(world, "south")
    world.step({"planner": Action()})
    step = world.step({"executor": Action("wait")})
    assert step.observations["executor"].text == "blocked east west red key here"
    walk(world, "take")
    assert world.step({"planner": Action()}).observations["executor"].text == "blocked east west holding red"


def test_the_planner_sees_the_map_but_never_the_executor():
    world = make("planner_executor", size=5, plan_length=2)
    views = []
    for moves in (("north", "north"), ("south", "east")):
        step = world.reset(4)
        first = step.observations["planner"]
        step = walk(world, *moves)
        views.append(step.observations["planner"])
        assert views[-1].data == first.data
    assert views[0] == views[1]
    assert views[0].text == "plan 2"


def test_reports_reach_the_planner_and_plans_the_executor():
    world = make("planner_executor", size=5, plan_length=2)
    world.reset(4)
    step = world.step({"planner": Action(say=(Utterance("north 2"),))})
    assert [message.text for message in step.observations["executor"].heard] == ["north 2"]
    assert world.step({"executor": Action("wait", say=(Utterance("one"),))}).observations["executor"].heard == ()
    step = world.step({"executor": Action("wait", say=(Utterance("two"),))})
    assert [message.text for message in step.observations["planner"].heard] == ["one", "two"]


def test_the_rooms_lie_in_a_row_behind_locked_doors():
    world = make("planner_executor", size=8, doors=3, walls=8)
    for seed in range(30):
        world.reset(seed)
        cells = [world.rooms.start[0], *(cell[0] for cell in world.rooms.doors), world.rooms.goal[0]]
        assert cells in (sorted(cells), sorted(cells, reverse=True))
        for colour, (cell, _) in zip(("red", "green", "blue"), world.rooms.keys.items(), strict=True):
            others = {name for name in ("red", "green", "blue") if name != colour}
            world.rooms.keys = {place: name for place, name in world.rooms.keys.items() if name in others}
            assert world.rooms.way(Place(world.rooms.start)) == []  # without the key there is no way
            world.rooms.keys[cell] = colour


@settings(deadline=None)
@given(some.lists(some.sampled_from(MOVES), max_size=12))
def test_what_is_told_in_enough_words_is_read_as_it_was_meant(moves):
    assert read(told(moves, 2 * len(moves)), MOVES) == moves
    short = read(told(moves, 3), MOVES)
    assert short == moves[: len(short)]


@pytest.mark.parametrize(
    "options", [{"doors": 4}, {"size": 5, "doors": 2}, {"walls": 6}, {"plan_length": 0}, {"max_words": 0}], ids=str
)
def test_sizes_that_cannot_be_drawn_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        make("planner_executor", **options)
