"""The rules of twenty questions; the shipped table; and that the expert needs as few questions as anybody can."""

import math
from functools import cache

import pytest

from coterie.core import Action, Chance, Observation, Utterance
from coterie.environments import make
from coterie.environments.text.games.twenty_questions_experts import possible, tell_truth
from coterie.environments.text.games.twenty_questions_table import Asked, table, topics, truth, understand


def started(thing="dog", **options):
    world = make("twenty_questions-v1", **options)
    return world, world.reset(0, Chance(0, fixed={"thing": thing}))


def ask(world, question):
    return world.step({"asker": Action("ask", (Utterance(question),))})


def solved(thing, **options):
    """The outcome among experts when this is the thing."""
    world, step = started(thing, **options)
    players = {agent: world.expert(agent) for agent in world.agents}
    while step.observations:
        step = world.step({agent: players[agent](seen) for agent, seen in step.observations.items()})
    return step.events[-1].data


def test_the_table_holds_enough_and_no_two_things_are_alike():
    questions, facts = table()
    assert len(facts) >= 60
    assert len(questions) >= 25
    assert len(set(facts.values())) == len(facts)
    assert {topic for true in facts.values() for topic in true} == set(questions)


def test_facts_agree_with_each_other():
    for thing, true in table().facts.items():
        for kind, whole in (
            ("mammal", "animal"),
            ("bird", "animal"),
            ("insect", "animal"),
            ("pet", "animal"),
            ("farm", "animal"),
            ("underwater", "animal"),
            ("eggs", "animal"),
            ("bird", "eggs"),
            ("bird", "wings"),
            ("fruit", "plant"),
            ("wheels", "vehicle"),
            ("engine", "vehicle"),
            ("road", "wheels"),
            ("building", "made"),
            ("electric", "made"),
            ("screen", "electric"),
            ("vehicle", "made"),
        ):
            assert kind not in true or whole in true, f"{thing}: {kind} without {whole}"
        for one, other in (
            ("animal", "plant"),
            ("animal", "made"),
            ("plant", "made"),
            ("animal", "food"),
            ("food", "drink"),
            ("mammal", "eggs"),
            ("mammal", "bird"),
            ("bird", "insect"),
            ("bigger", "hand"),
            ("bigger", "wear"),
            ("building", "vehicle"),
        ):
            assert not {one, other} <= true, f"{thing}: {one} and {other}"
        materials = true & {"metal", "wood", "cloth", "paper"}
        assert len(materials) <= 1, thing


def test_every_way_to_ask_is_understood_and_answered_from_the_table():
    for topic, ways in table().questions.items():
        for way in (topic, *ways, f"{ways[0].upper()}?"):
            assert understand(way) == Asked(topic, False)
    for thing, true in table().facts.items():
        for topic, ways in table().questions.items():
            world, _ = started(thing, things=78)
            seen = ask(world, ways[0]).observations["answerer"]
            assert tell_truth(seen) == Action("yes" if topic in true else "no")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Is it an animal?", Asked("animal", False)),
        ("is the thing a kind of bird", Asked("bird", False)),
        ("does it usually have wings?", Asked("wings", False)),
        ("isn't it made of metal?", Asked("metal", True)),
        ("It can't fly, can it", Asked("fly", True)),
        ("four-legged?", Asked("four-legged", False)),
        ("is it an elephant", Asked("elephant", False)),
        ("is it an animal or a plant", None),
        ("is it a fierce animal", None),
        ("", None),
    ],
)
def test_a_question_in_plain_words_is_understood_only_when_nothing_else_is_asked(question, asked):
    assert understand(question) == asked


def test_the_asker_reads_the_topics_once_and_then_the_answers():
    world, step = started("dog", things=2, questions=3)
    seen = step.observations["asker"]
    assert seen.text == "one of 2 things, questions 3, topics animal food plant mammal four-legged pet fruit sweet"
    assert seen.spec.move.options == ("ask", "guess dog", "guess apple")
    step = ask(world, "is it a fruit")
    assert [message.text for message in step.observations["answerer"].heard] == ["is it a fruit"]
    assert step.observations["answerer"].text == "thing dog question 1"
    step = world.step({"answerer": Action("no")})
    assert step.observations["asker"].text == "answer no"
    assert step.observations["asker"].data == {"asked": [["is it a fruit", "no"]]}
    step = ask(world, "is it a pet")
    assert step.observations["answerer"].text == "question 2"


def test_a_guess_ends_the_game_and_every_question_costs_both():
    world, _ = started("dog")
    assert ask(world, "is it a pet").rewards == {"asker": -0.02, "answerer": -0.02}
    world.step({"answerer": Action("yes")})
    step = world.step({"asker": Action("guess dog")})
    assert step.rewards == {"asker": 1, "answerer": 1}
    assert step.events[-1].data == {"success": True, "steps": 2, "questions": 1}
    assert step.events[0].data["used"] == ["pet yes"]
    world, _ = started("dog")
    step = world.step({"asker": Action("guess apple")})
    assert step.events[-1].data["success"] is False
    assert step.rewards == {"asker": 0, "answerer": 0}


def test_without_questions_left_only_a_guess_is_possible():
    world, _ = started("dog", questions=1)
    ask(world, "is it a pet")
    step = world.step({"answerer": Action("yes")})
    spec = step.observations["asker"].spec
    assert spec.speech is None
    assert "ask" not in spec.move.options
    step = world.step({"asker": Action("ask")})
    assert step.events[-1].data["success"] is False


def test_a_question_without_words_is_lost_and_nobody_is_asked():
    world, _ = started("dog", questions=2)
    step = world.step({"asker": Action("fetch")})
    assert step.observations["asker"].text == "no question asked"
    assert step.observations["asker"].budget == {"questions": 1}


def test_an_answer_that_is_not_the_truth_stands_in_the_record():
    world, _ = started("dog")
    ask(world, "is it an animal")
    (event,) = world.step({"answerer": Action("no")}).events
    assert event.data == {
        "answer": "no",
        "topic": "animal",
        "truth": "yes",
        "made": ["animal no"],
        "about": "animal",
        "claimed": "no",
        "seen": "yes",
    }
    ask(world, "is it not a mammal")
    (event,) = world.step({"answerer": Action("no")}).events
    assert event.data["made"] == ["mammal yes"]
    assert event.data["claimed"] == event.data["seen"] == event.data["truth"] == "no"


@cache
def brute_force(things: frozenset) -> int:
    """Questions summed over these things under the best plan there is, tried one by one."""
    if len(things) == 1:
        return 0
    plans = []
    for topic in table().questions:
        yes = frozenset(thing for thing in things if topic in table().facts[thing])
        if 0 < len(yes) < len(things):
            plans.append(len(things) + brute_force(yes) + brute_force(things - yes))
    return min(plans)


@pytest.mark.parametrize("count", [2, 3, 5, 8, 10])
def test_on_small_tables_the_expert_needs_as_few_questions_as_the_best_plan(count):
    things = list(table().facts)[:count]
    needed = [solved(thing, things=count) for thing in things]
    assert all(outcome["success"] for outcome in needed)
    assert sum(outcome["questions"] for outcome in needed) == brute_force(frozenset(things))


def test_on_the_whole_table_the_expert_always_finds_it_near_the_bound_of_information():
    needed = [solved(thing, things=78)["questions"] for thing in table().facts]
    assert max(needed) <= 20
    assert sum(needed) / 78 < 1.15 * math.log2(78)


def test_an_expert_asker_bears_unsure_and_wrong_answers():
    for answer in ("unsure", "yes", "no"):
        world, step = started("dog", questions=12)
        asker = world.expert("asker")
        while step.observations:
            agent, seen = next(iter(step.observations.items()))
            step = world.step({agent: asker(seen) if agent == "asker" else Action(answer)})
        questions = [question for question, _ in world.asked]
        assert len(set(questions)) == len(questions)


def test_what_is_possible_agrees_with_most_answers():
    facts = list(table().facts.items())
    asked = [["is it an animal", "yes"], ["can it fly", "yes"], ["does it lay eggs", "no"]]
    agreeing = [sum((topic in true) == (answer == "yes") for topic, answer in AGREED) for _, true in facts]
    best = {place for place, number in enumerate(agreeing) if number == max(agreeing)}
    left = possible(78, asked)
    assert {place for place in range(78) if left >> place & 1} == best


AGREED = [("animal", "yes"), ("fly", "yes"), ("eggs", "no")]


def test_topics_are_those_by_which_the_things_in_play_differ():
    facts = list(table().facts.values())[:8]
    assert all(len({topic in true for true in facts}) == 2 for topic in topics(8))
    assert truth("whale", Asked("underwater", False))


def test_a_scripted_answerer_that_hears_nothing_is_unsure():
    assert tell_truth(Observation(make("twenty_questions").asking, data={"thing": "dog"})) == Action("unsure")


@pytest.mark.parametrize("options", [{"things": 1}, {"things": 79}, {"questions": 0}, {"max_words": 0}])
def test_sizes_that_make_no_game_are_refused(options):
    with pytest.raises(ValueError, match="expected 2 to 78"):
        make("twenty_questions-v1", **options)
