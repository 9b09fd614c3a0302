"""Stable-Baselines3 learns tic-tac-toe against a random player, and then takes the seat in Coterie.

Shows: one seat of a world as a Gymnasium environment, a policy of another library on disk, and back in a seat.

Expect each of them to win more than 90 of 100 games as cross after half a minute; a random cross wins 58, the world's
expert, which never loses, 97. An illegal move loses the game, so that plain PPO and DQN learn the rules too, while
MaskablePPO is told them.

    python examples/bridges/sb3_tic_tac_toe.py [PPO | DQN | MaskablePPO] [STEPS] [SEED] [GAMES]
"""

import sys
import tempfile

import torch
from sb3_contrib import MaskablePPO
from stable_baselines3 import DQN, PPO

from coterie.adapters.gymnasium import SeatEnv
from coterie.adapters.stable_baselines3 import load, save
from coterie.agents import Random
from coterie.metrics.statistics import wilson
from coterie.rollout import gather

SETTINGS = {
    "PPO": (PPO, 30_000, {"n_steps": 1024, "batch_size": 256, "ent_coef": 0.01, "learning_rate": 1e-3}),
    "MaskablePPO": (MaskablePPO, 30_000, {"n_steps": 1024, "batch_size": 256, "learning_rate": 1e-3}),
    "DQN": (
        DQN,
        30_000,
        {"learning_rate": 5e-4, "buffer_size": 100_000, "batch_size": 128, "target_update_interval": 1000},
    ),
}


def main(algorithm: str = "PPO", steps: str = "", seed: str = "0", games: str = "1000") -> None:
    """Trains, saves, opens again and plays."""
    torch.set_num_threads(1)
    kind, usual, settings = SETTINGS[algorithm]
    environment = SeatEnv("tic_tac_toe", "cross", "random")
    model = kind("MlpPolicy", environment, seed=int(seed), device="cpu", **settings)
    model.learn(int(steps or usual))
    with tempfile.TemporaryDirectory() as folder:
        save(model, folder)
        minds = {"cross": load(folder), "nought": Random()}
        played = list(gather("tic_tac_toe", minds, range(1_000_000, 1_000_000 + int(games))))
    won = sum(episode.outcome["winner"] == "cross" for episode in played)
    low, high = wilson(won, len(played))
    print(f"games won: {won / len(played):.3f} [{low:.3f}..{high:.3f}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
