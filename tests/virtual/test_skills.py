"""What bodies can do, and how it fails: every sentence is played out in the two rooms of `handing_over`."""

from math import hypot

import msgspec
import pytest
from handing_over import two_rooms

from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space.scene import Door, Thing


def rooms(ann=(4.0, 3.0), bob=(14.0, 4.0), heading=90.0, **changes):
    scene = msgspec.structs.replace(two_rooms(), **changes)
    simulation = Simulation(scene, ("ann", "bob"))
    simulation.join("ann", (*ann, 0.0), heading)
    simulation.join("bob", (*bob, 0.0), heading)
    simulation.memory["ann"].update({name: simulation.things.position(name) for name in simulation.things.states})
    return simulation


def does(simulation, agent, text, seconds=60.0):
    """Lets one body carry out a command, undisturbed by what it sees or hears; returns how it ended."""
    simulation.command(agent, text)
    simulation.walkers.alert[:] = False
    others = [other for other in simulation.free if other != agent]
    for other in others:
        simulation.command(other, f"wait {min(60, seconds):g}")
    for _ in range(round(seconds * 10)):
        simulation.tick()
        if agent not in simulation.skills:
            for other in others:
                simulation.interrupt(other, "test")
            return simulation.results[agent].code
    raise AssertionError(f"{agent} is still at {text!r}")


def both(simulation, ann, bob, seconds=60.0):
    """Lets both begin at once; returns how each ended."""
    simulation.command("ann", ann)
    simulation.command("bob", bob)
    simulation.walkers.alert[:] = False
    for _ in range(round(seconds * 10)):
        simulation.tick()
        if simulation.free == ["ann", "bob"]:
            return simulation.results["ann"].code, simulation.results["bob"].code
    raise AssertionError("somebody is still at it")


def test_one_goes_to_a_thing_picks_it_up_and_puts_it_into_an_opened_box():
    world = rooms()
    assert does(world, "ann", "go to blue cup") == "done"
    assert does(world, "ann", "pick up blue cup") == "done"
    assert does(world, "ann", "go to box") == "done"
    assert does(world, "ann", "put blue cup in box") == "blocked"
    assert does(world, "ann", "open box") == "done"
    assert does(world, "ann", "put blue cup in box") == "done"
    assert does(world, "ann", "close box") == "done"
    assert world.things.states["blue cup"].target == "box"
    assert not world.sees("ann", "blue cup")
    assert does(world, "ann", "pick up blue cup") == "not_visible"


def test_walking_takes_the_time_of_the_way():
    world = rooms(ann=(1.0, 4.0), heading=0.0)
    assert does(world, "ann", "forward 5") == "done"
    assert world.ticks == 36, "5 m at 1.4 m/s"


def test_forward_goes_as_far_as_said_or_is_blocked():
    world = rooms(ann=(1.0, 1.0), heading=90.0)
    assert does(world, "ann", "forward 2") == "done"
    assert world.at("ann")[:2] == pytest.approx((1.0, 3.0))
    assert does(world, "ann", "turn right 90") == "done"
    assert world.heading("ann") == pytest.approx(0.0)
    assert does(world, "ann", "turn left 180") == "done"
    assert does(world, "ann", "forward 3") == "blocked"
    assert world.at("ann")[0] == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("go to the moon", "unknown_target"),
        ("go to ann", "unknown_target"),
        ("pick up nothing", "unknown_target"),
        ("pick up table", "unknown_target"),
        ("pick up hall", "unknown_target"),
        ("open table", "unknown_target"),
        ("put red key on table", "unknown_target"),
        ("put down red key", "unknown_target"),
        ("use table", "unknown_target"),
        ("give red key to bob", "unknown_target"),
        ("follow bob", "not_visible"),
        ("go to bob", "not_visible"),
        ("open gate", "out_of_reach"),
        ("pick up blue cup", "out_of_reach"),
        ("use lamp", "not_visible"),
        ("go to yard", "locked"),
        ("dance", "unknown_target"),
        ("", "unknown_target"),
        ("go to yard" * 1000, "unknown_target"),
        ("go on", "unknown_target"),
    ],
)
def test_what_cannot_be_done_has_a_fail_code(command, code):
    world = rooms()
    assert does(world, "ann", command) == code


def test_a_failed_command_costs_time():
    world = rooms()
    does(world, "ann", "dance")
    assert world.ticks == 5


def test_a_third_thing_finds_no_hand():
    names = ("one", "two", "three")
    cups = tuple(Thing(name, "cup", (4.0, 3.5, 0.0), (0.1, 0.1, 0.1), ("pick",)) for name in names)
    world = rooms(things=cups)
    assert [does(world, "ann", f"pick up {name}") for name in names] == ["done", "done", "hands_full"]


def test_a_key_opens_its_door_and_nothing_else_does():
    world = rooms(ann=(7.3, 4.0))
    assert does(world, "ann", "open gate") == "locked"
    world.things.hold("red key", "ann")
    assert does(world, "ann", "open gate") == "done"
    assert not world.doors.states["gate"].locked
    assert does(world, "ann", "go to yard") == "done"
    assert world.place_of("ann") == "yard"


def test_a_closed_door_is_opened_on_the_way_and_a_locked_one_remembered():
    world = rooms()
    assert does(world, "ann", "go to yard") == "locked"
    assert world.results["ann"].detail == "gate"
    began = world.ticks
    assert does(world, "ann", "go to yard") == "locked"
    assert world.ticks - began == 5, "it does not walk there a second time"
    world.things.hold("red key", "ann")
    assert does(world, "ann", "open gate") == "done"
    assert does(world, "ann", "go to yard") == "done"


def test_a_door_is_not_closed_onto_a_body():
    door = msgspec.structs.replace(two_rooms().doors[0], open=True, locked=False)
    world = rooms(ann=(7.2, 4.0), bob=(8.1, 4.0), doors=(door,))
    assert does(world, "ann", "close gate") == "occupied"
    world.leave("bob")
    assert does(world, "ann", "close gate") == "done"


def test_a_lever_holds_its_door_open_only_while_it_is_held():
    door = Door("gate", (8.1, 4.0), (0.0, 1.0), ("hall", "yard"), thickness=0.2, lever="handle")
    handle = Thing("handle", "lever", (7.8, 6.0, 0.8), (0.1, 0.1, 0.3), ("lever",))
    world = rooms(ann=(7.0, 6.0), bob=(7.2, 4.0), doors=(door,), things=(handle,))
    assert does(world, "bob", "open gate") == "locked"
    assert not world.doors.states["gate"].open
    assert does(world, "ann", "use handle") == "done"
    assert world.doors.states["gate"].open
    world.shut_out["bob"].clear()
    assert both(world, "wait 8", "go to yard") == ("done", "done")
    assert world.doors.states["gate"].open, "waiting keeps hold of it"
    assert does(world, "ann", "forward") in ("done", "blocked")
    assert not world.doors.states["gate"].open


def test_a_lever_door_waits_for_who_stands_in_it():
    door = Door("gate", (8.1, 4.0), (0.0, 1.0), ("hall", "yard"), thickness=0.2, lever="handle")
    handle = Thing("handle", "lever", (7.8, 6.0, 0.8), (0.1, 0.1, 0.3), ("lever",))
    world = rooms(ann=(7.0, 6.0), bob=(7.2, 4.0), heading=0.0, doors=(door,), things=(handle,))
    does(world, "ann", "use handle")
    assert does(world, "bob", "forward 0.9") == "done"
    does(world, "ann", "forward 0.1")
    assert world.doors.states["gate"].open
    does(world, "bob", "forward 1")
    assert not world.doors.states["gate"].open


def test_two_hands_are_needed_on_both_sides_of_a_hand_over():
    world = rooms(ann=(10.0, 4.0), bob=(11.0, 4.0))
    world.things.hold("red key", "ann")
    assert both(world, "give red key to bob", "take red key from ann") == ("done", "done")
    assert world.things.hands == {"ann": [], "bob": ["red key"]}
    assert both(world, "wait 1", "give red key to ann") == ("done", "occupied"), "nobody took it"
    assert world.things.hands["bob"] == ["red key"]


def test_a_hand_over_is_within_reach():
    world = rooms(ann=(10.0, 4.0), bob=(11.6, 4.0))
    world.things.hold("red key", "ann")
    assert both(world, "give red key to bob", "take red key from ann") == ("out_of_reach", "out_of_reach")


def test_a_heavy_thing_is_lifted_by_two_and_carried_slowly_by_two():
    world = rooms(ann=(12.2, 1.5), bob=(13.8, 1.5))
    assert both(world, "pick up crate", "wait 1") == ("occupied", "done"), "one alone lifts nothing"
    assert both(world, "pick up crate", "pick up crate") == ("done", "done")
    assert world.things.holders("crate") == ("ann", "bob")
    assert world.things.free_hands("ann") == world.things.free_hands("bob") == 0
    assert does(world, "ann", "go to lamp") == "occupied", "the other does not come along"
    began, farthest = world.ticks, 0.0
    world.command("ann", "go to lamp")
    world.command("bob", "go to lamp")
    world.walkers.alert[:] = False
    while "ann" in world.skills or "bob" in world.skills:
        world.tick()
        (ax, ay, _), (bx, by, _) = world.at("ann"), world.at("bob")
        farthest = max(farthest, hypot(ax - bx, ay - by))
    assert (world.results["ann"].code, world.results["bob"].code) == ("done", "done")
    assert farthest < 2.1
    assert (world.ticks - began) / 10 > 5.0 / 0.5
    assert does(world, "bob", "put down crate") == "done"
    assert world.things.states["crate"].relation == "at"
    assert world.things.hands == {"ann": [], "bob": []}


def test_a_cart_is_pushed_with_what_is_in_it():
    world = rooms(ann=(12.3, 6.5))
    world.things.hold("blue cup", "ann")
    assert does(world, "ann", "put blue cup in trolley") == "done"
    assert does(world, "ann", "pick up trolley") == "done"
    assert does(world, "ann", "go to lamp") == "done"
    assert does(world, "ann", "put down trolley") == "done"
    x, y, _ = world.things.position("trolley")
    assert hypot(x - world.at("ann")[0], y - world.at("ann")[1]) < 1.0
    assert hypot(x - 15.5, y - 7.5) < 2.0
    assert world.things.position("blue cup")[:2] == pytest.approx((x, y), abs=0.5)


def test_switches_and_signs_are_used():
    world = rooms(ann=(7.0, 5.5), bob=(14.5, 7.0))
    assert does(world, "ann", "use sign") == "done"
    assert world.results["ann"].detail == "the gate needs the red key"
    assert does(world, "bob", "use lamp") == "done"
    assert world.things.states["lamp"].on


def test_names_are_read_whatever_their_capitals_and_may_hold_small_words():
    cup = Thing("cup in Blue", "cup", (4.0, 3.8, 0.0), (0.1, 0.1, 0.1), ("pick",))
    world = rooms(things=(cup, *two_rooms().things))
    assert does(world, "ann", "Pick up CUP IN BLUE") == "done"
    assert does(world, "ann", "go to table") == "done"
    assert does(world, "ann", "put cup in blue on TABLE") == "done"


def test_who_follows_stays_near_and_stops_when_the_other_does():
    world = rooms(ann=(10.0, 1.0), bob=(11.0, 1.0))
    assert both(world, "follow bob", "go to lamp") == ("done", "done")
    assert world.distance("ann", "bob") < 2.0


def test_two_who_meet_in_a_doorway_both_get_through():
    door = msgspec.structs.replace(two_rooms().doors[0], open=True, locked=False)
    world = rooms(ann=(5.0, 4.0), bob=(11.0, 4.0), doors=(door,))
    assert both(world, "go to yard", "go to hall") == ("done", "done")


def test_a_walk_is_interrupted_by_what_is_new_and_goes_on():
    world = rooms(ann=(1.0, 1.0), heading=0.0)
    world.command("ann", "go to box")
    world.command("bob", "wait 60")
    world.run(600)
    assert world.results["ann"].code == "interrupted"
    assert world.results["ann"].detail == "saw"
    while world.results["ann"].code == "interrupted":
        world.command("ann", "go on")
        world.run(600)
    assert world.results["ann"] == msgspec.structs.replace(world.results["ann"], code="done", command="go to box")


def test_what_a_leaver_held_stays_where_it_stood():
    world = rooms(ann=(12.2, 1.5), bob=(13.8, 1.5))
    both(world, "pick up crate", "pick up crate")
    world.leave("bob")
    assert world.things.states["crate"].relation == "at"
    assert world.things.hands["ann"] == []
    world.join("bob", (2.0, 2.0, 0.0))
    assert world.place_of("bob") == "hall"


def test_nobody_joins_twice_or_where_there_is_no_room():
    world = rooms()
    with pytest.raises(ValueError, match="cannot join"):
        world.join("ann", (1.0, 1.0, 0.0))
    world.leave("ann")
    with pytest.raises(ValueError, match="nobody can stand"):
        world.join("ann", (500.0, 1.0, 0.0))


def test_two_of_one_name_are_refused():
    with pytest.raises(ValueError, match="'Bob' names two"):
        Simulation(
            msgspec.structs.replace(two_rooms(), places=(msgspec.structs.replace(two_rooms().places[0], name="Bob"),)),
            ("bob",),
        )
