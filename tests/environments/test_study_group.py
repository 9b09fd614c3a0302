"""The study group: who knows what, what is heard, and who can answer alone afterwards."""

from itertools import product

import pytest

from coterie.agents import Expert, Scripted
from coterie.core import Action, Chance, Channel, ConfigError, Mute, Utterance
from coterie.environments import make
from coterie.environments.text.education.study_group_experts import alone
from coterie.environments.text.education.study_group_topics import THINGS_EACH, TOPICS, VERBS_EACH, read, sentence
from coterie.rollout import gather, play


def say(**words):
    return {name: Action(say=(Utterance(text),)) if text else Action() for name, text in words.items()}


def opened(seed=0, **options):
    world = make("study_group-v1", **options)
    return world, world.reset(seed)


def facts(world, name):
    return [sentence(slot, value) for slot, value in world.parts[name].items()]


def test_everybody_reads_its_own_part_and_no_other():
    world, step = opened(facts=2)
    assert sorted(step.observations) == ["ann", "ben", "cleo"]
    for name, seen in step.observations.items():
        assert seen.text == f"you {name} ; {world.topic} ; {' . '.join(facts(world, name))} ; discuss"
        others = [fact for other in world.agents if other != name for fact in facts(world, other)]
        assert not any(fact in seen.text for fact in others)
    assert len(world.truth) == 6


def test_what_one_says_all_others_hear_at_the_next_step():
    world, _ = opened()
    step = world.step(say(ann="hello", ben="", cleo="good day"))
    heard = {
        name: [(message.speaker, message.text) for message in seen.heard] for name, seen in step.observations.items()
    }
    assert heard == {
        "ann": [("cleo", "good day")],
        "ben": [("ann", "hello"), ("cleo", "good day")],
        "cleo": [("ann", "hello")],
    }


def test_the_test_begins_after_the_last_round_or_a_silent_one():
    world, _ = opened(rounds=3)
    for _ in range(2):
        step = world.step(say(ann="hm", ben="", cleo=""))
        assert {seen.text for seen in step.observations.values()} == {"discuss"}
    step = world.step(say(ann="hm", ben="", cleo=""))
    assert {seen.text for seen in step.observations.values()} == {f"test the {' '.join(world.asked[0])}"}
    world, _ = opened(rounds=3)
    step = world.step(say(ann="", ben="", cleo=""))
    assert step.observations["ann"].text.startswith("test the ")


def answered(reward, *, right):
    """The last step of a test with one question; who is in `right` answers it right."""
    world, _ = opened(questions=1, reward=reward)
    world.step(say(ann="", ben="", cleo=""))
    slot = world.asked[0]
    wrong = next(word for word in TOPICS[world.topic].verbs[slot[1]] if word != world.truth[slot])
    return world, world.step({name: Action(world.truth[slot] if name in right else wrong) for name in world.agents})


def test_everybody_is_paid_its_own_answers_or_all_the_mean():
    _, step = answered("own", right=("ann", "ben"))
    assert step.rewards == {"ann": 1, "ben": 1, "cleo": 0}
    world, step = answered("mean", right=("ann", "ben"))
    assert step.rewards == pytest.approx({"ann": 2 / 3, "ben": 2 / 3, "cleo": 2 / 3})
    outcome = step.events[-1].data
    assert outcome["after"] == {"ann": 1, "ben": 1, "cleo": 0}
    assert (outcome["success"], outcome["able"], outcome["score"]) == (False, 2 / 3, 2 / 3)
    assert outcome["before"] == {name: float(world.asked[0] in world.parts[name]) for name in world.agents}


def test_no_accepted_answer_is_a_wrong_one():
    world, _ = opened(questions=1)
    world.step(say(ann="", ben="", cleo=""))
    step = world.step({"ann": Action("nonsense")})
    assert step.rewards == {"ann": 0, "ben": 0, "cleo": 0}


def test_experts_teach_each_other_everything_when_there_is_time():
    options = {"members": 4, "facts": 3, "rounds": 3, "choices": 6}
    seats = dict.fromkeys(make("study_group", **options).agents, Expert())
    for episode in gather("study_group", seats, range(20), options=options):
        assert episode.outcome["success"]
        assert set(episode.outcome["before"].values()) == {0.25}
        assert set(episode.outcome["after"].values()) == {1}
        used = [event.data["used"] for event in episode.events if event.kind == "answered" and not event.data["own"]]
        made = [fact for event in episode.events if event.kind == "told" for fact in event.data["made"]]
        assert len(used) == 4 * 9
        assert all(len(facts) == 1 and facts[0] in made for facts in used)


@pytest.mark.parametrize("choices", [2, 3])
def test_who_hears_nothing_knows_its_part_and_guesses_the_rest(choices):
    """All tables of facts there can be, each once: whatever is guessed, it is right in one table of `choices`."""
    world, _ = opened(seed=4, choices=choices)
    options = [TOPICS[world.topic].verbs[slot[1]][:choices] for name in world.agents for slot in world.parts[name]]
    able, scores = [], []
    for values in product(*options):
        fixed = {f"fact 0 of {name}": value for name, value in zip(world.agents, values, strict=True)}

        def create(fixed=fixed):
            made = make("study_group", choices=choices)
            made.reset = lambda seed: type(made).reset(made, seed, Chance(seed, fixed=fixed))
            return made

        episode = play(create, dict.fromkeys(world.agents, Expert()), 4, channel=Channel((Mute(),)))
        scores.append(episode.outcome["score"])
        able.append(episode.outcome["able"])
    assert sum(scores) / len(scores) == pytest.approx(alone(3, choices))
    assert sum(able) / len(able) == pytest.approx(choices**-2)  # two facts of others, both guessed


def test_a_false_fact_is_noted_and_does_not_mislead_who_knows_better():
    world, _ = opened()
    (slot,) = world.parts["ann"]
    wrong = next(word for word in TOPICS[world.topic].verbs[slot[1]] if word != world.truth[slot])
    lie = sentence(slot, wrong)
    experts = {name: world.expert(name) for name in world.agents}
    step = world.step({**say(ann="", cleo=""), **say(ben=lie)})
    told = [event for event in step.events if event.kind == "told"]
    assert [(event.agent, event.data["true"], event.data["own"]) for event in told] == [("ben", False, False)]
    for name, seen in step.observations.items():
        experts[name](seen)
    assert experts["ann"].known[slot] == world.truth[slot]
    assert experts["cleo"].known[slot] == wrong


def test_a_member_says_as_much_of_its_part_as_fits_and_nothing_twice():
    world, step = opened(facts=3, max_words=12, rounds=4)
    expert, said = world.expert("ann"), []
    for _ in range(3):
        action = expert(step.observations["ann"])
        assert sum(len(each.text.split()) for each in action.say) <= 12
        said += [fact for each in action.say for fact in each.text.split(" . ")]
        step = world.step({"ann": action, **say(ben="hm", cleo="hm")})
    assert said == facts(world, "ann")


def test_the_parts_of_the_task_are_what_was_told_and_who_can_answer():
    world, _ = opened()
    world.step({**say(ben="", cleo=""), **say(ann=facts(world, "ann")[0])})
    done = {name for name, goal in world.subgoals().items() if goal.done}
    assert done == {"part of ann told"}
    assert sum(goal.weight for goal in world.subgoals().values()) == pytest.approx(1)


def test_nobody_learns_the_part_of_a_member_that_never_speaks():
    silent = Scripted(lambda seed: lambda seen: Action(seen.spec.move.options[0]) if seen.spec.move else Action())
    seats = {"ann": silent, "ben": Expert(), "cleo": Expert()}
    episodes = list(gather("study_group", seats, range(40), options={"choices": 6}))
    assert not any(
        event.data["fact"].startswith("the") and event.agent == "ann"
        for episode in episodes
        for event in episode.events
        if event.kind == "told"
    )
    assert sum(episode.outcome["after"]["ben"] for episode in episodes) / 40 < 0.95


def test_every_topic_can_be_read_back():
    for name, topic in TOPICS.items():
        assert (len(topic.things), len(topic.verbs)) == (THINGS_EACH, VERBS_EACH)
        every = [((thing, verb), word) for thing in topic.things for verb in topic.verbs for word in topic.verbs[verb]]
        assert len(every) == THINGS_EACH * VERBS_EACH * 6
        assert read(name, " . ".join(sentence(slot, word) for slot, word in every)) == every


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"members": 2}, "members=2"),
        ({"facts": 7}, "facts=7"),
        ({"choices": 1}, "choices=1"),
        ({"rounds": 0}, "rounds=0"),
        ({"questions": 4}, "questions=4"),
        ({"reward": "all"}, "reward='all'"),
    ],
)
def test_options_that_make_no_group_are_refused(options, found):
    with pytest.raises(ConfigError, match=found):
        make("study_group", **options)
