"""The rules of liar's dice, and the whole game with two dice against OpenSpiel."""

import random

import pyspiel
import pytest

from coterie.core import Action, Chance
from coterie.environments import make
from coterie.environments.text.games.liars_dice import FACES
from coterie.environments.text.games.liars_dice_experts import CALL, FIRST, LETTERS, SECOND, equilibrium, read, reckon


def played(hands, *moves, **options):
    """The steps of a game with these dice, seat by seat, and these moves."""
    world = make("liars_dice-v1", **options)
    fixed = {
        f"die {number + 1} of {seat}": FACES[die - 1]
        for seat, hand in zip(world.agents, hands, strict=True)
        for number, die in enumerate(hand)
    }
    steps = [world.reset(0, Chance(0, fixed=fixed))]
    for move in moves:
        (agent,) = steps[-1].observations
        steps.append(world.step({agent: Action(move)}))
    return steps


def test_a_bid_that_holds_pays_the_bidder():
    assert played(([3], [3]), "2 threes", "liar")[-1].rewards == {"first": 1, "second": -1}


def test_a_bid_that_does_not_hold_pays_the_caller():
    assert played(([3], [2]), "2 threes", "liar")[-1].rewards == {"first": -1, "second": 1}
    assert played(([3], [2]), "1 three", "2 threes", "liar")[-1].rewards == {"first": 1, "second": -1}


def test_the_highest_face_counts_as_every_face_and_only_as_itself():
    assert played(([6], [3]), "2 threes", "liar")[-1].rewards["first"] == 1
    assert played(([3], [3]), "1 six", "liar")[-1].rewards["first"] == -1
    assert played(([4], [3]), "2 threes", "liar", sides=4)[-1].rewards["first"] == 1


def test_among_many_only_the_bidder_and_the_caller_are_paid():
    step = played(([1], [2], [3]), "1 one", "1 two", "2 fives", "liar", players=3)[-1]
    assert step.rewards == {"first": 1, "second": 0, "third": -1}
    assert step.events[0].data == {
        "dice": {"first": ["one"], "second": ["two"], "third": ["three"]},
        "bid": "2 fives",
        "bidder": "third",
        "count": 0,
    }
    assert step.events[-1].data == {"winner": "first", "steps": 4}


def test_each_sees_its_own_dice_once_and_then_only_what_was_bid_since():
    steps = played(([5, 2], [1, 6], [4, 4]), "1 two", "1 four", "2 fives", "3 sixes", players=3, dice=2)
    texts = [next(iter(step.observations.values())).text for step in steps]
    assert texts[:4] == [
        "you first dice two five of 6 in all",
        "you second dice one six of 6 in all first 1 two",
        "you third dice four four of 6 in all first 1 two second 1 four",
        "second 1 four third 2 fives",
    ]
    assert steps[3].observations["first"].data == {
        "dice": ["two", "five"],
        "bids": ["1 two", "1 four", "2 fives"],
        "all_dice": 6,
    }


def test_only_higher_bids_are_offered_and_the_highest_can_only_be_called():
    steps = played(([1], [1]), "2 fives", "2 sixes")
    assert steps[0].observations["first"].spec.move.options[:7] == (
        *("1 one", "1 two", "1 three", "1 four", "1 five", "1 six"),
        "2 ones",
    )
    assert steps[1].observations["second"].spec.move.options == ("2 sixes", "liar")
    assert steps[2].observations["first"].spec.move.options == ("liar",)


def test_an_answer_that_is_not_accepted_is_the_lowest_bid_or_a_call():
    steps = played(([1], [2]), "what", "3 ones")
    assert steps[1].observations["second"].data["bids"] == ["1 one"]
    assert steps[2].rewards == {"first": 1, "second": -1}


@pytest.mark.parametrize("options", [{"players": 1}, {"players": 7}, {"dice": 0}, {"sides": 7}])
def test_an_impossible_table_is_refused(options):
    with pytest.raises(ValueError, match="expected 2-6, 1-5 and 2-6"):
        make("liars_dice-v1", **options)


# ---- against OpenSpiel ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dice", "sides", "games"), [(1, 6, 1000), (2, 6, 1000), (3, 4, 200)])
def test_random_games_of_openspiel_are_replayed_move_for_move(dice, sides, games):
    game = pyspiel.load_game("liars_dice", {"numdice": dice, "dice_sides": sides})
    world = make("liars_dice-v1", dice=dice, sides=sides)
    luck = random.Random(dice)
    for number in range(games):
        state, rolled = game.new_initial_state(), []
        while state.is_chance_node():
            rolled.append(luck.choice(state.legal_actions()))
            state.apply_action(rolled[-1])
        names = [f"die {place + 1} of {seat}" for seat in world.agents for place in range(dice)]
        fixed = {name: FACES[die] for name, die in zip(names, rolled, strict=True)}
        step = world.reset(number, Chance(number, fixed=fixed))
        while not state.is_terminal():
            ((agent, seen),) = step.observations.items()
            assert world.agents.index(agent) == state.current_player()
            moves = [len(world.bids) if move == "liar" else world.bids.index(move) for move in seen.spec.move.options]
            assert moves == state.legal_actions()
            assert spiel_key(world, seen.data) == state.information_state_string()
            # Mostly small raises, so that long games are among them.
            place = min(int(luck.expovariate(0.5)), len(moves) - 1) if luck.random() < 0.8 else len(moves) - 1
            state.apply_action(moves[place])
            step = world.step({agent: Action(seen.spec.move.options[place])})
        assert not step.observations
        assert [step.rewards[seat] for seat in world.agents] == state.returns()


def spiel_key(world, data):
    """How OpenSpiel writes the same information state: own dice as digits, then the bids."""
    shown = "".join(str(world.faces.index(die) + 1) for die in data["dice"])
    places = [divmod(world.bids.index(bid), len(world.faces)) for bid in data["bids"]]
    return " ".join([shown, *(f"{number + 1}-{face + 1}" for number, face in places)])


def test_nothing_can_be_exploited_in_the_expert_with_two_dice():
    """OpenSpiel computes the value of the table against the best response of either seat, over the whole tree."""
    game = pyspiel.load_game("liars_dice")
    tables = [read(FIRST), read(SECOND)]
    policy = {}

    def fill(state):
        if state.is_chance_node():
            for outcome in state.legal_actions():
                fill(state.child(outcome))
        elif not state.is_terminal():
            key = state.information_state_string()
            if key not in policy:
                policy[key] = weights(key, state.current_player(), state.legal_actions())
            for action in state.legal_actions():
                fill(state.child(action))

    def weights(key, player, actions):
        die, *bids = key.split()
        made = [6 * (int(bid[0]) - 1) + int(bid[2]) - 1 for bid in bids]
        found = equilibrium(tables[player], int(die) - 1, made)
        if not found:
            # The table's own moves never lead here: what is done here cannot matter, only a distribution is asked for.
            return [(action, float(action == actions[-1])) for action in actions]
        total = sum(found.values())
        return [(action, found.get(CALL if action == 12 else LETTERS[action], 0) / total) for action in actions]

    fill(game.new_initial_state())
    assert len(policy) == 24_576
    table = pyspiel.TabularPolicy(policy)
    assert pyspiel.expected_returns(game.new_initial_state(), table, -1, True)[0] == pytest.approx(-7 / 258, abs=1e-12)
    assert pyspiel.exploitability(game, table) == pytest.approx(0, abs=1e-12)


def test_the_expert_with_two_dice_plays_its_table():
    world = make("liars_dice-v1")
    counts = dict.fromkeys(("1 three", "1 four", "1 five"), 0)
    script = world.expert("first", seed=4)
    for seed in range(4300):
        step = world.reset(seed, Chance(seed, fixed={"die 1 of first": "one"}))
        counts[script(step.observations["first"]).move] += 1
    assert counts["1 three"] / 4300 == pytest.approx(18 / 43, abs=0.03)
    assert counts["1 four"] / 4300 == pytest.approx(10 / 43, abs=0.03)


def test_the_expert_reckons_with_its_own_dice_and_with_what_was_claimed():
    # Ten dice; with four threes in hand five are likely, ten are not.
    assert reckon([2, 2, 2, 2, 0], [26], players=2, dice=5, sides=6) is not None
    assert reckon([0, 0, 1, 1, 3], [9 * 6 + 2], players=2, dice=5, sides=6) is None
    # With no three in hand a claim of four threes among six dice is doubted.
    assert reckon([0, 0], [3 * 6 + 2], players=3, dice=2, sides=6) is None


@pytest.mark.parametrize("options", [{"dice": 2}, {"players": 4, "dice": 3}])
def test_the_expert_beats_random_players(options):
    world = make("liars_dice-v1", **options)
    paid, luck = 0.0, random.Random(1)
    for seed in range(200):
        seat = world.agents[seed % len(world.agents)]
        script, step = world.expert(seat, seed), world.reset(seed)
        while step.observations:
            ((agent, seen),) = step.observations.items()
            step = world.step({agent: script(seen) if agent == seat else Action(luck.choice(seen.spec.move.options))})
        paid += step.rewards[seat]
    assert paid / 200 > 0.4
