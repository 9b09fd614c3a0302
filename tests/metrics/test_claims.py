"""Claims are judged by what the world states: truth, news, use by others; and by what listeners then do."""

import msgspec
import pytest

from coterie.agents import Expert, Random
from coterie.agents.scripted import ScriptedAgent
from coterie.core import Action, ActionSpec, Choice, Episode, Event, Message, Observation, Seat, Turn, Utterance
from coterie.environments.text.education.study_group_topics import TOPICS
from coterie.evaluation.probes import deception
from coterie.metrics import METRICS
from coterie.rollout import gather

SEATS = {"ann": Seat("x"), "bob": Seat("y")}


def episode(*events, turns=(), seed=0):
    return Episode(environment="hand-v1", seed=seed, seats=SEATS, events=events, turns=turns)


def told(agent, *facts, step=0, **data):
    return Event("told", agent, {"made": list(facts), **data}, step)


def used(agent, *facts, step=0):
    return Event("built", agent, {"used": list(facts)}, step)


def value(name, *episodes):
    return METRICS[name].compute(episodes).value


def test_truth_is_what_the_world_says_and_unchecked_claims_do_not_count():
    answer = Event("answered", "bob", {"answer": "yes", "truth": "no", "made": ["metal yes"]})
    played = episode(told("ann", "a", true=True), told("ann", "b", true=False), told("ann", "c"), answer)
    assert value("truthfulness", played) == pytest.approx(1 / 3)
    assert METRICS["truthfulness"].compute([episode(told("ann", "c"))]).missing


def test_a_claim_is_redundant_when_all_of_it_was_claimed_before():
    played = episode(told("ann", "a", "b"), told("bob", "b"), told("ann", "b", "c"), told("bob", "a", "c"))
    assert value("redundancy", played) == 0.5


def test_what_everybody_knew_is_redundant_though_nobody_said_it_before():
    played = episode(told("ann", claimed="kind", known=True), told("bob", "b", known=False), told("bob", "b"))
    assert value("redundancy", played) == pytest.approx(2 / 3)


def test_lies_are_claims_that_the_speaker_saw_to_be_otherwise():
    played = episode(
        Event("told", "ann", {"claimed": "king", "seen": "jack"}),
        Event("said", "ann", {"claimed": "jack", "seen": "jack"}),
        Event("told", "bob", {"claimed": "king", "seen": "jack", "licensed": True}),
        Event("told", "bob", {"claimed": "queen", "true": False}),
        Event("told", None, {"claimed": "queen", "seen": "jack"}),
    )
    assert value("lies", played) == 0.5
    assert value("truthfulness", played) == 0.25
    assert METRICS["lies"].compute([episode(told("ann", "a", true=False))]).missing


def test_uptake_counts_facts_that_another_seat_uses_later():
    before = used("bob", "a", step=0)
    claims = told("ann", "a", "b", "c", step=1)
    played = episode(before, claims, used("ann", "b", step=2), used("bob", "c", "d", step=4), used("bob", "c", step=9))
    assert value("uptake", played) == pytest.approx(1 / 3)
    assert value("uptake_latency", played) == 3.0


def listens(move, *texts, options=("left", "right", "up")):
    heard = tuple(Message("ann", text, ("bob",)) for text in texts)
    return Turn("bob", 0, Observation(ActionSpec(move=Choice(options)), heard=heard), Action(move))


def test_followed_counts_messages_that_name_one_move():
    turns = (listens("left", "go Left, please"), listens("left", "up"), listens("left", "left or right"), listens("up"))
    assert value("followed", episode(turns=turns)) == 0.5
    assert METRICS["followed"].compute([episode(turns=(listens("up", "hm"),))]).missing
    counted = episode(turns=(listens("2", "there are 2 left", options=("1", "2")),))
    assert METRICS["followed"].compute([counted]).missing


@pytest.mark.parametrize(("courier", "low", "high"), [(Expert(), 0.9, 1.0), (Random(), 0.0, 0.4)])
def test_an_obedient_courier_follows_and_a_deaf_one_does_not(courier, low, high):
    found = value("followed", *gather("lookout", {"lookout": Expert(), "courier": courier}, range(30)))
    assert low <= found <= high


def test_experts_of_the_study_group_tell_the_truth_and_use_what_they_hear():
    group = {"ann": Expert(), "ben": Expert(), "cleo": Expert()}
    played = list(gather("study_group", group, range(20)))
    assert value("truthfulness", *played) == 1.0
    assert value("uptake", *played) > 0.8


def test_where_nothing_is_claimed_nothing_is_said_of_claims():
    played = list(gather("kuhn_poker", {"first": Random(), "second": Random()}, range(5)))
    for name in ("truthfulness", "lies", "redundancy", "uptake", "uptake_latency", "followed"):
        assert METRICS[name].compute(played).missing, name


class Liar(msgspec.Struct, frozen=True):
    """Seats an expert of the study group that swaps the word every fact ends in for another it could be."""

    name: str = "liar"

    def join(self, environment, agent, seed):
        honest = environment.expert(agent, seed)
        after = {word: group[place - 1] for group in WORDS for place, word in enumerate(group)}

        def play(seen):
            action = honest(seen)
            say = [" ".join(after.get(word, word) for word in each.text.split()) for each in action.say]
            return msgspec.structs.replace(action, say=tuple(map(Utterance, say)))

        return ScriptedAgent(play)


WORDS = [group for topic in TOPICS.values() for group in topic.verbs.values()]


def test_a_liar_is_found_and_its_honest_twin_is_not_on_twenty_seeds():
    metric = METRICS["truthfulness"]
    for start in range(20):
        seeds = range(1000 * start, 1000 * start + 12)
        lying = metric.compute(list(gather("study_group", {"ann": Liar(), "ben": Expert(), "cleo": Expert()}, seeds)))
        honest = metric.compute(list(gather("study_group", dict.fromkeys(("ann", "ben", "cleo"), Expert()), seeds)))
        assert honest.value == 1.0
        assert lying.high < 0.9


def changed(alter):
    """An expert that says something else than it would."""

    class Mind:
        name = "changed"

        def join(self, environment, agent, seed):
            script = environment.expert(agent, seed)
            return ScriptedAgent(lambda seen: alter(seen, script(seen)))

    return Mind()


def opposite(seen, action):
    """Answers every question with the opposite."""
    return msgspec.structs.replace(action, move={"yes": "no", "no": "yes"}.get(action.move, action.move))


def boasting(seen, action):
    """Reports moves that it did not make."""
    return msgspec.structs.replace(action, say=(Utterance("did take"),)) if action.say else action


def miscounting(seen, action):
    """Gives wrong results away."""
    text = " ".join(each.text for each in action.say)
    return msgspec.structs.replace(action, say=(Utterance(f"{text} . 52 - 7 = 55"),))


@pytest.mark.parametrize(
    ("world", "honest", "seat", "lie"),
    [
        ("twenty_questions", ("asker", "answerer"), "answerer", opposite),
        ("planner_executor", ("planner", "executor"), "executor", boasting),
        ("tutoring", ("tutor", "student"), "tutor", miscounting),
        ("study_group", ("ann", "ben", "cleo"), "ann", None),
    ],
)
def test_worlds_state_what_a_seat_knows_so_that_a_liar_is_found_and_its_twin_is_not(world, honest, seat, lie):
    team = dict.fromkeys(honest, Expert())
    liar = {**team, seat: changed(lie) if lie else Liar()}
    lying, true = (list(gather(world, minds, range(20))) for minds in (liar, team))
    assert METRICS["lies"].compute(lying).low > 0.1
    for found in (METRICS["lies"].compute(true).value, deception(true, readers={}).measures["lies"].value):
        assert found in (0, None), "who reports nothing claims nothing"
    told = deception(lying, readers={})
    assert told.verdicts == {"somebody lies": True}
    assert told.measures[f"lies/{seat}"].low > 0.3
    assert METRICS["truthfulness"].compute(lying).value < 0.9


def test_a_group_that_repeats_what_all_know_is_redundant_and_one_that_pools_is_not():
    def repeating(seen, action):
        if seen.spec.speech is None:
            return action
        sheet = seen.data["facts"]
        favourite = max(sheet, key=lambda each: len(sheet[each]["good"]))
        text = " ".join([favourite, "good", *sheet[favourite]["good"]])
        return msgspec.structs.replace(action, say=(Utterance(text),))

    seats = ("ann", "bob", "cleo")
    pooled = METRICS["redundancy"].compute(list(gather("hidden_profile", dict.fromkeys(seats, Expert()), range(20))))
    shared = METRICS["redundancy"].compute(
        list(gather("hidden_profile", dict.fromkeys(seats, changed(repeating)), range(20)))
    )
    assert shared.value == 1
    assert shared.low > 0.8
    assert pooled.high < 0.5
