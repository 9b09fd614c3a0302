"""Who hears what."""

import msgspec
import pytest
from handing_over import HandingOver

from coterie.core import Action, Utterance
from coterie.environments.virtual.hearing import Wire, hears
from coterie.environments.virtual.settings import Settings
from coterie.environments.virtual.simulation import Simulation
from coterie.environments.virtual.space.scene import Place, Scene
from coterie.environments.virtual.space.solids import Floor, Solid, box


def apart(metres, walls=0):
    """Two bodies so far apart, with so many walls between."""
    solids = tuple(Solid(f"wall {each}", box(0.6 + each * 0.3, -5, 0.7 + each * 0.3, 5), 0, 3) for each in range(walls))
    ground = box(-5, -50, 50, 50)
    world = Simulation(Scene(solids, (Floor(ground, 0.0),), (Place("field", "park", ground),)), ("ann", "bob"))
    world.join("ann", (0.0, 0.0, 0.0))
    world.join("bob", (metres, 0.0, 0.0))
    return world


@pytest.mark.parametrize(
    ("loudness", "walls", "far"),
    [
        ("whisper", 0, 2.0),
        ("talk", 0, 10.0),
        ("talk", 1, 5.0),
        ("talk", 2, 2.5),
        ("shout", 0, 30.0),
        ("shout", 1, 15.0),
        ("shout", 3, 3.75),
    ],
)
def test_a_voice_carries_as_far_as_it_is_loud_and_half_as_far_through_each_wall(loudness, walls, far):
    assert hears(apart(far - 0.01, walls), "ann", "bob", loudness)
    assert not hears(apart(far + 0.01, walls), "ann", "bob", loudness)


def play(world, seed=1):
    """A world whose two agents answer in turn with what they are given."""
    return world, world.reset(seed)


def said(step):
    return [(event.agent, event.data["how"], event.data["hearers"]) for event in step.events if event.kind == "said"]


def test_words_arrive_when_they_have_been_said_and_interrupt():
    world, step = play(HandingOver())
    words = Utterance("I am over here in the hall", ("shout",))
    step = world.step({"ann": Action("wait", (words,)), "bob": Action("wait")})
    assert said(step) == [("ann", "shout", ["bob"])]
    assert list(step.observations) == ["bob"]
    assert step.time == pytest.approx(0.3 * 7)
    (heard,) = step.observations["bob"].heard
    assert (heard.speaker, heard.text, heard.audience) == ("ann", words.text, ("bob",))
    assert "interrupted wait : heard" in step.observations["bob"].text
    assert words.text not in step.observations["bob"].text


def test_what_is_not_heard_by_anybody_is_still_told():
    world, step = play(HandingOver())
    step = world.step({"ann": Action("wait", (Utterance("hello", ("whisper",)),)), "bob": Action("wait")})
    assert said(step) == [("ann", "whisper", [])]
    assert set(step.observations) == {"ann", "bob"}
    assert step.observations["bob"].heard == ()


def test_who_speaks_cannot_say_something_else_at_the_same_time():
    world, step = play(HandingOver())
    long = Utterance("one two three four five six seven eight nine ten eleven twelve", ("whisper",))
    step = world.step({"ann": Action("look", (long,)), "bob": Action("wait")})
    assert list(step.observations) == ["ann"]
    assert step.observations["ann"].spec.speech is None
    step = world.step({"ann": Action("say")})
    assert step.time == pytest.approx(3.6), "until all is said"
    assert step.observations["ann"].spec.speech is not None


def radio_world(words=5):
    return HandingOver(Settings(wires={"radio": Wire(("ann", "bob"), price=0.5, words=words)}))


def test_the_radio_reaches_everywhere_at_a_price_until_its_words_are_spent():
    world, step = play(radio_world())
    assert step.observations["ann"].budget["radio words"] == 5
    assert "radio" in step.observations["ann"].spec.speech.audiences
    step = world.step({"ann": Action("wait", (Utterance("come here now", ("radio",)),)), "bob": Action("wait")})
    assert step.components["ann"] == {"radio": -1.5}
    assert [message.text for message in step.observations["bob"].heard] == ["come here now"]
    step = world.step({"bob": Action("wait")})
    assert step.observations["ann"].budget["radio words"] == 2
    step = world.step({"ann": Action("wait", (Utterance("three more words", ("radio",)),))})
    assert [event.data for event in step.events if event.kind == "not_sent"] == [
        {"how": "radio", "words": 3, "time": step.events[0].data["time"]}
    ]
    assert "ann" not in step.components


def test_only_members_of_a_wire_can_speak_on_it():
    world, step = play(HandingOver(Settings(wires={"phone": Wire(("bob",))})))
    assert "phone" not in step.observations["ann"].spec.speech.audiences
    step = world.step({"ann": Action("wait", (Utterance("hello", ("phone",)),)), "bob": Action("wait")})
    assert any(event.kind == "rejected" and event.agent == "ann" for event in step.events)


def test_two_ways_at_once_reach_all_whom_either_reaches():
    world, step = play(radio_world(words=None))
    both = Utterance("hello", ("talk", "radio"))
    step = world.step({"ann": Action("wait", (both,)), "bob": Action("wait")})
    assert said(step) == [("ann", "talk radio", ["bob"])]


def test_without_voices_the_first_wire_is_meant():
    wires = {"phone": Wire(("ann", "bob"))}
    world, step = play(HandingOver(Settings(voices=(), wires=wires)))
    step = world.step({"ann": Action("wait", (Utterance("hello"),)), "bob": Action("wait")})
    assert said(step) == [("ann", "phone", ["bob"])]


class Echo(HandingOver):
    """The sign answers."""

    def build(self):
        scene = super().build()
        things = [
            msgspec.structs.replace(each, affordances=("talk",)) if each.name == "sign" else each
            for each in scene.things
        ]
        return msgspec.structs.replace(scene, things=tuple(things))

    def addressed(self, agent, thing, text):
        self.inform(agent, f"{thing} echoes {text}")


def test_things_that_can_be_talked_to_answer_in_range_and_in_sight():
    world, step = play(Echo())
    step = world.step({"ann": Action("wait", (Utterance("hello", ("whisper",)),)), "bob": Action("wait")})
    assert step.time > 1.0, "too far for a whisper"
    world, step = play(Echo())
    step = world.step({"ann": Action("wait", (Utterance("hello", ("talk",)),)), "bob": Action("wait")})
    assert step.time == pytest.approx(0.3), "when it has heard all"
    assert "sign echoes hello" in step.observations["ann"].text
    assert step.observations["ann"].data["news"] == ["sign echoes hello"]
