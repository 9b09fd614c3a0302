"""Who works, who enables whom: by hand, and on teams of which the truth is known."""

import math

import msgspec
import pytest

from coterie.agents import Expert, Random
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action, ActionSpec, Choice, Episode, Event, Observation, Seat, Turn
from coterie.metrics import METRICS
from coterie.rollout import gather

SEATS = {"ann": Seat("x"), "bob": Seat("y")}


def episode(*events, turns=(), seats=SEATS):
    return Episode(environment="hand-v1", seed=0, seats=seats, events=events, turns=tuple(turns))


def done(agent, *parts):
    weights = Event("subgoals", data={"weights": {"one": 1.0, "two": 1.0, "three": 1.0, "four": 1.0}})
    return (weights, *(Event("subgoal", agent, {"name": part, "done": True}) for part in parts))


def act(agent, used=(), made=()):
    return Event("act", agent, {"used": list(used), "made": list(made)})


def value(name, *episodes):
    return METRICS[name].compute(episodes).value


def test_labour_is_divided_evenly_or_not_at_all():
    ann, both = done("ann", "one", "two", "three"), done("ann", "one") + done("bob", "two")[1:]
    assert value("division_of_labour", episode(*ann)) == 0.0
    assert value("division_of_labour", episode(*both)) == pytest.approx(1.0)
    three_to_one = done("ann", "one", "two", "three") + done("bob", "four")[1:]
    expected = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    assert value("division_of_labour", episode(*three_to_one)) == pytest.approx(expected)


def test_one_piece_of_work_or_one_seat_cannot_be_divided():
    assert METRICS["division_of_labour"].compute([episode(*done("ann", "one"))]).missing
    alone = episode(*done("ann", "one", "two"), seats={"ann": Seat("x")})
    assert METRICS["division_of_labour"].compute([alone]).missing


def test_where_actions_make_facts_these_are_the_work_and_not_only_who_finished():
    facts = act("ann", made=["a"]), act("bob", made=["b"])
    assert value("division_of_labour", episode(*facts, *done("ann", "one", "two"))) == pytest.approx(1.0)


def test_doing_what_another_did_is_duplicate_effort():
    makers = [("ann", "a"), ("bob", "a"), ("bob", "ab"), ("ann", "a")]
    events = [Event("act", agent, {"made": list(facts)}, step) for step, (agent, facts) in enumerate(makers)]
    # ann may repeat herself, and bob's second makes something new
    assert value("duplicate_effort", episode(*events)) == 0.25


def test_repeating_words_is_no_duplicate_effort_but_redundant():
    told = [Event("told", agent, {"made": ["it rains"]}, step) for step, agent in enumerate(("ann", "bob"))]
    assert METRICS["duplicate_effort"].compute([episode(*told)]).missing
    assert value("redundancy", episode(*told)) == 0.5


def test_what_two_do_together_is_no_duplicate():
    together = [Event("pushed", agent, {"made": ["heavy box at goal"]}, 3) for agent in ("ann", "bob")]
    assert value("duplicate_effort", episode(*together)) == 0.0


def turn(move, *options):
    return Turn("ann", 0, Observation(ActionSpec(move=Choice(options))), None if move is None else Action(move))


def test_idle_is_doing_nothing_where_one_could_act():
    turns = [turn("wait", "wait", "go"), turn("go", "wait", "go"), turn(None, "stay", "go"), turn("go", "go", "run")]
    assert value("idle", episode(turns=turns)) == pytest.approx(2 / 3)
    assert METRICS["idle"].compute([episode(turns=turns[3:])]).missing


def test_blocked_moves_and_collisions_count_over_turns():
    events = [Event("moved", "ann", {"blocked": True}), Event("moved", "bob", {"blocked": False})]
    events += [Event("collided", None, {"cooks": ["ann", "bob"]})]
    turns = [turn("go", "wait", "go")] * 6
    assert value("blocked", episode(*events, turns=turns)) == 0.5
    assert value("blocked", episode(*events, turns=turns), episode(turns=turns)) == 0.25


def test_interdependence_is_the_share_of_facts_that_come_from_another():
    played = episode(
        act("ann", made=["cut"]),
        act("bob", used=["cut", "fire"], made=["cooked"]),
        act("bob", used=["cooked"], made=["cut"]),
        act("bob", used=["cut"]),  # it was bob who made it last
    )
    assert value("interdependence", played) == pytest.approx(1 / 3)


def test_two_cooks_depend_on_each_other_where_the_kitchen_is_divided():
    cooks = {"blue": Expert(), "green": Expert()}
    divided = list(gather("kitchen", cooks, range(2), options={"layout": "forced_coordination", "horizon": 150}))
    assert value("interdependence", *divided) > 0.2
    lazy = list(gather("kitchen", {"blue": Expert(), "green": Random()}, range(2), options={"horizon": 100}))
    assert value("division_of_labour", *lazy) < value("division_of_labour", *divided)


def test_a_pushed_box_is_work_for_two():
    played = list(gather("box_pushing", {"ann": Expert(), "bob": Expert()}, range(20)))
    assert 0.0 < value("division_of_labour", *played) <= 1.0
    assert 0.0 <= value("blocked", *played) < 0.2


class Lazy(msgspec.Struct, frozen=True):
    """Seats somebody who always waits."""

    name: str = "lazy"

    def join(self, environment, agent, seed):
        return ScriptedAgent(lambda seen: Action("wait"))


def test_a_lazy_seat_shows_on_twenty_seeds_and_its_busy_twin_does_not():
    for start in range(20):
        seeds = range(1000 * start, 1000 * start + 8)
        lazy = list(gather("box_pushing", {"ann": Expert(), "bob": Lazy()}, seeds))
        busy = list(gather("box_pushing", {"ann": Expert(), "bob": Expert()}, seeds))
        assert METRICS["idle"].compute(lazy).low > METRICS["idle"].compute(busy).high
        assert value("division_of_labour", *lazy) in (0.0, None)
        assert value("division_of_labour", *busy) > 0.0
