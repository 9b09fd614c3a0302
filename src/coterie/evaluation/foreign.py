"""Logs made elsewhere, read as Episodes, so that the same measures serve them.

    Inspect      a log as `.eval` (a zip) or `.json`, log format version 2
    verifiers    `traces.jsonl` of version 0.4: one episode with the traces of all its agents a line
    TextArena    writes no file of its own; one JSON object a line with `env_id`, `seed`, `logs` (`env.state.logs`),
                 `rewards` and `game_info` (what `env.close()` returns)

What a format does not tell is left out and so is missing in the measures: none of them lists legal moves or says who
heard what.
"""

import json
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from coterie.core import (
    Action,
    ActionSpec,
    Ending,
    Episode,
    Event,
    Failure,
    Json,
    Observation,
    RecordError,
    Rejection,
    Sample,
    Seat,
    Text,
    Turn,
)
from coterie.rollout import read_episodes
from coterie.rollout.record import PLAIN, SUFFIX

SPEC = ActionSpec(move=Text(1_000_000), fallback=Action(""))
"""What a foreign agent may do, as far as its log says: write something."""
ZSTANDARD = 93
"""The number of the method in a zip file, which Python's own reader does not know."""


def read_log(path: str | os.PathLike[str], solved_at: float | None = None) -> Iterator[Episode]:
    """Reads episodes from a record of ours, a run folder, or a log of Inspect, verifiers or TextArena.

    Args:
        path: the file or folder.
        solved_at: the total reward from which an episode of verifiers counts as a success; None: it does not say.

    Raises:
        RecordError: the file is of none of these kinds, or damaged; the message names it, and the line.
    """
    place = Path(path)
    if place.is_dir() or place.name.endswith(SUFFIX):
        yield from read_episodes(place)
    elif place.suffix == ".eval":
        yield from _inspect_zip(place)
    elif place.suffix == ".json":
        yield from _inspect(_json(place.read_bytes(), str(place)), str(place))
    elif place.name.endswith(PLAIN):
        yield from _lines(place, solved_at)
    else:
        raise RecordError(f"{place}: expected a record ({PLAIN}, {SUFFIX}), an Inspect log (.eval, .json) or a folder")


def _lines(place: Path, solved_at: float | None) -> Iterator[Episode]:
    """Tells by the first line whose file it is."""
    with open(place, "rb") as file:
        first = _json(file.readline() or b"null", f"{place}, line 1")
        if not isinstance(first, dict) or not {"traces", "logs"} & first.keys():
            yield from read_episodes(place)
            return
        file.seek(0)
        tries = Counter[str]()
        for number, line in enumerate(file, 1):
            if line.strip():
                where = f"{place}, line {number}"
                told = _json(line, where)
                try:
                    yield _verifiers(told, tries, solved_at) if "traces" in told else textarena_episode(**told)
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    raise RecordError(f"{where}: {type(error).__name__}: {error}") from error


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise RecordError(f"{where}: {error}; expected JSON") from error


# ---- Inspect --------------------------------------------------------------------------------------------------------


def _inspect_zip(place: Path) -> Iterator[Episode]:
    """Reads a `.eval` log sample by sample."""
    try:
        with zipfile.ZipFile(place) as archive, open(place, "rb") as raw:
            header = json.loads(_member(raw, archive.getinfo("header.json")))
            names = sorted(name for name in archive.namelist() if name.startswith("samples/"))
            for name in names:
                yield _inspect_sample(json.loads(_member(raw, archive.getinfo(name))), header)
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


def _inspect(log: Any, where: str) -> Iterator[Episode]:
    if not isinstance(log, dict) or "eval" not in log:
        raise RecordError(f"{where}: expected an Inspect log, with the fields eval and samples")
    for sample in log.get("samples") or ():
        try:
            yield _inspect_sample(sample, log)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"{where}, sample {sample.get('id')}: {type(error).__name__}: {error}") from error


def _inspect_sample(sample: Mapping[str, Any], log: Mapping[str, Any]) -> Episode:
    """One sample in one epoch; epochs of a sample are tries at the same seed."""
    told, model = log["eval"], str(log["eval"]["model"])
    turns, read = list[Turn](), list[str]()
    for message in sample["messages"]:
        text = _content(message.get("content"))
        if message["role"] == "assistant":
            turns.append(_turn("assistant", len(turns), "\n".join(read), text, str(message.get("model") or model)))
            read = []
        else:
            read.append(text)
    scores = {name: score["value"] for name, score in (sample.get("scores") or {}).items()}
    error, limit = sample.get("error"), sample.get("limit")
    reason = f"limit: {limit.get('type')}" if limit else "the sample is over"
    return Episode(
        environment=f"inspect/{told['task']}",
        seed=_seed(str(sample["id"])),
        repeat=int(sample["epoch"]) - 1,
        seats={"assistant": Seat(model)},
        turns=tuple(turns),
        events=(_inspect_outcome(scores),) if scores else (),
        endings={"assistant": Ending("truncated" if limit else "terminated", reason)},
        steps=len(turns),
        failure=Failure("agent", str(error.get("message", error))[:300]) if error else None,
        labels={"sample": str(sample["id"])},
    )


def _inspect_outcome(scores: Mapping[str, Json]) -> Event:
    """Letters are as in Inspect: C correct, P partly, I incorrect, N no answer; of several scores all must be."""
    letters = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
    values = {name: letters.get(value, value) if isinstance(value, str) else value for name, value in scores.items()}
    numbers = [float(value) for value in values.values() if isinstance(value, int | float)]
    data: dict[str, Json] = {"scores": dict(scores)}
    if numbers:
        data |= {"success": all(number >= 1 for number in numbers), "score": sum(numbers) / len(numbers)}
    return Event("outcome", None, data)


# ---- verifiers ------------------------------------------------------------------------------------------------------


def _verifiers(told: Mapping[str, Any], tries: Counter[str], solved_at: float | None) -> Episode:
    """One line of `traces.jsonl`; runs of the same task are tries at the same seed."""
    turns: list[tuple[float, Turn]] = []
    seats, totals, endings = dict[str, Seat](), dict[str, float](), dict[str, Ending]()
    for trace in told["traces"]:
        name = _free(str(trace["agent"]["name"]), seats)
        model = str((trace["agent"].get("config") or {}).get("model") or name)
        seats[name] = Seat(model, trainable=bool(trace["agent"].get("trainable", False)))
        rewards = [reward for reward in (trace.get("rewards") or {}).values() if reward is not None]
        totals[name] = sum(reward["score"] * reward.get("weight", 1.0) for reward in rewards)
        stop = str(trace.get("stop_condition") or "over")
        endings[name] = Ending("truncated" if trace.get("is_timeout") else "terminated", stop)
        turns += _traced(name, model, trace["nodes"])
    turns.sort(key=lambda each: each[0])
    task = told["task"]
    key = str(task.get("key") or task.get("hash") or task["data"].get("idx"))
    tries[key] += 1
    error = next(
        iter(told.get("errors") or [each for trace in told["traces"] for each in trace.get("errors") or ()]), None
    )
    total = sum(totals.values()) / len(totals) if totals else 0.0
    outcome: dict[str, Json] = {"score": total}
    if solved_at is not None:
        outcome["success"] = total >= solved_at
    return Episode(
        environment=f"verifiers/{(told.get('env') or {}).get('id') or task['type']}",
        seed=_seed(key),
        repeat=tries[key] - 1,
        seats=seats,
        turns=tuple(_at(turn, step) for step, (_, turn) in enumerate(turns)),
        events=(Event("outcome", None, outcome),) if totals else (),
        totals=totals,
        endings=endings,
        steps=len(turns),
        failure=Failure("agent", str(error.get("message", error))[:300]) if error and not told.get("ok") else None,
        labels={"task": key},
    )


def _traced(name: str, model: str, nodes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[float, Turn]]:
    """The sampled messages of one agent with what it had read before each, and when."""
    read: list[str] = []
    for node in nodes:
        text = _content(node["message"].get("content"))
        if not node.get("sampled"):
            read.append(text)
            continue
        mask, ids = node.get("mask") or (), node.get("token_ids") or ()
        own = tuple(token for token, mine in zip(ids, mask, strict=False) if mine)
        yield float(node.get("timestamp") or 0.0), _turn(name, 0, "\n".join(read), text, model, own)
        read = []


def _free(name: str, taken: Mapping[str, object]) -> str:
    """A name of its own where several agents have the same."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


# ---- TextArena ------------------------------------------------------------------------------------------------------


def textarena_episode(
    env_id: str,
    logs: Iterable[tuple[int, str]],
    rewards: Mapping[int | str, float],
    game_info: Mapping[int | str, Mapping[str, Any]],
    seed: int = 0,
    players: Mapping[int | str, str] | None = None,
    repeat: int = 0,
) -> Episode:
    """Makes an episode of a game of TextArena.

    Args:
        env_id: what the game was made as.
        logs: `env.state.logs`, pairs of who said it (below 0: the game) and the text.
        rewards: the first of what `env.close()` returns.
        game_info: the second.
        seed: what it was reset with.
        players: who played, by player id.
        repeat: which try at this seed.
    """
    names = {int(player): str(info.get("role") or f"Player {player}") for player, info in game_info.items()}
    seats = {
        name: Seat(str((players or {}).get(player, (players or {}).get(str(player), name))))
        for player, name in names.items()
    }
    turns: list[Turn] = []
    for speaker, text in logs:
        if speaker >= 0:
            turns.append(_turn(names[speaker], len(turns), "", text, seats[names[speaker]].mind))
        elif turns and " attempted an invalid move. Reason: " in text and turns[-1].action is not None:
            turns[-1] = _refused(turns[-1], text.partition("Reason: ")[2])
    totals = {names[int(player)]: float(reward) for player, reward in rewards.items()}
    best = [name for name, total in totals.items() if total == max(totals.values())]
    at_fault = [names[int(player)] for player, info in game_info.items() if info.get("invalid_move")]
    if at_fault and turns and turns[-1].agent == at_fault[0] and turns[-1].action is not None:
        # The move that loses the game is told in the result only.
        turns[-1] = _refused(turns[-1], next(str(info.get("reason")) for info in game_info.values()))
    outcome: dict[str, Json] = {"winner": best[0] if len(best) == 1 < len(totals) else None, "steps": len(turns)}
    if at_fault:
        outcome["forfeit"] = at_fault[0]
    reasons = {names[int(player)]: str(info.get("reason") or "over") for player, info in game_info.items()}
    return Episode(
        environment=f"textarena/{env_id}",
        seed=seed,
        repeat=repeat,
        seats=seats,
        turns=tuple(turns),
        events=(Event("outcome", None, outcome),),
        totals=totals,
        endings={name: Ending("terminated", reason) for name, reason in reasons.items()},
        steps=len(turns),
    )


def _refused(turn: Turn, reason: str) -> Turn:
    return Turn(turn.agent, turn.step, turn.observation, None, (Rejection("illegal", reason[:200]),), turn.samples)


# ---- shared ---------------------------------------------------------------------------------------------------------


def _turn(agent: str, step: int, read: str, text: str, policy: str, token_ids: tuple[int, ...] = ()) -> Turn:
    return Turn(agent, step, Observation(SPEC, read), Action(text), (), (Sample(text, policy, token_ids=token_ids),))


def _at(turn: Turn, step: int) -> Turn:
    return Turn(turn.agent, step, turn.observation, turn.action, turn.rejections, turn.samples)


def _seed(name: str) -> int:
    """The same number for the same task in every log, so that two logs can be compared on what both hold."""
    return zlib.crc32(name.encode())


def _content(content: Any) -> str:
    """The text of a message, whose content may come in parts."""
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return "" if content is None else str(content)
