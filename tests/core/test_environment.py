"""The door of every world: who may act, what becomes of refused answers, snapshots, stories."""

import pytest

from coterie.core import (
    Action,
    ActionSpec,
    Chance,
    ChanceNeeded,
    Choice,
    Ending,
    Environment,
    Event,
    Observation,
    Rejection,
    Step,
    Story,
    WorldError,
)
from coterie.environments import make, register, world_class
from coterie.metrics.game_tree import game_tree

GUESS = ActionSpec(move=Choice(("heads", "tails")), fallback=Action("heads"))
STRICT = ActionSpec(move=Choice(("heads", "tails")))


class Toss(Story):
    """Two guesses in turn at two coins, told as a story; `bob` has no fallback."""

    agents = ("ann", "bob")

    def story(self):
        right = 0
        for number, (agent, spec) in enumerate((("ann", GUESS), ("bob", STRICT))):
            actions = yield Step({agent: Observation(spec, f"guess {number} right {right}")})
            right += actions[agent].move == self.chance.draw(f"coin {number}", ("heads", "tails"))
        ending = Ending("terminated", "both guessed")
        outcome = Event("outcome", None, {"success": right == 2})
        return Step(
            rewards=dict.fromkeys(self.agents, float(right)),
            endings=dict.fromkeys(self.agents, ending),
            events=(outcome,),
        )


def kinds(step):
    return [event.kind for event in step.events]


def test_a_refused_answer_becomes_the_fallback_and_is_noted():
    world = Toss()
    world.reset(0, Chance(0, fixed={"coin 0": "heads"}))
    step = world.step({"ann": Action("edge")})
    assert step.observations["bob"].text == "guess 1 right 1"
    assert step.events[0].kind == "rejected"
    assert step.events[0].data["code"] == "illegal"


def test_a_missing_answer_counts_as_a_timeout():
    world = Toss()
    world.reset(0)
    assert world.step({}).events[0].data == {"code": "timeout", "reason": "no answer came"}


def test_an_agent_without_a_fallback_forfeits():
    world = Toss()
    world.reset(0)
    world.step({"ann": Action("heads")})
    step = world.step({"bob": Rejection("timeout", "asleep")})
    assert (step.rewards, step.observations) == ({"bob": -1.0}, {})
    assert {ending.reason for ending in step.endings.values()} == {"bob forfeits: timeout"}
    assert step.events[-1].data == {"success": False, "forfeit": "bob"}
    with pytest.raises(WorldError, match="no episode is running"):
        world.step({"bob": Action("heads")})


def test_an_answer_out_of_turn_has_no_effect_and_is_noted():
    asked, both = Toss(), Toss()
    asked.reset(5)
    both.reset(5)
    alone = asked.step({"ann": Action("tails")})
    crowd = both.step({"bob": Action("tails"), "ann": Action("tails"), "\ud800": None})
    assert crowd.observations == alone.observations
    assert kinds(crowd) == ["not_your_turn", "not_your_turn", *kinds(alone)]
    assert [event.agent for event in crowd.events[:2]] == ["bob", "?"]


def test_an_answer_out_of_turn_is_noted_even_when_nobody_else_answers():
    world = Toss()
    world.reset(5)
    assert kinds(world.step({"bob": Action("tails")}))[:2] == ["not_your_turn", "rejected"]


def test_a_world_that_was_never_started_cannot_step():
    with pytest.raises(WorldError, match=r"call reset\(seed\) first"):
        Toss().step({"ann": Action("heads")})


def test_every_draw_is_told_once_as_an_event():
    world = Toss()
    assert kinds(world.reset(0)) == []
    first = world.step({"ann": Action("heads")})
    second = world.step({"bob": Action("heads")})
    assert [event.data["name"] for event in (*first.events, *second.events) if event.kind == "chance"] == [
        "coin 0",
        "coin 1",
    ]


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_story_goes_on_from_a_snapshot_with_the_same_luck(seed, fresh):
    world = Toss()
    world.reset(seed)
    first = world.step({"ann": Action("heads")})
    here = world.snapshot()
    ends = {move: world_after(world, here, move) for move in ("heads", "tails")}
    other = Toss() if fresh else world
    assert world_after(other, here, "tails") == ends["tails"]
    assert ends["heads"].rewards != ends["tails"].rewards
    assert first.observations["bob"].spec == STRICT


def world_after(world, here, move):
    world.restore(here)
    return world.step({"bob": Action(move)})


def test_a_story_restored_with_fixed_luck_keeps_it_fixed():
    world = Toss()
    world.reset(0, Chance(0, fixed={"coin 0": "tails", "coin 1": "tails"}))
    world.step({"ann": Action("heads")})
    here = world.snapshot()
    world.reset(99)
    assert world_after(world, here, "tails").rewards["bob"] == 1.0


def test_a_story_can_be_solved_like_a_class():
    tree = game_tree(Toss())
    assert [len(tree.information_states(agent)) for agent in tree.agents] == [1, 2]
    world = Toss()
    world.reset(0, Chance(0, script=[]))
    with pytest.raises(ChanceNeeded):
        world.step({"ann": Action("heads")})


def test_a_snapshot_is_not_touched_by_what_the_world_does_next():
    world = make("tic_tac_toe")
    world.reset(0)
    here = world.snapshot()
    world.step({"cross": Action("a1")})
    world.restore(here)
    world.step({"cross": Action("b2")})
    world.restore(here)
    assert world.state() == {"board": [""] * 9, "turn": 0}


def test_vectors_are_added_to_observations_on_request():
    assert make("kuhn_poker").reset(0).observations["first"].arrays == {}
    seen = make("kuhn_poker", vectors=True).reset(0).observations["first"]
    assert seen.arrays["vector"].values.shape == (9,)


def test_what_a_world_does_not_offer_it_says_by_name():
    for ask in (lambda world: world.vector("ann"), lambda world: world.expert("ann"), lambda world: world.state()):
        with pytest.raises(WorldError, match="Toss"):
            ask(Toss())


def test_a_world_of_ones_own_can_be_registered_once(monkeypatch):
    monkeypatch.setattr("coterie.environments.WORLDS", {"toss-v1": "a:B", "toss-v2": "json:JSONDecoder"})
    register("toss-v1", "a:B")
    with pytest.raises(ValueError, match="higher version"):
        register("toss-v1", "c:D")
    with pytest.raises(ValueError, match="not a class of Environment"):
        world_class("toss")
    assert not issubclass(dict, Environment)
