"""Watching an episode again: what the page is made of, and what is refused."""

import base64
import gzip
import json
import re
import shutil
import struct
import sys
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from coterie.agents import Expert
from coterie.cli import app
from coterie.core import ConfigError, Event, RecordError
from coterie.environments import environments, make, world_class
from coterie.environments.virtual.state.frame import BodyAt, Frame
from coterie.environments.virtual.world import VirtualWorld
from coterie.evaluation.replay import play_again, replay_page
from coterie.evaluation.replay.films import write_films
from coterie.evaluation.replay.tracks import body_tracks, thinned
from coterie.rollout import play, write_episodes

sys.path.insert(0, str(Path(__file__).parents[1] / "virtual"))
from handing_over import HandingOver

WORLD = "handing_over:HandingOver"
TEAM = {"ann": Expert(), "bob": Expert()}


@pytest.fixture(scope="module")
def record():
    return play(HandingOver, TEAM, 3)


@pytest.fixture(scope="module")
def played(record):
    return play_again(record, world=WORLD)


def told(page):
    """The episode that a page holds."""
    packed = re.search(r'<script id="episode" type="text/plain">(.*?)</script>', page)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def at(track, time):
    """Where a thinned track says that somebody is."""
    later = next((place for place, key in enumerate(track) if key[0] >= time), len(track) - 1)
    if later == 0 or track[later][0] == time:
        return track[later][1:4]
    (begin, *one), (end, *other) = track[later - 1][:4], track[later][:4]
    part = (time - begin) / (end - begin)
    return [a + part * (b - a) for a, b in zip(one, other, strict=True)]


def test_thinned_tracks_are_within_three_centimetres_of_every_frame(played):
    tracks = body_tracks(played.frames)
    assert sum(map(len, tracks.values())) < len(played.frames) / 2
    for frame in played.frames:
        for body in frame.bodies:
            assert at(tracks[body.name], frame.time) == pytest.approx((body.x, body.y, body.z), abs=0.03)


def test_headings_go_the_short_way_round():
    turning = [Frame(float(t), (BodyAt("ann", 0.0, 0.0, 0.0, heading=(350.0 + 40 * t) % 360),)) for t in range(3)]
    assert [key[4] for key in body_tracks(turning)["ann"]] == [350.0, 430.0]


def test_who_leaves_is_absent_and_comes_back():
    here = (BodyAt("ann", 1.0, 2.0, 0.0, 0.0),)
    frames = [Frame(0.0, here), Frame(1.0, ()), Frame(2.0, ()), Frame(3.0, here)]
    assert [len(key) for key in body_tracks(frames)["ann"]] == [7, 1, 7]


def test_a_state_that_changes_is_kept_at_the_moment_it_changes():
    track = [[0.0, 1.0, ""], [1.0, 1.0, ""], [2.0, 1.0, "ann"], [3.0, 1.0, "ann"]]
    assert thinned(track, 2, set()) == [[0.0, 1.0, ""], [1.0, 1.0, ""], [2.0, 1.0, "ann"], [3.0, 1.0, "ann"]]


def test_the_page_tells_the_whole_episode(record, played):
    page = told(replay_page(played))
    assert [turn["saw"] for turn in page["turns"]] == [turn.observation.text for turn in record.turns]
    assert [turn["does"] for turn in page["turns"]] == [turn.action.move for turn in record.turns]
    assert sum(amount for _, _, amount, _ in page["rewards"]) == sum(record.totals.values())
    assert [name for _, name, _, _ in page["subgoals"]] == ["gate open", "key with bob"]
    assert page["unit"] == "seconds"
    assert page["doors"]["gate"][-1] == [10.9, True]
    assert page["things"]["red key"][-1][-1] == "bob"
    assert {thing["name"] for thing in page["scene"]["things"]} == set(page["things"])


def test_what_a_thing_answers_is_told_as_its_words(record):
    said = {"name": "red key", "text": "i am a key", "time": 2.5}
    others = (Event("read", "ann", {"name": "red key"}), Event("read", "ann", {"name": "nothing", "text": "lost"}))
    other = msgspec.structs.replace(record, events=(*record.events, Event("read", "ann", said), *others))
    assert told(replay_page(play_again(other, world=WORLD)))["replies"] == [[2.5, "red key", "i am a key"]]


def test_the_same_record_gives_the_same_page(record, played):
    assert replay_page(play_again(record, world=WORLD)) == replay_page(played)


def test_a_record_that_does_not_play_again_is_refused(record):
    first = record.turns[0]
    changed = msgspec.structs.replace(first, observation=msgspec.structs.replace(first.observation, text="a lie"))
    other = msgspec.structs.replace(record, turns=(changed, *record.turns[1:]))
    with pytest.raises(RecordError, match="turn 0, of ann at step 0, sees something else now"):
        play_again(other, world=WORLD)


def test_a_stopped_episode_is_shown_as_far_as_it_went():
    record = play(HandingOver, TEAM, 3, max_steps=4)
    assert play_again(record, world=WORLD).length == 10.0


def test_an_episode_of_words_is_told_by_its_steps():
    record = play("connect_four", {"red": Expert(), "yellow": Expert()}, 0)
    played = play_again(record)
    page = told(replay_page(played))
    assert (page["scene"], page["unit"], page["length"]) == (None, "steps", record.steps)
    assert [turn["at"] for turn in page["turns"]] == [turn.step for turn in record.turns]
    assert [turn["does"] for turn in page["turns"]] == [turn.action.move for turn in record.turns]
    assert page["turns"][0]["drawn"].splitlines()[1] == ". . . . . . ."
    assert {(at, who): paid for at, who, paid, _ in page["rewards"]} == {
        (record.steps, who): paid for who, paid in record.totals.items()
    }


def test_what_is_said_in_words_stands_where_it_was_said():
    record = play("lookout", {"lookout": Expert(), "courier": Expert()}, 1)
    speech = told(replay_page(play_again(record)))["speech"]
    assert [[at, who, text] for at, who, text, _, _ in speech] == [
        [message.time, message.speaker, message.text] for message in record.messages
    ]


def test_who_is_called_after_a_colour_has_it():
    record = play("connect_four", {"red": Expert(), "yellow": Expert()}, 0)
    colours = told(replay_page(play_again(record)))["colours"]
    assert colours["red"][0] > 2 * max(colours["red"][2], 80)
    assert min(colours["yellow"][:2]) > 2 * colours["yellow"][2]


IN_WORDS = [world for world in environments() if not issubclass(world_class(world), VirtualWorld)]


@pytest.mark.parametrize("world", IN_WORDS)
def test_every_world_of_words_has_a_page(world):
    record = play(world, {seat: Expert() for seat in make(world).agents}, 1)
    page = told(replay_page(play_again(record)))
    assert [turn["saw"] for turn in page["turns"]] == [turn.observation.text for turn in record.turns]
    assert set(page["colours"]) == set(record.totals)


def test_words_cannot_be_filmed(tmp_path):
    record = play("kuhn_poker", {"first": Expert(), "second": Expert()}, 0)
    with pytest.raises(ConfigError, match="kuhn_poker-v1 has nothing to film"):
        write_films(play_again(record), gif=tmp_path / "film.gif")
    assert not (tmp_path / "film.gif").exists()


def test_a_film_is_as_long_as_the_episode_and_larger_than_a_gif(played, tmp_path):
    if not (find_spec("imageio_ffmpeg") or shutil.which("ffmpeg")):
        with pytest.raises(ConfigError, match=r'pip install "coterie\[video\]"'):
            write_films(played, mp4=tmp_path / "film.mp4")
        return
    write_films(played, mp4=tmp_path / "films" / "film.mp4")
    film = (tmp_path / "films" / "film.mp4").read_bytes()
    assert film[4:8] == b"ftyp"
    # The header of a film: version and flags, two times, ticks a second, ticks in all (ISO/IEC 14496-12, 8.2.2).
    head = film.index(b"mvhd") + 4
    rate, length = struct.unpack(">II", film[head + 12 : head + 20])
    assert length / rate == pytest.approx(len(played.frames) / 10, abs=0.11)
    # Width and height in 16.16 at the end of the header of its track (8.3.2).
    track = film.index(b"tkhd") + 4
    assert [size >> 16 for size in struct.unpack(">II", film[track + 76 : track + 84])] == [960, 720]


def test_the_command_writes_a_page_and_a_film(record, tmp_path):
    write_episodes(tmp_path / "game.jsonl", [msgspec.structs.replace(record, seed=99), record])
    command = ["replay", str(tmp_path / "game.jsonl"), "--seed", "3", "--world", WORLD]
    done = CliRunner().invoke(app, [*command, "--gif", str(tmp_path / "film.gif")])
    assert done.exit_code == 0, done.output
    assert told((tmp_path / "game-seed-3.html").read_text())["seed"] == 3
    assert (tmp_path / "film.gif").read_bytes()[:6] == b"GIF89a"


def test_the_command_says_what_it_did_not_find(record, tmp_path):
    write_episodes(tmp_path / "game.jsonl", [record])
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "game.jsonl"), "--seed", "4"])
    assert done.exit_code == 2
    assert "found 1 episodes, none with seed 4" in done.output
