"""How fast worlds step, beside peers on the same games: python benchmarks/worlds.py [--quick] [GAME ...].

One process, one thread. Every contestant plays random legal moves through its public step, episodes being reset (or
made anew, where a reused one slows down) inside the measured time, and reads what a player would read: the view and the
list of legal moves. Contestants take turns; the median of three rounds counts. A step is one move of one player, or one
joint move where all act at once; time is time on the core, so that a busy machine disturbs little. OpenSpiel is C++
called from Python; the others are Python.

The peers are optional: pip install "textarena>=0.7.4" "pettingzoo[classic]>=1.25" "open_spiel>=1.6".
"""

import argparse
import functools
import random
import re
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 3

Player = Callable[[int, int], int]
"""Plays at least so many steps from a seed, and returns how many it played."""
Contestant = tuple[str, Player]


def ours(world: str, **options: object) -> Contestant:
    return "coterie", functools.partial(play_ours, world, options)


def hanabi_with(players: str) -> list[Contestant]:
    from peers import hanabi

    return [
        ("coterie", functools.partial(hanabi.play_ours, players)),
        ("OpenSpiel", functools.partial(hanabi.play_openspiel, players)),
    ]


def textarena(world: str, offers: Callable[[str], list[str]]) -> Contestant:
    return "TextArena", functools.partial(play_textarena, world, offers)


def pettingzoo(world: str) -> Contestant:
    return "PettingZoo AEC", functools.partial(play_pettingzoo, world)


def openspiel(world: str) -> Contestant:
    return "OpenSpiel", functools.partial(play_openspiel, world)


def play_ours(world: str, options: dict, steps: int, seed: int) -> int:
    from coterie.core import Action, Utterance
    from coterie.environments import make

    luck, environment, done, episode = random.Random(seed), make(world, **options), 0, seed
    draw, read = luck.random, 0
    while done < steps:
        step, episode = environment.reset(episode), episode + 1
        while step.observations:
            answers = {}
            for agent, seen in step.observations.items():
                read += len(seen.text)
                move, speech = seen.spec.move, seen.spec.speech
                chosen = drawn(move, draw) if move is not None else None
                if speech is None or not speech.required:
                    answers[agent] = Action(chosen)
                else:
                    words = speech.vocabulary or ("hello",)
                    answers[agent] = Action(chosen, (Utterance(words[int(draw() * len(words))]),))
            step = environment.step(answers)
            done += 1
    assert read
    return done


def drawn(move: object, draw: Callable[[], float]) -> object:
    """A random legal move; text and numbers are not what is measured, so any will do."""
    from coterie.core import Choice, Form, Number

    if isinstance(move, Choice):
        return move.options[int(draw() * len(move.options))]
    if isinstance(move, Form):
        return {name: drawn(field, draw) for name, field in move.fields.items()}
    return move.low if isinstance(move, Number) else "yes"


def named_moves(view: str) -> list[str]:
    """The moves that stand in the last line of the view, such as '[bet]'."""
    return [f"[{move}]" for move in re.findall(r"'\[(\w+)\]'", view[view.rfind("\n", 0, -2) :])]


def open_columns(view: str) -> list[str]:
    """The columns whose top cell is free in the last board of the view."""
    top = view.rstrip().splitlines()[-6].split()
    return [f"[col {column}]" for column, cell in enumerate(top) if cell == "."]


def trades(view: str) -> list[str]:
    """Offers that a fresh hand can keep, an answer to the last offer, and talk."""
    return ["[Offer: 1 Wheat -> 1 Wood]", "[Offer: 1 Ore -> 1 Sheep]", "[Deny]", "hello"]


def two_moves(view: str) -> list[str]:
    return ["[cooperate]", "[defect]"]


def play_textarena(world: str, offers: Callable[[str], list[str]], steps: int, seed: int) -> int:
    """A fresh environment an episode, because a reused one keeps the text of earlier games and slows down."""
    import textarena

    luck, done, episode = random.Random(seed), 0, seed
    draw = luck.random
    while done < steps:
        environment = textarena.make(world)
        environment.reset(num_players=2, seed=episode)
        episode, over = episode + 1, False
        while not over:
            _, seen = environment.get_observation()
            options = offers(seen)
            over, _ = environment.step(options[int(draw() * len(options))])
            done += 1
        environment.close()
    return done


def play_openspiel(world: str, steps: int, seed: int) -> int:
    """Reads what the one to move knows as a string, and the list of its legal actions."""
    import pyspiel

    game, luck, done = pyspiel.load_game(world), random.Random(seed), 0
    hidden = game.get_type().information == pyspiel.GameType.Information.IMPERFECT_INFORMATION
    draw, read = luck.random, 0
    while done < steps:
        state = game.new_initial_state()
        while not state.is_terminal():
            options = state.legal_actions()
            if not state.is_chance_node():
                read += len(state.information_state_string() if hidden else state.observation_string())
                done += 1
            # All luck of these games is uniform, so that outcomes can be drawn like moves.
            state.apply_action(options[int(draw() * len(options))])
    assert read
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


GAMES: dict[str, list[Contestant]] = {
    "kuhn_poker": [ours("kuhn_poker"), textarena("KuhnPoker-v0", named_moves), openspiel("kuhn_poker")],
    "leduc_poker": [ours("leduc_poker"), openspiel("leduc_poker")],
    "tic_tac_toe": [
        ours("tic_tac_toe"),
        textarena("TicTacToe-v0", named_moves),
        pettingzoo("tictactoe_v3"),
        openspiel("tic_tac_toe"),
    ],
    "connect_four": [
        ours("connect_four"),
        textarena("ConnectFour-v0", open_columns),
        pettingzoo("connect_four_v3"),
        openspiel("connect_four"),
    ],
    "liars_dice": [ours("liars_dice"), openspiel("liars_dice")],
    "liars_dice, two dice each": [ours("liars_dice", dice=2), openspiel("liars_dice(numdice=2)")],
    "hanabi, mini": hanabi_with("mini"),
    "hanabi": hanabi_with("2"),
    "haggle": [ours("haggle"), textarena("SimpleNegotiation-v0", trades)],
    "bargain": [ours("bargain"), textarena("SimpleNegotiation-v0", trades)],
    "iterated_dilemma": [ours("iterated_dilemma"), textarena("IteratedPrisonersDilemma-v0", two_moves)],
    "kitchen": [ours("kitchen", horizon=400)],
}
"""Every game with ours first; the nearest that a peer has stands beside it. What no peer has is measured alone."""
LAYOUTS = ("cramped_room", "coordination_ring", "counter_circuit")


def alone() -> None:
    """Adds the worlds that no peer has."""
    from coterie.environments import environments

    for id in environments():
        name = id.rpartition("-v")[0]
        if not any(game.partition(",")[0] == name for game in GAMES):
            GAMES[name] = [ours(name)]


def rate(play: Player, steps: int, seed: int) -> float:
    start = time.process_time()
    done = play(steps, seed)
    return done / (time.process_time() - start)


def compare(game: str, steps: int) -> None:
    rates: dict[str, list[float]] = {}
    for number in range(-1, ROUNDS):  # the round before the first warms caches and is not counted
        for name, play in GAMES[game]:
            try:
                found = rate(play, steps if number >= 0 else steps // 10, seed=1000 * (number + 1))
            except ImportError as error:
                if number < 0:
                    print(f"  {name}: not measured ({error})")
                continue
            if number >= 0:
                rates.setdefault(name, []).append(found)
    own = statistics.median(rates["coterie"])
    print(f"{game}, {steps} steps a round")
    for name, found in rates.items():
        middle = statistics.median(found)
        spread = f"[{min(found) / 1000:.1f}..{max(found) / 1000:.1f}]"
        ratio = "" if name == "coterie" else f"   coterie is {own / middle:.2f} times as fast"
        print(f"  {name:15s} {middle / 1000:7.1f} thousand steps/s {spread:18s}{ratio}", flush=True)


def compare_kitchens(python: str, steps: int) -> None:
    """Overcooked-AI lives in an environment of its own; it and ours take turns, layout by layout."""
    script = Path(__file__).parent / "peers" / "overcooked_speed.py"
    for layout in LAYOUTS:
        own, peer = [], []
        for number in range(ROUNDS):
            own.append(rate(ours("kitchen", layout=layout, horizon=400)[1], steps, seed=number))
            command = [python, str(script), layout, str(steps), str(number)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peer.append(float(done.stdout.splitlines()[-1]))
        ratio = statistics.median(own) / statistics.median(peer)
        print(f"kitchen, {layout}, {steps} joint steps a round")
        print(f"  coterie         {statistics.median(own) / 1000:7.1f} thousand steps/s")
        told = f"   coterie is {ratio:.2f} times as fast"
        print(f"  Overcooked-AI   {statistics.median(peer) / 1000:7.1f} thousand steps/s {'':18s}{told}", flush=True)


def main() -> None:
    alone()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", nargs="*", metavar="GAME", help="some of them; all by default")
    parser.add_argument("--overcooked", metavar="PYTHON", help="an interpreter that can import overcooked_ai_py")
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    arguments = parser.parse_args()
    if unknown := set(arguments.games) - GAMES.keys():
        parser.error(f"no game is called {', '.join(sorted(unknown))}; there are {', '.join(GAMES)}")
    steps = 5_000 if arguments.quick else 50_000
    for game in arguments.games or GAMES:
        compare(game, steps)
    if arguments.overcooked:
        compare_kitchens(arguments.overcooked, steps)


if __name__ == "__main__":
    main()
