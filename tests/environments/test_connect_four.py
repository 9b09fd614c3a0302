"""The rules of Connect Four, OpenSpiel's games, and how well the expert plays."""

import random
from functools import cache

import pyspiel
import pytest

from coterie.core import Action
from coterie.environments import make
from coterie.environments.text.games.connect_four import COLUMNS, MARKS, OTHER, has_line
from coterie.environments.text.games.connect_four_experts import Search


def played(moves, **options):
    world = make("connect_four-v1", **options)
    step = world.reset(0)
    for move in moves:
        (agent,) = step.observations
        step = world.step({agent: Action(move)})
    return step


@pytest.mark.parametrize("columns", ["aabbccd", "abababa", "abbccdcddgd", "gffeededdad"])
def test_four_in_a_line_win_in_every_direction(columns):
    step = played(columns)
    assert step.rewards == {"red": 1, "yellow": -1}
    assert step.endings["red"].reason == "4 in a line"
    assert step.events[-1].data == {"winner": "red", "steps": len(columns)}


def test_a_line_does_not_run_on_into_the_next_column():
    # Red holds the two upper cells of a and the lowest of b, which would be three neighbours without the gap.
    step = played("badaada", rows=4, columns=4, line=3)
    assert step.observations
    assert not has_line(0b00001_01100, rows=4, line=3)
    assert has_line(0b00001_01110, rows=4, line=3)


def test_a_full_board_without_a_line_is_a_draw():
    step = played("aaacbccbaddbcddb", rows=4, columns=4)
    assert step.rewards == {"red": 0, "yellow": 0}
    assert step.endings["red"].reason == "the board is full"


def test_a_full_column_is_no_longer_offered():
    step = played("aaaaaa")
    assert step.observations["red"].spec.move.options == tuple("bcdefg")
    assert step.observations["red"].text == "yellow a"
    assert [row[0] for row in step.observations["red"].data["board"]] == list("yryryr")


def test_the_first_view_names_the_colour():
    assert played("").observations["red"].text == "you red"
    assert played("d").observations["yellow"].text == "you yellow red d"


def test_an_illegal_move_loses_to_the_other_player():
    step = played("aaaaaaa")
    assert step.rewards == {"red": -1, "yellow": 1}
    assert step.endings["red"].reason == "red forfeits: illegal"


@pytest.mark.parametrize("options", [{"rows": 2}, {"columns": 10}, {"line": 2}, {"rows": 3, "columns": 3, "line": 4}])
def test_an_impossible_board_is_refused(options):
    with pytest.raises(ValueError, match="expected 3-8 rows"):
        make("connect_four-v1", **options)


# ---- against OpenSpiel ----------------------------------------------------------------------------------------------


def same(world, step, state):
    """Whether a moment of our game is OpenSpiel's; returns the legal moves."""
    ((agent, seen),) = step.observations.items()
    assert world.agents.index(agent) == state.current_player()
    moves = [COLUMNS.index(column) for column in seen.spec.move.options]
    assert moves == state.legal_actions()
    drawn = "\n".join(seen.data["board"]).replace("r", "x").replace("y", "o")
    assert drawn == state.observation_string().strip()
    return agent, moves


@pytest.mark.parametrize(("size", "games"), [((6, 7, 4), 1000), ((4, 5, 3), 300), ((8, 9, 5), 50)])
def test_random_games_of_openspiel_are_replayed_move_for_move(size, games):
    rows, columns, line = size
    game = pyspiel.load_game("connect_four", {"rows": rows, "columns": columns, "x_in_row": line})
    world, luck = make("connect_four-v1", rows=rows, columns=columns, line=line), random.Random(rows)
    for number in range(games):
        state, step = game.new_initial_state(), world.reset(number)
        while not state.is_terminal():
            agent, moves = same(world, step, state)
            state.apply_action(move := luck.choice(moves))
            step = world.step({agent: Action(COLUMNS[move])})
        assert not step.observations
        assert [step.rewards[seat] for seat in world.agents] == state.returns()


@pytest.mark.parametrize("opening", ["", "dddede", "abcdefgabcdefg"])
def test_all_lines_of_play_of_four_plies_are_openspiels(opening):
    world, count = make("connect_four-v1"), 0
    state, step = pyspiel.load_game("connect_four").new_initial_state(), world.reset(0)
    for column in opening:
        (agent,) = step.observations
        state.apply_action(COLUMNS.index(column))
        step = world.step({agent: Action(column)})

    def follow(step, state, depth):
        nonlocal count
        count += 1
        if state.is_terminal():
            assert not step.observations
            assert [step.rewards[seat] for seat in world.agents] == state.returns()
            return
        agent, moves = same(world, step, state)
        if depth:
            here = world.snapshot()
            for move in moves:
                world.restore(here)
                follow(world.step({agent: Action(COLUMNS[move])}), state.child(move), depth - 1)

    follow(step, state, 4)
    assert count > 2000


# ---- the expert -----------------------------------------------------------------------------------------------------


def solver(rows, columns, line):
    """The value of every position for the one to move (1, 0, -1), by looking at all that can follow."""
    heights = rows + 1

    @cache
    def value(own, rival):
        if has_line(rival, rows, line):
            return -1
        moves = free(own | rival)
        return max((-value(rival, own | move) for move in moves), default=0)

    def free(taken):
        found = ((taken + (1 << column * heights)) & ((1 << rows) - 1) << column * heights for column in range(columns))
        return [move for move in found if move]

    return value, free


@pytest.mark.parametrize(
    ("size", "worth"), [((3, 3, 3), 0), ((5, 3, 3), 0), ((3, 4, 3), 1), ((4, 4, 3), 1), ((3, 4, 4), 0)]
)
def test_the_expert_is_perfect_on_small_boards(size, worth):
    """Follows every best column of the expert and every column of the other; the value is never given away."""
    value, free = solver(*size)
    assert value(0, 0) == worth
    rows, _, line = size
    seen = set()

    def follow(search, own, rival, expert_to_move):
        if (own, rival) in seen or has_line(rival, rows, line):
            return
        seen.add((own, rival))
        moves = free(own | rival)
        if expert_to_move and moves:
            best = [-value(rival, own | move) for move in moves]
            chosen = search.best_columns(own, rival)
            moves = [move for move in moves if any(move & search.column[column] for column in chosen)]
            assert {-value(rival, own | move) for move in moves} == {max(best)}
        for move in moves:
            follow(search, rival, own | move, not expert_to_move)

    for expert_begins in (True, False):
        seen.clear()
        follow(Search(*size), 0, 0, expert_begins)


def test_the_expert_is_perfect_in_random_positions_of_a_board_of_four_by_four():
    value, free = solver(4, 4, 4)
    search, luck, worths = Search(4, 4, 4), random.Random(0), set()
    for _ in range(300):
        own = rival = 0
        for _ in range(luck.randrange(12)):
            if has_line(rival, 4, 4) or not free(own | rival):
                break
            own, rival = rival, own | luck.choice(free(own | rival))
        moves = free(own | rival)
        if has_line(rival, 4, 4) or not moves:
            continue
        chosen = search.best_columns(own, rival)
        moves = [move for move in moves if any(move & search.column[column] for column in chosen)]
        assert {-value(rival, own | move) for move in moves} == {value(own, rival)}
        worths.add(value(own, rival))
    assert worths == {-1, 0, 1}


@pytest.mark.parametrize(
    ("moves", "colour", "answers"),
    [
        ("aabbcc", "red", "d"),  # wins at once
        ("ababa", "yellow", "a"),  # stops a column
        ("dcdcd", "yellow", "d"),
        ("dde", "yellow", "cf"),  # an open pair below becomes three with both ends open
    ],
)
def test_the_expert_sees_what_a_beginner_must_learn(moves, colour, answers):
    world = make("connect_four-v1")
    step = world.reset(0)
    for column in moves:
        (agent,) = step.observations
        step = world.step({agent: Action(column)})
    assert world.expert(colour, 1)(step.observations[colour]).move in answers


def test_the_expert_beats_random_players_and_a_searcher_by_random_games():
    """OpenSpiel's Monte Carlo tree search with 200 simulations a move is the stronger of the two."""
    game = pyspiel.load_game("connect_four")
    points = 0.0
    for number in range(6):
        colour = ("red", "yellow")[number % 2]
        evaluator = pyspiel.RandomRolloutEvaluator(1, number)
        bot = pyspiel.MCTSBot(game, evaluator, 2.0, 200, 10, False, number, False)
        world = make("connect_four-v1")
        script, step, state = world.expert(colour, number), world.reset(number), game.new_initial_state()
        while step.observations:
            ((agent, seen),) = step.observations.items()
            move = COLUMNS.index(script(seen).move) if agent == colour else bot.step(state)
            state.apply_action(move)
            step = world.step({agent: Action(COLUMNS[move])})
        points += step.rewards[colour]
    assert points >= 4


def test_the_view_of_the_expert_is_its_own_seats():
    world = make("connect_four-v1", rows=4, columns=4)
    search = Search(4, 4, 4)
    world.reset(0)
    world.step({"red": Action("b")})
    seen = world.step({"yellow": Action("b")}).observations["red"]
    own, rival = (search.cells(seen.data["board"], MARKS[each]) for each in ("red", OTHER["red"]))
    assert (own, rival) == (1 << 5, 1 << 6)
