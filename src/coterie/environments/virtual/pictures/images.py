"""Pictures on disk: PNG and animated GIF with nothing but NumPy, MP4 where a program for it is at hand."""

import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
CLEAR = 255
"""The colour of a GIF that stands for what has not changed."""


def png(rgb: Bytes) -> bytes:
    """A picture [row, column, 3] as a PNG file.

    >>> png(np.zeros((2, 3, 3), np.uint8))[1:4]
    b'PNG'

    Raises:
        ValueError: it is no picture of bytes.
    """
    height, width = _size(rgb)
    # Every row says that it is the difference to the row above (filter 2), which makes level colours short.
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    flat = rgb.reshape(height, 3 * width)
    rows[:, 0], rows[0, 1:], rows[1:, 1:] = 2, flat[0], flat[1:] - flat[:-1]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def gif(frames: Sequence[Bytes], rate: float = 10.0) -> bytes:
    """Pictures of one size as an animated GIF that repeats for ever.

    One palette of up to 255 colours serves all frames; of every frame after the first only what has changed is stored.

    Args:
        frames: pictures [row, column, 3].
        rate: frames a second, up to 50.

    Raises:
        ValueError: there is no frame, frames differ in size, or the rate is not in (0, 50].
    """
    if not frames or not 0.0 < rate <= 50.0:
        raise ValueError(f"{len(frames)} frames at {rate} a second, expected at least one, and a rate in (0, 50]")
    height, width = _size(frames[0])
    if any(_size(frame) != (height, width) for frame in frames):
        raise ValueError(f"frames of {sorted({_size(frame) for frame in frames})}, expected one size")
    colours, table = _palette(frames)
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(colours)] = colours
    out = [b"GIF89a", struct.pack("<HHBBB", width, height, 0xF7, 0, 0), palette.tobytes()]
    out.append(b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
    before: Bytes | None = None
    for frame in frames:
        now = table[_keys(frame)]
        top, left, stored = 0, 0, now
        if before is not None:
            rows, columns = np.nonzero(now != before)
            if len(rows) == 0:
                rows = columns = np.zeros(1, np.int64)
            top, left = int(rows.min()), int(columns.min())
            window = slice(top, int(rows.max()) + 1), slice(left, int(columns.max()) + 1)
            stored = np.where(now[window] == before[window], np.uint8(CLEAR), now[window])
        before = now
        out.append(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0x05, round(100 / rate), CLEAR, 0))
        out.append(struct.pack("<BHHHHB", 0x2C, left, top, stored.shape[1], stored.shape[0], 0))
        packed = lzw(stored.tobytes())
        blocks = (packed[start : start + 255] for start in range(0, len(packed), 255))
        out.append(b"\x08" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00")
    return b"".join(out) + b";"


def lzw(data: bytes) -> bytes:
    """Bytes in the LZW code of GIF files, whose symbols have 8 bits."""
    clear, end = 256, 257
    table: dict[int, int] = {}
    buffer, filled, size, following = clear, 9, 9, 258
    parts: list[int] = []
    code = data[0]
    for symbol in memoryview(data)[1:]:
        key = code << 8 | symbol
        known = table.get(key)
        if known is not None:
            code = known
            continue
        buffer |= code << filled
        filled += size
        table[key] = following
        # The reader is one entry behind, so that codes grow after the first that needs it.
        if following == 1 << size:
            size += 1
        following += 1
        if following == 4096:
            buffer |= clear << filled
            filled += 12
            table.clear()
            size, following = 9, 258
        if filled > 4096:  # numbers this long are still quick to shift
            parts.append(buffer & (1 << 4096) - 1)
            buffer >>= 4096
            filled -= 4096
        code = symbol
    buffer |= code << filled | end << filled + size
    tail = buffer.to_bytes((filled + 2 * size + 7) // 8, "little")
    return b"".join(part.to_bytes(512, "little") for part in parts) + tail


def write_mp4(path: Path | str, frames: Iterable[Bytes], rate: float = 10.0) -> None:
    """Writes pictures of one size as an MP4 film, through the program ffmpeg or the package imageio-ffmpeg.

    Raises:
        ImportError: neither is installed.
        RuntimeError: the program failed; the message is its own.
        ValueError: there is no frame.
    """
    program = _ffmpeg()
    given = iter(frames)
    first = next(given, None)
    if first is None:
        raise ValueError("no frames to write a film of")
    height, width = _size(first)
    command = [program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-r", str(rate), "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20"]
    # This form of colour needs even sides.
    command += ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-movflags", "+faststart", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        # One at a time: a film of some minutes would not fit into memory. A program that has stopped says why.
        with suppress(BrokenPipeError):
            for frame in chain((first,), given):
                running.stdin.write(np.ascontiguousarray(frame).tobytes())
        _, said = running.communicate()
    if running.returncode:
        raise RuntimeError(f"ffmpeg could not write {path}: {said.decode(errors='replace').strip()}")


def _ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise ImportError(
            'films need the program ffmpeg, or: pip install "coterie[video]"; a GIF needs nothing'
        ) from None
    return str(get_ffmpeg_exe())


def _size(rgb: Bytes) -> tuple[int, int]:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"a picture of {rgb.dtype} {rgb.shape}, expected uint8 [rows, columns, 3]")
    return rgb.shape[0], rgb.shape[1]


def _keys(rgb: Bytes) -> npt.NDArray[np.int64]:
    """Colours as numbers of 18 bits, the upper six of each channel."""
    red, green, blue = (rgb[..., channel].astype(np.int64) >> 2 for channel in range(3))
    return red << 12 | green << 6 | blue


def _palette(frames: Sequence[Bytes]) -> tuple[Bytes, Bytes]:
    """Up to 255 colours that serve all frames, and the nearest of them for every number of 18 bits.

    Median cut: the box of colours with the largest spread of pixels is halved until there are enough.
    """
    counts = np.zeros(1 << 18, np.int64)
    for frame in frames:
        counts += np.bincount(_keys(frame).ravel(), minlength=1 << 18)
    used = np.flatnonzero(counts)
    colours = np.stack([used >> 12, used >> 6 & 63, used & 63], axis=1).astype(float)
    # Rare colours count more than their pixels, so that a small bright thing keeps its own.
    weights = np.sqrt(counts[used])
    boxes = [np.arange(len(used))]
    while len(boxes) < min(CLEAR, len(used)):
        spread = [float((np.ptp(colours[box], axis=0) ** 2).max() * weights[box].sum()) for box in boxes]
        widest = boxes.pop(int(np.argmax(spread)))
        channel = int(np.argmax(np.ptp(colours[widest], axis=0)))
        order = widest[np.argsort(colours[widest, channel], kind="stable")]
        half = int(np.searchsorted(np.cumsum(weights[order]), weights[order].sum() / 2.0))
        half = min(len(order) - 1, max(1, half))
        boxes += [order[:half], order[half:]]
    means = np.array([np.average(colours[box], axis=0, weights=weights[box]) for box in boxes])
    table = np.zeros(1 << 18, np.uint8)
    for start in range(0, len(used), 4096):
        some = colours[start : start + 4096]
        apart = ((some[:, None, :] - means[None, :, :]) ** 2).sum(axis=2)
        table[used[start : start + 4096]] = apart.argmin(axis=1)
    return np.minimum(255, np.rint(means * 4.0 + 1.5)).astype(np.uint8), table
