"""What comes from models and worlds and fits no record is cleaned or refused, and the episode is kept."""

import pytest

from coterie.agents import Expert, Language
from coterie.core import Environment, Step, decode_episode, encode_episode
from coterie.environments.text.games.kuhn_poker import KuhnPoker
from coterie.policies import CompactCodec, FakePolicy
from coterie.rollout import play


def test_half_a_character_from_a_model_is_written_as_a_question_mark():
    half = Language(FakePolicy(["\ud800 pass", "bet"]), CompactCodec(), retries=1)
    episode = play("kuhn_poker", {"first": half, "second": Expert()}, seed=0)
    assert decode_episode(encode_episode(episode)) == episode
    first = episode.turns[0]
    assert [sample.text for sample in first.samples] == ["? pass", "bet"]
    assert first.action.move == "bet"


@pytest.mark.parametrize("pay", [float("nan"), float("inf")])
def test_a_reward_that_is_no_number_fails_the_episode_and_not_the_record(pay):
    class Odd(KuhnPoker):
        def advance(self, actions):
            return Step(rewards={"first": pay})

    episode = play(Odd, {"first": Expert(), "second": Expert()}, seed=0)
    assert episode.failure.boundary == "world"
    assert "finite" in episode.failure.error
    assert decode_episode(encode_episode(episode)) == episode


def test_an_error_message_that_utf8_cannot_write_is_recorded():
    class Odd(KuhnPoker):
        def begin(self):
            raise ValueError("\udfff")

    episode = play(Odd, {"first": Expert(), "second": Expert()}, seed=0)
    assert episode.failure.error == "ValueError: ?"


def test_parts_of_a_task_are_told_once_and_credited_when_they_are_reached():
    episode = play("lookout", {"lookout": Expert(), "courier": Expert()}, seed=3)
    told = [(event.kind, event.agent, event.data) for event in episode.events if event.kind.startswith("subgoal")]
    weights = {"parcel picked up": 0.5, "parcel delivered": 0.5}
    assert told == [
        ("subgoals", None, {"weights": weights}),
        ("subgoal", "courier", {"name": "parcel picked up", "done": True}),
        ("subgoal", "courier", {"name": "parcel delivered", "done": True}),
    ]
    assert Environment.subgoals(KuhnPoker()) == {}
