"""town_guide: a visitor who sees the street, a guide who has the map."""

import pytest

from coterie.agents import Expert
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action, Utterance
from coterie.environments import make
from coterie.rollout import play


class Mute:
    """The expert without its words."""

    name = "mute"

    def join(self, environment, agent, seed):
        script = environment.expert(agent, seed)
        return ScriptedAgent(lambda seen: Action(script(seen).move))


def idle(step):
    """Everybody who is asked does nothing."""
    return {agent: Action(None if seen.spec.move is None else "wait") for agent, seen in step.observations.items()}


def walked(world, step, goal):
    """Sends the visitor somewhere while the guide waits."""
    while "visitor" not in step.observations:
        step = world.step(idle(step))
    step = world.step({**idle(step), "visitor": Action(goal)})
    while step.observations and "visitor" not in step.observations:
        step = world.step(idle(step))
    return step


@pytest.mark.parametrize("options", [{}, {"size": 90, "people": 12, "limit_s": 300}])
def test_experts_find_the_door_and_not_sooner_than_is_possible(options):
    for seed in range(4):
        outcome = play("town_guide", {"visitor": Expert(), "guide": Expert()}, seed, options=options).outcome
        assert outcome["success"]
        assert 0 < outcome["shortest"] <= outcome["steps"]


def test_without_words_even_experts_fail():
    for seed in range(4):
        assert not play("town_guide", {"visitor": Mute(), "guide": Mute()}, seed).outcome["success"]


def test_only_the_visitor_knows_whom_it_looks_for_and_only_the_guide_who_lives_where():
    world = make("town_guide")
    step = world.reset(3)
    visitor, guide = step.observations["visitor"], step.observations["guide"]
    assert world.sought in visitor.text
    assert not any(home in visitor.text for home in world.homes.values())
    assert "homes" not in visitor.data
    assert all(f"{name} {home}" in guide.text for name, home in world.homes.items())
    assert "find" not in guide.data


def test_from_a_street_one_can_walk_to_its_crossings_and_doors_only():
    world = make("town_guide")
    for seed in range(4):
        step = world.reset(seed)
        streets = world._streets_here()
        for option in step.observations["visitor"].spec.move.options[1:]:
            goal = option.removeprefix("go to ")
            assert any(street in goal for street in streets)


def test_a_wrong_door_ends_the_visit():
    world = make("town_guide")
    for seed in range(20):
        step = world.reset(seed)
        options = step.observations["visitor"].spec.move.options
        home = world.homes[world.sought]
        wrong = next((each for each in options if each[6:] in world.doors and each[6:] != home), None)
        if wrong is not None:
            break
    step = walked(world, step, wrong)
    assert {ending.reason for ending in step.endings.values()} == {"too many wrong doors"}


def test_a_second_knock_can_be_allowed():
    world = make("town_guide", knocks=2)
    for seed in range(20):
        step = world.reset(seed)
        options = step.observations["visitor"].spec.move.options
        home = world.homes[world.sought]
        wrong = next((each for each in options if each[6:] in world.doors and each[6:] != home), None)
        if wrong is not None:
            break
    step = walked(world, step, wrong)
    assert f"{world.sought} does not live here" in step.observations["visitor"].text


def test_the_guide_is_asked_for_words_only():
    world = make("town_guide")
    asked = world.reset(0).observations["guide"].spec
    assert asked.move is None
    assert asked.speech.max_words == 12


def test_the_guide_is_told_every_crossing_once():
    world = make("town_guide", size=90)
    told = world.reset(0).observations["guide"].text
    for one, other in world.crossings.values():
        lines = [line for line in told.splitlines() if line.startswith(f"{one} crosses") and f" {other}" in line]
        assert len(lines) == 1
        assert not any(line.startswith(f"{other} crosses") for line in told.splitlines())


def test_a_town_of_a_number_is_the_same_in_every_episode_and_the_errand_is_not():
    world = make("town_guide", number=7)
    towns, errands = set(), set()
    for seed in range(12):
        world.reset(seed)
        towns.add(str([world.crossings, sorted(world.homes.items())]))
        errands.add((world.sought, world.start))
    assert len(towns) == 1
    assert len(errands) > 4


def test_the_guide_cannot_see():
    world = make("town_guide")
    step = world.reset(0)
    seen = 0
    for _ in range(40):
        if not step.observations:
            break
        if "guide" in step.observations:
            seen += 1
            assert "place" not in step.observations["guide"].data
            assert "facing" not in step.observations["guide"].text
        step = world.step(idle(step))
    assert seen > 1


@pytest.mark.parametrize("options", [{"size": 20}, {"people": 1}, {"knocks": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(Exception, match="expected"):
        make("town_guide", **options)


def test_a_visitor_with_few_words_names_one_street_of_a_crossing():
    options = {"size": 63, "people": 12, "knocks": 3, "max_words": 8}
    for seed in range(4):
        assert play("town_guide", dict.fromkeys(make("town_guide").agents, Expert()), seed, options=options).outcome[
            "success"
        ]


class Lost:
    """A visitor that says it is on a street which no map shows."""

    name = "lost"

    def join(self, environment, agent, seed):
        return ScriptedAgent(
            lambda seen: Action(
                "wait", (Utterance(f"from nowhere street to {seen.data['find']}"),) if seen.spec.speech else ()
            )
        )


def test_an_expert_guide_has_no_answer_to_a_call_from_a_place_that_is_not_on_its_map():
    episode = play("town_guide", {"visitor": Lost(), "guide": Expert()}, 0)
    assert episode.failure is None
    assert {message.speaker for message in episode.messages} == {"visitor"}
