import gzip
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from coterie.agents import Expert
from coterie.core import (
    ActionSpec,
    Array,
    Choice,
    Episode,
    Observation,
    RecordError,
    Seat,
    Turn,
    decode_episode,
    encode_episode,
)
from coterie.rollout import EpisodeWriter, gather, read_episodes, write_episodes

NAMES = ("episodes.jsonl.zst", "episodes.jsonl")


@pytest.fixture(scope="module")
def episodes():
    return list(gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(300)))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_was_written(name, tmp_path, episodes):
    assert write_episodes(tmp_path / name, episodes) == 300
    assert list(read_episodes(tmp_path / name)) == episodes
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_plain_and_compressed_files_are_what_their_names_say(tmp_path, episodes):
    for name in NAMES:
        write_episodes(tmp_path / name, episodes)
    plain = (tmp_path / NAMES[1]).read_bytes()
    assert plain == b"".join(encode_episode(episode) + b"\n" for episode in episodes)
    assert zstandard.ZstdDecompressor().stream_reader((tmp_path / NAMES[0]).read_bytes()).read() == plain


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path, episodes):
    write_episodes(tmp_path / "b.jsonl.zst", episodes[10:20])
    write_episodes(tmp_path / "deeper" / "c.jsonl.zst", episodes[20:30])
    write_episodes(tmp_path / "a.jsonl.zst", episodes[:10])
    assert list(read_episodes(tmp_path)) == episodes[:30]


def test_frames_laid_end_to_end_are_one_record(tmp_path, episodes):
    for name, part in (("a", episodes[:150]), ("b", episodes[150:])):
        write_episodes(tmp_path / f"{name}.jsonl.zst", part)
    whole = (tmp_path / "a.jsonl.zst").read_bytes() + (tmp_path / "b.jsonl.zst").read_bytes()
    (tmp_path / "whole.jsonl.zst").write_bytes(whole)
    assert list(read_episodes(tmp_path / "whole.jsonl.zst")) == episodes


def test_arrays_come_back_bit_by_bit(tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)
    seen = Observation(
        ActionSpec(Choice(("go",))), arrays={"image": Array(image, ("row", "column", "colour"), "0-255")}
    )
    told = Episode(environment="w-v1", seed=1, seats={"a": Seat("x")}, turns=(Turn("a", 0, seen),))
    write_episodes(tmp_path / "a.jsonl.zst", [told])
    (back,) = read_episodes(tmp_path / "a.jsonl.zst")
    found = back.turns[0].observation.arrays["image"]
    assert (found.values == image).all()
    assert (found.values.dtype, found.axes, found.unit) == (image.dtype, ("row", "column", "colour"), "0-255")


def test_a_damaged_line_is_named_and_can_be_skipped(tmp_path, episodes):
    lines = [encode_episode(episode) for episode in episodes[:10]]
    lines[6] = lines[6][:40]
    lines[8] = b'{"environment": 3}'
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    before = []
    with pytest.raises(RecordError, match=r"a\.jsonl, line 7: .*skip_damaged"):
        before.extend(episode for episode in read_episodes(tmp_path / "a.jsonl"))
    assert before == episodes[:6]
    kept = list(read_episodes(tmp_path / "a.jsonl", skip_damaged=True))
    assert kept == [*episodes[:6], episodes[7], episodes[9]]
    told = []
    assert list(read_episodes(tmp_path / "a.jsonl", skip_damaged=told.append)) == kept
    assert [str(error).partition(": ")[0] for error in told] == [f"{tmp_path / 'a.jsonl'}, line {n}" for n in (7, 9)]


def test_bytes_that_are_no_text_are_a_damaged_line(tmp_path, episodes):
    (tmp_path / "a.jsonl").write_bytes(encode_episode(episodes[0]) + b"\n\xff\xfe\n")
    with pytest.raises(RecordError, match="line 2"):
        list(read_episodes(tmp_path / "a.jsonl"))


def test_empty_lines_mean_nothing_but_are_counted(tmp_path, episodes):
    (tmp_path / "a.jsonl").write_bytes(b"\n" + encode_episode(episodes[0]) + b"\n\n  \n{}\n")
    with pytest.raises(RecordError, match="line 5"):
        list(read_episodes(tmp_path / "a.jsonl"))
    assert list(read_episodes(tmp_path / "a.jsonl", skip_damaged=True)) == episodes[:1]


@pytest.mark.parametrize("share", [0.2, 0.9, 0.999])
def test_a_truncated_file_gives_its_beginning_and_names_its_end(share, tmp_path, episodes):
    path = tmp_path / "a.jsonl.zst"
    with EpisodeWriter(path, flush_every=20) as writer:
        for episode in episodes:
            writer.write(episode)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    found = []
    with pytest.raises(RecordError, match=r"a\.jsonl\.zst, line \d+: ") as error:
        found.extend(episode for episode in read_episodes(path))
    begun = list(read_episodes(path, skip_damaged=True))
    assert begun == episodes[: len(begun)]
    assert len(begun) > 0.5 * share * 300
    assert f"line {len(begun) + 1}:" in str(error.value)


def test_a_flipped_bit_does_not_pass_unnoticed(tmp_path, episodes):
    path = tmp_path / "a.jsonl.zst"
    write_episodes(path, episodes)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)
    with pytest.raises(RecordError, match=r"a\.jsonl\.zst, line \d+"):
        list(read_episodes(path))


def test_a_file_that_is_not_compressed_is_refused(tmp_path):
    (tmp_path / "a.jsonl.zst").write_bytes(gzip.compress(b"{}"))
    with pytest.raises(RecordError, match="line 1"):
        list(read_episodes(tmp_path / "a.jsonl.zst"))


def test_a_newer_record_is_refused_with_its_version(tmp_path, episodes):
    newer = msgspec.structs.replace(episodes[0], schema=99)
    write_episodes(tmp_path / "a.jsonl.zst", [newer])
    with pytest.raises(RecordError, match="schema 99"):
        list(read_episodes(tmp_path, skip_damaged=True))


def test_a_place_without_a_record_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no record"):
        list(read_episodes(tmp_path))
    with pytest.raises(FileNotFoundError):
        list(read_episodes(tmp_path / "nowhere.jsonl.zst"))


def test_an_interrupted_writing_leaves_no_file_that_looks_finished(tmp_path, episodes):
    def interrupted():
        yield from episodes[:50]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_episodes(tmp_path / "a.jsonl.zst", interrupted())
    assert not (tmp_path / "a.jsonl.zst").exists()
    assert list(read_episodes(tmp_path / "a.jsonl.zst.unfinished")) == episodes[:50]


WRITER = """
import sys, time
from coterie.agents import Expert
from coterie.rollout import EpisodeWriter, gather

writer = EpisodeWriter(sys.argv[1], flush_every=7)
for count, episode in enumerate(gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(40), at_once=1), 1):
    writer.write(episode)
    if count == 38:
        print("written", flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("name", NAMES)
def test_everything_flushed_survives_a_killed_writer(name, tmp_path, episodes):
    path = tmp_path / name
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    found = list(read_episodes(path, skip_damaged=True))
    assert found == episodes[:35], "five flushes of seven; three more were not flushed yet"
    if name.endswith(".zst"):
        with pytest.raises(RecordError, match=r"line 36: .*did not finish"):
            list(read_episodes(path))


def test_others_can_read_what_is_flushed_while_it_is_written(tmp_path, episodes):
    with EpisodeWriter(tmp_path / "a.jsonl.zst") as writer:
        writer.write(episodes[0])
        assert list(read_episodes(tmp_path / "a.jsonl.zst", skip_damaged=True)) == []
        writer.flush()
        assert list(read_episodes(tmp_path / "a.jsonl.zst", skip_damaged=True)) == episodes[:1]


def test_reading_and_writing_need_no_more_memory_for_longer_records(tmp_path, episodes):
    def peak(work):
        tracemalloc.start()
        work()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    def many(rounds):
        return (episode for _ in range(rounds) for episode in episodes)

    path = tmp_path / "a.jsonl.zst"
    written = [peak(lambda rounds=rounds: write_episodes(path, many(rounds))) for rounds in (2, 12)]
    read = peak(lambda: sum(1 for _ in read_episodes(path)))
    size = sum(len(encode_episode(episode)) for episode in episodes)
    assert written[1] < 1.3 * written[0]
    assert max(*written, read) < 6 * size, "a dozen times this size was written"


GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "episodes").glob("*.jsonl"))


@pytest.mark.parametrize("record", GOLDEN, ids=lambda path: path.stem)
def test_an_episode_that_is_read_and_written_again_is_the_same_bytes(record):
    """A resumed record copies what it holds: a count of 8 must not become 8.0."""
    for line in record.read_bytes().splitlines():
        assert encode_episode(decode_episode(line)) == line
