"""The rules of Hanabi, seat by seat; whole games are compared with OpenSpiel's in test_hanabi_openspiel.py."""

import random

import pytest

from coterie.agents import Expert
from coterie.core import Action, Chance, ConfigError
from coterie.environments import make
from coterie.environments.text.games.hanabi_cards import deck
from coterie.environments.text.games.hanabi_search import Open
from coterie.evaluation import evaluate

DEAL = ("red 1", "yellow 2", "red 3", "red 1", "red 2", "yellow 1", "red 1", "yellow 1", "yellow 3", "yellow 1")
"""ann holds red 1 and yellow 2, bob red 3 and red 1; the others are drawn in this order."""
OFFICIAL = {"colours": 5, "ranks": 5}


def luck(cards):
    return Chance(0, {f"card {number}": card for number, card in enumerate(cards)})


def played(*moves, cards=DEAL, **options):
    """The world and the steps of a game with these cards and moves."""
    world = make("hanabi-v1", **options)
    steps = [world.reset(0, luck(cards))]
    for move in moves:
        (agent,) = steps[-1].observations
        steps.append(world.step({agent: Action(move)}))
    return world, steps


def seen(step):
    (observation,) = step.observations.values()
    return observation


def test_a_card_that_follows_is_built_and_pays_everybody():
    world, steps = played("play 1")
    assert steps[1].rewards == {"ann": 1.0, "bob": 1.0}
    assert seen(steps[1]).data["fireworks"] == {"red": 1, "yellow": 0}
    assert world.state()["hands"]["ann"] == ["yellow 2", "red 2"]


def test_a_card_that_does_not_follow_costs_a_life_and_is_thrown_away():
    _, steps = played("play 2")
    assert steps[1].rewards == {}
    assert seen(steps[1]).budget["lives"] == 2
    assert seen(steps[1]).data["discards"] == ["yellow 2"]


def test_the_last_life_takes_everything_back():
    _, steps = played("play 1", "play 1", lives=1)
    assert steps[-1].rewards == {"ann": -1.0, "bob": -1.0}
    assert steps[-1].events[-1].data == {"success": False, "score": 0, "steps": 2}
    assert steps[-1].endings["bob"].reason == "no lives are left"


def test_a_hint_costs_a_token_and_a_discard_brings_it_back():
    _, steps = played("tell bob red", "discard 1")
    assert "discard 1" not in seen(steps[0]).spec.move.options
    assert [step.observations and seen(step).budget["information"] for step in steps] == [8, 7, 8]


def test_a_hint_needs_a_token_and_a_card_that_it_points_out():
    _, steps = played("tell bob rank 3", information=1)
    assert "tell bob yellow" not in seen(steps[0]).spec.move.options
    assert not [move for move in seen(steps[1]).spec.move.options if move.startswith("tell")]


def test_a_completed_colour_brings_back_a_token_unless_all_are_there():
    cards = ("red 1", "red 2", "red 3", "yellow 1", "red 1", "yellow 1", "yellow 1", "red 1", "yellow 2", "yellow 2")
    # red 1 by ann, a misplay by bob, red 2 by ann, red 3 by bob
    for before, left in ((("tell bob red", "tell ann red"), 7), ((), 8)):
        _, steps = played(*before, "play 1", "play 2", "play 1", "play 1", cards=cards)
        assert seen(steps[-1]).data["fireworks"]["red"] == 3
        assert seen(steps[-1]).budget["information"] == left


def test_everybody_has_one_more_turn_after_the_last_card():
    cards = ("red 1", "red 1", "red 2", "yellow 1", "yellow 1", "yellow 1", "red 1", "yellow 2")
    world, steps = played("play 1", "play 1", ranks=2, hand=3, cards=cards)
    assert seen(steps[-1]).budget["cards"] == 0
    moves = 0
    step = steps[-1]
    while step.observations:
        (agent,) = step.observations
        step = world.step({agent: Action(seen(step).spec.move.options[-1])})
        moves += 1
    assert moves == 2
    assert step.endings["ann"].reason == "the cards have run out"


def test_each_reads_the_hands_of_the_others_once_and_then_only_what_is_new():
    _, steps = played("tell bob red", "play 2", "play 1", "discard 1")
    assert [seen(step).text for step in steps] == [
        "you are ann with 2 cards. bob holds red 3, red 1",
        "you are bob with 2 cards. ann holds red 1, yellow 2. ann tells you red: 1 2",
        "you tell bob red: 1 2. bob plays 2: red 1, works; draws red 2",
        "you play 2: red 1, works; you draw. ann plays 1: red 1, fails; draws yellow 1",
        "you play 1: red 1, fails; you draw. bob discards 1: red 3; draws red 1",
    ]


def test_hints_also_say_what_a_card_is_not():
    _, steps = played("tell bob rank 1")
    assert seen(steps[1]).data["known"]["bob"] == ["red/yellow 2/3", "red/yellow 1"]


def test_what_a_played_card_owes_to_hints_is_told():
    _, steps = played("tell bob rank 1", "play 2", "tell bob red", "play 1", cards=(*DEAL[:4], "yellow 1", "red 2"))
    events = [event for step in steps for event in step.events if event.kind in ("told", "played")]
    assert events[0].data["made"] == ["card 3 is rank 1"]
    assert events[1].data == {
        "card": "red 1",
        "number": 3,
        "used": ["card 3 is rank 1"],
        "made": ["red 1 is built"],
        "works": True,
    }
    assert events[3].data == {"card": "red 3", "number": 2, "works": False}


def test_an_answer_that_is_not_accepted_discards_or_hints():
    _, steps = played("dance", "dance")
    kinds = [[event.kind for event in step.events] for step in steps[1:]]
    assert kinds == [["rejected", "told"], ["rejected", "chance", "discarded"]]


@pytest.mark.parametrize("players", [2, 3, 4, 5])
def test_no_seat_can_tell_what_it_holds(players):
    """Another card in a hand changes nothing for its holder until it is pointed out or leaves the hand."""
    worlds = [make("hanabi-v1", **OFFICIAL, players=players, hand=4) for _ in range(2)]
    compared = 0
    for seed in range(30):
        draw = random.Random(seed)
        cards = draw.sample(deck(5, 5), 50)
        holder, held = worlds[0].agents[seed % players], 4 * (seed % players) + draw.randrange(4)
        late = max(number for number in range(50) if cards[number] != cards[held])
        swapped = cards.copy()
        swapped[held], swapped[late] = cards[late], cards[held]
        steps = [world.reset(0, luck(order)) for world, order in zip(worlds, (cards, swapped), strict=True)]
        for _ in range(3 * players):
            ((agent, one),), (two,) = steps[0].observations.items(), steps[1].observations.values()
            if agent == holder:
                assert one == two
                compared += 1
            kinds = ("tell",) if agent == holder else ("play", "discard", "tell")
            moves = [move for move in one.spec.move.options if move.startswith(kinds)]
            moves = [move for move in moves if f"tell {holder}" not in move and move in two.spec.move.options]
            if not moves:
                break
            move = draw.choice(moves)
            steps = [world.step({agent: Action(move)}) for world in worlds]
            if not steps[0].observations:
                break
    assert compared > 30


def test_sizes_that_are_no_game_are_refused():
    for options in ({"colours": 6}, {"ranks": 1}, {"players": 1}, {"hand": 0}, {"information": 9}, {"lives": 0}):
        with pytest.raises(ConfigError, match="expected"):
            make("hanabi-v1", **options)
    with pytest.raises(ConfigError, match="need 20 cards, found 12"):
        make("hanabi-v1", players=4, hand=5)


def orders(cards):
    """All different orders of a deck."""
    if not cards:
        yield ()
    for card in dict.fromkeys(cards):
        left = cards.copy()
        left.remove(card)
        for rest in orders(left):
            yield (card, *rest)


def test_experts_on_two_colours_of_two_ranks_reach_what_open_cards_allow_with_every_deck():
    """No team can do better than one that sees all cards, so the experts play optimally here: all 1,120 decks."""
    world, decks = make("hanabi-v1", ranks=2), 0
    for cards in orders(deck(2, 2)):
        kinds = [2 * (card.startswith("yellow")) + int(card[-1]) - 1 for card in cards]
        hands = tuple(sorted(kinds[:2])), tuple(sorted(kinds[2:4]))
        bound = Open(2, 2, kinds[4:], 8).best(hands, 0, (0, 0), 8, 3, 0, 2)
        step = world.reset(0, luck(cards))
        experts = {agent: world.expert(agent) for agent in world.agents}
        while step.observations:
            step = world.step({agent: experts[agent](seen) for agent, seen in step.observations.items()})
        decks += 1
        assert step.events[-1].data["score"] == bound, cards
    assert decks == 1120


def test_the_open_game_is_lost_where_the_only_way_needs_a_card_that_comes_too_late():
    """One firework of two ranks; the 2 is the last card, drawn by who has no turn left for the 1 to be built before."""
    assert Open(1, 2, (0, 1), 8).best(((0,), (0,)), 0, (0,), 8, 3, 0, 2) == 2
    assert Open(1, 2, (), 8).best(((1,), (0,)), 0, (0,), 8, 3, 0, 2) == 1
    assert Open(1, 2, (), 8).best(((0,), (1,)), 0, (0,), 8, 3, 0, 2) == 2


@pytest.mark.parametrize(("players", "hand", "least"), [(2, 5, 19.5), (5, 4, 24)])
def test_experts_play_the_full_game_well(players, hand, least):
    options = {**OFFICIAL, "players": players, "hand": hand}
    world = make("hanabi-v1", **options)
    report = evaluate("hanabi-v1", dict.fromkeys(world.agents, Expert()), range(6), options=options)
    assert report.measures["mean_return/ann"].value >= least
