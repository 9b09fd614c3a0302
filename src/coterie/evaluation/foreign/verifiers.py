"""Logs of verifiers: `traces.jsonl` of version 0.4, one episode with the traces of all its agents a line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coterie.core import Ending, Episode, Event, Failure, Json, Seat, Turn
from coterie.evaluation.foreign.turns import content_of, seed_of, turn_of


def verifiers_episode(told: Mapping[str, Any], tries: Counter[str], solved_at: float | None) -> Episode:
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
        seed=seed_of(key),
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


def _at(turn: Turn, step: int) -> Turn:
    return Turn(turn.agent, step, turn.observation, turn.action, turn.rejections, turn.samples)


def _traced(name: str, model: str, nodes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[float, Turn]]:
    """The sampled messages of one agent with what it had read before each, and when."""
    read: list[str] = []
    for node in nodes:
        text = content_of(node["message"].get("content"))
        if not node.get("sampled"):
            read.append(text)
            continue
        mask, ids = node.get("mask") or (), node.get("token_ids") or ()
        own = tuple(token for token, mine in zip(ids, mask, strict=False) if mine)
        yield float(node.get("timestamp") or 0.0), turn_of(name, 0, "\n".join(read), text, model, token_ids=own)
        read = []


def _free(name: str, taken: Mapping[str, object]) -> str:
    """A name of its own where several agents have the same."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
