"""The rules of hidden_profile; its value with and without talk, by brute force over every deal of the small size."""

import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coterie.core import Action, Chance, ChanceNeeded, Utterance
from coterie.environments import make
from coterie.environments.text.cooperation.hidden_profile_experts import GOOD, KINDS, worths

SMALL = {"members": 3, "candidates": 3, "facts": 1, "points": 3}
# What is the same however it falls out: who looks best, and points that are drawn alike for all other candidates.
FIXED = {
    "favourite": "jack",
    "good of favourite 0": "calm",
    "good of favourite 1": "brave",
    "bad of other 0 0": "cold",
    "bad of other 1 0": "bossy",
    "bad known to ann 0": "careless",
    "bad known to bob 0": "bossy",
    "bad known to cleo 0": "cold",
}


def deals(world):
    """Every way the cards can fall that are not fixed, each as a started episode; all are equally likely."""
    scripts = [[]]
    while scripts:
        script = scripts.pop()
        chance = Script(script)
        try:
            step = world.reset(0, chance)
        except ChanceNeeded as needed:
            scripts += [[*script, index] for index in range(len(needed.options))]
            continue
        yield step


class Script(Chance):
    """Takes fixed outcomes by name, and the others from a script."""

    def __init__(self, script):
        super().__init__(0, script=script)

    def draw(self, name, options, probabilities=None):
        if name in FIXED:
            self.drawn.append((name, list(options).index(FIXED[name]), len(options)))
            return FIXED[name]
        return super().draw(name, options, probabilities)


def said(agent, text):
    return {agent: Action(say=(Utterance(text),))}


def voted(world, *votes):
    """The last step of an episode in which nobody speaks and these votes are given."""
    step = world.reset(3)
    while "vote" not in next(iter(step.observations.values())).text.split():
        step = world.step(dict.fromkeys(step.observations, Action()))
    return world.step({agent: Action(vote) for agent, vote in zip(world.agents, votes, strict=True)})


def pooled(world):
    """What every candidate is worth when all sheets are put together."""
    facts = {
        (each, word): None
        for sheet in world.sheets.values()
        for each, kinds in sheet.items()
        for words in kinds.values()
        for word in words
    }
    return worths(facts, world.sheets["ann"])


sizes = some.fixed_dictionaries(
    {"members": some.integers(3, 5), "candidates": some.integers(3, 5), "facts": some.integers(1, 3)}
)


@settings(deadline=None, max_examples=60)
@given(sizes, some.integers(0, 10**6))
def test_every_sheet_shows_the_favourite_best_and_the_pool_shows_it_wrong(size, seed):
    world = make("hidden_profile", points=16, **size)
    world.reset(seed)
    worth = pooled(world)
    assert max(worth, key=worth.get) == world.best != world.favourite
    assert sum(each == worth[world.best] for each in worth.values()) == 1
    for sheet in world.sheets.values():
        looks = {each: len(kinds["good"]) - len(kinds["bad"]) for each, kinds in sheet.items()}
        assert all(looks[world.favourite] > looks[each] for each in looks if each != world.favourite)


@settings(deadline=None, max_examples=60)
@given(sizes, some.integers(0, 10**6))
def test_all_but_the_favourite_have_sheets_of_the_same_shape(size, seed):
    world = make("hidden_profile", points=16, **size)
    world.reset(seed)
    for sheet in world.sheets.values():
        shapes = [(len(kinds["good"]), len(kinds["bad"])) for each, kinds in sheet.items() if each != world.favourite]
        assert len(set(shapes)) == 1


def test_an_unshared_fact_stands_on_one_sheet_only():
    world = make("hidden_profile", members=5, facts=3, points=16)
    world.reset(8)
    assert len(world.unshared) == 2 * 5 * 3
    for (candidate, word), owner in world.unshared.items():
        holders = [agent for agent, sheet in world.sheets.items() if word in sheet[candidate][KINDS[word]]]
        assert holders == [owner]


def test_the_pooled_optimum_is_one_and_the_experts_meet_it_in_every_deal():
    world = make("hidden_profile", **SMALL)
    count = 0
    for step in deals(world):
        worth = pooled(world)
        assert [each for each in worth if worth[each] == max(worth.values())] == [world.best]
        minds = {agent: world.expert(agent) for agent in world.agents}
        while step.observations:
            step = world.step({agent: minds[agent](seen) for agent, seen in step.observations.items()})
        assert step.rewards == dict.fromkeys(world.agents, 1.0)
        count += 1
    assert count == 2 * 6 * 3


@pytest.mark.parametrize(("consensus", "value"), [(False, 2 / 3), (True, 1 / 2)])
def test_the_best_policy_without_words_is_worth_much_less(consensus, value):
    assert muted_optimum(consensus) == pytest.approx(value, abs=1e-12)


def muted_optimum(consensus):
    """The best of all joint policies from sheets to votes, by brute force.

    Only the two candidates that are not the favourite need be voted for: a vote for the favourite never helps to choose
    the best. Two members' policies are tried in all combinations; the third answers each as well as can be.
    """
    world = make("hidden_profile", consensus=consensus, **SMALL)
    views, best = {agent: [] for agent in world.agents}, []
    for _ in deals(world):
        best.append(world.best == "kate")
        for agent in world.agents:
            views[agent].append(str(world.sheets[agent]))
    kinds = {agent: sorted(set(seen)) for agent, seen in views.items()}
    assert [len(each) for each in kinds.values()] == [9, 9, 9]
    policies_PS = np.array(list(itertools.product((False, True), repeat=9)))
    sheet_AD = [[kinds[agent].index(each) for each in views[agent]] for agent in world.agents]
    right_PD = [policies_PS[:, sheet] == np.array(best) for sheet in sheet_AD[:2]]
    third_D, best_D = np.array(sheet_AD[2]), np.array(best)
    # For every sheet of the third and each of its votes: the deals in which that vote is right.
    fits_DSV = np.array(
        [[[here == sheet and vote == kate for vote in (False, True)] for sheet in range(9)]
         for here, kate in zip(third_D, best_D, strict=True)],
        np.float32,
    )  # fmt: skip
    top = 0.0
    for first_D in right_PD[0]:
        both_PD = right_PD[1] & first_D
        pivotal_PD = both_PD if consensus else right_PD[1] ^ first_D
        sure_P = 0 if consensus else both_PD.sum(1)
        gained_PS = np.tensordot(pivotal_PD.astype(np.float32), fits_DSV, 1).max(2)
        top = max(top, float((sure_P + gained_PS.sum(1)).max()))
    return top / len(best)


def test_more_than_half_of_the_votes_choose_and_all_of_them_where_consensus_is_asked():
    world = make("hidden_profile")
    world.reset(3)
    best = world.best
    other = next(each for each in world.candidates if each != best)
    assert voted(world, best, best, other).rewards == dict.fromkeys(world.agents, 1.0)
    assert voted(world, best, other, None).rewards == dict.fromkeys(world.agents, 0.0)
    strict = make("hidden_profile", consensus=True)
    assert voted(strict, best, best, other).events[-1].data["chosen"] is None
    assert voted(strict, best, best, best).events[-1].data == {
        "success": True,
        "score": 1.0,
        "chosen": best,
        "steps": 4,
    }


def test_members_speak_in_turn_and_hear_everybody_once_before_all_vote():
    world = make("hidden_profile", rounds=2)
    step, order, heard = world.reset(0), [], {agent: [] for agent in world.agents}
    while step.observations:
        order.append(tuple(step.observations))
        for agent, seen in step.observations.items():
            heard[agent] += [message.text for message in seen.heard]
        if len(step.observations) == 1:
            step = world.step(said(order[-1][0], f"line {len(order)}"))
        else:
            step = world.step(dict.fromkeys(world.agents, Action("iris")))
    assert order == [("ann",), ("bob",), ("cleo",)] * 2 + [("ann", "bob", "cleo")]
    assert heard == {
        "ann": ["line 2", "line 3", "line 5", "line 6"],
        "bob": ["line 1", "line 3", "line 4", "line 6"],
        "cleo": ["line 1", "line 2", "line 4", "line 5"],
    }


def test_a_fact_is_made_known_only_by_its_owner_and_once():
    world = make("hidden_profile", rounds=2)
    world.reset(1)
    fact = next(fact for fact, owner in world.unshared.items() if owner == "bob")
    text = f"I find that {fact[0].title()} is {fact[1]}."
    (guessed,) = world.step(said("ann", text)).events  # ann cannot know it, though it is so
    assert guessed.data == {
        "candidate": fact[0],
        "point": fact[1],
        "about": fact[0],
        "claimed": fact[1],
        "true": True,
        "known": False,
        "made": [],
    }
    step = world.step(said("bob", text))
    assert [(event.kind, event.agent) for event in step.events] == [("subgoal", "bob"), ("told", "bob")]
    assert step.events[1].data["made"] == [" ".join(fact)]
    assert step.events[1].data["seen"] == fact[1]
    assert world.subgoals()[f"bob tells {' '.join(fact)}"].done
    world.step({})
    world.step({})
    (again,) = world.step(said("bob", text)).events
    assert (again.data["made"], again.data["known"]) == ([], True)


def test_what_stands_on_all_sheets_is_known_and_what_stands_on_none_is_not_true():
    world = make("hidden_profile", rounds=2)
    world.reset(1)
    candidate = world.favourite  # whose good points stand on every sheet
    point = world.sheets["ann"][candidate]["good"][0]
    (told,) = world.step(said("ann", f"{candidate} {point}")).events
    assert (told.data["known"], told.data["true"], told.data["made"]) == (True, True, [])
    points = {word for sheet in world.sheets.values() for word in sheet[world.best]["good"]}
    stranger = next(word for word in GOOD if word not in points)
    (invented,) = world.step(said("bob", f"{world.best} {stranger}")).events
    assert (invented.data["known"], invented.data["true"]) == (False, False)
    assert "seen" not in invented.data, "that a sheet is silent does not show it to be false"


def test_a_right_vote_rests_on_what_the_others_told():
    world = make("hidden_profile")
    minds = {agent: world.expert(agent) for agent in world.agents}
    step = world.reset(5)
    while step.observations:
        step = world.step({agent: minds[agent](seen) for agent, seen in step.observations.items()})
    used = {event.agent: event.data["used"] for event in step.events if event.kind == "voted"}
    goods = {owner: " ".join(fact) for fact, owner in world.unshared.items() if fact[0] == world.best}
    assert used["cleo"] == [goods["ann"], goods["bob"]]


@pytest.mark.parametrize(("listening", "value"), [(True, 1.0), (False, 0.0)])
def test_experts_choose_right_when_they_listen_and_the_favourite_when_they_are_deaf(listening, value):
    world = make("hidden_profile", members=5, candidates=5, facts=3, points=16, max_words=30)
    for seed in range(20):
        step, minds = world.reset(seed), {agent: world.expert(agent) for agent in world.agents}
        while step.observations:
            views = step.observations
            if not listening:
                views = {agent: msgspec.structs.replace(seen, heard=()) for agent, seen in views.items()}
            step = world.step({agent: minds[agent](seen) for agent, seen in views.items()})
        assert step.rewards["ann"] == value
        assert step.events[-1].data["chosen"] == (world.best if listening else world.favourite)


@pytest.mark.parametrize(
    "options",
    [{"members": 2}, {"candidates": 6}, {"facts": 0}, {"rounds": 0}, {"max_words": 0}, {"facts": 3}, {"points": 17}],
    ids=str,
)
def test_sizes_that_cannot_be_dealt_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        make("hidden_profile", **options)
