"""The base class of virtual worlds, by the small world of `handing_over`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from handing_over import HandingOver

from coterie.core import Action
from coterie.environments.virtual.hearing import Wire
from coterie.environments.virtual.settings import Settings
from coterie.environments.virtual.state.frame import Film
from coterie.testing import check_environment
from coterie.testing.driving import run, written

RADIO = {"radio": Wire(("ann", "bob"), 0.01, 30)}
CASES = {
    "listed": (Settings(limit_s=40), 300),
    "written": (Settings(limit_s=20, moves="written"), 200),
    "map": (Settings(limit_s=20, tier="both", view="map", max_words=0), 50),
    "graph": (Settings(limit_s=20, view="graph", wires=RADIO), 100),
    "mass": (Settings(limit_s=20, physics="mujoco"), 100),
}


@pytest.mark.parametrize("case", CASES)
def test_a_virtual_world_keeps_the_contract(case):
    settings, garbage = CASES[case]
    check_environment(
        lambda: HandingOver(settings), episodes=3, garbage=garbage, expert=case in ("listed", "graph", "mass")
    )


def expert_play(world):
    experts = {agent: world.expert(agent) for agent in world.agents}
    return lambda step: {agent: experts[agent](seen) for agent, seen in step.observations.items()}


@pytest.mark.parametrize("seed", range(6))
def test_the_experts_hand_the_key_over(seed):
    world = HandingOver()
    steps = run(world, seed, 200, play=expert_play(world)).steps
    assert steps[-1].rewards == {"ann": 1.0, "bob": 1.0}
    outcome = steps[-1].events[-1]
    assert outcome.data["success"] is True
    assert outcome.data["steps"] < 30
    subgoals = [event.data["name"] for step in steps for event in step.events if event.kind == "subgoal"]
    assert subgoals == ["gate open", "key with bob"]
    facts = [event.data for step in steps for event in step.events if "made" in event.data]
    assert facts[0]["made"] == ["red key held_by ann"]
    assert facts[-1]["used"] == ["red key held_by ann"]


def test_a_film_keeps_every_tick_and_changes_nothing():
    plain, filmed = HandingOver(), HandingOver()
    filmed.film = Film()
    alone, watched = (run(world, 3, 200, play=expert_play(world)).steps for world in (plain, filmed))
    assert [written(step) for step in alone] == [written(step) for step in watched]
    assert len(filmed.film.frames) == filmed.simulation.ticks
    last = filmed.film.frames[-1]
    assert last.doors == {"gate": True}
    assert next(thing for thing in last.things if thing.name == "red key").held_by == "bob"


def test_time_is_simulated_seconds_and_the_limit_ends_the_episode():
    world = HandingOver(Settings(limit_s=12))
    step = world.reset(0)
    times = []
    while step.observations:
        times.append(step.time)
        step = world.step({agent: Action("wait") for agent in step.observations})
    assert times == [0.0, 5.0, 10.0]
    assert step.time == 12.0
    assert {ending.kind for ending in step.endings.values()} == {"truncated"}
    assert step.events[-1].data == {"success": False, "steps": 12.0}


def test_an_agent_is_asked_when_its_own_action_ends():
    world = HandingOver()
    step = world.reset(0)
    assert list(step.observations) == ["ann", "bob"]
    step = world.step({"ann": Action("go to red key"), "bob": Action("wait")})
    assert list(step.observations) == ["ann"]
    assert step.time < 5.0


class LateBob(HandingOver):
    """Bob comes in after 2.3 seconds; ann leaves after 4.1, whatever she is doing."""

    bob_comes = 2.3

    def enter(self):
        first, second = self.simulation.layout.scene.starts
        self.come("ann", first)
        self.come("bob", second, after_s=self.bob_comes)
        self.go("ann", "gone home", after_s=4.1)


def watched(world):
    """When who was shown something and why whose part ended, with everybody waiting."""
    step = world.reset(0)
    shown, ended = [(step.time, list(step.observations))], {}
    while step.observations:
        step = world.step({agent: Action("wait") for agent in step.observations})
        shown.append((step.time, list(step.observations)))
        ended |= {agent: ending.reason for agent, ending in step.endings.items()}
    return shown, ended


def test_agents_join_and_leave_while_others_play():
    shown, ended = watched(LateBob(Settings(limit_s=8)))
    assert shown == [(0.0, ["ann"]), (2.3, ["bob"]), (7.3, ["bob"]), (8.0, [])]
    assert ended == {"ann": "gone home", "bob": "time is up"}
    check_environment(lambda: LateBob(Settings(limit_s=10)), episodes=2, garbage=50, expert=False)


def test_who_comes_late_is_introduced_then_and_told_what_was_said_to_it_before():
    world = LateBob(Settings(limit_s=8))
    world.reset(0)
    world.inform("bob", "ann is in the hall")
    step = world.step({"ann": Action("wait")})
    assert step.observations["bob"].text.startswith("take the red key from ann")
    assert step.observations["bob"].data["news"] == ["ann is in the hall"]


def test_what_a_leaver_holds_stays_where_it_stood():
    world = LateBob(Settings(limit_s=8))
    step = world.reset(0)
    world.simulation.things.hold("red key", "ann")
    at = world.simulation.at("ann")
    while step.observations:
        step = world.step({agent: Action("wait") for agent in step.observations})
    assert world.simulation.things.states["red key"].relation == "at"
    assert world.simulation.things.position("red key")[:2] == pytest.approx(at[:2], abs=1.0)


def test_nobody_is_let_in_where_another_stands_before_there_is_room():
    world = LateBob(Settings(limit_s=8))
    world.reset(0)
    full, world.simulation.room_for = True, lambda agent, at: None if full else at
    world.step({"ann": Action("wait")})
    assert world.simulation.present == []
    assert world.simulation.seconds == 8.0


def test_who_was_seen_and_has_left_since_is_not_shown_and_who_has_left_is_not_paid():
    world = LateBob(Settings(limit_s=8))
    step = world.reset(0)
    while "bob" not in step.observations or "ann" in world.simulation.present:
        if "bob" in step.observations:
            world.simulation.noticed["bob"].append("ann")
        step = world.step({agent: Action("wait") for agent in step.observations})
        assert "ann" in world.simulation.present or all(
            sight["name"] != "ann" for seen in step.observations.values() for sight in seen.data["sees"]
        )
    world.simulation.noticed["bob"].append("ann")
    world.pay("ann", "late", 1.0)
    last = world.step({"bob": Action("wait")})
    assert last.rewards == {}
    assert all(sight["name"] != "ann" for seen in last.observations.values() for sight in seen.data["sees"])


class Empty(LateBob):
    """Ann has gone before bob comes."""

    bob_comes = 6.0


def test_an_empty_world_waits_for_who_is_to_come():
    shown, ended = watched(Empty(Settings(limit_s=9)))
    assert shown == [(0.0, ["ann"]), (6.0, ["bob"]), (9.0, [])]
    assert ended == {"ann": "gone home", "bob": "time is up"}


def test_who_leaves_before_it_has_come_never_comes():
    world = Empty(Settings(limit_s=9))
    step = world.reset(0)
    world.leave("bob", "not needed")
    while step.observations:
        step = world.step({agent: Action("wait") for agent in step.observations})
    assert "bob" not in world.simulation.present
    assert step.time == 9.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit_s": 0.0},
        {"limit_s": float("nan")},
        {"field": 400.0},
        {"sight": -1.0},
        {"view": "smell"},
        {"view_words": 3},
        {"max_words": -1},
        {"tier": "none"},
        {"moves": "sung"},
        {"voices": ("yodel",)},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


PLAIN = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from handing_over import HandingOver
from coterie.environments.virtual.settings import Settings
from coterie.testing.driving import run, written
steps = run(HandingOver(Settings(limit_s=15, tier="both")), 5, 500).steps
print(len(steps), hashlib.sha256(b"".join(written(step) for step in steps)).hexdigest())
"""


def test_compiled_or_not_the_same_seed_gives_the_same_bytes():
    folder = str(Path(__file__).parent)
    told = {
        subprocess.run(
            [sys.executable, "-c", PLAIN, folder],
            env={**os.environ, "NUMBA_DISABLE_JIT": plain},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for plain in ("0", "1")
    }
    assert len(told) == 1
