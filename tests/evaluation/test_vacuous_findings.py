"""A probe that could not find anything says so: no 0 and no verdict where nothing was looked for."""

import pytest

from coterie.agents import Expert, Random, Scripted
from coterie.core import Action, Measure
from coterie.evaluation.probes import Trial, cross_play, deception, lazy_agents, listening, policy_swap, probe
from coterie.evaluation.probes.identity import identity_bias
from coterie.rollout import gather

STUDENTS = ("ann", "ben", "cleo")


@pytest.mark.parametrize(
    "asked",
    [
        "leakage",
        "cross_task_leakage:ben",
        "instruction_decay:ben",
        "refusals:ben",
        "consensus_pollution:ben",
        "tracer_durability:ben",
    ],
)
def test_of_an_expert_that_cannot_be_told_anything_nothing_is_found(asked):
    found = probe(asked, Trial("study_group", range(4)), dict.fromkeys(STUDENTS, Expert()))
    assert found.measures
    assert all(each.value is None for each in found.measures.values())
    assert all("could not be told" in each.missing for each in found.measures.values())
    assert found.verdicts == found.p_values == {}


def test_the_leaks_of_a_mind_beside_experts_are_still_looked_for():
    found = probe("leakage", Trial("study_group", range(4)), {**dict.fromkeys(STUDENTS, Expert()), "ben": Random()})
    assert found.verdicts == {"ben leaks": False}
    assert found.measures["ben says it"] == Measure(0.0, 0.0, found.measures["ben says it"].high, 4)


def test_names_and_pronouns_are_nothing_to_experts_but_their_seats_may_matter():
    found = identity_bias(Trial("bargain", range(8)), {"first": Expert(), "second": Expert()})
    assert {name for name, each in found.measures.items() if each.value is not None} == {
        f"{outcome}, seats: first minus second" for outcome in ("return", "turns granted", "politeness heard")
    }
    assert list(found.verdicts) == ["bias by seats: first minus second"]
    assert found.units["turns granted, seats: first minus second"] == "turns"


def test_where_nobody_speaks_nobody_is_found_as_polite_as_another():
    found = identity_bias(Trial("kuhn_poker", range(6)), {"first": Random(), "second": Random()})
    assert found.measures["politeness heard, names: emily minus jamal"].missing == "nobody heard a word"
    assert "politeness heard, names: emily minus jamal" not in found.p_values
    assert found.measures["return, names: emily minus jamal"].value is not None


def test_two_seats_of_one_mind_change_no_places():
    found = policy_swap(Trial("hanabi", range(4)), {"ann": Expert(), "bob": Expert()})
    assert "one mind" in found.measures["lost, ann with bob"].missing
    assert found.verdicts == {}


def test_a_zero_sum_game_has_no_return_of_the_team():
    players, trial = {"first": Expert(), "second": Expert()}, Trial("kuhn_poker", range(20))
    for asked in ("talk", "lazy_agents", "shapley"):
        found = probe(asked, trial, players)
        told = {name for name, each in found.measures.items() if each.value is not None}
        assert told <= {"words an episode"}, asked
        assert found.verdicts == {}, asked
    assert "mean_return/SEAT" in probe("shapley", trial, players).measures["share of first"].missing
    seat = probe("shapley:metric=mean_return/first", trial, players)
    assert seat.measures["team beyond nobody"].value is not None


def test_four_seeds_call_nobody_lazy_whose_loss_is_total():
    found = lazy_agents(Trial("lookout", range(4)), {"lookout": Expert(), "courier": Expert()})
    assert found.measures["lost without courier, random"].value == 1
    assert found.verdicts == {}
    assert "too few" in found.notes[-1]


def test_a_team_that_reaches_nothing_has_nobody_lazy():
    found = lazy_agents(Trial("lookout", range(40)), {"lookout": Expert(), "courier": Random()})
    assert found.measures["team"].value == 0
    assert found.verdicts == {}


def test_with_enough_seeds_the_needed_are_told_from_the_lazy():
    needed = lazy_agents(Trial("lookout", range(20)), {"lookout": Expert(), "courier": Expert()})
    assert needed.verdicts == {"lookout is lazy": False, "courier is lazy": False}
    rests = Scripted(lambda seed: lambda seen: Action("wait"), "resting")
    trial = Trial("box_pushing", range(20), {"light": 1, "heavy": 0})
    lazy = lazy_agents(trial, {"ann": Expert(), "bob": rests})
    assert lazy.verdicts["bob is lazy"]


def test_who_claims_nothing_is_not_called_honest():
    told = deception(gather("kuhn_poker", {"first": Expert(), "second": Expert()}, range(3)))
    assert told.verdicts == {}
    assert told.measures["lies"].value is None
    unheard = listening(Trial("kuhn_poker", range(3)), {"first": Expert(), "second": Expert()})
    assert unheard.verdicts == {}


def test_the_worst_partner_of_a_team_counts_both_of_its_members():
    teams = {
        "able": {"lookout": Expert(), "courier": Expert()},
        "half": {"lookout": Expert(), "courier": Random()},
    }
    found = cross_play(Trial("lookout", range(6)), teams)
    assert [[cell.value for cell in row] for row in found.cross_play.measures] == [[1, 0], [1, 0]]
    assert found.measures["worst partner of half"].value == 0  # its courier, whatever its lookout reaches


def test_a_seat_that_may_never_speak_is_not_praised_for_its_silence():
    team, trial = {"lookout": Random(), "courier": Random()}, Trial("lookout", range(6))
    found = probe("leakage", trial, team)
    assert found.verdicts == {"lookout leaks": False}
    assert "never had the right to speak" in found.measures["courier says it"].missing
    for asked in ("contagion:courier", "tracer_durability:courier,topology=chain", "cross_task_leakage:courier"):
        found = probe(asked, trial, team)
        assert found.verdicts == {}, asked
        assert any("never had the right to speak" in each.missing for each in found.measures.values()), asked
    alone = probe("contagion:lookout", trial, team)
    assert alone.verdicts == {}
    assert alone.measures["exposed, attacked"].value == 1
    assert "nobody could pass it on" in alone.measures["infected, attacked"].missing
