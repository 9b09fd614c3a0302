"""The rules of taboo: what may not be said, what it costs, and that the shipped cards can be played."""

import pytest

from coterie.core import Action, Chance, Observation, Utterance
from coterie.environments import make
from coterie.environments.text.games.taboo_cards import broken, cards, likely


def started(target="snow", **options):
    world = make("taboo-v1", **options)
    card = next(card for card in world.cards if card.target == target)
    return world, world.reset(0, Chance(0, fixed={"card": card}))


def say(world, words):
    return world.step({"describer": Action(say=(Utterance(words),))})


def test_every_card_has_five_taboo_words_and_clues_that_break_none():
    assert len(cards()) >= 40
    assert len({card.target for card in cards()}) == len(cards())
    for target, taboo, clues in cards():
        assert len(set(taboo)) == 5
        assert len(clues) >= 3
        assert [broken(clue, target, taboo) for clue in clues] == [None] * len(clues)
        assert all(len(clue.split()) <= 10 for clue in clues)


def test_every_single_clue_tells_its_card_from_all_others():
    targets = [card.target for card in cards()]
    for card in cards():
        for clue in card.clues:
            assert likely([clue], targets) == [card.target], clue


@pytest.mark.parametrize(
    "clue",
    [
        "snow",
        "SNOW!",
        "it is snowing and snowy",
        "a snowman melts",
        "s n o w",
        "s-n-o-w",
        "sn ow",
        "sno\u0301w",
        "sn\u200bow",
        "\uff53\uff4e\uff4f\uff57",
        "it comes in winters",
        "the cold",
        "a whitewashed wall",
        "snowed",
        "colder",
    ],
)
def test_forbidden_words_are_found_in_every_disguise(clue):
    assert broken(clue, "snow", ("winter", "white", "cold"))


@pytest.mark.parametrize("clue", ["it is now", "slow and scolding", "so no wind", "", "what", "owl s no"])
def test_words_that_only_look_alike_are_allowed(clue):
    assert broken(clue, "snow", ("winter", "white", "cold")) is None


def test_half_of_a_compound_target_is_forbidden():
    assert broken("kick it with a foot", "football", ()) == "football"
    assert broken("a plane", "airplane", ()) == "airplane"
    assert broken("it can burn", "candle", ()) is None


def test_the_describer_reads_the_card_and_the_guesser_only_hears():
    world, step = started("snow", taboo=2)
    assert step.observations["describer"].text == "target snow taboo winter white"
    step = say(world, "skiers wait for it")
    seen = step.observations["guesser"]
    assert seen.text == "guess one of 8 words in 3 turns"
    assert [message.text for message in seen.heard] == ["skiers wait for it"]
    step = world.step({"guesser": Action("fire")})
    assert step.observations["describer"].text == "guessed fire"
    assert step.rewards == {"describer": -0.05, "guesser": -0.05}
    assert say(world, "it melts").observations["guesser"].text == "not fire"
    step = world.step({"guesser": Action("snow")})
    assert step.rewards == {"describer": 1, "guesser": 1}
    assert step.events[-1].data == {"success": True, "steps": 2, "taboo": 0}


def test_a_taboo_word_costs_both_and_the_turn_and_never_reaches_the_guesser():
    world, _ = started("snow", turns=2)
    step = say(world, "it falls in wintertime")
    assert list(step.observations) == ["describer"]
    assert step.observations["describer"].text == "buzzed for winter"
    assert step.rewards == {"describer": -0.25, "guesser": -0.25}
    assert step.components["guesser"] == {"taboo": -0.25}
    assert [(event.kind, event.agent, event.data["word"]) for event in step.events] == [
        ("taboo", "describer", "winter")
    ]
    step = say(world, "snow")
    assert step.events[-1].data == {"success": False, "steps": 2, "taboo": 2}
    assert {ending.reason for ending in step.endings.values()} == {"out of turns"}


def test_with_fewer_taboo_words_the_others_may_be_said():
    world, _ = started("snow", taboo=1)
    assert "guesser" in say(world, "white and cold").observations


def test_answers_that_are_not_accepted_say_and_guess_nothing():
    world, _ = started("snow", turns=1)
    assert world.step({"describer": Action("snow")}).observations["guesser"].heard == ()
    step = world.step({"guesser": Action("sleet")})
    assert step.rewards == {"describer": -0.05, "guesser": -0.05}


@pytest.mark.parametrize(("guess", "right"), [("bees", True), ("The bee", True), ("bee fire", False), ("beer", False)])
def test_an_open_guess_must_be_the_word_and_nothing_else(guess, right):
    world, _ = started("bee", open=True, turns=1)
    say(world, "it dances to tell the way")
    step = world.step({"guesser": Action(guess)})
    assert step.events[-1].data["success"] is right


@pytest.mark.parametrize("options", [{}, {"cards": 40}, {"cards": 40, "open": True}])
def test_experts_find_every_card_at_once(options):
    for card in make("taboo-v1", **options).cards:
        world, step = started(card.target, **options)
        players = {agent: world.expert(agent) for agent in world.agents}
        while step.observations:
            step = world.step({agent: players[agent](seen) for agent, seen in step.observations.items()})
        assert step.events[-1].data == {"success": True, "steps": 1, "taboo": 0}


def test_an_expert_guesser_takes_what_was_named_for_something_else_and_never_repeats_a_guess():
    assert likely(["not a bee but it swarms"], ["bee", "fire"]) == ["fire"]
    world, _ = started("snow")
    guessed = [target for target in world.targets if target != "moon"]
    assert world.expert("guesser")(Observation(world.guessing, data={"guessed": guessed})) == Action("moon")


@pytest.mark.parametrize("options", [{"cards": 1}, {"cards": 41}, {"taboo": 6}, {"turns": 0}, {"max_words": 0}])
def test_sizes_that_make_no_game_are_refused(options):
    with pytest.raises(ValueError, match="expected 2 to 40"):
        make("taboo-v1", **options)
