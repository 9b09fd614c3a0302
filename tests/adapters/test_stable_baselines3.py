"""Algorithms of Stable-Baselines3 learn in our worlds; what they learned takes seats and comes back from disk."""

import re
import subprocess
import sys
import warnings
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO
from short_worlds import UNNUMBERED
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.vec_env import DummyVecEnv

from coterie.adapters.gymnasium import SeatEnv
from coterie.adapters.stable_baselines3 import LanguageFeatures, SharedPolicy, Trained, load, save
from coterie.adapters.views import to_bytes
from coterie.agents import Random
from coterie.core import ConfigError, encode_episode
from coterie.environments import environments, make
from coterie.policies.local import small_model, small_tokenizer
from coterie.rollout import gather, play
from coterie.testing import check_agent

pytestmark = pytest.mark.usefixtures("one_thread")

SEATS = [(id, seat) for id in environments() for seat in make(id).agents]
FORMS = [{}, {"mask_in_view": True}, {"view": "bytes", "transcript": True}]
SMALL = {"n_steps": 32, "batch_size": 32, "n_epochs": 1, "device": "cpu", "seed": 0}


def seated(id, seat, **settings):
    """The seat in numbers, with phrases where it is only asked for words; None where it has no numbering."""
    try:
        return SeatEnv(id, seat, **settings)
    except ConfigError as error:
        return SeatEnv(id, seat, phrases=("yes",), **settings) if "no phrase" in str(error) else None


@pytest.mark.parametrize(("id", "seat"), SEATS)
def test_stable_baselines_accepts_every_seat_in_every_form(id, seat):
    if seated(id, seat) is None:
        with pytest.raises(ConfigError, match=UNNUMBERED):
            SeatEnv(id, seat)
        return
    for form in FORMS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check_env(seated(id, seat, **form), skip_render_check=True)


def learned(kind, environment, steps=64, **settings):
    policy = "MultiInputPolicy" if isinstance(environment.observation_space, gymnasium.spaces.Dict) else "MlpPolicy"
    return kind(policy, environment, **{**SMALL, **settings}).learn(steps)


MODELS = {
    "PPO": lambda: learned(PPO, SeatEnv("kuhn_poker", "first")),
    "PPO, masks in view": lambda: learned(PPO, SeatEnv("kuhn_poker", "first", mask_in_view=True)),
    "PPO, bytes": lambda: learned(PPO, SeatEnv("kuhn_poker", "first", view="bytes", characters=64, transcript=True)),
    "PPO, several": lambda: learned(PPO, DummyVecEnv([lambda: SeatEnv("kuhn_poker", "first")] * 2)),
    "PPO, shared": lambda: learned(PPO, SharedPolicy("kuhn_poker", copies=2)),
    "MaskablePPO": lambda: learned(MaskablePPO, SeatEnv("kuhn_poker", "first")),
    "MaskablePPO, shared": lambda: learned(MaskablePPO, SharedPolicy("kuhn_poker", copies=2)),
    "DQN": lambda: DQN("MlpPolicy", SeatEnv("kuhn_poker", "first"), learning_starts=16, device="cpu", seed=0).learn(64),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_was_learned_keeps_the_contract_and_comes_back_from_disk(name, tmp_path):
    model = MODELS[name]()
    seats = ("first", "second") if "shared" in name else ("first",)
    trained = Trained(model, greedy=name == "DQN", name="pupil")
    check_agent(trained, lambda: make("kuhn_poker"), seats=seats, episodes=4)
    save(model, tmp_path / "pupil")
    opened = load(tmp_path / "pupil", greedy=trained.greedy)
    minds = [
        {**dict.fromkeys(("first", "second"), Random()), **dict.fromkeys(seats, mind)} for mind in (trained, opened)
    ]
    for seed in range(10):
        one, other = (encode_episode(play("kuhn_poker", each, seed)) for each in minds)
        assert one == other


def test_a_trained_mind_takes_only_what_is_legal():
    trained = Trained(untrained_dqn())
    for episode in gather("tic_tac_toe", {"cross": trained, "nought": Random()}, range(30)):
        assert all(turn.action is not None for turn in episode.turns)


def untrained_dqn():
    return DQN("MlpPolicy", SeatEnv("tic_tac_toe", "cross"), device="cpu", seed=0)


def test_a_mind_says_what_it_thinks_of_each_legal_move():
    episode = play("tic_tac_toe", {"cross": Trained(untrained_dqn()), "nought": Random()}, seed=2)
    turn = episode.turns_of("cross")[1]
    assert set(turn.samples[0].scores) == set(turn.observation.spec.move.options)
    assert turn.action.move == max(turn.samples[0].scores, key=turn.samples[0].scores.get)


def test_a_mind_refuses_a_world_that_looks_different():
    episode = play("connect_four", {"red": Trained(untrained_dqn()), "yellow": Random()})
    assert episode.failure is not None
    assert "sees (18,) numbers, 'red' of connect_four-v1 sees (84,)" in episode.failure.error


def test_what_is_no_saved_model_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no saved model in"):
        load(tmp_path)


def test_a_shared_policy_sees_the_end_of_an_episode_and_the_start_of_the_next():
    shared = SharedPolicy("iterated_dilemma", copies=2, rounds=2)
    shared.seed(3)
    first = shared.reset()
    for step in range(2):
        views, rewards, dones, infos = shared.step(np.array([0, 1, 1, 1]))
        assert dones.tolist() == [step == 1] * 4
    assert [info["TimeLimit.truncated"] for info in infos] == [False] * 4
    assert np.array_equal(views[:, -2:], [[1, 0], [0, 1]] * 2)
    assert np.array_equal(views[0], first[0])  # a new game looks like any new game
    assert not np.array_equal(infos[0]["terminal_observation"], views[0])
    assert rewards[0] != rewards[1]
    assert rewards[2] == rewards[3]


def test_a_shared_policy_plays_as_its_seed_says():
    def told(seed):
        shared = SharedPolicy("kuhn_poker", copies=3)
        shared.seed(seed)
        views = [shared.reset().tolist()]
        for _ in range(6):
            masks = shared.env_method("action_masks")
            seen, rewards, *_ = shared.step(np.array([mask.nonzero()[0][0] for mask in masks]))
            views += [seen.tolist(), rewards.tolist()]
        return views

    assert told(5) == told(5) != told(6)


EXAMPLE = Path(__file__).parents[2] / "examples" / "bridges" / "sb3_tic_tac_toe.py"


@pytest.mark.parametrize(("algorithm", "steps"), [("PPO", 8_000), ("DQN", 6_000)])
def test_what_learns_through_the_bridge_beats_a_random_player(algorithm, steps):
    """A random cross wins 58 of 100 games; the full figures stand on the page of the bridge."""
    command = [sys.executable, str(EXAMPLE), algorithm, str(steps), "0", "500"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(re.search(r"games won: ([\d.]+)", done.stdout)[1]) > 0.9


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A small language model on disk that knows the words of Kuhn poker."""
    folder = tmp_path_factory.mktemp("reader")
    tokenizer = small_tokenizer(["card jack queen king first second pass bet > "])
    small_model(len(tokenizer), hidden=16, layers=1, heads=2).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("learns", [False, True])
def test_a_language_model_is_the_eyes_of_a_policy(reader, learns, tmp_path):
    environment = SeatEnv("kuhn_poker", "second", view="bytes", characters=64, transcript=True)
    eyes = {
        "features_extractor_class": LanguageFeatures,
        "features_extractor_kwargs": {"model": reader, "learns": learns},
    }
    model = PPO("MlpPolicy", environment, policy_kwargs=eyes, **SMALL)
    before = {name: weight.clone() for name, weight in model.policy.features_extractor.core.named_parameters()}
    model.learn(32)
    after = dict(model.policy.features_extractor.core.named_parameters())
    assert any(not torch.equal(weight, after[name]) for name, weight in before.items()) == learns
    save(model, tmp_path)
    minds = {"first": Random(), "second": load(tmp_path)}
    assert play("kuhn_poker", minds, seed=4).failure is None


def test_features_depend_on_the_words_and_not_on_the_company(reader):
    space = gymnasium.spaces.Box(0, 255, (32,), np.uint8)
    eyes = LanguageFeatures(space, reader)
    rows = torch.tensor(np.stack([to_bytes(text, 32) for text in ("card king", "card jack first bet", "")]))
    together = eyes(rows.float())
    assert together.shape == (3, 16)
    assert not torch.allclose(together[0], together[1])
    fresh = LanguageFeatures(space, reader)
    assert torch.allclose(fresh(rows[:1].float()), together[:1], atol=1e-6)
    with pytest.raises(ConfigError, match=r"expected text as bytes"):
        LanguageFeatures(gymnasium.spaces.Box(0, 1, (3,)), reader)
