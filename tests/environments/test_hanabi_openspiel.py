"""Hanabi against OpenSpiel's: random games of every size and number of players, replayed move for move."""

import random
import re

import pyspiel
import pytest

from coterie.core import Action, Chance
from coterie.environments.text.games.hanabi import Hanabi

LETTERS = {"R": "red", "Y": "yellow", "G": "green", "W": "white", "B": "blue"}
NAMES = ("ann", "bob", "cleo", "dan", "eve")
OFFICIAL = {"colours": 5, "ranks": 5, "information": 8, "lives": 3}
GAMES = [
    (250, {**OFFICIAL, "players": 2, "hand": 5}),
    (250, {**OFFICIAL, "players": 3, "hand": 5}),
    (250, {**OFFICIAL, "players": 4, "hand": 4}),
    (250, {**OFFICIAL, "players": 5, "hand": 4}),
    (300, {}),
    (100, {"colours": 2, "ranks": 5, "players": 3, "hand": 2, "information": 3, "lives": 1}),
    (100, {"colours": 1, "ranks": 2, "players": 2, "hand": 2, "information": 8, "lives": 3}),
    (50, {"colours": 3, "ranks": 3, "players": 5, "hand": 1, "information": 2, "lives": 3}),
]


def theirs(options):
    """The same game there."""
    sizes = {"colours": 2, "ranks": 3, "players": 2, "hand": 2, "information": 8, "lives": 3, **options}
    return pyspiel.load_game(
        "hanabi",
        {
            "players": sizes["players"],
            "colors": sizes["colours"],
            "ranks": sizes["ranks"],
            "hand_size": sizes["hand"],
            "max_information_tokens": sizes["information"],
            "max_life_tokens": sizes["lives"],
        },
    )


def card(text):
    return f"{LETTERS[text[0]]} {text[1]}"


def move(text, seat, players):
    """What we call one of their moves."""
    verb, *rest = text.strip("()").split()
    if verb != "Reveal":
        return f"{verb.lower()} {int(rest[0]) + 1}"
    name = NAMES[(seat + int(rest[1])) % players]
    return f"tell {name} " + (LETTERS[rest[3]] if rest[2] == "color" else f"rank {rest[3]}")


def random_game(game, luck):
    """Plays one at random: the cards as they were drawn and, for every move, the state before it."""
    state, cards, moments = game.new_initial_state(), [], []
    while not state.is_terminal():
        if state.is_chance_node():
            actions, weights = zip(*state.chance_outcomes(), strict=True)
            (action,) = luck.choices(actions, weights)
            cards.append(card(state.action_to_string(-1, action)[6:8]))
        else:
            legal = state.legal_actions()
            # A play in four, so that many games last until the cards have run out.
            kinds = {each: state.action_to_string(state.current_player(), each)[1] for each in legal}
            patient = [each for each in legal if kinds[each] != "P"]
            action = luck.choice(patient if patient and luck.random() < 0.75 else legal)
            moments.append((state.clone(), action))
        state.apply_action(action)
    return cards, moments, state


def view(text):
    """The public facts and the hands in one of their observations."""
    hands, discards = re.search(r"Hands:\n(.*)Deck size.*Discards:(.*)", text, re.DOTALL).groups()
    shown = [[line.split(" || ") for line in hand.splitlines() if "||" in line] for hand in hands.split("-----\n")]
    fireworks = re.search(r"Fireworks: (.*)", text)[1].split()
    return {
        "fireworks": {LETTERS[each[0]]: int(each[1]) for each in fireworks},
        "left": {
            "information": int(re.search(r"Info tokens: (\d+)", text)[1]),
            "lives": int(re.search(r"Life tokens: (\d+)", text)[1]),
            "cards": int(re.search(r"Deck size: (\d+)", text)[1]),
        },
        "discards": [card(each) for each in discards.split()],
        "hands": [[each[0] for each in hand] for hand in shown],
        "known": [[open_(each[1].split("|")[1]) for each in hand] for hand in shown],
    }


def open_(text):
    """What their hints leave open for a card, in our words."""
    colours = "/".join(name for letter, name in LETTERS.items() if letter in text)
    return f"{colours} {'/'.join(sorted(each for each in text if each.isdigit()))}"


def compare(seat, players, text, data):
    """Our view of a seat and theirs tell the same."""
    expected, around = view(text), [NAMES[(seat + each) % players] for each in range(players)]
    assert {name: data[name] for name in ("fireworks", "left", "discards")} == {
        name: expected[name] for name in ("fireworks", "left", "discards")
    }
    assert set(expected["hands"][0]) <= {"XX"}
    assert data["hands"] == {
        name: [card(each) for each in hand] for name, hand in zip(around[1:], expected["hands"][1:], strict=True)
    }
    assert data["known"] == dict(zip(around, expected["known"], strict=True))


@pytest.mark.parametrize(("count", "options"), GAMES, ids=str)
def test_random_games_are_those_of_openspiel(count, options):
    game, luck, ends = theirs(options), random.Random(str(options)), set()
    world, players = Hanabi(**options), game.num_players()
    for _ in range(count):
        cards, moments, last = random_game(game, luck)
        fixed = {f"card {number}": each for number, each in enumerate(cards)}
        step, total = world.reset(0, Chance(0, fixed)), 0.0
        for state, action in moments:
            ((agent, seen),) = step.observations.items()
            seat = state.current_player()
            assert agent == NAMES[seat]
            legal = {move(state.action_to_string(seat, each), seat, players) for each in state.legal_actions()}
            assert set(seen.spec.move.options) == legal
            assert len(seen.spec.move.options) == len(legal)
            compare(seat, players, state.observation_string(seat), seen.data)
            step = world.step({agent: Action(move(state.action_to_string(seat, action), seat, players))})
            total += step.rewards.get(agent, 0.0)
            assert len(set(step.rewards.values())) <= 1
        assert not step.observations
        assert [total] * players == last.returns()
        ends.add(step.endings["ann"].reason)
        assert len(world.chance.drawn) == len(cards)
        for seat in range(players):
            text = last.observation_string(seat)
            compare(seat, players, text, {**world._view(seat).data})
    assert len(ends) > 1 or options["ranks"] == 2


@pytest.mark.parametrize("options", [options for _, options in GAMES[:5]], ids=str)
def test_games_of_experts_are_those_of_openspiel(options):
    """Random players complete next to nothing; experts reach the highest cards and the ends that come with them."""
    game, luck, ends = theirs(options), random.Random(str(options)), set()
    world, players = Hanabi(**options), game.num_players()
    for _ in range(4):
        cards = luck.sample(world.cards, len(world.cards))
        step = world.reset(0, Chance(0, {f"card {number}": each for number, each in enumerate(cards)}))
        deck, state = iter(cards), game.new_initial_state()
        experts = {agent: world.expert(agent) for agent in world.agents}
        while step.observations:
            while state.is_chance_node():
                outcomes = {card(state.action_to_string(-1, each)[6:8]): each for each in state.legal_actions()}
                state.apply_action(outcomes[next(deck)])
            ((agent, seen),) = step.observations.items()
            seat = state.current_player()
            compare(seat, players, state.observation_string(seat), seen.data)
            legal = {move(state.action_to_string(seat, each), seat, players): each for each in state.legal_actions()}
            assert set(seen.spec.move.options) == set(legal)
            action = experts[agent](seen)
            step = world.step({agent: action})
            state.apply_action(legal[action.move])
        assert state.is_terminal()
        assert state.returns() == [step.events[-1].data["score"]] * players
        ends.add(step.endings["ann"].reason)
    assert "all fireworks are complete" in ends or players == 2
