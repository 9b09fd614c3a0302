"""two_levers: locked rooms, signs about each other, levers that must be held together."""

import pytest

from coterie.agents import Expert
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action
from coterie.environments import make
from coterie.rollout import play


class Mute:
    """The expert without its words."""

    name = "mute"

    def join(self, environment, agent, seed):
        script = environment.expert(agent, seed)
        return ScriptedAgent(lambda seen: Action(script(seen).move))


def started(**options):
    world = make("two_levers", **options)
    return world, world.reset(0)


def go(world, step, **commands):
    """Gives everybody who is free a command, until all have done theirs; the others wait."""
    left = dict(commands)
    while left and step.observations:
        moves = {}
        for agent, seen in step.observations.items():
            wanted = left.pop(agent, "wait")
            moves[agent] = Action(wanted if wanted in seen.spec.move.options else "wait")
        step = world.step(moves)
    return step


@pytest.mark.parametrize(
    "options", [{}, {"agents": 3, "levers": 2, "size": 3, "limit_s": 60}, {"agents": 8, "levers": 6, "limit_s": 120}]
)
def test_experts_get_into_the_vault_and_not_sooner_than_is_possible(options):
    for seed in range(3):
        outcome = play("two_levers", dict.fromkeys(make("two_levers", **options).agents, Expert()), seed,
                       options=options).outcome  # fmt: skip
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"]


def test_without_words_even_experts_fail():
    for seed in range(5):
        assert not play("two_levers", {"ann": Mute(), "bob": Mute()}, seed).outcome["success"]


def test_a_sign_tells_the_lever_of_the_other_room_and_never_its_own():
    world, step = started()
    step = go(world, step, ann="use first sign")
    while "ann" not in step.observations:
        step = go(world, step, bob="wait")
    detail = world.simulation.results["ann"].detail
    assert detail == f"the right lever in the second room is {world.right[1]}"


def pulled(world, step, west, east):
    step = go(world, step, ann=f"go to first {west} lever", bob=f"go to second {east} lever")
    for _ in range(8):
        if not step.observations:
            break
        moves = {}
        for agent, seen in step.observations.items():
            lever = f"{'first' if agent == 'ann' else 'second'} {west if agent == 'ann' else east} lever"
            holds = seen.data.get("lever") == lever
            moves[agent] = Action("wait" if holds or f"use {lever}" not in seen.spec.move.options else f"use {lever}")
        step = world.step(moves)
        if world.gates_open or world.made_mistakes:
            break
    return step


def test_the_right_levers_held_together_open_all_gates():
    world, step = started()
    pulled(world, step, *world.right)
    assert world.gates_open
    assert world.simulation.doors.stand_open() == {"vault door": False, "first gate": True, "second gate": True}


def test_one_wrong_lever_sounds_the_alarm():
    world, step = started()
    wrong = next(colour for colour in world.colours if colour != world.right[1])
    step = pulled(world, step, world.right[0], wrong)
    assert not step.observations
    assert {ending.reason for ending in step.endings.values()} == {"alarm"}
    assert not world.gates_open


def test_a_mistake_that_is_allowed_lets_the_levers_spring_back():
    world, step = started(mistakes=2)
    wrong = next(colour for colour in world.colours if colour != world.right[1])
    step = pulled(world, step, world.right[0], wrong)
    assert step.observations
    assert world.simulation.levers == {}


@pytest.mark.parametrize("options", [{"agents": 1}, {"levers": 7}, {"size": 2}, {"mistakes": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("two_levers", **options)
