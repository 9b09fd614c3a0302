"""The rules of hidden roles: nights, days, votes, who leaves and who learns what; and how the experts reason."""

from collections import Counter

import pytest

from coterie.agents import Expert, Random
from coterie.core import Action, Chance, Message, Utterance
from coterie.environments import make
from coterie.environments.text.games.hidden_roles_experts import claims
from coterie.rollout import gather
from coterie.testing.driving import RandomPlay, written

W, S, D, V = "wolf", "seer", "doctor", "villager"


def dealt(*roles, seed=0, fixed=None, **options):
    """A world with these roles, in the order of the seats, and its first Step."""
    options = {"players": len(roles), "wolves": roles.count(W), "seer": S in roles, "doctor": D in roles, **options}
    world = make("hidden_roles-v1", **options)
    luck = {f"role {place}": role for place, role in enumerate(roles)}
    return world, world.reset(seed, Chance(seed, fixed={**luck, **(fixed or {})}))


def silent(world, step, **answers):
    """Goes on one step: everybody does nothing but those named, whose move or words are given."""
    actions = {}
    for agent, seen in step.observations.items():
        answer = answers.get(agent)
        if seen.spec.speech is None:
            actions[agent] = Action(answer or "nobody")
        else:
            actions[agent] = Action(say=(Utterance(answer),) if answer else ())
    return world.step(actions)


def until(world, step, phase):
    """Goes on in silence until that part of the day."""
    while world.phase != phase:
        step = silent(world, step)
    return step


def vote(world, step, name):
    """Goes on to the vote, in which all others vote for one."""
    step = until(world, step, "vote")
    return silent(world, step, **{voter: name for voter in world.alive if voter != name})


def test_wolves_know_each_other_and_everybody_else_only_itself():
    world, step = dealt(W, V, W, S, D, V, V)
    first = dict(step.observations) | until(world, step, "talk").observations
    opening = ". 7 players wolves 2 seers 1 doctors 1"
    assert first["ann"].text == f"you ann wolf with carl{opening}. day 1 talk"
    assert first["ann"].data["known"] == {"carl": "wolf"}
    assert first["bob"].text == f"you bob villager{opening}. day 1 talk"
    assert first["bob"].data["known"] == {}
    assert step.observations["dora"].text == f"you dora seer{opening}. night 0 look at whom"


def test_in_the_first_night_only_the_seer_acts_and_learns_whether_one_is_a_wolf():
    for looked, found in (("ann", "wolf"), ("carl", "good")):
        world, step = dealt(W, S, D, V, V)
        assert list(step.observations) == ["bob"]
        step = silent(world, step, bob=looked)
        assert step.observations["bob"].text == f"{looked} is {found}. day 1 talk"
        assert step.observations["bob"].data["known"] == {looked: found}
        assert list(step.observations) == list(world.agents)
        assert all(found not in step.observations[agent].text for agent in ("dora", "emil"))


def test_whoever_gets_most_votes_is_out_at_once_and_sees_nothing_more_while_the_others_play_on():
    world, step = dealt(W, S, V, V, V, V, V)
    step = vote(world, step, "carl")
    assert step.endings["carl"].reason == "voted out"
    assert list(step.endings) == ["carl"]
    shown = set()
    while step.observations:
        shown |= step.observations.keys()
        step = silent(world, step, ann="bob" if "bob" in world.alive else "dora")
    assert "carl" not in shown
    assert step.endings.keys() >= {"ann"}
    assert step.rewards["carl"] in (1, -1)


@pytest.mark.parametrize(
    ("votes", "out"),
    [
        ({"ann": "bob", "bob": "ann", "carl": "bob", "dora": "ann"}, None),
        ({"ann": "bob", "carl": "bob"}, None),
        ({"ann": "bob", "carl": "bob", "dora": "bob"}, "bob"),
        ({"ann": "bob", "bob": "ann", "carl": "dora", "dora": "bob", "emil": "carl"}, "bob"),
    ],
)
def test_a_tie_or_most_votes_for_nobody_puts_nobody_out(votes, out):
    world, step = dealt(W, V, V, S, V)
    step = silent(world, until(world, step, "vote"), **votes)
    assert list(step.endings) == ([out] if out else [])
    event = next(event for event in step.events if event.kind == "voted")
    assert event.data["out"] == out
    told = "bob is out villager" if out else "nobody is out"
    assert told in step.observations["ann"].text


def test_wolves_talk_by_night_among_themselves():
    world, step = dealt(W, W, S, V, V, V, V)
    step = until(world, step, "pack")
    assert list(step.observations) == ["ann", "bob"]
    step = silent(world, step, ann="kill dora")
    assert [message.audience for message in step.observations["bob"].heard] == [("bob",)]
    assert step.observations["carl"].heard == ()
    step = silent(world, step, ann="dora", bob="dora")
    assert step.endings["dora"].reason == "killed by night"
    assert all(not seen.heard for seen in step.observations.values())
    assert step.observations["emil"].text.endswith("dora was killed villager. day 2 talk")


def test_by_day_everybody_hears_everybody_else():
    world, step = dealt(W, S, V, V, V)
    step = silent(world, until(world, step, "talk"), ann="i suspect bob", dora="i trust bob")
    heard = {agent: [message.speaker for message in seen.heard] for agent, seen in step.observations.items()}
    both = ["ann", "dora"]
    assert heard == {"ann": ["dora"], "bob": both, "carl": both, "dora": ["ann"], "emil": both}


def test_the_dead_do_not_hear_and_are_not_heard():
    world, step = dealt(W, S, V, V, V, V, V)
    step = vote(world, step, "gus")
    step = until(world, step, "talk")
    assert "gus" not in step.observations
    step = silent(world, step, ann="hello")
    assert all("gus" not in message.audience for seen in step.observations.values() for message in seen.heard)


def test_a_protected_player_is_not_killed():
    world, step = dealt(W, D, V, V, V)
    step = until(world, step, "night")
    step = silent(world, step, ann="carl", bob="carl")
    assert step.endings == {}
    assert "nobody was killed" in step.observations["carl"].text


def test_wolves_who_disagree_leave_it_to_chance():
    for prey in ("carl", "dora"):
        world, step = dealt(W, W, V, V, V, V, V, seer=False, fixed={"prey 1": prey})
        step = silent(world, until(world, step, "night"), ann="carl", bob="dora")
        assert list(step.endings) == [prey]


def test_a_wolf_cannot_choose_a_wolf_and_only_the_doctor_itself():
    world, step = dealt(W, W, S, D, V, V, V)
    step = until(world, until(world, step, "talk"), "night")
    options = {agent: seen.spec.move.options for agent, seen in step.observations.items()}
    assert options["ann"] == ("carl", "dora", "emil", "fay", "gus", "nobody")
    assert "dora" in options["dora"]
    assert "carl" not in options["carl"]


def test_the_village_wins_when_no_wolf_is_left_and_every_villager_is_paid_dead_or_alive():
    world, step = dealt(W, S, V, V, V, V, V)
    step = vote(world, step, "gus")
    step = vote(world, step, "ann")
    assert step.events[-1].data == {"winner": "village", "steps": 2, "alive": ["bob", "carl", "dora", "emil", "fay"]}
    assert step.rewards == {agent: -1 if agent == "ann" else 1 for agent in world.agents}
    assert step.endings["ann"].reason == "voted out"
    assert step.endings["bob"].reason == "the village wins"


def test_the_wolves_win_when_they_are_as_many_as_the_others():
    world, step = dealt(W, V, V, V, V)
    step = vote(world, step, "bob")
    step = silent(world, step, ann="carl")
    assert step.observations
    step = vote(world, step, "dora")
    assert step.events[-1].data["winner"] == "wolves"
    assert step.rewards == {"ann": 1, "bob": -1, "carl": -1, "dora": -1, "emil": -1}


def test_a_village_that_does_nothing_loses_when_its_days_are_over():
    world, step = dealt(W, V, V, V, V)
    while step.observations:
        step = silent(world, step)
    assert step.events[-1].data == {"winner": "wolves", "steps": 5, "alive": list(world.agents)}


def test_an_answer_that_is_not_accepted_chooses_nobody():
    world, step = dealt(W, V, V, V, V)
    step = until(world, step, "vote")
    step = world.step(dict.fromkeys(world.agents, Action("everybody")))
    assert "votes ann nobody, bob nobody, carl nobody" in step.observations["ann"].text


def test_without_reveal_no_role_is_ever_told():
    world, step = dealt(W, S, V, V, V, V, V, reveal=False)
    step = vote(world, step, "carl")
    step = until(world, step, "talk")
    assert "carl is out. nobody was killed. day 2 talk" in step.observations["emil"].text
    assert step.observations["emil"].data["known"] == {}


@pytest.mark.parametrize("seed", range(8))
def test_a_villager_cannot_tell_two_deals_apart_that_differ_in_others_roles(seed):
    """The same answers, with the roles of others exchanged: what carl sees is the same byte for byte."""
    views = []
    for roles in ((W, S, V, V, V, V, V), (S, W, V, V, V, V, V), (V, W, V, S, V, V, V)):
        world, step = dealt(*roles)
        wolf, seen = world.agents[roles.index(W)], []
        play = RandomPlay(seed)
        for _ in range(4):  # up to the first vote, a night and a kill; then a role is revealed
            if "carl" in step.observations:
                seen.append(written(step.observations["carl"]))
            answers = play(step) if world.phase == "talk" else {}
            kill = {wolf: "gus"} if world.phase == "night" and world.day else {}
            step = world.step(answers) if answers else silent(world, step, **kill)
        if "carl" in step.observations:
            seen.append(written(step.observations["carl"]))
        views.append(seen)
    assert len(views[0]) >= 3
    assert views[0] == views[1] == views[2]


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        ("i am the seer and carl is a wolf", [("seer", "bob"), ("wolf", "carl")]),
        ("I'm the seer: Dora is good.", [("seer", "bob"), ("good", "dora")]),
        ("i am not the seer", []),
        ("i believe the seer so vote ann", [("wolf", "ann")]),
        ("carl is not a wolf", [("good", "carl")]),
        ("i suspect ann but i trust emil", [("wolf", "ann"), ("good", "emil")]),
        ("ann is lying and emil is innocent", [("wolf", "ann"), ("good", "emil")]),
        ("where were you last night", []),
    ],
)
def test_plain_sentences_are_understood(text, claimed):
    assert [claim[1:] for claim in claims(Message("bob", text, ()))] == claimed


def played(world, step, experts=None):
    """Goes on with experts in these seats (all, if not told), the others in silence; returns the steps."""
    players = {agent: world.expert(agent, seed) for seed, agent in enumerate(world.agents)}
    steps = [step]
    while steps[-1].observations:
        answers = {
            agent: players[agent](seen)
            if experts is None or agent in experts
            else Action("nobody")
            if seen.spec.move
            else Action()
            for agent, seen in steps[-1].observations.items()
        }
        steps.append(world.step(answers))
    return steps


def test_a_seer_who_finds_the_wolf_says_so_and_the_village_votes_it_out_on_the_first_day():
    world, step = dealt(V, S, V, W, V)
    steps = played(world, silent(world, step, bob="dora"))
    assert steps[-1].events[-1].data["winner"] == "village"
    assert steps[-1].events[-1].data["steps"] == 1
    said = [message.text for message in steps[1].observations["ann"].heard if message.speaker == "bob"]
    assert said == ["i am the seer and dora is a wolf"]


def test_wolves_kill_who_claims_to_be_the_seer_and_a_doctor_protects_it():
    for roles, killed in (((V, S, V, W, V, V), "bob"), ((V, S, V, W, V, D), None)):
        world, step = dealt(*roles)
        steps = played(world, silent(world, step, bob="carl"))
        event = next(event for step in steps for event in step.events if event.kind == "night")
        assert event.data["prey"] == "bob" or "bob" not in world.alive
        assert event.data["killed"] == killed


def test_a_villager_who_is_called_a_wolf_knows_that_the_seer_is_false():
    world, step = dealt(V, V, W, V, V, seer=False)
    step = until(world, step, "talk")
    expert = world.expert("ann")
    expert(step.observations["ann"])
    step = silent(world, step, carl="i am the seer and ann is a wolf")
    assert expert(step.observations["ann"]) == Action("carl")


def test_talking_experts_serve_their_village_better_than_chance():
    def village(mind, **options):
        seats = make("hidden_roles-v1", **options).agents
        minds = dict.fromkeys(seats, mind)
        episodes = gather("hidden_roles-v1", minds, range(150), options=options)
        return Counter(episode.outcome["winner"] for episode in episodes)["village"] / 150

    for options in ({}, {"players": 7, "wolves": 2, "doctor": True}):
        assert village(Expert(), **options) > village(Random(), **options) + 0.2


@pytest.mark.parametrize(
    "options", [{"players": 4}, {"players": 10}, {"wolves": 0}, {"wolves": 3}, {"talks": -1}, {"max_words": 0}]
)
def test_sizes_that_make_no_game_are_refused(options):
    with pytest.raises(ValueError, match="expected"):
        make("hidden_roles-v1", **options)
