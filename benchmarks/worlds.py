"""How fast worlds step, beside TextArena and PettingZoo: python benchmarks/worlds.py [--quick].

One process, one thread. Every contestant plays random legal moves through its public step, episodes being reset (or
made anew, where a reused one slows down) inside the measured time, and reads what a player would read: the view and the
list of legal moves. Contestants take turns; the median of three rounds counts. A step is one move of one player; time
is time on the core, so that a busy machine disturbs little.

The peers are optional: pip install "textarena>=0.7.4" "pettingzoo[classic]>=1.25".
"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable

ROUNDS = 3


def play_ours(world: str, steps: int, seed: int) -> int:
    from coterie.core import Action
    from coterie.environments import make

    luck, environment, done, episode = random.Random(seed), make(world), 0, seed
    draw = luck.random
    while done < steps:
        step, episode = environment.reset(episode), episode + 1
        while step.observations:
            answers = {}
            for agent, seen in step.observations.items():
                assert seen.text
                options = seen.spec.move.options
                answers[agent] = Action(options[int(draw() * len(options))])
            step = environment.step(answers)
            done += 1
    return done


def play_textarena(world: str, steps: int, seed: int) -> int:
    """A fresh environment an episode, because a reused one keeps the text of earlier games and slows down."""
    import textarena

    luck, done, episode = random.Random(seed), 0, seed
    offered = re.compile(r"'\[(\w+)\]'")
    draw = luck.random
    while done < steps:
        environment = textarena.make(world)
        environment.reset(num_players=2, seed=episode)
        episode, over = episode + 1, False
        while not over:
            _, seen = environment.get_observation()
            # The legal moves stand in the last line of the view.
            options = offered.findall(seen, seen.rfind("\n", 0, -2))
            over, _ = environment.step(f"[{options[int(draw() * len(options))]}]")
            done += 1
        environment.close()
    return done


def play_pettingzoo(world: str, steps: int, seed: int) -> int:
    import importlib

    environment = importlib.import_module(f"pettingzoo.classic.{world}").env()
    luck, done, episode = random.Random(seed), 0, seed
    draw = luck.random
    while done < steps:
        environment.reset(seed=episode)
        episode += 1
        for _ in environment.agent_iter():
            seen, _, terminated, truncated, _ = environment.last()
            if terminated or truncated:
                environment.step(None)  # how this library takes leave of a finished player; not counted as a move
                continue
            options = seen["action_mask"].nonzero()[0]
            environment.step(int(options[int(draw() * len(options))]))
            done += 1
    return done


Player = Callable[[str, int, int], int]
GAMES: dict[str, list[tuple[str, Player, str]]] = {
    "Kuhn poker": [
        ("coterie", play_ours, "kuhn_poker-v1"),
        ("TextArena", play_textarena, "KuhnPoker-v0"),
    ],
    "tic-tac-toe": [
        ("coterie", play_ours, "tic_tac_toe-v1"),
        ("TextArena", play_textarena, "TicTacToe-v0"),
        ("PettingZoo AEC", play_pettingzoo, "tictactoe_v3"),
    ],
}


def rate(play: Player, world: str, steps: int, seed: int) -> float:
    start = time.process_time()
    done = play(world, steps, seed)
    return done / (time.process_time() - start)


def compare(game: str, steps: int) -> None:
    rates: dict[str, list[float]] = {}
    for number in range(-1, ROUNDS):  # the round before the first warms caches and is not counted
        for name, play, world in GAMES[game]:
            try:
                found = rate(play, world, steps if number >= 0 else steps // 10, seed=1000 * (number + 1))
            except ImportError as error:
                if number < 0:
                    print(f"  {name}: not measured ({error})")
                continue
            if number >= 0:
                rates.setdefault(name, []).append(found)
    ours = statistics.median(rates["coterie"])
    print(f"{game}, {steps} steps a round")
    for name, found in rates.items():
        middle = statistics.median(found)
        spread = f"[{min(found) / 1000:.1f}..{max(found) / 1000:.1f}]"
        ratio = "" if name == "coterie" else f"   coterie is {ours / middle:.2f} times as fast"
        print(f"  {name:15s} {middle / 1000:7.1f} thousand steps/s {spread:18s}{ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    steps = 5_000 if parser.parse_args().quick else 50_000
    for game in GAMES:
        compare(game, steps)


if __name__ == "__main__":
    main()
