"""Episodes on disk: compressed JSON lines that any tool can read (`zstd -dc file | head -1`)."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec
import zstandard

from coterie.core import Episode, RecordError, decode_episode, encode_episode
from coterie.core.episode import SCHEMA

SUFFIX = ".jsonl.zst"
PLAIN = ".jsonl"
UNFINISHED = ".unfinished"
PLAIN_CHUNK, ZIPPED_CHUNK = 1 << 16, 1 << 8
"""Bytes read at a time; so few where they are compressed because each may unfold to thousands."""

Skip = bool | Callable[[RecordError], None]
"""Whether to go on without what is damaged; a function means yes, and is told of it."""


class EpisodeWriter:
    """Writes episodes to a file as they finish; what is flushed survives a crash.

    A path that ends in `.jsonl` is written without compression.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with EpisodeWriter(folder / "a.jsonl.zst") as writer:
    ...     writer.write(Episode(environment="w-v1", seed=1, seats={}))
    >>> [episode.seed for episode in read_episodes(folder)]
    [1]
    """

    def __init__(self, path: str | os.PathLike[str], flush_every: int = 256) -> None:
        """Opens (and empties) the file; its folder is made when needed."""
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = open(self.path, "wb")  # noqa: SIM115  # closed by close()
        self._stream = None if _is_plain(self.path) else _compressor().stream_writer(self._file)
        self._flush_every = flush_every
        self._lines: list[bytes] = []

    def write(self, episode: Episode) -> None:
        """Adds one episode."""
        self._lines.append(encode_episode(episode))
        if len(self._lines) >= self._flush_every:
            self.flush()

    def flush(self) -> None:
        """Makes everything written so far readable by others."""
        if self._lines:
            (self._stream or self._file).write(b"\n".join(self._lines) + b"\n")
            self._lines.clear()
        if self._stream is not None:
            self._stream.flush(zstandard.FLUSH_BLOCK)
        self._file.flush()

    def close(self) -> None:
        """Finishes the file."""
        self.flush()
        if self._stream is not None:
            self._stream.close()  # type: ignore[no-untyped-call]
        self._file.close()

    def __enter__(self) -> "EpisodeWriter":
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finishes the file, also after an error."""
        self.close()


def write_episodes(path: str | os.PathLike[str], episodes: Iterable[Episode]) -> int:
    """Writes episodes as they come and puts the file in place only when it is complete; returns how many."""
    target = Path(path)
    unfinished = target.with_name(target.name + UNFINISHED)
    count = 0
    with EpisodeWriter(unfinished) as writer:
        for episode in episodes:
            writer.write(episode)
            count += 1
    os.replace(unfinished, target)
    return count


def read_episodes(path: str | os.PathLike[str], skip_damaged: Skip = False) -> Iterator[Episode]:
    """Reads a file, or all record files of a folder in the order of their names, one episode at a time.

    Of a run folder those in `episodes/`: what probes played beside it, in other arms, is not part of it.
    A file that a crash cut off gives all that was flushed before its end is reported. `skip_damaged` goes on without
    what is damaged; a function is also told each time.

    Raises:
        RecordError: a line is damaged, or the file breaks off (the message names file and line), and `skip_damaged` is
            not set; or the record is of a newer schema than this library knows.
        FileNotFoundError: there is no record at `path`.
    """
    place = Path(path)
    place = place / "episodes" if (place / "episodes").is_dir() else place
    files = sorted(place.rglob("*" + SUFFIX)) + sorted(place.rglob("*" + PLAIN)) if place.is_dir() else [place]
    if not files or not place.exists():
        raise FileNotFoundError(f"no record in {place}; expected files ending in {SUFFIX}")
    for file in files:
        yield from _read_file(file, skip_damaged)


def go_on_without(error: RecordError, skip_damaged: Skip) -> None:
    """Raises what is wrong with a record, or tells of it and lets the reader go on."""
    if not skip_damaged:
        raise RecordError(f"{error}; pass skip_damaged=True (--skip-damaged) to go on without it") from error
    if callable(skip_damaged):
        skip_damaged(error)


def _read_file(file: Path, skip_damaged: Skip) -> Iterator[Episode]:
    number = 0
    lines = _lines(file)
    while True:
        number += 1
        try:
            line = next(lines, None)
            if line is None:
                return
            if line.isspace():
                continue
            episode = decode_episode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            go_on_without(RecordError(f"{file}, line {number}: {error}"), skip_damaged)
            continue
        except (zstandard.ZstdError, EOFError) as error:
            broken = f"{file}, line {number}: the compressed data ends or breaks here: {error}"
            go_on_without(RecordError(broken), skip_damaged)
            return
        if episode.schema > SCHEMA:
            raise RecordError(f"{file}, line {number}: schema {episode.schema}, this library reads up to {SCHEMA}")
        yield episode


def _lines(file: Path) -> Iterator[bytes]:
    """Yields the lines of a file; the last one as it is, even without an end."""
    rest: list[bytes] = []
    with open(file, "rb") as raw:
        for chunk in iter(lambda: raw.read(PLAIN_CHUNK), b"") if _is_plain(file) else _unfolded(raw):
            first, *others = chunk.split(b"\n")
            rest.append(first)
            if others:
                yield b"".join(rest) or b"\n"
                yield from (line or b"\n" for line in others[:-1])
                rest = [others[-1]]
    if last := b"".join(rest):
        yield last


def _unfolded(raw: IO[bytes]) -> Iterator[bytes]:
    """Decompresses frame after frame.

    Raises:
        EOFError: the file ends within a frame.
    """
    decompressor, frame = zstandard.ZstdDecompressor(), None
    while chunk := raw.read(ZIPPED_CHUNK):
        while chunk:
            frame = frame or decompressor.decompressobj()
            yield frame.decompress(chunk)
            chunk, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError("the last writer did not finish it")


def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=3, write_checksum=True)


def _is_plain(file: Path) -> bool:
    return file.name.removesuffix(UNFINISHED).endswith(PLAIN)
