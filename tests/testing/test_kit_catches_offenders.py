"""The kit is only worth something if it catches worlds, agents and algorithms that break the contract."""

import random
import sys

import pytest
from broken_worlds import (
    OVER,
    SIDES,
    AsksForNothing,
    BringsOwnLuck,
    CannotBeCopied,
    ChangesWhenAsked,
    Coin,
    CountsAcrossEpisodes,
    EndsAStranger,
    ForgetsEndings,
    ForgetsTheOutcome,
    ForgetsToStartAnew,
    ForgivesForfeits,
    IgnoresItsFallback,
    KeepsStateOutside,
    KeepsTheCoinOnTheClass,
    NeverEnds,
    OffersNothing,
    PartsDoNotAddUp,
    PaysAStranger,
    PaysNothingKnown,
    ReadsTheClock,
    ShowsAStranger,
    ShowsATuple,
    ShowsNumberedKeys,
    ShowsSomebodyWhoHasEnded,
    StretchesItsVector,
    SwallowsRejections,
    TellsTheSecretInData,
    TellsTheSecretInText,
    TellsTheSecretInTheBudget,
    TellsTheSecretInTheOrder,
    TellsTheSecretInTheVector,
    TellsWithAStrangeObject,
    TrustsItsAnswers,
    UsesGlobalNumpy,
    UsesGlobalRandom,
)

from coterie.agents import Random, Scripted
from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    Credit,
    Event,
    Observation,
    Step,
    Story,
    WorldError,
)
from coterie.environments import make
from coterie.rollout import gather
from coterie.testing import check_agent, check_algorithm, check_environment
from coterie.testing.garbage import made_up

SECRETS = {
    "secrets": lambda world: {"seer": [world.coin]},
    "private_draws": {"coin": "seer"},
}


def check(world, **settings):
    check_environment(world, **{"episodes": 16, "garbage": 30, "expert": False, **SECRETS, **settings})


def test_the_honest_parent_passes():
    check(Coin, expert=True)


@pytest.mark.parametrize(
    ("world", "complaint"),
    [
        (UsesGlobalRandom, "global random generator"),
        (UsesGlobalNumpy, "global random generator"),
        (BringsOwnLuck, "in a fresh world"),
        (ReadsTheClock, "in a fresh world"),
        (CountsAcrossEpisodes, "in a fresh world"),
        (KeepsTheCoinOnTheClass, "snapshot|at once"),
        (ForgetsToStartAnew, "has played another episode"),
        (ChangesWhenAsked, "while state"),
        (CannotBeCopied, "from snapshot"),
        (KeepsStateOutside, "from the snapshot"),
        (PaysAStranger, "reward for 'banker'"),
        (ShowsAStranger, "observation for 'ghost'"),
        (EndsAStranger, "ending for 'ghost'"),
        (PaysNothingKnown, "reward nan"),
        (ForgetsEndings, "no ending for seer"),
        (ForgetsTheOutcome, "0 outcome events"),
        (ShowsSomebodyWhoHasEnded, "who has ended"),
        (PartsDoNotAddUp, "that sum to 0.4"),
        (ShowsATuple, "is a tuple"),
        (ShowsNumberedKeys, "has the key 1"),
        (TellsWithAStrangeObject, "is a object"),
        (AsksForNothing, "asks for nothing"),
        (OffersNothing, "at least one"),
        (StretchesItsVector, "a vector of shape"),
        (TrustsItsAnswers, "from step"),
        (IgnoresItsFallback, "what its fallback gives"),
        (SwallowsRejections, "not_your_turn|rejected"),
        (ForgivesForfeits, "after a forfeit"),
        (TellsTheSecretInText, "a secret of 'seer'"),
        (TellsTheSecretInData, "a secret of 'seer'"),
        (TellsTheSecretInTheOrder, "when 'coin' is"),
        (TellsTheSecretInTheVector, "when 'coin' is"),
    ],
)
def test_the_kit_catches(world, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check(world)


def test_the_kit_catches_a_leak_that_no_search_for_words_can_find():
    check(TellsTheSecretInTheBudget, private_draws=None)
    with pytest.raises(AssertionError, match="when 'coin' is"):
        check(TellsTheSecretInTheBudget)


def test_the_kit_catches_an_endless_world():
    with pytest.raises(AssertionError, match="not over after 50 steps"):
        check(NeverEnds, max_steps=50)


def test_the_kit_catches_episodes_that_share_what_only_turns_in_between_show():
    """Played one after another nothing is wrong: the shared value is set anew before every use."""

    class SharesItsCoin(Coin):
        shared = {}

        def begin(self):
            step = super().begin()
            self.shared["coin"] = self.coin
            return step

        def end(self, paid):
            return super().end(float(self.shared["coin"] == "heads"))

        def snapshot(self):
            self.copied = dict(self.shared)
            return super().snapshot()

        def restore(self, snapshot):
            super().restore(snapshot)
            self.shared.update(self.copied)

    with pytest.raises(AssertionError, match="among 16 episodes at once"):
        check(SharesItsCoin)


def test_the_kit_catches_a_missing_an_illegal_and_a_bad_expert():
    class HasNone(Coin):
        def expert(self, agent, seed=0):
            raise WorldError("none")

    class Illegal(Coin):
        def expert(self, agent, seed=0):
            return lambda seen: Action("shout")

    class Hopeless(Coin):
        def expert(self, agent, seed=0):
            return lambda seen: Action("wait" if agent == "seer" else "heads" if self.coin == "tails" else "tails")

    for world, complaint in ((HasNone, "no expert"), (Illegal, "a legal answer"), (Hopeless, "random play is paid")):
        with pytest.raises(AssertionError, match=complaint):
            check(world, expert=True)


def test_a_private_draw_that_does_not_exist_is_a_mistake_in_the_test():
    with pytest.raises(AssertionError, match="no draw 'card'"):
        check(Coin, private_draws={"card": "seer"})


def test_a_draw_made_public_by_an_event_is_no_leak():
    class Reveals(Coin):
        def advance(self, actions):
            if "seer" in actions:
                return Step({"guesser": Observation(self.ask().spec, f"is {self.coin}")}, events=(Event("revealed"),))
            return super().advance(actions)

    check(Reveals, secrets=None, public_events={"revealed"})
    with pytest.raises(AssertionError, match="when 'coin' is"):
        check(Reveals, secrets=None)


def test_a_story_passes_like_a_class():
    class CoinStory(Story):
        agents = ("guesser",)

        def story(self):
            coin = self.chance.draw("coin", SIDES)
            spec = ActionSpec(move=Choice(SIDES), fallback=Action("heads"))
            first = yield Step({"guesser": Observation(spec, "guess")})
            second = yield Step({"guesser": Observation(spec, f"not {first['guesser'].move}, perhaps")})
            right = second["guesser"].move == coin
            outcome = Event("outcome", None, {"success": right})
            return Step(rewards={"guesser": float(right)}, endings={"guesser": OVER}, events=(outcome,))

    check_environment(CoinStory, episodes=16, garbage=30, vectors=False, expert=False)


def test_without_hypothesis_the_message_says_how_to_get_it(monkeypatch):
    made_up.cache_clear()
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match="pip install hypothesis"):
        check(Coin)
    check(Coin, garbage=0)


def test_check_agent_catches_illegal_answers_global_luck_and_shared_luck():
    shared = random.Random(0)

    def careless(seed):
        return lambda seen: Action("nonsense")

    def uses_global(seed):
        return lambda seen: Action(random.choice(seen.spec.move.options))

    def shares(seed):
        return lambda seen: Action(shared.choice(seen.spec.move.options))

    for script, complaint in ((careless, "a legal answer"), (uses_global, "global|differently"), (shares, "alone")):
        with pytest.raises(AssertionError, match=complaint):
            check_agent(Scripted(script), lambda: make("tic_tac_toe"))


def test_check_agent_passes_a_random_player_in_one_seat():
    check_agent(Random(), lambda: make("reference_game", rounds=3), seats=("listener",))


class FairCredit:
    def credit(self, episodes):
        table = [[turn.reward for turn in episode.turns] for episode in episodes]
        return Credit(table, [list(row) for row in table])

    def loss(self, tokens):
        raise NotImplementedError


class MutatingCredit(FairCredit):
    def credit(self, episodes):
        for episode in episodes:
            episode.totals["seer"] = 0.0
        return super().credit(episodes)


class ShortCredit(FairCredit):
    def credit(self, episodes):
        return Credit([[] for _ in episodes], super().credit(episodes).targets_ET)


class EndlessCredit(FairCredit):
    def credit(self, episodes):
        table = [[float("inf") for _ in episode.turns] for episode in episodes]
        return Credit(table, table)


class WhimsicalCredit(FairCredit):
    luck = random.Random(0)

    def credit(self, episodes):
        table = [[self.luck.random() for _ in episode.turns] for episode in episodes]
        return Credit(table, table)


def test_check_algorithm_catches_what_mutates_misses_overflows_or_guesses():
    seats = {"seer": Random(), "guesser": Random()}
    episodes = list(gather(Coin, seats, range(4)))
    check_algorithm(FairCredit(), episodes)
    offenders = {
        MutatingCredit: "credit\\(\\) changed",
        ShortCredit: "one number a turn",
        EndlessCredit: "= inf",
        WhimsicalCredit: "when asked again",
    }
    for algorithm, complaint in offenders.items():
        with pytest.raises(AssertionError, match=complaint):
            check_algorithm(algorithm(), list(gather(Coin, seats, range(4))))
