"""What a channel does to speech on its way."""

import pytest

from coterie.agents import Expert, Scripted
from coterie.core import (
    Action,
    ActionSpec,
    Channel,
    Choice,
    Delay,
    Guard,
    Message,
    Mute,
    Noise,
    Observation,
    Reach,
    Rejection,
    Scramble,
    Step,
    Utterance,
)
from coterie.environments import make
from coterie.rollout import play

SPEC = ActionSpec(move=Choice(("wait",)))


def carried(line, *messages, to="bob"):
    """The texts that reach a listener."""
    step = line.deliver(Step({to: Observation(SPEC, heard=tuple(messages))}))
    return [message.text for message in step.observations[to].heard]


def said(text, speaker="ann", audience=("bob",)):
    return Message(speaker, text, audience)


def test_an_open_line_carries_everything_as_said():
    assert carried(Channel().connect(0), said("go north"), said("now")) == ["go north", "now"]


def test_mute_stops_all_speakers_or_only_those_named():
    assert carried(Channel((Mute(),)).connect(0), said("a"), said("b", "carl")) == []
    assert carried(Channel((Mute(("ann",)),)).connect(0), said("a"), said("b", "carl")) == ["b"]


def test_scramble_says_something_else_and_the_same_to_everybody():
    line = Channel((Scramble(("left", "right", "back")),)).connect(3)
    for number in range(20):
        message = said(f"north {number}", audience=("bob", "carl"))
        step = line.deliver(Step({name: Observation(SPEC, heard=(message,)) for name in ("bob", "carl")}))
        bob, carl = (step.observations[name].heard[0] for name in ("bob", "carl"))
        assert bob.text == carl.text
        assert bob.text in ("left", "right", "back")
        assert bob.speaker == "ann"


def test_noise_loses_words_at_its_rate_and_nothing_else():
    words = [f"w{number}" for number in range(4000)]
    (kept,) = carried(Channel((Noise(0.25),)).connect(5), said(" ".join(words)))
    assert len(kept.split()) / len(words) == pytest.approx(0.75, abs=0.03)
    assert [word for word in words if word in set(kept.split())] == kept.split()
    assert carried(Channel((Noise(1.0),)).connect(5), said("gone")) == []


def test_a_delayed_message_arrives_at_a_later_observation_of_its_listener():
    line = Channel((Delay(2),)).connect(0)
    assert carried(line, said("old")) == []
    assert carried(line, to="carl") == []
    assert carried(line) == []
    assert carried(line, said("new")) == ["old"]
    assert carried(line) == []
    assert carried(line) == ["new"]


def test_reach_lets_only_linked_listeners_hear():
    line = Channel((Reach({"ann": ("bob",)}),)).connect(0)
    assert carried(line, said("a"), said("b", "carl")) == ["a"]
    assert carried(line, said("a"), to="carl") == []


def test_a_guard_stops_changes_and_notes():
    def inspect(message, listener):
        if "password" in message.text:
            return None
        return Message(message.speaker, message.text.upper(), message.audience) if message.text == "loud" else message

    line = Channel((Guard(inspect, "censor"),)).connect(0)
    step = line.deliver(Step({"bob": Observation(SPEC, heard=(said("password"), said("loud"), said("fine")))}))
    assert [message.text for message in step.observations["bob"].heard] == ["LOUD", "fine"]
    assert [(event.kind, event.data["text"]) for event in step.events] == [("guarded", "password"), ("guarded", "loud")]


def test_parts_work_one_after_another():
    line = Channel((Scramble(("ok",)), Guard(lambda message, listener: None if message.text == "ok" else message)))
    assert carried(line.connect(0), said("north")) == []


def test_a_delayed_message_still_passes_the_parts_after_the_delay():
    line = Channel((Delay(1), Scramble(("ok",)), Reach({"ann": ("bob",)}))).connect(0)
    assert carried(line, said("old"), said("other", "carl")) == []
    assert carried(line) == ["ok"]


def talk(*texts):
    return {"ann": Action(say=tuple(Utterance(text) for text in texts))}


def test_words_over_the_budget_are_not_sent_and_noted():
    line = Channel(words_each=3).connect(0)
    assert line.collect(talk("one two"), {})["ann"].say == (Utterance("one two"),)
    assert line.collect(talk("three four"), {})["ann"].say == ()
    assert line.collect(talk("three"), {})["ann"].say == (Utterance("three"),)
    assert line.spent == {"ann": 3}
    (event,) = line.deliver(Step()).events
    assert (event.kind, event.agent, event.data) == ("over_budget", "ann", {"words": 2, "left": 1})


def test_the_price_of_words_is_a_component_beside_what_the_world_pays():
    line = Channel(cost=0.25).connect(0)
    line.collect(talk("one two"), {"ann": 0.5})
    step = line.deliver(Step(rewards={"ann": 1.0, "bob": 2.0}))
    assert step.rewards == {"ann": -0.5, "bob": 2.0}
    assert step.components == {"ann": {"world": 1.0, "speech": -1.5}}
    assert line.deliver(Step(rewards={"ann": 1.0})).rewards == {"ann": 1.0}


def test_named_components_stay_and_add_up_with_the_price():
    line = Channel(cost=0.5).connect(0)
    line.collect(talk("one"), {})
    step = line.deliver(Step(rewards={"ann": 3.0}, components={"ann": {"moves": 1.0, "goal": 2.0}}))
    assert sum(step.components["ann"].values()) == step.rewards["ann"] == 2.5


def test_a_speaker_that_the_world_does_not_pay_is_charged_too():
    line = Channel(cost=0.5).connect(0)
    line.collect(talk("one"), {})
    step = line.deliver(Step())
    assert (step.rewards, step.components) == ({"ann": -0.5}, {"ann": {"speech": -0.5}})


def test_a_rejection_passes_the_meter_untouched():
    rejection = Rejection("timeout")
    assert Channel(words_each=0).connect(0).collect({"ann": rejection}, {}) == {"ann": rejection}


def test_in_a_whole_episode_rewards_are_the_sum_of_their_components():
    seats = {"lookout": Expert(), "courier": Expert()}
    episode = play("lookout", seats, seed=3, options={"word_cost": 0.1}, channel=Channel(cost=0.05))
    words = sum(message.words for message in episode.messages)
    assert words > 0
    charged = sum(turn.components.get("speech", 0.0) for turn in episode.turns)
    assert charged == pytest.approx(-0.15 * words)
    for turn in episode.turns:
        assert turn.reward == pytest.approx(sum(turn.components.values()))


def test_a_muted_channel_keeps_the_courier_in_the_dark():
    world = make("lookout")
    heard = []

    def courier(seed):
        def listen(seen):
            heard.extend(seen.heard)
            return Action("wait")

        return listen

    seats = {"lookout": Expert(), "courier": Scripted(courier)}
    play("lookout", seats, seed=1, channel=Channel((Mute(),)))
    assert heard == []
    play(lambda: world, seats, seed=1)
    assert len(heard) > 0
