"""Pictures on disk are read back by others as they were."""

import io
import shutil
import struct
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import moment, yard

from coterie.environments.virtual.pictures.film import captioned, eyes, film
from coterie.environments.virtual.pictures.images import gif, lzw, png, write_mp4
from coterie.environments.virtual.pictures.lens import Bird, Eye
from coterie.environments.virtual.pictures.lettering import put, stencil, wrapped
from coterie.environments.virtual.pictures.render import Painter
from coterie.environments.virtual.state.frame import BodyAt, Frame, Said


def decoded(data):
    """Bytes from the LZW code of GIF, as its specification tells readers to."""
    table, size, out, before = [bytes([each]) for each in range(256)] + [b"", b""], 9, [], None
    bits, at = int.from_bytes(data, "little"), 0
    while True:
        code, at = bits >> at & (1 << size) - 1, at + size
        if code == 256:
            table, size, before = table[:258], 9, None
            continue
        if code == 257:
            return b"".join(out)
        entry = table[code] if code < len(table) else before + before[:1]
        out.append(entry)
        if before is not None and len(table) < 4096:
            table.append(before + entry[:1])
        if len(table) == 1 << size and size < 12:
            size += 1
        before = entry


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=3000), st.integers(1, 40))
def test_lzw_is_undone_by_a_reader(data, times):
    assert decoded(lzw(data * times)) == data * times


def test_lzw_outlasts_a_full_table():
    data = np.random.default_rng(0).integers(0, 256, 40_000, np.uint8).tobytes()
    assert decoded(lzw(data)) == data


def test_a_png_holds_the_picture():
    rgb = np.random.default_rng(1).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    data = png(rgb)
    at, found = 8, {}
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        found[name] = data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(name + found[name])
        at += 12 + size
    assert struct.unpack_from(">II", found[b"IHDR"]) == (5, 7)
    rows = np.frombuffer(zlib.decompress(found[b"IDAT"]), np.uint8).reshape(7, 16)
    assert (rows[:, 0] == 2).all()
    assert (np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(7, 5, 3) == rgb).all()


def moving_dot(count=6):
    for number in range(count):
        frame = np.full((20, 30, 3), (200, 210, 220), np.uint8)
        frame[5:9, 3 * number : 3 * number + 4] = (200, 40, 30)
        yield frame


def test_a_gif_shows_every_frame_as_others_read_it():
    pillow = pytest.importorskip("PIL.Image")
    frames = [*moving_dot(), *list(moving_dot())[-1:]]
    with pillow.open(io.BytesIO(gif(frames, 20.0))) as image:
        assert image.n_frames == len(frames)
        assert image.info["duration"] == 50
        for number, frame in enumerate(frames):
            image.seek(number)
            shown = np.asarray(image.convert("RGB")).astype(int)
            assert np.abs(shown - frame).max() <= 4  # six bits a channel


def test_a_gif_of_a_rendered_scene_is_near_its_frames():
    pillow = pytest.importorskip("PIL.Image")
    frames = [
        Painter(yard(1)).picture(Bird(15.0, 15.0, 30.0, width=120, height=90), moment(seed)).rgb for seed in (1, 2)
    ]
    with pillow.open(io.BytesIO(gif(frames))) as image:
        for number, frame in enumerate(frames):
            image.seek(number)
            assert np.abs(np.asarray(image.convert("RGB")).astype(int) - frame).mean() < 4


@pytest.mark.parametrize(
    "given_frames", [[], [np.zeros((2, 2, 3), np.uint8), np.zeros((2, 3, 3), np.uint8)], [np.zeros((2, 2, 3))]]
)
def test_frames_that_make_no_film_are_refused(given_frames):
    with pytest.raises(ValueError, match="expected"):
        gif(given_frames)


def test_without_a_program_for_films_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ImportError, match=r"coterie\[video\]"):
        write_mp4(tmp_path / "film.mp4", moving_dot())


def test_a_film_is_an_mp4_file(tmp_path):
    if not shutil.which("ffmpeg"):
        pytest.importorskip("imageio_ffmpeg")
    write_mp4(tmp_path / "film.mp4", moving_dot())
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


def test_a_program_that_fails_says_why(monkeypatch, tmp_path):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho no space left >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    with pytest.raises(RuntimeError, match="no space left"):
        write_mp4(tmp_path / "film.mp4", moving_dot())


def test_no_two_letters_look_alike():
    letters = [chr(code) for code in range(33, 127)]
    assert len({stencil(letter).tobytes() for letter in letters}) == len(letters)


@given(st.text(max_size=80), st.integers(1, 30))
def test_wrapping_keeps_all_letters_and_the_width(text, letters):
    lines = wrapped(text, letters).split("\n")
    assert all(len(line) <= letters for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(("column", "row"), [(50, 30), (0, 8), (-200, 5), (99, 59), (50, 500)])
def test_a_label_may_reach_over_the_border(column, row):
    rgb = np.zeros((60, 100, 3), np.uint8)
    put(rgb, "hello\nworld", column, row, pointer=4)
    assert rgb.any() == (abs(column) < 150 and row < 80)


def test_names_and_words_stand_in_the_picture_of_those_who_are_seen():
    scene = yard(count=0)
    frame = Frame(0.0, (BodyAt("ann", 8.0, 20.0, 0.0, 180.0), BodyAt("ben", 5.0, 20.0, 0.0, 0.0)))
    painter, view = Painter(scene), eyes(frame.bodies[1], width=200, height=150)
    picture = painter.picture(view, frame)
    words = [Said("ann", "hello", "talk", ("ben",))]
    silent, spoken = captioned(picture, view, frame), captioned(picture, view, frame, words)
    assert (silent != picture.rgb).any()
    assert (spoken != silent).any()
    away = Eye(5.0, 20.0, 1.6, 180.0, width=200, height=150, owner="ben")
    assert (captioned(painter.picture(away, frame), away, frame) == painter.picture(away, frame).rgb).all()


def test_words_stay_to_be_read_and_then_go():
    body = BodyAt("ann", 8.0, 20.0, 0.0, 180.0)
    frames = [
        Frame(float(second), (body,), speech=(Said("ann", "here", "talk", ()),) if second == 1 else ())
        for second in range(7)
    ]
    shown = list(film(Painter(yard(count=0)), frames, Bird(8.0, 20.0, 10.0, width=120, height=90)))
    changed = [(frame != shown[0]).any() for frame in shown]
    assert changed == [False, True, True, True, True, False, False]


def test_a_film_from_the_eyes_of_one_who_is_away_has_no_frames():
    frames = [Frame(0.0, ()), Frame(1.0, (BodyAt("ann", 8.0, 20.0, 0.0, 180.0),))]
    assert len(list(film(Painter(yard(count=0)), frames, "ann", 64, 48))) == 1
