r"""RLlib teaches a language model to play in a team, by PPO or DQN; afterwards the model takes its seats in Coterie.

Shows: any world as a multi-agent environment of RLlib, a language model as its module, shared by all seats or one a
seat, a partner who does not learn, and the trained model as a folder that everything here opens.

Expect the two seats of `reference_game` to agree on a code (chance: 1 of 3), and the courier of `lookout` to follow
the words of a lookout who knows the way.

With PYTHONHASHSEED=0 and 0 RUNNERS the same SEED gives the same run: RLlib keeps the seats of an episode in a set.

    python examples/bridges/rllib_language_team.py \
        [GAME] [ITERATIONS] [SEED] [RUNNERS] [shared | seat] [GAMES] [PPO | DQN]
"""

import sys
import tempfile

import numpy as np
import ray
import torch
from ray.rllib.algorithms.dqn import DQNConfig
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module import MultiRLModuleSpec, RLModuleSpec

import coterie
from coterie.adapters.rllib import LanguageModule, LanguageQModule, NoSilentFailure
from coterie.agents import Expert, Language
from coterie.metrics.statistics import wilson
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.rollout import gather

GAMES = {"reference_game": ({}, ()), "lookout": ({"size": 2, "shaping": 0.2}, ("lookout",))}
"""Options of the world, and the seats of experts, who do not learn."""
PPO = {
    "lr": 5e-3,
    "train_batch_size_per_learner": 256,
    "minibatch_size": 128,
    "num_epochs": 4,
    "gamma": 0.95,
    "lambda_": 0.9,
    "entropy_coeff": 0.01,
    "vf_loss_coeff": 0.5,
    "use_kl_loss": False,
    "grad_clip": 1.0,
}
DQN = {
    "lr": 5e-3,
    "train_batch_size_per_learner": 64,
    "gamma": 0.9,
    "epsilon": [(0, 1.0), (2000, 0.05)],
    "num_steps_sampled_before_learning_starts": 200,
    "target_network_update_freq": 200,
    "replay_buffer_config": {"type": "MultiAgentEpisodeReplayBuffer", "capacity": 5000},
    "double_q": True,
    "dueling": False,  # the value head is the dueling part
    "num_atoms": 1,
    "grad_clip": 1.0,
}
ALGORITHMS = {
    "PPO": (PPOConfig, LanguageModule, {}, PPO, 1.0),
    "DQN": (DQNConfig, LanguageQModule, {"scale": 0.3}, DQN, 0.0),
}
"""Its configuration, its kind of module and what that needs, its settings, and at which temperature it plays."""
CODEC = CompactCodec()


def main(game="reference_game", iterations="20", seed="0", runners="4", sharing="shared", games="500", by="PPO"):
    """Trains, and plays games that were not trained on before and after."""
    options, partners = GAMES[game]
    seats = coterie.make(game).agents
    shown = list(gather(game, dict.fromkeys(seats, Expert()), range(200), options=options))
    learners = [seat for seat in seats if seat not in partners]
    folder = tempfile.mkdtemp()
    new_model(folder, shown, int(seed))
    ray.init(num_cpus=max(1, int(runners)) + 1, include_dashboard=False)

    # The program itself: PPO or DQN over a multi-agent environment with a language model of your own as its module.
    policies = {"shared"} if sharing == "shared" else set(learners)
    view = {"view": "tokens", "model": folder, "tokens": 96, "answers": 8, "answer_tokens": 2}
    algorithm_config, kind, needs, settings, temperature = ALGORITHMS[by]
    module = RLModuleSpec(kind, model_config={"model": folder, **needs})
    config = (
        algorithm_config()
        .environment("coterie", env_config={"world": game, "minds": dict.fromkeys(partners, "expert")} | view | options)
        .env_runners(num_env_runners=int(runners), num_envs_per_env_runner=4)
        .multi_agent(
            policies=policies,
            policy_mapping_fn=lambda agent, episode, **_: "shared" if sharing == "shared" else agent,
        )
        .rl_module(rl_module_spec=MultiRLModuleSpec(rl_module_specs=dict.fromkeys(policies, module)))
        .training(**settings)
        .callbacks(NoSilentFailure)
        .debugging(seed=int(seed))
    )
    if by == "DQN":  # one step of its training is a few steps of the world
        config.reporting(min_sample_timesteps_per_iteration=256)
    algorithm = config.build_algo()
    if by == "DQN":
        algorithm.local_replay_buffer.rng = np.random.default_rng(int(seed))  # RLlib gives it no seed
    group = algorithm.env_runner_group
    worlds = group.foreach_env_runner(lambda runner: runner.num_envs, local_env_runner=runners == "0")
    print(f"worlds of each environment runner: {worlds}")
    for _ in range(int(iterations)):
        found = algorithm.train()["env_runners"]
        print(f"steps {found['num_env_steps_sampled_lifetime']}, return {found['episode_return_mean']:.2f}", flush=True)
    folders = {policy: tempfile.mkdtemp() for policy in policies}
    for policy, place in folders.items():
        algorithm.get_module(policy).save_pretrained(place)
    algorithm.stop()
    ray.shutdown()

    for when, places in (("before", dict.fromkeys(policies, folder)), ("after", folders)):
        pupils = {name: LocalPolicy.from_pretrained(place).at(temperature) for name, place in places.items()}
        minds = {name: Language(pupil, CODEC) for name, pupil in pupils.items()}
        team = {seat: minds.get(seat, minds.get("shared")) for seat in learners}
        team |= {seat: Expert() for seat in partners}
        played = list(gather(game, team, range(1_000_000, 1_000_000 + int(games)), options=options))
        won = sum(bool(episode.outcome["success"]) for episode in played)
        low, high = wilson(won, len(played))
        print(f"{when}: {won / len(played):.3f} [{low:.3f}..{high:.3f}]")


def new_model(folder, shown, seed):
    """Writes a small model with random weights and a tokenizer of the words of some games."""
    tokenizer = small_tokenizer(
        text
        for episode in shown
        for turn in episode.turns
        for text in (CODEC.parts(turn.observation)[0][0][0].content, *CODEC.replies(turn.action, turn.observation.spec))
    )
    small_model(len(tokenizer), hidden=32, layers=1, seed=seed).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
