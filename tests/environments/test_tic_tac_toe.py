"""The rules of tic-tac-toe, random games of OpenSpiel's, and that the expert never loses."""

import random

import pyspiel
import pytest

from coterie.core import Action
from coterie.environments import make
from coterie.environments.text.games.tic_tac_toe import BITS, CELLS, OTHER, best_cells, value


def played(*cells):
    world = make("tic_tac_toe-v1")
    step = world.reset(0)
    for cell in cells:
        (agent,) = step.observations
        step = world.step({agent: Action(cell)})
    return step


@pytest.mark.parametrize("line", ["a1 b1 c1", "c1 c2 c3", "a1 b2 c3", "c1 b2 a3"])
def test_three_in_a_line_win(line):
    first, second, third = line.split()
    others = [cell for cell in CELLS if cell not in line]
    step = played(first, others[0], second, others[1], third)
    assert step.rewards == {"cross": 1, "nought": -1}
    assert step.events[-1].data == {"winner": "cross", "steps": 5}


def test_a_full_board_without_a_line_is_a_draw():
    step = played("a1", "b1", "c1", "b2", "a2", "c2", "b3", "a3", "c3")
    assert step.rewards == {"cross": 0, "nought": 0}
    assert step.endings["cross"].reason == "the board is full"


def test_a_marked_cell_is_no_longer_offered():
    step = played("b2")
    assert step.observations["nought"].spec.move.options == tuple(cell for cell in CELLS if cell != "b2")
    assert step.observations["nought"].text == "you nought cross b2"
    assert played("b2", "a1").observations["cross"].text == "nought a1"


def test_an_illegal_move_loses_to_the_other_player():
    step = played("b2", "b2")
    assert step.rewards == {"nought": -1, "cross": 1}
    assert step.endings["cross"].reason == "nought forfeits: illegal"


def test_random_games_of_openspiel_are_replayed_move_for_move():
    game, world, luck = pyspiel.load_game("tic_tac_toe"), make("tic_tac_toe-v1"), random.Random(0)
    marks = {"": ".", "cross": "x", "nought": "o"}
    for number in range(1000):
        state, step = game.new_initial_state(), world.reset(number)
        while not state.is_terminal():
            ((agent, seen),) = step.observations.items()
            assert world.agents.index(agent) == state.current_player()
            moves = [CELLS.index(cell) for cell in seen.spec.move.options]
            assert moves == state.legal_actions()
            assert "".join(marks[mark] for mark in seen.data["board"]) == state.observation_string().replace("\n", "")
            state.apply_action(move := luck.choice(moves))
            step = world.step({agent: Action(CELLS[move])})
        assert not step.observations
        assert [step.rewards[seat] for seat in world.agents] == state.returns()


@pytest.mark.parametrize("expert", ["cross", "nought"])
def test_the_expert_never_loses_whatever_is_played_against_it(expert):
    """Follows every best cell of the expert and every cell of the other, in all positions that can come up."""
    results = set()
    seen = set()

    def follow(own, other, to_move):
        if (own, other) in seen:
            return
        seen.add((own, other))
        worth = value(own, other) if to_move == expert else -value(other, own)
        assert worth >= 0
        free = [cell for cell in CELLS if not (own | other) & BITS[cell]]
        if not free or abs(worth) == 10 - (own | other).bit_count():
            results.add(worth > 0)
            return
        for cell in best_cells(own, other) if to_move == expert else free:
            mark = BITS[cell]
            follow(
                own | mark if to_move == expert else own, other if to_move == expert else other | mark, OTHER[to_move]
            )

    follow(0, 0, "cross")
    assert results == {True, False}


@pytest.mark.parametrize("expert", ["cross", "nought"])
def test_the_expert_never_loses_in_the_world_itself(expert):
    """Plays the world from snapshots: every answer of the other against one answer of the expert."""
    world = make("tic_tac_toe-v1")
    script = world.expert(expert)
    worst, games = 1.0, 0

    def follow(step):
        nonlocal worst, games
        if not step.observations:
            worst, games = min(worst, step.rewards[expert]), games + 1
            return
        ((agent, seen),) = step.observations.items()
        here = world.snapshot()
        for move in [script(seen).move] if agent == expert else seen.spec.move.options:
            world.restore(here)
            follow(world.step({agent: Action(move)}))

    follow(world.reset(0))
    assert worst == 0
    assert games > 50
