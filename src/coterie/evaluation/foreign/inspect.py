"""Logs of Inspect: `.eval` (a zip) and `.json`, log format version 2."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from coterie.core import Ending, Episode, Event, Failure, Json, RecordError, Seat, Turn
from coterie.evaluation.foreign.turns import content_of, seed_of, turn_of

ZSTANDARD = 93
"""The number of the method in a zip file, which Python's own reader does not know."""


def inspect_zip(place: Path) -> Iterator[Episode]:
    """Reads a `.eval` log sample by sample.

    Raises:
        RecordError: it is no log of Inspect, or damaged.
    """
    try:
        with zipfile.ZipFile(place) as archive, open(place, "rb") as raw:
            header = json.loads(_member(raw, archive.getinfo("header.json")))
            names = sorted(name for name in archive.namelist() if name.startswith("samples/"))
            for name in names:
                yield _sample(json.loads(_member(raw, archive.getinfo(name))), header)
    except (zipfile.BadZipFile, zstandard.ZstdError, zlib.error, KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{place}: {type(error).__name__}: {error}; expected an Inspect log") from error


def _member(raw: Any, entry: zipfile.ZipInfo) -> bytes:
    """One file of a zip, also where it is compressed with Zstandard."""
    raw.seek(entry.header_offset + 26)
    name, extra = struct.unpack("<HH", raw.read(4))
    raw.seek(name + extra, os.SEEK_CUR)
    content: bytes = raw.read(entry.compress_size)
    if entry.compress_type == ZSTANDARD:
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return zlib.decompress(content, -15) if entry.compress_type == zipfile.ZIP_DEFLATED else content


def inspect_episodes(log: Any, where: str) -> Iterator[Episode]:
    """Reads the samples of a whole log.

    Raises:
        RecordError: it is no log of Inspect, or damaged.
    """
    if not isinstance(log, dict) or "eval" not in log:
        raise RecordError(f"{where}: expected an Inspect log, with the fields eval and samples")
    for sample in log.get("samples") or ():
        try:
            yield _sample(sample, log)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"{where}, sample {sample.get('id')}: {type(error).__name__}: {error}") from error


def _sample(sample: Mapping[str, Any], log: Mapping[str, Any]) -> Episode:
    """One sample in one epoch; epochs of a sample are tries at the same seed."""
    told, model = log["eval"], str(log["eval"]["model"])
    turns, read, tokens = list[Turn](), list[str](), _tokens(sample.get("events") or ())
    for message in sample["messages"]:
        text = content_of(message.get("content"))
        if message["role"] == "assistant":
            who, counted = str(message.get("model") or model), tokens.get(message.get("id"), {})
            turns.append(turn_of("assistant", len(turns), "\n".join(read), text, who, **counted))
            read = []
        else:
            read.append(text)
    scores = {name: score["value"] for name, score in (sample.get("scores") or {}).items()}
    error, limit = sample.get("error"), sample.get("limit")
    reason = f"limit: {limit.get('type')}" if limit else "the sample is over"
    return Episode(
        environment=f"inspect/{told['task']}",
        seed=seed_of(str(sample["id"])),
        repeat=int(sample["epoch"]) - 1,
        seats={"assistant": Seat(model)},
        turns=tuple(turns),
        events=(_outcome(scores),) if scores else (),
        endings={"assistant": Ending("truncated" if limit else "terminated", reason)},
        steps=len(turns),
        failure=Failure("agent", str(error.get("message", error))[:300]) if error else None,
        labels={"sample": str(sample["id"])},
    )


def _tokens(events: Iterable[Mapping[str, Any]]) -> dict[str | None, dict[str, int]]:
    """By the id of a message: how many tokens the model read and wrote for it, as the calls of the model tell."""
    found: dict[str | None, dict[str, int]] = {}
    for event in events:
        output = event.get("output") if event["event"] == "model" else None
        if output and (usage := output.get("usage")) and output.get("choices"):
            # What came out of a cache, or went into one, was read too, but Inspect counts it apart.
            read = sum(usage.get(f"input_tokens{part}") or 0 for part in ("", "_cache_read", "_cache_write"))
            counted = {"prompt_tokens": read, "completion_tokens": int(usage["output_tokens"])}
            found[output["choices"][0]["message"].get("id")] = counted
    found.pop(None, None)
    return found


def _outcome(scores: Mapping[str, Json]) -> Event:
    """Letters are as in Inspect: C correct, P partly, I incorrect, N no answer; of several scores all must be."""
    letters = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
    values = {name: letters.get(value, value) if isinstance(value, str) else value for name, value in scores.items()}
    numbers = [float(value) for value in values.values() if isinstance(value, int | float)]
    data: dict[str, Json] = {"scores": dict(scores)}
    if numbers:
        data |= {"success": all(number >= 1 for number in numbers), "score": sum(numbers) / len(numbers)}
    return Event("outcome", None, data)
