"""The recipe town_guide in its quick form: models from scratch read and talk in towns that they have never seen."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))

from first_words import HELD_OUT, MUTED, success
from town_guide import SEATS, Guesser, Settings, Team, options

from coterie.agents import Expert
from coterie.environments.hybrid.town_guide_experts import with_calls
from coterie.rollout import gather
from coterie.training import Run

pytestmark = pytest.mark.usefixtures("one_thread")

QUIET = lambda *note: None  # noqa: E731
NEW = range(HELD_OUT, HELD_OUT + 60)


def test_who_guesses_finds_one_door_in_four_or_so():
    minds = {"visitor": Guesser(), "guide": Expert()}
    assert 0.05 <= success(gather("town_guide", minds, range(60), options=options(Settings()))) <= 0.5


@pytest.mark.timeout(600)
def test_two_models_from_scratch_learn_to_read_and_find_doors_in_towns_they_have_never_seen(tmp_path):
    settings = Settings(
        visits=400,
        reading_gate=0.8,
        visitor_gate=0.75,
        guide_gate=0.6,
        iterations=2,
        episodes=8,
        validation_episodes=60,
    )
    team = Team(settings, 0, tmp_path, QUIET)
    team.learn()
    run = Run.read(tmp_path)
    reading = [line["measure"] for line in run.lines("reading")]
    assert reading[0] < 0.1
    assert reading[-1] >= 0.8
    for seat, least in (("visitor", 0.6), ("guide", 0.45)):
        beside = {"visitor": Expert(), "guide": Expert(), seat: team.model("imitation", seat, temperature=0)}
        assert success(gather("town_guide", beside, NEW, options=options(settings))) >= least
    both = {seat: team.model("imitation", seat, temperature=0) for seat in SEATS}
    talking = success(gather("town_guide", both, NEW, options=options(settings)))
    assert success(gather("town_guide", both, NEW, options=options(settings), channel=MUTED)) <= talking - 0.2
    played = [line for line in run.lines("reinforcement") if "train_success" in line]
    assert [line["episodes"] for line in played] == [8 * settings.repeats] * 2
    assert all((tmp_path / "models" / "reinforcement" / seat / "policy.json").exists() for seat in SEATS)


def test_a_guides_lesson_asks_about_everybody_and_the_expert_answers_right():
    visit = next(gather("town_guide", {"visitor": Expert(), "guide": Expert()}, [3], options=options(Settings())))
    lesson = with_calls(visit, random.Random(0), 8)
    asked = [turn for turn in lesson.turns if turn.observation.heard]
    assert len(asked) == 8
    people = [turn.observation.heard[0].text.partition(" to ")[2] for turn in asked]
    homes = asked[0].observation.data["homes"]
    assert set(people) == set(homes)
    for person, turn in zip(people, asked, strict=True):
        assert turn.action.say[0].text.startswith(homes[person])


def test_a_visit_in_which_nobody_phones_has_no_lesson_for_the_guide():
    visit = next(gather("town_guide", {"visitor": Guesser(), "guide": Expert()}, [3], options=options(Settings())))
    with pytest.raises(ValueError, match="in visit 3 nobody phones"):
        with_calls(visit, random.Random(0), 8)
