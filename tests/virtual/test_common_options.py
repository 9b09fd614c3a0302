"""Options that all virtual and hybrid worlds take beside their own, in every world there is."""

import json

import msgspec
import pytest

from coterie.agents import Expert, Random, Replay
from coterie.core import ConfigError, decode_episode, encode_episode
from coterie.environments import common_options, environments, make, world_class
from coterie.rollout import play

WORLDS = [name for name in environments() if world_class(name).application in ("virtual", "hybrid")]


def team(name, mind):
    return dict.fromkeys(make(name).agents, mind)


@pytest.mark.parametrize("name", WORLDS)
def test_experts_succeed_whatever_the_view_and_where_things_have_mass(name):
    plain = play(name, team(name, Expert()), seed=1)
    assert plain.outcome["success"]
    for options in ({"view": "map"}, {"view": "graph"}, {"physics": "mujoco"}):
        episode = play(name, team(name, Expert()), seed=1, options=options)
        assert episode.failure is None
        assert episode.outcome["success"]
        assert options.items() <= episode.options.items()
        assert ("view" in options) == (episode.turns[0].observation.text != plain.turns[0].observation.text)


@pytest.mark.parametrize("name", WORLDS)
def test_an_episode_with_common_options_is_replayed_from_its_record(name):
    options = {"view": "map", "physics": "mujoco"}
    episode = play(name, team(name, Random()), seed=2, options=options)
    recorded = decode_episode(encode_episode(episode))
    again = play(name, dict.fromkeys(recorded.seats, Replay(recorded)), recorded.seed, options=recorded.options)
    assert encode_episode(msgspec.structs.replace(again, seats=recorded.seats)) == encode_episode(recorded)


@pytest.mark.parametrize("name", [name for name in WORLDS if "tier" in common_options(world_class(name))])
def test_steps_and_turns_are_listed_where_they_are_asked_for(name):
    listed = {}
    for tier in ("skills", "primitives", "both"):
        step = make(name, tier=tier).reset(seed=3)
        seen = next(iter(step.observations.values()))
        listed[tier] = {option.split()[0] for option in seen.spec.move.options}
        assert play(name, team(name, Random()), seed=3, options={"tier": tier}).failure is None
    assert "go" in listed["skills"] - listed["primitives"]
    assert {"forward", "turn", "pitch"} <= listed["primitives"] - listed["skills"]
    assert listed["both"] >= listed["skills"] | listed["primitives"]


def test_the_scene_graph_is_json_beneath_what_an_agent_is_told():
    step = make("two_levers", view="graph").reset(seed=0)
    told, _, graph = step.observations["ann"].text.rpartition("\n")
    assert "lever" in told
    assert json.loads(graph)["place"] == step.observations["ann"].data["place"]


@pytest.mark.parametrize(
    ("name", "option", "value", "told"),
    [
        ("rescue", "view", "picture", "view: words | map | graph"),
        ("rescue", "physics", 3, "physics: kinematic | mujoco"),
        ("town_guide", "tier", "both", "unexpected keyword argument 'tier'"),
        ("rescue", "veiw", "map", "unexpected keyword argument 'veiw'"),
    ],
)
def test_what_is_not_to_be_chosen_is_refused(name, option, value, told):
    with pytest.raises(ConfigError, match=told.replace("|", r"\|")):
        make(name, **{option: value})
