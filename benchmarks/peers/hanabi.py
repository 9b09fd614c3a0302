"""Hanabi contestants for benchmarks/worlds.py: ours and OpenSpiel's from Python, by the same name of a game.

A game is named by its number of players, `2` to `5` (the official cards and tokens), or is `mini` (2 colours of 3
ranks, two players with two cards each). Both read what a player would read before every move: the view in words and
the legal moves. OpenSpiel is optional: pip install open_spiel.
"""

import random


def options(game: str) -> dict[str, int]:
    """Our settings of a game."""
    if game == "mini":
        return {"colours": 2, "ranks": 3, "players": 2, "hand": 2}
    return {"colours": 5, "ranks": 5, "players": int(game), "hand": 5 if int(game) < 4 else 4}


def play_ours(game: str, steps: int, seed: int) -> int:
    """Random legal play in coterie's world; counts moves."""
    from coterie.core import Action
    from coterie.environments import make

    environment, done, episode = make("hanabi-v1", **options(game)), 0, seed
    draw = random.Random(seed).random
    while done < steps:
        step, episode = environment.reset(episode), episode + 1
        while step.observations:
            answers = {}
            for agent, seen in step.observations.items():
                assert seen.text
                moves = seen.spec.move.options
                answers[agent] = Action(moves[int(draw() * len(moves))])
            step = environment.step(answers)
            done += 1
    return done


def play_openspiel(game: str, steps: int, seed: int) -> int:
    """Random legal play in OpenSpiel's compiled game, driven from Python; cards drawn are not counted as moves."""
    import pyspiel

    sizes, done = options(game), 0
    names = {"colours": "colors", "hand": "hand_size"}
    loaded = pyspiel.load_game("hanabi", {names.get(name, name): value for name, value in sizes.items()})
    luck = random.Random(seed)
    draw = luck.random
    while done < steps:
        state = loaded.new_initial_state()
        while not state.is_terminal():
            if state.is_chance_node():
                outcomes, weights = zip(*state.chance_outcomes(), strict=True)
                state.apply_action(luck.choices(outcomes, weights)[0])
                continue
            assert state.observation_string(state.current_player())
            moves = state.legal_actions()
            state.apply_action(moves[int(draw() * len(moves))])
            done += 1
    return done
