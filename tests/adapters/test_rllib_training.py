"""Algorithms of RLlib learn in our worlds, language models in them, under Tune too; a run that died says so."""

import os
import runpy
import sys
import time
from pathlib import Path

import pytest
import ray
import torch
from ray import cloudpickle, tune
from ray.rllib.algorithms.dqn import DQNConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module import MultiRLModuleSpec, RLModuleSpec
from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule
from rllib_models import save, words

from coterie.adapters.rllib import CoterieEnv, LanguageModule, NoSilentFailure, Trained, load
from coterie.agents import Language, Random
from coterie.core import Action, ConfigError, WorldError, encode_episode
from coterie.environments.text.games.kuhn_poker import KuhnPoker
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model
from coterie.rollout import gather, play

CODE = {"items": 2, "words": 2}
VIEW = {"view": "tokens", "tokens": 48, "answers": 4, "answer_tokens": 2}
PROGRAM = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "bridges" / "rllib_language_team.py"))
PPO, DQN = PROGRAM["PPO"], PROGRAM["DQN"]
"""The settings of the program on the page."""


@pytest.fixture(scope="module", autouse=True)
def _ray():
    """One ray for the file; on a busy machine it takes its time to start."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # other processes cannot import a file of tests
    os.environ.setdefault("RAY_raylet_start_wait_time_s", "240")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield
    ray.shutdown()
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def pupil(tmp_path_factory):
    """A small language model that has learned nothing."""
    tokenizer = words()
    return str(save(tmp_path_factory.mktemp("pupil"), small_model(len(tokenizer), hidden=32, layers=1), tokenizer))


def configured(config, world, policies, mapping, module=None, runners=0, **settings):
    """An algorithm's configuration over a world of ours."""
    config = (
        config.environment("coterie", env_config=world)
        .env_runners(num_env_runners=runners, num_envs_per_env_runner=4)
        .multi_agent(policies=policies, policy_mapping_fn=mapping)
        .training(**settings)
        .callbacks(NoSilentFailure)
        .reporting(min_sample_timesteps_per_iteration=100, min_time_s_per_iteration=0)
        .debugging(seed=0, log_level="ERROR")
    )
    if module is not None:
        config.rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=dict.fromkeys(policies, module)))
    return config


def shared(agent, episode, **unused):
    return "shared"


def own(agent, episode, **unused):
    return agent


def success(minds, **options):
    played = list(gather("reference_game", minds, range(10_000, 10_300), options=options))
    assert not any(episode.failure for episode in played)
    return sum(bool(episode.outcome["success"]) for episode in played) / len(played)


@ray.remote(num_cpus=0, runtime_env={"env_vars": {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}})
def code_learned(pupil, folder, iterations, seed):
    """Teaches both seats one model in a process where sets have the same order every time; returns the checkpoint."""
    torch.set_num_threads(1)
    module = RLModuleSpec(LanguageModule, model_config={"model": pupil})
    world = {"world": "reference_game", "model": pupil, **CODE, **VIEW}
    algorithm = configured(PPOConfig(), world, {"shared"}, shared, module, **PPO).debugging(seed=seed).build_algo()
    for _ in range(iterations):
        algorithm.train()
    algorithm.get_module("shared").save_pretrained(folder / "pair")
    checkpoint = algorithm.save_to_path(str(folder / "checkpoint"))
    algorithm.stop()
    return checkpoint


def test_two_seats_of_one_language_model_agree_on_a_code(pupil, tmp_path):
    """By chance one of two items is the right one; what was learned also plays as a policy of ours, and from disk."""
    checkpoint = ray.get(code_learned.remote(pupil, tmp_path, 16, 0))
    seats = ("speaker", "listener")
    untrained, ours = (Language(LocalPolicy.from_pretrained(at), CompactCodec()) for at in (pupil, tmp_path / "pair"))
    assert success(dict.fromkeys(seats, untrained), **CODE) < 0.65
    assert success(dict.fromkeys(seats, ours), **CODE) > 0.9
    there = load(checkpoint, "speaker", "shared", greedy=False)
    assert success(dict.fromkeys(seats, there), **CODE) > 0.9
    with pytest.raises(ConfigError, match=r"no module 'other' in .* expected one of shared"):
        load(checkpoint, "speaker", "other")


def test_the_same_seed_gives_the_same_run(pupil, tmp_path):
    """Where sets of names have the same order, weights are equal bit by bit; another seed gives others."""
    folders = [tmp_path / name for name in ("one", "same", "other")]
    for folder in folders:
        folder.mkdir()
    ray.get([code_learned.remote(pupil, at, 2, seed) for at, seed in zip(folders, (3, 3, 4), strict=True)])
    one, same, other = ((at / "pair" / "model.safetensors").read_bytes() for at in folders)
    assert one == same != other


def test_a_module_a_seat_on_environment_runners_of_its_own_under_tune(pupil, tmp_path):
    """Checkpoints of Tune hold modules that take seats; weights reach the other process and adapters learn alone."""
    module = RLModuleSpec(LanguageModule, model_config={"model": pupil, "lora": {"r": 4}})
    world = {"world": "reference_game", "model": pupil, **VIEW}
    seats = {"speaker", "listener"}
    config = configured(PPOConfig(), world, seats, own, module, runners=1, **PPO)
    tuner = tune.Tuner(
        "PPO",
        param_space=config,
        run_config=tune.RunConfig(
            storage_path=str(tmp_path),
            stop={"training_iteration": 2},
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True),
            verbose=0,
        ),
    )
    (result,) = tuner.fit()
    assert result.error is None
    assert result.metrics["env_runners"]["num_env_steps_sampled_lifetime"] >= 512
    minds = {seat: load(result.checkpoint.path, seat, seat, greedy=False) for seat in seats}
    states = [mind.module.get_state() for mind in minds.values()]
    assert all("lora_" in name or "value_head" in name for state in states for name in state)
    assert any((states[0][name] != states[1][name]).any() for name in states[0])
    assert play("reference_game", minds, seed=1).failure is None


FORMS = {
    "PPO": (PPOConfig, {"alike": True}, None, {**PPO, "vf_loss_coeff": 0.01}),
    "PPO, masks": (PPOConfig, {"alike": True, "mask_in_view": True}, ActionMaskingTorchRLModule, PPO),
    "DQN": (DQNConfig, {"alike": True}, None, DQN),
}


@pytest.mark.parametrize("name", FORMS)
def test_modules_of_rllib_itself_learn_in_vectors_and_take_seats(name, tmp_path):
    kind, form, module, settings = FORMS[name]
    spec = RLModuleSpec(module, model_config={"head_fcnet_hiddens": [16]}) if module else None
    algorithm = configured(kind(), {"world": "tic_tac_toe", **form}, {"shared"}, shared, spec, **settings).build_algo()
    try:
        algorithm.train()
        checkpoint = algorithm.save_to_path(str(tmp_path / "checkpoint"))
        live = Trained(algorithm.get_module("shared"), CoterieEnv({"world": "tic_tac_toe", **form}).card("cross"))
    finally:
        algorithm.stop()
    opened = load(checkpoint, "cross", "shared", name=live.name)
    for seed in range(5):
        one, other = (play("tic_tac_toe", {"cross": mind, "nought": Random()}, seed) for mind in (live, opened))
        assert one.failure is None
        assert encode_episode(one) == encode_episode(other)
        assert all(turn.action is not None for turn in one.turns)
    other = play("connect_four", {"red": opened, "yellow": Random()}, 1)
    assert "it learned in tic_tac_toe-v1" in other.failure.error


def test_an_iteration_without_a_step_is_an_error_and_not_a_silence():
    """RLlib hands its result to the callback; one that no runner brought a step for ends the run."""
    config = configured(PPOConfig(), {"world": "kuhn_poker", "alike": True}, {"shared"}, shared, runners=0, **PPO)
    algorithm = config.build_algo()
    try:
        look = NoSilentFailure().on_train_result
        look(algorithm=algorithm, result=algorithm.train())
        for steps in ({}, {"num_env_steps_sampled": float("nan")}):  # RLlib says either
            with pytest.raises(WorldError, match="iteration 2 brought not one step: 0 of 0 environment runners"):
                look(algorithm=algorithm, result={"env_runners": steps, "training_iteration": 2})
    finally:
        algorithm.stop()


class Broken(KuhnPoker):
    """A game that after some moves ends its process or is silent for some seconds; of several only the first."""

    def __init__(self, how, mark):
        self.how, self.mark, self.moves = how, mark, 0

    def advance(self, actions):
        self.moves += 1
        if self.moves == 100 and claimed(self.mark):  # in the second iteration, or the fourth of two runners
            if self.how == "dies":
                os._exit(1)
            time.sleep(self.how)
        return super().advance(actions)


def claimed(mark):
    """Whether nobody in any process was here before."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


HANGS = 3600
ALONE = {"restart_failed_env_runners": False}
IGNORED = {**ALONE, "ignore_env_runner_failures": True}
FAILURES = {
    "dies": ("dies", ALONE, ray.exceptions.RayActorError, "died"),
    "dies, ignored": ("dies", IGNORED, WorldError, "0 of 1 environment runners"),
    "hangs": (HANGS, ALONE, WorldError, "brought not one step"),
}


def broken(how, mark, runners, patience_s, tolerance):
    """PPO over runners of which one breaks."""
    answers = dict.fromkeys(("first", "second"), (Action("bet"), Action("pass")))
    world = {"world": lambda: Broken(how, mark), "answers": answers}
    config = configured(PPOConfig(), world, {"shared"}, shared, runners=runners, **PPO)
    config.env_runners(sample_timeout_s=patience_s).fault_tolerance(**tolerance)
    return config.reporting(min_sample_timesteps_per_iteration=0).build_algo()


@pytest.mark.parametrize("name", FAILURES)
def test_a_runner_that_dies_or_hangs_ends_the_run_with_an_error_in_limited_time(name, tmp_path):
    how, tolerance, kind, why = FAILURES[name]
    algorithm = broken(how, tmp_path / "mark", 1, 5, tolerance)
    start = time.monotonic()
    try:
        algorithm.train()
        with pytest.raises(kind, match=why):
            algorithm.train()
    finally:
        algorithm.stop()
    assert time.monotonic() - start < 60


def until(mark, algorithm, most=8):
    """Trains up to and with the iteration in which a runner broke; returns its result, and how long it took."""
    for _ in range(most):
        start = time.monotonic()
        result = algorithm.train()
        if mark.exists():
            return result, time.monotonic() - start
    raise AssertionError(f"nobody broke in {most} iterations")


def steps_of(result):
    return result["env_runners"]["num_env_steps_sampled"]


@pytest.mark.parametrize(("runners", "late_s", "patience_s"), [(1, 3, 30), (2, 10, 6)])
def test_a_runner_that_answers_late_is_waited_for_or_left_out_and_comes_back(runners, late_s, patience_s, tmp_path):
    """One within `sample_timeout_s` costs its time; what comes later is lost, and the others fill the iteration."""
    mark = tmp_path / "mark"
    algorithm = broken(late_s, mark, runners, patience_s, ALONE)
    try:
        result, took_s = until(mark, algorithm)
        assert took_s > min(late_s, patience_s)
        dropped = result["fault_tolerance"]["num_env_runners_dropped_lifetime"]
        assert dropped > 0 if late_s > patience_s else dropped == 0
        assert all(steps_of(each) >= 256 for each in (result, algorithm.train()))
        group = algorithm.env_runner_group
        answered = group.foreach_env_runner(lambda each: each.worker_index, local_env_runner=False, timeout_seconds=30)
        assert answered == [*range(1, runners + 1)]  # nobody was killed or replaced
        assert group.num_remote_worker_restarts() == 0
    finally:
        algorithm.stop()


@pytest.mark.parametrize("ignored", [False, True])
def test_one_of_two_runners_that_hangs_is_killed_and_is_then_one_that_died(ignored, tmp_path):
    """The iteration in which it hangs is filled by the other; then the run ends, or goes on without it."""
    mark = tmp_path / "mark"
    algorithm = broken(HANGS, mark, 2, 6, IGNORED if ignored else ALONE)
    start = time.monotonic()
    try:
        result, _ = until(mark, algorithm)
        assert steps_of(result) >= 256
        if ignored:
            assert steps_of(algorithm.train()) >= 256
            assert algorithm.env_runner_group.num_healthy_remote_workers() == 1
        else:
            with pytest.raises(ray.exceptions.RayActorError, match=r"killed by `ray\.kill`"):
                algorithm.train()
    finally:
        algorithm.stop()
    assert time.monotonic() - start < 120
