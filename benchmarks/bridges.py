"""What the bridges cost beside the world itself: python benchmarks/bridges.py [--quick] [WORLD ...].

The same episodes are played twice with the same answers, chosen beforehand: by calling the world, and by calling the
bridge. What is told is the difference per step of the bridge, resets included, in microseconds of time on the core; of
the environment of RLlib how many times as long as the world it takes. The median of several rounds counts. The world
itself also makes its numeric views, for those who act.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from coterie.adapters.gymnasium import SeatEnv
from coterie.adapters.pettingzoo import Team, Turns
from coterie.adapters.rllib import CoterieEnv
from coterie.agents.random import RandomAgent
from coterie.core import Action, Environment
from coterie.environments import make
from coterie.rollout.play import stream
from coterie.testing.driving import decide

WORLDS = {
    "tic_tac_toe": "cross",
    "kuhn_poker": "first",
    "connect_four": "red",
    "lookout": "courier",
    "iterated_dilemma": "left",
    "kitchen": "blue",
}
"""World to the seat that is played through Gymnasium."""
PHRASES = {"lookout": {"lookout": ("north", "south", "east", "west", "pick", "drop")}}
LIMIT_us = 25.0
"""What a bridge may cost a step."""
LIMIT_times = 1.3
"""How many times as long as the world the environment of RLlib may take."""
ROUNDS = 7

Script = list[tuple[int, list[Any]]]
"""Episodes: the seed, and what to do at each step."""


def choose(luck: random.Random, mask: Any) -> int:
    return luck.choice(mask.nonzero()[0].tolist())


def gymnasium_script(environment: SeatEnv, steps: int) -> Script:
    luck, script, done = random.Random(0), [], 0
    while done < steps:
        _, info = environment.reset(seed=None if script else 0)
        episode, over = [], False
        while not over:
            episode.append(choose(luck, info["action_mask"]))
            _, _, terminated, truncated, info = environment.step(episode[-1])
            over = terminated or truncated
        script.append((environment.world.seed, episode))
        done += len(episode)
    return script


def play_gymnasium(environment: SeatEnv, script: Script) -> None:
    for number, (_, episode) in enumerate(script):
        environment.reset(seed=None if number else 0)
        for action in episode:
            environment.step(action)


def play_seat(world: Environment, seat: str, script: list[tuple[int, list[Action]]]) -> None:
    """What a SeatEnv must do at the least: the world's steps, and the answers of random others."""
    for seed, episode in script:
        step, answers, agents = world.reset(seed), iter(episode), {}
        while step.observations:
            given = {}
            for name, seen in step.observations.items():
                if name == seat:
                    world.vector(seat)
                    given[name] = next(answers)
                    continue
                if name not in agents:
                    agents[name] = RandomAgent(stream(seed, "agent", name, 0))
                given[name] = decide(agents[name], seen)
            step = world.step(given)


def team_script(team: Team, steps: int) -> Script:
    luck, script, done = random.Random(0), [], 0
    while done < steps:
        _, infos = team.reset(seed=None if script else 0)
        episode = []
        while team.agents:
            asked = list(team.told.observations)
            actions = {seat: choose(luck, infos[seat]["action_mask"]) for seat in team.agents}
            episode.append((actions, asked))
            *_, infos = team.step(actions)
        script.append((team.seats.world.seed, episode))
        done += len(episode)
    return script


def play_team(team: Team, script: Script) -> None:
    for number, (_, episode) in enumerate(script):
        team.reset(seed=None if number else 0)
        for actions, _ in episode:
            team.step(actions)


def play_turns(game: Turns, script: Script) -> None:
    for number, (_, episode) in enumerate(script):
        game.reset(seed=None if number else 0)
        for actions, asked in episode:
            for _ in asked:
                game.step(actions[game.agent_selection])
                game.last()


def play_rllib(environment: CoterieEnv, script: Script) -> None:
    for number, (_, episode) in enumerate(script):
        environment.reset(seed=None if number else 0)
        for actions in episode:
            environment.step(actions)


def play_world(world: Environment, script: list[tuple[int, list[dict[str, Action]]]]) -> None:
    for seed, episode in script:
        world.reset(seed)
        for actions in episode:
            world.step(actions)


def cost_us(bridge: Callable[[], None], bare: Callable[[], None], steps: int, rounds: int) -> tuple[float, float]:
    """What the bridge adds to a step, and what a step of the world takes itself."""
    added, own = [], []
    for _ in range(rounds):
        times = []
        for play in (bare, bridge):
            start = time.process_time()
            play()
            times.append(time.process_time() - start)
        added.append((times[1] - times[0]) / steps * 1e6)
        own.append(times[0] / steps * 1e6)
    return statistics.median(added), statistics.median(own)


def measure(name: str, seat: str, steps: int, rounds: int) -> dict[str, tuple[float, float]]:
    plain, world, phrases = make(name), make(name, vectors=True), PHRASES.get(name, {})
    one = SeatEnv(name, seat)
    script = gymnasium_script(one, steps)
    said = [(seed, [one.numbers.action(number) for number in episode]) for seed, episode in script]
    count = sum(len(episode) for _, episode in script)
    found = {
        "Gymnasium": cost_us(lambda: play_gymnasium(one, script), lambda: play_seat(plain, seat, said), count, rounds)
    }
    team, game = Team(name, phrases=phrases), Turns(name, phrases=phrases)
    together = team_script(team, steps)
    numbers = team.seats.numbers
    answers = [
        (seed, [{who: numbers[who].action(actions[who]) for who in asked} for actions, asked in episode])
        for seed, episode in together
    ]
    count = sum(len(episode) for _, episode in together)
    bare = lambda: play_world(world, answers)  # noqa: E731
    found["Parallel"] = cost_us(lambda: play_team(team, together), bare, count, rounds)
    single = sum(len(asked) for _, episode in together for _, asked in episode)
    found["AEC"] = cost_us(lambda: play_turns(game, together), bare, single, rounds)
    multi = CoterieEnv({"world": name, "phrases": phrases})
    handed = [  # as its runners hand them over: those of who was asked, as numbers of NumPy
        (seed, [{who: np.int64(actions[who]) for who in asked} for actions, asked in episode])
        for seed, episode in together
    ]
    found["RLlib"] = cost_us(lambda: play_rllib(multi, handed), bare, count, rounds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="*", metavar="WORLD", help="some of them; all by default")
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps, three rounds")
    arguments = parser.parse_args()
    if unknown := set(arguments.worlds) - WORLDS.keys():
        parser.error(f"no world here is called {', '.join(sorted(unknown))}; there are {', '.join(WORLDS)}")
    steps, rounds = (1_000, 3) if arguments.quick else (10_000, ROUNDS)
    for name in arguments.worlds or WORLDS:
        for bridge, (added, own) in measure(name, WORLDS[name], steps, rounds).items():
            if bridge == "RLlib":
                times = 1 + added / own
                verdict = f"{'within' if times < LIMIT_times else 'OVER'} {LIMIT_times:g} times"
                told = f"{times:6.2f} times our own {own:6.1f} us a step"
            else:
                verdict = f"{'within' if added < LIMIT_us else 'OVER'} {LIMIT_us:g} us"
                told = f"{added:6.1f} us a step beyond our own {own:6.1f} us"
            print(f"{name:18s} {bridge:10s} {told}   {verdict}", flush=True)


if __name__ == "__main__":
    main()
