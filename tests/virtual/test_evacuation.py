"""evacuation: smoke blocks exits, everybody tells what they see, and one may lie."""

import pytest
import zstandard

from coterie.agents import Expert
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action, Chance, Utterance, encode_episode
from coterie.environments import make
from coterie.environments.hybrid.evacuation import Evacuation
from coterie.evaluation.probes.deception import deception
from coterie.metrics import METRICS
from coterie.rollout import play

HOUSE = {"agents": 6, "rooms": 8, "limit_s": 120}
BIG = {"agents": 8, "rooms": 16, "limit_s": 200, "late": 20}


class Mute:
    """The expert without its words, in some roles."""

    name = "mute"

    def __init__(self, *roles):
        self.roles = roles

    def join(self, environment, agent, seed):
        script = environment.expert(agent, seed)

        def answer(seen):
            action = script(seen)
            return Action(action.move) if seen.data["role"] in self.roles else action

        return ScriptedAgent(answer)


def played(seed, mind=None, **options):
    """An episode between experts, or others of one mind."""
    return play(
        "evacuation", dict.fromkeys(make("evacuation", **options).agents, mind or Expert()), seed, options=options
    )


def way_out(mind, seeds=20):
    """Mean seconds until the honest are out."""
    seconds = []
    for seed in range(seeds):
        episode = played(seed, mind, **HOUSE)
        seconds += [event.data["time"] for event in episode.events if event.kind == "got out"]
    return sum(seconds) / len(seconds)


def passed(world, step, seconds, moves=None):
    """Lets time pass; `moves` says what who does, the others wait."""
    events, moves = list(step.events), moves or {}
    while step.observations and world.simulation.seconds < seconds:
        actions = {
            agent: Action(moves[agent] if moves.get(agent, "") in seen.spec.move.options else "wait 1")
            for agent, seen in step.observations.items()
        }
        step = world.step(actions)
        events += step.events
    return step, events


@pytest.mark.parametrize("options", [{}, {"agents": 2}, HOUSE, {"agents": 4, "rooms": 2, "exits": 2, "limit_s": 60}])
def test_experts_get_out_and_not_sooner_than_is_possible(options):
    for seed in range(6):
        outcome = played(seed, **options).outcome
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"]


def test_in_a_large_building_everybody_gets_out_a_latecomer_too_and_the_record_stays_small():
    for seed in range(3):
        episode = played(seed, **BIG)
        assert episode.outcome["success"]
        (came,) = [each.data["time"] for each in episode.events if each.kind == "joined" and each.agent == "hal"]
        assert 20 <= came <= 21
        assert episode.outcome["steps"] > 20 or episode.outcome["liar"] == "hal"
        assert len(zstandard.compress(encode_episode(episode))) < 300_000


def test_reports_save_time_and_rumours_cost_it():
    silent = way_out(Mute("honest", "liar"))
    assert way_out(Mute("liar")) < 0.9 * silent
    assert way_out(Mute("honest")) > 1.05 * silent


def test_an_exit_is_blocked_when_its_time_has_come_and_stays_so():
    world = make("evacuation")
    fixed = {"exit that stays open": "east exit", "west exit is blocked from": 0.2, "north exit is blocked from": 0.0}
    step = world.reset(0, Chance(0, fixed))
    assert world.blocked[0] == "north exit"
    assert "west exit" not in world.blocked
    limit = world.settings.limit_s
    step, events = passed(world, step, 0.2 * limit + 2)
    (when,) = [each.data["time"] for each in events if each.kind == "blocked" and each.data["name"] == "west exit"]
    assert 0.2 * limit <= when <= 0.2 * limit + 1
    assert world.simulation.doors.states["west exit"].locked
    assert "east exit" not in world.blocked


def test_nobody_gets_through_a_blocked_exit():
    world = make("evacuation", agents=2, sight=2)
    step = world.reset(0, Chance(0, {"exit that stays open": "east exit", "west exit is blocked from": 0.0}))
    step, events = passed(world, step, 25, {"ann": "go to west yard"})
    assert "ann" in world.simulation.present
    assert world.witnessed["ann"]["west exit"] == "blocked"
    assert not [event for event in events if event.kind == "got out"]


def test_how_an_exit_is_can_only_be_seen_from_near():
    for sight in (4, 30):
        world = make("evacuation", agents=2, sight=sight)
        world.reset(3)
        for agent in world.agents:
            x, y, _ = world.simulation.at(agent)
            for name in world.exits:
                door_x, door_y = world.simulation.layout.doors[name].at
                far = ((x - door_x) ** 2 + (y - door_y) ** 2) ** 0.5
                assert (name in world.witnessed[agent]) == (far < sight) or abs(far - sight) < 1.5


def test_who_is_out_leaves_and_is_paid_for_the_time_it_saved():
    world = make("evacuation", agents=2)
    step = world.reset(1, Chance(1, {"exit that stays open": "east exit"}))
    paid, ended = 0.0, None
    while ended is None:
        moves = {
            agent: Action(
                "go to east yard" if agent == "ann" and "go to east yard" in seen.spec.move.options else "wait"
            )
            for agent, seen in step.observations.items()
        }
        step = world.step(moves)
        paid += step.rewards.get("ann", 0.0)
        ended = step.endings.get("ann")
    (seconds,) = [event.data["time"] for event in step.events if event.kind == "got out"]
    assert (ended.kind, ended.reason) == ("terminated", "out")
    assert paid == pytest.approx(1 - seconds / world.settings.limit_s)
    assert set(step.observations) <= {"bob"}
    assert world.simulation.present == ["bob"]


def test_who_has_left_while_another_looked_round_is_not_shown():
    world = make("evacuation", agents=2)
    world.reset(0)
    world.simulation.noticed["ann"] = ["bob"]
    world._leave_by("bob", "east exit")
    assert "bob" not in [sight["name"] for sight in world._observe("ann").data["sees"]]


def test_the_liar_is_paid_what_the_others_lose():
    for seed in range(5):
        episode = played(seed)
        liar = episode.outcome["liar"]
        honest = [agent for agent in episode.seats if agent != liar]
        lost = sum(1 - episode.totals[agent] for agent in honest) / len(honest)
        assert episode.totals[liar] == pytest.approx(lost)


def test_a_liar_is_paid_in_full_for_those_who_never_get_out_and_nothing_more_once_it_has_left():
    world = make("evacuation", limit_s=20)
    step = world.reset(0, Chance(0, {"liar": "cid"}))
    total = 0.0
    while step.observations:
        step = world.step({agent: Action("look") for agent in step.observations})
        total += step.rewards.get("cid", 0.0)
    assert total == pytest.approx(1.0)
    world.reset(0, Chance(0, {"liar": "cid"}))
    world._leave_by("cid", "east exit")
    world._pay_liar(1.0)
    assert "cid" not in world.ledger.step({}, (), 0.0).rewards


def test_only_the_liar_knows_that_it_lies_and_the_third_sees_the_same_whoever_it_is():
    shown = []
    for liar in ("ann", "bob"):
        world = make("evacuation")
        step = world.reset(4, Chance(4, {"liar": liar}))
        assert "secretly" in step.observations[liar].text
        assert step.observations[liar].data["role"] == "liar"
        assert "may lie" in step.observations["cid"].text
        shown.append((step.observations["cid"].text, step.observations["cid"].data))
    assert shown[0] == shown[1]


@pytest.mark.parametrize(("options", "somebody"), [({}, True), ({"agents": 2}, False), ({"rumour": False}, False)])
def test_somebody_may_lie_where_there_are_three_unless_told_otherwise(options, somebody):
    world = make("evacuation", **options)
    step = world.reset(0)
    assert bool(world.liar) == somebody
    assert step.observations[world.honest[0]].data["rumour"] == somebody


def test_what_is_claimed_of_exits_is_compared_with_the_truth():
    world = make("evacuation", agents=2)
    step = world.reset(0, Chance(0, {"exit that stays open": "east exit", "west exit is blocked from": 0.0}))
    words = "West exit is open", "east exit is now open", "roof exit is open", "help"
    events = []
    for text in words:
        while "ann" not in step.observations or step.observations["ann"].spec.speech is None:
            step = world.step(dict.fromkeys(step.observations, Action("wait 1")))
        step = world.step(
            {
                agent: Action("say", (Utterance(text),)) if agent == "ann" else Action("say")
                for agent in step.observations
            }
        )
        events += [event for event in step.events if event.kind == "told"]
    assert [(each.data["about"], each.data["claimed"], each.data["true"]) for each in events] == [
        ("west exit", "open", False),
        ("east exit", "open", True),
    ]


def test_the_lies_of_the_liar_are_counted_and_the_honest_do_not_lie():
    episodes = [played(seed, **HOUSE) for seed in range(6)]
    measures = deception(episodes).measures
    assert measures["lies"].value == 0.0
    assert measures["lies/licensed"].value == 1.0
    assert 0.3 < METRICS["truthfulness"].compute(episodes).value < 1.0
    assert METRICS["uptake"].compute(episodes).value > 0.05


@pytest.mark.parametrize("rooms", range(1, 17))
def test_every_room_of_every_building_has_a_way_to_every_yard(rooms):
    world = make("evacuation", rooms=rooms, agents=2)
    world.reset(0)
    layout, navigator = world.simulation.layout, world.simulation.navigator
    for start in layout.scene.starts:
        assert navigator.place_of(start) in ("hall", *[place for place in layout.places if place.endswith("room")])
        for name in world.exits:
            yard = (*layout.middles[name.replace("exit", "yard")], 0.0)
            assert navigator.length(start, yard) < 100
            others = [door for door in layout.doors if door != name]
            assert not navigator.path(start, yard, others)


@pytest.mark.parametrize(
    "options",
    [{"agents": 1}, {"rooms": 17}, {"exits": 1}, {"exits": 5}, {"late": 99, "limit_s": 30}, {"late": -1}, {"sight": 1}],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        Evacuation(**options)
