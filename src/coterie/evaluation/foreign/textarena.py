"""Logs of TextArena, which writes no file of its own: what a finished game tells."""

from collections.abc import Iterable, Mapping
from typing import Any

from coterie.core import Ending, Episode, Event, Json, Rejection, Seat, Turn
from coterie.evaluation.foreign.turns import turn_of


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
            turns.append(turn_of(names[speaker], len(turns), "", text, seats[names[speaker]].mind))
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
