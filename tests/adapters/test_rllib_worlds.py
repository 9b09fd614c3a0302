"""Every world is a multi-agent environment that RLlib accepts, in every form that applies to it."""

import logging
import random
import re
import subprocess
import sys

import gymnasium
import numpy as np
import pytest
import rllib_models
from ray.rllib.env.multi_agent_episode import MultiAgentEpisode
from ray.rllib.utils.pre_checks.env import check_multiagent_environments

from coterie.adapters.rllib import CoterieEnv
from coterie.adapters.rllib.reading import LanguageCard, Reader, Reading
from coterie.agents import Language
from coterie.core import Action, ActionSpec, Choice, ConfigError, Observation, Rejection, Speech, Utterance
from coterie.environments import environments, make
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather

FORMS = {
    "vector": {},
    "masked": {"mask_in_view": True, "alike": True},
    "bytes": {"view": "bytes", "transcript": True},
    "text": {"view": "text"},
    "tokens": {"view": "tokens", "tokens": 64, "answers": 128, "answer_tokens": 128},
}


WITHOUT_NUMBERS = ("is free text", "any number", "are what is near", "still new ones", "answers to one turn")
"""Why a world has no such form, in the words of the error."""


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """A tokenizer that knows every byte, so that it can write every answer of every world."""
    folder = tmp_path_factory.mktemp("letters")
    rllib_models.letters().save_pretrained(folder)
    return str(folder)


def opened(id, form, model):
    """The world in a form, with a phrase where a seat is only asked for words; or why it has no such form."""
    settings = {"world": id, **FORMS[form], **({"model": model} if form == "tokens" else {})}
    reason = ""
    for phrases in ({}, dict.fromkeys(make(id).agents, ("yes",))):
        try:
            world = CoterieEnv({**settings, "phrases": phrases})
            if form == "tokens":
                for seed in range(10):
                    play(world, seed)  # what may be answered is told turn by turn
            return world, ""
        except ConfigError as error:
            reason = str(error)
            if "no phrase" not in reason:
                break
    return None, reason


def legal(world, seat, view, luck):
    """Some legal answer."""
    if isinstance(view, dict) and "answers" in view:
        return luck.choice(np.flatnonzero(view["answers"][:, 0] >= 0).tolist())
    if isinstance(view, dict):
        return luck.choice(np.flatnonzero(view["action_mask"]).tolist())
    seen = world.told.observations[seat]
    if isinstance(world.action_spaces[seat], gymnasium.spaces.Discrete):
        return luck.choice(np.flatnonzero(world.seats.numbers[seat].mask(seen.spec)).tolist())
    return "something"  # refused or not: words are free


def play(world, seed, check=lambda *told: None):
    """Plays one episode, and gives it to RLlib's own record, which refuses what it cannot learn from."""
    luck = random.Random(seed)
    views, infos = world.reset(seed=seed)
    check(world, views, None, None, None, infos)
    episode = MultiAgentEpisode(
        observation_space=world.observation_spaces,
        action_space=world.action_spaces,
        agent_to_module_mapping_fn=lambda seat, _: seat,
    )
    episode.add_env_reset(observations=views, infos=infos)
    paid = dict.fromkeys(world.agents, 0.0)
    while not episode.is_done:
        actions = {seat: legal(world, seat, view, luck) for seat, view in views.items()}
        views, rewards, terminated, truncated, infos = world.step(actions)
        check(world, views, rewards, terminated, truncated, infos)
        episode.add_env_step(views, actions, rewards, infos, terminateds=terminated, truncateds=truncated)
        paid = {seat: paid[seat] + rewards.get(seat, 0.0) for seat in world.agents}
    return episode, paid


def keys_are_right(world, views, rewards, terminated, truncated, infos):
    seats = set(world.possible_agents)
    assert set(world.agents) == seats == set(world.observation_spaces) == set(world.action_spaces)
    assert set(infos) - {"__common__"} <= set(views)
    assert all(world.get_observation_space(seat).contains(view) for seat, view in views.items())
    asked = set(world.told.observations)
    if rewards is None:
        assert set(views) == asked
        return
    assert set(rewards) <= seats
    assert all(type(reward) is float for reward in rewards.values())
    over = terminated["__all__"] or truncated["__all__"]
    assert terminated["__all__"] + truncated["__all__"] == over == (not asked)
    if over:
        assert set(views) == {seat for seat in seats if truncated[seat]}
        assert set(terminated) == set(truncated) == {*seats, "__all__"}
        assert all(terminated[seat] + truncated[seat] == 1 for seat in seats)
        assert set(infos) == {"__common__"}
        assert set(infos["__common__"]["endings"]) == seats
        assert set(rewards) == seats
    else:
        assert set(views) == asked
        assert not any(terminated.values()) | any(truncated.values())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("id", environments())
def test_rllib_accepts_every_world_in_every_form_that_applies(id, form, letters, caplog):
    world, reason = opened(id, form, letters)
    if world is None:
        assert any(why in reason for why in WITHOUT_NUMBERS)
        assert form not in ("text",)
        return
    for seed in range(2):
        episode, paid = play(world, seed, keys_are_right)
        steps = {seat: len(each) for seat, each in episode.agent_episodes.items()}
        assert sum(steps.values()) > 0
        before = {seat: episode._hanging_rewards_begin.get(seat, 0.0) for seat in paid}
        returns = {seat: each.get_return() for seat, each in episode.agent_episodes.items()}
        for seat, earned in returns.items():
            assert earned == pytest.approx(paid[seat] - before[seat], abs=1e-5)
    with caplog.at_level(logging.WARNING):
        check_multiagent_environments(world)
    assert "base-class attributes" not in caplog.text
    world.close()


@pytest.mark.parametrize("form", ["vector", "text", "tokens"])
def test_the_same_seed_and_answers_give_the_same_episode(form, letters):
    def told():
        world = opened("iterated_dilemma", form, letters)[0]
        seen = []
        play(world, 7, lambda world, *told: seen.append(repr(told)))
        return seen

    assert told() == told()


def test_a_world_is_known_to_rllib_by_name():
    code = (
        "import coterie.adapters.rllib\n"
        "from ray.tune.registry import ENV_CREATOR, _global_registry\n"
        "world = _global_registry.get(ENV_CREATOR, 'coterie')({'world': 'kuhn_poker', 'alike': True})\n"
        "print(world.observation_spaces['first'] == world.observation_spaces['second'])"
    )
    # In a process of its own: one that was connected to a cluster before has given its names away to it.
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"


def test_seats_of_minds_are_played_and_not_shown():
    world = CoterieEnv({"world": "lookout", "size": 2, "minds": {"lookout": "expert"}})
    assert world.possible_agents == ["courier"]
    episode, _ = play(world, 3, keys_are_right)
    assert set(episode.agent_episodes) == {"courier"}


def test_a_view_of_tokens_reads_what_a_language_agent_of_ours_reads(tmp_path):
    """Token by token, own answers included, in a game of several rounds."""
    words = small_tokenizer(["target circle square star ba do fi speaker says was picked act say"])
    words.save_pretrained(tmp_path)
    policy = LocalPolicy(small_model(len(words), hidden=16, layers=1, heads=2), words)
    minds = dict.fromkeys(("speaker", "listener"), Language(policy, CompactCodec()))
    view = {"view": "tokens", "model": str(tmp_path), "tokens": 64, "answers": 4, "answer_tokens": 3}
    world = CoterieEnv({"world": "reference_game", "rounds": 3, **view})
    for episode in gather("reference_game", minds, range(5), options={"rounds": 3}):
        views, _ = world.reset(seed=episode.seed)
        held = {seat: [] for seat in minds}
        for turn in episode.turns:
            (seat,) = views
            assert seat == turn.agent
            held[seat] += turn.samples[0].prompt_ids
            text = views[seat]["text"]
            assert text[text >= 0].tolist() == held[seat]
            held[seat] += turn.samples[0].token_ids
            number = world.seats.readings[seat].now.actions.index(turn.action)
            views, *_ = world.step({seat: number})
        assert world.told.endings


def reading(model, **sizes):
    return Reading(Reader(LanguageCard(model, **sizes)), "ann")


def test_an_answer_of_several_parts_is_written_as_our_policies_write_it(letters):
    spec = ActionSpec(move=Choice(("up", "down")), speech=Speech(max_words=2))
    ann = reading(letters, answer_tokens=20, phrases={"ann": ("come here",)})
    seen = ann.look(None, Observation(spec, "dark"))
    encode, stop = ann.reader.encode, ann.reader.stop
    assert seen["text"][: len("dark act")].tolist() == list(encode("dark act"))
    silent = [*encode("up"), stop, *encode("say"), stop]
    assert seen["answers"][0][: len(silent)].tolist() == silent
    spoken = [*encode("up"), stop, *encode("say"), *encode("come here"), stop]
    assert ann.now.paths[1] == tuple(spoken)
    assert ann.take(1) == Action("up", (Utterance("come here"),))
    after = ann.look(None, None)
    assert after["text"][after["text"] >= 0].tolist() == [*encode("dark act"), *spoken]
    assert (after["answers"] < 0).all()


def test_of_a_long_conversation_the_last_part_is_read(letters):
    ann = reading(letters, tokens=6)
    spec = ActionSpec(move=Choice(("up", "down")))
    assert ann.look(None, Observation(spec, "here"))["text"].tolist() == list(ann.reader.encode("re act"))


def test_what_cannot_be_shown_is_named(letters, tmp_path):
    spec = ActionSpec(move=Choice(("up", "down")))
    with pytest.raises(ConfigError, match=r"found 2 legal answers of up to 5 tokens .* raise answers"):
        reading(letters, answers=1).look(None, Observation(spec))
    with pytest.raises(ConfigError, match="no phrase"):
        reading(letters).look(None, Observation(ActionSpec(speech=Speech(max_words=2))))
    small_tokenizer(["up"]).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match=r"'down' and 'left' .* same tokens"):
        reading(str(tmp_path)).look(None, Observation(ActionSpec(move=Choice(("up", "down", "left")))))
    with pytest.raises(ConfigError, match="cannot open a tokenizer"):
        reading(str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="expected world among them"):
        CoterieEnv({"view": "tokens"})
    with pytest.raises(ConfigError, match="needs model"):
        CoterieEnv({"world": "lookout", "view": "tokens"})


def test_an_answer_that_is_not_legal_is_refused_and_not_remembered(letters):
    ann = reading(letters)
    ann.look(None, Observation(ActionSpec(move=Choice(("up", "down"))), "dark"))
    held = list(ann.held)
    assert isinstance(ann.take(2), Rejection)
    assert ann.held == held


def test_a_missing_or_other_ray_is_one_clear_line(monkeypatch):
    import importlib.metadata

    from coterie.adapters.extras import MissingExtra, require

    monkeypatch.setattr(importlib.metadata, "version", lambda package: "2.9.3")
    with pytest.raises(MissingExtra, match=r'found ray 2.9.3, expected >=2.50.*pip install "coterie\[rllib\]"'):
        require("ray", "rllib", at_least="2.50", below="3")


def test_without_ray_the_bridge_says_how_to_get_it():
    code = (
        "import sys; sys.modules['ray'] = None\n"
        "try:\n    import coterie.adapters.rllib\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert re.match(r'MissingExtra .*ray.*; run: pip install "coterie\[rllib\]"$', done.stdout)
