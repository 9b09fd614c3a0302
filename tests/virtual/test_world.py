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
    """Bob comes in after two seconds; ann leaves after four."""

    def enter(self):
        self.simulation.join("ann", self.simulation.layout.scene.starts[0], 90.0)

    def happened(self, events):
        simulation = self.simulation
        if simulation.seconds >= 2 and "bob" not in simulation.present and not self._ended:
            simulation.join("bob", simulation.layout.scene.starts[1], 90.0)
        if simulation.seconds >= 4 and "ann" in simulation.present:
            self.leave("ann", "gone home")


def test_agents_join_and_leave_while_others_play():
    world = LateBob(Settings(limit_s=8))
    step = world.reset(0)
    assert list(step.observations) == ["ann"]
    shown, ended = [], {}
    while step.observations:
        step = world.step({agent: Action("wait") for agent in step.observations})
        shown.append((step.time, list(step.observations)))
        ended |= {agent: (step.time, ending.reason) for agent, ending in step.endings.items()}
    assert shown[0] == (2.0, ["bob"])
    assert ended == {"ann": (7.0, "gone home"), "bob": (8.0, "time is up")}
    check_environment(lambda: LateBob(Settings(limit_s=10)), episodes=2, garbage=50, expert=False)


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
