"""The kitchen plays by the rules of Overcooked-AI: its recorded traces, and the rules as sentences."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from coterie.core import Action, Utterance
from coterie.environments import make
from coterie.environments.text.cooperation.kitchen_layouts import LAYOUTS, MOVES
from coterie.environments.text.cooperation.kitchen_paths import first_moves, moved
from coterie.environments.text.cooperation.kitchen_rules import COOKS, Kitchen, Thing

TRACES = Path(__file__).parents[1] / "data" / "overcooked"
STEPS, MARK = 400, 10
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "worlds" / "kitchen.md"
GREEDY = {"cramped_room": 200, "asymmetric_advantages": 260, "coordination_ring": 0, "counter_circuit_o_1order": 40}
"""The most that the published greedy model scores with itself in 400 steps: benchmarks/peers/overcooked_greedy.py."""


def item(thing):
    """As benchmarks/peers/overcooked_traces.py writes it."""
    if thing is None:
        return "-"
    if thing.name != "soup":
        return thing.name
    return f"soup {''.join(sorted(name[0] for name in thing.ingredients))} {thing.cooked}"


def written(kitchen):
    """The state as benchmarks/peers/overcooked_traces.py writes it."""
    cooks = zip(kitchen.at, kitchen.facing, kitchen.held, strict=True)
    lines = [f"{at[0]},{at[1]} {facing[0]} {item(held)}" for at, facing, held in cooks]
    standing = sorted({**kitchen.pots, **kitchen.counters}.items(), key=lambda pair: (pair[0][1], pair[0][0]))
    return "|".join([*lines, *(f"{place[0]},{place[1]} {item(thing)}" for place, thing in standing)])


def recorded(layout):
    """The traces of a layout: moves, marks, rewards by (trace, step), shaped rewards by (trace, step, cook)."""
    data = np.load(TRACES / f"{layout}.npz")
    rewards = {(trace, step): paid for trace, step, paid in data["rewards"].tolist()}
    shaped = {(trace, step, cook): paid for trace, step, cook, paid in data["shaped"].tolist()}
    moves = [[(MOVES[each // 6], MOVES[each % 6]) for each in row] for row in data["actions"].tolist()]
    return moves, data["digests"].tolist(), rewards, shaped


@pytest.mark.parametrize("layout", LAYOUTS)
def test_200_recorded_traces_have_the_same_state_and_rewards_at_every_step(layout):
    traces, marks, rewards, shaped = recorded(layout)
    assert (len(traces), {len(trace) for trace in traces}) == (200, {STEPS})
    assert rewards
    paid, helped = {}, {}
    for number, trace in enumerate(traces):
        kitchen, digest, found = Kitchen(LAYOUTS[layout]), 0, []
        for step, moves in enumerate(trace):
            kitchen.step(moves)
            digest = zlib.crc32(written(kitchen).encode(), digest)
            if step % MARK == MARK - 1:
                found.append(digest)
            if kitchen.paid:
                paid[number, step] = kitchen.paid
            for cook in (0, 1):
                if kitchen.shaped[cook]:
                    helped[number, step, cook] = kitchen.shaped[cook]
        assert found == marks[number], f"trace {number} leaves the recorded one"
    assert paid == rewards
    assert helped == shaped


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_world_pays_both_cooks_what_the_traces_pay(layout):
    traces, marks, rewards, shaped = recorded(layout)
    world = make("kitchen", layout=layout, horizon=STEPS, shaping=1.0, max_words=0)
    for number in sorted({trace for trace, _ in rewards})[:5]:
        world.reset(number)
        digest = 0
        for step, moves in enumerate(traces[number]):
            seen = world.step({cook: Action(move) for cook, move in zip(COOKS, moves, strict=True)})
            digest = zlib.crc32(written(world.kitchen).encode(), digest)
            for place, cook in enumerate(COOKS):
                due = rewards.get((number, step), 0) + shaped.get((number, step, place), 0)
                assert seen.rewards.get(cook, 0.0) == due
        assert digest == marks[number][-1]
        assert not seen.observations


def kitchen_after(layout, blue="", green="", horizon=400, **options):
    """A world after moves written as letters: n s e w, `.` stay, `!` interact."""
    world = make("kitchen", layout=layout, horizon=horizon, **options)
    steps = [world.reset(0)]
    long = max(len(blue), len(green))
    letters = {name[0]: name for name in ("north", "south", "east", "west")} | {".": "stay", "!": "interact"}
    for pair in zip(blue.ljust(long, "."), green.ljust(long, "."), strict=True):
        steps.append(world.step({cook: Action(letters[each]) for cook, each in zip(COOKS, pair, strict=True)}))
    return world, steps


ONE = "nw!en!"
"""Blue's moves in the cramped room until an onion is in the pot."""
THREE = ONE + "w!en!" + "w!en!"
PLATING = "!" + "ws!" + "." * 17 + "en" + "!"
"""And from there: start the pot, fetch a dish, wait, plate."""
SERVING = "ses!"


def test_two_who_would_meet_both_stay_but_turn():
    world, steps = kitchen_after("cramped_room", "n" + "e", "." + "w")
    assert world.kitchen.at == [(1, 1), (3, 1)]
    assert world.kitchen.facing == ["east", "west"]
    assert [event.kind for event in steps[-1].events] == ["collided"]


def test_two_who_would_swap_both_stay():
    world, _ = kitchen_after("cramped_room", "ne" + "e", "..w")
    assert world.kitchen.at == [(2, 1), (3, 1)]


def test_of_two_who_reach_for_the_same_thing_blue_gets_it():
    kitchen = Kitchen(LAYOUTS["coordination_ring"])
    onion = kitchen.counters[2, 2] = Thing("onion", 1)
    kitchen.at, kitchen.facing = [(2, 1), (1, 2)], ["south", "east"]
    kitchen.step(("interact", "interact"))
    assert kitchen.held == [onion, None]


def test_a_pot_of_three_cooks_only_when_it_is_started():
    world, _ = kitchen_after("cramped_room", THREE + "." * 30)
    assert world.state()["pots"] == [{"at": [2, 0], "state": "filling", "contents": ["onion"] * 3}]


def test_a_started_pot_is_ready_after_twenty_steps():
    world, steps = kitchen_after("cramped_room", THREE + "!" + "." * 18)
    assert world.state()["pots"][0]["left"] == 1
    world, steps = kitchen_after("cramped_room", THREE + "!" + "." * 19)
    assert world.state()["pots"][0]["state"] == "ready"
    assert [event.kind for event in steps[-1].events] == ["cooked"]
    assert "pot c2 r0 ready" in steps[-1].observations["green"].text


def test_a_cooking_pot_takes_no_more_onions():
    world, _ = kitchen_after("cramped_room", ONE + "!" + "w!en!")
    assert world.state()["pots"][0]["contents"] == ["onion"]
    assert world.state()["cooks"]["blue"]["holding"] == {"item": "onion"}


def test_a_soup_that_is_plated_and_served_pays_both_twenty():
    world, steps = kitchen_after("cramped_room", THREE + PLATING + SERVING)
    assert steps[-1].rewards == {"blue": 20.0, "green": 20.0}
    assert steps[-1].components == {"blue": {"soups": 20.0}, "green": {"soups": 20.0}}
    assert steps[-1].observations["green"].text.endswith("served pays 20")
    assert all(goal.done and goal.by == "blue" for goal in world.subgoals().values())
    assert world.state()["score"] == 20


def test_a_soup_that_nobody_ordered_pays_nothing_and_is_no_success():
    one = ONE + PLATING + SERVING
    world, steps = kitchen_after("cramped_room", one, horizon=len(one))
    assert steps[-1].rewards == {}
    assert steps[-1].events[-1].data == {"success": False, "score": 0, "soups": 0, "steps": len(one)}
    assert [event.data["pays"] for event in steps[-1].events if event.kind == "served"] == [0]
    assert not world.subgoals()["soup served"].done


def test_facts_link_the_work_of_one_cook_to_that_of_the_other():
    """Green puts an onion on the counter between them; blue picks it up and puts it in a pot."""
    world, steps = kitchen_after("forced_coordination", "....w!n!", "w!ne!...")
    told = [event for step in steps for event in step.events if "made" in event.data]
    assert [(event.kind, event.agent) for event in told] == [
        ("took", "green"),
        ("put down", "green"),
        ("picked up", "blue"),
        ("potted", "blue"),
    ]
    assert told[1].data["made"] == told[2].data["used"]
    assert told[2].data["made"] == told[3].data["used"]
    assert world.subgoals()["ingredient in a pot"].by == "blue"


def test_each_reads_the_map_once_and_then_only_what_is_new():
    _, steps = kitchen_after("cramped_room", "nw!e")
    texts = [step.observations["green"].text for step in steps]
    assert texts[0] == (
        "you green pot c2 r0 onions c0 r1 c4 r1 dishes c1 r3 serving c3 r3 floor r1 c1 c2 c3 floor r2 c1 c2 c3 "
        "order onion onion onion pays 20 at c3 r1 facing north counter holding nothing blue c1 r2 holding nothing"
    )
    own = "at c3 r1 facing north counter holding nothing"
    assert texts[1:] == [
        f"{own} blue c1 r1 holding nothing",
        f"{own} blue c1 r1 holding nothing",
        f"{own} blue c1 r1 holding onion",
        f"{own} blue c2 r1 holding onion",
    ]
    assert steps[3].observations["blue"].text == "at c1 r1 facing west onions holding onion"


def test_what_is_said_is_heard_by_the_other_cook_only():
    world = make("kitchen")
    world.reset(0)
    step = world.step({"blue": Action("stay", (Utterance("i take the onions"),)), "green": Action("stay")})
    assert [message.text for message in step.observations["green"].heard] == ["i take the onions"]
    assert step.observations["blue"].heard == ()


def test_an_answer_that_is_not_accepted_means_stay():
    world = make("kitchen")
    world.reset(0)
    step = world.step({"blue": Action("jump"), "green": Action("south")})
    assert world.kitchen.at == [(1, 2), (3, 2)]
    assert step.events[0].kind == "rejected"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_experts_serve_the_soups_that_the_page_tells_without_once_colliding(layout):
    world = make("kitchen", layout=layout, horizon=STEPS)
    step = world.reset(0)
    cooks = {cook: world.expert(cook) for cook in COOKS}
    events = []
    while step.observations:
        step = world.step({cook: cooks[cook](seen) for cook, seen in step.observations.items()})
        events += step.events
    outcome = events[-1].data
    assert f"| `{layout}` | {outcome['soups']} | {outcome['score']} |" in PAGE.read_text(encoding="utf-8")
    assert outcome["score"] >= max(200, GREEDY.get(layout, 0) + 40)
    assert not [event for event in events if event.kind == "collided"]


@pytest.mark.parametrize("cook", COOKS)
@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "forced_coordination"])
def test_an_expert_serves_soups_beside_somebody_random(layout, cook):
    world = make("kitchen", layout=layout, horizon=STEPS, max_words=0)
    step, expert = world.reset(0), world.expert(cook)
    luck = np.random.default_rng(0)
    while step.observations:
        answers = {name: Action(MOVES[luck.integers(6)]) for name in COOKS}
        step = world.step({**answers, cook: expert(step.observations[cook])})
    assert step.events[-1].data["soups"] >= 2


def test_of_two_in_each_others_way_one_makes_way():
    """Head on in the ring's upper corridor, each wants to get to where the other comes from."""
    ring = LAYOUTS["coordination_ring"]
    zone = frozenset(ring.floor)
    poses, goals = (((1, 1), "east"), ((2, 1), "west")), ((3, 0), (0, 2))
    for _ in range(12):
        moves = first_moves(ring, (zone, zone), poses, goals)
        goals = tuple(None if move == "interact" else goal for move, goal in zip(moves, goals, strict=True))
        poses = moved(ring, poses, moves)
    assert goals == (None, None)


def test_vectors_have_the_same_length_in_every_layout():
    lengths = set()
    for layout in LAYOUTS:
        step = make("kitchen", vectors=True, layout=layout).reset(0)
        lengths |= {seen.arrays["vector"].values.shape for seen in step.observations.values()}
    assert len(lengths) == 1


@pytest.mark.parametrize("options", [{"layout": "canteen"}, {"horizon": 0}, {"max_words": -1}, {"shaping": -0.5}])
def test_options_without_sense_are_refused(options):
    name, value = next(iter(options.items()))
    with pytest.raises(ValueError, match=f"{name}={value!r}"):
        make("kitchen", **options)
